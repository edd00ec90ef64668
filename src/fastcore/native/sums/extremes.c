/* Least and greatest elements, and where they are.

   Vector minimum and maximum, with unordered compares for NaN; as the sign of a zero that comes out of the lanes is an
   accident, a scan for the first zero. float16 is compared as integers of the same order. An index is found in two
   steps: the least of each block of 4096, then the first equal to it in the first block that has it. */
#include "simd.h"

/* ---- integers ------------------------------------------------------------------------------------------------ */

#define EXTREME_INTEGER(name, type, less)          \
    FC_INLINE type name(const type *x, size_t n) { \
        type best = x[0];                          \
        for (size_t i = 1; i < n; i++) {           \
            best = x[i] less best ? x[i] : best;   \
        }                                          \
        return best;                               \
    }
#define EXTREMES_INTEGER(type, member, suffix)                                                \
    EXTREME_INTEGER(minimum_##suffix, type, <)                                                \
    EXTREME_INTEGER(maximum_##suffix, type, >)                                                \
    static void minmax_##suffix(const type *x, size_t n, fc_number *least, fc_number *most) { \
        type low = x[0], high = x[0];                                                         \
        for (size_t i = 1; i < n; i++) {                                                      \
            low = x[i] < low ? x[i] : low;                                                    \
            high = x[i] > high ? x[i] : high;                                                 \
        }                                                                                     \
        least->member = low;                                                                  \
        most->member = high;                                                                  \
    }                                                                                         \
    static fc_number number_minimum_##suffix(const type *x, size_t n) {                       \
        fc_number best;                                                                       \
        best.member = minimum_##suffix(x, n);                                                 \
        return best;                                                                          \
    }                                                                                         \
    static fc_number number_maximum_##suffix(const type *x, size_t n) {                       \
        fc_number best;                                                                       \
        best.member = maximum_##suffix(x, n);                                                 \
        return best;                                                                          \
    }
EXTREMES_INTEGER(int8_t, i, int8)
EXTREMES_INTEGER(uint8_t, u, uint8)
EXTREMES_INTEGER(int16_t, i, int16)
EXTREMES_INTEGER(uint16_t, u, uint16)
EXTREMES_INTEGER(int32_t, i, int32)
EXTREMES_INTEGER(uint32_t, u, uint32)

/* 64-bit integers by vectors, which compilers do not all find; unsigned ones with their first bit turned. */
#define LONGS 4 /* vectors a step */

#define FOLD_WORDS(v, op, out)                     \
    do {                                           \
        uint64_t lane[FC_WORDS];                   \
        v[0] = op(op(v[0], v[1]), op(v[2], v[3])); \
        fc_word_store(lane, v[0]);                 \
        out = lane[0];                             \
        for (int l = 1; l < FC_WORDS; l++) {       \
            out = WORD_##op(lane[l], out);         \
        }                                          \
    } while (0)
#define WORD_fc_word_min(a, b) ((int64_t)(a) < (int64_t)(b) ? (a) : (b))
#define WORD_fc_word_max(a, b) ((int64_t)(a) > (int64_t)(b) ? (a) : (b))

FC_INLINE void extremes_64(const uint64_t *x, size_t n, uint64_t turn, int takes_least, int takes_most, uint64_t *least,
                           uint64_t *most) {
    uint64_t low = x[0] ^ turn, high = low;
    size_t i = 0;
    if (n >= LONGS * FC_WORDS) {
        const fc_word t = fc_word_set(turn);
        fc_word v[LONGS], w[LONGS];
        for (int k = 0; k < LONGS; k++) {
            v[k] = w[k] = fc_word_xor(fc_word_load(x + k * FC_WORDS), t);
        }
        for (; i + LONGS * FC_WORDS <= n; i += LONGS * FC_WORDS) {
            for (int k = 0; k < LONGS; k++) {
                fc_word a = fc_word_load(x + i + k * FC_WORDS);
                if (turn != 0) {
                    a = fc_word_xor(a, t);
                }
                if (takes_least) {
                    v[k] = fc_word_min(a, v[k]);
                }
                if (takes_most) {
                    w[k] = fc_word_max(a, w[k]);
                }
            }
        }
        FOLD_WORDS(v, fc_word_min, low);
        FOLD_WORDS(w, fc_word_max, high);
    }
    for (; i < n; i++) {
        low = WORD_fc_word_min(x[i] ^ turn, low);
        high = WORD_fc_word_max(x[i] ^ turn, high);
    }
    *least = low ^ turn;
    *most = high ^ turn;
}

