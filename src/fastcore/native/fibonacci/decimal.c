/* The decimal digits of Fibonacci numbers, by doubling in decimal: no number is ever converted but the short one that
   it starts from. The steps are those of numbers.c.

   Short numbers are made in limbs and divided by 10^18 until nothing is left. Then come rows of digits below 10^15, of
   either sign, by columns (columns.h): a column's sum v = low + high·2^51 is split into q = round(v / 10^15), estimated
   in floating point, and v - q·10^15, which is exact in words that wrap; twice, since q has as many as 58 bits. Long
   numbers are words of 10^18, multiplied by transforms (transform.h), whose coefficients are divided by 10^18 twice
   with N. Möller's and T. Granlund's reciprocal ("Improved division by invariant integers", IEEE Trans. Comput. 60
   (2011)).

   Without vectors there is only the first way. */
#include <assert.h>

#include "columns.h"
#include "doubling.h"
#include "joins/digits.h"
#include "limbs.h"
#include "transform.h"
#include "wide.h"

#define WORD_RADIX UINT64_C(1000000000000000000) /* 10^18 */
#define WORD_DIGITS 18
#define ROW_RADIX ((int64_t)1000000000000000) /* 10^15 */
#define ROW_DIGITS 15

/* Numbers up to this index are converted from limbs; without vectors, those that Python's decimal takes longer for. */
#ifdef FC_HAS_VECTORS
#define CONVERTED_UP_TO 1500
#else
#define CONVERTED_UP_TO 100000
#endif
/* Numbers of more digits of 10^15 are squared by transforms, and the last factors likewise: as in numbers.c. */
#define DECIMAL_COLUMNS_UP_TO 300
#define LAST_DECIMAL_COLUMNS_UP_TO 400

/* ---- division ------------------------------------------------------------------------------------------------ */

/* 10^18 and 10^15 moved up to the top bit, and floor((2^128 - 1) / d) - 2^64. */
typedef struct divisor {
    uint64_t d, reciprocal;
    unsigned shift;
} divisor;

static const divisor by_word = {UINT64_C(0xde0b6b3a76400000), UINT64_C(0x2725dd1d243aba0e), 4};
static const divisor by_digit = {UINT64_C(0xe35fa931a0000000), UINT64_C(0x203af9ee756159b2), 14};

/* (high·2^64 + low) / d, of a high below d; the remainder is written. */
FC_INLINE uint64_t divide(uint64_t high, uint64_t low, divisor by, uint64_t *remainder) {
    uint64_t q_high, q_low = fc_multiply(by.reciprocal, high, &q_high), carry = 0, r, mask;
    q_low = fc_add_carry(q_low, low, &carry);
    q_high += high + carry + 1;
    r = low - q_high * by.d;
    mask = 0 - (uint64_t)(r > q_low);
    q_high += mask;
    r += mask & by.d;
    if (r >= by.d) {
        q_high++;
        r -= by.d;
    }
    *remainder = r;
    return q_high;
}

/* Divides n limbs in place and returns the remainder. */
static uint64_t divide_limbs(uint64_t *limbs, size_t n, divisor by) {
    uint64_t r = 0;
    for (size_t i = n; i-- > 0;) {
        limbs[i] = divide(r | limbs[i] >> (64 - by.shift), limbs[i] << by.shift, by, &r);
    }
    return r >> by.shift;
}

/* Divisions by 10^18 that go on side by side: each takes what the one before it left a step ago, so that none waits for
   another. */
#define DIVISIONS 4

typedef struct pipeline {
    uint64_t remainder[DIVISIONS], quotient[DIVISIONS];
} pipeline;

/* One limb of each division from the `first` on; returns the last quotient. */
FC_INLINE uint64_t divide_step(pipeline *p, uint64_t limb, int first) {
    for (int j = DIVISIONS - 1; j >= first; j--) {
        const uint64_t in = j == 0 ? limb : p->quotient[j - 1];
        p->quotient[j] = divide(p->remainder[j] | in >> 60, in << 4, by_word, &p->remainder[j]);
    }
    return p->quotient[DIVISIONS - 1];
}

