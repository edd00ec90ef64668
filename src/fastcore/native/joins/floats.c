/* Floats to text, laid out as Python's repr does: fixed notation from 1e-4 to below 1e16, else d.ddde±XX. NumPy's
   float32 and float16 go over to exponents sooner, where the caller says.

   One at a time: the shortest decimal (shortest.h) as 16 digits and a seventeenth, by one multiplication of 128 bits
   and few branches, none of which data of one sort mispredicts; then a shuffle that makes room for the point, and
   stores of fixed size, of which the length says how much stays. About 130 instructions.

   Eight at a time, with AVX-512 IFMA: the same with powers of ten of 104 bits and fractions of 52. About 35
   instructions a number. Zeros, powers of two, infinities, NaN and exponents are dealt with in place; what 52 bits
   cannot decide, one in some 10^13 of random doubles but many of those that lie near 2^50, goes one at a time (see
   `decide_eight`). The decimals of a block are found first and written afterwards: both together are a chain of some
   150 cycles, and a processor does not look far enough ahead to overlap more than one of them; apart they take 0.7 of
   the time. */
#include "shortest.h"

/* Fixed notation starts at this place of the first digit, and ends before 10^16 at the latest. */
#define FIXED_FIRST (-4)
#define FIXED_END 16
#define EXPONENT_ROW (FIXED_END - FIXED_FIRST)

#define SIGN_OF_32 0x80000000u
/* NumPy compares with 1e-4 itself, which float32 rounds down. */
#define LEAST_FIXED_32 0x38d1b717u

/* e±XX of the place of the first digit, in a word, the first letter lowest; its length in *size. */
FC_INLINE uint64_t exponent_text(int point, size_t *size) {
    unsigned e = (unsigned)(point < 0 ? -point : point);
    unsigned hundreds = e * 41 >> 12; /* 41/2^12 = 1/100 below 400 */
    unsigned rest = e - 100 * hundreds, tens = rest * 103 >> 10;
    uint64_t digits = hundreds | tens << 8 | (rest - 10 * tens) << 16 | 0x303030u;
    unsigned is_long = hundreds != 0;
    *size = 4 + is_long;
    return 'e' | (point < 0 ? '-' : '+') << 8 | (digits >> (is_long ? 0 : 8)) << 16;
}

/* ---- one at a time ------------------------------------------------------------------------------------------- */

/* Where the parts of a number go, by the place of its first digit. */
typedef struct layout {
#ifdef FC_JOINS_SSE
    uint8_t shuffle[16]; /* opens a gap for the point */
#else
    uint64_t before[2]; /* the bytes of 16 digits that stay before the point */
#endif
    uint8_t digits; /* where the 16 digits and the point are written */
    uint8_t tail;   /* where the last two digits are written again */
    uint8_t point;
    uint8_t more;  /* the length is that of the digits and this */
    uint8_t least; /* but no less than this */
    uint8_t unused[11];
} layout;

/* clang-format off */
#ifdef FC_JOINS_SSE
#define OPEN_BYTE(p, i) ((i) <= (p) ? (i) : (i) == (p) + 1 ? 0x80 : (i) - 1)
#define OPEN(p) {OPEN_BYTE(p, 0), OPEN_BYTE(p, 1), OPEN_BYTE(p, 2), OPEN_BYTE(p, 3), OPEN_BYTE(p, 4), \
                 OPEN_BYTE(p, 5), OPEN_BYTE(p, 6), OPEN_BYTE(p, 7), OPEN_BYTE(p, 8), OPEN_BYTE(p, 9), \
                 OPEN_BYTE(p, 10), OPEN_BYTE(p, 11), OPEN_BYTE(p, 12), OPEN_BYTE(p, 13), OPEN_BYTE(p, 14), \
                 OPEN_BYTE(p, 15)}
#else
#define FIRST_BYTES(n) ((n) >= 8 ? ~0ull : (1ull << (8 * ((n) & 7))) - 1)
#define OPEN(p) {FIRST_BYTES((p) + 1), (p) < 8 ? 0 : FIRST_BYTES((p) - 7)}
#endif
#define BELOW_ONE(p) {OPEN(15), 1 - (p), 16 - (p), 1, 1 - (p), 0, {0}} /* 0.000, digits */
#define FROM_ONE(p) {OPEN(p), 0, 16, (p) + 1, 1, (p) + 3, {0}}
static const layout layouts[EXPONENT_ROW + 1] = {
    BELOW_ONE(-4), BELOW_ONE(-3), BELOW_ONE(-2), BELOW_ONE(-1),
    FROM_ONE(0), FROM_ONE(1), FROM_ONE(2), FROM_ONE(3), FROM_ONE(4), FROM_ONE(5), FROM_ONE(6), FROM_ONE(7),
    FROM_ONE(8), FROM_ONE(9), FROM_ONE(10), FROM_ONE(11), FROM_ONE(12), FROM_ONE(13), FROM_ONE(14), FROM_ONE(15),
    {OPEN(0), 0, 16, 1, 1, 0, {0}},
};
/* clang-format on */

