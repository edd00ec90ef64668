/* More of the width-neutral layer of simd.h: what the arithmetic of a vectorized program and its elementary functions
   need, for T = f64 and f32.

   fc_T_fma(a, b, c) is a·b + c and fc_T_fnma(a, b, c) is c - a·b, rounded once; only where FC_HAS_FMA is 1. A
   comparison makes an fc_T_mask, a mark for each lane: all are false on NaN but not_equal. fc_T_select(m, a, b) takes a
   where the lane is marked, else b. Masks are read from and written to exactly as many bytes as there are lanes, a byte
   that is not 0 being a mark. fc_T_max_second and fc_T_min_second are x86's: the second operand if either is a NaN or
   both are zero. fc_T_with_sign(a, b) is the magnitude of a with the sign of b.

   fc_T_bits holds the lanes as integers of their size: fc_T_bits_andnot(a, b) is ~a & b, shifts are by constants and
   `shr` brings in zeros. fc_T_bits_any_above(b, limit) tells whether any lane is above a number, unsigned. Of 64-bit
   lanes both this and fc_f64_bits_max_unsigned may look at the upper 32 bits alone, as AVX2 and SSE compare no more
   without sign at once: the lower half of the maximum is then of no use, and a limit should have zeros there.

   A load of another type converts exactly as many elements as a vector has lanes, rounded once, and so do
   fc_f64_affine_int32(p, k, c) and its like, which convert p·k + c, the lower bits of it that the type has. 64-bit
   integers are converted in two halves where no instruction does it: put below the bits of 2^84 and 2^52 they become
   the doubles 2^84 + (high + 2^31)·2^32 and 2^52 + low. The first less (2^84 + 2^63 + 2^52) is high·2^32 - 2^52, a
   multiple of 2^32 below 2^64 and so exact; adding the second is the only rounding.

   fc_leave_vectors() is for the end of functions that call others with vectors in registers: gcc 12 clears the upper
   halves itself everywhere but there, and with them in use glibc's exp, which is not compiled for AVX, took 14 times as
   long on Zen 3. */
#ifndef FASTCORE_TRANSFORMS_LANES_H
#define FASTCORE_TRANSFORMS_LANES_H

#if defined(FC_ISA_AVX512) || defined(FC_ISA_AVX2) || defined(__x86_64__) || defined(_M_X64) || \
    defined(__aarch64__) || defined(_M_ARM64)
#include "simd.h"
#else
/* Where a vector is one element, simd.h has a function of the name that is a type here; so this header comes first. */
#define fc_f64_bits fc_f64_bits_of
#include "simd.h"
#undef fc_f64_bits
#undef fc_f64_and
#undef fc_f64_greater
#undef fc_f64_or_xor
#define fc_f64_and(a, b) fc_f64_from_bits(fc_f64_bits_of(a) & fc_f64_bits_of(b))
#define fc_f64_greater(a, b) (fc_f64_bits_of(a) > fc_f64_bits_of(b) ? (a) : (b))
#define fc_f64_or_xor(a, b, c) fc_f64_from_bits(fc_f64_bits_of(a) | (fc_f64_bits_of(b) ^ fc_f64_bits_of(c)))
#endif

#if defined(FC_ISA_AVX512) || defined(FC_ISA_AVX2)
#define fc_leave_vectors() _mm256_zeroupper()
#else
#define fc_leave_vectors() ((void)0)
#endif

/* A few bytes, for the loads of part of a register. */
FC_INLINE uint16_t fc_two_bytes(const void *p) {
    uint16_t x;
    memcpy(&x, p, sizeof x);
    return x;
}
FC_INLINE uint32_t fc_four_bytes(const void *p) {
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

#if defined(FC_ISA_AVX512)

#define FC_HAS_FMA 1
#define fc_f64_div(a, b) _mm512_div_pd(a, b)
#define fc_f64_sqrt(a) _mm512_sqrt_pd(a)
#define fc_f64_neg(a) _mm512_xor_pd(a, _mm512_set1_pd(-0.0))
#define fc_f64_abs(a) _mm512_abs_pd(a)
#define fc_f64_with_sign(a, b)                                                                          \
    _mm512_castsi512_pd(_mm512_ternarylogic_epi64(_mm512_set1_epi64(INT64_MIN), _mm512_castpd_si512(b), \
                                                  _mm512_castpd_si512(a), 0xca)) /* sign bit ? b : a */
#define fc_f64_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define fc_f64_fnma(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define fc_f64_max_second(a, b) _mm512_max_pd(a, b)
#define fc_f64_min_second(a, b) _mm512_min_pd(a, b)
#define fc_f64_round(a) _mm512_roundscale_pd(a, 8)
#define fc_f64_floor(a) _mm512_roundscale_pd(a, 9)
#define fc_f64_ceil(a) _mm512_roundscale_pd(a, 10)
#define fc_f64_trunc(a) _mm512_roundscale_pd(a, 11)

typedef __mmask8 fc_f64_mask;
#define fc_f64_less(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define fc_f64_less_equal(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ)
#define fc_f64_equal(a, b) _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ)
#define fc_f64_not_equal(a, b) _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ)
#define fc_f64_is_nan(a) _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q)
#define fc_f64_mask_and(a, b) ((__mmask8)((a) & (b)))
#define fc_f64_mask_or(a, b) ((__mmask8)((a) | (b)))
#define fc_f64_mask_xor(a, b) ((__mmask8)((a) ^ (b)))
#define fc_f64_mask_not(a) _knot_mask8(a)
#define fc_f64_mask_any(m) ((m) != 0)
FC_INLINE fc_f64_mask fc_f64_mask_from_bytes(const uint8_t *p) {
    const __m128i bytes = _mm_loadl_epi64((const __m128i *)p);
    return (fc_f64_mask)_mm_test_epi8_mask(bytes, bytes);
}
FC_INLINE void fc_f64_mask_to_bytes(uint8_t *p, fc_f64_mask m) {
    _mm_storel_epi64((__m128i *)p, _mm_maskz_set1_epi8(m, 1));
}
#define fc_f64_select(m, a, b) _mm512_mask_blend_pd(m, b, a)

typedef __m512i fc_f64_bits;
#define fc_f64_to_bits(a) _mm512_castpd_si512(a)
#define fc_f64_from_bits(b) _mm512_castsi512_pd(b)
#define fc_f64_bits_set(x) _mm512_set1_epi64((int64_t)(x))
#define fc_f64_bits_add(a, b) _mm512_add_epi64(a, b)
#define fc_f64_bits_sub(a, b) _mm512_sub_epi64(a, b)
#define fc_f64_bits_and(a, b) _mm512_and_si512(a, b)
#define fc_f64_bits_or(a, b) _mm512_or_si512(a, b)
#define fc_f64_bits_xor(a, b) _mm512_xor_si512(a, b)
#define fc_f64_bits_andnot(a, b) _mm512_andnot_si512(a, b)
#define fc_f64_bits_shl(b, n) _mm512_slli_epi64(b, n)
#define fc_f64_bits_shr(b, n) _mm512_srli_epi64(b, n)
#define fc_f64_bits_max_unsigned(a, b) _mm512_max_epu64(a, b)
#define fc_f64_bits_any_above(b, limit) (_mm512_cmpgt_epu64_mask(b, fc_f64_bits_set(limit)) != 0)

#define fc_f64_load_int64(p) _mm512_cvtepi64_pd(_mm512_loadu_si512(p))
#define fc_f64_load_uint64(p) _mm512_cvtepu64_pd(_mm512_loadu_si512(p))
#define fc_f64_load_int32(p) _mm512_cvtepi32_pd(_mm256_loadu_si256((const __m256i *)(p)))
#define fc_f64_load_uint32(p) _mm512_cvtepu32_pd(_mm256_loadu_si256((const __m256i *)(p)))
#define fc_f64_load_int16(p) _mm512_cvtepi32_pd(_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f64_load_uint16(p) _mm512_cvtepi32_pd(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f64_load_int8(p) _mm512_cvtepi32_pd(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f64_load_uint8(p) _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f64_affine_int64(p, k, c) \
    _mm512_cvtepi64_pd(              \
        _mm512_add_epi64(_mm512_mullo_epi64(_mm512_loadu_si512(p), _mm512_set1_epi64(k)), _mm512_set1_epi64(c)))
FC_INLINE __m256i fc_f64_affine_32(const void *p, int64_t k, int64_t c) {
    return _mm256_add_epi32(_mm256_mullo_epi32(_mm256_loadu_si256((const __m256i *)p), _mm256_set1_epi32((int32_t)k)),
                            _mm256_set1_epi32((int32_t)c));
}
#define fc_f64_affine_int32(p, k, c) _mm512_cvtepi32_pd(fc_f64_affine_32(p, k, c))
#define fc_f64_affine_uint32(p, k, c) _mm512_cvtepu32_pd(fc_f64_affine_32(p, k, c))
#define fc_f64_store_f32(p, a) _mm256_storeu_ps(p, _mm512_cvtpd_ps(a))
#define fc_f64_stream(p, a) _mm512_stream_pd(p, a)

#define fc_f32_set(x) _mm512_set1_ps(x)
#define fc_f32_add(a, b) _mm512_add_ps(a, b)
#define fc_f32_sub(a, b) _mm512_sub_ps(a, b)
#define fc_f32_mul(a, b) _mm512_mul_ps(a, b)
#define fc_f32_div(a, b) _mm512_div_ps(a, b)
#define fc_f32_sqrt(a) _mm512_sqrt_ps(a)
#define fc_f32_neg(a) _mm512_xor_ps(a, _mm512_set1_ps(-0.0f))
#define fc_f32_abs(a) _mm512_abs_ps(a)
#define fc_f32_with_sign(a, b) \
    _mm512_castsi512_ps(       \
        _mm512_ternarylogic_epi32(_mm512_set1_epi32(INT32_MIN), _mm512_castps_si512(b), _mm512_castps_si512(a), 0xca))
#define fc_f32_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define fc_f32_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define fc_f32_max_second(a, b) _mm512_max_ps(a, b)
#define fc_f32_min_second(a, b) _mm512_min_ps(a, b)
#define fc_f32_round(a) _mm512_roundscale_ps(a, 8)
#define fc_f32_floor(a) _mm512_roundscale_ps(a, 9)
#define fc_f32_ceil(a) _mm512_roundscale_ps(a, 10)
#define fc_f32_trunc(a) _mm512_roundscale_ps(a, 11)

typedef __mmask16 fc_f32_mask;
#define fc_f32_less(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define fc_f32_less_equal(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ)
#define fc_f32_equal(a, b) _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)
#define fc_f32_not_equal(a, b) _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ)
#define fc_f32_is_nan(a) _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q)
#define fc_f32_mask_and(a, b) ((__mmask16)((a) & (b)))
#define fc_f32_mask_or(a, b) ((__mmask16)((a) | (b)))
#define fc_f32_mask_xor(a, b) ((__mmask16)((a) ^ (b)))
#define fc_f32_mask_not(a) _knot_mask16(a)
#define fc_f32_mask_any(m) ((m) != 0)
FC_INLINE fc_f32_mask fc_f32_mask_from_bytes(const uint8_t *p) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    return _mm_test_epi8_mask(bytes, bytes);
}
FC_INLINE void fc_f32_mask_to_bytes(uint8_t *p, fc_f32_mask m) {
    _mm_storeu_si128((__m128i *)p, _mm_maskz_set1_epi8(m, 1));
}
#define fc_f32_select(m, a, b) _mm512_mask_blend_ps(m, b, a)

