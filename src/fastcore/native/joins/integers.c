/* Integers to text.

   Four numbers at a time: up to 2^26 each is a lane of eight digits, shifted by its leading zeros, stored whole and
   passed by its length, with no branch on a digit; a sign is stored before every number and passed where there is one.
   Longer numbers are 16 digits, shifted by a shuffle, or a head of up to four digits and 16 more. About 25 instructions
   for a number up to 2^26 and 50 for a full one.

   With AVX-512 eight at a time, in cells of 8, 16 or 32 bytes that hold the digits, right-aligned, and the separator;
   the first byte is always free, for a sign. A mask of what is to stay, from each number's first digit on, is made of
   the digits that are not zero by one subtraction for all cells, as a carry from the low end of a cell runs up to its
   first set bit; what stays is then compressed. 8 to 25 instructions a number. */
#include "digits.h"

FC_INLINE uint64_t magnitude_of(uint64_t x, int is_signed) {
    const uint64_t is_negative = is_signed ? x >> 63 : 0;
    return (x ^ (0 - is_negative)) + is_negative;
}

/* ---- four at a time ------------------------------------------------------------------------------------------ */

#ifdef FC_JOINS_SSE

FC_INLINE char *write_long(uint64_t x, char *out, const fc_digit_constants *c) {
    uint64_t head = x / 10000000000000000u, upper, lower;
    __m128i digits;
    x -= head * 10000000000000000u;
    upper = x / 100000000u;
    lower = x - upper * 100000000u;
    digits = fc_digits_of_two(_mm_set_epi64x((int64_t)lower, (int64_t)upper), c);
    if (head != 0) {
        out = fc_write_head(fc_eight_digits(head), out);
        _mm_storeu_si128((__m128i *)out, _mm_or_si128(digits, _mm_set1_epi8('0')));
        return out + 16;
    } else {
        unsigned nonzero = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(digits, _mm_setzero_si128()));
        unsigned lead = fc_trailing_zeros(nonzero | 1u << 15);
        __m128i shuffle = _mm_loadu_si128((const __m128i *)(fc_shift_down + lead));
        _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(_mm_or_si128(digits, _mm_set1_epi8('0')), shuffle));
        return out + 16 - lead;
    }
}

/* The digits of four numbers, if all are below 2^26 in magnitude. */
FC_INLINE int digits_of_four(const uint64_t *x, int is_signed, uint64_t digits[4], const fc_digit_constants *c) {
    __m128i first = _mm_loadu_si128((const __m128i *)x), second = _mm_loadu_si128((const __m128i *)(x + 2));
    if (is_signed) {
        const __m128i zero = _mm_setzero_si128();
        const __m128i first_sign = _mm_cmpgt_epi64(zero, first), second_sign = _mm_cmpgt_epi64(zero, second);
        first = _mm_sub_epi64(_mm_xor_si128(first, first_sign), first_sign);
        second = _mm_sub_epi64(_mm_xor_si128(second, second_sign), second_sign);
    }
    if (!_mm_testz_si128(_mm_or_si128(first, second), _mm_set1_epi64x(~((1ll << 26) - 1)))) {
        return 0;
    }
    first = fc_digits_of_two(first, c);
    second = fc_digits_of_two(second, c);
    digits[0] = (uint64_t)_mm_cvtsi128_si64(first);
    digits[1] = (uint64_t)_mm_extract_epi64(first, 1);
    digits[2] = (uint64_t)_mm_cvtsi128_si64(second);
    digits[3] = (uint64_t)_mm_extract_epi64(second, 1);
    return 1;
}

#else

typedef int fc_digit_constants;
FC_INLINE fc_digit_constants fc_digit_constants_of(void) { return 0; }

FC_INLINE char *write_eight(uint64_t x, char *out) {
    fc_store_little(out, fc_eight_digits(x) | FC_ASCII_ZEROS);
    return out + 8;
}

FC_INLINE char *write_long(uint64_t x, char *out, const fc_digit_constants *c) {
    uint64_t head = x / 10000000000000000u;
    (void)c;
    x -= head * 10000000000000000u;
    if (head != 0) {
        out = fc_write_head(fc_eight_digits(head), out);
        out = write_eight(x / 100000000u, out);
    } else if (x >= 100000000u) {
        out = fc_write_head(fc_eight_digits(x / 100000000u), out);
    } else {
        return fc_write_head(fc_eight_digits(x), out);
    }
    return write_eight(x % 100000000u, out);
}

