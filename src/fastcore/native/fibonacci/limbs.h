/* Arithmetic on naturals of little-endian 64-bit limbs, for any processor.

   Products are, from short to long: by rows, four or eight at once, whose columns are summed in three registers, so
   that a limb of the result is read and written once for so many products (2.3 cycles a product on Zen 3, of which 2.1
   are the multiplication and its additions); by three products of halves (Karatsuba); by five of thirds (Toom and
   Cook); and by number-theoretic transforms (words.h). A square by rows takes half of the products, and none of the
   others needs a sign.

   Carries go from limb to limb in the processor's flag, which no compiler does well: two short pieces of assembly,
   ADD_PRODUCT and FOUR_LIMBS, do it for gcc and clang on x86-64. All else, and these two elsewhere, is plain C. */
#ifndef FASTCORE_FIBONACCI_LIMBS_H
#define FASTCORE_FIBONACCI_LIMBS_H

#include "words.h"

/* Where each method takes over, in limbs, measured on Zen 3 with gcc 12; all are flat to a tenth around. A compiler's
   command line can set them, to measure. */
#ifndef HALVES_FROM
#define HALVES_FROM 20
#define SQUARE_HALVES_FROM 36
#define THIRDS_FROM 120
#define SQUARE_THIRDS_FROM 120
#define TRANSFORMS_FROM 1000
#define SQUARE_TRANSFORMS_FROM 1050
#endif

/* ---- sums ---------------------------------------------------------------------------------------------------- */

/* (x0 … x3) += (y0 … y3) + carry, and the same with minus. Compilers take the carry out of its flag and put it back for
   every limb. */
#if defined(__x86_64__) && defined(__GNUC__)
#define FOUR_LIMBS(instruction, x0, x1, x2, x3, y0, y1, y2, y3, carry)                          \
    __asm__("addb $-1, %b4\n\t" instruction " %5, %0\n\t" instruction " %6, %1\n\t" instruction \
            " %7, %2\n\t" instruction " %8, %3\n\tsetc %b4"                                     \
            : "+&r"(x0), "+&r"(x1), "+&r"(x2), "+&r"(x3), "+&q"(carry)                          \
            : "rm"(y0), "rm"(y1), "rm"(y2), "rm"(y3)                                            \
            : "cc")
#define ADD_FOUR(x0, x1, x2, x3, y0, y1, y2, y3, carry) FOUR_LIMBS("adcq", x0, x1, x2, x3, y0, y1, y2, y3, carry)
#define SUBTRACT_FOUR(x0, x1, x2, x3, y0, y1, y2, y3, carry) FOUR_LIMBS("sbbq", x0, x1, x2, x3, y0, y1, y2, y3, carry)
#else
#define FOUR_LIMBS(function, x0, x1, x2, x3, y0, y1, y2, y3, carry) \
    do {                                                            \
        x0 = function(x0, y0, &carry);                              \
        x1 = function(x1, y1, &carry);                              \
        x2 = function(x2, y2, &carry);                              \
        x3 = function(x3, y3, &carry);                              \
    } while (0)
#define ADD_FOUR(x0, x1, x2, x3, y0, y1, y2, y3, carry) FOUR_LIMBS(fc_add_carry, x0, x1, x2, x3, y0, y1, y2, y3, carry)
#define SUBTRACT_FOUR(x0, x1, x2, x3, y0, y1, y2, y3, carry) \
    FOUR_LIMBS(fc_subtract_borrow, x0, x1, x2, x3, y0, y1, y2, y3, carry)
#endif

/* out = a + b; returns the carry. Any may be the same. */
static uint64_t add(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    uint64_t carry = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint64_t x0 = a[i], x1 = a[i + 1], x2 = a[i + 2], x3 = a[i + 3];
        ADD_FOUR(x0, x1, x2, x3, b[i], b[i + 1], b[i + 2], b[i + 3], carry);
        out[i] = x0;
        out[i + 1] = x1;
        out[i + 2] = x2;
        out[i + 3] = x3;
    }
    for (; i < n; i++) {
        out[i] = fc_add_carry(a[i], b[i], &carry);
    }
    return carry;
}

