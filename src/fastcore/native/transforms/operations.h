/* The steps of a tile program for one float type: included by tiles.c for each, with ELEMENT, VECTOR, MASK and WIDTH,
   T(name) for the vector operation of a name, K(constant) for a constant's value, and NAME(step) for the function.

   EACH(value) makes the eight vectors of the tile the value, which is written in terms of `a`, the vector at hand, and
   `j`, the number of elements before it. */

#define MEMORY(operand) ((ELEMENT *)(frame[step->operand].base + i * frame[step->operand].step))
#define MASKS(operand) ((MASK *)frame[step->operand].base)

/* Of one operand in memory, b, and of a constant, k. */
#define OF_TILE(name, value) STEP(name, {EACH(value)})
#define OF_MEMORY(name, value)                      \
    STEP(name, {                                    \
        const ELEMENT *const r = MEMORY(r);         \
        EACH_WITH(VECTOR b = T(load)(r + j), value) \
    })
#define OF_TWO(name, value)                                                          \
    STEP(name, {                                                                     \
        const ELEMENT *const r = MEMORY(r), *const s = MEMORY(s);                    \
        EACH_WITH(VECTOR b = T(load)(r + j); const VECTOR c = T(load)(s + j), value) \
    })
#define OF_CONSTANT(name, value)             \
    STEP(name, {                             \
        const VECTOR k = T(set)(K(step->k)); \
        EACH(value)                          \
    })
#define OF_MEMORY_AND_CONSTANT(name, value)         \
    STEP(name, {                                    \
        const ELEMENT *const r = MEMORY(r);         \
        const VECTOR k = T(set)(K(step->k));        \
        EACH_WITH(VECTOR b = T(load)(r + j), value) \
    })
#define OF_MEMORY_AND_CONSTANTS(name, value)        \
    STEP(name, {                                    \
        const ELEMENT *const r = MEMORY(r);         \
        const VECTOR k = T(set)(K(step->k));        \
        const VECTOR k2 = T(set)(K(step->k2));      \
        EACH_WITH(VECTOR b = T(load)(r + j), value) \
    })
#define OF_CONSTANTS(name, value)              \
    STEP(name, {                               \
        const VECTOR k = T(set)(K(step->k));   \
        const VECTOR k2 = T(set)(K(step->k2)); \
        EACH(value)                            \
    })
/* A load of another type. */
#define CONVERTED(name, type, load)                                                          \
    STEP(name, {                                                                             \
        const type *const r = (const type *)(frame[step->r].base + i * frame[step->r].step); \
        EACH(load(r + j))                                                                    \
    })

OF_MEMORY(load, b)
OF_CONSTANT(fill, k)
CONVERTED(load_int8, int8_t, T(load_int8))
CONVERTED(load_uint8, uint8_t, T(load_uint8))
CONVERTED(load_int16, int16_t, T(load_int16))
CONVERTED(load_uint16, uint16_t, T(load_uint16))
STEP(store, {
    ELEMENT *const r = MEMORY(r);
    EACH_WITH(T(store)(r + j, a), a)
})
LAST_STEP(store_last, {
    ELEMENT *const r = MEMORY(r);
    EACH_WITH(T(store)(r + j, a), a)
})
LAST_STEP(stream_last, {
    ELEMENT *const r = MEMORY(r);
    EACH_WITH(T(stream)(r + j, a), a)
})

/* Of equal zeros the second, of NaNs the first: NumPy's. */
FC_INLINE VECTOR NAME(lesser)(VECTOR a, VECTOR b) { return T(select)(T(is_nan)(a), a, T(min_second)(a, b)); }
FC_INLINE VECTOR NAME(greater_of)(VECTOR a, VECTOR b) { return T(select)(T(is_nan)(a), a, T(max_second)(a, b)); }

