/* Sorting the elements of an array by value.

   Elements of 32 and 64 bits are mapped to signed keys while they are copied to where they will stay, sorted there
   (words.c) and mapped back while they are in the cache. Integers that are few values close together are counted
   instead; so are all elements of 8 bits, and many of 16. What is equal but has different bits (NaNs, -0.0 and 0.0) is
   written again from the input, in its order. */
#include "sorting.h"

/* ---- few ------------------------------------------------------------------------------------------------------- */

/* So many small elements, or fewer, are sorted as keys of 32 bits: a network takes less time than looking through bins.
 */
#define WIDEN_MOST 256

#define SORT_FEW(bits)                                                                              \
    static void sort_few_##bits(int kind, const uint##bits##_t *x, size_t n, uint##bits##_t *out) { \
        int32_t key[WIDEN_MOST], scratch[WIDEN_MOST];                                               \
        fc_room room = {scratch, sizeof scratch, 1};                                                \
        for (size_t i = 0; i < n; i++) {                                                            \
            key[i] = key_##bits(kind, x[i]);                                                        \
        }                                                                                           \
        FC_TABLE(fc_words).sort_32(key, n, 0, 0, &room);                                            \
        for (size_t i = 0; i < n; i++) {                                                            \
            out[i] = value_##bits(kind, (uint##bits##_t)key[i]);                                    \
        }                                                                                           \
    }

/* Keys of small elements, unsigned: of signed integers with the sign bit flipped, of floats as their order is. */
FC_INLINE uint8_t key_8(int kind, uint8_t x) { return kind == FC_INT8 ? x ^ 0x80u : x; }
FC_INLINE uint8_t value_8(int kind, uint8_t k) { return key_8(kind, k); }
FC_INLINE uint16_t key_16(int kind, uint16_t x) {
    return kind == FC_UINT16 ? x : (uint16_t)((kind == FC_INT16 ? x : (uint16_t)float_key_16(x)) ^ 0x8000u);
}
FC_INLINE uint16_t value_16(int kind, uint16_t k) {
    return kind == FC_UINT16  ? k
           : kind == FC_INT16 ? (uint16_t)(k ^ 0x8000u)
                              : (uint16_t)float_key_16((uint16_t)(k ^ 0x8000u));
}

SORT_FEW(8)
SORT_FEW(16)

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* Four histograms side by side, so that equal neighbours do not wait for each other's counter. */
static void count_8(const uint8_t *x, size_t n, size_t *count) {
    uint32_t part[4][256];
    memset(count, 0, 256 * sizeof *count);
    for (size_t start = 0; start < n;) {
        const size_t rest = n - start, size = rest < UINT32_MAX ? rest : UINT32_MAX;
        size_t i = 0;
        memset(part, 0, sizeof part);
        for (; i + 8 <= size; i += 8) {
            uint64_t eight;
            memcpy(&eight, x + start + i, 8);
            part[0][eight & 0xff]++;
            part[1][eight >> 8 & 0xff]++;
            part[2][eight >> 16 & 0xff]++;
            part[3][eight >> 24 & 0xff]++;
            part[0][eight >> 32 & 0xff]++;
            part[1][eight >> 40 & 0xff]++;
            part[2][eight >> 48 & 0xff]++;
            part[3][eight >> 56]++;
        }
        for (; i < size; i++) {
            part[0][x[start + i]]++;
        }
        for (size_t bin = 0; bin < 256; bin++) {
            count[bin] += (size_t)part[0][bin] + part[1][bin] + part[2][bin] + part[3][bin];
        }
        start += size;
    }
}

static void sort_8(int kind, const uint8_t *x, size_t n, uint8_t *out) {
    uint8_t *const end = out + n;
    size_t count[256];
    if (n <= WIDEN_MOST) {
        sort_few_8(kind, x, n, out);
        return;
    }
    count_8(x, n, count);
    for (unsigned bin = 0; bin < 256; bin++) {
        const uint8_t v = value_8(kind, (uint8_t)bin);
        const size_t copies = count[v];
        if (copies <= 8 && end - out >= 8) {
            const uint64_t eight = v * 0x0101010101010101u;
            memcpy(out, &eight, 8);
        } else {
            memset(out, v, copies);
        }
        out += copies;
    }
}

