/* Text to numbers.

   The separators of a block are found first, 64 bytes of text at a time as the bits of a word; so where a token starts
   does not depend on how the one before was read, and several are under way at once. Digits are read eight at a time:
   one word is turned into a number by three multiplications. An integer is read from its end, where its last eight
   digits lie in one word, up to 10^8 without a branch that its length decides.

   A float is a number w of up to 19 digits and an exponent. Its digits are read from the end too: what stands before
   the point lies one byte farther down, and is taken from words that start there. Then w is multiplied by a 128-bit
   power of ten (D. Lemire, "Number parsing at a gigabyte per second", 2021), which decides the rounding but for numbers
   that a float is equal to, or nearly; see `round_decimal`, and `round_exactly` for these.

   What a loop does not understand or cannot decide it leaves to the caller, a token at a time: all that is malformed or
   out of range, a plus sign, results below the normal range, and digits without end. */
#include "shortest.h"

/* Bytes before a token that may be read; and the longest token that is copied where the text ends too near, as longer
   ones are left to the caller anyway. */
#define MARGIN 32
#define LONGEST 64

/* The number of eight digits, the first in the lowest byte: pairs, fours and all eight, by multiplications that add the
   upper of two parts to a multiple of the lower. */
FC_INLINE uint64_t number_of(uint64_t digits) {
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    return (digits * 10000 + (digits >> 32)) & 0xffffffffu;
}

/* Sets the upper bit of a byte where x ^ '0' is no digit. */
FC_INLINE uint64_t others(uint64_t x) { return (x + 0x7676767676767676u) | x; }
#define UPPER_BITS 0x8080808080808080u

/* The upper `count` <= 8 bytes; shifted in two steps, as a shift by 64 is none. */
FC_INLINE uint64_t upper_bytes(unsigned count) { return ~(~0ull >> 4 * count >> 4 * count); }

/* Of 24 bytes whose last `count` are set, the word k from the end. */
FC_INLINE uint64_t last_bytes(unsigned count, int k) {
    static const uint8_t none_and_all[48] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                             0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return fc_load_little((const char *)none_and_all + count + 16 - 8 * k);
}

#ifndef FC_JOINS_SSE
/* Which of eight bytes are c, as eight bits: their upper bits, gathered at the top by a multiplication. */
FC_INLINE unsigned find_8(uint64_t bytes, char c) {
    const uint64_t x = bytes ^ 0x0101010101010101u * (uint8_t)c;
    const uint64_t is_equal = ~(((x & ~UPPER_BITS) + ~UPPER_BITS) | x) & UPPER_BITS;
    return (unsigned)((is_equal >> 7) * 0x0102040810204080u >> 56);
}
#endif

/* ---- integers ------------------------------------------------------------------------------------------------ */

typedef struct limits {
    uint64_t positive, negative; /* the greatest magnitudes */
} limits;

/* The number of the last `count` <= 8 characters before `end`; sets upper bits of *other if they are no digits. */
FC_INLINE uint64_t read_last(const char *end, unsigned count, uint64_t *other) {
    uint64_t digits = (fc_load_little(end - 8) ^ FC_ASCII_ZEROS) & upper_bytes(count);
    *other |= others(digits);
    return number_of(digits);
}

/* Reads an integer; returns 0 if it is none or beyond the limits. */
FC_INLINE int read_integer(const char *start, const char *end, const limits *most, uint64_t *result) {
    const uint64_t is_negative = *start == '-';
    const size_t count = (size_t)(end - start) - is_negative;
    uint64_t number, other = 0;
    if (count - 1 < 8) {
        number = read_last(end, (unsigned)count, &other);
    } else if (count - 1 < 16) {
        number = read_last(end, 8, &other) + 100000000u * read_last(end - 8, (unsigned)count - 8, &other);
    } else if (count - 1 < 20) {
        /* 10^20 is beyond 2^64. */
        uint64_t low = read_last(end, 8, &other), high, carry;
        low += 100000000u * read_last(end - 8, 8, &other);
        number = low + fc_multiply(read_last(end - 16, (unsigned)count - 16, &other), 10000000000000000u, &high);
        carry = number < low;
        if ((high | carry) != 0) {
            return 0;
        }
    } else {
        return 0;
    }
    if ((other & UPPER_BITS) != 0 || number > (is_negative ? most->negative : most->positive)) {
        return 0;
    }
    *result = (number ^ (0 - is_negative)) + is_negative;
    return 1;
}

/* ---- floats -------------------------------------------------------------------------------------------------- */

/* A binary format: the bits of the fraction, with the leading one, and the greatest exponent. */
typedef struct format {
    int precision, greatest;
} format;

