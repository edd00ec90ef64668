/* A small width-neutral layer over the vector instructions of an ISA: a loop is written once, and FC_F64_WIDTH and
   FC_F32_WIDTH say how many elements one step takes, FC_WORDS how many 64-bit words.

   fc_f64_greater is of magnitudes, as pairs of 32-bit integers: the upper half of the result, with the exponent, is
   that of the greater (a NaN is above all), the lower half is of no use. fc_f64_uppers packs the upper halves of two
   vectors into words, in some order. Floating-point compares would wait for the units that add. fc_f64_load_apart takes
   elements that are d bytes apart. */
#ifndef FASTCORE_SIMD_H
#define FASTCORE_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "table.h"

FC_INLINE double fc_at(const char *p, ptrdiff_t offset) {
    double value;
    memcpy(&value, p + offset, sizeof value);
    return value;
}

#if defined(FC_ISA_AVX512)
#include <immintrin.h>
#define FC_F64_WIDTH 8
typedef __m512d fc_f64;
typedef __mmask8 fc_f64_flag;
#define fc_f64_load(p) _mm512_loadu_pd(p)
#define fc_f64_load_f32(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define fc_f64_store(p, a) _mm512_storeu_pd(p, a)
#define fc_f64_load_apart(p, d)                                                                                  \
    _mm512_set_pd(fc_at(p, 7 * (d)), fc_at(p, 6 * (d)), fc_at(p, 5 * (d)), fc_at(p, 4 * (d)), fc_at(p, 3 * (d)), \
                  fc_at(p, 2 * (d)), fc_at(p, d), fc_at(p, 0))
#define fc_f64_set(x) _mm512_set1_pd(x)
#define fc_f64_add(a, b) _mm512_add_pd(a, b)
#define fc_f64_sub(a, b) _mm512_sub_pd(a, b)
#define fc_f64_min(a, b) _mm512_min_pd(a, b)
#define fc_f64_max(a, b) _mm512_max_pd(a, b)
#define fc_f64_mul(a, b) _mm512_mul_pd(a, b)
#define fc_f64_magnitude(a) _mm512_abs_pd(a)
#define fc_f64_and(a, b) _mm512_and_pd(a, b)
#define fc_f64_greater(a, b) _mm512_castsi512_pd(_mm512_max_epu32(_mm512_castpd_si512(a), _mm512_castpd_si512(b)))
#define fc_f64_or_xor(a, b, c)                                                                    \
    _mm512_castsi512_pd(_mm512_ternarylogic_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b), \
                                                  _mm512_castpd_si512(c), 0xf6)) /* a | (b ^ c) */
#define fc_f64_unordered(a, b) _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q)
#define fc_f64_flag_none ((__mmask8)0)
#define fc_f64_flag_or(a, b) ((__mmask8)((a) | (b)))
#define fc_f64_flag_any(a) ((a) != 0)

#define FC_F32_WIDTH 16
typedef __m512 fc_f32;
typedef __mmask16 fc_f32_flag;
#define fc_f32_load(p) _mm512_loadu_ps(p)
#define fc_f32_store(p, a) _mm512_storeu_ps(p, a)
#define fc_f32_min(a, b) _mm512_min_ps(a, b)
#define fc_f32_max(a, b) _mm512_max_ps(a, b)
#define fc_f32_unordered(a, b) _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q)
#define fc_f32_flag_none ((__mmask16)0)
#define fc_f32_flag_or(a, b) ((__mmask16)((a) | (b)))
#define fc_f32_flag_any(a) ((a) != 0)