/* 65 536 bins take about as long to look through as so many elements to sort by two digits. */
#define COUNT_16_FROM 75000

static void count_16(int kind, const uint16_t *x, size_t n, uint16_t *out, uint32_t *count) {
    uint16_t *const end = out + n;
    memset(count, 0, 65536 * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        count[x[i]]++;
    }
    for (uint32_t bin = 0; bin < 65536; bin++) {
        const uint16_t v = value_16(kind, (uint16_t)bin);
        const size_t copies = count[v];
        if (copies <= 16 && end - out >= 16) {
            const uint64_t four = v * 0x0001000100010001u, sixteen[4] = {four, four, four, four};
            memcpy(out, sixteen, sizeof sixteen);
        } else {
            for (size_t i = 0; i < copies; i++) {
                out[i] = v;
            }
        }
        out += copies;
    }
}

static void radix_16(int kind, const uint16_t *x, size_t n, uint16_t *out, uint16_t *between) {
    uint32_t low[256] = {0}, high[256] = {0}, low_sum = 0, high_sum = 0;
    int one_high;
    for (size_t i = 0; i < n; i++) {
        const uint16_t k = key_16(kind, x[i]);
        low[k & 0xff]++;
        high[k >> 8]++;
    }
    one_high = high[key_16(kind, x[0]) >> 8] == n;
    for (size_t bin = 0; bin < 256; bin++) {
        const uint32_t a = low[bin], b = high[bin];
        low[bin] = low_sum;
        high[bin] = high_sum;
        low_sum += a;
        high_sum += b;
    }
    /* A digit that all have in common moves nothing. */
    if (one_high && x != out) {
        for (size_t i = 0; i < n; i++) {
            out[low[key_16(kind, x[i]) & 0xff]++] = x[i];
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const uint16_t k = key_16(kind, x[i]);
        between[low[k & 0xff]++] = k;
    }
    for (size_t i = 0; i < n; i++) {
        out[high[between[i] >> 8]++] = value_16(kind, between[i]);
    }
}

static size_t sort_16(int kind, const uint16_t *x, size_t n, uint16_t *out, fc_room *room) {
    const size_t wanted = n >= COUNT_16_FROM ? 65536 * sizeof(uint32_t) : n * sizeof *x;
    if (n <= WIDEN_MOST) {
        sort_few_16(kind, x, n, out);
        return 0;
    }
    if (room->capacity < wanted) {
        return wanted;
    }
    /* Beyond 32-bit counters: only an array of 8 GiB has as many. */
    if (n > UINT32_MAX) {
        return SIZE_MAX;
    }
    if (n >= COUNT_16_FROM) {
        count_16(kind, x, n, out, (uint32_t *)room->scratch);
    } else {
        radix_16(kind, x, n, out, (uint16_t *)room->scratch);
    }
    return 0;
}

/* Values that are counted rather than sorted: at most half as many as there are elements, and few enough for their
   counters to stay in the L2 cache. */
#define COUNTED_FROM 1024
#define COUNTED_MOST 65536
/* Up to here, equal neighbours get counters of their own. */
#define COUNTED_APART 4096

static size_t counting_range(size_t n) { return n / 2 < COUNTED_MOST ? n / 2 : COUNTED_MOST; }
static size_t counters_size(size_t range) { return (range <= COUNTED_APART ? 4 : 1) * range * sizeof(uint32_t); }

/* Counts the n values of `at(i)`, all in 0 … range - 1, and calls `emit(bin, copies)` for each. */
#define COUNT_ALL(at, emit)                                                                         \
    uint32_t *const count = (uint32_t *)room->scratch;                                              \
    const size_t apart = range <= COUNTED_APART ? range : 0;                                        \
    memset(count, 0, counters_size(range));                                                         \
    size_t i = 0;                                                                                   \
    for (; i + 4 <= n; i += 4) {                                                                    \
        count[at(i)]++;                                                                             \
        count[apart + at(i + 1)]++;                                                                 \
        count[2 * apart + at(i + 2)]++;                                                             \
        count[3 * apart + at(i + 3)]++;                                                             \
    }                                                                                               \
    for (; i < n; i++) {                                                                            \
        count[at(i)]++;                                                                             \
    }                                                                                               \
    for (size_t bin = 0; bin < range; bin++) {                                                      \
        size_t copies = count[bin];                                                                 \
        if (apart > 0) {                                                                            \
            copies += (size_t)count[apart + bin] + count[2 * apart + bin] + count[3 * apart + bin]; \
        }                                                                                           \
        emit(bin, copies);                                                                          \
    }

/* Sorts integers, or keys made so by `offset`, by counting them, if first a sample and then all of them lie close
   together. Returns whether it did, or in `wanted` how many bytes it asks for. */
#define COUNT_KEYS(bits)                                                                                     \
    static int count_keys_##bits(const int##bits##_t *x, size_t n, int##bits##_t offset, int##bits##_t *out, \
                                 fc_room *room, size_t *wanted) {                                            \
        const uint##bits##_t limit = (uint##bits##_t)counting_range(n);                                      \
        int##bits##_t least = x[0] ^ offset, most = least;                                                   \
        size_t range;                                                                                        \
        if (n < COUNTED_FROM || n > UINT32_MAX) {                                                            \
            return 0;                                                                                        \
        }                                                                                                    \
        for (size_t k = 0; k < n; k += n / 64) {                                                             \
            const int##bits##_t v = x[k] ^ offset;                                                           \
            least = v < least ? v : least;                                                                   \
            most = v > most ? v : most;                                                                      \
        }                                                                                                    \
        if ((uint##bits##_t)most - (uint##bits##_t)least >= limit) {                                         \
            return 0;                                                                                        \
        }                                                                                                    \
        for (size_t k = 0; k < n; k++) {                                                                     \
            const int##bits##_t v = x[k] ^ offset;                                                           \
            least = v < least ? v : least;                                                                   \
            most = v > most ? v : most;                                                                      \
        }                                                                                                    \
        if ((uint##bits##_t)most - (uint##bits##_t)least >= limit) {                                         \
            return 0;                                                                                        \
        }                                                                                                    \
        range = (size_t)((uint##bits##_t)most - (uint##bits##_t)least) + 1;                                  \
        if (range == 1) {                                                                                    \
            if (x != out) {                                                                                  \
                memcpy(out, x, n * sizeof *x);                                                               \
            }                                                                                                \
            return 1;                                                                                        \
        }                                                                                                    \
        if (room->capacity < counters_size(range)) {                                                         \
            *wanted = counters_size(range);                                                                  \
            return 0;                                                                                        \
        }                                                                                                    \
        COUNT_ALL(AT_KEY, EMIT_KEYS##bits)                                                                   \
        return 1;                                                                                            \
    }
#define AT_KEY(i) (size_t)((x[i] ^ offset) - least)
#define EMIT(bits, value, copies)             \
    {                                         \
        const int##bits##_t v = value;        \
        for (size_t k = 0; k < copies; k++) { \
            out[k] = v;                       \
        }                                     \
        out += copies;                        \
    }
#define EMIT_KEYS32(bin, copies) EMIT(32, (least + (int32_t)bin) ^ offset, copies)
#define EMIT_KEYS64(bin, copies) EMIT(64, (least + (int64_t)bin) ^ offset, copies)
COUNT_KEYS(32)
COUNT_KEYS(64)

/* Floats that are whole numbers close together, as measures and marks often are; none of them -0.0. */
#define COUNT_FLOATS(bits, real)                                                                                      \
    FC_INLINE real real_##bits(uint##bits##_t x) {                                                                    \
        real v;                                                                                                       \
        memcpy(&v, &x, sizeof v);                                                                                     \
        return v;                                                                                                     \
    }                                                                                                                 \
    FC_INLINE uint##bits##_t bits_##bits(real v) {                                                                    \
        uint##bits##_t x;                                                                                             \
        memcpy(&x, &v, sizeof x);                                                                                     \
        return x;                                                                                                     \
    }                                                                                                                 \
    /* The number cut to an integer, 0 if it is too far from 0. */                                                    \
    FC_INLINE int32_t cut_##bits(uint##bits##_t x) {                                                                  \
        const int##bits##_t size = (int##bits##_t)(x & INT##bits##_MAX), limit = (int##bits##_t)bits_##bits(0x1p29f); \
        return (int32_t)real_##bits(x & (uint##bits##_t)((int##bits##_t)(size - limit) >> (bits - 1)));               \
    }                                                                                                                 \
    static int count_floats_##bits(const uint##bits##_t *x, size_t n, int##bits##_t *out, fc_room *room,              \
                                   size_t *wanted) {                                                                  \
        const size_t limit = counting_range(n);                                                                       \
        int32_t least = cut_##bits(x[0]), most = least;                                                               \
        size_t range;                                                                                                 \
        if (n < COUNTED_FROM || n > UINT32_MAX) {                                                                     \
            return 0;                                                                                                 \
        }                                                                                                             \
        for (size_t k = 0; k < n; k += n / 64) {                                                                      \
            const int32_t v = cut_##bits(x[k]);                                                                       \
            if (bits_##bits((real)v) != x[k]) {                                                                       \
                return 0;                                                                                             \
            }                                                                                                         \
            least = v < least ? v : least;                                                                            \
            most = v > most ? v : most;                                                                               \
        }                                                                                                             \
        if ((size_t)(most - least) >= limit) {                                                                        \
            return 0;                                                                                                 \
        }                                                                                                             \
        for (size_t start = 0; start < n; start += 256) {                                                             \
            const size_t end = start + 256 < n ? start + 256 : n;                                                     \
            uint##bits##_t rest = 0;                                                                                  \
            for (size_t k = start; k < end; k++) {                                                                    \
                const int32_t v = cut_##bits(x[k]);                                                                   \
                least = v < least ? v : least;                                                                        \
                most = v > most ? v : most;                                                                           \
                rest |= bits_##bits((real)v) ^ x[k];                                                                  \
            }                                                                                                         \
            if (rest != 0) {                                                                                          \
                return 0;                                                                                             \
            }                                                                                                         \
        }                                                                                                             \
        if ((size_t)(most - least) >= limit) {                                                                        \
            return 0;                                                                                                 \
        }                                                                                                             \
        range = (size_t)(most - least) + 1;                                                                           \
        if (range == 1) {                                                                                             \
            if ((const void *)x != (void *)out) {                                                                     \
                memcpy(out, x, n * sizeof *x);                                                                        \
            }                                                                                                         \
            return 1;                                                                                                 \
        }                                                                                                             \
        if (room->capacity < counters_size(range)) {                                                                  \
            *wanted = counters_size(range);                                                                           \
            return 0;                                                                                                 \
        }                                                                                                             \
        COUNT_ALL(AT_FLOAT##bits, EMIT_FLOATS##bits)                                                                  \
        return 1;                                                                                                     \
    }
#define AT_FLOAT32(i) (size_t)((int32_t)real_32(x[i]) - least)
#define AT_FLOAT64(i) (size_t)((int32_t)real_64(x[i]) - least)
#define EMIT_FLOATS32(bin, copies) EMIT(32, (int32_t)bits_32((float)(least + (int32_t)bin)), copies)
#define EMIT_FLOATS64(bin, copies) EMIT(64, (int64_t)bits_64((double)(least + (int32_t)bin)), copies)
COUNT_FLOATS(32, float)
COUNT_FLOATS(64, double)

/* ---- keys ------------------------------------------------------------------------------------------------------ */

/* The bits of numbers, -0.0 among them, and of NaNs are told apart by integer comparisons, which compilers make vectors
   of. `out` may be x. */
#define MAP_FLOATS(bits)                                                                         \
    static int map_float##bits(const uint##bits##_t *x, size_t n, int##bits##_t *out) {          \
        const uint##bits##_t sign = (uint##bits##_t)1 << (bits - 1);                             \
        uint##bits##_t zeros = 0, magnitude = 0;                                                 \
        for (size_t i = 0; i < n; i++) {                                                         \
            const uint##bits##_t v = x[i], size = v & (sign - 1);                                \
            zeros |= v == sign ? sign : 0;                                                       \
            magnitude = size > magnitude ? size : magnitude;                                     \
            out[i] = float_key_##bits(v);                                                        \
        }                                                                                        \
        return (is_nan_##bits(magnitude) ? FC_HAS_NAN : 0) | (zeros ? FC_HAS_NEGATIVE_ZERO : 0); \
    }
MAP_FLOATS(32)
MAP_FLOATS(64)

static int map(int kind, const void *x, size_t n, void *out) {
    switch (kind) {
    case FC_INT32:
    case FC_INT64:
        if (x != out) {
            memcpy(out, x, n * (kind == FC_INT32 ? 4 : 8));
        }
        return 0;
    case FC_UINT32:
        for (size_t i = 0; i < n; i++) {
            ((uint32_t *)out)[i] = ((const uint32_t *)x)[i] ^ 0x80000000u;
        }
        return 0;
    case FC_UINT64:
        for (size_t i = 0; i < n; i++) {
            ((uint64_t *)out)[i] = ((const uint64_t *)x)[i] ^ 0x8000000000000000u;
        }
        return 0;
    case FC_FLOAT32:
        return map_float32((const uint32_t *)x, n, (int32_t *)out);
    default:
        return map_float64((const uint64_t *)x, n, (int64_t *)out);
    }
}

static size_t sort_keys(int kind, void *keys, size_t n, fc_room *room) {
    if (kind == FC_INT32 || kind == FC_UINT32 || kind == FC_FLOAT32) {
        const int32_t offset = kind == FC_UINT32 ? INT32_MIN : 0, flip = kind == FC_FLOAT32 ? INT32_MAX : 0;
        return FC_TABLE(fc_words).sort_32((int32_t *)keys, n, offset, flip, room);
    } else {
        const int64_t offset = kind == FC_UINT64 ? INT64_MIN : 0, flip = kind == FC_FLOAT64 ? INT64_MAX : 0;
        return FC_TABLE(fc_words).sort_64((int64_t *)keys, n, offset, flip, 0, 64, room);
    }
}

/* ---- ties ------------------------------------------------------------------------------------------------------ */

/* Of `numbers` sorted elements those that are zeros lie side by side; they are written again from x, in its order. */
#define TIES(bits)                                                                                                   \
    static void restore_zeros_##bits(const uint##bits##_t *x, uint##bits##_t *sorted, size_t numbers) {              \
        size_t zero = 0, high = numbers;                                                                             \
        while (zero < high) {                                                                                        \
            const size_t middle = zero + (high - zero) / 2;                                                          \
            if (sorted[middle] >> (bits - 1) && !is_zero_##bits(sorted[middle])) {                                   \
                zero = middle + 1;                                                                                   \
            } else {                                                                                                 \
                high = middle;                                                                                       \
            }                                                                                                        \
        }                                                                                                            \
        for (size_t i = 0; zero < numbers && is_zero_##bits(sorted[zero]); i++) {                                    \
            if (is_zero_##bits(x[i])) {                                                                              \
                sorted[zero++] = x[i];                                                                               \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
    /* Copies the numbers of x to the front of `out` and its NaNs to the back, both in order; returns how many       \
       numbers there are. Each element is written at either end: between the ends there is room for those unread. */ \
    static size_t part_nans_##bits(const uint##bits##_t *x, size_t n, uint##bits##_t *out) {                         \
        size_t numbers = 0, nans = n;                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                             \
            const uint##bits##_t v = x[i];                                                                           \
            const size_t is_nan = (size_t)is_nan_##bits(v);                                                          \
            out[nans - 1] = v;                                                                                       \
            out[numbers] = v;                                                                                        \
            nans -= is_nan;                                                                                          \
            numbers += 1 - is_nan;                                                                                   \
        }                                                                                                            \
        for (size_t i = nans, j = n; i + 1 < j; i++) {                                                               \
            const uint##bits##_t v = out[i];                                                                         \
            out[i] = out[--j];                                                                                       \
            out[j] = v;                                                                                              \
        }                                                                                                            \
        return numbers;                                                                                              \
    }                                                                                                                \
    static size_t numbers_##bits(const uint##bits##_t *sorted, size_t n) {                                           \
        size_t low = 0;                                                                                              \
        while (low < n) {                                                                                            \
            const size_t middle = low + (n - low) / 2;                                                               \
            if (is_nan_##bits(sorted[middle])) {                                                                     \
                n = middle;                                                                                          \
            } else {                                                                                                 \
                low = middle + 1;                                                                                    \
            }                                                                                                        \
        }                                                                                                            \
        return low;                                                                                                  \
    }
TIES(16)
TIES(32)
TIES(64)

/* What map would say of floats. */
#define SEEN(bits)                                                                      \
    static int seen_##bits(const uint##bits##_t *x, size_t n) {                         \
        int seen = 0;                                                                   \
        for (size_t i = 0; i < n; i++) {                                                \
            seen |= is_nan_##bits(x[i]) ? FC_HAS_NAN : 0;                               \
            seen |= x[i] == (uint##bits##_t)1 << (bits - 1) ? FC_HAS_NEGATIVE_ZERO : 0; \
        }                                                                               \
        return seen;                                                                    \
    }
SEEN(16)
#ifdef FC_ISA_AVX2
SEEN(64)
#endif

/* ---- order ----------------------------------------------------------------------------------------------------- */

#define REVERSE(bits)                                         \
    static void reverse_##bits(uint##bits##_t *a, size_t n) { \
        for (size_t i = 0; i < n / 2; i++) {                  \
            const uint##bits##_t v = a[i];                    \
            a[i] = a[n - 1 - i];                              \
            a[n - 1 - i] = v;                                 \
        }                                                     \
    }