typedef __m512i fc_f32_bits;
#define fc_f32_to_bits(a) _mm512_castps_si512(a)
#define fc_f32_from_bits(b) _mm512_castsi512_ps(b)
#define fc_f32_bits_set(x) _mm512_set1_epi32((int32_t)(x))
#define fc_f32_bits_add(a, b) _mm512_add_epi32(a, b)
#define fc_f32_bits_sub(a, b) _mm512_sub_epi32(a, b)
#define fc_f32_bits_and(a, b) _mm512_and_si512(a, b)
#define fc_f32_bits_or(a, b) _mm512_or_si512(a, b)
#define fc_f32_bits_xor(a, b) _mm512_xor_si512(a, b)
#define fc_f32_bits_andnot(a, b) _mm512_andnot_si512(a, b)
#define fc_f32_bits_shl(b, n) _mm512_slli_epi32(b, n)
#define fc_f32_bits_shr(b, n) _mm512_srli_epi32(b, n)
#define fc_f32_bits_max_unsigned(a, b) _mm512_max_epu32(a, b)
#define fc_f32_bits_any_above(b, limit) (_mm512_cmpgt_epu32_mask(b, fc_f32_bits_set(limit)) != 0)

#define fc_f32_load_int32(p) _mm512_cvtepi32_ps(_mm512_loadu_si512(p))
#define fc_f32_load_int16(p) _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(p))))
#define fc_f32_load_uint16(p) _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(p))))
#define fc_f32_load_int8(p) _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f32_load_uint8(p) _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f32_load_f64(p)                                                          \
    _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(_mm512_loadu_pd(p))), \
                       _mm512_cvtpd_ps(_mm512_loadu_pd((p) + 8)), 1)
#define fc_f32_stream(p, a) _mm512_stream_ps(p, a)
#define fc_stream_fence() _mm_sfence()

#elif defined(FC_ISA_AVX2)

#define FC_HAS_FMA 1
#define fc_f64_div(a, b) _mm256_div_pd(a, b)
#define fc_f64_sqrt(a) _mm256_sqrt_pd(a)
#define fc_f64_neg(a) _mm256_xor_pd(a, _mm256_set1_pd(-0.0))
#define fc_f64_abs(a) _mm256_andnot_pd(_mm256_set1_pd(-0.0), a)
#define fc_f64_with_sign(a, b) _mm256_or_pd(fc_f64_abs(a), _mm256_and_pd(_mm256_set1_pd(-0.0), b))
#define fc_f64_fma(a, b, c) _mm256_fmadd_pd(a, b, c)
#define fc_f64_fnma(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define fc_f64_max_second(a, b) _mm256_max_pd(a, b)
#define fc_f64_min_second(a, b) _mm256_min_pd(a, b)
#define fc_f64_round(a) _mm256_round_pd(a, 8)
#define fc_f64_floor(a) _mm256_round_pd(a, 9)
#define fc_f64_ceil(a) _mm256_round_pd(a, 10)
#define fc_f64_trunc(a) _mm256_round_pd(a, 11)

typedef __m256d fc_f64_mask;
#define fc_f64_less(a, b) _mm256_cmp_pd(a, b, _CMP_LT_OQ)
#define fc_f64_less_equal(a, b) _mm256_cmp_pd(a, b, _CMP_LE_OQ)
#define fc_f64_equal(a, b) _mm256_cmp_pd(a, b, _CMP_EQ_OQ)
#define fc_f64_not_equal(a, b) _mm256_cmp_pd(a, b, _CMP_NEQ_UQ)
#define fc_f64_is_nan(a) _mm256_cmp_pd(a, a, _CMP_UNORD_Q)
#define fc_f64_mask_and(a, b) _mm256_and_pd(a, b)
#define fc_f64_mask_or(a, b) _mm256_or_pd(a, b)
#define fc_f64_mask_xor(a, b) _mm256_xor_pd(a, b)
#define fc_f64_mask_not(a) _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)))
#define fc_f64_mask_any(m) (_mm256_movemask_pd(m) != 0)
FC_INLINE fc_f64_mask fc_f64_mask_from_bytes(const uint8_t *p) {
    const __m256i lanes = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128((int)fc_four_bytes(p)));
    return _mm256_castsi256_pd(_mm256_cmpgt_epi64(lanes, _mm256_setzero_si256()));
}
FC_INLINE void fc_f64_mask_to_bytes(uint8_t *p, fc_f64_mask m) {
    /* Bit i goes to i, i + 7, i + 14 and i + 21: to 8i and to nowhere else that is kept. */
    const uint32_t bytes = ((uint32_t)_mm256_movemask_pd(m) * 0x204081u) & 0x01010101u;
    memcpy(p, &bytes, sizeof bytes);
}
#define fc_f64_select(m, a, b) _mm256_blendv_pd(b, a, m)