#define FC_WORDS 8
typedef __m512i fc_word;
#define fc_word_load(p) _mm512_loadu_si512(p)
#define fc_word_store(p, a) _mm512_storeu_si512(p, a)
#define fc_word_set(x) _mm512_set1_epi64((int64_t)(x))
#define fc_word_add(a, b) _mm512_add_epi64(a, b)
#define fc_word_add32(a, b) _mm512_add_epi32(a, b)
#define fc_word_xor(a, b) _mm512_xor_si512(a, b)
#define fc_word_high(a) _mm512_srli_epi64(a, 32)
#define fc_word_bytes(a) _mm512_sad_epu8(a, _mm512_setzero_si512())
#define fc_word_pairs(a) _mm512_madd_epi16(a, _mm512_set1_epi16(1))
#define fc_word_min(a, b) _mm512_min_epi64(a, b) /* signed */
#define fc_word_max(a, b) _mm512_max_epi64(a, b)
#define fc_word_and(a, b) _mm512_and_si512(a, b)
#define fc_word_or(a, b) _mm512_or_si512(a, b)
#define fc_word_multiply(a, b) _mm512_mul_epi32(a, b) /* of the signed lower halves */
#define fc_word_max32(a, b) _mm512_max_epu32(a, b)    /* unsigned */
#define fc_word_min32(a, b) _mm512_min_epu32(a, b)
#define fc_f64_uppers(a, b) _mm512_castps_si512(_mm512_shuffle_ps(_mm512_castpd_ps(a), _mm512_castpd_ps(b), 0xdd))

#elif defined(FC_ISA_AVX2)
#include <immintrin.h>
#define FC_F64_WIDTH 4
typedef __m256d fc_f64;
typedef __m256d fc_f64_flag;
#define fc_f64_load(p) _mm256_loadu_pd(p)
#define fc_f64_load_f32(p) _mm256_cvtps_pd(_mm_loadu_ps(p))
#define fc_f64_store(p, a) _mm256_storeu_pd(p, a)
#define fc_f64_load_apart(p, d) _mm256_set_pd(fc_at(p, 3 * (d)), fc_at(p, 2 * (d)), fc_at(p, d), fc_at(p, 0))
#define fc_f64_set(x) _mm256_set1_pd(x)
#define fc_f64_add(a, b) _mm256_add_pd(a, b)
#define fc_f64_sub(a, b) _mm256_sub_pd(a, b)
#define fc_f64_min(a, b) _mm256_min_pd(a, b)
#define fc_f64_max(a, b) _mm256_max_pd(a, b)
#define fc_f64_mul(a, b) _mm256_mul_pd(a, b)
#define fc_f64_magnitude(a) _mm256_andnot_pd(_mm256_set1_pd(-0.0), a)
#define fc_f64_and(a, b) _mm256_and_pd(a, b)
#define fc_f64_greater(a, b) _mm256_castsi256_pd(_mm256_max_epu32(_mm256_castpd_si256(a), _mm256_castpd_si256(b)))
#define fc_f64_or_xor(a, b, c) _mm256_or_pd(a, _mm256_xor_pd(b, c))
#define fc_f64_unordered(a, b) _mm256_cmp_pd(a, b, _CMP_UNORD_Q)
#define fc_f64_flag_none _mm256_setzero_pd()
#define fc_f64_flag_or(a, b) _mm256_or_pd(a, b)
#define fc_f64_flag_any(a) (_mm256_movemask_pd(a) != 0)

#define FC_F32_WIDTH 8
typedef __m256 fc_f32;
typedef __m256 fc_f32_flag;
#define fc_f32_load(p) _mm256_loadu_ps(p)
#define fc_f32_store(p, a) _mm256_storeu_ps(p, a)
#define fc_f32_min(a, b) _mm256_min_ps(a, b)
#define fc_f32_max(a, b) _mm256_max_ps(a, b)
#define fc_f32_unordered(a, b) _mm256_cmp_ps(a, b, _CMP_UNORD_Q)
#define fc_f32_flag_none _mm256_setzero_ps()
#define fc_f32_flag_or(a, b) _mm256_or_ps(a, b)
#define fc_f32_flag_any(a) (_mm256_movemask_ps(a) != 0)