OF_MEMORY(add, T(add)(a, b))
OF_MEMORY(subtract, T(sub)(a, b))
OF_MEMORY(subtract_from, T(sub)(b, a))
OF_MEMORY(multiply, T(mul)(a, b))
OF_MEMORY(divide, T(div)(a, b))
OF_MEMORY(divide_into, T(div)(b, a))
OF_MEMORY(minimum, NAME(lesser)(a, b))
OF_MEMORY(minimum_of, NAME(lesser)(b, a))
OF_MEMORY(maximum, NAME(greater_of)(a, b))
OF_MEMORY(maximum_of, NAME(greater_of)(b, a))
OF_CONSTANT(add_k, T(add)(a, k))
OF_CONSTANT(subtract_from_k, T(sub)(k, a))
OF_CONSTANT(multiply_k, T(mul)(a, k))
OF_CONSTANT(divide_k, T(div)(a, k))
OF_CONSTANT(divide_into_k, T(div)(k, a))
OF_CONSTANT(minimum_k, NAME(lesser)(a, k))
OF_CONSTANT(minimum_of_k, NAME(lesser)(k, a))
OF_CONSTANT(maximum_k, NAME(greater_of)(a, k))
OF_CONSTANT(maximum_of_k, NAME(greater_of)(k, a))
/* x86's minimum and maximum keep `a`, their second operand, if it is a NaN or equal. */
OF_CONSTANTS(clip_k, T(min_second)(k2, T(max_second)(k, a)))
OF_TILE(negate, T(neg)(a))
OF_TILE(absolute, T(abs)(a))
OF_TILE(sqrt, T(sqrt)(a))
OF_TILE(square, T(mul)(a, a))
OF_TILE(floor, T(floor)(a))
OF_TILE(ceil, T(ceil)(a))
OF_TILE(trunc, T(trunc)(a))
OF_TILE(rint, T(round)(a))

