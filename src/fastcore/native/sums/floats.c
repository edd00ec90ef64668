/* Plain float sums: of elements, of products, of deviations from a pivot and their squares; running sums.

   Element i of a block of 4096 goes to lane i mod 32; the 32 lanes, which start at +0.0, are folded in halves (lane
   l += lane l+16, then 8, 4, 2, 1). The block sums, if there is more than one, are summed by the same rule, and so on.
   The order is a function of the index alone: the ISA, the address, the strides, the chunks that the data came in and
   the number of threads change nothing. One load and one addition a vector; the error grows with n/4096·(128 + 5)
   roundings at worst, like a pairwise sum with blocks of 128.

   Loads that straddle cache lines cost up to half the speed in the L1 cache and in the L2 cache of some processors.
   Where there are masked loads, a block is therefore read by whole lines, the first and the last masked to +0.0, which
   no lane is changed by. Then lane p holds the elements of lane p - slot, slot being the place of the first element in
   its line; rotating the 32 lanes by it restores the order of the index. */
#include "sums/convert.h"

FC_INLINE double fold_lanes(double *lane) {
    for (size_t half = FC_SUM_LANES / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

/* ---- one block ----------------------------------------------------------------------------------------------- */

/* Lanes held in registers at a time: all 32 need 4, 8 or 16 vectors; 8 leave room for the loads everywhere, so 128-bit
   ISAs go over the block, which is in the L1 cache, once for each half of the lanes. */
#define SUM_VECTORS 8
#define SUM_GROUP (SUM_VECTORS * FC_F64_WIDTH < FC_SUM_LANES ? SUM_VECTORS * FC_F64_WIDTH : FC_SUM_LANES)
#define SUM_ACCUMULATORS (SUM_GROUP / FC_F64_WIDTH)

/* lane[l] = the sum of the elements i = l mod 32, of the first `whole`; `vector` is those from i + k * FC_F64_WIDTH on.
 */
#define SUM_WHOLE(vector)                                              \
    for (size_t group = 0; group < FC_SUM_LANES; group += SUM_GROUP) { \
        fc_f64 sum[SUM_ACCUMULATORS];                                  \
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {                   \
            sum[k] = fc_f64_set(0.0);                                  \
        }                                                              \
        for (size_t i = group; i < whole; i += FC_SUM_LANES) {         \
            for (size_t k = 0; k < SUM_ACCUMULATORS; k++) {            \
                sum[k] = fc_f64_add(sum[k], vector);                   \
            }                                                          \
        }                                                              \
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {                   \
            fc_f64_store(lane + group + k * FC_F64_WIDTH, sum[k]);     \
        }                                                              \
    }

#if defined(FC_ISA_AVX512)
#define SUM_WIDTH 8 /* elements of a vector: of doubles, a cache line */

/* The four vectors' lanes folded in the order of fold_lanes. */
FC_INLINE double fold_vectors(__m512d a, __m512d b, __m512d c, __m512d d) {
    __m512d eight = _mm512_add_pd(_mm512_add_pd(a, c), _mm512_add_pd(b, d));
    __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd(eight, 1));
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    /* + 0.0: lanes start at +0.0, so that -0.0 alone gives +0.0 */
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two))) + 0.0;
}

/* The mask of the first n elements of a vector. */
FC_INLINE __mmask8 first_mask(size_t n) { return (__mmask8)(n >= SUM_WIDTH ? 0xff : (1u << n) - 1); }

/* Vector k of n <= 32 elements, those after the end as +0.0. */
FC_INLINE __m512d load_few(const double *x, size_t n, size_t k) {
    if (n <= k * SUM_WIDTH) {
        return _mm512_setzero_pd();
    }
    return _mm512_maskz_loadu_pd(first_mask(n - k * SUM_WIDTH), x + k * SUM_WIDTH);
}

FC_INLINE __m512d load_few_f32(const float *x, size_t n, size_t k) {
    if (n <= k * SUM_WIDTH) {
        return _mm512_setzero_pd();
    }
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(first_mask(n - k * SUM_WIDTH), x + k * SUM_WIDTH));
}

