/* What the vector sort (quicksort.h) needs of an ISA, for signed keys of 64 and of 32 bits. An ISA that is not here
   sorts by digits instead (words.c).

   A lane step exchanges lanes within a vector: `reverse_g` reverses the lanes in groups of g, `apart_d` swaps lanes
   that are d apart. `pick_d(low, high)` takes the lanes whose index has bit d from `high`, the others from `low`.
   `zip_b_low` and `zip_b_high` alternate blocks of b lanes of two vectors. `part` writes a vector's lanes that are not
   above the pivot at `left`, the others before `right`, each in order; beyond them it writes what does not matter, a
   vector's width from either side. It returns how many went right. `keep` writes those that are not marked, with what
   does not matter after them, and `above` marks lanes of a that are above those of b. */
#ifndef FASTCORE_LANES_H
#define FASTCORE_LANES_H

#include "table.h"

#if defined(FC_ISA_AVX512) || defined(FC_ISA_AVX2)
#define FC_HAS_LANES 1
#include <immintrin.h>

/* Entry m moves the lanes whose bit of m is clear to the front and those whose bit is set to the back: its byte p is
   the lane that goes to place p. Made by the compiler: a lane's place depends on the marks below it. */
#define MARK(m, lane) ((unsigned)(m) >> (lane) & 1u)
#define MARKS_2(m, lane) (MARK(m, 0) * (lane > 0) + MARK(m, 1) * (lane > 1))
#define MARKS_4(m, lane) (MARKS_2(m, lane) + MARK(m, 2) * (lane > 2) + MARK(m, 3) * (lane > 3))
#define MARKS_6(m, lane) (MARKS_4(m, lane) + MARK(m, 4) * (lane > 4) + MARK(m, 5) * (lane > 5))
#define MARKS_BELOW(m, lane) (MARKS_6(m, lane) + MARK(m, 6) * (lane > 6) + MARK(m, 7) * (lane > 7))
#define PLACE(m, lane) (MARK(m, lane) ? 8 - MARKS_BELOW(m, 8) + MARKS_BELOW(m, lane) : lane - MARKS_BELOW(m, lane))
#define MOVE(m, lane) ((uint64_t)lane << 8 * PLACE(m, lane))
#define MARKED(m) (MOVE(m, 1) | MOVE(m, 2) | MOVE(m, 3) | MOVE(m, 4) | MOVE(m, 5) | MOVE(m, 6) | MOVE(m, 7))
#define MARKED_4(m) MARKED(m), MARKED(m + 1), MARKED(m + 2), MARKED(m + 3)
#define MARKED_16(m) MARKED_4(m), MARKED_4(m + 4), MARKED_4(m + 8), MARKED_4(m + 12)
#define MARKED_64(m) MARKED_16(m), MARKED_16(m + 16), MARKED_16(m + 32), MARKED_16(m + 48)
static const uint64_t lane_order[256] = {MARKED_64(0), MARKED_64(64), MARKED_64(128), MARKED_64(192)};
#endif

#if defined(FC_ISA_AVX512)

#define LANES64 8
typedef __m512i vec64;
#define load64(p) _mm512_loadu_si512(p)
#define store64(p, v) _mm512_storeu_si512(p, v)
/* n may exceed the lanes. */
#define first64(n) ((__mmask8)_bzhi_u32(0xff, (unsigned)(n)))
#define load_first64(p, n, rest) _mm512_mask_loadu_epi64(rest, first64(n), p)
#define store_first64(p, n, v) _mm512_mask_storeu_epi64(p, first64(n), v)
#define set64(x) _mm512_set1_epi64(x)
#define min64(a, b) _mm512_min_epi64(a, b)
#define max64(a, b) _mm512_max_epi64(a, b)
#define pick64_1(low, high) _mm512_mask_mov_epi64(low, 0xaa, high)
#define pick64_2(low, high) _mm512_mask_mov_epi64(low, 0xcc, high)
#define pick64_4(low, high) _mm512_mask_mov_epi64(low, 0xf0, high)
#define apart64_1(v) _mm512_shuffle_epi32(v, 0x4e)
#define apart64_2(v) _mm512_permutex_epi64(v, 0x4e)
#define apart64_4(v) _mm512_shuffle_i64x2(v, v, 0x4e)
#define reverse64_2(v) apart64_1(v)
#define reverse64_4(v) _mm512_permutex_epi64(v, 0x1b)
#define reverse64_8(v) _mm512_permutexvar_epi64(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), v)
#define zip64(a, b, ...) _mm512_permutex2var_epi64(a, _mm512_setr_epi64(__VA_ARGS__), b)
#define zip64_1_low(a, b) zip64(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define zip64_1_high(a, b) zip64(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define zip64_2_low(a, b) zip64(a, b, 0, 1, 8, 9, 2, 3, 10, 11)
#define zip64_2_high(a, b) zip64(a, b, 4, 5, 12, 13, 6, 7, 14, 15)
#define zip64_4_low(a, b) _mm512_shuffle_i64x2(a, b, 0x44)
#define zip64_4_high(a, b) _mm512_shuffle_i64x2(a, b, 0xee)