/* out = a - b; returns the borrow. */
static uint64_t subtract(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    uint64_t borrow = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint64_t x0 = a[i], x1 = a[i + 1], x2 = a[i + 2], x3 = a[i + 3];
        SUBTRACT_FOUR(x0, x1, x2, x3, b[i], b[i + 1], b[i + 2], b[i + 3], borrow);
        out[i] = x0;
        out[i + 1] = x1;
        out[i + 2] = x2;
        out[i + 3] = x3;
    }
    for (; i < n; i++) {
        out[i] = fc_subtract_borrow(a[i], b[i], &borrow);
    }
    return borrow;
}

/* a += word, from limb 0 up. */
static void add_word(uint64_t *a, uint64_t word) {
    uint64_t carry = word;
    for (size_t i = 0; carry != 0; i++) {
        a[i] += carry;
        carry = a[i] < carry;
    }
}

static void subtract_word(uint64_t *a, uint64_t word) {
    uint64_t borrow = word;
    for (size_t i = 0; borrow != 0; i++) {
        uint64_t before = a[i];
        a[i] -= borrow;
        borrow = before < borrow;
    }
}

/* out = |a - b|, b of m <= n limbs; returns whether a < b. */
static int absolute_difference(uint64_t *out, const uint64_t *a, size_t n, const uint64_t *b, size_t m) {
    size_t i = n;
    int less = 0;
    while (i > 0) {
        uint64_t x = a[i - 1], y = i - 1 < m ? b[i - 1] : 0;
        if (x != y) {
            less = x < y;
            break;
        }
        i--;
    }
    if (less) {
        /* Then a is no longer than b: limbs of a from m on are 0. */
        subtract(out, b, a, m);
        memset(out + m, 0, (n - m) * sizeof *out);
    } else {
        uint64_t borrow = subtract(out, a, b, m);
        memcpy(out + m, a + m, (n - m) * sizeof *out);
        if (borrow) {
            subtract_word(out + m, 1);
        }
    }
    return less;
}

/* (low, high, top) += x·y. Compilers make comparisons and moves of the carries, three times as slow. */
#if defined(__x86_64__) && defined(__GNUC__)
#define ADD_PRODUCT(low, high, top, x, y)                                                  \
    do {                                                                                   \
        uint64_t product_low = x, product_high;                                            \
        __asm__("mulq %5\n\taddq %3, %0\n\tadcq %4, %1\n\tadcq $0, %2"                     \
                : "+r"(low), "+r"(high), "+r"(top), "+a"(product_low), "=&d"(product_high) \
                : "rm"(y)                                                                  \
                : "cc");                                                                   \
    } while (0)
/* (low, high, top) += x */
#define ADD_LIMB(low, high, top, x) \
    __asm__("addq %3, %0\n\tadcq $0, %1\n\tadcq $0, %2" : "+r"(low), "+r"(high), "+r"(top) : "rm"(x) : "cc")
#else
#define ADD_LIMB(low, high, top, x)            \
    do {                                       \
        uint64_t carry_on = 0;                 \
        low = fc_add_carry(low, x, &carry_on); \
        high += carry_on;                      \
        top += high < carry_on;                \
    } while (0)
#define ADD_PRODUCT(low, high, top, x, y)                                                    \
    do {                                                                                     \
        uint64_t product_high, product_low = fc_multiply(x, y, &product_high), carry_on = 0; \
        low = fc_add_carry(low, product_low, &carry_on);                                     \
        high = fc_add_carry(high, product_high, &carry_on);                                  \
        top += carry_on;                                                                     \
    } while (0)
#endif

/* The next column: its carries are what the last one left above. */
#define NEXT_COLUMN(low, high, top) \
    do {                            \
        low = high;                 \
        high = top;                 \
        top = 0;                    \
    } while (0)