REVERSE(8)
REVERSE(16)
REVERSE(32)
REVERSE(64)

/* The zeros are reversed with the rest, and then once more by themselves. */
#define REVERSE_FLOATS(bits)                                                \
    static void reverse_floats_##bits(uint##bits##_t *a, size_t n) {        \
        size_t zero = 0, end;                                               \
        n = numbers_##bits(a, n);                                           \
        reverse_##bits(a, n);                                               \
        end = n;                                                            \
        while (zero < end) {                                                \
            const size_t middle = zero + (end - zero) / 2;                  \
            if (!(a[middle] >> (bits - 1)) && !is_zero_##bits(a[middle])) { \
                zero = middle + 1;                                          \
            } else {                                                        \
                end = middle;                                               \
            }                                                               \
        }                                                                   \
        for (end = zero; end < n && is_zero_##bits(a[end]); end++) {        \
        }                                                                   \
        reverse_##bits(a + zero, end - zero);                               \
    }
REVERSE_FLOATS(16)
REVERSE_FLOATS(32)
REVERSE_FLOATS(64)

static void reverse(int kind, void *sorted, size_t n) {
    switch (kind) {
    case FC_BOOL:
    case FC_INT8:
    case FC_UINT8:
        reverse_8((uint8_t *)sorted, n);
        break;
    case FC_INT16:
    case FC_UINT16:
        reverse_16((uint16_t *)sorted, n);
        break;
    case FC_INT32:
    case FC_UINT32:
        reverse_32((uint32_t *)sorted, n);
        break;
    case FC_INT64:
    case FC_UINT64:
        reverse_64((uint64_t *)sorted, n);
        break;
    case FC_FLOAT16:
        reverse_floats_16((uint16_t *)sorted, n);
        break;
    case FC_FLOAT32:
        reverse_floats_32((uint32_t *)sorted, n);
        break;
    default:
        reverse_floats_64((uint64_t *)sorted, n);
    }
}