/* Up to 32 bytes are written. */
FC_INLINE char *write_decimal(const fc_decimal *decimal, uint64_t is_negative, int is_fixed, char *out,
                              const fc_digit_constants *c) {
    const layout *place = &layouts[is_fixed ? decimal->point - FIXED_FIRST : EXPONENT_ROW];
    uint64_t upper = decimal->digits / 100000000u, lower = decimal->digits - upper * 100000000u;
    size_t count, size;
    uint16_t tail;
    char *digits;
    *out = '-';
    out += is_negative;
    digits = out + place->digits;
    memcpy(out, "0.000000", 8);
#ifdef FC_JOINS_SSE
    {
        __m128i all = fc_digits_of_two(_mm_set_epi64x((int64_t)lower, (int64_t)upper), c);
        unsigned nonzero = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(all, _mm_setzero_si128()));
        count = 64 - fc_leading_zeros(nonzero | (uint64_t)(decimal->last != 0) << 16);
        all = _mm_or_si128(all, _mm_set1_epi8('0'));
        tail = (uint16_t)((unsigned)_mm_extract_epi8(all, 15) | (unsigned)(decimal->last | '0') << 8);
        _mm_storeu_si128((__m128i *)digits, _mm_shuffle_epi8(all, _mm_loadu_si128((const __m128i *)place->shuffle)));
        memcpy(out + place->tail, &tail, 2);
    }
#else
    {
        uint64_t first = fc_eight_digits(upper), second = fc_eight_digits(lower), moved;
        size_t of_first = 8 - (fc_leading_zeros(first) >> 3), of_second = 16 - (fc_leading_zeros(second | 1) >> 3);
        (void)c;
        count = fc_hidden(second) ? of_second : of_first;
        count = fc_hidden(decimal->last) ? 17 : count;
        first |= FC_ASCII_ZEROS;
        second |= FC_ASCII_ZEROS;
        tail = (uint16_t)(second >> 56 | (decimal->last | '0') << 8);
        moved = first & ~place->before[0];
        fc_store_little(digits, (first & place->before[0]) | moved << 8);
        fc_store_little(digits + 8, (second & place->before[1]) | (second & ~place->before[1]) << 8 | moved >> 56);
        out[place->tail] = (char)tail;
        out[place->tail + 1] = (char)(tail >> 8);
    }
#endif
    out[place->point] = '.';
    size = count + place->more;
    size = size > place->least ? size : place->least;
    if (!is_fixed) {
        uint64_t text;
        out += size - (count == 1); /* no point after a digit alone */
        text = exponent_text(decimal->point, &size);
        fc_store_little(out, text);
    }
    return out + size;
}

FC_INLINE char *write_constant(const char *text, uint64_t is_negative, char *out) {
    *out = '-';
    out += is_negative;
    memcpy(out, text, 3);
    return out + 3;
}

/* A float by its parts. */
FC_INLINE char *write_float(int kind, uint64_t bits, int fixed_end, char *out, const fc_digit_constants *c) {
    const int fraction_bits = kind == FC_FLOAT64 ? 52 : kind == FC_FLOAT32 ? 23 : 10;
    const int bias = kind == FC_FLOAT64 ? 1023 : kind == FC_FLOAT32 ? 127 : 15;
    const uint64_t fraction = bits & ((1ull << fraction_bits) - 1);
    const int biased = (int)(bits >> fraction_bits) & (2 * bias + 1);
    const uint64_t is_negative = bits >> (kind == FC_FLOAT64 ? 63 : kind == FC_FLOAT32 ? 31 : 15);
    fc_decimal decimal;
    int is_fixed;
    if (FC_UNLIKELY(biased == 2 * bias + 1)) {
        return fraction != 0 ? write_constant("nan", 0, out) : write_constant("inf", is_negative, out);
    }
    if (biased == 0 && fraction == 0) {
        return write_constant("0.0", is_negative, out);
    }
    if (kind == FC_FLOAT64) {
        decimal = fc_decimal_of_double(bits);
    } else {
        decimal = fc_decimal_of_narrow(biased, fraction, fraction_bits, bias);
    }
    is_fixed = (unsigned)(decimal.point - FIXED_FIRST) < (unsigned)(fixed_end - FIXED_FIRST);
    if (kind == FC_FLOAT32 && FC_UNLIKELY((bits & ~(uint64_t)SIGN_OF_32) == LEAST_FIXED_32)) {
        is_fixed = 0;
    }
    return write_decimal(&decimal, is_negative, is_fixed, out, c);
}