#define EXTREMES_LONG(type, suffix, turn)                                                     \
    static void minmax_##suffix(const type *x, size_t n, fc_number *least, fc_number *most) { \
        extremes_64((const uint64_t *)x, n, turn, 1, 1, &least->u, &most->u);                 \
    }                                                                                         \
    static fc_number number_minimum_##suffix(const type *x, size_t n) {                       \
        fc_number least, most;                                                                \
        extremes_64((const uint64_t *)x, n, turn, 1, 0, &least.u, &most.u);                   \
        return least;                                                                         \
    }                                                                                         \
    static fc_number number_maximum_##suffix(const type *x, size_t n) {                       \
        fc_number least, most;                                                                \
        extremes_64((const uint64_t *)x, n, turn, 0, 1, &least.u, &most.u);                   \
        return most;                                                                          \
    }
EXTREMES_LONG(int64_t, int64, 0)
EXTREMES_LONG(uint64_t, uint64, 1ull << 63)

/* ---- floats -------------------------------------------------------------------------------------------------- */

#define VECTORS 4

/* The sign of a zero is that of the first one. */
#define FIRST_ZERO(best)        \
    do {                        \
        if (best == 0) {        \
            size_t j = 0;       \
            while (x[j] != 0) { \
                j++;            \
            }                   \
            best = x[j];        \
        }                       \
    } while (0)

#define EXTREME_FLOAT(name, type, prefix, WIDTH, op, less)                              \
    static fc_number name(const type *x, size_t n) {                                    \
        const size_t group = VECTORS * WIDTH;                                           \
        fc_number found;                                                                \
        type best = x[0];                                                               \
        size_t i = 0;                                                                   \
        int is_nan = 0;                                                                 \
        if (n >= group) {                                                               \
            prefix v[VECTORS];                                                          \
            prefix##_flag nan = prefix##_flag_none;                                     \
            type lane[WIDTH];                                                           \
            for (int k = 0; k < VECTORS; k++) {                                         \
                v[k] = prefix##_load(x + k * WIDTH);                                    \
            }                                                                           \
            for (; i + group <= n; i += group) {                                        \
                for (int k = 0; k < VECTORS; k += 2) {                                  \
                    prefix a = prefix##_load(x + i + k * WIDTH);                        \
                    prefix b = prefix##_load(x + i + (k + 1) * WIDTH);                  \
                    nan = prefix##_flag_or(nan, prefix##_unordered(a, b));              \
                    v[k] = prefix##_##op(a, v[k]);                                      \
                    v[k + 1] = prefix##_##op(b, v[k + 1]);                              \
                }                                                                       \
            }                                                                           \
            is_nan = prefix##_flag_any(nan);                                            \
            v[0] = prefix##_##op(prefix##_##op(v[0], v[1]), prefix##_##op(v[2], v[3])); \
            prefix##_store(lane, v[0]);                                                 \
            best = lane[0];                                                             \
            for (size_t l = 1; l < WIDTH; l++) {                                        \
                best = lane[l] less best ? lane[l] : best;                              \
            }                                                                           \
        }                                                                               \
        for (; i < n; i++) {                                                            \
            is_nan |= x[i] != x[i];                                                     \
            best = x[i] less best ? x[i] : best;                                        \
        }                                                                               \
        if (is_nan) {                                                                   \
            found.f = NAN;                                                              \
            return found;                                                               \
        }                                                                               \
        FIRST_ZERO(best);                                                               \
        found.f = best;                                                                 \
        return found;                                                                   \
    }