/* The sum of one block of n <= FC_SUM_BLOCK elements. */
#define SUM_BLOCK(name, type, few, load, load_masked)                                                        \
    FC_INLINE double name(const type *x, size_t n) {                                                         \
        __m512d lane[4];                                                                                     \
        size_t slot, i, end;                                                                                 \
        __m512i turn;                                                                                        \
        if (n <= FC_SUM_LANES) {                                                                             \
            return fold_vectors(few(x, n, 0), few(x, n, 1), few(x, n, 2), few(x, n, 3));                     \
        }                                                                                                    \
        slot = (uintptr_t)x / sizeof(type) % SUM_WIDTH;                                                      \
        end = n + slot; /* in elements from where the first vector begins */                                 \
        x -= slot;                                                                                           \
        lane[0] = load_masked((__mmask8)(0xffu << slot), x);                                                 \
        for (int k = 1; k < 4; k++) {                                                                        \
            lane[k] = load(x + k * SUM_WIDTH);                                                               \
        }                                                                                                    \
        for (i = FC_SUM_LANES; i + FC_SUM_LANES <= end; i += FC_SUM_LANES) {                                 \
            for (int k = 0; k < 4; k++) {                                                                    \
                lane[k] = _mm512_add_pd(lane[k], load(x + i + k * SUM_WIDTH));                               \
            }                                                                                                \
        }                                                                                                    \
        for (int k = 0; k < 4 && i < end; k++, i += SUM_WIDTH) {                                             \
            lane[k] = _mm512_add_pd(lane[k], load_masked(first_mask(end - i), x + i));                       \
        }                                                                                                    \
        turn = _mm512_add_epi64(_mm512_set1_epi64((int64_t)slot), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)); \
        return fold_vectors(                                                                                 \
            _mm512_permutex2var_pd(lane[0], turn, lane[1]), _mm512_permutex2var_pd(lane[1], turn, lane[2]),  \
            _mm512_permutex2var_pd(lane[2], turn, lane[3]), _mm512_permutex2var_pd(lane[3], turn, lane[0])); \
    }
#define LOAD_FLOATS(p) _mm512_cvtps_pd(_mm256_load_ps(p))
#define LOAD_FLOATS_MASKED(mask, p) _mm512_cvtps_pd(_mm256_maskz_load_ps(mask, p))
SUM_BLOCK(sum_block, double, load_few, _mm512_load_pd, _mm512_maskz_load_pd)
SUM_BLOCK(sum_block_f32, float, load_few_f32, LOAD_FLOATS, LOAD_FLOATS_MASKED)
#else
/* The sum of one block of n <= FC_SUM_BLOCK elements. */
#define SUM_BLOCK(name, type, load)                                                                                 \
    static double name(const type *x, size_t n) {                                                                   \
        double lane[FC_SUM_LANES];                                                                                  \
        size_t whole = n - n % FC_SUM_LANES;                                                                        \
        if (n < FC_SUM_LANES) {                                                                                     \
            /* Folding lanes that are +0.0 changes nothing, as no lane is ever -0.0: start where one may not be. */ \
            size_t width = 1;                                                                                       \
            while (width < n) {                                                                                     \
                width *= 2;                                                                                         \
            }                                                                                                       \
            for (size_t l = 0; l < width; l++) {                                                                    \
                lane[l] = l < n ? 0.0 + x[l] : 0.0;                                                                 \
            }                                                                                                       \
            for (size_t half = width / 2; half > 0; half /= 2) {                                                    \
                for (size_t l = 0; l < half; l++) {                                                                 \
                    lane[l] += lane[l + half];                                                                      \
                }                                                                                                   \
            }                                                                                                       \
            return lane[0];                                                                                         \
        }                                                                                                           \
        SUM_WHOLE(load(x + i + k * FC_F64_WIDTH));                                                                  \
        for (size_t i = whole; i < n; i++) {                                                                        \
            lane[i - whole] += x[i];                                                                                \
        }                                                                                                           \
        return fold_lanes(lane);                                                                                    \
    }