FC_INLINE char *write_each(int kind, const void *x, size_t n, int fixed_end, const fc_separator *between, int is_short,
                           char *out) {
    const fc_digit_constants c = fc_digit_constants_of();
    const fc_separator separator = *between; /* of its own, or the compiler would read it anew after each store */
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = kind == FC_FLOAT64   ? ((const uint64_t *)x)[i]
                              : kind == FC_FLOAT32 ? ((const uint32_t *)x)[i]
                                                   : ((const uint16_t *)x)[i];
        out = write_float(kind, bits, fixed_end, out, &c);
        out = fc_write_separator(&separator, is_short, out);
    }
    return out;
}

/* The loops, for a kind that the compiler knows. */
FC_INLINE char *write_floats(int kind, const void *x, size_t n, int fixed_end, const fc_separator *separator,
                             char *out) {
    return FC_IS_SHORT(separator) ? write_each(kind, x, n, fixed_end, separator, 1, out)
                                  : write_each(kind, x, n, fixed_end, separator, 0, out);
}

/* ---- eight at a time ----------------------------------------------------------------------------------------- */

#ifdef FC_WIDE

/* Places of a number's 24 bytes: 16 digits, of each eight the last first, the seventeenth, and letters. */
enum { LAST = 16, POINT, ZERO, MINUS, LETTER_I, LETTER_N, LETTER_F, LETTER_A };
#define LETTERS 0x61666e692d302e30ull /* "0.0-infa", of which the first is the seventeenth digit */

/* Shuffles by the place of the first digit, without a sign and with one. */
enum { NAN_ROW = EXPONENT_ROW + 1, INFINITY_ROW, ROW_COUNT };
/* clang-format off */
#define DIGIT(i) ((i) < 8 ? 7 - (i) : (i) < 16 ? 23 - (i) : (i) == 16 ? LAST : ZERO)
#define TEXT_BYTE(p, i) ((p) < 0 ? (i) == 1 ? POINT : (i) < 1 - (p) ? ZERO : DIGIT((i) - (1 - (p))) \
                         : (i) <= (p) ? DIGIT(i) : (i) == (p) + 1 ? POINT : DIGIT((i) - 1))
#define TEXT_FOUR(p, i) TEXT_BYTE(p, i), TEXT_BYTE(p, (i) + 1), TEXT_BYTE(p, (i) + 2), TEXT_BYTE(p, (i) + 3)
#define TEXT(p) TEXT_FOUR(p, 0), TEXT_FOUR(p, 4), TEXT_FOUR(p, 8), TEXT_FOUR(p, 12), TEXT_FOUR(p, 16), TEXT_FOUR(p, 20)
#define ROWS(p) {{TEXT(p)}, {MINUS, TEXT(p)}}
static const struct row {
    uint8_t shuffle[2][32];
} rows[ROW_COUNT] = {
    {ROWS(-4)}, {ROWS(-3)}, {ROWS(-2)}, {ROWS(-1)}, {ROWS(0)}, {ROWS(1)}, {ROWS(2)}, {ROWS(3)}, {ROWS(4)}, {ROWS(5)},
    {ROWS(6)}, {ROWS(7)}, {ROWS(8)}, {ROWS(9)}, {ROWS(10)}, {ROWS(11)}, {ROWS(12)}, {ROWS(13)}, {ROWS(14)}, {ROWS(15)},
    {ROWS(0)},
    {{{LETTER_N, LETTER_A, LETTER_N}, {LETTER_N, LETTER_A, LETTER_N}}},
    {{{LETTER_I, LETTER_N, LETTER_F}, {MINUS, LETTER_I, LETTER_N, LETTER_F}}},
};
/* clang-format on */

/* The digits of eight numbers below 10^8, the last in the lowest byte of each lane: in that order a part is split by
   adding a multiple of its upper half, (2^32 - 10^4)·floor(x/10^4). 450359962738/2^52 = 10^-4 is exact below 10^8. */
FC_INLINE FC_WIDE __m512i digits_from_last(__m512i x, __m512i hundred, __m512i fewer) {
    __m512i h = _mm512_madd52hi_epu64(_mm512_setzero_si512(), x, FC_LANES(450359962738));
    __m512i y = _mm512_madd52lo_epu64(x, h, FC_LANES((1ull << 32) - 10000));
    __m512i q = _mm512_srli_epi16(_mm512_mulhi_epu16(y, _mm512_set1_epi16(5243)), 3);
    __m512i z = _mm512_or_si512(_mm512_slli_epi32(q, 16), _mm512_sub_epi16(y, _mm512_mullo_epi16(q, hundred)));
    __m512i t = _mm512_mulhi_epu16(z, _mm512_set1_epi16(6554));
    return _mm512_add_epi16(z, _mm512_mullo_epi16(t, fewer)); /* 2^8 - 10 */
}

