/* Arithmetic modulo an odd m < 2^64 by Montgomery's representation: x stands as x·2^64 mod m, and a product of two
   such, or of one such and a plain number, is divided by 2^64 as it is reduced, which takes two multiplications and
   no division (P. Montgomery, "Modular multiplication without trial division", Math. Comp. 44 (1985)).

   An even modulus is 2^s times an odd one. Modulo 2^s words simply wrap around, and one more multiplication joins the
   two residues (fc_join_residues), so that no second kind of reduction is needed. */
#ifndef FASTCORE_MONTGOMERY_H
#define FASTCORE_MONTGOMERY_H

#include "wide.h"

typedef struct fc_modulus {
    uint64_t odd;     /* the odd factor; 1 if m is a power of two */
    uint64_t inverse; /* odd·inverse = 1 modulo 2^64 */
    uint64_t unit;    /* 2^64 modulo odd: the 1 of the representation */
    uint64_t square;  /* 2^128 modulo odd: what a plain number is multiplied by */
    uint64_t mask;    /* 2^s - 1 */
} fc_modulus;

/* (high·2^64 + low) modulo m, for high < m. */
FC_INLINE uint64_t fc_remainder(uint64_t high, uint64_t low, uint64_t m) {
#if defined(__x86_64__) && defined(__GNUC__)
    /* One instruction: the quotient fits. */
    uint64_t quotient, remainder;
    __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(low), "d"(high), "r"(m) : "cc");
    (void)quotient;
    return remainder;
#elif defined(__SIZEOF_INT128__)
    return (uint64_t)(((unsigned __int128)high << 64 | low) % m);
#elif defined(_MSC_VER) && defined(_M_X64)
    uint64_t remainder;
    _udiv128(high, low, m, &remainder);
    return remainder;
#else
    for (int bit = 0; bit < 64; bit++) {
        uint64_t top = high >> 63;
        high = high << 1 | low >> 63;
        low <<= 1;
        if (top || high >= m) {
            high -= m;
        }
    }
    return high;
#endif
}

/* (high, low) += (h, l) and (high, low) -= (h, l). */
FC_INLINE void fc_add_wide(uint64_t *high, uint64_t *low, uint64_t h, uint64_t l) {
#if defined(__SIZEOF_INT128__)
    unsigned __int128 sum = ((unsigned __int128)*high << 64 | *low) + ((unsigned __int128)h << 64 | l);
    *high = (uint64_t)(sum >> 64);
    *low = (uint64_t)sum;
#else
    *low += l;
    *high += h + (*low < l);
#endif
}

FC_INLINE void fc_subtract_wide(uint64_t *high, uint64_t *low, uint64_t h, uint64_t l) {
#if defined(__SIZEOF_INT128__)
    unsigned __int128 difference = ((unsigned __int128)*high << 64 | *low) - ((unsigned __int128)h << 64 | l);
    *high = (uint64_t)(difference >> 64);
    *low = (uint64_t)difference;
#else
    *high -= h + (*low < l);
    *low -= l;
#endif
}

/* The modulus m from 1 up; 0 stands for 2^64. */
FC_INLINE fc_modulus fc_modulus_of(uint64_t m) {
    fc_modulus of;
    if (m == 0) {
        of.odd = 1;
        of.mask = UINT64_MAX;
    } else {
        unsigned zeros = fc_trailing_zeros(m);
        of.odd = m >> zeros;
        of.mask = ((uint64_t)1 << zeros) - 1;
    }
    /* 5 bits are right at first, and each step doubles them. */
    of.inverse = 3 * of.odd ^ 2;
    for (int step = 0; step < 4; step++) {
        of.inverse *= 2 - of.odd * of.inverse;
    }
    of.unit = (0 - of.odd) % of.odd;
    of.square = fc_remainder(of.unit, 0, of.odd);
    return of;
}

/* (high·2^64 + low) / 2^64 modulo m, from -m + 1 to high: what is subtracted, a multiple of m, has the same low word.
 */
FC_INLINE int64_t fc_reduce_signed(uint64_t high, uint64_t low, const fc_modulus *m) {
    uint64_t above;
    fc_multiply(low * m->inverse, m->odd, &above);
    return (int64_t)(high - above);
}

/* The same from 0 to m - 1, for high < m. */
FC_INLINE uint64_t fc_reduce(uint64_t high, uint64_t low, const fc_modulus *m) {
    uint64_t above, difference;
    fc_multiply(low * m->inverse, m->odd, &above);
    difference = high - above;
    return high < above ? difference + m->odd : difference;
}

/* a·b / 2^64 modulo m; one factor is below m, the other any word. */
FC_INLINE uint64_t fc_multiply_modulo(uint64_t a, uint64_t b, const fc_modulus *m) {
    uint64_t high, low = fc_multiply(a, b, &high);
    return fc_reduce(high, low, m);
}

FC_INLINE uint64_t fc_add_modulo(uint64_t a, uint64_t b, uint64_t m) { return a >= m - b ? a - (m - b) : a + b; }
FC_INLINE uint64_t fc_subtract_modulo(uint64_t a, uint64_t b, uint64_t m) { return a >= b ? a - b : a + (m - b); }

/* The number below 2^s·odd that is `residue` modulo the odd factor and `word` modulo 2^s. */
FC_INLINE uint64_t fc_join_residues(uint64_t residue, uint64_t word, const fc_modulus *m) {
    return residue + m->odd * (((word - residue) * m->inverse) & m->mask);
}

#endif
