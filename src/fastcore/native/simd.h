/* A small width-neutral layer over the vector instructions of an ISA: a loop is written once, and FC_F64_WIDTH and
   FC_F32_WIDTH say how many elements one step takes. Only what more than one loop uses is here. */
#ifndef FASTCORE_SIMD_H
#define FASTCORE_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "table.h"

#if defined(FC_ISA_AVX512)
#include <immintrin.h>
#define FC_F64_WIDTH 8
typedef __m512d fc_f64;
typedef __mmask8 fc_f64_flag;
#define fc_f64_load(p) _mm512_loadu_pd(p)
#define fc_f64_store(p, a) _mm512_storeu_pd(p, a)
#define fc_f64_set(x) _mm512_set1_pd(x)
#define fc_f64_add(a, b) _mm512_add_pd(a, b)
#define fc_f64_sub(a, b) _mm512_sub_pd(a, b)
#define fc_f64_min(a, b) _mm512_min_pd(a, b)
#define fc_f64_max(a, b) _mm512_max_pd(a, b)
#define fc_f64_or(a, b) _mm512_or_pd(a, b)
#define fc_f64_xor(a, b) _mm512_xor_pd(a, b)
#define fc_f64_abs(a) _mm512_abs_pd(a)
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

#elif defined(FC_ISA_AVX2)
#include <immintrin.h>
#define FC_F64_WIDTH 4
typedef __m256d fc_f64;
typedef __m256d fc_f64_flag;
#define fc_f64_load(p) _mm256_loadu_pd(p)
#define fc_f64_store(p, a) _mm256_storeu_pd(p, a)
#define fc_f64_set(x) _mm256_set1_pd(x)
#define fc_f64_add(a, b) _mm256_add_pd(a, b)
#define fc_f64_sub(a, b) _mm256_sub_pd(a, b)
#define fc_f64_min(a, b) _mm256_min_pd(a, b)
#define fc_f64_max(a, b) _mm256_max_pd(a, b)
#define fc_f64_or(a, b) _mm256_or_pd(a, b)
#define fc_f64_xor(a, b) _mm256_xor_pd(a, b)
#define fc_f64_abs(a) _mm256_andnot_pd(_mm256_set1_pd(-0.0), a)
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

#elif defined(__x86_64__) || defined(_M_X64)
#include <emmintrin.h>
#define FC_F64_WIDTH 2
typedef __m128d fc_f64;
typedef __m128d fc_f64_flag;
#define fc_f64_load(p) _mm_loadu_pd(p)
#define fc_f64_store(p, a) _mm_storeu_pd(p, a)
#define fc_f64_set(x) _mm_set1_pd(x)
#define fc_f64_add(a, b) _mm_add_pd(a, b)
#define fc_f64_sub(a, b) _mm_sub_pd(a, b)
#define fc_f64_min(a, b) _mm_min_pd(a, b)
#define fc_f64_max(a, b) _mm_max_pd(a, b)
#define fc_f64_or(a, b) _mm_or_pd(a, b)
#define fc_f64_xor(a, b) _mm_xor_pd(a, b)
#define fc_f64_abs(a) _mm_andnot_pd(_mm_set1_pd(-0.0), a)
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

#elif defined(__aarch64__) || defined(_M_ARM64)
#include <arm_neon.h>
#define FC_F64_WIDTH 2
typedef float64x2_t fc_f64;
typedef uint64x2_t fc_f64_flag;
#define fc_f64_bits(a) vreinterpretq_u64_f64(a)
#define fc_f64_load(p) vld1q_f64(p)
#define fc_f64_store(p, a) vst1q_f64(p, a)
#define fc_f64_set(x) vdupq_n_f64(x)
#define fc_f64_add(a, b) vaddq_f64(a, b)
#define fc_f64_sub(a, b) vsubq_f64(a, b)
#define fc_f64_min(a, b) vminnmq_f64(a, b)
#define fc_f64_max(a, b) vmaxnmq_f64(a, b)
#define fc_f64_or(a, b) vreinterpretq_f64_u64(vorrq_u64(fc_f64_bits(a), fc_f64_bits(b)))
#define fc_f64_xor(a, b) vreinterpretq_f64_u64(veorq_u64(fc_f64_bits(a), fc_f64_bits(b)))
#define fc_f64_abs(a) vabsq_f64(a)
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
#define fc_f64_store(p, a) (*(p) = (a))
#define fc_f64_set(x) (x)
#define fc_f64_add(a, b) ((a) + (b))
#define fc_f64_sub(a, b) ((a) - (b))
#define fc_f64_min(a, b) ((a) < (b) ? (a) : (b))
#define fc_f64_max(a, b) ((a) > (b) ? (a) : (b))
#define fc_f64_or(a, b) fc_f64_from_bits(fc_f64_bits(a) | fc_f64_bits(b))
#define fc_f64_xor(a, b) fc_f64_from_bits(fc_f64_bits(a) ^ fc_f64_bits(b))
#define fc_f64_abs(a) fabs(a)
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
#endif

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
