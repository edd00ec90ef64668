/* Text to numbers.

   Digits are read eight at a time: one word says how many of its bytes are digits, which are shifted to its upper end
   and turned into a number by three multiplications. So a number up to 10^8 takes no branch that its length decides.

   A float is a number w of up to 19 digits and an exponent. If w is up to 2^53 and the power of ten is up to 10^22, both
   are exact as doubles, and one multiplication or division rounds once (W. D. Clinger, "How to read floating point
   numbers accurately", 1990). Otherwise w is multiplied by a 128-bit power of ten (D. Lemire, "Number parsing at a
   gigabyte per second", 2021), which decides the rounding but in rare cases; see `round_decimal`. What a loop does not
   understand or cannot decide it leaves to the caller, a token at a time: all that is malformed or out of range,
   infinity and NaN, a plus sign, results below the normal range, and digits without end. */
#include "shortest.h"

/* Bytes that may be read from the start of a token: spaces, a sign, 32 and 24 digits and a point, an exponent, spaces
   and a separator. */
#define SPACES 8
#define LONGEST_SEPARATOR FC_PARSE_SEPARATOR
#define REACH (SPACES + 1 + 32 + 1 + 24 + 7 + SPACES + LONGEST_SEPARATOR)

/* How many of the eight bytes, from the lowest on, are digits; *value is less '0' in each. */
FC_INLINE unsigned count_digits(uint64_t bytes, uint64_t *value) {
    uint64_t x = bytes ^ FC_ASCII_ZEROS, other;
    *value = x;
    /* A byte above 9 gets its upper bit set; a carry can only reach bytes above such a one. */
    other = ((x + 0x7676767676767676u) | x) & 0x8080808080808080u;
    return other == 0 ? 8 : fc_trailing_zeros(other) >> 3;
}

/* The number of eight digits, the first in the lowest byte: pairs, fours and all eight, by multiplications that add the
   upper of two parts to a multiple of the lower. */
FC_INLINE uint64_t number_of(uint64_t digits) {
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    return (digits * 10000 + (digits >> 32)) & 0xffffffffu;
}

/* The number of the first `count` < 8 digits. */
FC_INLINE uint64_t number_of_some(uint64_t digits, unsigned count) {
    /* In two steps, as a shift by 64 is none. */
    return number_of(digits << 8 << (56 - 8 * count));
}