#define MINMAX_FLOAT(name, type, prefix, WIDTH)                                      \
    static void name(const type *x, size_t n, fc_number *least, fc_number *most) {   \
        const size_t group = VECTORS * WIDTH;                                        \
        type low = x[0], high = x[0];                                                \
        size_t i = 0;                                                                \
        int is_nan = 0;                                                              \
        if (n >= group) {                                                            \
            prefix v[VECTORS], w[VECTORS];                                           \
            prefix##_flag nan = prefix##_flag_none;                                  \
            type lane[WIDTH];                                                        \
            for (int k = 0; k < VECTORS; k++) {                                      \
                v[k] = w[k] = prefix##_load(x + k * WIDTH);                          \
            }                                                                        \
            for (; i + group <= n; i += group) {                                     \
                for (int k = 0; k < VECTORS; k += 2) {                               \
                    prefix a = prefix##_load(x + i + k * WIDTH);                     \
                    prefix b = prefix##_load(x + i + (k + 1) * WIDTH);               \
                    nan = prefix##_flag_or(nan, prefix##_unordered(a, b));           \
                    v[k] = prefix##_min(a, v[k]);                                    \
                    w[k] = prefix##_max(a, w[k]);                                    \
                    v[k + 1] = prefix##_min(b, v[k + 1]);                            \
                    w[k + 1] = prefix##_max(b, w[k + 1]);                            \
                }                                                                    \
            }                                                                        \
            is_nan = prefix##_flag_any(nan);                                         \
            v[0] = prefix##_min(prefix##_min(v[0], v[1]), prefix##_min(v[2], v[3])); \
            w[0] = prefix##_max(prefix##_max(w[0], w[1]), prefix##_max(w[2], w[3])); \
            prefix##_store(lane, v[0]);                                              \
            low = lane[0];                                                           \
            for (size_t l = 1; l < WIDTH; l++) {                                     \
                low = lane[l] < low ? lane[l] : low;                                 \
            }                                                                        \
            prefix##_store(lane, w[0]);                                              \
            high = lane[0];                                                          \
            for (size_t l = 1; l < WIDTH; l++) {                                     \
                high = lane[l] > high ? lane[l] : high;                              \
            }                                                                        \
        }                                                                            \
        for (; i < n; i++) {                                                         \
            is_nan |= x[i] != x[i];                                                  \
            low = x[i] < low ? x[i] : low;                                           \
            high = x[i] > high ? x[i] : high;                                        \
        }                                                                            \
        if (is_nan) {                                                                \
            least->f = most->f = NAN;                                                \
            return;                                                                  \
        }                                                                            \
        FIRST_ZERO(low);                                                             \
        FIRST_ZERO(high);                                                            \
        least->f = low;                                                              \
        most->f = high;                                                              \
    }
EXTREME_FLOAT(number_minimum_float32, float, fc_f32, FC_F32_WIDTH, min, <)
EXTREME_FLOAT(number_maximum_float32, float, fc_f32, FC_F32_WIDTH, max, >)
MINMAX_FLOAT(minmax_float32, float, fc_f32, FC_F32_WIDTH)
EXTREME_FLOAT(number_minimum_float64, double, fc_f64, FC_F64_WIDTH, min, <)
EXTREME_FLOAT(number_maximum_float64, double, fc_f64, FC_F64_WIDTH, max, >)
MINMAX_FLOAT(minmax_float64, double, fc_f64, FC_F64_WIDTH)

/* Bits of float16 as integers of the same order: those of negative numbers are turned but for the sign. -0.0 comes
   just below 0.0, so that the least is -0.0 if there is one: whose place is the first zero's. */
FC_INLINE int16_t half_key(uint16_t half) { return (int16_t)(half ^ ((uint16_t)((int16_t)half >> 15) & 0x7fff)); }

FC_INLINE int is_half_nan(uint16_t half) { return (half & 0x7fff) > 0x7c00; }