SUM_BLOCK(sum_block, double, fc_f64_load)
SUM_BLOCK(sum_block_f32, float, fc_f64_load_f32)
#endif

/* The same of elements that are `stride` bytes apart. Of every other one, and of all in reverse, whole vectors are
   loaded and put in order; never of the last few, beyond which there may be no memory. n >= 1. */
#define SUM_APART(name, load)                                                    \
    static double name(const char *x, ptrdiff_t stride, size_t n) {              \
        double lane[FC_SUM_LANES];                                               \
        size_t whole = (n - 1) / FC_SUM_LANES * FC_SUM_LANES;                    \
        SUM_WHOLE(load(x + (ptrdiff_t)(i + k * FC_F64_WIDTH) * stride, stride)); \
        for (size_t i = whole; i < n; i++) {                                     \
            lane[i - whole] += fc_at(x, (ptrdiff_t)i * stride);                  \
        }                                                                        \
        return fold_lanes(lane);                                                 \
    }
SUM_APART(sum_apart, fc_f64_load_apart)
#if defined(FC_ISA_AVX512)
FC_INLINE __m512d load_every_other(const char *p, ptrdiff_t stride) {
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    (void)stride;
    return _mm512_permutex2var_pd(_mm512_loadu_pd(p), even, _mm512_loadu_pd(p + 64));
}
FC_INLINE __m512d load_reversed(const char *p, ptrdiff_t stride) {
    (void)stride;
    return _mm512_permutexvar_pd(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), _mm512_loadu_pd(p - 56));
}
#elif defined(FC_ISA_AVX2)
FC_INLINE __m256d load_every_other(const char *p, ptrdiff_t stride) {
    const __m256d low = _mm256_loadu_pd((const double *)p), high = _mm256_loadu_pd((const double *)(p + 32));
    (void)stride;
    return _mm256_permute4x64_pd(_mm256_unpacklo_pd(low, high), 0xd8);
}
FC_INLINE __m256d load_reversed(const char *p, ptrdiff_t stride) {
    (void)stride;
    return _mm256_permute4x64_pd(_mm256_loadu_pd((const double *)(p - 24)), 0x1b);
}
#else
#define load_every_other(p, stride) fc_f64_load_apart(p, 16)
#define load_reversed(p, stride) fc_f64_load_apart(p, -8)
#endif
SUM_APART(sum_every_other, load_every_other)
SUM_APART(sum_reversed, load_reversed)

/* The same of the products x[i]·y[i], each rounded. */
static double dot_block(const double *x, const double *y, size_t n) {
    double lane[FC_SUM_LANES];
    double x_rest[FC_SUM_LANES] = {0.0}, y_rest[FC_SUM_LANES] = {0.0};
    size_t whole = n - n % FC_SUM_LANES;
#if defined(FC_ISA_AVX512)
    if (n <= FC_SUM_LANES) {
        __m512d product[4];
        for (size_t k = 0; k < 4; k++) {
            product[k] = _mm512_mul_pd(load_few(x, n, k), load_few(y, n, k));
        }
        return fold_vectors(product[0], product[1], product[2], product[3]);
    }
#endif
    memcpy(x_rest, x + whole, (n - whole) * sizeof(double));
    memcpy(y_rest, y + whole, (n - whole) * sizeof(double));
    for (size_t group = 0; group < FC_SUM_LANES; group += SUM_GROUP) {
        fc_f64 sum[SUM_ACCUMULATORS];
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {
            sum[k] = fc_f64_set(0.0);
        }
        for (size_t i = group; i < whole; i += FC_SUM_LANES) {
            for (int k = 0; k < SUM_ACCUMULATORS; k++) {
                fc_f64 a = fc_f64_load(x + i + k * FC_F64_WIDTH), b = fc_f64_load(y + i + k * FC_F64_WIDTH);
                sum[k] = fc_f64_add(sum[k], fc_f64_mul(a, b));
            }
        }
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {
            size_t l = group + k * FC_F64_WIDTH;
            fc_f64 product = fc_f64_mul(fc_f64_load(x_rest + l), fc_f64_load(y_rest + l));
            fc_f64_store(lane + l, fc_f64_add(sum[k], product));
        }
    }
    return fold_lanes(lane);
}