/* The bits of a float by its fraction, with the leading one, and exponent; returns 0 if it is not a normal number. */
FC_INLINE int pack(uint64_t fraction, int exponent, const format *to, uint64_t *bits) {
    const uint64_t carry = fraction >> to->precision; /* of rounding up */
    fraction >>= carry;
    exponent += (int)carry;
    *bits = ((uint64_t)(exponent + to->greatest - 1) << (to->precision - 1)) + fraction;
    return exponent <= to->greatest && exponent >= 1 - to->greatest;
}

/* w·10^e rounded to the format, as the bits of its magnitude; returns 0 if that is left undecided or is not a normal
   number. w is not 0.

   With w shifted to 64 bits and floor(G) for the power of ten, G in [2^127, 2^128), let U be the upper 128 bits of the
   product of 192: the true value lies in [U, U + 2), 1 for the bits below and w/2^64 for those of G that are missing.
   The bits of U that the format keeps, and the one after them, tell the result, unless
   - the bits below are all ones: then the true value may reach the next multiple of what they count, or
   - the one after is set and the bits below are 0: then it may be a tie.
   From 10^0 to 10^55 floor(G) = G, and all 192 bits are known: then a tie is to be seen, and goes to the even number.
 */
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
    return pack(fraction >> 1, exponent, to, bits);
}

/* The same where that is undecided, as the number is equal to a float or to the middle of two. Then 10^-e divides it up
   to powers of two, so that it is an integer times 2^e; from 10^-27 on, as 5^28 is beyond 2^64. */
static FC_NOINLINE int round_exactly(uint64_t w, int e, const format *to, uint64_t *bits) {
    const int shift = 63 - to->precision; /* leaves the fraction and the bit after it */
    uint64_t five = 1, fraction;
    int exponent;
    if (e >= 0 || e < -27) {
        return 0;
    }
    for (int i = e; i < 0; i++) {
        five *= 5;
    }
    if (w % five != 0) {
        return 0;
    }
    w /= five;
    exponent = 63 - (int)fc_leading_zeros(w) + e;
    w <<= fc_leading_zeros(w);
    fraction = w >> shift;
    /* Half up, but a tie to even. */
    fraction += fraction & 1 & ((fraction >> 1) | ((w & ((1ull << shift) - 1)) != 0));
    return pack(fraction >> 1, exponent, to, bits);
}

/* Digits that no word holds: leading zeros are passed, then 19 are read. Returns 1 if more follow that are not 0. */
static int read_many_digits(const char *p, const char *end, uint64_t *w, int *e) {
    int count = 0, is_inexact = 0, has_point = 0;
    *w = 0;
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

/* Infinity and NaN, as Python writes them. */
static int read_name(const char *p, size_t size, const format *to, uint64_t *result) {
    const uint64_t infinity = (2 * (uint64_t)to->greatest + 1) << (to->precision - 1);
    if (size != 3 || (memcmp(p, "inf", 3) != 0 && memcmp(p, "nan", 3) != 0)) {
        return 0;
    }
    *result = *p == 'i' ? infinity : infinity | 1ull << (to->precision - 2);
    return 1;
}

/* Which of the 32 characters before `end` are c, with `either` set in them. */
FC_INLINE uint32_t find_in_last_32(const char *end, char c, char either) {
    uint32_t found = 0;
#ifdef FC_JOINS_SSE
    for (int j = 0; j < 2; j++) {
        const __m128i some = _mm_or_si128(_mm_loadu_si128((const __m128i *)(end - 32) + j), _mm_set1_epi8(either));
        found |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(some, _mm_set1_epi8(c))) << 16 * j;
    }
#else
    for (int j = 0; j < 4; j++) {
        const uint64_t some = fc_load_little(end - 32 + 8 * j) | 0x0101010101010101u * (uint8_t)either;
        found |= (uint32_t)find_8(some, c) << 8 * j;
    }
#endif
    return found;
}

/* The exponent between e and the end of a token; returns 0 if it is none. */
FC_INLINE int read_exponent(const char *p, const char *end, int *exponent) {
    const int is_below = p < end && *p == '-';
    int number = 0;
    p += p < end && (*p == '-' || *p == '+');
    if (p == end || end - p > 4) {
        return 0;
    }
    for (; p < end; p++) {
        const unsigned digit = (unsigned)(*p - '0');
        if (digit > 9) {
            return 0;
        }
        number = 10 * number + (int)digit;
    }
    *exponent = is_below ? -number : number;
    return 1;
}