#define FC_WORDS 4
typedef __m256i fc_word;
#define fc_word_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define fc_word_store(p, a) _mm256_storeu_si256((__m256i *)(p), a)
#define fc_word_set(x) _mm256_set1_epi64x((int64_t)(x))
#define fc_word_add(a, b) _mm256_add_epi64(a, b)
#define fc_word_add32(a, b) _mm256_add_epi32(a, b)
#define fc_word_xor(a, b) _mm256_xor_si256(a, b)
#define fc_word_high(a) _mm256_srli_epi64(a, 32)
#define fc_word_bytes(a) _mm256_sad_epu8(a, _mm256_setzero_si256())
#define fc_word_pairs(a) _mm256_madd_epi16(a, _mm256_set1_epi16(1))
#define fc_word_min(a, b) _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b)) /* signed */
#define fc_word_max(a, b) _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b))
#define fc_word_and(a, b) _mm256_and_si256(a, b)
#define fc_word_or(a, b) _mm256_or_si256(a, b)
#define fc_word_multiply(a, b) _mm256_mul_epi32(a, b)
#define fc_word_max32(a, b) _mm256_max_epu32(a, b) /* unsigned */
#define fc_word_min32(a, b) _mm256_min_epu32(a, b)
#define fc_f64_uppers(a, b) _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castpd_ps(a), _mm256_castpd_ps(b), 0xdd))

#elif defined(__x86_64__) || defined(_M_X64)
#include <nmmintrin.h>
#define FC_F64_WIDTH 2
typedef __m128d fc_f64;
typedef __m128d fc_f64_flag;
#define fc_f64_load(p) _mm_loadu_pd(p)
#define fc_f64_load_f32(p) _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(p))))
#define fc_f64_store(p, a) _mm_storeu_pd(p, a)
#define fc_f64_load_apart(p, d) _mm_set_pd(fc_at(p, d), fc_at(p, 0))
#define fc_f64_set(x) _mm_set1_pd(x)
#define fc_f64_add(a, b) _mm_add_pd(a, b)
#define fc_f64_sub(a, b) _mm_sub_pd(a, b)
#define fc_f64_min(a, b) _mm_min_pd(a, b)
#define fc_f64_max(a, b) _mm_max_pd(a, b)
#define fc_f64_mul(a, b) _mm_mul_pd(a, b)
#define fc_f64_magnitude(a) _mm_andnot_pd(_mm_set1_pd(-0.0), a)
#define fc_f64_and(a, b) _mm_and_pd(a, b)
#define fc_f64_greater(a, b) _mm_castsi128_pd(_mm_max_epu32(_mm_castpd_si128(a), _mm_castpd_si128(b)))
#define fc_f64_or_xor(a, b, c) _mm_or_pd(a, _mm_xor_pd(b, c))
#define fc_f64_unordered(a, b) _mm_cmpunord_pd(a, b)
#define fc_f64_flag_none _mm_setzero_pd()
#define fc_f64_flag_or(a, b) _mm_or_pd(a, b)
#define fc_f64_flag_any(a) (_mm_movemask_pd(a) != 0)

#define FC_F32_WIDTH 4
typedef __m128 fc_f32;
typedef __m128 fc_f32_flag;
#define fc_f32_load(p) _mm_loadu_ps(p)
#define fc_f32_store(p, a) _mm_storeu_ps(p, a)
#define fc_f32_min(a, b) _mm_min_ps(a, b)
#define fc_f32_max(a, b) _mm_max_ps(a, b)
#define fc_f32_unordered(a, b) _mm_cmpunord_ps(a, b)
#define fc_f32_flag_none _mm_setzero_ps()
#define fc_f32_flag_or(a, b) _mm_or_ps(a, b)
#define fc_f32_flag_any(a) (_mm_movemask_ps(a) != 0)