/* Floats that have ties; `x` is not `out`. */
static size_t sort_tied(int kind, const void *x, size_t n, int seen, void *out, fc_room *room) {
    size_t numbers = n, wanted;
    if (seen & FC_HAS_NAN) {
        numbers = kind == FC_FLOAT16   ? part_nans_16((const uint16_t *)x, n, (uint16_t *)out)
                  : kind == FC_FLOAT32 ? part_nans_32((const uint32_t *)x, n, (uint32_t *)out)
                                       : part_nans_64((const uint64_t *)x, n, (uint64_t *)out);
    } else {
        memcpy(out, x, n * fc_kind_size(kind));
    }
    if (kind == FC_FLOAT16) {
        wanted = sort_16(kind, (const uint16_t *)out, numbers, (uint16_t *)out, room);
    } else {
        map(kind, out, numbers, out);
        wanted = sort_keys(kind, out, numbers, room);
    }
    if (wanted > 0) {
        return wanted;
    }
    if (seen & FC_HAS_NEGATIVE_ZERO) {
        if (kind == FC_FLOAT16) {
            restore_zeros_16((const uint16_t *)x, (uint16_t *)out, numbers);
        } else if (kind == FC_FLOAT32) {
            restore_zeros_32((const uint32_t *)x, (uint32_t *)out, numbers);
        } else {
            restore_zeros_64((const uint64_t *)x, (uint64_t *)out, numbers);
        }
    }
    return 0;
}