/* What is not in 24 digits; returns 0 if it is no number or was not decided. */
static FC_NOINLINE int read_long(const char *p, const char *end, int e, const format *to, uint64_t *bits) {
    uint64_t w, other;
    int is_inexact, points = 0;
    for (const char *q = p; q < end; q++) {
        points += *q == '.';
        if ((unsigned)(*q - '0') > 9 && *q != '.') {
            return 0;
        }
    }
    if (points > 1) {
        return 0;
    }
    is_inexact = read_many_digits(p, end, &w, &e);
    if (w == 0) {
        *bits = 0;
        return 1;
    }
    if (!round_decimal(w, e, to, bits) && (is_inexact || !round_exactly(w, e, to, bits))) {
        return 0;
    }
    /* Between w and w + 1. */
    return !is_inexact || (round_decimal(w + 1, e, to, &other) && other == *bits);
}

/* Reads a float; returns 0 if it is none or was not decided. */
FC_INLINE int read_float(const char *start, const char *end, const format *to, uint64_t *result) {
    const uint64_t is_negative = *start == '-';
    const uint64_t sign = is_negative << (to->precision == 53 ? 63 : to->precision == 24 ? 31 : 15);
    const size_t size = (size_t)(end - start);
    uint32_t valid, points, letters;
    uint64_t w, bits, other = 0, word[3] = {0, 0, 0};
    unsigned count, after;
    int e = 0;
    if (FC_UNLIKELY(size > 32)) {
        return 0;
    }
    valid = ~0u << (32 - size);
    points = find_in_last_32(end, '.', 0) & valid;
    letters = find_in_last_32(end, 'e', 0x20) & valid;
    start += is_negative;
    if (FC_UNLIKELY(letters != 0)) {
        const unsigned place = 31 - (unsigned)(fc_leading_zeros(letters) - 32); /* the last e, of one */
        const char *letter = end - 32 + place;
        if (!read_exponent(letter + 1, end, &e)) {
            return 0;
        }
        points <<= 32 - place;
        end = letter;
    }
    count = (unsigned)(end - start) - (points != 0);
    /* Digits after the point; if there is none, all count as such. */
    after = points != 0 ? (unsigned)(fc_leading_zeros(points) - 32) : count;
    if (FC_UNLIKELY(count - 1 >= 24)) {
        if (count == 0 || !read_long(start, end, e, to, &bits)) {
            return 0;
        }
        *result = bits | sign;
        return 1;
    }
#define READ(k)                                                    \
    do {                                                           \
        const uint64_t right = last_bytes(after, k);               \
        uint64_t digits = fc_load_little(end - 8 * k - 8) & right; \
        digits |= fc_load_little(end - 8 * k - 9) & ~right;        \
        digits = (digits ^ FC_ASCII_ZEROS) & last_bytes(count, k); \
        other |= others(digits);                                   \
        word[k] = number_of(digits);                               \
    } while (0)
    READ(0);
    if (count > 8) {
        READ(1);
        READ(2);
    }
    if (FC_UNLIKELY((other & UPPER_BITS) != 0)) {
        if (!read_name(start, size - is_negative, to, &bits)) {
            return 0;
        }
        *result = bits | sign;
        return 1;
    }
    if (FC_UNLIKELY(word[2] >= 1000)) { /* more than 19 digits */
        if (!read_long(start, end, e, to, &bits)) {
            return 0;
        }
        *result = bits | sign;
        return 1;
    }
    w = word[0] + 100000000u * word[1] + 10000000000000000u * word[2];
    e -= points != 0 ? (int)after : 0;
    if (w == 0) {
        bits = 0;
    } else if (FC_UNLIKELY(!round_decimal(w, e, to, &bits)) && !round_exactly(w, e, to, &bits)) {
        return 0;
    }
    *result = bits | sign;
    return 1;
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

FC_INLINE int is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

FC_INLINE int read_token(const limits *most, const format *to, const char *start, const char *end, uint64_t *value) {
    if (FC_UNLIKELY(start == end)) {
        return 0;
    }
    if (FC_UNLIKELY(is_space(*start) || is_space(end[-1]))) {
        while (start < end && is_space(*start)) {
            start++;
        }
        while (start < end && is_space(end[-1])) {
            end--;
        }
        if (start == end) {
            return 0;
        }
    }
    return most != NULL ? read_integer(start, end, most, value) : read_float(start, end, to, value);
}

/* A token near the end of what can be read, from a copy with zeros around it. */
static FC_NOINLINE int read_copy(const limits *most, const format *to, const char *start, const char *end,
                                 uint64_t *value) {
    char copy[MARGIN + 2 * LONGEST];
    const size_t size = (size_t)(end - start);
    if (size > LONGEST) {
        return 0;
    }
    memset(copy, 0, sizeof copy);
    memcpy(copy + MARGIN, start, size);
    return read_token(most, to, copy + MARGIN, copy + MARGIN + size, value);
}

/* Which of 64 bytes are c. */
FC_INLINE uint64_t find_64(const char *p, char c) {
#if defined(FC_ISA_AVX512)
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8(c));
#elif defined(FC_JOINS_SSE)
    uint64_t found = 0;
    for (int j = 0; j < 4; j++) {
        const __m128i some = _mm_loadu_si128((const __m128i *)p + j);
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(some, _mm_set1_epi8(c))) << 16 * j;
    }
    return found;