#define FC_WORDS 2
typedef __m128i fc_word;
#define fc_word_load(p) _mm_loadu_si128((const __m128i *)(p))
#define fc_word_store(p, a) _mm_storeu_si128((__m128i *)(p), a)
#define fc_word_set(x) _mm_set1_epi64x((int64_t)(x))
#define fc_word_add(a, b) _mm_add_epi64(a, b)
#define fc_word_add32(a, b) _mm_add_epi32(a, b)
#define fc_word_xor(a, b) _mm_xor_si128(a, b)
#define fc_word_high(a) _mm_srli_epi64(a, 32)
#define fc_word_bytes(a) _mm_sad_epu8(a, _mm_setzero_si128())
#define fc_word_pairs(a) _mm_madd_epi16(a, _mm_set1_epi16(1))
#define fc_word_min(a, b) _mm_blendv_epi8(a, b, _mm_cmpgt_epi64(a, b)) /* signed */
#define fc_word_max(a, b) _mm_blendv_epi8(b, a, _mm_cmpgt_epi64(a, b))
#define fc_word_and(a, b) _mm_and_si128(a, b)
#define fc_word_or(a, b) _mm_or_si128(a, b)
#define fc_word_multiply(a, b) _mm_mul_epi32(a, b)
#define fc_word_max32(a, b) _mm_max_epu32(a, b) /* unsigned */
#define fc_word_min32(a, b) _mm_min_epu32(a, b)
#define fc_f64_uppers(a, b) _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(a), _mm_castpd_ps(b), 0xdd))

#elif defined(__aarch64__) || defined(_M_ARM64)
#include <arm_neon.h>
#define FC_F64_WIDTH 2
typedef float64x2_t fc_f64;
typedef uint64x2_t fc_f64_flag;
#define fc_f64_bits(a) vreinterpretq_u64_f64(a)
#define fc_f64_load(p) vld1q_f64(p)
#define fc_f64_load_f32(p) vcvt_f64_f32(vld1_f32(p))
#define fc_f64_store(p, a) vst1q_f64(p, a)
#define fc_f64_load_apart(p, d) vcombine_f64(vdup_n_f64(fc_at(p, 0)), vdup_n_f64(fc_at(p, d)))
#define fc_f64_set(x) vdupq_n_f64(x)
#define fc_f64_add(a, b) vaddq_f64(a, b)
#define fc_f64_sub(a, b) vsubq_f64(a, b)
#define fc_f64_min(a, b) vminnmq_f64(a, b)
#define fc_f64_max(a, b) vmaxnmq_f64(a, b)
#define fc_f64_mul(a, b) vmulq_f64(a, b)
#define fc_f64_magnitude(a) vabsq_f64(a)
#define fc_f64_and(a, b) vreinterpretq_f64_u64(vandq_u64(fc_f64_bits(a), fc_f64_bits(b)))
#define fc_f64_halves(a) vreinterpretq_u32_f64(a)
#define fc_f64_greater(a, b) vreinterpretq_f64_u32(vmaxq_u32(fc_f64_halves(a), fc_f64_halves(b)))
#define fc_f64_or_xor(a, b, c) \
    vreinterpretq_f64_u64(vorrq_u64(fc_f64_bits(a), veorq_u64(fc_f64_bits(b), fc_f64_bits(c))))
#define fc_f64_ordered(a, b) vandq_u64(vceqq_f64(a, a), vceqq_f64(b, b))
#define fc_f64_unordered(a, b) vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(fc_f64_ordered(a, b))))
#define fc_f64_flag_none vdupq_n_u64(0)
#define fc_f64_flag_or(a, b) vorrq_u64(a, b)
#define fc_f64_flag_any(a) ((vgetq_lane_u64(a, 0) | vgetq_lane_u64(a, 1)) != 0)

#define FC_F32_WIDTH 4
typedef float32x4_t fc_f32;
typedef uint32x4_t fc_f32_flag;
#define fc_f32_load(p) vld1q_f32(p)
#define fc_f32_store(p, a) vst1q_f32(p, a)
#define fc_f32_min(a, b) vminnmq_f32(a, b)
#define fc_f32_max(a, b) vmaxnmq_f32(a, b)
#define fc_f32_unordered(a, b) vmvnq_u32(vandq_u32(vceqq_f32(a, a), vceqq_f32(b, b)))
#define fc_f32_flag_none vdupq_n_u32(0)
#define fc_f32_flag_or(a, b) vorrq_u32(a, b)
#define fc_f32_flag_any(a) (vmaxvq_u32(a) != 0)