/* Divides n limbs by 10^18 four times, and writes the remainders. */
static void divide_limbs_by_words(uint64_t *limbs, size_t n, uint64_t remainders[DIVISIONS]) {
    pipeline p = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    for (size_t i = n; i-- > 0;) {
        const uint64_t quotient = divide_step(&p, limbs[i], 0);
        if (i + 3 < n) {
            limbs[i + 3] = quotient;
        }
    }
    for (size_t i = 3; i-- > 0;) {
        const uint64_t quotient = i == 2   ? divide_step(&p, 0, 1)
                                  : i == 1 ? divide_step(&p, 0, 2)
                                           : divide_step(&p, 0, 3);
        if (i < n) {
            limbs[i] = quotient;
        }
    }
    for (int j = 0; j < DIVISIONS; j++) {
        remainders[j] = p.remainder[j] >> 4;
    }
}

/* Words of 10^18 of n limbs, which are used up; returns how many. */
static size_t words_of_limbs(uint64_t *out, uint64_t *limbs, size_t n) {
    size_t count = 0;
    while (n > 0) {
        divide_limbs_by_words(limbs, n, out + count);
        count += DIVISIONS;
        n = used_limbs(limbs, n);
    }
    return used_limbs(out, count);
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

/* Decimals of a word of at most 18. */
FC_INLINE size_t decimal_length(uint64_t x) {
    /* floor(log10) + 1, or one less: 1233/2^12 = log10(2). Zero has one. */
    const size_t digits = (64 - fc_leading_zeros(x | 1)) * 1233 >> 12;
    return digits + ((x | 1) >= fc_ten_to[digits]);
}

static size_t length(const fc_decimal_words *number) {
    return (number->count - 1) * number->width + decimal_length(number->word[number->count - 1]);
}

FC_INLINE void write_eight(uint64_t x, char *out) { fc_store_little(out, fc_eight_digits(x) | FC_ASCII_ZEROS); }

/* 18 decimals, zeros in front. */
FC_INLINE void write_word(uint64_t word, char *out) {
    const uint64_t first = word / 10000000000000000u, rest = word - first * 10000000000000000u,
                   upper = rest / 100000000u;
    out[0] = (char)('0' + first / 10);
    out[1] = (char)('0' + first % 10);
    write_eight(upper, out + 2);
    write_eight(rest - upper * 100000000u, out + 10);
}

/* 15 decimals. */
FC_INLINE void write_digit(uint64_t digit, char *out) {
    const uint64_t upper = digit / 100000000u;
    char eight[8];
    write_eight(upper, eight);
    memcpy(out, eight + 1, 7);
    write_eight(digit - upper * 100000000u, out + 7);
}

/* Writes the decimals, length(number) of them. */
static void write(const fc_decimal_words *number, char *out) {
    const uint64_t top = number->word[number->count - 1];
    const size_t first = decimal_length(top);
    char word[WORD_DIGITS];
    write_word(top, word);
    memcpy(out, word + WORD_DIGITS - first, first);
    out += first;
    if (number->width == WORD_DIGITS) {
        for (size_t i = number->count - 1; i-- > 0; out += WORD_DIGITS) {
            write_word(number->word[i], out);
        }
    } else {
        for (size_t i = number->count - 1; i-- > 0; out += ROW_DIGITS) {
            write_digit(number->word[i], out);
        }
    }
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

#ifdef FC_HAS_VECTORS

/* q = v / 10^15 of v = low + high·2^51, to within 300, and the rest, below 2^59. |high| < 2^58, |low| < 2^62: four
   roundings of numbers below 2^60. */
FC_INLINE int64_t split_sum(int64_t high, int64_t low, int64_t *rest) {
    const int64_t q = (int64_t)((double)high * (0x1p51 / 1e15) + (double)low * 1e-15);
    *rest = (int64_t)((uint64_t)low + ((uint64_t)high << 51) - (uint64_t)q * (uint64_t)ROW_RADIX);
    return q;
}

/* Digits of n column sums, which are used up. */
static void digits_of_sums(double *out, int64_t *high, int64_t *low, size_t n) {
    int64_t before = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t rest;
        high[i] = split_sum(high[i], low[i], &rest);
        low[i] = rest;
    }
    for (size_t i = 0; i < n; i++) {
        const int64_t v = low[i] + high[(ptrdiff_t)i - 1];
        const int64_t q = (int64_t)((double)v * 1e-15 + (v < 0 ? -0.5 : 0.5));
        out[i] = (double)(v - q * ROW_RADIX + before);
        before = q;
    }
    assert(before == 0);
}

static size_t double_decimal_columns(position *at, const columns *all, size_t n) {
    const int constant = constant_of(at), bit = next_bit(at);
    square_both(all, n);
    for (size_t i = 0; i < 2 * n + 1; i += LANES) {
        int64_t *const at_s[2] = {all->s_high + i, all->s_low + i}, *const at_t[2] = {all->t_high + i, all->t_low + i};
        for (int part = 0; part < 2; part++) {
            const words s = words_load(at_s[part]), t = words_load(at_t[part]), difference = words_sub(t, s);
            const words even = words_add(t, words_add(difference, difference));
            words_store(at_s[part], bit ? even : words_add(s, t));
            words_store(at_t[part], bit ? words_sub(words_left(t, 2), s) : even);
        }
    }
    digits_of_sums(all->a, all->s_high, all->s_low, 2 * n + 1);
    digits_of_sums(all->b, all->t_high, all->t_low, 2 * n + 1);
    return end_step(all, 2 * n + 1, constant, bit);
}

/* Carries through, so that all digits are from 0 to 10^15 - 1; returns how many are used. */
static size_t carry_row(uint64_t *out, const double *row, size_t n) {
    int64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t v = (int64_t)row[i] + carry;
        carry = (v >= ROW_RADIX) - (v < 0);
        out[i] = (uint64_t)(v - carry * ROW_RADIX);
    }
    assert(carry == 0);
    return used_limbs(out, n);
}