typedef __m256i fc_f64_bits;
#define fc_f64_to_bits(a) _mm256_castpd_si256(a)
#define fc_f64_from_bits(b) _mm256_castsi256_pd(b)
#define fc_f64_bits_set(x) _mm256_set1_epi64x((int64_t)(x))
#define fc_f64_bits_add(a, b) _mm256_add_epi64(a, b)
#define fc_f64_bits_sub(a, b) _mm256_sub_epi64(a, b)
#define fc_f64_bits_and(a, b) _mm256_and_si256(a, b)
#define fc_f64_bits_or(a, b) _mm256_or_si256(a, b)
#define fc_f64_bits_xor(a, b) _mm256_xor_si256(a, b)
#define fc_f64_bits_andnot(a, b) _mm256_andnot_si256(a, b)
#define fc_f64_bits_shl(b, n) _mm256_slli_epi64(b, n)
#define fc_f64_bits_shr(b, n) _mm256_srli_epi64(b, n)
#define fc_f64_bits_max_unsigned(a, b) _mm256_max_epu32(a, b)
FC_INLINE int fc_f64_bits_any_above(fc_f64_bits b, uint64_t limit) {
    const __m256i limits = fc_f64_bits_set(limit);
    const __m256i within = _mm256_cmpeq_epi32(_mm256_max_epu32(b, limits), limits);
    return _mm256_movemask_pd(_mm256_castsi256_pd(within)) != 15;
}

FC_INLINE fc_f64 fc_f64_of_halves(__m256i high, __m256i low) { /* as said above; 2^84 + 2^63 + 2^52 */
    return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000801p84)),
                         _mm256_castsi256_pd(low));
}
FC_INLINE fc_f64 fc_f64_of_int64(__m256i x) {
    const __m256i high = _mm256_xor_si256(_mm256_srli_epi64(x, 32), _mm256_set1_epi64x(0x4530000080000000));
    return fc_f64_of_halves(high, _mm256_blend_epi32(x, _mm256_set1_epi64x(0x4330000000000000), 0xaa));
}
#define fc_f64_load_int64(p) fc_f64_of_int64(_mm256_loadu_si256((const __m256i *)(p)))
/* The lower 64 bits of a product: of the lower halves, and of each with the other's upper half, 32 bits higher. */
FC_INLINE fc_f64 fc_f64_affine_int64(const int64_t *p, int64_t k, int64_t c) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)p);
    const __m256i low = _mm256_set1_epi64x(k & 0xffffffff), high = _mm256_set1_epi64x((int64_t)((uint64_t)k >> 32));
    __m256i crossed = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), low);
    if ((uint64_t)k >> 32 != 0) {
        crossed = _mm256_add_epi64(crossed, _mm256_mul_epu32(x, high));
    }
    return fc_f64_of_int64(_mm256_add_epi64(_mm256_add_epi64(_mm256_mul_epu32(x, low), _mm256_slli_epi64(crossed, 32)),
                                            _mm256_set1_epi64x(c)));
}
FC_INLINE fc_f64 fc_f64_load_uint64(const uint64_t *p) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)p);
    const __m256i high = _mm256_or_si256(_mm256_srli_epi64(x, 32), _mm256_set1_epi64x(0x4530000000000000));
    const __m256i low = _mm256_blend_epi32(x, _mm256_set1_epi64x(0x4330000000000000), 0xaa);
    return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000001p84)),
                         _mm256_castsi256_pd(low));
}
FC_INLINE fc_f64 fc_f64_of_uint32(__m128i x) {
    const __m256i wide = _mm256_or_si256(_mm256_cvtepu32_epi64(x), _mm256_set1_epi64x(0x4330000000000000));
    return _mm256_sub_pd(_mm256_castsi256_pd(wide), _mm256_set1_pd(0x1p52));
}
#define fc_f64_load_uint32(p) fc_f64_of_uint32(_mm_loadu_si128((const __m128i *)(p)))
FC_INLINE __m128i fc_f64_affine_32(const void *p, int64_t k, int64_t c) {
    return _mm_add_epi32(_mm_mullo_epi32(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi32((int32_t)k)),
                         _mm_set1_epi32((int32_t)c));
}
#define fc_f64_affine_int32(p, k, c) _mm256_cvtepi32_pd(fc_f64_affine_32(p, k, c))
#define fc_f64_affine_uint32(p, k, c) fc_f64_of_uint32(fc_f64_affine_32(p, k, c))
#define fc_f64_load_int32(p) _mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(p)))
#define fc_f64_load_int16(p) _mm256_cvtepi32_pd(_mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f64_load_uint16(p) _mm256_cvtepi32_pd(_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f64_load_int8(p) _mm256_cvtepi32_pd(_mm_cvtepi8_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f64_load_uint8(p) _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f64_store_f32(p, a) _mm_storeu_ps(p, _mm256_cvtpd_ps(a))
#define fc_f64_stream(p, a) _mm256_stream_pd(p, a)

#define fc_f32_set(x) _mm256_set1_ps(x)
#define fc_f32_add(a, b) _mm256_add_ps(a, b)
#define fc_f32_sub(a, b) _mm256_sub_ps(a, b)
#define fc_f32_mul(a, b) _mm256_mul_ps(a, b)
#define fc_f32_div(a, b) _mm256_div_ps(a, b)
#define fc_f32_sqrt(a) _mm256_sqrt_ps(a)
#define fc_f32_neg(a) _mm256_xor_ps(a, _mm256_set1_ps(-0.0f))
#define fc_f32_abs(a) _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define fc_f32_with_sign(a, b) _mm256_or_ps(fc_f32_abs(a), _mm256_and_ps(_mm256_set1_ps(-0.0f), b))
#define fc_f32_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define fc_f32_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c)
#define fc_f32_max_second(a, b) _mm256_max_ps(a, b)
#define fc_f32_min_second(a, b) _mm256_min_ps(a, b)
#define fc_f32_round(a) _mm256_round_ps(a, 8)
#define fc_f32_floor(a) _mm256_round_ps(a, 9)
#define fc_f32_ceil(a) _mm256_round_ps(a, 10)
#define fc_f32_trunc(a) _mm256_round_ps(a, 11)

typedef __m256 fc_f32_mask;
#define fc_f32_less(a, b) _mm256_cmp_ps(a, b, _CMP_LT_OQ)
#define fc_f32_less_equal(a, b) _mm256_cmp_ps(a, b, _CMP_LE_OQ)
#define fc_f32_equal(a, b) _mm256_cmp_ps(a, b, _CMP_EQ_OQ)
#define fc_f32_not_equal(a, b) _mm256_cmp_ps(a, b, _CMP_NEQ_UQ)
#define fc_f32_is_nan(a) _mm256_cmp_ps(a, a, _CMP_UNORD_Q)
#define fc_f32_mask_and(a, b) _mm256_and_ps(a, b)
#define fc_f32_mask_or(a, b) _mm256_or_ps(a, b)
#define fc_f32_mask_xor(a, b) _mm256_xor_ps(a, b)
#define fc_f32_mask_not(a) _mm256_xor_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))
#define fc_f32_mask_any(m) (_mm256_movemask_ps(m) != 0)
FC_INLINE fc_f32_mask fc_f32_mask_from_bytes(const uint8_t *p) {
    const __m256i lanes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(lanes, _mm256_setzero_si256()));
}
FC_INLINE void fc_f32_mask_to_bytes(uint8_t *p, fc_f32_mask m) {
    const __m256i lanes = _mm256_castps_si256(m);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    _mm_storel_epi64((__m128i *)p, _mm_and_si128(_mm_packs_epi16(words, words), _mm_set1_epi8(1)));
}
#define fc_f32_select(m, a, b) _mm256_blendv_ps(b, a, m)