/* out (n + rows limbs) = a (n limbs) · b (rows limbs) + what out held in n limbs, or 0; n >= rows, a constant up to 8.
   Column by column: a limb of out is read and written once for `rows` products. */
FC_INLINE void add_rows(uint64_t *out, const uint64_t *a, size_t n, const uint64_t *b, size_t rows, int is_first) {
    uint64_t low = 0, high = 0, top = 0;
    size_t k = 0;
    UNROLL
    for (; k + 1 < rows; k++) {
        if (!is_first) {
            ADD_LIMB(low, high, top, out[k]);
        }
        UNROLL
        for (size_t j = 0; j <= k; j++) {
            ADD_PRODUCT(low, high, top, a[k - j], b[j]);
        }
        out[k] = low;
        NEXT_COLUMN(low, high, top);
    }
    for (; k < n; k++) {
        if (!is_first) {
            ADD_LIMB(low, high, top, out[k]);
        }
        UNROLL
        for (size_t j = 0; j < rows; j++) {
            ADD_PRODUCT(low, high, top, a[k - j], b[j]);
        }
        out[k] = low;
        NEXT_COLUMN(low, high, top);
    }
    UNROLL
    for (size_t i = 1; i < rows; i++) {
        UNROLL
        for (size_t j = i; j < rows; j++) {
            ADD_PRODUCT(low, high, top, a[n - 1 + i - j], b[j]);
        }
        out[n - 1 + i] = low;
        NEXT_COLUMN(low, high, top);
    }
    out[n + rows - 1] = low;
}

/* out (2n limbs) = a·b */
static void multiply_rows(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    size_t i = n % 4;
    switch (i) {
    case 1:
        add_rows(out, a, n, b, 1, 1);
        break;
    case 2:
        add_rows(out, a, n, b, 2, 1);
        break;
    case 3:
        add_rows(out, a, n, b, 3, 1);
        break;
    default:
        add_rows(out, a, n, b, 4, 1);
        i = 4;
    }
    if ((n - i) % 8 != 0) {
        add_rows(out + i, a, n, b + i, 4, 0);
        i += 4;
    }
    for (; i < n; i += 8) {
        add_rows(out + i, a, n, b + i, 8, 0);
    }
}

/* The products a[j]·a[k-j], j < k - j, of the columns k, for j < rows, 4 or 8, and n >= 2·rows limbs: added to
   out[1 … n-1], and the limbs up to out[n+rows-1] are new. */
FC_INLINE void add_square_rows(uint64_t *out, const uint64_t *a, size_t n, size_t rows, int is_first) {
    uint64_t low = 0, high = 0, top = 0;
    size_t k = 1;
    UNROLL
    for (; k < 2 * rows - 1; k++) {
        if (!is_first) {
            ADD_LIMB(low, high, top, out[k]);
        }
        UNROLL
        for (size_t j = 0; 2 * j < k; j++) {
            ADD_PRODUCT(low, high, top, a[k - j], a[j]);
        }
        out[k] = low;
        NEXT_COLUMN(low, high, top);
    }
    for (; k < n; k++) {
        if (!is_first) {
            ADD_LIMB(low, high, top, out[k]);
        }
        UNROLL
        for (size_t j = 0; j < rows; j++) {
            ADD_PRODUCT(low, high, top, a[k - j], a[j]);
        }
        out[k] = low;
        NEXT_COLUMN(low, high, top);
    }
    UNROLL
    for (size_t i = 1; i < rows; i++) {
        UNROLL
        for (size_t j = i; j < rows; j++) {
            ADD_PRODUCT(low, high, top, a[n - 1 + i - j], a[j]);
        }
        out[n - 1 + i] = low;
        NEXT_COLUMN(low, high, top);
    }
    out[n + rows - 1] = low;
}

