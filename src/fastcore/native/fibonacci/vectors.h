/* What the vector kernels of this family need of an ISA with fused multiplication and addition: vectors of doubles
   (`vec`) and of 64-bit words (`words`) of the same number of lanes. An ISA that is not here has FC_HAS_VECTORS
   undefined and runs on limbs.h.

   vec_fma(a, b, c) is ab + c, vec_fms(a, b, c) is ab - c, vec_fnma(a, b, c) is c - ab, each rounded once.
   words_after(before, v) is v one lane up, with the last lane of `before` in lane 0; vec_select_negative(x, a, b) takes
   the lanes of a where x has the sign of negative numbers, else those of b. */
#ifndef FASTCORE_FIBONACCI_VECTORS_H
#define FASTCORE_FIBONACCI_VECTORS_H

#include <stdint.h>
#include <string.h>

#include "table.h"

#if defined(FC_ISA_AVX512)
#include <immintrin.h>
#define FC_HAS_VECTORS 1
#define LANES 8
typedef __m512d vec;
typedef __m512i words;
#define vec_load(p) _mm512_loadu_pd(p)
#define vec_store(p, a) _mm512_storeu_pd(p, a)
#define vec_set(x) _mm512_set1_pd(x)
#define vec_add(a, b) _mm512_add_pd(a, b)
#define vec_sub(a, b) _mm512_sub_pd(a, b)
#define vec_mul(a, b) _mm512_mul_pd(a, b)
#define vec_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define vec_fms(a, b, c) _mm512_fmsub_pd(a, b, c)
#define vec_fnma(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define vec_of(a) _mm512_castsi512_pd(a)
#define words_of(a) _mm512_castpd_si512(a)
#define words_load(p) _mm512_loadu_si512(p)
#define words_store(p, a) _mm512_storeu_si512(p, a)
#define words_set(x) _mm512_set1_epi64((long long)(x))
#define words_add(a, b) _mm512_add_epi64(a, b)
#define words_sub(a, b) _mm512_sub_epi64(a, b)
#define words_and(a, b) _mm512_and_si512(a, b)
#define words_or(a, b) _mm512_or_si512(a, b)
#define words_left(a, bits) _mm512_slli_epi64(a, bits)
#define words_right(a, bits) _mm512_srli_epi64(a, bits)
#define words_right_signed(a, bits) _mm512_srai_epi64(a, bits)
#define words_after(before, v) _mm512_alignr_epi64(v, before, 7)
#define vec_select_negative(x, a, b) _mm512_mask_mov_pd(b, _mm512_movepi64_mask(_mm512_castpd_si512(x)), a)

#elif defined(FC_ISA_AVX2)
#include <immintrin.h>
#define FC_HAS_VECTORS 1
#define LANES 4
typedef __m256d vec;
typedef __m256i words;
#define vec_load(p) _mm256_loadu_pd(p)
#define vec_store(p, a) _mm256_storeu_pd(p, a)
#define vec_set(x) _mm256_set1_pd(x)
#define vec_add(a, b) _mm256_add_pd(a, b)
#define vec_sub(a, b) _mm256_sub_pd(a, b)
#define vec_mul(a, b) _mm256_mul_pd(a, b)
#define vec_fma(a, b, c) _mm256_fmadd_pd(a, b, c)
#define vec_fms(a, b, c) _mm256_fmsub_pd(a, b, c)
#define vec_fnma(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define vec_of(a) _mm256_castsi256_pd(a)
#define words_of(a) _mm256_castpd_si256(a)
#define words_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define words_store(p, a) _mm256_storeu_si256((__m256i *)(p), a)
#define words_set(x) _mm256_set1_epi64x((long long)(x))
#define words_add(a, b) _mm256_add_epi64(a, b)
#define words_sub(a, b) _mm256_sub_epi64(a, b)
#define words_and(a, b) _mm256_and_si256(a, b)
#define words_or(a, b) _mm256_or_si256(a, b)
#define words_left(a, bits) _mm256_slli_epi64(a, bits)
#define words_right(a, bits) _mm256_srli_epi64(a, bits)
/* There is no such instruction: made non-negative, shifted, and what was added taken away. */
#define words_right_signed(a, bits)                                                              \
    _mm256_sub_epi64(_mm256_srli_epi64(_mm256_add_epi64(a, words_set(UINT64_C(1) << 63)), bits), \
                     words_set(UINT64_C(1) << (63 - (bits))))
#define words_after(before, v) _mm256_alignr_epi8(v, _mm256_permute2x128_si256(before, v, 0x21), 8)
#define vec_select_negative(x, a, b) _mm256_blendv_pd(b, a, x)

#elif (defined(__aarch64__) && !defined(__AARCH64EB__)) || defined(_M_ARM64)
#include <arm_neon.h>
#define FC_HAS_VECTORS 1
#define LANES 2
typedef float64x2_t vec;
typedef int64x2_t words;
#define vec_load(p) vld1q_f64(p)
#define vec_store(p, a) vst1q_f64(p, a)
#define vec_set(x) vdupq_n_f64(x)
#define vec_add(a, b) vaddq_f64(a, b)
#define vec_sub(a, b) vsubq_f64(a, b)
#define vec_mul(a, b) vmulq_f64(a, b)
#define vec_fma(a, b, c) vfmaq_f64(c, a, b)
#define vec_fms(a, b, c) vfmaq_f64(vnegq_f64(c), a, b) /* not -(c - ab), which is -0 where this is 0 */
#define vec_fnma(a, b, c) vfmsq_f64(c, a, b)
#define vec_of(a) vreinterpretq_f64_s64(a)
#define words_of(a) vreinterpretq_s64_f64(a)
#define words_load(p) vld1q_s64((const int64_t *)(p))
#define words_store(p, a) vst1q_s64((int64_t *)(p), a)
#define words_set(x) vdupq_n_s64((int64_t)(x))
#define words_add(a, b) vaddq_s64(a, b)
#define words_sub(a, b) vsubq_s64(a, b)
#define words_and(a, b) vandq_s64(a, b)
#define words_or(a, b) vorrq_s64(a, b)
#define words_left(a, bits) vshlq_n_s64(a, bits)
#define words_right(a, bits) vreinterpretq_s64_u64(vshrq_n_u64(vreinterpretq_u64_s64(a), bits))
#define words_right_signed(a, bits) vshrq_n_s64(a, bits)
#define words_after(before, v) vextq_s64(before, v, 1)
#define vec_select_negative(x, a, b) vbslq_f64(vcltzq_s64(vreinterpretq_s64_f64(x)), a, b)
#endif

/* gcc would rather compute many things at a time than have registers for them. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define KEEP_IN_REGISTERS(a, b) __asm__ volatile("" : "+v"(a), "+v"(b))
#else
#define KEEP_IN_REGISTERS(a, b) ((void)0)
#endif

#ifdef FC_HAS_VECTORS
/* Added to a double below 2^51 in magnitude and taken away again it leaves the nearest integer; and the bits of the sum
   are those of the constant plus that integer. */
#define ROUNDING 0x1.8p52
#define ROUNDING_BITS UINT64_C(0x4338000000000000)

FC_INLINE words words_of_integers(vec x) {
    return words_sub(words_of(vec_add(x, vec_set(ROUNDING))), words_set(ROUNDING_BITS));
}
FC_INLINE vec vec_of_integers(words x) {
    return vec_sub(vec_of(words_add(x, words_set(ROUNDING_BITS))), vec_set(ROUNDING));
}
#endif

#endif