#define ELEMENTARY(name)                                    \
    STEP(name, {                                            \
        VECTOR all[8] = {a0, a1, a2, a3, a4, a5, a6, a7};   \
        T(name##_all)(all, 8);                              \
        a0 = all[0], a1 = all[1], a2 = all[2], a3 = all[3]; \
        a4 = all[4], a5 = all[5], a6 = all[6], a7 = all[7]; \
    })
ELEMENTARY(exp)
ELEMENTARY(log)
ELEMENTARY(sin)
ELEMENTARY(cos)
ELEMENTARY(tanh)

/* What common expressions are made of: each takes the place of two to four steps. */
OF_CONSTANTS(multiply_add_k, T(add)(T(mul)(a, k), k2))
OF_MEMORY_AND_CONSTANT(load_multiply_k, T(mul)(b, k))
OF_MEMORY_AND_CONSTANTS(load_multiply_add_k, T(add)(T(mul)(b, k), k2))
OF_MEMORY_AND_CONSTANTS(load_clip_k, T(min_second)(k2, T(max_second)(k, b)))
OF_MEMORY(load_square, T(mul)(b, b))
OF_MEMORY(add_square, T(add)(a, T(mul)(b, b)))
OF_TWO(load_product, T(mul)(b, c))
OF_MEMORY_AND_CONSTANT(load_square_k, T(mul)(T(mul)(k, b), b))
OF_MEMORY_AND_CONSTANT(load_cube_k, T(mul)(T(mul)(T(mul)(k, b), b), b))
OF_MEMORY_AND_CONSTANT(horner, T(add)(T(mul)(a, b), k))
OF_TWO(add_product, T(add)(a, T(mul)(b, c)))
OF_MEMORY_AND_CONSTANT(add_multiple, T(add)(a, T(mul)(k, b)))
OF_MEMORY_AND_CONSTANT(add_square_k, T(add)(a, T(mul)(T(mul)(k, b), b)))
OF_MEMORY_AND_CONSTANT(add_cube_k, T(add)(a, T(mul)(T(mul)(T(mul)(k, b), b), b)))
OF_MEMORY_AND_CONSTANTS(add_multiple_k, T(add)(T(add)(a, T(mul)(k, b)), k2))
OF_MEMORY_AND_CONSTANTS(load_cube_square_k, T(add)(T(mul)(T(mul)(T(mul)(k, b), b), b), T(mul)(T(mul)(k2, b), b)))

/* Division by a constant, as exact as the processor's and beside it: see tiles.c. */
#if FC_HAS_FMA
#define BY_PROCESSOR (j < FC_DIVIDED_VECTORS * WIDTH)
STEP(divide_exact, {
    const VECTOR k = T(set)(K(step->k)), reciprocal = T(set)(K(step->k2));
    const BITS quarter = T(bits_set)(EXACT_QUARTER), half = T(bits_set)(EXACT_HALF);
    BITS within = half;
    LOOK_AT(within = BY_PROCESSOR ? within : T(bits_and)(within, T(bits_add)(T(to_bits)(a), quarter)))
    if (FC_TILE_UNLIKELY(T(bits_any_above)(T(bits_andnot)(within, half), 0))) {
        STEP_INSTEAD(divide_k);
    }
    EACH_WITH(const VECTOR q = T(mul)(a, reciprocal),
              BY_PROCESSOR ? T(div)(a, k) : T(fma)(T(fnma)(q, k, a), reciprocal, q))
})
#undef BY_PROCESSOR
#endif

#define COMPARISON(name, holds)                                             \
    STEP(name, {                                                            \
        const ELEMENT *const r = MEMORY(r);                                 \
        MASK *const s = MASKS(s);                                           \
        EACH_WITH(const VECTOR b = T(load)(r + j); s[j / WIDTH] = holds, a) \
    })                                                                      \
    STEP(name##_k, {                                                        \
        const VECTOR b = T(set)(K(step->k));                                \
        MASK *const s = MASKS(s);                                           \
        EACH_WITH(s[j / WIDTH] = holds, a)                                  \
    })                                                                      \
    STEP(test_##name, {                                                     \
        const ELEMENT *const r = MEMORY(r);                                 \
        const VECTOR b = T(set)(K(step->k));                                \
        MASK *const s = MASKS(s);                                           \
        EACH_TEST(holds)                                                    \
    })
#define TEST(number, holds)                           \
    {                                                 \
        const VECTOR a = T(load)(r + number * WIDTH); \
        s[number] = holds;                            \
    }
/* clang-format off */
#define EACH_TEST(holds) \
    TEST(0, holds) TEST(1, holds) TEST(2, holds) TEST(3, holds) \
    TEST(4, holds) TEST(5, holds) TEST(6, holds) TEST(7, holds)
/* clang-format on */
/* What a condition on an operand in memory makes of it, written as bytes at once. */
#define STORED_TEST(name, holds)                                                          \
    LAST_STEP(name, {                                                                     \
        const ELEMENT *const r = MEMORY(r);                                               \
        const VECTOR b = T(set)(K(step->k)), c = T(set)(K(step->k2));                     \
        MASK s[8];                                                                        \
        EACH_TEST(holds)                                                                  \
        T(masks_to_bytes)((uint8_t *)(frame[step->s].base + i * frame[step->s].step), s); \
        (void)c;                                                                          \
    })
STORED_TEST(store_less, T(less)(a, b))
STORED_TEST(store_less_equal, T(less_equal)(a, b))
STORED_TEST(store_greater, T(less)(b, a))
STORED_TEST(store_greater_equal, T(less_equal)(b, a))
STORED_TEST(store_equal, T(equal)(a, b))
STORED_TEST(store_not_equal, T(not_equal)(a, b))
STORED_TEST(store_between, T(mask_and)(T(less)(b, a), T(less)(a, c)))
STORED_TEST(store_between_to, T(mask_and)(T(less)(b, a), T(less_equal)(a, c)))
STORED_TEST(store_between_from, T(mask_and)(T(less_equal)(b, a), T(less)(a, c)))
STORED_TEST(store_within, T(mask_and)(T(less_equal)(b, a), T(less_equal)(a, c)))
COMPARISON(less, T(less)(a, b))
COMPARISON(less_equal, T(less_equal)(a, b))
COMPARISON(greater, T(less)(b, a))
COMPARISON(greater_equal, T(less_equal)(b, a))
COMPARISON(equal, T(equal)(a, b))
COMPARISON(not_equal, T(not_equal)(a, b))