/* The same for all j, n < 8. */
FC_INLINE void add_square_end(uint64_t *out, const uint64_t *a, size_t n, int is_first) {
    uint64_t low = 0, high = 0, top = 0;
    UNROLL
    for (size_t k = 1; k + 2 < 2 * n; k++) {
        if (!is_first && k < n) {
            ADD_LIMB(low, high, top, out[k]);
        }
        UNROLL
        for (size_t j = k < n ? 0 : k - n + 1; 2 * j < k; j++) {
            ADD_PRODUCT(low, high, top, a[k - j], a[j]);
        }
        out[k] = low;
        NEXT_COLUMN(low, high, top);
    }
    out[2 * n - 2] = low;
}

/* out (2n limbs) = a^2: the products of different limbs once, doubled, and the squares. */
static void square_rows(uint64_t *out, const uint64_t *a, size_t n) {
    uint64_t above = 0, carry = 0;
    size_t i = 0;
    if (n >= 16) {
        add_square_rows(out, a, n, 8, 1);
        for (i = 8; n - i >= 16; i += 8) {
            add_square_rows(out + 2 * i, a + i, n - i, 8, 0);
        }
    } else if (n >= 8) {
        add_square_rows(out, a, n, 4, 1);
        i = 4;
    }
    for (; n - i >= 8; i += 4) {
        add_square_rows(out + 2 * i, a + i, n - i, 4, 0);
    }
    switch (n - i) {
    case 1:
        add_square_end(out, a, 1, 1);
        break;
    case 2:
        add_square_end(out, a, 2, 1);
        break;
    case 3:
        add_square_end(out, a, 3, 1);
        break;
    case 4:
        add_square_end(out + 2 * i, a + i, 4, i == 0);
        break;
    case 5:
        add_square_end(out + 2 * i, a + i, 5, i == 0);
        break;
    case 6:
        add_square_end(out + 2 * i, a + i, 6, i == 0);
        break;
    default:
        add_square_end(out + 2 * i, a + i, 7, i == 0);
    }
    out[0] = out[2 * n - 1] = 0;
    for (i = 0; i + 2 <= n; i += 2) {
        uint64_t *x = out + 2 * i, high, next_high, low = fc_multiply(a[i], a[i], &high);
        uint64_t next_low = fc_multiply(a[i + 1], a[i + 1], &next_high), last = x[3];
        uint64_t x3 = last << 1 | x[2] >> 63, x2 = x[2] << 1 | x[1] >> 63, x1 = x[1] << 1 | x[0] >> 63;
        uint64_t x0 = x[0] << 1 | above;
        ADD_FOUR(x0, x1, x2, x3, low, high, next_low, next_high, carry);
        x[0] = x0;
        x[1] = x1;
        x[2] = x2;
        x[3] = x3;
        above = last >> 63;
    }
    if (i < n) {
        uint64_t *x = out + 2 * i, high, low = fc_multiply(a[i], a[i], &high), x1 = x[1] << 1 | x[0] >> 63;
        x[0] = fc_add_carry(x[0] << 1 | above, low, &carry);
        x[1] = fc_add_carry(x1, high, &carry);
    }
}

/* ---- halves and thirds --------------------------------------------------------------------------------------- */

static void multiply_parts(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch);

/* Limbs that multiply_parts works in: 12·(n/3 + 2) on a level of thirds, 4·(n/2 + 1) on one of halves. */
FC_INLINE size_t parts_scratch(size_t n) { return 6 * n + 1024; }

/* out (n limbs) = a + b, b of m <= n limbs; returns the carry. */
static uint64_t add_shorter(uint64_t *out, const uint64_t *a, size_t n, const uint64_t *b, size_t m) {
    uint64_t carry = add(out, a, b, m);
    if (out != a) {
        memcpy(out + m, a + m, (n - m) * sizeof *out);
    }
    for (size_t i = m; carry != 0 && i < n; i++) {
        carry = ++out[i] == 0;
    }
    return carry;
}

/* a -= b, b of m <= n limbs; a is not the lesser. */
static void subtract_shorter(uint64_t *a, const uint64_t *b, size_t m) {
    if (subtract(a, a, b, m)) {
        subtract_word(a + m, 1);
    }
}