#else
    uint64_t found = 0;
    for (int j = 0; j < 8; j++) {
        found |= (uint64_t)find_8(fc_load_little(p + 8 * j), c) << 8 * j;
    }
    return found;
#endif
}

/* Tokens whose ends are found at a time. */
#define BLOCK 256

/* Finds the ends of up to BLOCK tokens, or some more, as offsets from `text`, where the first starts; the last token
   ends with the text. Offsets are below 2^32, so it stops before. */
static size_t find_ends(const char *text, const char *end, const char *separator, size_t separator_size, size_t most,
                        uint32_t *ends) {
    size_t count = 0, offset = 0, next = 0, size = (size_t)(end - text);
    const int is_all = size < UINT32_MAX - 64;
    size = is_all ? size : UINT32_MAX - 64;
    most = most < BLOCK ? most : BLOCK;
    for (; offset < size && count < most; offset += 64) {
        uint64_t found;
        if (size - offset >= 64) {
            found = find_64(text + offset, *separator);
        } else {
            char copy[64] = {0};
            memcpy(copy, text + offset, size - offset);
            found = find_64(copy, *separator) & ((1ull << (size - offset)) - 1);
        }
        if (separator_size == 1) {
            /* Four at once, as a loop for each would mispredict its end: what is too much is overwritten. */
            size_t i = count;
            count += fc_count_bits(found);
            for (; found != 0; i += 4) {
                for (int j = 0; j < 4; j++) {
                    ends[i + j] = (uint32_t)(offset + fc_trailing_zeros(found | 1ull << 63));
                    found &= found - 1;
                }
            }
            continue;
        }
        for (; found != 0; found &= found - 1) {
            const size_t at = offset + fc_trailing_zeros(found);
            if (at >= next && size - at >= separator_size && memcmp(text + at, separator, separator_size) == 0) {
                ends[count++] = (uint32_t)at;
                next = at + separator_size;
            }
        }
    }
    if (offset >= size && count < most && is_all) {
        ends[count++] = (uint32_t)size;
    }
    return count;
}

/* Tokens of a text, of which what lies between `low` and `high` can be read. */
FC_INLINE size_t parse_tokens(const limits *most, const format *to, unsigned size, const char **text, const char *end,
                              const char *low, const char *high, const char *separator, size_t separator_size,
                              void *out, size_t n) {
    uint32_t ends[BLOCK + 64 + 4];
    const char *start = *text;
    size_t done = 0;
    while (done < n) {
        const char *const from = start;
        const size_t left = n - done;
        size_t count = find_ends(from, end, separator, separator_size, left, ends);
        count = count < left ? count : left;
        for (size_t i = 0; i < count; i++) {
            const char *const stop = from + ends[i];
            uint64_t value;
            int is_read;
            if (FC_UNLIKELY(start - low < MARGIN || high - start < 2 * LONGEST)) {
                is_read = read_copy(most, to, start, stop, &value);
            } else {
                is_read = read_token(most, to, start, stop, &value);
            }
            if (FC_UNLIKELY(!is_read)) {
                *text = start;
                return done;
            }
            store_element(out, done++, size, value);
            start = stop + separator_size;
        }
        if (count == 0) {
            break;
        }
    }
    *text = start < end ? start : end;
    return done;
}

/* Texts that are copied as a whole, so that no token is near an end of what can be read. */
#define SHORT_TEXT 384

FC_INLINE size_t parse_all(const limits *most, const format *to, unsigned size, const char **text, const char *end,
                           const char *separator, size_t separator_size, void *out, size_t n) {
    const size_t length = (size_t)(end - *text);
    char copy[MARGIN + SHORT_TEXT + 2 * LONGEST];
    const char *start = copy + MARGIN;
    size_t done;
    if (length > SHORT_TEXT) {
        return parse_tokens(most, to, size, text, end, *text, end, separator, separator_size, out, n);
    }
    memset(copy, 0, MARGIN);
    memcpy(copy + MARGIN, *text, length);
    memset(copy + MARGIN + length, 0, 2 * LONGEST);
    done = parse_tokens(most, to, size, &start, start + length, copy, start + length + 2 * LONGEST, separator,
                        separator_size, out, n);
    *text += start - (copy + MARGIN);
    return done;
}

#define PARSE_INTEGERS(name, size, positive, negative)                                                           \
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
