/* Numbers to text.

   Integers: eight decimal digits at a time in one 64-bit word, by three multiplications by a reciprocal (10^4, 10^2,
   10) that each split every lane of the word in two; leading zeros are counted on the word and shifted out. No table,
   no branch on a digit; about 20 instructions for each eight digits.

   Floats: the shortest decimal that reads back as the same double, the nearest to it if there are several, from one
   product of the significand and a 128-bit power of ten, in the manner of R. Giulietti, "The Schubfach way to render
   doubles" (2020). Write x = c·2^q with c < 2^53. The numbers that round to x fill an interval 2^q long (3/4 of that at
   a power of two). With k = floor(log10 2^q), in units of 10^(k+1) it is at least 0.1 and less than 1 long: so it holds
   at most one integer, which then is the shortest; and if none, some tenth, of which the nearest to x is wanted. In
   these units x = m + f/2^64: the integer is m if f is within half the interval, h, of 0, and m + 1 if within h of 1.
   The product keeps 9 bits below f. The power of ten is rounded down; that the tests decide as exact numbers would,
   with the rounding constants below, was checked, not proved: tests/test_joins.py goes over the borders of every binary
   exponent, and 10^8 doubles of all sorts were compared with repr once. */
#include "powers_of_ten.h"
#include "wide.h"

/* ---- integers ------------------------------------------------------------------------------------------------ */

/* The eight decimal digits of x < 10^8 as bytes 0 to 9, the first digit in the lowest byte. The reciprocals are exact
   on their ranges: 109951163/2^40 for 10^4 below 10^8, 10486/2^20 for 100 below 10^4, 103/2^10 for 10 below 100. */
FC_INLINE uint64_t eight_digits(uint64_t x) {
    uint64_t h = x * 109951163u >> 40;
    uint64_t y = h | (x - 10000u * h) << 32;
    uint64_t q = (y * 10486u >> 20) & 0x0000007f0000007fu;
    uint64_t z = q | (y - 100u * q) << 16;
    uint64_t t = (z * 103u >> 10) & 0x000f000f000f000fu;
    return t | (z - 10u * t) << 8;
}

#define ASCII_ZEROS 0x3030303030303030u

FC_INLINE char *write_eight(uint64_t x, char *out) {
    fc_store_little(out, eight_digits(x) | ASCII_ZEROS);
    return out + 8;
}

/* The same without leading zeros; 0 is "0". */
FC_INLINE char *write_head(uint64_t x, char *out) {
    uint64_t digits = eight_digits(x);
    unsigned zeros = fc_trailing_zeros(digits | 1ull << 56) >> 3;
    fc_store_little(out, (digits | ASCII_ZEROS) >> (8 * zeros));
    return out + (8 - zeros);
}

FC_INLINE char *write_unsigned(uint64_t x, char *out) {
    if (x < 100000000u) {
        return write_head(x, out);
    }
    if (x < 10000000000000000u) {
        out = write_head(x / 100000000u, out);
        return write_eight(x % 100000000u, out);
    }
    out = write_head(x / 10000000000000000u, out);
    x %= 10000000000000000u;
    out = write_eight(x / 100000000u, out);
    return write_eight(x % 100000000u, out);
}

FC_INLINE char *write_signed(int64_t x, char *out) {
    uint64_t sign = (uint64_t)(x < 0);
    *out = '-';
    return write_unsigned(((uint64_t)x ^ (0 - sign)) + sign, out + sign);
}

FC_INLINE char *write_bool(uint8_t x, char *out) {
    memcpy(out, x ? "True\0" : "False", 5);
    return out + (x ? 4 : 5);
}

/* The loops are compiled for separators of one and two bytes, and for any. */
#define WITH_SEPARATOR(write_element)               \
    if (separator_size == 1) {                      \
        for (size_t i = 0; i < n; i++) {            \
            out = write_element;                    \
            *out++ = *separator;                    \
        }                                           \
    } else if (separator_size == 2) {               \
        for (size_t i = 0; i < n; i++) {            \
            out = write_element;                    \
            memcpy(out, separator, 2);              \
            out += 2;                               \
        }                                           \
    } else {                                        \
        for (size_t i = 0; i < n; i++) {            \
            out = write_element;                    \
            memcpy(out, separator, separator_size); \
            out += separator_size;                  \
        }                                           \
    }                                               \
    return out

#define INTEGERS(suffix, type, write)                                                                                  \
    static char *integers_##suffix(const type *x, size_t n, const char *separator, size_t separator_size, char *out) { \
        WITH_SEPARATOR(write(x[i], out));                                                                              \
    }
INTEGERS(bool, uint8_t, write_bool)
INTEGERS(int8, int8_t, write_signed)
INTEGERS(uint8, uint8_t, write_unsigned)
INTEGERS(int16, int16_t, write_signed)
INTEGERS(uint16, uint16_t, write_unsigned)
INTEGERS(int32, int32_t, write_signed)
INTEGERS(uint32, uint32_t, write_unsigned)
INTEGERS(int64, int64_t, write_signed)
INTEGERS(uint64, uint64_t, write_unsigned)

static char *integers(int kind, const void *x, size_t n, const char *separator, size_t separator_size, char *out) {
    switch (kind) {
    case FC_BOOL:
        return integers_bool((const uint8_t *)x, n, separator, separator_size, out);
    case FC_INT8:
        return integers_int8((const int8_t *)x, n, separator, separator_size, out);
    case FC_UINT8:
        return integers_uint8((const uint8_t *)x, n, separator, separator_size, out);
    case FC_INT16:
        return integers_int16((const int16_t *)x, n, separator, separator_size, out);
    case FC_UINT16:
        return integers_uint16((const uint16_t *)x, n, separator, separator_size, out);
    case FC_INT32:
        return integers_int32((const int32_t *)x, n, separator, separator_size, out);
    case FC_UINT32:
        return integers_uint32((const uint32_t *)x, n, separator, separator_size, out);
    case FC_INT64:
        return integers_int64((const int64_t *)x, n, separator, separator_size, out);
    default:
        return integers_uint64((const uint64_t *)x, n, separator, separator_size, out);
    }
}