static size_t finish_decimal_columns(const position *at, const columns *all, size_t n, uint64_t *out) {
    const last_product last = last_of(at, 0);
    const size_t m = 2 * (n + 1);
    mix_rows(all->x, all->a, last.x_by_a, all->b, last.x_by_b, n, (double)ROW_RADIX);
    mix_rows(all->y, all->a, last.y_by_a, all->b, last.y_by_b, n, (double)ROW_RADIX);
    multiply_columns(all->x, n + 1, all->y, n + 1, all->s_high, all->s_low);
    end_sums(all->s_high, all->s_low, m);
    all->s_low[0] += last.constant;
    /* The rows' places are free. */
    digits_of_sums(all->a, all->s_high, all->s_low, m);
    return carry_row(out, all->a, m);
}

/* Digits of 10^15 of a number of at most four limbs; returns how many. */
static size_t row_of_few(double *row, const uint64_t *limbs, size_t n) {
    uint64_t rest[4];
    size_t count = 0;
    memcpy(rest, limbs, n * sizeof *rest);
    while (n > 0) {
        row[count++] = (double)(int64_t)divide_limbs(rest, n, by_digit);
        n = used_limbs(rest, n);
    }
    end_row(row, count);
    return count;
}

/* ---- transforms ---------------------------------------------------------------------------------------------- */

/* Six digits of 10^15 are five of 10^18: word j has what word j - 1 left of digit j, and the lowest 3·(j + 1) decimals
   of digit j + 1. There are zeros behind the n digits up to a multiple of six. */
static size_t words_of_digits(uint64_t *out, const uint64_t *digits, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i += 6) {
        for (size_t j = 0; j < 5; j++) {
            out[count++] =
                digits[i + j] / fc_ten_to[3 * j] + digits[i + j + 1] % fc_ten_to[3 * j + 3] * fc_ten_to[15 - 3 * j];
        }
    }
    return used_limbs(out, count);
}

/* Digits of 10^18 from coefficients below n·10^36. */
static void carry_words(uint64_t *out, size_t digits, const double *x, size_t points, size_t count, const garner *g) {
    const mixed_radix radix = radix_of_primes();
    uint64_t carry = 0, m1 = 0, h1 = 0, h2 = 0;
    size_t at = 0;
    for (size_t first = 0; first < count; first += GARNER_BLOCK) {
        const size_t block = count - first < GARNER_BLOCK ? count - first : GARNER_BLOCK;
        uint64_t v[PRIMES][GARNER_BLOCK];
        mixed_digits(v, x, points, first, block, g);
        for (size_t i = 0; i < block; i++) {
            uint64_t upper[2] = {0, 0}, r, digit, m;
            const uint64_t lowest = add_coefficient(upper, v[0][i], v[1][i], v[2][i], radix);
            const uint64_t q1 = divide(upper[1] << 4 | upper[0] >> 60, upper[0] << 4 | lowest >> 60, by_word, &r);
            const uint64_t q0 = divide(r, lowest << 4, by_word, &digit);
            const uint64_t h = divide(q1 << 4 | q0 >> 60, q0 << 4, by_word, &m);
            uint64_t sum = (digit >> 4) + m1 + h2 + carry;
            carry = (sum >= WORD_RADIX) + (sum >= 2 * WORD_RADIX);
            out[at++] = sum - carry * WORD_RADIX;
            m1 = m >> 4;
            h2 = h1;
            h1 = h;
        }
    }
    while (at < digits) {
        uint64_t sum = m1 + h2 + carry;
        carry = sum >= WORD_RADIX;
        out[at++] = sum - carry * WORD_RADIX;
        m1 = 0;
        h2 = h1;
        h1 = 0;
    }
    assert(carry == 0 && h2 == 0);
}