#define FC_WORDS 2
typedef uint64x2_t fc_word;
#define fc_word_load(p) vreinterpretq_u64_u8(vld1q_u8((const uint8_t *)(p)))
#define fc_word_store(p, a) vst1q_u8((uint8_t *)(p), vreinterpretq_u8_u64(a))
#define fc_word_set(x) vdupq_n_u64(x)
#define fc_word_add(a, b) vaddq_u64(a, b)
#define fc_word_add32(a, b) vreinterpretq_u64_u32(vaddq_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b)))
#define fc_word_xor(a, b) veorq_u64(a, b)
#define fc_word_high(a) vshrq_n_u64(a, 32)
#define fc_word_bytes(a) vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vreinterpretq_u8_u64(a))))
#define fc_word_pairs(a) vreinterpretq_u64_s32(vpaddlq_s16(vreinterpretq_s16_u64(a)))
#define fc_word_above(a, b) vcgtq_s64(vreinterpretq_s64_u64(a), vreinterpretq_s64_u64(b))
#define fc_word_min(a, b) vbslq_u64(fc_word_above(a, b), b, a) /* signed */
#define fc_word_max(a, b) vbslq_u64(fc_word_above(a, b), a, b)
#define fc_word_and(a, b) vandq_u64(a, b)
#define fc_word_or(a, b) vorrq_u64(a, b)
#define fc_word_lower(a) vreinterpret_s32_u32(vmovn_u64(a))
#define fc_word_multiply(a, b) vreinterpretq_u64_s64(vmull_s32(fc_word_lower(a), fc_word_lower(b)))
#define fc_word_halves(a) vreinterpretq_u32_u64(a)
#define fc_word_max32(a, b) vreinterpretq_u64_u32(vmaxq_u32(fc_word_halves(a), fc_word_halves(b))) /* unsigned */
#define fc_word_min32(a, b) vreinterpretq_u64_u32(vminq_u32(fc_word_halves(a), fc_word_halves(b)))
#define fc_f64_uppers(a, b) vreinterpretq_u64_u32(vuzp2q_u32(vreinterpretq_u32_f64(a), vreinterpretq_u32_f64(b)))

#else /* any other processor: one element at a time */
#define FC_F64_WIDTH 1
typedef double fc_f64;
typedef int fc_f64_flag;
FC_INLINE double fc_f64_from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
FC_INLINE uint64_t fc_f64_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
#define fc_f64_load(p) (*(p))
#define fc_f64_load_f32(p) ((double)*(p))
#define fc_f64_store(p, a) (*(p) = (a))
#define fc_f64_load_apart(p, d) fc_at(p, 0)
#define fc_f64_set(x) (x)
#define fc_f64_add(a, b) ((a) + (b))
#define fc_f64_sub(a, b) ((a) - (b))
#define fc_f64_min(a, b) ((a) < (b) ? (a) : (b))
#define fc_f64_max(a, b) ((a) > (b) ? (a) : (b))
#define fc_f64_mul(a, b) ((a) * (b))
#define fc_f64_magnitude(a) fabs(a)
#define fc_f64_and(a, b) fc_f64_from_bits(fc_f64_bits(a) & fc_f64_bits(b))
#define fc_f64_greater(a, b) (fc_f64_bits(a) > fc_f64_bits(b) ? (a) : (b))
#define fc_f64_or_xor(a, b, c) fc_f64_from_bits(fc_f64_bits(a) | (fc_f64_bits(b) ^ fc_f64_bits(c)))
#define fc_f64_unordered(a, b) ((a) != (a) || (b) != (b))
#define fc_f64_flag_none 0
#define fc_f64_flag_or(a, b) ((a) | (b))
#define fc_f64_flag_any(a) (a)