/* What is the same for all eights. */
typedef struct wide_state {
    __m512i hundred, fewer;
    fc_separator separator;
    int fixed_end;
    size_t zeros_size;
    char zeros[8 * (3 + 8) + 8]; /* the text of eight zeros, if there are many numbers */
} wide_state;

/* Eight decimals: 16 digits and a seventeenth, and the place of the first. */
typedef struct decimals {
    uint64_t digits[8], last[8];
    int64_t point[8];
} decimals;

/* Of eight floats, whose bits are in the lanes: which are zero, and which infinite or NaN. */
#define FRACTION(kind) FC_LANES(kind == FC_FLOAT64 ? 0xfffffffffffff : 0x7fffff)
#define EXPONENT(kind) FC_LANES(kind == FC_FLOAT64 ? 0x7ff0000000000000 : 0x7f800000)
#define ARE_ZERO(kind, bits) _mm512_testn_epi64_mask(bits, _mm512_or_si512(EXPONENT(kind), FRACTION(kind)))
#define ARE_SPECIAL(kind, bits) _mm512_cmpeq_epi64_mask(_mm512_and_si512(bits, EXPONENT(kind)), EXPONENT(kind))

/* Decimals of the lanes in `mask`, one at a time. */
static FC_NOINLINE void decide_alone(unsigned mask, int kind, const uint64_t *bits, decimals *out) {
    for (; mask != 0; mask &= mask - 1) {
        const unsigned lane = fc_trailing_zeros(mask);
        const fc_decimal decimal =
            kind == FC_FLOAT64 ? fc_decimal_of_double(bits[lane])
                               : fc_decimal_of_narrow((int)(bits[lane] >> 23) & 0xff, bits[lane] & 0x7fffff, 23, 127);
        out->digits[lane] = decimal.digits;
        out->last[lane] = decimal.last;
        out->point[lane] = decimal.point;
    }
}

/* x >> 20 and >> 19 of signed products, as in fc_shortest and fc_scale. */
#define LOG2_TO_LOG10(q) _mm512_srai_epi64(_mm512_mul_epi32(q, FC_LANES(315653)), 20)
#define LOG10_TO_LOG2(e) _mm512_srai_epi64(_mm512_mul_epi32(e, FC_LANES(1741647)), 19)

/* The powers of ten for eight exponents: 16 bytes each, by loads, which take half the time of two gathers. */
FC_INLINE void load_powers(__m512i e, __m512i *high, __m512i *low) {
    int64_t offset[8];
    __m512i even, odd;
    _mm512_storeu_si512(offset, _mm512_slli_epi64(e, 4));
#define POWER(j) _mm_loadu_si128((const __m128i *)((const char *)fc_power_of_ten[-FC_POWER_FIRST] + offset[j]))
#define FOUR_POWERS(j)                                                                                      \
    _mm512_inserti64x4(                                                                                     \
        _mm512_castsi256_si512(_mm256_inserti128_si256(_mm256_castsi128_si256(POWER(j)), POWER(j + 2), 1)), \
        _mm256_inserti128_si256(_mm256_castsi128_si256(POWER(j + 4)), POWER(j + 6), 1), 1)
    even = FOUR_POWERS(0);
    odd = FOUR_POWERS(1);
    *high = _mm512_unpacklo_epi64(even, odd);
    *low = _mm512_unpackhi_epi64(even, odd);
}

/* Whether x lies in [-radius, radius), a power of two. */
#define IS_NEAR_ZERO(x, radius) \
    _mm512_testn_epi64_mask(_mm512_add_epi64(x, FC_LANES(radius)), FC_LANES(~(2ull * (radius) - 1)))

/* The decisions of shortest.h with units of 2^-52: with s = floor(S·2^104) in two words of 52 bits, m and f are the sum
   of products of c's fraction and these, without what is below a unit. Missing are at most c/2^52 < 2 units for s, and
   less than one for what is cut off: 0 <= F - f < 3, and 0 <= H - h < 1. So
     f + h - 2^52 decides on `up` unless it is in (-4, 0],
     f - h        on `down` unless in (-3, 1),
     10·f         on the digit unless it is in (-30, 0] of a half and an integer;
   the digit is the integer below 10·(f + 2^51/10), where the quotient is rounded down, so that the window moves by 8.
   If that carries f beyond 2^52, then f + h does too, and the digit is not asked for. Windows that hold these tell
   apart the lanes that are decided alone. Of a power of two, whose interval ends h/2 below, the nearest tenth, where it
   lies below the interval, which 10·(f - h/2) decides up to (-10, 30), gives way to the next, which is in the interval
   if S is 2/15 or more; if it is less, an interval of 3/4·S may hold no tenth, and the lane is told apart too. */