/* out = a + b - c in one pass; returns the carry less the borrow. */
static uint64_t add_subtract(uint64_t *out, const uint64_t *a, const uint64_t *b, const uint64_t *c, size_t n) {
    uint64_t carry = 0, borrow = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint64_t x0 = a[i], x1 = a[i + 1], x2 = a[i + 2], x3 = a[i + 3];
        ADD_FOUR(x0, x1, x2, x3, b[i], b[i + 1], b[i + 2], b[i + 3], carry);
        SUBTRACT_FOUR(x0, x1, x2, x3, c[i], c[i + 1], c[i + 2], c[i + 3], borrow);
        out[i] = x0;
        out[i + 1] = x1;
        out[i + 2] = x2;
        out[i + 3] = x3;
    }
    for (; i < n; i++) {
        out[i] = fc_subtract_borrow(fc_add_carry(a[i], b[i], &carry), c[i], &borrow);
    }
    return carry - borrow;
}

/* out (2n limbs) = a·b by Karatsuba's formula. With a = a1·B + a0:
   a0b0 + (a0b0 + a1b1 - (a0 - a1)(b0 - b1))·B + a1b1·B^2. */
static void multiply_halves(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch) {
    size_t half = (n + 1) / 2, rest = n - half;
    uint64_t *da = scratch, *db = da + half, *product = db + half, *below = product + 2 * half;
    uint64_t carry;
    int is_negative = absolute_difference(da, a, half, a + half, rest);
    if (a == b) {
        is_negative = 0;
        multiply_parts(product, da, da, half, below);
    } else {
        is_negative ^= absolute_difference(db, b, half, b + half, rest);
        multiply_parts(product, da, db, half, below);
    }
    multiply_parts(out, a, b, half, below);
    multiply_parts(out + 2 * half, a + half, b + half, rest, below);
    /* The middle term, in place of the differences, is at most 2·half + 1 limbs and not negative. */
    if (is_negative) {
        carry = add_shorter(da, out, 2 * half, out + 2 * half, 2 * rest);
        carry += add(da, da, product, 2 * half);
    } else {
        carry = add_subtract(da, out, out + 2 * half, product, 2 * rest);
        if (rest < half) {
            /* Two limbs of a0b0 and of the product are left; `carry` is -1, 0 or 1. */
            uint64_t *x = da + 2 * rest, borrow = carry >> 63, up = borrow ? 0 : carry;
            x[0] = fc_subtract_borrow(fc_add_carry(out[2 * rest], 0, &up), product[2 * rest], &borrow);
            x[1] = fc_subtract_borrow(fc_add_carry(out[2 * rest + 1], 0, &up), product[2 * rest + 1], &borrow);
            carry = up - borrow;
        }
    }
    carry += add(out + half, out + half, da, 2 * half);
    add_word(out + 3 * half, carry);
}

/* a(1), |a(-1)| and a(2), k + 1 limbs each, of a(x) = a0 + a1·x + a2·x^2 with parts of k limbs; a2 has `top`. Returns
   whether a(-1) is negative. */
static int evaluate_thirds(uint64_t *one, uint64_t *minus_one, uint64_t *two, const uint64_t *a, size_t k, size_t top) {
    const uint64_t *a1 = a + k, *a2 = a1 + k;
    int is_negative;
    one[k] = add_shorter(one, a, k, a2, top);
    is_negative = absolute_difference(minus_one, one, k + 1, a1, k);
    one[k] += add(one, one, a1, k);
    /* 2·(a(1) + a2) - a0 */
    add_shorter(two, one, k + 1, a2, top);
    add(two, two, two, k + 1);
    subtract_shorter(two, a, k);
    return is_negative;
}

/* a /= 2, rounded down */
static void halve_limbs(uint64_t *a, size_t n) {
    for (size_t i = 0; i + 1 < n; i++) {
        a[i] = a[i] >> 1 | a[i + 1] << 63;
    }
    a[n - 1] >>= 1;
}