typedef __m256i fc_f32_bits;
#define fc_f32_to_bits(a) _mm256_castps_si256(a)
#define fc_f32_from_bits(b) _mm256_castsi256_ps(b)
#define fc_f32_bits_set(x) _mm256_set1_epi32((int32_t)(x))
#define fc_f32_bits_add(a, b) _mm256_add_epi32(a, b)
#define fc_f32_bits_sub(a, b) _mm256_sub_epi32(a, b)
#define fc_f32_bits_and(a, b) _mm256_and_si256(a, b)
#define fc_f32_bits_or(a, b) _mm256_or_si256(a, b)
#define fc_f32_bits_xor(a, b) _mm256_xor_si256(a, b)
#define fc_f32_bits_andnot(a, b) _mm256_andnot_si256(a, b)
#define fc_f32_bits_shl(b, n) _mm256_slli_epi32(b, n)
#define fc_f32_bits_shr(b, n) _mm256_srli_epi32(b, n)
#define fc_f32_bits_max_unsigned(a, b) _mm256_max_epu32(a, b)
FC_INLINE int fc_f32_bits_any_above(fc_f32_bits b, uint32_t limit) {
    const __m256i limits = fc_f32_bits_set(limit);
    return _mm256_movemask_epi8(_mm256_cmpeq_epi32(_mm256_max_epu32(b, limits), limits)) != -1;
}

#define fc_f32_load_int32(p) _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define fc_f32_load_int16(p) _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f32_load_uint16(p) _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define fc_f32_load_int8(p) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f32_load_uint8(p) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f32_load_f64(p) \
    _mm256_set_m128(_mm256_cvtpd_ps(_mm256_loadu_pd((p) + 4)), _mm256_cvtpd_ps(_mm256_loadu_pd(p)))
#define fc_f32_stream(p, a) _mm256_stream_ps(p, a)
#define fc_stream_fence() _mm_sfence()

#elif defined(__x86_64__) || defined(_M_X64)

#define FC_HAS_FMA 0
#define fc_f64_div(a, b) _mm_div_pd(a, b)
#define fc_f64_sqrt(a) _mm_sqrt_pd(a)
#define fc_f64_neg(a) _mm_xor_pd(a, _mm_set1_pd(-0.0))
#define fc_f64_abs(a) _mm_andnot_pd(_mm_set1_pd(-0.0), a)
#define fc_f64_with_sign(a, b) _mm_or_pd(fc_f64_abs(a), _mm_and_pd(_mm_set1_pd(-0.0), b))
#define fc_f64_max_second(a, b) _mm_max_pd(a, b)
#define fc_f64_min_second(a, b) _mm_min_pd(a, b)
#define fc_f64_round(a) _mm_round_pd(a, 8)
#define fc_f64_floor(a) _mm_round_pd(a, 9)
#define fc_f64_ceil(a) _mm_round_pd(a, 10)
#define fc_f64_trunc(a) _mm_round_pd(a, 11)

typedef __m128d fc_f64_mask;
#define fc_f64_less(a, b) _mm_cmplt_pd(a, b)
#define fc_f64_less_equal(a, b) _mm_cmple_pd(a, b)
#define fc_f64_equal(a, b) _mm_cmpeq_pd(a, b)
#define fc_f64_not_equal(a, b) _mm_cmpneq_pd(a, b)
#define fc_f64_is_nan(a) _mm_cmpunord_pd(a, a)
#define fc_f64_mask_and(a, b) _mm_and_pd(a, b)
#define fc_f64_mask_or(a, b) _mm_or_pd(a, b)
#define fc_f64_mask_xor(a, b) _mm_xor_pd(a, b)
#define fc_f64_mask_not(a) _mm_xor_pd(a, _mm_castsi128_pd(_mm_set1_epi32(-1)))
#define fc_f64_mask_any(m) (_mm_movemask_pd(m) != 0)
FC_INLINE fc_f64_mask fc_f64_mask_from_bytes(const uint8_t *p) {
    const __m128i lanes = _mm_cvtepu8_epi64(_mm_cvtsi32_si128(fc_two_bytes(p)));
    return _mm_castsi128_pd(_mm_cmpgt_epi64(lanes, _mm_setzero_si128()));
}
FC_INLINE void fc_f64_mask_to_bytes(uint8_t *p, fc_f64_mask m) {
    const int marks = _mm_movemask_pd(m);
    p[0] = (uint8_t)(marks & 1);
    p[1] = (uint8_t)(marks >> 1);
}
#define fc_f64_select(m, a, b) _mm_blendv_pd(b, a, m)

typedef __m128i fc_f64_bits;
#define fc_f64_to_bits(a) _mm_castpd_si128(a)
#define fc_f64_from_bits(b) _mm_castsi128_pd(b)
#define fc_f64_bits_set(x) _mm_set1_epi64x((int64_t)(x))
#define fc_f64_bits_add(a, b) _mm_add_epi64(a, b)
#define fc_f64_bits_sub(a, b) _mm_sub_epi64(a, b)
#define fc_f64_bits_and(a, b) _mm_and_si128(a, b)
#define fc_f64_bits_or(a, b) _mm_or_si128(a, b)
#define fc_f64_bits_xor(a, b) _mm_xor_si128(a, b)
#define fc_f64_bits_andnot(a, b) _mm_andnot_si128(a, b)
#define fc_f64_bits_shl(b, n) _mm_slli_epi64(b, n)
#define fc_f64_bits_shr(b, n) _mm_srli_epi64(b, n)
#define fc_f64_bits_max_unsigned(a, b) _mm_max_epu32(a, b)
FC_INLINE int fc_f64_bits_any_above(fc_f64_bits b, uint64_t limit) {
    const __m128i limits = fc_f64_bits_set(limit);
    return _mm_movemask_pd(_mm_castsi128_pd(_mm_cmpeq_epi32(_mm_max_epu32(b, limits), limits))) != 3;
}