/* What merging runs will ask for, if it is not there: asked for early, no work is done twice. */
static size_t runs_room(int kind, const void *x, size_t n, const fc_room *room) {
    const size_t wanted = n * fc_kind_size(kind);
    if (room->is_last || room->capacity >= wanted) {
        return 0;
    }
    return (fc_kind_size(kind) == 4 ? FC_TABLE(fc_words).seems_in_runs_32((const int32_t *)x, n)
                                    : FC_TABLE(fc_words).seems_in_runs_64((const int64_t *)x, n))
               ? wanted
               : 0;
}

/* Of so few, what is sorted in place is kept on the stack. */
#define KEPT_MOST 128

static size_t sort_floats(int kind, const void *x, size_t n, void *out, fc_room *room) {
    const size_t size = n * fc_kind_size(kind);
    uint64_t few[KEPT_MOST];
    fc_room inner = *room;
    void *kept = few;
    size_t kept_size = 0, wanted = 0;
    int seen;
    if (kind == FC_FLOAT32 && count_floats_32((const uint32_t *)x, n, (int32_t *)out, room, &wanted)) {
        return 0;
    }
    if (kind == FC_FLOAT64 && count_floats_64((const uint64_t *)x, n, (int64_t *)out, room, &wanted)) {
        return 0;
    }
    if (wanted == 0 && kind != FC_FLOAT16) {
        wanted = runs_room(kind, x, n, room);
    }
    if (wanted > 0 && !room->is_last) {
        return wanted;
    }
    seen = kind == FC_FLOAT16 ? seen_16((const uint16_t *)x, n) : map(kind, x, n, out);
    if (seen == 0) {
        wanted = kind == FC_FLOAT16 ? sort_16(kind, (const uint16_t *)x, n, (uint16_t *)out, room)
                                    : sort_keys(kind, out, n, room);
        if (wanted > 0 && x == out && kind != FC_FLOAT16) {
            map(kind, x, n, out);
        }
        return wanted;
    }
    if (x != out) {
        return sort_tied(kind, x, n, seen, out, room);
    }
    if (kind != FC_FLOAT16) {
        map(kind, x, n, out);
    }
    if (size > sizeof few) {
        if (room->capacity < size) {
            return size;
        }
        kept = room->scratch;
        kept_size = size;
        inner.scratch = (char *)room->scratch + size;
        inner.capacity -= size;
    }
    memcpy(kept, x, size);
    wanted = sort_tied(kind, kept, n, seen, out, &inner);
    if (wanted > 0) {
        memcpy(out, kept, size);
        return kept_size + wanted;
    }
    return 0;
}