/* The same of the deviations x[i] - pivot, and of their squares. */
#define DEVIATION_GROUP (SUM_GROUP > 4 * FC_F64_WIDTH ? 4 * FC_F64_WIDTH : SUM_GROUP)
#define DEVIATION_ACCUMULATORS (DEVIATION_GROUP / FC_F64_WIDTH)

static void deviation_block(const double *x, size_t n, double pivot, double *sum_out, double *square_out) {
    double lane[FC_SUM_LANES], square_lane[FC_SUM_LANES], rest[FC_SUM_LANES];
    const fc_f64 p = fc_f64_set(pivot);
    size_t whole = n - n % FC_SUM_LANES;
#if defined(FC_ISA_AVX512)
    if (n <= FC_SUM_LANES) {
        __m512d d[4], square[4];
        for (size_t k = 0; k < 4; k++) {
            __mmask8 mask = n > k * SUM_WIDTH ? first_mask(n - k * SUM_WIDTH) : 0;
            d[k] = _mm512_maskz_sub_pd(mask, load_few(x, n, k), p);
            square[k] = _mm512_mul_pd(d[k], d[k]);
        }
        *sum_out = fold_vectors(d[0], d[1], d[2], d[3]);
        *square_out = fold_vectors(square[0], square[1], square[2], square[3]);
        return;
    }
#endif
    for (size_t l = 0; l < FC_SUM_LANES; l++) {
        rest[l] = whole + l < n ? x[whole + l] : pivot; /* a deviation of +0.0 */
    }
    for (size_t group = 0; group < FC_SUM_LANES; group += DEVIATION_GROUP) {
        fc_f64 sum[DEVIATION_ACCUMULATORS], square[DEVIATION_ACCUMULATORS];
        for (int k = 0; k < DEVIATION_ACCUMULATORS; k++) {
            sum[k] = square[k] = fc_f64_set(0.0);
        }
        for (size_t i = group; i < whole; i += FC_SUM_LANES) {
            for (int k = 0; k < DEVIATION_ACCUMULATORS; k++) {
                fc_f64 d = fc_f64_sub(fc_f64_load(x + i + k * FC_F64_WIDTH), p);
                sum[k] = fc_f64_add(sum[k], d);
                square[k] = fc_f64_add(square[k], fc_f64_mul(d, d));
            }
        }
        for (int k = 0; k < DEVIATION_ACCUMULATORS; k++) {
            fc_f64 d = fc_f64_sub(fc_f64_load(rest + group + k * FC_F64_WIDTH), p);
            fc_f64_store(lane + group + k * FC_F64_WIDTH, fc_f64_add(sum[k], d));
            fc_f64_store(square_lane + group + k * FC_F64_WIDTH, fc_f64_add(square[k], fc_f64_mul(d, d)));
        }
    }
    *sum_out = fold_lanes(lane);
    *square_out = fold_lanes(square_lane);
}

/* ---- all blocks ---------------------------------------------------------------------------------------------- */

FC_INLINE size_t block_size(size_t n, size_t first) { return n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK; }

static void sum_blocks(int kind, const void *x, size_t n, double *partial) {
    if (kind == FC_FLOAT64) {
        for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
            *partial++ = sum_block((const double *)x + first, block_size(n, first));
        }
    } else if (kind == FC_FLOAT32) {
        for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
            *partial++ = sum_block_f32((const float *)x + first, block_size(n, first));
        }
    } else {
        double block[FC_SUM_BLOCK];
        for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
            size_t count = block_size(n, first);
            *partial++ = sum_block(as_doubles(kind, x, first, count, block), count);
        }
    }
}

static void sum_blocks_apart(const void *x, ptrdiff_t stride, size_t n, double *partial) {
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        const char *from = (const char *)x + (ptrdiff_t)first * stride;
        const size_t count = block_size(n, first);
        *partial++ = stride == 2 * (ptrdiff_t)sizeof(double) ? sum_every_other(from, stride, count)
                     : stride == -(ptrdiff_t)sizeof(double)  ? sum_reversed(from, stride, count)
                                                             : sum_apart(from, stride, count);
    }
}