FC_INLINE FC_WIDE void decide_eight(int kind, __m512i bits, decimals *out) {
    const __m512i low_52 = FC_LANES((1ull << 52) - 1), zero = _mm512_setzero_si512();
    const __m512i fraction = _mm512_and_si512(bits, FRACTION(kind));
    const __m512i biased = _mm512_srli_epi64(_mm512_and_si512(bits, EXPONENT(kind)), kind == FC_FLOAT64 ? 52 : 23);
    const unsigned is_zero = ARE_ZERO(kind, bits), is_special = ARE_SPECIAL(kind, bits);
    const unsigned no_fraction = _mm512_testn_epi64_mask(bits, FRACTION(kind));
    const __m512i q = _mm512_sub_epi64(biased, FC_LANES(kind == FC_FLOAT64 ? 1075 : 150));
    const __m512i k = LOG2_TO_LOG10(q), e = _mm512_xor_si512(k, FC_LANES(-1));
    const __m512i shift = _mm512_add_epi64(q, LOG10_TO_LOG2(e)); /* 10 less than in fc_scale */
    __m512i high, low, right, s1, s0, m, f, h, below, above, tenths, near_half, last, longer, digits, point;
    unsigned up, down, is_unsure;
    if (FC_UNLIKELY(is_zero == 0xff)) {
        return;
    }
    load_powers(e, &high, &low);
    right = _mm512_sub_epi64(FC_LANES(23), shift);
    s1 = _mm512_srlv_epi64(high, _mm512_sub_epi64(right, FC_LANES(12)));
    s0 = _mm512_and_si512(_mm512_shrdv_epi64(low, high, right), low_52);
    if (kind == FC_FLOAT64) { /* (2^52 + fraction)·s */
        f = _mm512_madd52lo_epu64(_mm512_madd52hi_epu64(s0, fraction, s0), fraction, s1);
        m = _mm512_madd52hi_epu64(s1, fraction, s1);
    } else {
        const __m512i c = _mm512_or_si512(fraction, FC_LANES(1 << 23));
        f = _mm512_madd52lo_epu64(_mm512_madd52hi_epu64(zero, c, s0), c, s1);
        m = _mm512_madd52hi_epu64(zero, c, s1);
    }
    m = _mm512_add_epi64(m, _mm512_srli_epi64(f, 52));
    f = _mm512_and_si512(f, low_52);
    h = _mm512_srli_epi64(s1, 1);
    above = _mm512_sub_epi64(_mm512_add_epi64(f, h), FC_LANES(1ull << 52));
    below = _mm512_sub_epi64(f, h);
    tenths = _mm512_add_epi64(f, FC_LANES((1ull << 51) / 10));
    last = _mm512_madd52hi_epu64(zero, tenths, FC_LANES(10));
    near_half = _mm512_madd52lo_epu64(FC_LANES(48), tenths, FC_LANES(10));
    is_unsure = IS_NEAR_ZERO(above, 4) | _mm512_testn_epi64_mask(near_half, FC_LANES(((1ull << 52) - 1) & ~63ull));
    if (FC_UNLIKELY(no_fraction != 0)) {
        /* The least normal has an interval like any other's. */
        const unsigned is_power = no_fraction & ~(is_zero | is_special) & _mm512_cmpneq_epi64_mask(biased, FC_LANES(1));
        __m512i excess; /* of the digit over what lies below the interval */
        below = _mm512_mask_sub_epi64(below, (__mmask8)is_power, f, _mm512_srli_epi64(h, 1));
        excess = _mm512_sub_epi64(fc_tenfold(below), _mm512_slli_epi64(last, 52));
        is_unsure |=
            is_power & (IS_NEAR_ZERO(excess, 32) | _mm512_cmplt_epu64_mask(s1, FC_LANES(((1ull << 53) + 14) / 15)));
        last = _mm512_mask_add_epi64(last, (__mmask8)(is_power & ~_mm512_movepi64_mask(excess)), last, FC_LANES(1));
    }
    is_unsure |= IS_NEAR_ZERO(below, 4);
    up = (unsigned)(uint8_t)~_mm512_movepi64_mask(above);
    down = _mm512_movepi64_mask(below);
    m = _mm512_mask_add_epi64(m, (__mmask8)up, m, FC_LANES(1));
    last = _mm512_maskz_mov_epi64((__mmask8) ~(up | down), last);
    longer = _mm512_add_epi64(fc_tenfold(m), last);
    if (kind == FC_FLOAT64) {
        /* Of 15 digits and one more, or 16 and one more. */
        const __mmask8 is_short = _mm512_cmplt_epu64_mask(m, FC_LANES(FC_SIXTEEN_DIGITS));
        digits = _mm512_mask_mov_epi64(m, is_short, longer);
        last = _mm512_maskz_mov_epi64((__mmask8)~is_short, last);
        point = _mm512_add_epi64(k, FC_LANES(16));
        point = _mm512_mask_sub_epi64(point, is_short, point, FC_LANES(1));
    } else {
        /* Of 7 to 9 digits. */
        const __mmask8 below_8 = _mm512_cmplt_epu64_mask(longer, FC_LANES(10000000));
        const __mmask8 below_9 = _mm512_cmplt_epu64_mask(longer, FC_LANES(100000000));
        __m512i factor = _mm512_mask_mov_epi64(FC_LANES(10000000), below_9, FC_LANES(100000000));
        factor = _mm512_mask_mov_epi64(factor, below_8, FC_LANES(1000000000));
        digits = _mm512_mul_epu32(longer, factor);
        last = zero;
        point = _mm512_add_epi64(k, FC_LANES(8));
        point = _mm512_mask_sub_epi64(point, below_9, point, FC_LANES(1));
        point = _mm512_mask_sub_epi64(point, below_8, point, FC_LANES(1));
    }
    is_unsure |= _mm512_testn_epi64_mask(biased, biased); /* subnormal */
    if (FC_UNLIKELY((is_zero | is_special) != 0)) {
        /* All digits 0, at 10^0. */
        const __mmask8 is_plain = (__mmask8) ~(is_zero | is_special);
        is_unsure &= is_plain;
        digits = _mm512_maskz_mov_epi64(is_plain, digits);
        last = _mm512_maskz_mov_epi64(is_plain, last);
        point = _mm512_maskz_mov_epi64(is_plain, point);
    }
    _mm512_storeu_si512(out->digits, digits);
    _mm512_storeu_si512(out->last, last);
    _mm512_storeu_si512(out->point, point);
    if (FC_UNLIKELY(is_unsure != 0)) {
        uint64_t lane[8];
        _mm512_storeu_si512(lane, bits);
        decide_alone(is_unsure, kind, lane, out);
    }
}