static size_t sort_integers(int kind, const void *x, size_t n, void *out, fc_room *room) {
    const int is_unsigned = kind == FC_UINT32 || kind == FC_UINT64;
    size_t wanted = 0;
    const int is_counted =
        kind == FC_INT32 || kind == FC_UINT32
            ? count_keys_32((const int32_t *)x, n, is_unsigned ? INT32_MIN : 0, (int32_t *)out, room, &wanted)
            : count_keys_64((const int64_t *)x, n, is_unsigned ? INT64_MIN : 0, (int64_t *)out, room, &wanted);
    if (is_counted || (wanted > 0 && !room->is_last)) {
        return wanted;
    }
    wanted = runs_room(kind, x, n, room);
    if (wanted > 0) {
        return wanted;
    }
    map(kind, x, n, out);
    wanted = sort_keys(kind, out, n, room);
    if (wanted > 0 && x == out) {
        map(kind, out, n, out); /* back again */
    }
    return wanted;
}

static size_t sort(int kind, const void *x, size_t n, int descending, void *out, fc_room *room) {
    size_t wanted = 0;
    switch (kind) {
    case FC_BOOL:
    case FC_UINT8:
    case FC_INT8:
        sort_8(kind, (const uint8_t *)x, n, (uint8_t *)out);
        break;
    case FC_INT16:
    case FC_UINT16:
        wanted = sort_16(kind, (const uint16_t *)x, n, (uint16_t *)out, room);
        break;
    case FC_FLOAT16:
    case FC_FLOAT32:
    case FC_FLOAT64:
        wanted = sort_floats(kind, x, n, out, room);
        break;
    default:
        wanted = sort_integers(kind, x, n, out, room);
    }
    if (wanted == 0 && descending) {
        reverse(kind, out, n);
    }
    return wanted;
}

