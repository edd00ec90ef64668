/* Decimal digits, eight to a 64-bit lane: a lane is split in two, three times, by the reciprocals of 10^4, 100 and 10.
   About 13 instructions, for one lane of a register of 64 bits, two of 128 or eight of 512.

   The reciprocals are exact: ceil(2^s/d)·x >> s is floor(x/d) for all x < N if (ceil(2^s/d)·d - 2^s)·N < 2^s. So
   109951163/2^40 for 10^4 below 10^8; 10486/2^20 and 5243/2^19 for 100 below 10^4; 103/2^10 and 6554/2^16 for 10 below
   100. tests/test_rounding.py checks these and the wider ones in the kernels.

   Where an ISA has AVX-512, the loops of eight numbers at a time want its extensions IFMA (52-bit products), VBMI (a
   shuffle of bytes) and VBMI2 (compression of bytes) too; all processors but the first with AVX-512 have all three. */
#ifndef FASTCORE_DIGITS_H
#define FASTCORE_DIGITS_H

#include "wide.h"

#if defined(__x86_64__) || defined(_M_X64)
#define FC_JOINS_SSE
#include <nmmintrin.h>
#endif
#if defined(FC_ISA_AVX512)
#include <immintrin.h>
#if defined(__GNUC__)
#define FC_WIDE __attribute__((target("avx512ifma,avx512vbmi,avx512vbmi2")))
#else
#define FC_WIDE
#endif
#endif

/* Keeps a compiler from knowing a value: from turning masks into branches, which data would mispredict, and a
   multiplication of a vector into four shifts and additions. */
#if defined(__GNUC__)
#define FC_HIDE(constraint, x) __asm__("" : constraint(x))
#define FC_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define FC_NOINLINE __attribute__((noinline))
#else
#define FC_HIDE(constraint, x) ((void)0)
#define FC_UNLIKELY(condition) (condition)
#if defined(_MSC_VER)
#define FC_NOINLINE __declspec(noinline)
#else
#define FC_NOINLINE
#endif
#endif

#define FC_ASCII_ZEROS 0x3030303030303030u

FC_INLINE uint64_t fc_hidden(uint64_t x) {
    FC_HIDE("+r", x);
    return x;
}

/* 10^0 … 10^18 */
static const uint64_t fc_ten_to[19] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
};

/* ---- one lane ------------------------------------------------------------------------------------------------ */

/* The digits of x < 10^8 as bytes 0 to 9, the first in the lowest byte. */
FC_INLINE uint64_t fc_eight_digits(uint64_t x) {
    uint64_t h = x * 109951163u >> 40;
    uint64_t y = h | (x - 10000u * h) << 32;
    uint64_t q = (y * 10486u >> 20) & 0x0000007f0000007fu;
    uint64_t z = q | (y - 100u * q) << 16;
    uint64_t t = (z * 103u >> 10) & 0x000f000f000f000fu;
    return t | (z - 10u * t) << 8;
}

/* Writes eight digits without leading zeros, of zero the last, and returns the end; 8 bytes are written. */
FC_INLINE char *fc_write_head(uint64_t digits, char *out) {
    unsigned zeros = fc_trailing_zeros(digits | 1ull << 56) & 0x38; /* in bits */
    fc_store_little(out, (digits | FC_ASCII_ZEROS) >> zeros);
    return out + 8 - (zeros >> 3);
}

/* ---- two lanes ----------------------------------------------------------------------------------------------- */

#ifdef FC_JOINS_SSE

