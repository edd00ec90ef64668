/* Naturals in little-endian 64-bit limbs. */
#ifndef FASTCORE_FIBONACCI_LIMBS_H
#define FASTCORE_FIBONACCI_LIMBS_H

#include <assert.h>

#include "wide.h"

#define KARATSUBA_FROM 32
#define INTERRUPT_LIMBS 512

typedef struct machine {
    fc_interrupt interrupt;
    void *context;
    int stopped;
} machine;

/* ---- limbs --------------------------------------------------------------------------------------------------- */

/* out = a + b; returns the carry. Any may be the same. */
static uint64_t add(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = fc_add_carry(a[i], b[i], &carry);
    }
    return carry;
}

/* out = a - b; returns the borrow. */
static uint64_t subtract(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < n; i++) {
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

/* out += a·word over n limbs; returns the limb that is carried out. */
FC_INLINE uint64_t add_product(uint64_t *out, const uint64_t *a, size_t n, uint64_t word) {
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
#if defined(__SIZEOF_INT128__)
        unsigned __int128 t = (unsigned __int128)a[i] * word + out[i] + carry;
        out[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
#else
        uint64_t high, low = fc_multiply(a[i], word, &high);
        low += carry;
        high += low < carry;
        low += out[i];
        high += low < out[i];
        out[i] = low;
        carry = high;
#endif
    }
    return carry;
}

/* out (2n limbs) = a·b */
static void multiply_rows(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        out[n + i] = add_product(out + i, a, n, b[i]);
    }
}

/* out (2n limbs) = a^2: the products of different limbs once, doubled, and the squares. */
static void square_rows(uint64_t *out, const uint64_t *a, size_t n) {
    uint64_t top = 0, carry = 0;
    memset(out, 0, 2 * n * sizeof *out);
    for (size_t i = 0; i + 1 < n; i++) {
        out[n + i] = add_product(out + 2 * i + 1, a + i + 1, n - i - 1, a[i]);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t high, low = fc_multiply(a[i], a[i], &high);
        uint64_t even = out[2 * i], odd = out[2 * i + 1];
        out[2 * i] = fc_add_carry(even << 1 | top, low, &carry);
        out[2 * i + 1] = fc_add_carry(odd << 1 | even >> 63, high, &carry);
        top = odd >> 63;
    }
}

/* 4·(n + 2·log2 n) limbs: two differences and their product on each level. */
FC_INLINE size_t karatsuba_scratch(size_t n) { return 4 * n + 1024; }

static int goes_on(machine *m, size_t n) {
    if (n >= INTERRUPT_LIMBS && m->interrupt != NULL && m->interrupt(m->context)) {
        m->stopped = 1;
    }
    return !m->stopped;
}

/* out (2n limbs) = a·b; a square if a and b are the same. */
static void multiply(machine *m, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch) {
    if (n < KARATSUBA_FROM) {
        if (a == b) {
            square_rows(out, a, n);
        } else {
            multiply_rows(out, a, b, n);
        }
        return;
    }
    if (!goes_on(m, n)) {
        return;
    }
    /* a = a1·B + a0: a0b0 + (a0b0 + a1b1 - (a0 - a1)(b0 - b1))·B + a1b1·B^2 */
    size_t half = (n + 1) / 2, rest = n - half;
    uint64_t *da = scratch, *db = da + half, *product = db + half, *below = product + 2 * half;
    uint64_t carry, borrow;
    int is_negative = absolute_difference(da, a, half, a + half, rest);
    if (a == b) {
        is_negative = 0;
        multiply(m, product, da, da, half, below);
    } else {
        is_negative ^= absolute_difference(db, b, half, b + half, rest);
        multiply(m, product, da, db, half, below);
    }
    multiply(m, out, a, b, half, below);
    multiply(m, out + 2 * half, a + half, b + half, rest, below);
    if (m->stopped) {
        return;
    }
    /* below = a0b0 + a1b1, then ∓ product; the middle term is at most 2·half + 1 limbs and not negative. */
    memcpy(below, out, 2 * half * sizeof *below);
    carry = add(below, below, out + 2 * half, 2 * rest);
    for (size_t i = 2 * rest; carry != 0 && i < 2 * half; i++) {
        below[i] += carry;
        carry = below[i] == 0;
    }
    if (is_negative) {
        carry += add(below, below, product, 2 * half);
    } else {
        borrow = subtract(below, below, product, 2 * half);
        carry -= borrow;
    }
    carry += add(out + half, out + half, below, 2 * half);
    add_word(out + 3 * half, carry);
}

FC_INLINE size_t used_limbs(const uint64_t *a, size_t n) {
    while (n > 0 && a[n - 1] == 0) {
        n--;
    }
    return n;
}

/* x = 3t - 2s + 2·sign or 4t - s + 2·sign, over n limbs; the result is not negative and fits. */
static void combine(uint64_t *x, const uint64_t *t, uint64_t by_t, const uint64_t *s, uint64_t by_s, int is_odd,
                    size_t n) {
    uint64_t carry_t = 0, carry_s = 0, borrow = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t high, low = fc_multiply(t[i], by_t, &high);
        uint64_t s_low = s[i] * by_s | carry_s;
        low += carry_t;
        carry_t = high + (low < carry_t);
        carry_s = by_s == 2 ? s[i] >> 63 : 0;
        x[i] = fc_subtract_borrow(low, s_low, &borrow);
    }
    if (is_odd) {
        subtract_word(x, 2);
    } else {
        add_word(x, 2);
    }
}

FC_INLINE size_t limbs_scratch_size(size_t n) { return n < KARATSUBA_FROM ? 0 : karatsuba_scratch(n) * sizeof(uint64_t); }

#endif
