/* The loops of a vectorized program for integers, bools and casts: one for each operation and element type, over a
   block of contiguous elements. (Floats go through tiles.c.)

   A program (bindings/transforms) runs its operations one after the other on blocks of FC_TRANSFORM_BLOCK elements
   whose rows stay in the L1 cache, so each operation costs about a load and a store there, and memory is read and
   written once for the whole expression. Integers are taken modulo 2^bits, as in NumPy: the loops leave vectorization
   to the compiler, which changes no result. */
#include "simd.h"

#define UNUSED(x) (void)(x)

/* Two operands of type T, result of type R. The loops are spelled out for constants on either side, so that each is a
   plain loop; `out` may be an operand, element by element. */
#define BINARY(name, T, R, expression)                                                                             \
    static void name(const void *pa, int step_a, const void *pb, int step_b, const void *pc, int step_c, void *po, \
                     size_t n) {                                                                                   \
        const T *a = (const T *)pa, *b = (const T *)pb;                                                            \
        R *out = (R *)po;                                                                                          \
        UNUSED(pc);                                                                                                \
        UNUSED(step_c);                                                                                            \
        if (step_a && step_b) {                                                                                    \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                              \
                const T x = a[i], y = b[i];                                                                        \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        } else if (step_a) {                                                                                       \
            const T y = *b;                                                                                        \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                              \
                const T x = a[i];                                                                                  \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        } else if (step_b) {                                                                                       \
            const T x = *a;                                                                                        \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                              \
                const T y = b[i];                                                                                  \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        } else {                                                                                                   \
            const T x = *a, y = *b;                                                                                \
            for (size_t i = 0; i < n; i++) {                                                                       \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        }                                                                                                          \
    }

#define UNARY(name, T, R, expression)                                                                              \
    static void name(const void *pa, int step_a, const void *pb, int step_b, const void *pc, int step_c, void *po, \
                     size_t n) {                                                                                   \
        const T *a = (const T *)pa;                                                                                \
        R *out = (R *)po;                                                                                          \
        UNUSED(pb);                                                                                                \
        UNUSED(step_b);                                                                                            \
        UNUSED(pc);                                                                                                \
        UNUSED(step_c);                                                                                            \
        if (step_a) {                                                                                              \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                              \
                const T x = a[i];                                                                                  \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        } else {                                                                                                   \
            const T x = *a;                                                                                        \
            for (size_t i = 0; i < n; i++) {                                                                       \
                out[i] = (R)(expression);                                                                          \
            }                                                                                                      \
        }                                                                                                          \
    }

#define COMPARISONS(suffix, T)                      \
    BINARY(less_##suffix, T, uint8_t, x < y)        \
    BINARY(less_equal_##suffix, T, uint8_t, x <= y) \
    BINARY(equal_##suffix, T, uint8_t, x == y)      \
    BINARY(not_equal_##suffix, T, uint8_t, x != y)

/* W is the unsigned type that the arithmetic wraps in: no narrower than int, which C would promote to. */
#define INTEGER(suffix, T, W, magnitude)          \
    BINARY(add_##suffix, T, T, (W)x + (W)y)       \
    BINARY(subtract_##suffix, T, T, (W)x - (W)y)  \
    BINARY(multiply_##suffix, T, T, (W)x *(W)y)   \
    UNARY(negative_##suffix, T, T, (W)0 - (W)x)   \
    UNARY(absolute_##suffix, T, T, magnitude)     \
    BINARY(minimum_##suffix, T, T, x < y ? x : y) \
    BINARY(maximum_##suffix, T, T, x > y ? x : y) \
    COMPARISONS(suffix, T)
#define INTEGERS(bits, W)                                            \
    INTEGER(int##bits, int##bits##_t, W, x < 0 ? (W)0 - (W)x : (W)x) \
    INTEGER(uint##bits, uint##bits##_t, W, x)
INTEGERS(8, uint32_t)
INTEGERS(16, uint32_t)
INTEGERS(32, uint32_t)
INTEGERS(64, uint64_t)

/* NumPy's bool: addition is "or", multiplication "and". */
BINARY(or_bool, uint8_t, uint8_t, x | y)
BINARY(and_bool, uint8_t, uint8_t, x &y)
BINARY(xor_bool, uint8_t, uint8_t, x ^ y)
UNARY(not_bool, uint8_t, uint8_t, x ^ 1)
UNARY(same_bool, uint8_t, uint8_t, x)
COMPARISONS(bool, uint8_t)

/* where(a, b, c): the elements are moved, not computed with, so the type is any of that size. */
#define WHERE(bits)                                                                                              \
    static void where_##bits(const void *pa, int step_a, const void *pb, int step_b, const void *pc, int step_c, \
                             void *po, size_t n) {                                                               \
        const uint8_t *condition = (const uint8_t *)pa;                                                          \
        const uint##bits##_t *b = (const uint##bits##_t *)pb, *c = (const uint##bits##_t *)pc;                   \
        uint##bits##_t *out = (uint##bits##_t *)po;                                                              \
        if (step_a && step_b && step_c) {                                                                        \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                            \
                const uint##bits##_t x = b[i], y = c[i];                                                         \
                out[i] = condition[i] ? x : y;                                                                   \
            }                                                                                                    \
        } else if (step_a && step_b) {                                                                           \
            const uint##bits##_t y = *c;                                                                         \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                            \
                const uint##bits##_t x = b[i];                                                                   \
                out[i] = condition[i] ? x : y;                                                                   \
            }                                                                                                    \
        } else if (step_a && step_c) {                                                                           \
            const uint##bits##_t x = *b;                                                                         \
            FC_IVDEP for (size_t i = 0; i < n; i++) {                                                            \
                const uint##bits##_t y = c[i];                                                                   \
                out[i] = condition[i] ? x : y;                                                                   \
            }                                                                                                    \
        } else {                                                                                                 \
            for (size_t i = 0; i < n; i++) {                                                                     \
                out[i] = condition[step_a ? i : 0] ? b[step_b ? i : 0] : c[step_c ? i : 0];                      \
            }                                                                                                    \
        }                                                                                                        \
    }
WHERE(8)
WHERE(16)
WHERE(32)
WHERE(64)

/* Of constants b and c: an expression in x, low and high. */
#define WITH_CONSTANTS(name, T, expression)                                                                        \
    static void name(const void *pa, int step_a, const void *pb, int step_b, const void *pc, int step_c, void *po, \
                     size_t n) {                                                                                   \
        const T *a = (const T *)pa;                                                                                \
        const T low = *(const T *)pb, high = *(const T *)pc;                                                       \
        T *out = (T *)po;                                                                                          \
        UNUSED(step_b);                                                                                            \
        UNUSED(step_c);                                                                                            \
        FC_IVDEP for (size_t i = 0; i < n; i++) {                                                                  \
            const T x = a[step_a ? i : 0];                                                                         \
            out[i] = (T)(expression);                                                                              \
        }                                                                                                          \
    }
#define CLIP(suffix, T) WITH_CONSTANTS(clip_##suffix, T, (x < low ? low : x) > high ? high : x < low ? low : x)
#define MULTIPLY_ADD(suffix, T, W) WITH_CONSTANTS(multiply_add_##suffix, T, (W)x *(W)low + (W)high)
MULTIPLY_ADD(int8, int8_t, uint32_t)
MULTIPLY_ADD(uint8, uint8_t, uint32_t)
MULTIPLY_ADD(int16, int16_t, uint32_t)
MULTIPLY_ADD(uint16, uint16_t, uint32_t)
MULTIPLY_ADD(int32, int32_t, uint32_t)
MULTIPLY_ADD(uint32, uint32_t, uint32_t)
MULTIPLY_ADD(int64, int64_t, uint64_t)
MULTIPLY_ADD(uint64, uint64_t, uint64_t)
CLIP(bool, uint8_t)
CLIP(int8, int8_t)
CLIP(uint8, uint8_t)
CLIP(int16, int16_t)
CLIP(uint16, uint16_t)
CLIP(int32, int32_t)
CLIP(uint32, uint32_t)
CLIP(int64, int64_t)
CLIP(uint64, uint64_t)

/* Casts that NumPy calls "same kind" or safer: never a float to an integer, nor anything to a bool. */
#define CAST(from, F, to, T) UNARY(from##_to_##to, F, T, x)
#define CAST_TO_FLOATS(from, F)   \
    CAST(from, F, float32, float) \
    CAST(from, F, float64, double)
#define CAST_TO_ALL(from, F)        \
    CAST(from, F, int8, int8_t)     \
    CAST(from, F, uint8, uint8_t)   \
    CAST(from, F, int16, int16_t)   \
    CAST(from, F, uint16, uint16_t) \
    CAST(from, F, int32, int32_t)   \
    CAST(from, F, uint32, uint32_t) \
    CAST(from, F, int64, int64_t)   \
    CAST(from, F, uint64, uint64_t) \
    CAST_TO_FLOATS(from, F)
CAST_TO_ALL(uint8, uint8_t)
CAST_TO_ALL(int8, int8_t)
CAST_TO_ALL(uint16, uint16_t)
CAST_TO_ALL(int16, int16_t)
CAST_TO_ALL(uint32, uint32_t)
CAST_TO_ALL(int32, int32_t)
CAST_TO_ALL(uint64, uint64_t)
CAST_TO_ALL(int64, int64_t)
CAST_TO_FLOATS(float32, float)
CAST_TO_FLOATS(float64, double)

/* Elements that lie apart. Strides of two to four elements and of one backwards, which are most of those that there
   are, are constants here, so that compilers load whole vectors and shuffle them: of every other float64 in .6 of the
   time on AVX2. */
#define GATHER_EVERY(T, step)            \
    for (size_t i = 0; i < n; i++) {     \
        out[i] = x[(ptrdiff_t)i * step]; \
    }
#define GATHER(name, T)                                                          \
    static void name(const void *px, ptrdiff_t stride, void *po, size_t n) {     \
        const T *FC_RESTRICT const x = (const T *)px;                            \
        T *FC_RESTRICT const out = (T *)po;                                      \
        const ptrdiff_t size = (ptrdiff_t)sizeof(T);                             \
        if (stride == 2 * size) {                                                \
            GATHER_EVERY(T, 2)                                                   \
        } else if (stride == 3 * size) {                                         \
            GATHER_EVERY(T, 3)                                                   \
        } else if (stride == 4 * size) {                                         \
            GATHER_EVERY(T, 4)                                                   \
        } else if (stride == -size) {                                            \
            GATHER_EVERY(T, -1)                                                  \
        } else {                                                                 \
            for (size_t i = 0; i < n; i++) {                                     \
                out[i] = *(const T *)((const char *)px + (ptrdiff_t)i * stride); \
            }                                                                    \
        }                                                                        \
    }
GATHER(gather_8, uint8_t)
GATHER(gather_16, uint16_t)
GATHER(gather_32, uint32_t)
GATHER(gather_64, uint64_t)

/* The order of enum fc_kind: bool, int8, uint8, …, uint64, float16, float32, float64. */
#define INTEGER_KINDS(op) \
    op##_int8, op##_uint8, op##_int16, op##_uint16, op##_int32, op##_uint32, op##_int64, op##_uint64
#define FLOATS(op) NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, op##_float32, op##_float64
#define CASTS(from)                                                                                              \
    NULL, from##_to_int8, from##_to_uint8, from##_to_int16, from##_to_uint16, from##_to_int32, from##_to_uint32, \
        from##_to_int64, from##_to_uint64, NULL, from##_to_float32, from##_to_float64

const fc_transforms_table
    FC_TABLE(fc_transforms) =
        {
            .loop =
                {
                    [FC_ADD] = {or_bool, INTEGER_KINDS(add)},
                    [FC_SUBTRACT] = {NULL, INTEGER_KINDS(subtract)},
                    [FC_MULTIPLY] = {and_bool, INTEGER_KINDS(multiply)},
                    [FC_MULTIPLY_ADD] = {NULL, INTEGER_KINDS(multiply_add)},
                    [FC_NEGATIVE] = {NULL, INTEGER_KINDS(negative)},
                    [FC_ABSOLUTE] = {same_bool, INTEGER_KINDS(absolute)},
                    [FC_MINIMUM] = {and_bool, INTEGER_KINDS(minimum)},
                    [FC_MAXIMUM] = {or_bool, INTEGER_KINDS(maximum)},
                    [FC_CLIP] = {clip_bool, INTEGER_KINDS(clip)},
                    [FC_LESS] = {less_bool, INTEGER_KINDS(less)},
                    [FC_LESS_EQUAL] = {less_equal_bool, INTEGER_KINDS(less_equal)},
                    [FC_EQUAL] = {equal_bool, INTEGER_KINDS(equal)},
                    [FC_NOT_EQUAL] = {not_equal_bool, INTEGER_KINDS(not_equal)},
                    [FC_LOGICAL_AND] = {and_bool},
                    [FC_LOGICAL_OR] = {or_bool},
                    [FC_LOGICAL_XOR] = {xor_bool},
                    [FC_LOGICAL_NOT] = {not_bool},
                    [FC_WHERE] = {where_8, where_8, where_8, where_16, where_16, where_32, where_32, where_64, where_64,
                                  where_16, where_32, where_64},
                },
            .gather = {gather_8, gather_8, gather_8, gather_16, gather_16, gather_32, gather_32, gather_64, gather_64,
                       gather_16, gather_32, gather_64},
            .cast =
                {
                    [FC_BOOL] = {same_bool, uint8_to_int8,
                                 uint8_to_uint8, uint8_to_int16, uint8_to_uint16, uint8_to_int32, uint8_to_uint32, uint8_to_int64, uint8_to_uint64, NULL,
                                 uint8_to_float32, uint8_to_float64},
                    [FC_INT8] = {CASTS(int8)},
                    [FC_UINT8] = {CASTS(uint8)},
                    [FC_INT16] = {CASTS(int16)},
                    [FC_UINT16] = {CASTS(uint16)},
                    [FC_INT32] = {CASTS(int32)},
                    [FC_UINT32] = {CASTS(uint32)},
                    [FC_INT64] = {CASTS(int64)},
                    [FC_UINT64] = {CASTS(uint64)},
                    [FC_FLOAT32] = {FLOATS(float32_to)},
                    [FC_FLOAT64] = {FLOATS(float64_to)},
                },
};
