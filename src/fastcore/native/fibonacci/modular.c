/* Fibonacci numbers modulo m < 2^64, by doubling with two squarings a bit (see numbers.c), on single words. */
#include "wide.h"

FC_INLINE uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t m) {
    if (m <= UINT32_MAX) {
        return a * b % m;
    }
#if defined(__x86_64__) && defined(__GNUC__)
    {
        /* One division instruction: the quotient fits, as a·b < m^2. */
        uint64_t high, low = fc_multiply(a, b, &high), quotient, remainder;
        __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(low), "d"(high), "r"(m) : "cc");
        (void)quotient;
        return remainder;
    }
#elif defined(__SIZEOF_INT128__)
    return (uint64_t)((unsigned __int128)a * b % m);
#elif defined(_MSC_VER) && defined(_M_X64)
    {
        uint64_t high, low = fc_multiply(a, b, &high), remainder;
        _udiv128(high, low, m, &remainder);
        return remainder;
    }
#else
    {
        /* Bit by bit, without overflow for any m. */
        uint64_t high, low = fc_multiply(a, b, &high);
        for (int bit = 0; bit < 64; bit++) {
            uint64_t top = high >> 63;
            high = high << 1 | low >> 63;
            low <<= 1;
            if (top || high >= m) {
                high -= m;
            }
        }
        return high;
    }
#endif
}

FC_INLINE uint64_t add_modulo(uint64_t a, uint64_t b, uint64_t m) { return a >= m - b ? a - (m - b) : a + b; }
FC_INLINE uint64_t subtract_modulo(uint64_t a, uint64_t b, uint64_t m) { return a >= b ? a - b : a + (m - b); }

static uint64_t modulo(const uint64_t *n, size_t limbs, uint64_t m) {
    /* (a, b) = (F(k-1), F(k)), from k = 0: F(-1) = 1. Leading zero bits leave it there. */
    uint64_t a = 1 % m, b = 0, two = 2 % m;
    unsigned is_odd = 0;
    while (limbs > 0 && n[limbs - 1] == 0) {
        limbs--;
    }
    for (size_t limb = limbs; limb-- > 0;) {
        int bit = limb == limbs - 1 ? 63 - (int)fc_leading_zeros(n[limb]) : 63;
        for (; bit >= 0; bit--) {
            uint64_t s = multiply_modulo(a, a, m), t = multiply_modulo(b, b, m);
            uint64_t before = add_modulo(s, t, m), next, at;
            /* F(2k+1) = 4t - s ± 2; F(2k) = F(2k+1) - F(2k-1) */
            next = add_modulo(t, t, m);
            next = subtract_modulo(add_modulo(next, next, m), s, m);
            next = is_odd ? subtract_modulo(next, two, m) : add_modulo(next, two, m);
            at = subtract_modulo(next, before, m);
            is_odd = n[limb] >> bit & 1;
            a = is_odd ? at : before;
            b = is_odd ? next : at;
        }
    }
    return b;
}

const fc_residues_table FC_TABLE(fc_residues) = {
    .modulo = modulo,
};