FC_INLINE size_t part64(vec64 v, vec64 pivot, int64_t *left, int64_t *right) {
    const unsigned marks = _mm512_cmpgt_epi64_mask(v, pivot);
    v = _mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)&lane_order[marks])), v);
    store64(left, v);
    store64(right - LANES64, v);
    return (size_t)_mm_popcnt_u32(marks);
}

#define xor64(a, b) _mm512_xor_si512(a, b)
#define and64(a, b) _mm512_and_si512(a, b)
#define signs64(a) _mm512_srai_epi64(a, 63)
#define above64(a, b) ((unsigned)_mm512_cmpgt_epi64_mask(a, b))
#define count64(marks) ((size_t)_mm_popcnt_u32(marks))
#define ALL64 0xffu
FC_INLINE void keep64(vec64 v, unsigned marks, int64_t *out) {
    const __m128i order = _mm_loadl_epi64((const __m128i *)&lane_order[marks]);
    store64(out, _mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(order), v));
}

#define LANES32 16
typedef __m512i vec32;
#define load32(p) _mm512_loadu_si512(p)
#define store32(p, v) _mm512_storeu_si512(p, v)
#define first32(n) ((__mmask16)_bzhi_u32(0xffff, (unsigned)(n)))
#define load_first32(p, n, rest) _mm512_mask_loadu_epi32(rest, first32(n), p)
#define store_first32(p, n, v) _mm512_mask_storeu_epi32(p, first32(n), v)
#define set32(x) _mm512_set1_epi32(x)
#define min32(a, b) _mm512_min_epi32(a, b)
#define max32(a, b) _mm512_max_epi32(a, b)
#define pick32_1(low, high) _mm512_mask_mov_epi32(low, 0xaaaa, high)
#define pick32_2(low, high) _mm512_mask_mov_epi32(low, 0xcccc, high)
#define pick32_4(low, high) _mm512_mask_mov_epi32(low, 0xf0f0, high)
#define pick32_8(low, high) _mm512_mask_mov_epi32(low, 0xff00, high)
#define apart32_1(v) _mm512_shuffle_epi32(v, 0xb1)
#define apart32_2(v) _mm512_shuffle_epi32(v, 0x4e)
#define apart32_4(v) _mm512_permutex_epi64(v, 0x4e)
#define apart32_8(v) _mm512_shuffle_i64x2(v, v, 0x4e)
#define reverse32_2(v) apart32_1(v)
#define reverse32_4(v) _mm512_shuffle_epi32(v, 0x1b)
#define order32(v, ...) _mm512_permutexvar_epi32(_mm512_setr_epi32(__VA_ARGS__), v)
#define reverse32_8(v) order32(v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
#define reverse32_16(v) order32(v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define zip32(a, b, ...) _mm512_permutex2var_epi32(a, _mm512_setr_epi32(__VA_ARGS__), b)
#define zip32_1_low(a, b) zip32(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define zip32_1_high(a, b) zip32(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define zip32_2_low(a, b) zip64_1_low(a, b)
#define zip32_2_high(a, b) zip64_1_high(a, b)
#define zip32_4_low(a, b) zip64_2_low(a, b)
#define zip32_4_high(a, b) zip64_2_high(a, b)
#define zip32_8_low(a, b) zip64_4_low(a, b)
#define zip32_8_high(a, b) zip64_4_high(a, b)

/* By halves: there is no table of the orders of 16 lanes. */
FC_INLINE size_t part32(vec32 v, vec32 pivot, int32_t *left, int32_t *right) {
    const unsigned marks = _mm512_cmpgt_epi32_mask(v, pivot), low = marks & 0xff, high = marks >> 8;
    const size_t count = (size_t)_mm_popcnt_u32(low);
    __m256i a = _mm512_castsi512_si256(v), b = _mm512_extracti64x4_epi64(v, 1);
    a = _mm256_permutevar8x32_epi32(a, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&lane_order[low])));
    b = _mm256_permutevar8x32_epi32(b, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&lane_order[high])));
    _mm256_storeu_si256((__m256i *)left, a);
    _mm256_storeu_si256((__m256i *)(right - 8), a);
    _mm256_storeu_si256((__m256i *)(left + 8 - count), b);
    _mm256_storeu_si256((__m256i *)(right - 8 - count), b);
    return (size_t)_mm_popcnt_u32(marks);
}

#define xor32(a, b) _mm512_xor_si512(a, b)
#define and32(a, b) _mm512_and_si512(a, b)
#define signs32(a) _mm512_srai_epi32(a, 31)
#define above32(a, b) ((unsigned)_mm512_cmpgt_epi32_mask(a, b))
#define count32(marks) ((size_t)_mm_popcnt_u32(marks))
#define ALL32 0xffffu
FC_INLINE void keep32(vec32 v, unsigned marks, int32_t *out) {
    store32(out, _mm512_maskz_compress_epi32((__mmask16)~marks, v));
}

#elif defined(FC_ISA_AVX2)