/* exponent_text of eight. */
FC_INLINE __m512i exponent_texts(__m512i point, __m512i *size) {
    const __m512i e = _mm512_abs_epi64(point);
    const __mmask8 is_negative = _mm512_movepi64_mask(point);
    const __m512i hundreds = _mm512_srli_epi64(_mm512_mul_epu32(e, FC_LANES(41)), 12);
    const __m512i rest = _mm512_sub_epi64(e, _mm512_mul_epu32(hundreds, FC_LANES(100)));
    const __m512i tens = _mm512_srli_epi64(_mm512_mul_epu32(rest, FC_LANES(103)), 10);
    const __m512i ones = _mm512_sub_epi64(rest, _mm512_mul_epu32(tens, FC_LANES(10)));
    const __mmask8 is_long = _mm512_test_epi64_mask(hundreds, hundreds);
    __m512i digits = _mm512_or_si512(_mm512_slli_epi64(tens, 8), _mm512_slli_epi64(ones, 16));
    digits = _mm512_or_si512(_mm512_or_si512(digits, hundreds), FC_LANES(0x303030));
    digits = _mm512_mask_srli_epi64(digits, (__mmask8)~is_long, digits, 8);
    *size = _mm512_mask_mov_epi64(FC_LANES(4), is_long, FC_LANES(5));
    return _mm512_or_si512(_mm512_slli_epi64(digits, 16),
                           _mm512_mask_mov_epi64(FC_LANES('e' | '+' << 8), is_negative, FC_LANES('e' | '-' << 8)));
}

/* floor of the place, from the end, of the last digit that is not 0; 9 of none. */
#define LAST_DIGIT(x) \
    _mm512_srli_epi64(_mm512_lzcnt_epi64(_mm512_and_si512(x, _mm512_sub_epi64(_mm512_setzero_si512(), x))), 3)