/* out = by_x·x + by_y·y + constant, of n digits; the result is not negative and fits. Sums are from -2·10^18 to
   4·10^18. `out` may be x. */
static void combine_words(uint64_t *out, const uint64_t *x, int by_x, const uint64_t *y, int by_y, int constant,
                          size_t n) {
    const int64_t radix = (int64_t)WORD_RADIX;
    int64_t carry = constant;
    for (size_t i = 0; i < n; i++) {
        int64_t v = by_x * (int64_t)x[i] + by_y * (int64_t)y[i],
                q = (int64_t)((double)v * 1e-18 + (v < 0 ? -0.5 : 0.5)), more;
        v += carry - q * radix;
        more = (v >= radix) - (v < 0);
        out[i] = (uint64_t)(v - more * radix);
        carry = q + more;
    }
    assert(carry == 0);
}

static size_t double_words(machine *m, position *at, uint64_t *a, uint64_t *b, uint64_t *s, uint64_t *t, size_t used,
                           garner *g, double *points) {
    const int c = constant_of(at);
    const size_t wide = 2 * used + 1;
    if (!multiply_transformed(m, s, a, a, used, g, points, carry_words) ||
        !multiply_transformed(m, t, b, b, used, g, points, carry_words)) {
        return 0;
    }
    s[wide - 1] = t[wide - 1] = 0;
    if (next_bit(at)) {
        combine_words(a, t, 3, s, -2, c, wide);
        combine_words(b, t, 4, s, -1, c, wide);
    } else {
        combine_words(a, s, 1, t, 1, 0, wide);
        combine_words(b, t, 3, s, -2, c, wide);
    }
    return used_limbs(b, wide);
}

static size_t finish_words(machine *m, const position *at, uint64_t *a, uint64_t *b, size_t used, uint64_t *x,
                           uint64_t *y, uint64_t *out, garner *g, double *points) {
    const last_product last = last_of(at, 0);
    const size_t wide = used + 1;
    a[used] = b[used] = 0;
    combine_words(x, a, last.x_by_a, b, last.x_by_b, 0, wide);
    combine_words(y, a, last.y_by_a, b, last.y_by_b, 0, wide);
    if (!multiply_transformed(m, out, x, y, wide, g, points, carry_words)) {
        return 0;
    }
    if (last.constant != 0) {
        combine_words(out, out, 1, out, 0, last.constant, 2 * wide);
    }
    return used_limbs(out, 2 * wide);
}

#endif

/* ---- all of it ----------------------------------------------------------------------------------------------- */

typedef struct decimal_room {
    size_t words;  /* of F(n), and so many that two halves hold the last factors */
    size_t digits; /* of the longest factors in columns */
    int has_transforms;
} decimal_room;

static decimal_room decimal_room_for(uint64_t n) {
    /* F(n) < 10^(0.20898764025·n) */
    const uint64_t decimals = n / 1000000 * 208988 + n % 1000000 * 208988 / 1000000 + 1;
    decimal_room all = {(size_t)(decimals / WORD_DIGITS) + 16, 0, 0};
#ifdef FC_HAS_VECTORS
    const size_t digits = (size_t)(decimals / 2 / ROW_DIGITS) + 6;
    all.has_transforms = digits > LAST_DECIMAL_COLUMNS_UP_TO;
    all.digits = all.has_transforms ? 2 * DECIMAL_COLUMNS_UP_TO + 6 : digits;
#endif
    return all;
}

static size_t scratch_size(uint64_t n) {
    const decimal_room sizes = decimal_room_for(n);
    size_t rest = 0;
    if (n <= CONVERTED_UP_TO) {
        return fc_fibonacci.scratch_size(n) + sizes.words * sizeof(uint64_t);
    }
#ifdef FC_HAS_VECTORS
    rest = columns_scratch_count(sizes.digits);
    if (sizes.has_transforms) {
        const size_t last = sizes.words / 2;
        const size_t transforms = 2 * PRIMES * factor_count(2 * last) + transform_scratch_count(last);
        rest = rest > transforms ? rest : transforms;
    }
#endif
    return (4 * sizes.words + rest) * sizeof(uint64_t);
}