FC_INLINE int digits_of_four(const uint64_t *x, int is_signed, uint64_t digits[4], const fc_digit_constants *c) {
    (void)c;
    for (int j = 0; j < 4; j++) {
        const uint64_t magnitude = magnitude_of(x[j], is_signed);
        if (magnitude >> 26 != 0) {
            return 0;
        }
        digits[j] = fc_eight_digits(magnitude);
    }
    return 1;
}

#endif

FC_INLINE char *write_sign(uint64_t x, int is_signed, char *out) {
    *out = '-';
    return is_signed ? out + (x >> 63) : out;
}

/* Of int64 if `is_signed`, else uint64. */
FC_INLINE char *write_fours(const uint64_t *x, size_t n, int is_signed, const fc_separator *between, int is_short,
                            char *out) {
    const fc_digit_constants c = fc_digit_constants_of();
    const fc_separator separator = *between; /* of its own, or the compiler would read it anew after each store */
    uint64_t digits[4];
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        if (digits_of_four(x + i, is_signed, digits, &c)) {
            for (size_t j = 0; j < 4; j++) {
                out = fc_write_head(digits[j], write_sign(x[i + j], is_signed, out));
                out = fc_write_separator(&separator, is_short, out);
            }
        } else {
            for (size_t j = 0; j < 4; j++) {
                out = write_long(magnitude_of(x[i + j], is_signed), write_sign(x[i + j], is_signed, out), &c);
                out = fc_write_separator(&separator, is_short, out);
            }
        }
    }
    for (; i < n; i++) {
        out = write_long(magnitude_of(x[i], is_signed), write_sign(x[i], is_signed, out), &c);
        out = fc_write_separator(&separator, is_short, out);
    }
    return out;
}

FC_INLINE char *write_words(const uint64_t *x, size_t n, int is_signed, const fc_separator *separator, char *out) {
    return FC_IS_SHORT(separator) ? write_fours(x, n, is_signed, separator, 1, out)
                                  : write_fours(x, n, is_signed, separator, 0, out);
}

/* ---- eight at a time ----------------------------------------------------------------------------------------- */

#ifdef FC_WIDE

/* Where the parts of a vector's cells are, a bit a byte. */
typedef struct cells {
    uint64_t first;     /* the first byte of each, always free */
    uint64_t last;      /* the last digit, which always stays */
    uint64_t separator; /* the room of the separators */
    uint64_t kept;      /* the digits, and the separators' own bytes */
} cells;

/* `negative`: all bytes of the cells of negative numbers. */
FC_INLINE FC_WIDE char *write_cells(__m512i digits, const cells *cell, uint64_t negative, __m512i separators,
                                    char *out) {
    uint64_t nonzero = (_mm512_test_epi8_mask(digits, digits) & ~cell->separator) | cell->last;
    /* From the first digit that is not zero to the end of the cell. No cell's subtraction borrows from the next, as a
       bit of its own is set. */
    uint64_t number = ~((nonzero - cell->first) & ~nonzero) & cell->kept;
    uint64_t stays = number | ((number >> 1) & negative);
    __m512i text = _mm512_or_si512(digits, _mm512_set1_epi8('0'));
    text = _mm512_mask_blend_epi8(cell->separator, text, separators);
    text = _mm512_mask_blend_epi8(stays & ~number, text, _mm512_set1_epi8('-'));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(stays, text));
    return out + _mm_popcnt_u64(stays);
}

/* The bits of a mask that are `places` apart, each spread over the width of a cell. */
FC_INLINE uint64_t spread(unsigned mask, uint64_t places, uint64_t width) { return _pdep_u64(mask, places) * width; }

static const cells cells_of_8 = {0x0101010101010101u, 0x4040404040404040u, 0x8080808080808080u, ~0ull};
static const cells cells_of_16 = {0x0001000100010001u, 0x4000400040004000u, 0x8000800080008000u, ~0ull};
#define LEAST_16 1000000u         /* up to here a cell of 8 has room */
#define LEAST_32 100000000000000u /* a cell of 16 */

/* Eight magnitudes below 10^6, with a separator of one byte: 0, six digits, separator. */
FC_INLINE FC_WIDE char *write_in_8(__m512i x, __m512i sign, __m512i separators, char *out, const fc_wide_constants *c) {
    __m512i digits = fc_digits_of_eight(fc_tenfold(x), c);
    return write_cells(digits, &cells_of_8, _mm512_movepi8_mask(sign), separators, out);
}