FC_INLINE fc_f64 fc_f64_of_int64(__m128i x) { /* as said above; 2^84 + 2^63 + 2^52 */
    const __m128i high = _mm_xor_si128(_mm_srli_epi64(x, 32), _mm_set1_epi64x(0x4530000080000000));
    const __m128i low = _mm_blend_epi16(x, _mm_set1_epi64x(0x4330000000000000), 0xcc);
    return _mm_add_pd(_mm_sub_pd(_mm_castsi128_pd(high), _mm_set1_pd(0x1.00000801p84)), _mm_castsi128_pd(low));
}
#define fc_f64_load_int64(p) fc_f64_of_int64(_mm_loadu_si128((const __m128i *)(p)))
/* The lower 64 bits of a product: of the lower halves, and of each with the other's upper half, 32 bits higher. */
FC_INLINE fc_f64 fc_f64_affine_int64(const int64_t *p, int64_t k, int64_t c) {
    const __m128i x = _mm_loadu_si128((const __m128i *)p);
    const __m128i low = _mm_set1_epi64x(k & 0xffffffff), high = _mm_set1_epi64x((int64_t)((uint64_t)k >> 32));
    __m128i crossed = _mm_mul_epu32(_mm_srli_epi64(x, 32), low);
    if ((uint64_t)k >> 32 != 0) {
        crossed = _mm_add_epi64(crossed, _mm_mul_epu32(x, high));
    }
    return fc_f64_of_int64(
        _mm_add_epi64(_mm_add_epi64(_mm_mul_epu32(x, low), _mm_slli_epi64(crossed, 32)), _mm_set1_epi64x(c)));
}
FC_INLINE fc_f64 fc_f64_load_uint64(const uint64_t *p) {
    const __m128i x = _mm_loadu_si128((const __m128i *)p);
    const __m128i high = _mm_or_si128(_mm_srli_epi64(x, 32), _mm_set1_epi64x(0x4530000000000000));
    const __m128i low = _mm_blend_epi16(x, _mm_set1_epi64x(0x4330000000000000), 0xcc);
    return _mm_add_pd(_mm_sub_pd(_mm_castsi128_pd(high), _mm_set1_pd(0x1.00000001p84)), _mm_castsi128_pd(low));
}
FC_INLINE fc_f64 fc_f64_of_uint32(__m128i x) {
    const __m128i wide = _mm_or_si128(_mm_cvtepu32_epi64(x), _mm_set1_epi64x(0x4330000000000000));
    return _mm_sub_pd(_mm_castsi128_pd(wide), _mm_set1_pd(0x1p52));
}
#define fc_f64_load_uint32(p) fc_f64_of_uint32(_mm_loadl_epi64((const __m128i *)(p)))
FC_INLINE __m128i fc_f64_affine_32(const void *p, int64_t k, int64_t c) {
    return _mm_add_epi32(_mm_mullo_epi32(_mm_loadl_epi64((const __m128i *)p), _mm_set1_epi32((int32_t)k)),
                         _mm_set1_epi32((int32_t)c));
}
#define fc_f64_affine_int32(p, k, c) _mm_cvtepi32_pd(fc_f64_affine_32(p, k, c))
#define fc_f64_affine_uint32(p, k, c) fc_f64_of_uint32(fc_f64_affine_32(p, k, c))
#define fc_f64_load_int32(p) _mm_cvtepi32_pd(_mm_loadl_epi64((const __m128i *)(p)))
#define fc_f64_load_int16(p) _mm_cvtepi32_pd(_mm_cvtepi16_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f64_load_uint16(p) _mm_cvtepi32_pd(_mm_cvtepu16_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f64_load_int8(p) _mm_cvtepi32_pd(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(fc_two_bytes(p))))
#define fc_f64_load_uint8(p) _mm_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(fc_two_bytes(p))))
#define fc_f64_store_f32(p, a) _mm_storel_epi64((__m128i *)(p), _mm_castps_si128(_mm_cvtpd_ps(a)))
#define fc_f64_stream(p, a) _mm_stream_pd(p, a)

#define fc_f32_set(x) _mm_set1_ps(x)
#define fc_f32_add(a, b) _mm_add_ps(a, b)
#define fc_f32_sub(a, b) _mm_sub_ps(a, b)
#define fc_f32_mul(a, b) _mm_mul_ps(a, b)
#define fc_f32_div(a, b) _mm_div_ps(a, b)
#define fc_f32_sqrt(a) _mm_sqrt_ps(a)
#define fc_f32_neg(a) _mm_xor_ps(a, _mm_set1_ps(-0.0f))
#define fc_f32_abs(a) _mm_andnot_ps(_mm_set1_ps(-0.0f), a)
#define fc_f32_with_sign(a, b) _mm_or_ps(fc_f32_abs(a), _mm_and_ps(_mm_set1_ps(-0.0f), b))
#define fc_f32_max_second(a, b) _mm_max_ps(a, b)
#define fc_f32_min_second(a, b) _mm_min_ps(a, b)
#define fc_f32_round(a) _mm_round_ps(a, 8)
#define fc_f32_floor(a) _mm_round_ps(a, 9)
#define fc_f32_ceil(a) _mm_round_ps(a, 10)
#define fc_f32_trunc(a) _mm_round_ps(a, 11)

typedef __m128 fc_f32_mask;
#define fc_f32_less(a, b) _mm_cmplt_ps(a, b)
#define fc_f32_less_equal(a, b) _mm_cmple_ps(a, b)
#define fc_f32_equal(a, b) _mm_cmpeq_ps(a, b)
#define fc_f32_not_equal(a, b) _mm_cmpneq_ps(a, b)
#define fc_f32_is_nan(a) _mm_cmpunord_ps(a, a)
#define fc_f32_mask_and(a, b) _mm_and_ps(a, b)
#define fc_f32_mask_or(a, b) _mm_or_ps(a, b)
#define fc_f32_mask_xor(a, b) _mm_xor_ps(a, b)
#define fc_f32_mask_not(a) _mm_xor_ps(a, _mm_castsi128_ps(_mm_set1_epi32(-1)))
#define fc_f32_mask_any(m) (_mm_movemask_ps(m) != 0)
FC_INLINE fc_f32_mask fc_f32_mask_from_bytes(const uint8_t *p) {
    const __m128i lanes = _mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p)));
    return _mm_castsi128_ps(_mm_cmpgt_epi32(lanes, _mm_setzero_si128()));
}
FC_INLINE void fc_f32_mask_to_bytes(uint8_t *p, fc_f32_mask m) {
    /* Bit i goes to i, i + 7, i + 14 and i + 21: to 8i and to nowhere else that is kept. */
    const uint32_t bytes = ((uint32_t)_mm_movemask_ps(m) * 0x204081u) & 0x01010101u;
    memcpy(p, &bytes, sizeof bytes);
}
#define fc_f32_select(m, a, b) _mm_blendv_ps(b, a, m)

typedef __m128i fc_f32_bits;
#define fc_f32_to_bits(a) _mm_castps_si128(a)
#define fc_f32_from_bits(b) _mm_castsi128_ps(b)
#define fc_f32_bits_set(x) _mm_set1_epi32((int32_t)(x))
#define fc_f32_bits_add(a, b) _mm_add_epi32(a, b)
#define fc_f32_bits_sub(a, b) _mm_sub_epi32(a, b)
#define fc_f32_bits_and(a, b) _mm_and_si128(a, b)
#define fc_f32_bits_or(a, b) _mm_or_si128(a, b)
#define fc_f32_bits_xor(a, b) _mm_xor_si128(a, b)
#define fc_f32_bits_andnot(a, b) _mm_andnot_si128(a, b)
#define fc_f32_bits_shl(b, n) _mm_slli_epi32(b, n)
#define fc_f32_bits_shr(b, n) _mm_srli_epi32(b, n)
#define fc_f32_bits_max_unsigned(a, b) _mm_max_epu32(a, b)
FC_INLINE int fc_f32_bits_any_above(fc_f32_bits b, uint32_t limit) {
    const __m128i limits = fc_f32_bits_set(limit);
    return _mm_movemask_epi8(_mm_cmpeq_epi32(_mm_max_epu32(b, limits), limits)) != 0xffff;
}

#define fc_f32_load_int32(p) _mm_cvtepi32_ps(_mm_loadu_si128((const __m128i *)(p)))
#define fc_f32_load_int16(p) _mm_cvtepi32_ps(_mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f32_load_uint16(p) _mm_cvtepi32_ps(_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f32_load_int8(p) _mm_cvtepi32_ps(_mm_cvtepi8_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f32_load_uint8(p) _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)fc_four_bytes(p))))
#define fc_f32_load_f64(p) _mm_movelh_ps(_mm_cvtpd_ps(_mm_loadu_pd(p)), _mm_cvtpd_ps(_mm_loadu_pd((p) + 2)))
#define fc_f32_stream(p, a) _mm_stream_ps(p, a)
#define fc_stream_fence() _mm_sfence()

#elif defined(__aarch64__) || defined(_M_ARM64)

#define FC_HAS_FMA 1
#define fc_f64_div(a, b) vdivq_f64(a, b)
#define fc_f64_sqrt(a) vsqrtq_f64(a)
#define fc_f64_neg(a) vnegq_f64(a)
#define fc_f64_abs(a) vabsq_f64(a)
#define fc_f64_with_sign(a, b) vbslq_f64(vdupq_n_u64(1ull << 63), b, a)
#define fc_f64_fma(a, b, c) vfmaq_f64(c, a, b)
#define fc_f64_fnma(a, b, c) vfmsq_f64(c, a, b)
#define fc_f64_round(a) vrndnq_f64(a)
#define fc_f64_floor(a) vrndmq_f64(a)
#define fc_f64_ceil(a) vrndpq_f64(a)
#define fc_f64_trunc(a) vrndq_f64(a)