FC_INLINE FC_WIDE char *write_eight(int kind, __m512i bits, const decimals *from, const wide_state *state, char *out) {
    const unsigned is_zero = ARE_ZERO(kind, bits), is_special = ARE_SPECIAL(kind, bits);
    const uint64_t separator = state->separator.word;
    const size_t separator_size = state->separator.size;
    unsigned is_negative =
        kind == FC_FLOAT64 ? _mm512_movepi64_mask(bits) : _mm512_test_epi64_mask(bits, FC_LANES(SIGN_OF_32));
    __m512i digits, last, point, upper, lower, count, size, row, even, odd;
    uint64_t shuffle[8], length[8];
    unsigned has_exponent;
    if (FC_UNLIKELY(is_zero == 0xff)) {
        if (is_negative == 0 && state->zeros_size != 0) {
            memcpy(out, state->zeros, sizeof state->zeros);
            return out + state->zeros_size;
        }
        digits = last = point = _mm512_setzero_si512();
    } else {
        digits = _mm512_loadu_si512(from->digits);
        last = _mm512_loadu_si512(from->last);
        point = _mm512_loadu_si512(from->point);
    }
    upper = fc_upper_eight(digits);
    lower = _mm512_and_si512(fc_lower_eight(digits, upper), FC_LANES(0xffffffff));
    lower = digits_from_last(lower, state->hundred, state->fewer);
    upper = digits_from_last(upper, state->hundred, state->fewer);
    /* How many digits there are: to the last that is not 0. */
    count = _mm512_add_epi64(LAST_DIGIT(upper), FC_LANES(1));
    count = _mm512_mask_add_epi64(count, _mm512_test_epi64_mask(lower, lower), LAST_DIGIT(lower), FC_LANES(9));
    count = _mm512_mask_mov_epi64(count, _mm512_test_epi64_mask(last, last), FC_LANES(17));
    /* The length of fixed notation: of the digits and the point, of the digits before it and ".0", or of the zeros. */
    size = _mm512_max_epi64(_mm512_add_epi64(count, FC_LANES(1)), _mm512_add_epi64(point, FC_LANES(3)));
    size = _mm512_mask_sub_epi64(size, _mm512_movepi64_mask(point), size, point);
    row = _mm512_sub_epi64(point, FC_LANES(FIXED_FIRST));
    has_exponent = _mm512_cmpge_epu64_mask(row, FC_LANES(state->fixed_end - FIXED_FIRST));
    if (kind == FC_FLOAT32) {
        has_exponent |=
            _mm512_cmpeq_epi64_mask(_mm512_and_si512(bits, FC_LANES(SIGN_OF_32 - 1)), FC_LANES(LEAST_FIXED_32));
    }
    if (FC_UNLIKELY((has_exponent | is_zero | is_special) != 0)) {
        const __mmask8 is_nan = (__mmask8)(is_special & ~_mm512_testn_epi64_mask(bits, FRACTION(kind)));
        const __mmask8 is_one_digit = _mm512_cmpeq_epi64_mask(count, FC_LANES(1));
        size = _mm512_mask_add_epi64(size, (__mmask8)has_exponent, count, FC_LANES(1));
        size = _mm512_mask_mov_epi64(size, (__mmask8)(has_exponent & is_one_digit), FC_LANES(1));
        size = _mm512_mask_mov_epi64(size, (__mmask8)(is_zero | is_special), FC_LANES(3));
        row = _mm512_mask_mov_epi64(row, (__mmask8)has_exponent, FC_LANES(EXPONENT_ROW));
        row = _mm512_mask_mov_epi64(row, (__mmask8)is_special, FC_LANES(INFINITY_ROW));
        row = _mm512_mask_mov_epi64(row, is_nan, FC_LANES(NAN_ROW));
        is_negative &= ~(unsigned)is_nan;
    }
    size = _mm512_mask_add_epi64(size, (__mmask8)is_negative, size, FC_LANES(1));
    row = _mm512_slli_epi64(row, 6);
    row = _mm512_mask_add_epi64(row, (__mmask8)is_negative, row, FC_LANES(32));
    _mm512_storeu_si512(shuffle, row);
    _mm512_storeu_si512(length, size);
    /* 32 bytes a number, of two at once: first, second, last digit and letters. */
    upper = _mm512_or_si512(upper, FC_LANES(FC_ASCII_ZEROS));
    lower = _mm512_or_si512(lower, FC_LANES(FC_ASCII_ZEROS));
    last = _mm512_or_si512(last, FC_LANES(LETTERS));
    even = _mm512_unpacklo_epi64(upper, lower);
    odd = _mm512_unpackhi_epi64(upper, lower);
    {
        const __m512i first_two = _mm512_setr_epi64(0, 1, 8, 8, 2, 3, 10, 10);
        const __m512i last_two = _mm512_setr_epi64(4, 5, 12, 12, 6, 7, 14, 14);
        const __m512i odd_last = _mm512_unpackhi_epi64(last, last);
        const __m512i of_0_2 = _mm512_permutex2var_epi64(even, first_two, last);
        const __m512i of_1_3 = _mm512_permutex2var_epi64(odd, first_two, odd_last);
        const __m512i of_4_6 = _mm512_permutex2var_epi64(even, last_two, last);
        const __m512i of_5_7 = _mm512_permutex2var_epi64(odd, last_two, odd_last);
#define WRITE(j, source)                                                                                          \
    _mm256_storeu_si256(                                                                                          \
        (__m256i *)out,                                                                                           \
        _mm256_permutexvar_epi8(_mm256_loadu_si256((const __m256i *)((const char *)rows + shuffle[j])), source)); \
    out += length[j];                                                                                             \
    WRITE_EXPONENT(j)                                                                                             \
    memcpy(out, &separator, 8);                                                                                   \
    out += separator_size
#define WRITE_ALL                                   \
    WRITE(0, _mm512_castsi512_si256(of_0_2));       \
    WRITE(1, _mm512_castsi512_si256(of_1_3));       \
    WRITE(2, _mm512_extracti64x4_epi64(of_0_2, 1)); \
    WRITE(3, _mm512_extracti64x4_epi64(of_1_3, 1)); \
    WRITE(4, _mm512_castsi512_si256(of_4_6));       \
    WRITE(5, _mm512_castsi512_si256(of_5_7));       \
    WRITE(6, _mm512_extracti64x4_epi64(of_4_6, 1)); \
    WRITE(7, _mm512_extracti64x4_epi64(of_5_7, 1))
        if (has_exponent == 0) {
#define WRITE_EXPONENT(j)
            WRITE_ALL;
#undef WRITE_EXPONENT
        } else {
            uint64_t text[8], more[8];
            _mm512_storeu_si512(text, exponent_texts(point, &size));
            _mm512_storeu_si512(more, _mm512_maskz_mov_epi64((__mmask8)has_exponent, size));
#define WRITE_EXPONENT(j)     \
    memcpy(out, &text[j], 8); \
    out += more[j];
            WRITE_ALL;
        }
    }
    return out;
}