/* Shuffles that move byte i + lead to byte i, from fc_shift_down + lead on. */
static const uint8_t fc_shift_down[32] = {0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,
                                          11,   12,   13,   14,   15,   0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                          0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

typedef struct fc_digit_constants {
    __m128i by_myriad, myriad, by_hundred, hundred, by_ten, ten;
} fc_digit_constants;

FC_INLINE fc_digit_constants fc_digit_constants_of(void) {
    fc_digit_constants c = {_mm_set1_epi64x(109951163), _mm_set1_epi64x(10000), _mm_set1_epi16(5243),
                            _mm_set1_epi16(100),        _mm_set1_epi16(6554),   _mm_set1_epi16(10)};
    FC_HIDE("+x", c.hundred);
    FC_HIDE("+x", c.ten);
    return c;
}

/* The digits of both lanes, the first in the lowest byte of each. */
FC_INLINE __m128i fc_digits_of_two(__m128i x, const fc_digit_constants *c) {
    __m128i h = _mm_srli_epi64(_mm_mul_epu32(x, c->by_myriad), 40);
    __m128i y = _mm_or_si128(h, _mm_slli_epi64(_mm_sub_epi32(x, _mm_mul_epu32(h, c->myriad)), 32));
    __m128i q = _mm_srli_epi16(_mm_mulhi_epu16(y, c->by_hundred), 3);
    __m128i z = _mm_or_si128(q, _mm_slli_epi32(_mm_sub_epi16(y, _mm_mullo_epi16(q, c->hundred)), 16));
    __m128i t = _mm_mulhi_epu16(z, c->by_ten);
    return _mm_or_si128(t, _mm_slli_epi16(_mm_sub_epi16(z, _mm_mullo_epi16(t, c->ten)), 8));
}

#endif

/* ---- eight lanes --------------------------------------------------------------------------------------------- */

#ifdef FC_WIDE

#define FC_LANES(x) _mm512_set1_epi64((int64_t)(x))

typedef struct fc_wide_constants {
    __m512i hundred, ten;
} fc_wide_constants;

FC_INLINE fc_wide_constants fc_wide_constants_of(void) {
    fc_wide_constants c = {_mm512_set1_epi16(100), _mm512_set1_epi16(10)};
    FC_HIDE("+v", c.hundred);
    FC_HIDE("+v", c.ten);
    return c;
}

/* The same of eight; of a lane, only the lower half is looked at. */
FC_INLINE __m512i fc_digits_of_eight(__m512i x, const fc_wide_constants *c) {
    __m512i h = _mm512_srli_epi64(_mm512_mul_epu32(x, FC_LANES(109951163)), 40);
    __m512i y = _mm512_or_si512(h, _mm512_slli_epi64(_mm512_sub_epi32(x, _mm512_mul_epu32(h, FC_LANES(10000))), 32));
    __m512i q = _mm512_srli_epi16(_mm512_mulhi_epu16(y, _mm512_set1_epi16(5243)), 3);
    __m512i z = _mm512_or_si512(q, _mm512_slli_epi32(_mm512_sub_epi16(y, _mm512_mullo_epi16(q, c->hundred)), 16));
    __m512i t = _mm512_mulhi_epu16(z, _mm512_set1_epi16(6554));
    return _mm512_or_si512(t, _mm512_slli_epi16(_mm512_sub_epi16(z, _mm512_mullo_epi16(t, c->ten)), 8));
}

/* x / 10^8 for x < 10^16: of x / 2^8 the quotient by 390625 = 10^8 / 2^8, as 3022314549036573/2^70. */
FC_INLINE FC_WIDE __m512i fc_upper_eight(__m512i x) {
    __m512i product =
        _mm512_madd52hi_epu64(_mm512_setzero_si512(), _mm512_srli_epi64(x, 8), FC_LANES(3022314549036573));
    return _mm512_srli_epi64(product, 18);
}

/* x - 10^8·upper < 10^8 in the lower halves. */
FC_INLINE FC_WIDE __m512i fc_lower_eight(__m512i x, __m512i upper) {
    return _mm512_sub_epi64(x, _mm512_madd52lo_epu64(_mm512_setzero_si512(), upper, FC_LANES(100000000)));
}

/* Times ten. */
FC_INLINE __m512i fc_tenfold(__m512i x) { return _mm512_add_epi64(_mm512_slli_epi64(x, 3), _mm512_slli_epi64(x, 1)); }

#endif

/* ---- separators ---------------------------------------------------------------------------------------------- */

/* A separator, and its bytes in a word if they are up to eight: then it is written by one store. */
typedef struct fc_separator {
    const char *text;
    size_t size;
    uint64_t word;
} fc_separator;

FC_INLINE fc_separator fc_separator_of(const char *text, size_t size) {
    fc_separator separator = {text, size, 0};
    if (size == 1) { /* without a call */
        memcpy(&separator.word, text, 1);
    } else if (size <= 8) {
        memcpy(&separator.word, text, size);
    }
    return separator;
}

/* `is_short`: known to the compiler, for a loop that is compiled for either. */
FC_INLINE char *fc_write_separator(const fc_separator *separator, int is_short, char *out) {
    if (is_short) {
        memcpy(out, &separator->word, 8);
    } else {
        memcpy(out, separator->text, separator->size);
    }
    return out + separator->size;
}

#define FC_IS_SHORT(separator) ((separator)->size <= 8)

#endif