typedef uint64x2_t fc_f64_mask;
#define fc_f64_less(a, b) vcltq_f64(a, b)
#define fc_f64_less_equal(a, b) vcleq_f64(a, b)
#define fc_f64_equal(a, b) vceqq_f64(a, b)
#define fc_f64_mask_and(a, b) vandq_u64(a, b)
#define fc_f64_mask_or(a, b) vorrq_u64(a, b)
#define fc_f64_mask_xor(a, b) veorq_u64(a, b)
#define fc_f64_mask_not(a) vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(a)))
#define fc_f64_not_equal(a, b) fc_f64_mask_not(vceqq_f64(a, b))
#define fc_f64_is_nan(a) fc_f64_mask_not(vceqq_f64(a, a))
#define fc_f64_mask_any(m) (vmaxvq_u32(vreinterpretq_u32_u64(m)) != 0)
FC_INLINE fc_f64_mask fc_f64_mask_from_bytes(const uint8_t *p) {
    const uint16x8_t words = vmovl_u8(vreinterpret_u8_u16(vdup_n_u16(fc_two_bytes(p))));
    const uint64x2_t lanes = vmovl_u32(vget_low_u32(vmovl_u16(vget_low_u16(words))));
    return vtstq_u64(lanes, lanes);
}
FC_INLINE void fc_f64_mask_to_bytes(uint8_t *p, fc_f64_mask m) {
    p[0] = (uint8_t)(vgetq_lane_u64(m, 0) & 1);
    p[1] = (uint8_t)(vgetq_lane_u64(m, 1) & 1);
}
#define fc_f64_select(m, a, b) vbslq_f64(m, a, b)
FC_INLINE fc_f64 fc_f64_max_second(fc_f64 a, fc_f64 b) { return vbslq_f64(vcgtq_f64(a, b), a, b); }
FC_INLINE fc_f64 fc_f64_min_second(fc_f64 a, fc_f64 b) { return vbslq_f64(vcltq_f64(a, b), a, b); }

/* simd.h has a macro with an argument of the same name, which does not stand in the way of a type. */
typedef uint64x2_t fc_f64_bits;
#define fc_f64_to_bits(a) vreinterpretq_u64_f64(a)
#define fc_f64_from_bits(b) vreinterpretq_f64_u64(b)
#define fc_f64_bits_set(x) vdupq_n_u64((uint64_t)(x))
#define fc_f64_bits_add(a, b) vaddq_u64(a, b)
#define fc_f64_bits_sub(a, b) vsubq_u64(a, b)
#define fc_f64_bits_and(a, b) vandq_u64(a, b)
#define fc_f64_bits_or(a, b) vorrq_u64(a, b)
#define fc_f64_bits_xor(a, b) veorq_u64(a, b)
#define fc_f64_bits_andnot(a, b) vbicq_u64(b, a)
#define fc_f64_bits_shl(b, n) vshlq_n_u64(b, n)
#define fc_f64_bits_shr(b, n) vshrq_n_u64(b, n)
FC_INLINE fc_f64_bits fc_f64_bits_max_unsigned(fc_f64_bits a, fc_f64_bits b) {
    return vbslq_u64(vcgtq_u64(a, b), a, b);
}
#define fc_f64_bits_any_above(b, limit) fc_f64_mask_any(vcgtq_u64(b, fc_f64_bits_set(limit)))

FC_INLINE int32x4_t fc_f64_four_int16(const void *p) { /* two of them, twice */
    return vmovl_s16(vreinterpret_s16_u32(vdup_n_u32(fc_four_bytes(p))));
}
FC_INLINE int32x4_t fc_f64_four_int8(const void *p) {
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u16(vdup_n_u16(fc_two_bytes(p))))));
}
FC_INLINE uint32x4_t fc_f64_four_uint16(const void *p) {
    return vmovl_u16(vreinterpret_u16_u32(vdup_n_u32(fc_four_bytes(p))));
}
FC_INLINE uint32x4_t fc_f64_four_uint8(const void *p) {
    return vmovl_u16(vget_low_u16(vmovl_u8(vreinterpret_u8_u16(vdup_n_u16(fc_two_bytes(p))))));
}
#define fc_f64_load_int64(p) vcvtq_f64_s64(vld1q_s64(p))
#define fc_f64_load_uint64(p) vcvtq_f64_u64(vld1q_u64(p))
#define fc_f64_load_int32(p) vcvtq_f64_s64(vmovl_s32(vld1_s32(p)))
#define fc_f64_load_uint32(p) vcvtq_f64_u64(vmovl_u32(vld1_u32(p)))
#define fc_f64_load_int16(p) vcvtq_f64_s64(vmovl_s32(vget_low_s32(fc_f64_four_int16(p))))
#define fc_f64_load_uint16(p) vcvtq_f64_u64(vmovl_u32(vget_low_u32(fc_f64_four_uint16(p))))
#define fc_f64_load_int8(p) vcvtq_f64_s64(vmovl_s32(vget_low_s32(fc_f64_four_int8(p))))
#define fc_f64_load_uint8(p) vcvtq_f64_u64(vmovl_u32(vget_low_u32(fc_f64_four_uint8(p))))
/* There is no product of 64-bit lanes. */
FC_INLINE fc_f64 fc_f64_affine_int64(const int64_t *p, int64_t k, int64_t c) {
    const uint64_t x = (uint64_t)p[0] * (uint64_t)k, y = (uint64_t)p[1] * (uint64_t)k;
    const uint64x2_t both = vaddq_u64(vcombine_u64(vcreate_u64(x), vcreate_u64(y)), vdupq_n_u64((uint64_t)c));
    return vcvtq_f64_s64(vreinterpretq_s64_u64(both));
}
FC_INLINE uint32x2_t fc_f64_affine_32(const void *p, int64_t k, int64_t c) {
    return vmla_u32(vdup_n_u32((uint32_t)c), vld1_u32((const uint32_t *)p), vdup_n_u32((uint32_t)k));
}
#define fc_f64_affine_int32(p, k, c) vcvtq_f64_s64(vmovl_s32(vreinterpret_s32_u32(fc_f64_affine_32(p, k, c))))
#define fc_f64_affine_uint32(p, k, c) vcvtq_f64_u64(vmovl_u32(fc_f64_affine_32(p, k, c)))
#define fc_f64_store_f32(p, a) vst1_f32(p, vcvt_f32_f64(a))
#define fc_f64_stream(p, a) vst1q_f64(p, a)

#define fc_f32_set(x) vdupq_n_f32(x)
#define fc_f32_add(a, b) vaddq_f32(a, b)
#define fc_f32_sub(a, b) vsubq_f32(a, b)
#define fc_f32_mul(a, b) vmulq_f32(a, b)
#define fc_f32_div(a, b) vdivq_f32(a, b)
#define fc_f32_sqrt(a) vsqrtq_f32(a)
#define fc_f32_neg(a) vnegq_f32(a)
#define fc_f32_abs(a) vabsq_f32(a)
#define fc_f32_with_sign(a, b) vbslq_f32(vdupq_n_u32(1u << 31), b, a)
#define fc_f32_fma(a, b, c) vfmaq_f32(c, a, b)
#define fc_f32_fnma(a, b, c) vfmsq_f32(c, a, b)
#define fc_f32_round(a) vrndnq_f32(a)
#define fc_f32_floor(a) vrndmq_f32(a)
#define fc_f32_ceil(a) vrndpq_f32(a)
#define fc_f32_trunc(a) vrndq_f32(a)