static char *range(int64_t start, int64_t step, size_t n, const char *separator, size_t separator_size, char *out) {
    /* Unsigned, as the value one past the end may leave int64. */
    uint64_t value = (uint64_t)start;
    WITH_SEPARATOR((value += (uint64_t)step, write_signed((int64_t)(value - (uint64_t)step), out)));
}

/* ---- floats -------------------------------------------------------------------------------------------------- */

/* (10·f + addend) >> 64 */
FC_INLINE uint64_t tenth_digit(uint64_t f, uint64_t addend) {
    uint64_t high, low = fc_multiply(f, 10, &high);
    return high + (low + addend < low);
}

/* The shortest decimal of c·2^q is the result times 10^exponent, up to trailing zeros; it is below 10^17. `irregular`:
   c = 2^52 above the least normal, where the half of the interval below x is half as long. */
FC_INLINE uint64_t shortest_decimal(uint64_t c, int q, int irregular, int *exponent) {
    int k = (q * 315653 - (irregular ? 131072 : 0)) >> 20; /* 315653/2^20 = log10(2); 1/8 > log10(4/3) */
    int e = -k - 1;
    int shift = q + ((e * 1741647) >> 19) + 10; /* 1741647/2^19 = log2(10) */
    const uint64_t *power = fc_power_of_ten[e - FC_POWER_FIRST];
    uint64_t scaled = c << shift, high, low, carry, f, m, h, digit;
    int up, down;
    fc_multiply(power[1], scaled, &carry);
    low = fc_multiply(power[0], scaled, &high);
    low += carry;
    high += low < carry;
    m = high >> 9;
    f = high << 55 | low >> 9;
    if (!irregular) {
        h = (power[0] >> (10 - shift)) + !(c & 1);
        up = f + h < f;
        down = h > f;
        digit = f == 1ull << 62 ? 2 : tenth_digit(f, (1ull << 63) + 6);
    } else {
        uint64_t least;
        h = power[0] >> (10 - shift);
        up = h > ~f;
        down = (h >> 1) > f;
        digit = tenth_digit(f, (1ull << 63) - 1);
        least = tenth_digit(f - (h >> 1), ~0ull);
        digit = digit > least ? digit : least;
    }
    *exponent = k;
    m += (uint64_t)up;
    return 10 * m + (up || down ? 0 : digit);
}

FC_INLINE char *write_exponent(int exponent, char *out) {
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    exponent = exponent < 0 ? -exponent : exponent;
    if (exponent >= 100) {
        *out++ = (char)('0' + exponent / 100);
        exponent %= 100;
    }
    *out++ = (char)('0' + exponent / 10);
    *out++ = (char)('0' + exponent % 10);
    return out;
}

/* repr's layout: fixed from 1e-4 to below 1e16, else d.ddde±XX. */
static char *write_float64(double x, char *out) {
    uint64_t bits, fraction, decimal;
    int biased, exponent, point, digits;
    char text[40]; /* 17 digits, and room for fixed-size copies past them */
    const char *first;
    memcpy(&bits, &x, sizeof bits);
    fraction = bits & 0xfffffffffffffu;
    biased = (int)(bits >> 52) & 0x7ff;
    if (biased == 0x7ff && fraction != 0) {
        memcpy(out, "nan", 3);
        return out + 3;
    }
    *out = '-';
    out += bits >> 63;
    if (biased == 0x7ff) {
        memcpy(out, "inf", 3);
        return out + 3;
    }
    if (biased == 0 && fraction == 0) {
        memcpy(out, "0.0", 3);
        return out + 3;
    }
    if (biased == 0) {
        decimal = shortest_decimal(fraction, -1074, 0, &exponent);
    } else {
        decimal = shortest_decimal(fraction | 1ull << 52, biased - 1075, fraction == 0 && biased > 1, &exponent);
    }
    /* 17 digits, of which the first ones of a subnormal (or one of a normal) are zeros. */
    text[0] = (char)('0' + decimal / 10000000000000000u);
    decimal %= 10000000000000000u;
    write_eight(decimal / 100000000u, text + 1);
    write_eight(decimal % 100000000u, text + 9);
    first = text;
    while (*first == '0') {
        first++;
    }
    digits = (int)(text + 17 - first);
    point = digits - 1 + exponent; /* the first digit is worth 10^point */
    while (first[digits - 1] == '0') {
        digits--;
    }
    if (point < -4 || point >= 16) {
        *out++ = *first;
        if (digits > 1) {
            *out++ = '.';
            memcpy(out, first + 1, 16);
            out += digits - 1;
        }
        return write_exponent(point, out);
    }
    if (point < 0) {
        memcpy(out, "0.000000", 8);
        out += 1 - point;
        memcpy(out, first, 17);
        return out + digits;
    }
    memcpy(out, first, 17);
    if (digits > point + 1) {
        memmove(out + point + 2, first + point + 1, 16);
        out[point + 1] = '.';
        return out + digits + 1;
    }
    memset(out + digits, '0', 16);
    out[point + 1] = '.';
    out[point + 2] = '0';
    return out + point + 3;
}

static char *floats(const double *x, size_t n, const char *separator, size_t separator_size, char *out) {
    WITH_SEPARATOR(write_float64(x[i], out));
}

const fc_joins_table FC_TABLE(fc_joins) = {
    .integers = integers,
    .range = range,
    .floats = floats,
};