/* Below 10^14: 0, 14 digits, separator. */
FC_INLINE FC_WIDE char *write_in_16(__m512i x, __m512i sign, __m512i separators, char *out,
                                    const fc_wide_constants *c) {
    /* x / 10^7 as 3777893186295717/2^75 */
    __m512i upper = _mm512_srli_epi64(_mm512_madd52hi_epu64(_mm512_setzero_si512(), x, FC_LANES(3777893186295717)), 23);
    __m512i lower = _mm512_sub_epi64(x, _mm512_madd52lo_epu64(_mm512_setzero_si512(), upper, FC_LANES(10000000)));
    unsigned negative = _mm512_movepi64_mask(sign);
    upper = fc_digits_of_eight(upper, c);
    lower = fc_digits_of_eight(fc_tenfold(lower), c);
    out = write_cells(_mm512_permutex2var_epi64(upper, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), lower),
                      &cells_of_16, spread(negative & 0xf, cells_of_16.first, 0xffff), separators, out);
    return write_cells(_mm512_permutex2var_epi64(upper, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), lower),
                       &cells_of_16, spread(negative >> 4, cells_of_16.first, 0xffff), separators, out);
}

/* Any, with a separator of up to 8 bytes: head of up to four digits in 8 bytes, 16 digits, 8 bytes of separator. */
FC_INLINE FC_WIDE char *write_in_32(__m512i x, __m512i sign, const cells *cell, __m512i separators, char *out,
                                    const fc_wide_constants *c) {
    /* x / 10^16: of x / 2^16 < 2^48 the quotient by 5^16, as 4056481920730335/2^89 */
    __m512i head = _mm512_srli_epi64(
        _mm512_madd52hi_epu64(_mm512_setzero_si512(), _mm512_srli_epi64(x, 16), FC_LANES(4056481920730335)), 37);
    __m512i rest = _mm512_sub_epi64(x, _mm512_mullo_epi64(head, FC_LANES(10000000000000000)));
    __m512i upper = fc_upper_eight(rest), lower = fc_lower_eight(rest, upper), start, digits;
    unsigned negative = _mm512_movepi64_mask(sign);
    head = fc_digits_of_eight(head, c);
    upper = fc_digits_of_eight(upper, c);
    lower = fc_digits_of_eight(lower, c);
#define TWO_CELLS(j)                                                                                       \
    start = _mm512_permutex2var_epi64(head, _mm512_setr_epi64(j, 8 + j, 0, 0, 1 + j, 9 + j, 0, 0), upper); \
    digits = _mm512_permutex2var_epi64(start, _mm512_setr_epi64(0, 1, 8 + j, 3, 4, 5, 9 + j, 7), lower);   \
    out = write_cells(digits, cell, spread(negative >> j & 3, 0x0000000100000001u, 0xffffffffu), separators, out)
    TWO_CELLS(0);
    TWO_CELLS(2);
    TWO_CELLS(4);
    TWO_CELLS(6);
    return out;
}

FC_INLINE FC_WIDE char *write_eight_numbers(__m512i x, int is_signed, const fc_separator *separator, const cells *cell,
                                            __m512i separators, char *out, const fc_wide_constants *c) {
    __m512i magnitude = is_signed ? _mm512_abs_epi64(x) : x;
    __m512i sign = is_signed ? _mm512_srai_epi64(x, 63) : _mm512_setzero_si512();
    if (separator->size == 1) {
        if (_mm512_cmpge_epu64_mask(magnitude, FC_LANES(LEAST_16)) == 0) {
            return write_in_8(magnitude, sign, separators, out, c);
        }
        if (_mm512_cmpge_epu64_mask(magnitude, FC_LANES(LEAST_32)) == 0) {
            return write_in_16(magnitude, sign, separators, out, c);
        }
    }
    return write_in_32(magnitude, sign, cell, separators, out, c);
}

/* The same as write_words, with a separator of up to 8 bytes; and a range of n numbers if x is NULL. */
FC_INLINE FC_WIDE char *write_wide(const uint64_t *x, uint64_t start, uint64_t step, size_t n, int is_signed,
                                   const fc_separator *separator, char *out) {
    const fc_wide_constants c = fc_wide_constants_of();
    const uint64_t own = ((1ull << separator->size) - 1) << 24;
    const cells cell = {0x0000000100000001u, 0x0080000000800000u, 0xff000000ff000000u,
                        (0xffffff | own) << 32 | 0xffffff | own};
    const __m512i separators =
        separator->size == 1 ? _mm512_set1_epi8((char)separator->word) : FC_LANES(separator->word);
    const __m512i stride = FC_LANES(8 * step);
    __m512i numbers = _mm512_add_epi64(FC_LANES(start),
                                       _mm512_mullo_epi64(FC_LANES(step), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7)));
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        if (x != NULL) {
            numbers = _mm512_loadu_si512(x + i);
        }
        out = write_eight_numbers(numbers, is_signed, separator, &cell, separators, out, &c);
        numbers = _mm512_add_epi64(numbers, stride);
    }
    if (i < n) {
        /* The rest, and zeros for what lacks, which are then taken back. */
        const __mmask8 some = (__mmask8)((1u << (n - i)) - 1);
        numbers = x != NULL ? _mm512_maskz_loadu_epi64(some, x + i) : _mm512_maskz_mov_epi64(some, numbers);
        out = write_eight_numbers(numbers, is_signed, separator, &cell, separators, out, &c);
        out -= (8 - (n - i)) * (1 + separator->size);
    }
    return out;
}