typedef uint32x4_t fc_f32_mask;
#define fc_f32_less(a, b) vcltq_f32(a, b)
#define fc_f32_less_equal(a, b) vcleq_f32(a, b)
#define fc_f32_equal(a, b) vceqq_f32(a, b)
#define fc_f32_not_equal(a, b) vmvnq_u32(vceqq_f32(a, b))
#define fc_f32_is_nan(a) vmvnq_u32(vceqq_f32(a, a))
#define fc_f32_mask_and(a, b) vandq_u32(a, b)
#define fc_f32_mask_or(a, b) vorrq_u32(a, b)
#define fc_f32_mask_xor(a, b) veorq_u32(a, b)
#define fc_f32_mask_not(a) vmvnq_u32(a)
#define fc_f32_mask_any(m) (vmaxvq_u32(m) != 0)
FC_INLINE fc_f32_mask fc_f32_mask_from_bytes(const uint8_t *p) {
    const uint16x8_t words = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(fc_four_bytes(p))));
    const uint32x4_t lanes = vmovl_u16(vget_low_u16(words));
    return vtstq_u32(lanes, lanes);
}
FC_INLINE void fc_f32_mask_to_bytes(uint8_t *p, fc_f32_mask m) {
    const uint16x4_t words = vmovn_u32(m);
    const uint8x8_t bytes = vand_u8(vmovn_u16(vcombine_u16(words, words)), vdup_n_u8(1));
    const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    memcpy(p, &four, sizeof four);
}
#define fc_f32_select(m, a, b) vbslq_f32(m, a, b)
FC_INLINE fc_f32 fc_f32_max_second(fc_f32 a, fc_f32 b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
FC_INLINE fc_f32 fc_f32_min_second(fc_f32 a, fc_f32 b) { return vbslq_f32(vcltq_f32(a, b), a, b); }

typedef uint32x4_t fc_f32_bits;
#define fc_f32_to_bits(a) vreinterpretq_u32_f32(a)
#define fc_f32_from_bits(b) vreinterpretq_f32_u32(b)
#define fc_f32_bits_set(x) vdupq_n_u32((uint32_t)(x))
#define fc_f32_bits_add(a, b) vaddq_u32(a, b)
#define fc_f32_bits_sub(a, b) vsubq_u32(a, b)
#define fc_f32_bits_and(a, b) vandq_u32(a, b)
#define fc_f32_bits_or(a, b) vorrq_u32(a, b)
#define fc_f32_bits_xor(a, b) veorq_u32(a, b)
#define fc_f32_bits_andnot(a, b) vbicq_u32(b, a)
#define fc_f32_bits_shl(b, n) vshlq_n_u32(b, n)
#define fc_f32_bits_shr(b, n) vshrq_n_u32(b, n)
#define fc_f32_bits_max_unsigned(a, b) vmaxq_u32(a, b)
#define fc_f32_bits_any_above(b, limit) (vmaxvq_u32(b) > (uint32_t)(limit))

#define fc_f32_load_int32(p) vcvtq_f32_s32(vld1q_s32(p))
#define fc_f32_load_int16(p) vcvtq_f32_s32(vmovl_s16(vld1_s16(p)))
#define fc_f32_load_uint16(p) vcvtq_f32_u32(vmovl_u16(vld1_u16(p)))
FC_INLINE fc_f32 fc_f32_load_int8(const int8_t *p) {
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u32(vdup_n_u32(fc_four_bytes(p)))))));
}
FC_INLINE fc_f32 fc_f32_load_uint8(const uint8_t *p) {
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(fc_four_bytes(p)))))));
}
#define fc_f32_load_f64(p) vcombine_f32(vcvt_f32_f64(vld1q_f64(p)), vcvt_f32_f64(vld1q_f64((p) + 2)))
#define fc_f32_stream(p, a) vst1q_f32(p, a)
#define fc_stream_fence() ((void)0)

#else /* any other processor: one element at a time */

#define FC_HAS_FMA 0
FC_INLINE uint32_t fc_f32_to_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
FC_INLINE float fc_f32_from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
#define fc_f64_to_bits(a) fc_bits_of(a)

#define fc_f64_div(a, b) ((a) / (b))
#define fc_f64_sqrt(a) sqrt(a)
#define fc_f64_neg(a) fc_double_of(fc_bits_of(a) ^ 1ull << 63)
#define fc_f64_abs(a) fc_double_of(fc_bits_of(a) & ~(1ull << 63))
#define fc_f64_with_sign(a, b) fc_double_of((fc_bits_of(a) & ~(1ull << 63)) | (fc_bits_of(b) & 1ull << 63))
#define fc_f64_round(a) nearbyint(a)
#define fc_f64_floor(a) floor(a)
#define fc_f64_ceil(a) ceil(a)
#define fc_f64_trunc(a) trunc(a)
FC_INLINE fc_f64 fc_f64_max_second(fc_f64 a, fc_f64 b) { return a > b ? a : b; }
FC_INLINE fc_f64 fc_f64_min_second(fc_f64 a, fc_f64 b) { return a < b ? a : b; }

typedef int fc_f64_mask;
#define fc_f64_less(a, b) ((a) < (b))
#define fc_f64_less_equal(a, b) ((a) <= (b))
#define fc_f64_equal(a, b) ((a) == (b))
#define fc_f64_not_equal(a, b) ((a) != (b))
#define fc_f64_is_nan(a) ((a) != (a))
#define fc_f64_mask_and(a, b) ((a) & (b))
#define fc_f64_mask_or(a, b) ((a) | (b))
#define fc_f64_mask_xor(a, b) ((a) ^ (b))
#define fc_f64_mask_not(a) (!(a))
#define fc_f64_mask_any(m) (m)
#define fc_f64_mask_from_bytes(p) (*(p) != 0)
#define fc_f64_mask_to_bytes(p, m) ((void)(*(p) = (uint8_t)(m)))
#define fc_f64_select(m, a, b) ((m) ? (a) : (b))

typedef uint64_t fc_f64_bits;
#define fc_f64_bits_set(x) ((uint64_t)(x))
#define fc_f64_bits_add(a, b) ((a) + (b))
#define fc_f64_bits_sub(a, b) ((a) - (b))
#define fc_f64_bits_and(a, b) ((a) & (b))
#define fc_f64_bits_or(a, b) ((a) | (b))
#define fc_f64_bits_xor(a, b) ((a) ^ (b))
#define fc_f64_bits_andnot(a, b) (~(a) & (b))
#define fc_f64_bits_shl(b, n) ((b) << (n))
#define fc_f64_bits_shr(b, n) ((b) >> (n))
#define fc_f64_bits_max_unsigned(a, b) ((a) > (b) ? (a) : (b))
#define fc_f64_bits_any_above(b, limit) ((b) > (uint64_t)(limit))

#define fc_f64_load_int64(p) ((double)*(p))
#define fc_f64_load_uint64(p) ((double)*(p))
#define fc_f64_load_int32(p) ((double)*(p))
#define fc_f64_load_uint32(p) ((double)*(p))
#define fc_f64_load_int16(p) ((double)*(p))
#define fc_f64_load_uint16(p) ((double)*(p))
#define fc_f64_load_int8(p) ((double)*(p))
#define fc_f64_load_uint8(p) ((double)*(p))
#define fc_f64_affine_int64(p, k, c) ((double)(int64_t)((uint64_t)*(p) * (uint64_t)(k) + (uint64_t)(c)))
#define fc_f64_affine_int32(p, k, c) ((double)(int32_t)((uint32_t)*(p) * (uint32_t)(k) + (uint32_t)(c)))
#define fc_f64_affine_uint32(p, k, c) ((double)((uint32_t)*(p) * (uint32_t)(k) + (uint32_t)(c)))
#define fc_f64_store_f32(p, a) ((void)(*(p) = (float)(a)))
#define fc_f64_stream(p, a) ((void)(*(p) = (a)))