FC_INLINE __m256i ordered_lanes(__m256i v, unsigned marks) {
    return _mm256_permutevar8x32_epi32(v, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&lane_order[marks])));
}
/* The lanes of 32 bits below n are set. */
FC_INLINE __m256i first_lanes(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

#define LANES64 4
typedef __m256i vec64;
#define load64(p) _mm256_loadu_si256((const __m256i *)(p))
#define store64(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define load_first64(p, n, rest) \
    _mm256_blendv_epi8(rest, _mm256_maskload_epi64((const long long *)(p), first_lanes(2 * (n))), first_lanes(2 * (n)))
#define store_first64(p, n, v) _mm256_maskstore_epi64((long long *)(p), first_lanes(2 * (n)), v)
#define set64(x) _mm256_set1_epi64x(x)
#define min64(a, b) _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b))
#define max64(a, b) _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b))
#define pick64_1(low, high) _mm256_blend_epi32(low, high, 0xcc)
#define pick64_2(low, high) _mm256_blend_epi32(low, high, 0xf0)
#define apart64_1(v) _mm256_shuffle_epi32(v, 0x4e)
#define apart64_2(v) _mm256_permute4x64_epi64(v, 0x4e)
#define reverse64_2(v) apart64_1(v)
#define reverse64_4(v) _mm256_permute4x64_epi64(v, 0x1b)
#define zip64_1_low(a, b) _mm256_permute2x128_si256(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), 0x20)
#define zip64_1_high(a, b) _mm256_permute2x128_si256(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), 0x31)
#define zip64_2_low(a, b) _mm256_permute2x128_si256(a, b, 0x20)
#define zip64_2_high(a, b) _mm256_permute2x128_si256(a, b, 0x31)

FC_INLINE size_t part64(vec64 v, vec64 pivot, int64_t *left, int64_t *right) {
    const unsigned marks = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi64(v, pivot)));
    v = ordered_lanes(v, marks);
    store64(left, v);
    store64(right - LANES64, v);
    return (size_t)_mm_popcnt_u32(marks) / 2;
}

#define xor64(a, b) _mm256_xor_si256(a, b)
#define and64(a, b) _mm256_and_si256(a, b)
#define signs64(a) _mm256_cmpgt_epi64(_mm256_setzero_si256(), a)
/* Two marks a lane. */
#define above64(a, b) ((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi64(a, b))))
#define count64(marks) ((size_t)_mm_popcnt_u32(marks) / 2)
#define ALL64 0xffu
FC_INLINE void keep64(vec64 v, unsigned marks, int64_t *out) { store64(out, ordered_lanes(v, marks)); }

#define LANES32 8
typedef __m256i vec32;
#define load32(p) load64(p)
#define store32(p, v) store64(p, v)
#define load_first32(p, n, rest) \
    _mm256_blendv_epi8(rest, _mm256_maskload_epi32((const int *)(p), first_lanes(n)), first_lanes(n))
#define store_first32(p, n, v) _mm256_maskstore_epi32((int *)(p), first_lanes(n), v)
#define set32(x) _mm256_set1_epi32(x)
#define min32(a, b) _mm256_min_epi32(a, b)
#define max32(a, b) _mm256_max_epi32(a, b)
#define pick32_1(low, high) _mm256_blend_epi32(low, high, 0xaa)
#define pick32_2(low, high) _mm256_blend_epi32(low, high, 0xcc)
#define pick32_4(low, high) _mm256_blend_epi32(low, high, 0xf0)
#define apart32_1(v) _mm256_shuffle_epi32(v, 0xb1)
#define apart32_2(v) _mm256_shuffle_epi32(v, 0x4e)
#define apart32_4(v) _mm256_permute4x64_epi64(v, 0x4e)
#define reverse32_2(v) apart32_1(v)
#define reverse32_4(v) _mm256_shuffle_epi32(v, 0x1b)
#define reverse32_8(v) _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0))
#define zip32_1_low(a, b) _mm256_permute2x128_si256(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b), 0x20)
#define zip32_1_high(a, b) _mm256_permute2x128_si256(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b), 0x31)
#define zip32_2_low(a, b) zip64_1_low(a, b)
#define zip32_2_high(a, b) zip64_1_high(a, b)
#define zip32_4_low(a, b) zip64_2_low(a, b)
#define zip32_4_high(a, b) zip64_2_high(a, b)

FC_INLINE size_t part32(vec32 v, vec32 pivot, int32_t *left, int32_t *right) {
    const unsigned marks = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(v, pivot)));
    v = ordered_lanes(v, marks);
    store32(left, v);
    store32(right - LANES32, v);
    return (size_t)_mm_popcnt_u32(marks);
}

#define xor32(a, b) _mm256_xor_si256(a, b)
#define and32(a, b) _mm256_and_si256(a, b)
#define signs32(a) _mm256_srai_epi32(a, 31)
#define above32(a, b) ((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(a, b))))
#define count32(marks) ((size_t)_mm_popcnt_u32(marks))
#define ALL32 0xffu
FC_INLINE void keep32(vec32 v, unsigned marks, int32_t *out) { store32(out, ordered_lanes(v, marks)); }

#endif
#endif