static void minmax_float16(const uint16_t *x, size_t n, fc_number *least, fc_number *most) {
    int16_t low = half_key(x[0]), high = low;
    uint16_t nan = 0, low_bits, high_bits;
    for (size_t i = 0; i < n; i++) {
        int16_t key = half_key(x[i]);
        nan |= (uint16_t)is_half_nan(x[i]);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    if (nan) {
        least->f = most->f = NAN;
        return;
    }
    low_bits = (uint16_t)half_key((uint16_t)low);
    high_bits = (uint16_t)half_key((uint16_t)high);
    if ((low_bits & 0x7fff) == 0 || (high_bits & 0x7fff) == 0) {
        size_t i = 0;
        while ((x[i] & 0x7fff) != 0) {
            i++;
        }
        low_bits = (low_bits & 0x7fff) == 0 ? x[i] : low_bits;
        high_bits = (high_bits & 0x7fff) == 0 ? x[i] : high_bits;
    }
    least->f = fc_half_to_double(low_bits);
    most->f = fc_half_to_double(high_bits);
}

static fc_number number_minimum_float16(const uint16_t *x, size_t n) {
    fc_number least, most;
    minmax_float16(x, n, &least, &most);
    return least;
}

static fc_number number_maximum_float16(const uint16_t *x, size_t n) {
    fc_number least, most;
    minmax_float16(x, n, &least, &most);
    return most;
}

/* ---- by kind ------------------------------------------------------------------------------------------------- */

#define BY_KIND(kind, CALL)      \
    switch (kind) {              \
    case FC_BOOL:                \
    case FC_UINT8:               \
        CALL(uint8, uint8_t);    \
    case FC_INT8:                \
        CALL(int8, int8_t);      \
    case FC_INT16:               \
        CALL(int16, int16_t);    \
    case FC_UINT16:              \
        CALL(uint16, uint16_t);  \
    case FC_INT32:               \
        CALL(int32, int32_t);    \
    case FC_UINT32:              \
        CALL(uint32, uint32_t);  \
    case FC_INT64:               \
        CALL(int64, int64_t);    \
    case FC_UINT64:              \
        CALL(uint64, uint64_t);  \
    case FC_FLOAT16:             \
        CALL(float16, uint16_t); \
    case FC_FLOAT32:             \
        CALL(float32, float);    \
    default:                     \
        CALL(float64, double);   \
    }

static fc_number minimum(int kind, const void *x, size_t n) {
#define MINIMUM(suffix, type) return number_minimum_##suffix((const type *)x, n)
    BY_KIND(kind, MINIMUM)
}

static fc_number maximum(int kind, const void *x, size_t n) {
#define MAXIMUM(suffix, type) return number_maximum_##suffix((const type *)x, n)
    BY_KIND(kind, MAXIMUM)
}

static void minmax(int kind, const void *x, size_t n, fc_number *least, fc_number *most) {
#define MINMAX(suffix, type)                          \
    minmax_##suffix((const type *)x, n, least, most); \
    return
    BY_KIND(kind, MINMAX)
}

/* ---- where --------------------------------------------------------------------------------------------------- */

#define BLOCK 4096
#define LOOK 64 /* elements compared between two tests for a hit */

/* The index of the first element that equals `value`, which is there; of the first NaN if it is one. */
#define FIND(name, type, is_value)                               \
    FC_INLINE size_t name(const type *x, size_t n, type value) { \
        size_t i = 0;                                            \
        (void)value;                                             \
        for (; i + LOOK <= n; i += LOOK) {                       \
            int hit = 0;                                         \
            for (size_t j = i; j < i + LOOK; j++) {              \
                hit |= is_value;                                 \
            }                                                    \
            if (hit) {                                           \
                break;                                           \
            }                                                    \
        }                                                        \
        for (size_t j = i; j < n; j++) {                         \
            if (is_value) {                                      \
                return j;                                        \
            }                                                    \
        }                                                        \
        return n;                                                \
    }
FIND(find_8, uint8_t, x[j] == value)
FIND(find_16, uint16_t, x[j] == value)
FIND(find_32, uint32_t, x[j] == value)
FIND(find_64, uint64_t, x[j] == value)
FIND(find_float, float, x[j] == value)
FIND(find_float_nan, float, x[j] != x[j])
FIND(find_double, double, x[j] == value)
FIND(find_double_nan, double, x[j] != x[j])
FIND(find_half, uint16_t, (x[j] == value) | (((x[j] | value) & 0x7fff) == 0))
FIND(find_half_nan, uint16_t, is_half_nan(x[j]))

/* The bits of a float16 from its value as a double, which is exact. */
static uint16_t half_of(double value) {
    uint64_t bits = fc_bits_of(value);
    uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    if (exponent == 1024) {
        return sign | 0x7c00;
    }
    if (exponent < -14) {
        return (uint16_t)(sign | (uint16_t)(fabs(value) * 16777216.0)); /* in units of 2^-24 */
    }
    return (uint16_t)(sign | (uint16_t)(exponent + 15) << 10 | (uint16_t)(bits >> 42 & 0x3ff));
}

static size_t find(int kind, const void *x, size_t n, fc_number value) {
    switch (kind) {
    case FC_BOOL:
    case FC_UINT8:
    case FC_INT8:
        return find_8((const uint8_t *)x, n, (uint8_t)value.u);
    case FC_INT16:
    case FC_UINT16:
        return find_16((const uint16_t *)x, n, (uint16_t)value.u);
    case FC_INT32:
    case FC_UINT32:
        return find_32((const uint32_t *)x, n, (uint32_t)value.u);
    case FC_INT64:
    case FC_UINT64:
        return find_64((const uint64_t *)x, n, value.u);
    case FC_FLOAT16:
        if (value.f != value.f) {
            return find_half_nan((const uint16_t *)x, n, 0);
        }
        return find_half((const uint16_t *)x, n, half_of(value.f));
    case FC_FLOAT32:
        if (value.f != value.f) {
            return find_float_nan((const float *)x, n, 0.0f);
        }
        return find_float((const float *)x, n, (float)value.f);
    default:
        if (value.f != value.f) {
            return find_double_nan((const double *)x, n, 0.0);
        }
        return find_double((const double *)x, n, value.f);
    }
}

/* Whether `value` takes the place of an extreme of elements before it. */
FC_INLINE int is_better(int kind, int is_maximum, fc_number value, fc_number best) {
    if (kind >= FC_FLOAT16) {
        return best.f == best.f && (value.f != value.f || (is_maximum ? value.f > best.f : value.f < best.f));
    }
    if (kind == FC_INT8 || kind == FC_INT16 || kind == FC_INT32 || kind == FC_INT64) {
        return is_maximum ? value.i > best.i : value.i < best.i;
    }
    return is_maximum ? value.u > best.u : value.u < best.u;
}

static size_t where(int kind, const void *x, size_t n, int is_maximum, fc_number *best) {
    const size_t size = fc_kind_size(kind);
    size_t at = 0;
    for (size_t first = 0; first < n; first += BLOCK) {
        const char *block = (const char *)x + first * size;
        size_t count = n - first < BLOCK ? n - first : BLOCK;
        fc_number found = is_maximum ? maximum(kind, block, count) : minimum(kind, block, count);
        if (first == 0 || is_better(kind, is_maximum, found, *best)) {
            *best = found;
            at = first;
            if (kind >= FC_FLOAT16 && found.f != found.f) {
                break;
            }
        }
    }
    return at + find(kind, (const char *)x + at * size, n - at < BLOCK ? n - at : BLOCK, *best);
}

#ifdef FC_ISA_BASE
void fc_store(int kind, fc_number value, void *out) {
    switch (kind) {
    case FC_BOOL:
    case FC_INT8:
    case FC_UINT8:
        *(uint8_t *)out = (uint8_t)value.u;
        break;
    case FC_INT16:
    case FC_UINT16:
        *(uint16_t *)out = (uint16_t)value.u;
        break;
    case FC_INT32:
    case FC_UINT32:
        *(uint32_t *)out = (uint32_t)value.u;
        break;
    case FC_FLOAT16:
        *(uint16_t *)out = value.f == value.f ? half_of(value.f) : 0x7e00;
        break;
    case FC_FLOAT32:
        *(float *)out = (float)value.f;
        break;
    default:
        *(uint64_t *)out = value.u;
    }
}

int fc_is_better(int kind, int is_maximum, fc_number value, fc_number best) {
    return is_better(kind, is_maximum, value, best);
}
#endif

const fc_extremes_table FC_TABLE(fc_extremes) = {
    .minimum = minimum,
    .maximum = maximum,
    .minmax = minmax,
    .where = where,
};
