/* The shortest decimal that reads back as the same float, of several the nearest to it: R. Giulietti, "The Schubfach
   way to render doubles" (2020), with one product of the significand and a 128-bit power of ten.

   Write x = c·2^q, with c below 2^53 for a double. The numbers that round to x fill an interval of length 2^q around
   it; its borders round to x if c is even. With k = floor(log10 2^q), in units of 10^(k+1), the interval has a length S
   of at least 0.1 and less than 1. So it holds at most one integer, which then is the shortest decimal, up to trailing
   zeros; and if it holds none, it holds a tenth, of which the nearest to x is wanted. In these units let x be m +
   F/2^64 with an integer m, and half the interval H/2^64, H = S·2^63. Then up:    m + 1 is in the interval, F + H >
   2^64, or = 2^64 for even c; down:  m is, F < H, or F = H for even c; digit: the nearest integer to 10·F/2^64, the
   even one of two; never a tie if q is not -2.

   What is computed. `power` holds floor(G) for G = 10^(-k-1)·2^t in [2^127, 2^128); c is shifted by `shift`, to below
   2^63. The upper 128 bits of their product, without the lowest 9, are m and f:
     0 <= F - f < 1 + 2^-10,  1 for the bits that are dropped and c·2^shift/2^73 for those of G;
     0 <= H - h < 1,          with h = the upper word of the power, shifted.
   Hence the decisions as they are taken below, `f + h + even` carries, `h + even > f` and floor((10·f + 2^63 +
   6)/2^64), are right if F + H - 2^64 is not in [-1, 2.001), H - F not in (-2.001, 1) and the distance of 10·F/2^64
   from a half and an integer is not below 10.01/2^64. What is left is:
   - The ties, which are exact. F + H = 2^64 or F = H means that 5^(k+1) divides 2c ± 1, so that k <= 22, and that k >=
   0; then neither F nor H is an integer, and as long as their fractional parts are 2^-10 away from 0 and 1, f and h are
     their floors: f + h = 2^64 - 1, or f = h, and `even` decides. With q = -2 all is exact, and 1/4 is the tie that is
     to be rounded down.
   - The doubles inside those windows, of width 2^-62, that are no ties: eleven in all, as there are 2^52 doubles for
     each of 2046 q. tests/test_rounding.py finds them by Euclid's algorithm, and has them written; it checks the
     fractional parts too. All powers of two, whose interval has other borders, are written there as well.
   - m too small by one, where F is below 1: then f is all ones, `up` holds, and m + 1 is written, as it should be.

   A significand of fewer bits (binary32, binary16) makes F - f still smaller; all binary16 and, once, all binary32 were
   compared with other implementations. */
#ifndef FASTCORE_SHORTEST_H
#define FASTCORE_SHORTEST_H

#include "digits.h"
#include "powers_of_ten.h"

/* digits·10^(point - 15) + last·10^(point - 16): 16 digits, of which the first is not 0, and one more. */
typedef struct fc_decimal {
    uint64_t digits;
    uint64_t last;
    int point;
} fc_decimal;

#define FC_SIXTEEN_DIGITS 1000000000000000u /* the least number of as many */

/* m, f and h of c·2^q, with a power of ten for k. */
FC_INLINE uint64_t fc_scale(uint64_t c, int q, int k, uint64_t *f, uint64_t *h) {
    int e = -k - 1;
    int shift = q + ((e * 1741647) >> 19) + 10; /* 1741647/2^19 = log2(10) */
    const uint64_t *power = fc_power_of_ten[e - FC_POWER_FIRST];
    uint64_t scaled = c << shift, high, low, carry;
    fc_multiply(power[1], scaled, &carry);
    low = fc_multiply(power[0], scaled, &high);
    low += carry;
    high += low < carry;
    *f = high << 55 | low >> 9;
    *h = power[0] >> (10 - shift);
    return high >> 9;
}

/* (10·f + addend) >> 64 */
FC_INLINE uint64_t fc_tenths(uint64_t f, uint64_t addend) {
    uint64_t high, low = fc_multiply(f, 10, &high);
    return high + (low + addend < low);
}