/* a -= 2b, b of m limbs; a has more and is not the lesser. */
static void subtract_twice(uint64_t *a, const uint64_t *b, size_t m) {
    uint64_t borrow = subtract(a, a, b, m);
    subtract_word(a + m, borrow + subtract(a, a, b, m));
}

/* a /= 3, exactly: a·((2^64 - 1)/3) / (2^64 - 1), the division by steps q[i] = q[i-1] - x[i]. */
static void divide_by_3(uint64_t *a, size_t n) {
    uint64_t q = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t high, low = fc_multiply(a[i], 0x5555555555555555u, &high), borrow = q < low;
        q -= low;
        a[i] = q;
        q -= high + borrow;
    }
}

/* out (2n limbs) = a·b by A. Toom's and S. Cook's formula of five products of thirds: the product c(x) = a(x)·b(x) of
   two polynomials of three parts has five, c0 … c4, which its values at 0, 1, -1, 2 and infinity determine. */
static void multiply_thirds(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch) {
    size_t k = (n + 2) / 3, top = n - 2 * k, w = k + 1;
    uint64_t *a_one = scratch, *a_minus = a_one + w, *a_two = a_minus + w;
    uint64_t *one = a_two + 4 * w, *minus = one + 2 * w, *two = minus + 2 * w, *below = two + 2 * w;
    uint64_t *b_one = a_one, *b_minus = a_minus, *b_two = a_two;
    int is_negative = evaluate_thirds(a_one, a_minus, a_two, a, k, top);
    if (a == b) {
        is_negative = 0;
    } else {
        b_one = a_two + w;
        b_minus = b_one + w;
        b_two = b_minus + w;
        is_negative ^= evaluate_thirds(b_one, b_minus, b_two, b, k, top);
    }
    multiply_parts(one, a_one, b_one, w, below);
    multiply_parts(minus, a_minus, b_minus, w, below);
    multiply_parts(two, a_two, b_two, w, below);
    multiply_parts(out, a, b, k, below);
    multiply_parts(out + 4 * k, a + 2 * k, b + 2 * k, top, below);
    /* M. Bodrato's order ("Towards optimal Toom-Cook multiplication", WAIFI 2007); nothing is ever negative:
       (c(2) - c(-1))/3 = c1 + c2 + 3·c3 + 5·c4 and (c(1) - c(-1))/2 = c1 + c3 */
    if (is_negative) {
        add(two, two, minus, 2 * w);
        add(minus, one, minus, 2 * w);
    } else {
        subtract(two, two, minus, 2 * w);
        subtract(minus, one, minus, 2 * w);
    }
    divide_by_3(two, 2 * w);
    halve_limbs(minus, 2 * w);
    /* c(1) - c0 = c1 + c2 + c3 + c4, which leaves 2·c3 + 4·c4 in `two` */
    subtract_shorter(one, out, 2 * k);
    subtract(two, two, one, 2 * w);
    halve_limbs(two, 2 * w);
    subtract(one, one, minus, 2 * w);
    subtract_shorter(one, out + 4 * k, 2 * top);
    subtract_twice(two, out + 4 * k, 2 * top);
    subtract(minus, minus, two, 2 * w);
    /* c1 = minus, c2 = one, c3 = two; limbs of c3 that out has no place for are 0. */
    memcpy(out + 2 * k, one, 2 * k * sizeof *out);
    add_shorter(out + 4 * k, out + 4 * k, 2 * top, one + 2 * k, 2);
    add_shorter(out + k, out + k, 2 * n - k, minus, 2 * w);
    add_shorter(out + 3 * k, out + 3 * k, 2 * n - 3 * k, two, 2 * w < 2 * n - 3 * k ? 2 * w : 2 * n - 3 * k);
}