/* Loops over words, which the compiler makes of write_wide. */
static FC_WIDE char *wide_signed(const uint64_t *x, size_t n, const fc_separator *separator, char *out) {
    return write_wide(x, 0, 0, n, 1, separator, out);
}
static FC_WIDE char *wide_unsigned(const uint64_t *x, size_t n, const fc_separator *separator, char *out) {
    return write_wide(x, 0, 0, n, 0, separator, out);
}
static FC_WIDE char *wide_range(uint64_t start, uint64_t step, size_t n, const fc_separator *separator, char *out) {
    return write_wide(NULL, start, step, n, 1, separator, out);
}

/* From four numbers on: fewer take less time alone. */
FC_INLINE int is_wide(size_t n, const fc_separator *separator) {
    return n >= 4 && FC_IS_SHORT(separator) && fc_has_vbmi2();
}

#endif

/* ---- the table ----------------------------------------------------------------------------------------------- */

static char *write_numbers(const uint64_t *x, size_t n, int is_signed, const fc_separator *separator, char *out) {
#ifdef FC_WIDE
    if (is_wide(n, separator)) {
        return is_signed ? wide_signed(x, n, separator, out) : wide_unsigned(x, n, separator, out);
    }
#endif
    return is_signed ? write_words(x, n, 1, separator, out) : write_words(x, n, 0, separator, out);
}

static char *write_bools(const uint8_t *x, size_t n, const fc_separator *separator, char *out) {
    for (size_t i = 0; i < n; i++) {
        memcpy(out, x[i] ? "True\0" : "False", 5);
        out = fc_write_separator(separator, FC_IS_SHORT(separator), out + 5 - x[i]);
    }
    return out;
}

/* Numbers that are widened at a time: 2 KiB of them. */
#define BLOCK 256

#define WIDEN(type)                                            \
    for (size_t j = 0; j < count; j++) {                       \
        word[j] = (uint64_t)(int64_t)((const type *)x)[i + j]; \
    }                                                          \
    break

static char *integers(int kind, const void *x, size_t n, const char *text, size_t size, char *out) {
    const fc_separator separator = fc_separator_of(text, size);
    uint64_t word[BLOCK];
    if (kind == FC_INT64 || kind == FC_UINT64) {
        return write_numbers((const uint64_t *)x, n, kind == FC_INT64, &separator, out);
    }
    if (kind == FC_BOOL) {
        return write_bools((const uint8_t *)x, n, &separator, out);
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t count = n - i < BLOCK ? n - i : BLOCK;
        switch (kind) {
        case FC_INT8:
            WIDEN(int8_t);
        case FC_UINT8:
            WIDEN(uint8_t);
        case FC_INT16:
            WIDEN(int16_t);
        case FC_UINT16:
            WIDEN(uint16_t);
        case FC_INT32:
            WIDEN(int32_t);
        default:
            WIDEN(uint32_t);
        }
        out = write_numbers(word, count, 1, &separator, out);
    }
    return out;
}

static char *range(int64_t start, int64_t step, size_t n, const char *text, size_t size, char *out) {
    const fc_separator separator = fc_separator_of(text, size);
    /* Unsigned, as the value one past the end may leave int64. */
    uint64_t value = (uint64_t)start, word[BLOCK];
#ifdef FC_WIDE
    if (is_wide(n, &separator)) {
        return wide_range(value, (uint64_t)step, n, &separator, out);
    }
#endif
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t count = n - i < BLOCK ? n - i : BLOCK;
        for (size_t j = 0; j < count; j++) {
            word[j] = value;
            value += (uint64_t)step;
        }
        out = write_words(word, count, 1, &separator, out);
    }
    return out;
}

const fc_integer_text_table FC_TABLE(fc_integer_text) = {
    .integers = integers,
    .range = range,
};