#define FC_F32_WIDTH 1
typedef float fc_f32;
typedef int fc_f32_flag;
#define fc_f32_load(p) (*(p))
#define fc_f32_store(p, a) (*(p) = (a))
#define fc_f32_min(a, b) ((a) < (b) ? (a) : (b))
#define fc_f32_max(a, b) ((a) > (b) ? (a) : (b))
#define fc_f32_unordered(a, b) ((a) != (a) || (b) != (b))
#define fc_f32_flag_none 0
#define fc_f32_flag_or(a, b) ((a) | (b))
#define fc_f32_flag_any(a) (a)

#define FC_WORDS 1
typedef uint64_t fc_word;
FC_INLINE uint64_t fc_word_load(const void *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}
FC_INLINE void fc_word_store(void *p, uint64_t a) { memcpy(p, &a, sizeof a); }
#define fc_word_set(x) ((uint64_t)(x))
#define fc_word_add(a, b) ((a) + (b))
FC_INLINE uint64_t fc_word_add32(uint64_t a, uint64_t b) {
    return ((a >> 32) + (b >> 32)) << 32 | ((a + b) & 0xffffffffu);
}
#define fc_word_xor(a, b) ((a) ^ (b))
#define fc_word_high(a) ((a) >> 32)
FC_INLINE uint64_t fc_word_bytes(uint64_t a) {
    uint64_t sum = 0;
    for (; a != 0; a >>= 8) {
        sum += a & 0xff;
    }
    return sum;
}
FC_INLINE uint64_t fc_word_pairs(uint64_t a) {
    uint32_t low = (uint32_t)((int16_t)a + (int16_t)(a >> 16)),
             high = (uint32_t)((int16_t)(a >> 32) + (int16_t)(a >> 48));
    return (uint64_t)high << 32 | low;
}
#define fc_word_min(a, b) ((int64_t)(a) < (int64_t)(b) ? (a) : (b))
#define fc_word_max(a, b) ((int64_t)(a) > (int64_t)(b) ? (a) : (b))
#define fc_word_and(a, b) ((a) & (b))
#define fc_word_or(a, b) ((a) | (b))
#define fc_word_multiply(a, b) ((uint64_t)((int64_t)(int32_t)(a) * (int32_t)(b)))
FC_INLINE uint64_t fc_word_max32(uint64_t a, uint64_t b) {
    uint64_t upper = (a >> 32) > (b >> 32) ? a : b, lower = (uint32_t)a > (uint32_t)b ? a : b;
    return (upper >> 32) << 32 | (uint32_t)lower;
}
FC_INLINE uint64_t fc_word_min32(uint64_t a, uint64_t b) {
    uint64_t upper = (a >> 32) < (b >> 32) ? a : b, lower = (uint32_t)a < (uint32_t)b ? a : b;
    return (upper >> 32) << 32 | (uint32_t)lower;
}
FC_INLINE uint64_t fc_f64_uppers(double a, double b) { return (fc_f64_bits(b) >> 32) << 32 | fc_f64_bits(a) >> 32; }
#endif

FC_INLINE uint64_t fc_bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

FC_INLINE double fc_double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* IEEE 754 binary16 to binary64, exactly: the exponent and fraction are shifted into place as a binary32 whose
   exponent is 112 too small, and multiplied by 2^112, which also makes subnormals right; all ones become inf or NaN. */
FC_INLINE double fc_half_to_double(uint16_t half) {
    uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    float value;
    if (magnitude >= 0x0f800000) {
        magnitude |= 0x7f800000;
        magnitude |= sign;
        memcpy(&value, &magnitude, sizeof value);
        return (double)value;
    }
    memcpy(&value, &magnitude, sizeof value);
    value *= 5.192296858534828e33f; /* 2^112 */
    memcpy(&magnitude, &value, sizeof value);
    magnitude |= sign;
    memcpy(&value, &magnitude, sizeof value);
    return (double)value;
}

#endif