static const uint64_t small_power[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* Digits from p on, up to three words of them, into *number, of which more than 19 overflow; returns where they end. */
FC_INLINE const char *read_digits(const char *p, uint64_t *number) {
    uint64_t digits, all = *number;
    unsigned count;
    for (int i = 0; i < 3; i++) {
        count = count_digits(fc_load_little(p), &digits);
        if (count < 8) {
            all = all * small_power[count] + number_of_some(digits, count);
            p += count;
            break;
        }
        all = all * 100000000u + number_of(digits);
        p += 8;
    }
    *number = all;
    return p;
}

FC_INLINE int is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

typedef struct reader {
    const char *end; /* of what can be read without looking */
    const char *separator;
    size_t separator_size;
} reader;

FC_INLINE int is_separator(const char *p, const reader *from) {
    return *p == *from->separator &&
           (from->separator_size == 1 || memcmp(p, from->separator, from->separator_size) == 0);
}

FC_INLINE const char *skip_spaces(const char *p, const reader *from) {
    const char *limit = p + SPACES;
    while (FC_UNLIKELY(is_space(*p)) && p < limit && !is_separator(p, from)) {
        p++;
    }
    return p;
}

/* ---- integers ------------------------------------------------------------------------------------------------ */

typedef struct limits {
    uint64_t positive, negative; /* the greatest magnitudes */
} limits;

/* Reads an integer; returns its end, or NULL if it is none or beyond the limits. */
FC_INLINE const char *read_integer(const char *p, const limits *most, uint64_t *result) {
    uint64_t is_negative = *p == '-', digits, number;
    const char *start;
    unsigned count;
    p += is_negative;
    start = p;
    count = count_digits(fc_load_little(p), &digits);
    if (count < 8) {
        number = number_of_some(digits, count);
        p += count;
        if (count == 0) {
            return NULL;
        }
    } else {
        number = number_of(digits);
        p = read_digits(p + 8, &number);
        if (p - start > 19) {
            /* 20 digits may fit: the last two words had 12 of them. */
            uint64_t first = 0, rest, high, low;
            if (p - start > 20) {
                return NULL;
            }
            rest = number_of_some(fc_load_little(start + 16) ^ FC_ASCII_ZEROS, 4);
            for (int i = 0; i < 16; i += 8) {
                first = first * 100000000u + number_of(fc_load_little(start + i) ^ FC_ASCII_ZEROS);
            }
            low = fc_multiply(first, 10000, &high);
            number = low + rest;
            if (high != 0 || number < low) {
                return NULL;
            }
        }
    }
    if (number > (is_negative ? most->negative : most->positive)) {
        return NULL;
    }
    *result = (number ^ (0 - is_negative)) + is_negative;
    return p;
}

/* ---- floats -------------------------------------------------------------------------------------------------- */

/* A binary format: the bits of the fraction, with the leading one, and the greatest exponent. */
typedef struct format {
    int precision, greatest;
} format;

/* w·10^e rounded to the format, as the bits of its magnitude; returns 0 if that is left undecided or is not a normal
   number. w is not 0.

   With w shifted to 64 bits and floor(G) for the power of ten, G in [2^127, 2^128), let U be the upper 128 bits of the
   product of 192: the true value lies in [U, U + 2), 1 for the bits below and w/2^64 for those of G that are missing.
   The bits of U that the format keeps, and the one after them, tell the result, unless
   - the bits below are all ones: then the true value may reach the next multiple of what they count, or
   - the one after is set and the bits below are 0: then it may be a tie.
   From 10^0 to 10^55 floor(G) = G, and all 192 bits are known: then a tie is to be seen, and goes to the even number. */
FC_INLINE int round_decimal(uint64_t w, int e, const format *to, uint64_t *bits) {
    const uint64_t *power;
    uint64_t high, middle, low, carry, mask, below, fraction;
    int shift, exponent, is_exact = e >= 0 && e <= 55, is_tie = 0;
    if (e < FC_POWER_FIRST || e > FC_POWER_LAST) {
        return 0;
    }
    power = fc_power_of_ten[e - FC_POWER_FIRST];
    shift = (int)fc_leading_zeros(w);
    w <<= shift;
    low = fc_multiply(power[1], w, &carry);
    middle = fc_multiply(power[0], w, &high);
    middle += carry;
    high += middle < carry;
    carry = high >> 63;
    exponent = ((e * 1741647) >> 19) + 63 - shift + (int)carry; /* of the leading bit; 1741647/2^19 = log2(10) */
    shift = 62 - to->precision + (int)carry;                    /* leaves the fraction and the bit after it */
    mask = (1ull << shift) - 1;
    below = high & mask;
    if (FC_UNLIKELY((below == mask && middle == ~0ull) || (below | middle) == 0)) {
        if (!is_exact && (below != 0 || (high >> shift & 1) != 0)) {
            return 0;
        }
        is_tie = (below | middle | low) == 0;
    }
    fraction = high >> shift;
    /* Half up, but a tie to even. */
    fraction += fraction & 1 & ~((uint64_t)is_tie & ~(fraction >> 1));
    fraction >>= 1;
    if (fraction >> to->precision != 0) {
        fraction >>= 1;
        exponent++;
    }
    if (exponent > to->greatest || exponent < 1 - to->greatest) {
        return 0;
    }
    fraction -= 1ull << (to->precision - 1);
    *bits = (uint64_t)(exponent + to->greatest) << (to->precision - 1) | fraction;
    return 1;
}

static const double exact_power[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits that no word holds: leading zeros are passed, then 19 are read. Returns 1 if more follow that are not 0. */
static int read_many_digits(const char *p, const char *end, uint64_t *w, int *e) {
    int count = 0, is_inexact = 0, has_point = 0;
    *w = 0;
    *e = 0;
    for (; p < end; p++) {
        if (*p == '.') {
            has_point = 1;
        } else if (count == 19) {
            is_inexact |= *p != '0';
            *e += !has_point;
        } else {
            *w = 10 * *w + (uint64_t)(*p - '0');
            count += *w != 0;
            *e -= has_point;
        }
    }
    return is_inexact;
}

/* Reads a float; returns its end, or NULL if it is none or was not decided. */
FC_INLINE const char *read_float(const char *p, const format *to, uint64_t *result) {
    const uint64_t is_negative = *p == '-';
    const char *start, *point, *end;
    uint64_t w = 0, digits, bits, other;
    unsigned count;
    int e = 0, is_inexact = 0;
    p += is_negative;
    start = p;
    count = count_digits(fc_load_little(p), &digits);
    if (count < 8) {
        w = number_of_some(digits, count);
        p += count;
    } else {
        w = number_of(digits);
        p = read_digits(p + 8, &w);
    }
    point = p;
    if (*p == '.') {
        uint64_t whole = w;
        p = read_digits(p + 1, &w);
        e = (int)(point + 1 - p);
        if (p - start < 2) {
            return NULL;
        }
        /* Of a whole number the digits after the point are nothing; that keeps it exact. */
        if (e >= -8 && w == whole * small_power[-e & 15]) {
            w = whole;
            e = 0;
        }
    } else if (p == start) {
        return NULL;
    }
    end = p;
    if (FC_UNLIKELY(end - start > 19)) {
        /* Of 20 characters one is the point. */
        if (end - start > 20 || point == end) {
            if (end - start >= 24) {
                return NULL; /* perhaps not all of them */
            }
            is_inexact = read_many_digits(start, end, &w, &e);
        }
    }
    if (FC_UNLIKELY(*p == 'e' || *p == 'E')) {
        int exponent = 0;
        const int is_below = p[1] == '-';
        p += 1 + (p[1] == '-' || p[1] == '+');
        start = p;
        for (; (unsigned)(*p - '0') < 10 && p < start + 5; p++) {
            exponent = 10 * exponent + (*p - '0');
        }
        if (p == start || p == start + 5) {
            return NULL;
        }
        e += is_below ? -exponent : exponent;
    }
    if (to->precision == 53 && w <= 1ull << 53 && e >= -22 && e <= 22 && !is_inexact) {
        const double value = e < 0 ? (double)w / exact_power[-e] : (double)w * exact_power[e];
        memcpy(&bits, &value, 8);
    } else if (w == 0) {
        bits = 0;
    } else if (!round_decimal(w, e, to, &bits)) {
        return NULL;
    } else if (FC_UNLIKELY(is_inexact)) {
        /* Between w and w + 1. */
        if (!round_decimal(w + 1, e, to, &other) || other != bits) {
            return NULL;
        }
    }
    *result = bits | is_negative << (to->precision == 53 ? 63 : to->precision == 24 ? 31 : 15);
    return p;
}

/* ---- the loops ----------------------------------------------------------------------------------------------- */

FC_INLINE void store_element(void *out, size_t i, unsigned size, uint64_t value) {
    switch (size) {
    case 1:
        ((uint8_t *)out)[i] = (uint8_t)value;
        break;
    case 2:
        ((uint16_t *)out)[i] = (uint16_t)value;
        break;
    case 4:
        ((uint32_t *)out)[i] = (uint32_t)value;
        break;
    default:
        ((uint64_t *)out)[i] = value;
    }
}

/* Up to n tokens, as long as REACH bytes lie ahead of each; returns how many, and in *text where the next starts. */
FC_INLINE size_t parse_run(const limits *most, const format *to, unsigned size, const char **text, const reader *from,
                           void *out, size_t n) {
    const char *p = *text;
    size_t i = 0;
    while (i < n && from->end - p >= REACH) {
        uint64_t value;
        const char *at = skip_spaces(p, from);
        at = most != NULL ? read_integer(at, most, &value) : read_float(at, to, &value);
        if (FC_UNLIKELY(at == NULL)) {
            break;
        }
        if (FC_UNLIKELY(!is_separator(at, from))) {
            at = skip_spaces(at, from);
            if (!is_separator(at, from)) {
                break;
            }
        }
        store_element(out, i, size, value);
        i++;
        p = at + from->separator_size;
    }
    *text = p;
    return i;
}

/* The same to the very end: what lies within reach of it is read from a copy, which a separator and zeros follow. */
FC_INLINE size_t parse_all(const limits *most, const format *to, unsigned size, const char **text, const char *end,
                           const char *separator, size_t separator_size, void *out, size_t n) {
    char copy[2 * REACH + LONGEST_SEPARATOR];
    reader from = {end, separator, separator_size};
    size_t count = parse_run(most, to, size, text, &from, out, n), rest = (size_t)(end - *text);
    const char *start = copy;
    if (count == n || rest >= REACH) {
        return count;
    }
    memset(copy, 0, sizeof copy);
    memcpy(copy, *text, rest);
    memcpy(copy + rest, separator, separator_size);
    from.end = copy + sizeof copy;
    /* No farther than the last token, which may be cut off. */
    count += parse_run(most, to, size, &start, &from, (char *)out + count * size, n - count);
    *text += start - copy;
    if (*text > end) {
        *text = end;
    }
    return count;
}

#define PARSE_INTEGERS(name, size, positive, negative)                                                            \
    static size_t parse_##name(const char **text, const char *end, const char *separator, size_t separator_size, \
                               void *out, size_t n) {                                                            \
        static const limits most = {positive, negative};                                                         \
        return parse_all(&most, NULL, size, text, end, separator, separator_size, out, n);                       \
    }
#define PARSE_FLOATS(name, size, precision, greatest)                                                            \
    static size_t parse_##name(const char **text, const char *end, const char *separator, size_t separator_size, \
                               void *out, size_t n) {                                                            \
        static const format to = {precision, greatest};                                                          \
        return parse_all(NULL, &to, size, text, end, separator, separator_size, out, n);                         \
    }
