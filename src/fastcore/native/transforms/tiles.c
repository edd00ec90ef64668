/* Float programs on tiles: eight vectors that stay in registers from the first operation to the last.

   A program is an array of steps, each of which is the address of a function, two constants and two operands. The tile
   is the function's eight vector arguments, which the calling convention keeps in registers; it changes them and jumps
   to the next step's function, so a step costs a jump beside its arithmetic (4 cycles on Zen 5, as many as eight
   multiplications) and no memory but what it names. Steps that do several operations on the way ("superinstructions")
   save jumps, and loads: of operands that straddle cache lines these cost more than the arithmetic. Where vectors are
   not passed in registers (Windows, MSVC) the tile lies in memory and a loop calls the steps.

   Arithmetic is IEEE 754, each operation rounded, as in NumPy. A division by a constant c (fc_tile_division) takes r =
   1/c, q = x·r and then q + (x - q·c)·r with two fused multiply-adds: the correctly rounded x/c, if nothing over- or
   underflows (Markstein, IBM J. Res. Dev. 34, 1990; Brisebarre, Muller and Raina, IEEE Trans. Computers 53, 2004). That
   is so for 2^-511 <= |x| < 2^513 and 2^-100 <= |c| <= 2^100, in float32 2^-63, 2^65 and 2^-20, 2^20: q is normal, and
   x - q·c is a multiple of ulp(q)·ulp(c) > 2^-107·|x| (2^-49·|x|), above the least subnormal, and so exact. These are
   the x whose exponent is in the middle half of all, which one addition and one `and` tell: with a quarter of all
   added, its highest bit is set. A tile with any other element, a zero too, is left to the processor.

   FC_DIVIDED_VECTORS of the eight are the processor's in any case, whose divider works beside the multipliers. On Zen
   3, with 5 cycles a vector of 32 bytes, (x*2+3)/5 takes .89 of the time with three, .88 with four and .91 with two;
   three is what Intel's 8 cycles allow too. Of 64 bytes Zen 5 divides all (dispatch.c), and Intel, 16 cycles, none. */
#include <math.h>

#include "lanes.h"

#include "elementary.h"

#if defined(_WIN32) || defined(FC_TILES_IN_MEMORY)
#define IN_REGISTERS 0
#else
#define IN_REGISTERS 1
#endif

/* Values that nobody needs, without instructions that make them. */
#if defined(__GNUC__) && defined(__aarch64__)
#define FC_TILE_WHATEVER(a, b, c, d) __asm__("" : "=w"(a), "=w"(b), "=w"(c), "=w"(d))
#elif defined(__GNUC__) && defined(__x86_64__)
#define FC_TILE_WHATEVER(a, b, c, d) __asm__("" : "=x"(a), "=x"(b), "=x"(c), "=x"(d))
#else
#define FC_TILE_WHATEVER(a, b, c, d) (a = b = c = d = (VECTOR){0})
#endif

/* The vectors of a tile are computed one after the other: gcc 12 loads all of them first, and runs out of registers. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__aarch64__)
#define FC_TILE_IN_ORDER(a) __asm__ volatile("" : "+w"(a) : : "memory")
#elif defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define FC_TILE_IN_ORDER(a) __asm__ volatile("" : "+x"(a) : : "memory")
#else
#define FC_TILE_IN_ORDER(a) ((void)0)
#endif

#if defined(__GNUC__)
#define FC_TILE_UNLIKELY(condition) __builtin_expect((condition) != 0, 0)
#else
#define FC_TILE_UNLIKELY(condition) (condition)
#endif

#if defined(FC_ISA_AVX2)
#define FC_DIVIDED_VECTORS 3
#else
#define FC_DIVIDED_VECTORS 0
#endif

/* The elements of a tile. */
#define FLOAT64_TILE (8 * FC_F64_WIDTH)
#define FLOAT32_TILE (8 * FC_F32_WIDTH)