/* out (2n limbs) = a·b; a square if a and b are the same. */
static void multiply_parts(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch) {
    int is_square = a == b;
    if (n >= (is_square ? SQUARE_THIRDS_FROM : THIRDS_FROM)) {
        multiply_thirds(out, a, b, n, scratch);
    } else if (n >= (is_square ? SQUARE_HALVES_FROM : HALVES_FROM)) {
        multiply_halves(out, a, b, n, scratch);
    } else if (is_square) {
        square_rows(out, a, n);
    } else {
        multiply_rows(out, a, b, n);
    }
}

/* ---- products ------------------------------------------------------------------------------------------------ */

/* Bytes; no smaller product needs more. */
FC_INLINE size_t limbs_scratch_size(size_t n) {
    size_t words = parts_scratch(n);
    if (n >= TRANSFORMS_FROM && transform_scratch(n) > words) {
        words = transform_scratch(n);
    }
    return words * sizeof(uint64_t);
}

/* out (2n limbs) = a·b; a square if a and b are the same. Stops early if an interrupt says so. */
static void multiply(machine *m, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, void *scratch) {
    if (n < (a == b ? SQUARE_TRANSFORMS_FROM : TRANSFORMS_FROM)) {
        multiply_parts(out, a, b, n, (uint64_t *)scratch);
    } else {
        multiply_transforms(m, out, a, b, n, (uint64_t *)scratch);
    }
}

FC_INLINE size_t used_limbs(const uint64_t *a, size_t n) {
    while (n > 0 && a[n - 1] == 0) {
        n--;
    }
    return n;
}

/* x = 3t - 2s + 2·sign or 4t - s + 2·sign, over n limbs, as by_t and by_s say; sign is -1 if is_odd. t >= s; the result
   is not negative and fits. 3t - 2s is t + 2·(t - s). */
static void combine(uint64_t *x, const uint64_t *t, uint64_t by_t, const uint64_t *s, uint64_t by_s, int is_odd,
                    size_t n) {
    uint64_t above = 0, carry = 0, borrow = 0;
    size_t i = 0;
    assert((by_t == 3 && by_s == 2) || (by_t == 4 && by_s == 1));
    (void)by_s;
    if (by_t == 3) {
        for (; i + 4 <= n; i += 4) {
            uint64_t t0 = t[i], t1 = t[i + 1], t2 = t[i + 2], t3 = t[i + 3], d0 = t0, d1 = t1, d2 = t2, d3 = t3;
            SUBTRACT_FOUR(d0, d1, d2, d3, s[i], s[i + 1], s[i + 2], s[i + 3], borrow);
            uint64_t x0 = d0 << 1 | above, x1 = d1 << 1 | d0 >> 63, x2 = d2 << 1 | d1 >> 63, x3 = d3 << 1 | d2 >> 63;
            above = d3 >> 63;
            ADD_FOUR(x0, x1, x2, x3, t0, t1, t2, t3, carry);
            x[i] = x0;
            x[i + 1] = x1;
            x[i + 2] = x2;
            x[i + 3] = x3;
        }
        for (; i < n; i++) {
            uint64_t difference = fc_subtract_borrow(t[i], s[i], &borrow);
            x[i] = fc_add_carry(difference << 1 | above, t[i], &carry);
            above = difference >> 63;
        }
    } else {
        for (; i + 4 <= n; i += 4) {
            uint64_t x0 = t[i] << 2 | above, x1 = t[i + 1] << 2 | t[i] >> 62, x2 = t[i + 2] << 2 | t[i + 1] >> 62;
            uint64_t x3 = t[i + 3] << 2 | t[i + 2] >> 62;
            above = t[i + 3] >> 62;
            SUBTRACT_FOUR(x0, x1, x2, x3, s[i], s[i + 1], s[i + 2], s[i + 3], borrow);
            x[i] = x0;
            x[i + 1] = x1;
            x[i + 2] = x2;
            x[i + 3] = x3;
        }
        for (; i < n; i++) {
            x[i] = fc_subtract_borrow(t[i] << 2 | above, s[i], &borrow);
            above = t[i] >> 62;
        }
    }
    if (is_odd) {
        subtract_word(x, 2);
    } else {
        add_word(x, 2);
    }
}

#endif