static void dot_blocks(int kind, const void *x, int other_kind, const void *y, size_t n, double *partial) {
    double block[FC_SUM_BLOCK], other_block[FC_SUM_BLOCK];
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = block_size(n, first);
        const double *a = as_doubles(kind, x, first, count, block);
        const double *b = as_doubles(other_kind, y, first, count, other_block);
        *partial++ = dot_block(a, b, count);
    }
}

/* x - pivot, rounded once, of 64-bit integers whose difference may take 65 bits: the difference of the high halves
   times 2^32, and of the low halves, are doubles, and their sum rounds once. */
#define INTEGER_DEVIATIONS(name, type)                                                                         \
    static void name(const type *FC_RESTRICT x, size_t n, type pivot, double *FC_RESTRICT block) {             \
        const double high = (double)(int64_t)(pivot >> 32), low = (double)(uint32_t)pivot;                     \
        for (size_t i = 0; i < n; i++) {                                                                       \
            block[i] = ((double)(int64_t)(x[i] >> 32) - high) * 4294967296.0 + ((double)(uint32_t)x[i] - low); \
        }                                                                                                      \
    }
INTEGER_DEVIATIONS(deviations_int64, int64_t)
INTEGER_DEVIATIONS(deviations_uint64, uint64_t)

static void deviation_blocks(int kind, const void *x, size_t n, fc_number pivot, double *sums, double *squares) {
    double block[FC_SUM_BLOCK];
    double p = kind >= FC_FLOAT16 ? pivot.f : (double)pivot.i;
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = block_size(n, first);
        const double *d = block;
        if (kind == FC_INT64) {
            deviations_int64((const int64_t *)x + first, count, pivot.i, block);
            p = 0.0;
        } else if (kind == FC_UINT64) {
            deviations_uint64((const uint64_t *)x + first, count, pivot.u, block);
            p = 0.0;
        } else {
            d = as_doubles(kind, x, first, count, block);
        }
        deviation_block(d, count, p, sums++, squares++);
    }
}

/* Running sums from `start`, in a register: each waits for the last, 2 to 4 cycles. */
static double running_floats(int kind, const void *x, size_t n, double start, double *out) {
    double block[FC_SUM_BLOCK];
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = block_size(n, first);
        const double *b = as_doubles(kind, x, first, count, block);
        for (size_t i = 0; i < count; i++) {
            start += b[i];
            out[first + i] = start;
        }
    }
    return start;
}

#ifdef FC_ISA_BASE
void fc_float_sum_start(fc_float_sum *state) { memset(state->count, 0, sizeof state->count); }

void fc_float_sum_push(fc_float_sum *state, size_t level, double value) {
    for (;;) {
        double *lane = state->lane[level];
        if (state->count[level] == 0) {
            memset(lane, 0, sizeof state->lane[level]);
        }
        lane[state->count[level] % FC_SUM_LANES] += value;
        state->count[level]++;
        if (state->count[level] < FC_SUM_BLOCK || level == FC_SUM_LEVELS - 1) {
            return;
        }
        value = fold_lanes(lane);
        state->count[level] = 0;
        level++;
    }
}

/* What is left on each level is its last, short block. A block sum that stands alone on its level is that level's sum,
   so that pushing it further up changes nothing. */
double fc_float_sum_finish(fc_float_sum *state) {
    double sum = 0.0;
    for (size_t level = 0; level < FC_SUM_LEVELS; level++) {
        if (state->count[level] > 0) {
            sum = fold_lanes(state->lane[level]);
            state->count[level] = 0;
            if (level + 1 < FC_SUM_LEVELS) {
                fc_float_sum_push(state, level + 1, sum);
            }
        }
    }
    return sum;
}
#endif

const fc_floats_table FC_TABLE(fc_floats) = {
    .sum_blocks = sum_blocks,
    .sum_blocks_apart = sum_blocks_apart,
    .dot_blocks = dot_blocks,
    .deviation_blocks = deviation_blocks,
    .running = running_floats,
};