/* Ratios to NumPy 2.4: 16-bit integers, where NumPy has vectors and these are too many for a network and too few to
   count, 0.8 on Zen 5; on Zen 4, whose compressing stores NumPy waits for, 0.75 up to 512, NumPy's own network, and 5
   beyond. float64 with AVX2, whose integers have no minimum, 0.75 to 0.9. */
#define NUMPY_NETWORK 512

static int prefers_numpy(int kind, const void *x, size_t n, size_t rows) {
#if defined(FC_ISA_AVX512)
    (void)x, (void)rows;
    return (kind == FC_INT16 || kind == FC_UINT16) && n > WIDEN_MOST && fc_has_vbmi2() &&
           n < (fc_has_slow_compression() ? NUMPY_NETWORK + 1 : COUNT_16_FROM);
#elif defined(FC_ISA_AVX2)
    return kind == FC_FLOAT64 && n > 256 && n < 65536 && !FC_TABLE(fc_words).seems_in_runs_64((const int64_t *)x, n) &&
           seen_64((const uint64_t *)x, n * rows) == 0;
#else
    (void)kind, (void)x, (void)n, (void)rows;
    return 0;
#endif
}

const fc_values_table FC_TABLE(fc_values) = {
    .sort = sort,
    .map = map,
    .sort_keys = sort_keys,
    .reverse = reverse,
    .prefers_numpy = prefers_numpy,
};