#define ONE(number, with, value)     \
    {                                \
        enum { j = number * WIDTH }; \
        const VECTOR a = a##number;  \
        with;                        \
        (void)a;                     \
        a##number = value;           \
        FC_TILE_IN_ORDER(a##number); \
    }
#define EACH_WITH(with, value) \
    ONE(0, with, value)        \
    ONE(1, with, value)        \
    ONE(2, with, value)        \
    ONE(3, with, value)        \
    ONE(4, with, value)        \
    ONE(5, with, value)        \
    ONE(6, with, value)        \
    ONE(7, with, value)
#define EACH(value) EACH_WITH(, value)
#define LOOK_AT(look) EACH_WITH(look, a)

#if IN_REGISTERS
#define PARAMETERS                                                                                                \
    const fc_tile_step *step, size_t i, const fc_tile_operand *frame, VECTOR a0, VECTOR a1, VECTOR a2, VECTOR a3, \
        VECTOR a4, VECTOR a5, VECTOR a6, VECTOR a7
#define ARGUMENTS i, frame, a0, a1, a2, a3, a4, a5, a6, a7
#define STEP(name, ...) \
    static void NAME(name)(PARAMETERS) { __VA_ARGS__((NAME(function))step[1].run)(step + 1, ARGUMENTS); }
#define LAST_STEP(name, ...) \
    static void NAME(name)(PARAMETERS) { __VA_ARGS__ }
#define STEP_INSTEAD(name)       \
    NAME(name)(step, ARGUMENTS); \
    return
#else
#define PARAMETERS const fc_tile_step *step, size_t i, const fc_tile_operand *frame, VECTOR *tile
#define STEP(name, ...)                                                \
    static void NAME(name)(PARAMETERS) {                               \
        VECTOR a0 = tile[0], a1 = tile[1], a2 = tile[2], a3 = tile[3]; \
        VECTOR a4 = tile[4], a5 = tile[5], a6 = tile[6], a7 = tile[7]; \
        (void)step, (void)i, (void)frame;                              \
        __VA_ARGS__                                                    \
        tile[0] = a0, tile[1] = a1, tile[2] = a2, tile[3] = a3;        \
        tile[4] = a4, tile[5] = a5, tile[6] = a6, tile[7] = a7;        \
    }
#define LAST_STEP STEP
#define STEP_INSTEAD(name)            \
    NAME(name)(step, i, frame, tile); \
    return
#endif

#if !IN_REGISTERS
static int is_last(const fc_tile_step *step) {
    return step->operation == FC_TILE_STORE_LAST || step->operation == FC_TILE_STREAM_LAST ||
           step->operation == FC_TILE_STORE_FLOAT32_LAST || step->operation == FC_TILE_MASK_STORE_LAST ||
           step->operation == FC_TILE_SUM_LAST ||
           (step->operation >= FC_TILE_STORE_LESS && step->operation <= FC_TILE_STORE_WITHIN);
}
#endif

/* Bytes of a tile of any element type: 64 of at most 8 bytes in float64, 128 of them in float32. */
#define MOST_TILE_SIZE 1024

static char *aligned(void *p) { return (char *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

/* Copies `count` elements of a size, and the last once more up to `total`. */
static void fill(char *out, const char *from, size_t size, size_t count, size_t total) {
    memcpy(out, from, count * size);
    from += (count - 1) * size;
    if (size == 8) {
        uint64_t last;
        memcpy(&last, from, 8);
        for (; count < total; count++) {
            memcpy(out + 8 * count, &last, 8);
        }
        return;
    }
    for (; count < total; count++) {
        memcpy(out + size * count, from, size);
    }
}

/* From so many elements on, those before a boundary of a cache line are done apart: arrays are seldom aligned to that.
   The loads count, of which there are more; the stores only where they go past the caches and must be aligned. */
#define FEWEST_ALIGNED 1536

/* Operands and results of so many bytes together, which the second-level cache does not hold and the third may, are
   asked for a page ahead. On Zen 3 that takes .75 of the time for 16 MB, but 1.04 for 5 MB and 1.1 for 64 MB. */
#define FEWEST_AHEAD (8u << 20)
#define MOST_AHEAD (32u << 20)
#define BYTES_AHEAD 4096
#define MOST_OPERANDS_AHEAD 4

#if defined(__GNUC__)
#define FC_TILE_PREFETCH(p) __builtin_prefetch(p)
#elif defined(_M_X64)
#define FC_TILE_PREFETCH(p) _mm_prefetch((const char *)(p), _MM_HINT_T0)
#else
#define FC_TILE_PREFETCH(p) ((void)(p))
#endif

/* The operands of a size to be asked for ahead; returns how many. */
static size_t operands_ahead(const fc_tile_program *program, const fc_tile_operand *operand, size_t size, size_t n,
                             const char **base) {
    size_t count = 0, bytes = 0;
    for (size_t r = 0; r < program->operand_count; r++) {
        bytes += operand[r].step * n;
        if (operand[r].step == size && count < MOST_OPERANDS_AHEAD) {
            base[count++] = operand[r].base + BYTES_AHEAD;
        }
    }
    return FEWEST_AHEAD <= bytes && bytes <= MOST_AHEAD && !program->is_streaming ? count : 0;
}

static size_t elements_to_boundary(const fc_tile_program *program, const fc_tile_operand *operand, size_t size,
                                   size_t start) {
    const uint8_t use = program->is_streaming ? FC_TILE_OUTPUT : FC_TILE_INPUT;
    for (size_t r = 0; r < program->operand_count; r++) {
        if (operand[r].step == size && program->uses[r] & use) {
            const uintptr_t beyond = (uintptr_t)(operand[r].base + start * size) % 64;
            return beyond % size == 0 ? (64 - beyond) % 64 / size : 0;
        }
    }
    return 0;
}

/* ---- float64 ---- */

#define ELEMENT double
#define VECTOR fc_f64
#define MASK fc_f64_mask
#define BITS fc_f64_bits
#define WIDTH FC_F64_WIDTH
#define T(name) fc_f64_##name
#define K(constant) (constant).float64
#define NAME(name) float64_##name
typedef void (*float64_function)(PARAMETERS);
#define EXACT_QUARTER ((uint64_t)1 << 61) /* of all exponents */
#define EXACT_HALF ((uint64_t)1 << 62)    /* the highest bit of one */
#include "operations.h"

CONVERTED(load_int32, int32_t, fc_f64_load_int32)
CONVERTED(load_uint32, uint32_t, fc_f64_load_uint32)
CONVERTED(load_int64, int64_t, fc_f64_load_int64)
CONVERTED(load_float32, float, fc_f64_load_f32)
#define AFFINE(name, type, affine)                                                           \
    STEP(name, {                                                                             \
        const type *const r = (const type *)(frame[step->r].base + i * frame[step->r].step); \
        const int64_t k = step->k.int64, k2 = step->k2.int64;                                \
        EACH(affine(r + j, k, k2))                                                           \
    })
AFFINE(load_affine_int32, int32_t, fc_f64_affine_int32)
AFFINE(load_affine_uint32, uint32_t, fc_f64_affine_uint32)
#undef AFFINE
STEP(load_affine_int64, {
    const int64_t *const r = (const int64_t *)(frame[step->r].base + i * frame[step->r].step);
    const int64_t k = step->k.int64, k2 = step->k2.int64;
    if ((uint64_t)k >> 32 == 0) { /* one multiplication less, where there is no instruction for 64 bits */
        EACH(fc_f64_affine_int64(r + j, (uint32_t)k, k2))
    } else {
        EACH(fc_f64_affine_int64(r + j, k, k2))
    }
})
/* Element i of a block goes to lane i mod 32 (sums/floats.c); a tile begins at a multiple of its size. */
LAST_STEP(sum_last, {
    double *const r = (double *)frame[step->r].base + i % FC_SUM_LANES;
    EACH_WITH(double *const lane = r + j % FC_SUM_LANES; fc_f64_store(lane, fc_f64_add(fc_f64_load(lane), a)), a)
})
LAST_STEP(store_float32_last, {
    float *const r = (float *)(frame[step->r].base + i * frame[step->r].step);
    EACH_WITH(fc_f64_store_f32(r + j, a), a)
})
#define float64_load_float64 float64_load

#undef ELEMENT
#undef VECTOR
#undef MASK
#undef BITS
#undef WIDTH
#undef T
#undef K
#undef NAME
#undef EXACT_QUARTER
#undef EXACT_HALF

/* ---- float32 ---- */

#define ELEMENT float
#define VECTOR fc_f32
#define MASK fc_f32_mask
#define BITS fc_f32_bits
#define WIDTH FC_F32_WIDTH
#define T(name) fc_f32_##name
#define K(constant) (constant).float32
#define NAME(name) float32_##name
typedef void (*float32_function)(PARAMETERS);
#define EXACT_QUARTER ((uint32_t)1 << 29)
#define EXACT_HALF ((uint32_t)1 << 30)
#include "operations.h"

CONVERTED(load_float64, double, fc_f32_load_f64)

#define float32_load_float32 float32_load
#define float32_store_float32_last float32_store_last
#define float32_sum_last NULL
#define float32_load_int32 NULL
#define float32_load_uint32 NULL
#define float32_load_int64 NULL
#define float32_load_affine_int32 NULL
#define float32_load_affine_uint32 NULL
#define float32_load_affine_int64 NULL
#if !FC_HAS_FMA
#define float32_divide_exact float32_divide_k
#define float64_divide_exact float64_divide_k
#endif

/* ---- both ---- */

static void run(const fc_tile_program *program, const fc_tile_operand *operand, size_t start, size_t end,
                void *scratch) {
    if (program->kind == FC_FLOAT64) {
        float64_run(program, operand, start, end, scratch);
    } else {
        float32_run(program, operand, start, end, scratch);
    }
    fc_stream_fence();
    fc_leave_vectors();
}

static void sum_blocks(const fc_tile_program *program, const fc_tile_program *rest, fc_tile_operand *operand,
                       size_t result, size_t start, size_t end, double *partial, void *scratch) {
    for (; start < end; start += FC_SUM_BLOCK) {
        const size_t count = end - start < FC_SUM_BLOCK ? end - start : FC_SUM_BLOCK;
        const size_t whole = count - count % FLOAT64_TILE;
        double lane[FC_SUM_LANES] = {0}, few[FLOAT64_TILE];
        operand[result].base = (char *)lane;
        operand[result].step = 0;
        for (size_t i = start; i < start + whole; i += FLOAT64_TILE) {
            float64_run_tile(program->step, i, operand);
        }
        if (whole < count) {
            operand[result].base = (char *)few;
            operand[result].step = sizeof(double);
            operand[result].base -= (start + whole) * sizeof(double);
            float64_run_rest(rest, operand, start + whole, count - whole, scratch);
            for (size_t i = whole; i < count; i++) {
                lane[i % FC_SUM_LANES] += few[i - whole];
            }
        }
        for (size_t half = FC_SUM_LANES / 2; half > 0; half /= 2) {
            for (size_t l = 0; l < half; l++) {
                lane[l] += lane[l + half];
            }
        }
        *partial++ = lane[0];
    }
    fc_leave_vectors();
}

#ifdef FC_ISA_BASE
int fc_tile_division(int kind, double k, fc_tile_step *step) {
    const int is_float32 = kind == FC_FLOAT32;
    const double magnitude = fabs(k), least = is_float32 ? 0x1p-20 : 0x1p-100, most = is_float32 ? 0x1p20 : 0x1p100;
    int exponent;
    if (is_float32) {
        step->k.float32 = (float)k;
        step->k2.float32 = 1 / (float)k;
    } else {
        step->k.float64 = k;
        step->k2.float64 = 1 / k;
    }
    if (!(least <= magnitude && magnitude <= most)) {
        return FC_TILE_DIVIDE_K;
    }
    if (frexp(magnitude, &exponent) != 0.5) {
        return FC_TILE_DIVIDE_EXACT;
    }
    step->k = step->k2;
    return FC_TILE_MULTIPLY_K;
}

size_t fc_tile_scratch_size(size_t operand_count) {
    return operand_count * (sizeof(fc_tile_operand) + MOST_TILE_SIZE) + 64;
}
#endif

#define ENTRY_FLOAT32(upper, lower) [FC_TILE_##upper] = (void (*)(void))float32_##lower,
#define ENTRY_FLOAT64(upper, lower) [FC_TILE_##upper] = (void (*)(void))float64_##lower,

const fc_tiles_table FC_TABLE(fc_tiles) = {
    .operation = {{FC_TILE_OPERATIONS(ENTRY_FLOAT32)}, {FC_TILE_OPERATIONS(ENTRY_FLOAT64)}},
    .run = run,
    .sum_blocks = sum_blocks,
};