/* The decimal is (10·*m + digit)·10^k, of which the digit is returned; *m has 15 or 16 digits for a normal double. */
FC_INLINE uint64_t fc_shortest(uint64_t c, int q, uint64_t *m, int *k) {
    uint64_t f, h, up, down, digit;
    *k = (q * 315653) >> 20; /* 315653/2^20 = log10(2) */
    *m = fc_scale(c, q, *k, &f, &h);
    h += ~c & 1;
    up = f + h < f;
    down = h > f;
    digit = fc_tenths(f, (1ull << 63) + 6);
    if (FC_UNLIKELY(f == 1ull << 62)) {
        digit = 2;
    }
    *m += up;
    return digit & (fc_hidden(up | down) - 1);
}

/* The same of a power of two, c·2^q with the least c of a normal float: below it, the interval is half as long. All of
   it is 3/4 of 2^q long, which is what k is of; the nearest tenth may lie below it, and then the least above is it.
   That the lower border is an integer, or a tenth, happens to binary16 alone, where 5 divides 4c - 1; f - (h >> 1),
   which is less than 1.5 off, then is within 15 units of ten times that. */
FC_INLINE uint64_t fc_shortest_power(uint64_t c, int q, uint64_t *m, int *k) {
    uint64_t f, h, up, down, digit, least;
    *k = (q * 315653 - 131072) >> 20; /* 131072/2^20 = log10(4/3) */
    *m = fc_scale(c, q, *k, &f, &h);
    up = h > ~f;
    down = (h >> 1) >= f;
    digit = fc_tenths(f, (1ull << 63) - 1);
    least = fc_tenths(f - (h >> 1), 0 - 16ull);
    *m += up;
    return up | down ? 0 : digit > least ? digit : least;
}

FC_INLINE fc_decimal fc_normal_decimal(uint64_t m, uint64_t digit, int k) {
    /* Of 15 digits and one more, or 16 and one more. */
    const uint64_t is_short = fc_hidden(0 - (uint64_t)(m < FC_SIXTEEN_DIGITS));
    const uint64_t longer = 10 * m + digit;
    fc_decimal decimal = {m ^ ((m ^ longer) & is_short), digit & ~is_short, k + 16 + (int)is_short};
    return decimal;
}

/* Any number of up to 17 digits, not 0. */
static fc_decimal fc_any_decimal(uint64_t number, int k) {
    fc_decimal decimal = {0, 0, 0};
    /* floor(log10) + 1, or one less: 1233/2^12 = log10(2) */
    unsigned count = ((64 - fc_leading_zeros(number)) * 1233) >> 12;
    if (number >= 10 * FC_SIXTEEN_DIGITS) {
        decimal.digits = number / 10;
        decimal.last = number % 10;
        decimal.point = k + 16;
        return decimal;
    }
    count += count < 16 && number >= fc_ten_to[count];
    decimal.digits = number * fc_ten_to[16 - count];
    decimal.point = k + (int)count - 1;
    return decimal;
}

/* Of a finite double that is not 0, by its bits. */
FC_INLINE fc_decimal fc_decimal_of_double(uint64_t bits) {
    uint64_t fraction = bits & 0xfffffffffffffu, m, digit;
    int biased = (int)(bits >> 52) & 0x7ff, k;
    if (FC_UNLIKELY(biased == 0)) {
        digit = fc_shortest(fraction, -1074, &m, &k);
        return fc_any_decimal(10 * m + digit, k);
    }
    if (FC_UNLIKELY(fraction == 0 && biased > 1)) {
        digit = fc_shortest_power(1ull << 52, biased - 1075, &m, &k);
    } else {
        digit = fc_shortest(fraction | 1ull << 52, biased - 1075, &m, &k);
    }
    return fc_normal_decimal(m, digit, k);
}

/* Of a narrower float, by its biased exponent, its fraction and how many bits this has. */
FC_INLINE fc_decimal fc_decimal_of_narrow(int biased, uint64_t fraction, int fraction_bits, int bias) {
    uint64_t m, digit;
    int k;
    if (fraction == 0 && biased > 1) {
        digit = fc_shortest_power(1ull << fraction_bits, biased - bias - fraction_bits, &m, &k);
    } else if (biased == 0) {
        digit = fc_shortest(fraction, 1 - bias - fraction_bits, &m, &k);
    } else {
        digit = fc_shortest(fraction | 1ull << fraction_bits, biased - bias - fraction_bits, &m, &k);
    }
    return fc_any_decimal(10 * m + digit, k);
}

#endif
