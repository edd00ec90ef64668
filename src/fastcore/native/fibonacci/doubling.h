/* What the doublings of binary and of decimal numbers share: where they are, what the last product is, and the check of
   the result. */
#ifndef FASTCORE_FIBONACCI_DOUBLING_H
#define FASTCORE_FIBONACCI_DOUBLING_H

#include "wide.h"

/* Where a doubling is: a = F(k-1) and b = F(k), and `bits` bits of n below those of k. */
typedef struct position {
    uint64_t n, k;
    unsigned bits;
} position;

/* c = 2·(-1)^k */
FC_INLINE int constant_of(const position *at) { return at->k & 1 ? -2 : 2; }

FC_INLINE int next_bit(position *at) {
    const int bit = (int)(at->n >> --at->bits & 1);
    at->k = 2 * at->k + (uint64_t)bit;
    return bit;
}

/* The first k that is not above `most`. */
FC_INLINE position start_of(uint64_t n, uint64_t most) {
    position at = {n, n, 0};
    while (at.k > most) {
        at.k >>= 1;
        at.bits++;
    }
    return at;
}

/* The last factors, and what is added to their product. */
typedef struct last_product {
    int x_by_a, x_by_b, y_by_a, y_by_b, constant;
} last_product;

static last_product last_of(const position *at, int is_lucas) {
    const int c = constant_of(at);
    if (at->n & 1) {
        return is_lucas ? (last_product){2, 1, 1, 3, -c / 2} : (last_product){1, 2, -1, 2, c};
    }
    return is_lucas ? (last_product){2, 1, 2, 1, -c} : (last_product){0, 1, 2, 1, 0};
}

/* ---- the check ----------------------------------------------------------------------------------------------- */

/* Every result is compared with F(n) modulo the prime 2^61 - 1, which none of the kernels know of. It is cheap, since
   it is done once, and complete, since an error in any step goes on into the last. The arithmetic is proven exact; what
   remains are faults of memory or of the processor, or of a compiler. From CHECKED_FROM on it takes about a hundredth
   of the time. */
#define CHECKED_FROM 30000
#define MERSENNE ((UINT64_C(1) << 61) - 1)

FC_INLINE uint64_t fold_mersenne(uint64_t a) {
    a = (a & MERSENNE) + (a >> 61);
    return a >= MERSENNE ? a - MERSENNE : a;
}

FC_INLINE uint64_t multiply_mersenne(uint64_t a, uint64_t b) {
    uint64_t high, low = fc_multiply(a, b, &high);
    return fold_mersenne((low & MERSENNE) + (low >> 61 | high << 3));
}

/* F(n), or L(n). */
static uint64_t number_mersenne(uint64_t n, int is_lucas) {
    uint64_t a = 1, b = 0;
    for (int bit = 63 - (int)fc_leading_zeros(n | 1); bit >= 0; bit--) {
        /* F(2k-1) = a^2 + b^2, F(2k) = b(2a + b) */
        const uint64_t even = multiply_mersenne(b, fold_mersenne(fold_mersenne(2 * a) + b));
        const uint64_t before = fold_mersenne(multiply_mersenne(a, a) + multiply_mersenne(b, b));
        a = n >> bit & 1 ? even : before;
        b = n >> bit & 1 ? fold_mersenne(before + even) : even;
    }
    return is_lucas ? fold_mersenne(fold_mersenne(2 * a) + b) : b;
}

/* A number of n limbs: 2^64 is 8, and four limbs on are a rotation by 12 bits. */
static uint64_t limbs_mersenne(const uint64_t *limbs, size_t n) {
    uint64_t r[4] = {0, 0, 0, 0}, sum = 0;
    size_t i = n;
    for (; i % 4 != 0; i--) {
        r[(i - 1) % 4] = fold_mersenne(limbs[i - 1]);
    }
    for (; i > 0; i -= 4) {
        for (int j = 0; j < 4; j++) {
            r[j] = fold_mersenne(((r[j] << 12 & MERSENNE) | r[j] >> 49) + (limbs[i - 4 + (size_t)j] & MERSENNE) +
                                 (limbs[i - 4 + (size_t)j] >> 61));
        }
    }
    for (int j = 3; j >= 0; j--) {
        sum = fold_mersenne((sum << 3 & MERSENNE) + (sum >> 58) + r[j]);
    }
    return sum;
}

#endif