STEP(mask_fill, {
    const VECTOR zero = T(set)(0), k = T(set)(K(step->k));
    MASK *const s = MASKS(s);
    EACH_WITH(s[j / WIDTH] = T(not_equal)(k, zero), a)
})
STEP(mask_load, {
    const uint8_t *const r = (const uint8_t *)(frame[step->r].base + i * frame[step->r].step);
    MASK *const s = MASKS(s);
    EACH_WITH(s[j / WIDTH] = T(mask_from_bytes)(r + j), a)
})
STEP(mask_store, {
    uint8_t *const r = (uint8_t *)(frame[step->r].base + i * frame[step->r].step);
    T(masks_to_bytes)(r, MASKS(s));
})
LAST_STEP(mask_store_last, {
    uint8_t *const r = (uint8_t *)(frame[step->r].base + i * frame[step->r].step);
    T(masks_to_bytes)(r, MASKS(s));
})
#define OF_MASKS(name, value)              \
    STEP(name, {                           \
        const MASK *const r = MASKS(r);    \
        MASK *const s = MASKS(s);          \
        EACH_WITH(s[j / WIDTH] = value, a) \
    })
OF_MASKS(mask_copy, r[j / WIDTH])
OF_MASKS(mask_and, T(mask_and)(s[j / WIDTH], r[j / WIDTH]))
OF_MASKS(mask_or, T(mask_or)(s[j / WIDTH], r[j / WIDTH]))
OF_MASKS(mask_xor, T(mask_xor)(s[j / WIDTH], r[j / WIDTH]))
STEP(mask_not, {
    MASK *const s = MASKS(s);
    EACH_WITH(s[j / WIDTH] = T(mask_not)(s[j / WIDTH]), a)
})

#define SELECTION(name, value)                            \
    STEP(name, {                                          \
        const ELEMENT *const r = MEMORY(r);               \
        const MASK *const s = MASKS(s);                   \
        EACH_WITH(const VECTOR b = T(load)(r + j), value) \
    })                                                    \
    STEP(name##_k, {                                      \
        const VECTOR b = T(set)(K(step->k));              \
        const MASK *const s = MASKS(s);                   \
        EACH(value)                                       \
    })
SELECTION(select, T(select)(s[j / WIDTH], b, a))
SELECTION(keep, T(select)(s[j / WIDTH], a, b))