/* From here on a number of an eight that is not full takes less than one alone. */
#define WIDE_FROM 4

/* Eights of a block. 4 to 16 measured the same. */
#define BLOCK 8

FC_INLINE __m512i load_eight(int kind, const void *x, size_t i) {
    return kind == FC_FLOAT64 ? _mm512_loadu_si512((const double *)x + i)
                              : _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)((const float *)x + i)));
}

/* The loops, for separators of up to 8 bytes. */
FC_INLINE FC_WIDE char *write_wide(int kind, const void *x, size_t n, int fixed_end, const fc_separator *separator,
                                   char *out) {
    wide_state state;
    decimals decimal[BLOCK];
    size_t i = 0;
    state.hundred = _mm512_set1_epi16(100);
    state.fewer = _mm512_set1_epi16(256 - 10);
    FC_HIDE("+v", state.hundred);
    FC_HIDE("+v", state.fewer);
    state.separator = *separator;
    state.fixed_end = fixed_end;
    state.zeros_size = n < 32 ? 0 : 8 * (3 + separator->size);
    for (size_t j = 0; j < state.zeros_size; j += 3 + separator->size) {
        fc_write_separator(separator, 1, write_constant("0.0", 0, state.zeros + j));
    }
    while (i + 8 <= n) {
        const size_t left = (n - i) / 8, count = left < BLOCK ? left : BLOCK;
        for (size_t j = 0; j < count; j++) {
            decide_eight(kind, load_eight(kind, x, i + 8 * j), &decimal[j]);
        }
        for (size_t j = 0; j < count; j++) {
            out = write_eight(kind, load_eight(kind, x, i + 8 * j), &decimal[j], &state, out);
        }
        i += 8 * count;
    }
    if (i < n) {
        /* The rest, and zeros for what lacks, which are then taken back. */
        const __mmask8 some = (__mmask8)((1u << (n - i)) - 1);
        const __m512i bits = kind == FC_FLOAT64
                                 ? _mm512_maskz_loadu_epi64(some, (const double *)x + i)
                                 : _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(some, (const float *)x + i));
        decide_eight(kind, bits, decimal);
        out = write_eight(kind, bits, decimal, &state, out);
        out -= (8 - (n - i)) * (3 + separator->size);
    }
    return out;
}

static FC_WIDE char *wide_singles(const void *x, size_t n, int fixed_end, const fc_separator *separator, char *out) {
    return write_wide(FC_FLOAT32, x, n, fixed_end, separator, out);
}
static FC_WIDE char *wide_doubles(const void *x, size_t n, int fixed_end, const fc_separator *separator, char *out) {
    return write_wide(FC_FLOAT64, x, n, fixed_end, separator, out);
}

#endif

/* ---- the table ----------------------------------------------------------------------------------------------- */

static char *floats(int kind, const void *x, size_t n, int fixed_end, const char *text, size_t size, char *out) {
    const fc_separator separator = fc_separator_of(text, size);
#ifdef FC_WIDE
    if (kind != FC_FLOAT16 && n >= WIDE_FROM && FC_IS_SHORT(&separator) && fc_has_vbmi2()) {
        return kind == FC_FLOAT32 ? wide_singles(x, n, fixed_end, &separator, out)
                                  : wide_doubles(x, n, fixed_end, &separator, out);
    }
#endif
    switch (kind) {
    case FC_FLOAT16:
        return write_floats(FC_FLOAT16, x, n, fixed_end, &separator, out);
    case FC_FLOAT32:
        return write_floats(FC_FLOAT32, x, n, fixed_end, &separator, out);
    default:
        return write_floats(FC_FLOAT64, x, n, fixed_end, &separator, out);
    }
}

const fc_float_text_table FC_TABLE(fc_float_text) = {
    .floats = floats,
};