/* The greatest index that is served: of it the last factors have 8.2 million words, and their product not quite the
   2^24 points that the primes have roots for. */
static uint64_t most(void) {
#ifdef FC_HAS_VECTORS
    return UINT64_C(1400000000);
#else
    return CONVERTED_UP_TO;
#endif
}

static int number_of(uint64_t n, void *scratch, fc_decimal_words *out, fc_interrupt interrupt, void *context) {
    const decimal_room sizes = decimal_room_for(n);
    assert(n > FC_FIBONACCI_TABLE / 2 && n <= most());
    out->width = WORD_DIGITS;
    if (n <= CONVERTED_UP_TO) {
        uint64_t *out_words = (uint64_t *)scratch, *rest = out_words + sizes.words;
        const uint64_t *limbs;
        const size_t used = fc_fibonacci.number(n, 0, rest, &limbs, interrupt, context);
        if (used == 0 || used == (size_t)FC_FIBONACCI_FAULT) {
            return (int)used;
        }
        /* Some lie in a table, and these will be used up. */
        memmove(rest, limbs, used * sizeof *limbs);
        out->count = words_of_limbs(out_words, rest, used);
        out->word = out_words;
        return 1;
    }
#ifdef FC_HAS_VECTORS
    {
        machine m = {interrupt, context, 0};
        position at = start_of(n, FC_FIBONACCI_TABLE / 2);
        uint64_t *a = (uint64_t *)scratch, *b = a + sizes.words, *s = b + sizes.words, *t = s + sizes.words,
                 *rest = t + sizes.words;
        const columns all = columns_in((double *)rest, sizes.digits);
        const uint64_t *before = fc_fibonacci_first[at.k - 1], *current = fc_fibonacci_first[at.k];
        size_t used = row_of_few(all.b, current, used_limbs(current, 4)), i;
        i = row_of_few(all.a, before, used_limbs(before, 4));
        memset(all.a + i, 0, (used - i) * sizeof *all.a);
        end_row(all.a, used);
        out->word = s;
        while (at.bits > 1 && used <= DECIMAL_COLUMNS_UP_TO) {
            used = double_decimal_columns(&at, &all, used);
        }
        if (!sizes.has_transforms) {
            out->width = ROW_DIGITS;
            out->count = finish_decimal_columns(&at, &all, used, s);
            return 1;
        }
        memset(a, 0, sizes.words * sizeof *a);
        for (int row = 0; row < 2; row++) {
            /* s has room for more than six digits behind these. */
            i = carry_row(s, row ? all.b : all.a, used);
            memset(s + i, 0, 6 * sizeof *s);
            i = words_of_digits(row ? b : a, s, i);
        }
        used = i;
        garner transforms;
        const size_t half = sizes.words / 2, count = factor_count(2 * half);
        double *points = (double *)rest + 2 * PRIMES * count;
        start_fields(&transforms, (double *)rest, count);
        while (at.bits > 1 && used > 0) {
            used = double_words(&m, &at, a, b, s, t, used, &transforms, points);
        }
        if (used > 0) {
            used = finish_words(&m, &at, a, b, used, t, t + half, s, &transforms, points);
        }
        out->count = used;
        return used > 0;
    }
#else
    (void)interrupt;
    (void)context;
    return 0;
#endif
}

/* A number modulo 2^61 - 1. */
static uint64_t decimal_mersenne(const fc_decimal_words *number) {
    const uint64_t radix = fold_mersenne(number->width == WORD_DIGITS ? WORD_RADIX : (uint64_t)ROW_RADIX);
    uint64_t sum = 0;
    for (size_t i = number->count; i-- > 0;) {
        sum = fold_mersenne(multiply_mersenne(sum, radix) + number->word[i]);
    }
    return sum;
}

static int number(uint64_t n, void *scratch, fc_decimal_words *out, fc_interrupt interrupt, void *context) {
    const int is_done = number_of(n, scratch, out, interrupt, context);
    return is_done && n >= CHECKED_FROM && decimal_mersenne(out) != number_mersenne(n, 0) ? FC_FIBONACCI_FAULT
                                                                                          : is_done;
}

const fc_decimals_table FC_TABLE(fc_decimals) = {
    .most = most,
    .scratch_size = scratch_size,
    .number = number,
    .length = length,
    .write = write,
};