#define fc_f32_set(x) (x)
#define fc_f32_add(a, b) ((a) + (b))
#define fc_f32_sub(a, b) ((a) - (b))
#define fc_f32_mul(a, b) ((a) * (b))
#define fc_f32_div(a, b) ((a) / (b))
#define fc_f32_sqrt(a) sqrtf(a)
#define fc_f32_neg(a) fc_f32_from_bits(fc_f32_to_bits(a) ^ 1u << 31)
#define fc_f32_abs(a) fc_f32_from_bits(fc_f32_to_bits(a) & ~(1u << 31))
#define fc_f32_with_sign(a, b) fc_f32_from_bits((fc_f32_to_bits(a) & ~(1u << 31)) | (fc_f32_to_bits(b) & 1u << 31))
#define fc_f32_round(a) nearbyintf(a)
#define fc_f32_floor(a) floorf(a)
#define fc_f32_ceil(a) ceilf(a)
#define fc_f32_trunc(a) truncf(a)
FC_INLINE fc_f32 fc_f32_max_second(fc_f32 a, fc_f32 b) { return a > b ? a : b; }
FC_INLINE fc_f32 fc_f32_min_second(fc_f32 a, fc_f32 b) { return a < b ? a : b; }

typedef int fc_f32_mask;
#define fc_f32_less(a, b) ((a) < (b))
#define fc_f32_less_equal(a, b) ((a) <= (b))
#define fc_f32_equal(a, b) ((a) == (b))
#define fc_f32_not_equal(a, b) ((a) != (b))
#define fc_f32_is_nan(a) ((a) != (a))
#define fc_f32_mask_and(a, b) ((a) & (b))
#define fc_f32_mask_or(a, b) ((a) | (b))
#define fc_f32_mask_xor(a, b) ((a) ^ (b))
#define fc_f32_mask_not(a) (!(a))
#define fc_f32_mask_any(m) (m)
#define fc_f32_mask_from_bytes(p) (*(p) != 0)
#define fc_f32_mask_to_bytes(p, m) ((void)(*(p) = (uint8_t)(m)))
#define fc_f32_select(m, a, b) ((m) ? (a) : (b))

typedef uint32_t fc_f32_bits;
#define fc_f32_bits_set(x) ((uint32_t)(x))
#define fc_f32_bits_add(a, b) ((a) + (b))
#define fc_f32_bits_sub(a, b) ((a) - (b))
#define fc_f32_bits_and(a, b) ((a) & (b))
#define fc_f32_bits_or(a, b) ((a) | (b))
#define fc_f32_bits_xor(a, b) ((a) ^ (b))
#define fc_f32_bits_andnot(a, b) (~(a) & (b))
#define fc_f32_bits_shl(b, n) ((b) << (n))
#define fc_f32_bits_shr(b, n) ((b) >> (n))
#define fc_f32_bits_max_unsigned(a, b) ((a) > (b) ? (a) : (b))
#define fc_f32_bits_any_above(b, limit) ((b) > (uint32_t)(limit))

#define fc_f32_load_int32(p) ((float)*(p))
#define fc_f32_load_int16(p) ((float)*(p))
#define fc_f32_load_uint16(p) ((float)*(p))
#define fc_f32_load_int8(p) ((float)*(p))
#define fc_f32_load_uint8(p) ((float)*(p))
#define fc_f32_load_f64(p) ((float)*(p))
#define fc_f32_stream(p, a) ((void)(*(p) = (a)))
#define fc_stream_fence() ((void)0)

#endif

/* Eight masks, one after the other, as bytes, 0 or 1. */
#if defined(FC_ISA_AVX512)
FC_INLINE void fc_f64_masks_to_bytes(uint8_t *p, const fc_f64_mask *m) {
    uint64_t all;
    memcpy(&all, m, sizeof all);
    _mm512_storeu_si512(p, _mm512_maskz_set1_epi8(all, 1));
}
FC_INLINE void fc_f32_masks_to_bytes(uint8_t *p, const fc_f32_mask *m) {
    uint64_t all[2];
    memcpy(all, m, sizeof all);
    _mm512_storeu_si512(p, _mm512_maskz_set1_epi8(all[0], 1));
    _mm512_storeu_si512(p + 64, _mm512_maskz_set1_epi8(all[1], 1));
}
#elif defined(FC_ISA_AVX2)
/* Packing works on halves of vectors: what it makes has the lower halves' marks below, the upper ones' above. */
FC_INLINE void fc_f64_masks_to_bytes(uint8_t *p, const fc_f64_mask *m) {
    /* Words of the lower half and of the upper one by turns. */
    const __m256i by_turns = _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15, 0, 1, 8, 9, 2, 3,
                                              10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    __m256i pair[4], both;
    for (int k = 0; k < 4; k++) {
        pair[k] =
            _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castpd_ps(m[2 * k]), _mm256_castpd_ps(m[2 * k + 1]), 0x88));
    }
    both = _mm256_packs_epi16(_mm256_packs_epi32(pair[0], pair[1]), _mm256_packs_epi32(pair[2], pair[3]));
    both = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(both, 0xd8), by_turns);
    _mm256_storeu_si256((__m256i *)p, _mm256_and_si256(both, _mm256_set1_epi8(1)));
}
FC_INLINE void fc_f32_masks_to_bytes(uint8_t *p, const fc_f32_mask *m) {
    for (int k = 0; k < 8; k += 4, p += 32) {
        const __m256i first = _mm256_packs_epi32(_mm256_castps_si256(m[k]), _mm256_castps_si256(m[k + 1]));
        const __m256i second = _mm256_packs_epi32(_mm256_castps_si256(m[k + 2]), _mm256_castps_si256(m[k + 3]));
        const __m256i four = _mm256_and_si256(_mm256_packs_epi16(first, second), _mm256_set1_epi8(1));
        const __m128i low = _mm256_castsi256_si128(four), high = _mm256_extracti128_si256(four, 1);
        _mm_storeu_si128((__m128i *)p, _mm_unpacklo_epi32(low, high));
        _mm_storeu_si128((__m128i *)(p + 16), _mm_unpackhi_epi32(low, high));
    }
}
#elif defined(__x86_64__) || defined(_M_X64)
FC_INLINE void fc_f64_masks_to_bytes(uint8_t *p, const fc_f64_mask *m) {
    __m128i pair[4];
    for (int k = 0; k < 4; k++) {
        pair[k] = _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(m[2 * k]), _mm_castpd_ps(m[2 * k + 1]), 0x88));
    }
    _mm_storeu_si128((__m128i *)p, _mm_and_si128(_mm_packs_epi16(_mm_packs_epi32(pair[0], pair[1]),
                                                                 _mm_packs_epi32(pair[2], pair[3])),
                                                 _mm_set1_epi8(1)));
}
FC_INLINE void fc_f32_masks_to_bytes(uint8_t *p, const fc_f32_mask *m) {
    for (int k = 0; k < 8; k += 4, p += 16) {
        const __m128i first = _mm_packs_epi32(_mm_castps_si128(m[k]), _mm_castps_si128(m[k + 1]));
        const __m128i second = _mm_packs_epi32(_mm_castps_si128(m[k + 2]), _mm_castps_si128(m[k + 3]));
        _mm_storeu_si128((__m128i *)p, _mm_and_si128(_mm_packs_epi16(first, second), _mm_set1_epi8(1)));
    }
}
#else
FC_INLINE void fc_f64_masks_to_bytes(uint8_t *p, const fc_f64_mask *m) {
    for (int k = 0; k < 8; k++) {
        fc_f64_mask_to_bytes(p + k * FC_F64_WIDTH, m[k]);
    }
}
FC_INLINE void fc_f32_masks_to_bytes(uint8_t *p, const fc_f32_mask *m) {
    for (int k = 0; k < 8; k++) {
        fc_f32_mask_to_bytes(p + k * FC_F32_WIDTH, m[k]);
    }
}
#endif

#endif