PARSE_INTEGERS(int8, 1, INT8_MAX, (uint64_t)INT8_MAX + 1)
PARSE_INTEGERS(uint8, 1, UINT8_MAX, 0)
PARSE_INTEGERS(int16, 2, INT16_MAX, (uint64_t)INT16_MAX + 1)
PARSE_INTEGERS(uint16, 2, UINT16_MAX, 0)
PARSE_INTEGERS(int32, 4, INT32_MAX, (uint64_t)INT32_MAX + 1)
PARSE_INTEGERS(uint32, 4, UINT32_MAX, 0)
PARSE_INTEGERS(int64, 8, INT64_MAX, (uint64_t)INT64_MAX + 1)
PARSE_INTEGERS(uint64, 8, UINT64_MAX, 0)
PARSE_FLOATS(float16, 2, 11, 15)
PARSE_FLOATS(float32, 4, 24, 127)
PARSE_FLOATS(float64, 8, 53, 1023)

/* How many separators there are: of one byte by vectors, with counts of a byte that 255 rounds cannot exceed. */
static size_t count_separators(const char *text, size_t size, const char *separator, size_t separator_size) {
    size_t count = 0, i = 0;
    if (separator_size == 1) {
        const char c = *separator;
        for (; i + 64 * 255 <= size; i += 64 * 255) {
            uint8_t some[64] = {0};
            for (size_t j = 0; j < 255; j++) {
                for (size_t k = 0; k < 64; k++) {
                    some[k] = (uint8_t)(some[k] + (text[i + 64 * j + k] == c));
                }
            }
            for (size_t k = 0; k < 64; k++) {
                count += some[k];
            }
        }
        for (; i < size; i++) {
            count += text[i] == c;
        }
        return count;
    }
    while (i + separator_size <= size) {
        const char *next = (const char *)memchr(text + i, *separator, size - separator_size + 1 - i);
        if (next == NULL) {
            break;
        }
        if (memcmp(next, separator, separator_size) == 0) {
            count++;
            i = (size_t)(next - text) + separator_size;
        } else {
            i = (size_t)(next - text) + 1;
        }
    }
    return count;
}

const fc_parse_table FC_TABLE(fc_parse) = {
    .parse =
        {
            [FC_INT8] = parse_int8,
            [FC_UINT8] = parse_uint8,
            [FC_INT16] = parse_int16,
            [FC_UINT16] = parse_uint16,
            [FC_INT32] = parse_int32,
            [FC_UINT32] = parse_uint32,
            [FC_INT64] = parse_int64,
            [FC_UINT64] = parse_uint64,
            [FC_FLOAT16] = parse_float16,
            [FC_FLOAT32] = parse_float32,
            [FC_FLOAT64] = parse_float64,
        },
    .count_separators = count_separators,
};