/* Conditions on an operand in memory, which is most often what is selected too. */
#define SELECTIONS_WHERE(name, holds)                                                                       \
    STEP(select_##name, {                                                                                   \
        const ELEMENT *const r = MEMORY(r), *const s = MEMORY(s);                                           \
        const VECTOR k = T(set)(K(step->k));                                                                \
        EACH_WITH(const VECTOR b = T(load)(r + j); const VECTOR c = T(load)(s + j), T(select)(holds, c, a)) \
    })                                                                                                      \
    OF_MEMORY_AND_CONSTANT(own_##name, T(select)(holds, b, a))                                              \
    OF_MEMORY_AND_CONSTANTS(leak_##name, T(select)(holds, b, T(mul)(b, k2)))
SELECTIONS_WHERE(less, T(less)(b, k))
SELECTIONS_WHERE(less_equal, T(less_equal)(b, k))
SELECTIONS_WHERE(greater, T(less)(k, b))
SELECTIONS_WHERE(greater_equal, T(less_equal)(k, b))
SELECTIONS_WHERE(equal, T(equal)(b, k))
SELECTIONS_WHERE(not_equal, T(not_equal)(b, k))
SELECTIONS_WHERE(not_less, T(mask_not)(T(less)(b, k)))
SELECTIONS_WHERE(not_less_equal, T(mask_not)(T(less_equal)(b, k)))
SELECTIONS_WHERE(not_greater, T(mask_not)(T(less)(k, b)))
SELECTIONS_WHERE(not_greater_equal, T(mask_not)(T(less_equal)(k, b)))

/* Runs the steps on the tile of elements from i on. */
#if IN_REGISTERS
FC_INLINE void NAME(run_tile)(const fc_tile_step *step, size_t i, const fc_tile_operand *frame) {
    VECTOR a0, a1, a2, a3, a4, a5, a6, a7;
    /* The first step takes nothing from its tile, so that it may hold whatever is in the registers. */
    FC_TILE_WHATEVER(a0, a1, a2, a3);
    FC_TILE_WHATEVER(a4, a5, a6, a7);
    ((NAME(function))step->run)(step, ARGUMENTS);
}
#else
static void NAME(run_tile)(const fc_tile_step *step, size_t i, const fc_tile_operand *frame) {
    VECTOR tile[8];
    for (size_t lane = 0; lane < 8; lane++) {
        tile[lane] = T(set)(0);
    }
    do {
        ((NAME(function))step->run)(step, i, frame, tile);
    } while (!is_last(step++));
}
#endif

/* Some elements at the end, fewer than a tile: they are copied to where there is room for one, the last of them again
   and again, and the results from there. */
static void NAME(run_rest)(const fc_tile_program *program, const fc_tile_operand *operand, size_t first, size_t count,
                           void *scratch) {
    fc_tile_operand *const frame = (fc_tile_operand *)scratch;
    char *const start = aligned(frame + program->operand_count);
    char *room = start;
    for (size_t r = 0; r < program->operand_count; r++) {
        frame[r] = operand[r];
        if (operand[r].step != 0) {
            frame[r].base = room;
            if (program->uses[r] & FC_TILE_INPUT) {
                fill(room, operand[r].base + first * operand[r].step, operand[r].step, count, 8 * WIDTH);
            }
            room += MOST_TILE_SIZE;
        }
    }
    NAME(run_tile)(program->step, 0, frame);
    for (size_t r = 0; r < program->operand_count; r++) {
        if (operand[r].step != 0 && program->uses[r] & FC_TILE_OUTPUT) {
            memcpy(operand[r].base + first * operand[r].step, frame[r].base, count * operand[r].step);
        }
    }
}

static void NAME(run)(const fc_tile_program *program, const fc_tile_operand *operand, size_t start, size_t end,
                      void *scratch) {
    size_t i = start;
    if (end - start >= FEWEST_ALIGNED || program->is_streaming) {
        const size_t head = elements_to_boundary(program, operand, sizeof(ELEMENT), start);
        if (head != 0 && head < 8 * WIDTH && head <= end - start) {
            NAME(run_rest)(program, operand, i, head, scratch);
            i += head;
        }
    }
    const char *ahead[MOST_OPERANDS_AHEAD];
    const size_t count = operands_ahead(program, operand, sizeof(ELEMENT), end - i, ahead);
    for (; end - i >= 8 * WIDTH; i += 8 * WIDTH) {
        for (size_t r = 0; r < count; r++) {
            for (size_t line = 0; line < 8 * WIDTH * sizeof(ELEMENT); line += 64) {
                FC_TILE_PREFETCH(ahead[r] + i * sizeof(ELEMENT) + line);
            }
        }
        NAME(run_tile)(program->step, i, operand);
    }
    if (i < end) {
        NAME(run_rest)(program, operand, i, end - i, scratch);
    }
}
