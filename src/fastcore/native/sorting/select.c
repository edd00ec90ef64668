/* Selection, search and sets: what needs an order but not all of it. Elements of 32 and 64 bits; smaller ones are
   widened by the caller.

   The element of a rank is found in little more than one pass over the data; the largest few likewise. Partitions are
   stable, in two passes. Searches go on 16 at a time. Members are bits or a hash table. */
#include "sorting.h"

#include <math.h>

#include "lanes.h"
#include "names.h"

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* Queries that are looked for side by side, so that their cache misses overlap. */
#define QUERIES 16

static void sort_all64(int64_t *x, size_t n, fc_room *room) { FC_TABLE(fc_words).sort_64(x, n, 0, 0, 0, 64, room); }
static void sort_all32(int32_t *x, size_t n, fc_room *room) { FC_TABLE(fc_words).sort_32(x, n, 0, 0, room); }

#define BITS 64
#define INFINITE_BITS INT64_C(0x7ff0000000000000)
#include "pick.h"
#define BITS 32
#define INFINITE_BITS INT32_C(0x7f800000)
#include "pick.h"

/* ---- search ----------------------------------------------------------------------------------------------------- */

/* out[i] = how many of n elements, in ascending order and no NaN among them, are below v[i], or not above it if
   `is_right`. Each step halves what is left of a for all queries, without a branch that depends on them. Queries that
   rise are looked for from where the one before was found. */
#define SEARCH(suffix, type)                                                                                        \
    /* The first element that does not come before `key`, from a place up to which all do: by steps that double. */ \
    static size_t gallop_##suffix(const type *a, size_t n, size_t from, type key, int is_right) {                   \
        size_t low = from, step = 1;                                                                                \
        while (step <= n - low && (is_right ? a[low + step - 1] <= key : a[low + step - 1] < key)) {                \
            low += step;                                                                                            \
            step *= 2;                                                                                              \
        }                                                                                                           \
        for (size_t high = step <= n - low ? low + step - 1 : n; low < high;) {                                     \
            const size_t middle = low + (high - low) / 2;                                                           \
            if (is_right ? a[middle] <= key : a[middle] < key) {                                                    \
                low = middle + 1;                                                                                   \
            } else {                                                                                                \
                high = middle;                                                                                      \
            }                                                                                                       \
        }                                                                                                           \
        return low;                                                                                                 \
    }                                                                                                               \
    static void search_##suffix(const type *a, size_t n, const type *v, size_t m, int is_right, int64_t *out) {     \
        for (size_t start = 0; start < m; start += QUERIES) {                                                       \
            const size_t count = m - start < QUERIES ? m - start : QUERIES;                                         \
            size_t rising = start > 0 ? 0 : 1;                                                                      \
            while (rising < count && v[start + rising - 1] <= v[start + rising]) {                                  \
                rising++;                                                                                           \
            }                                                                                                       \
            if (rising == count) {                                                                                  \
                for (size_t q = 0; q < count; q++) {                                                                \
                    const size_t from = start + q > 0 ? (size_t)out[start + q - 1] : 0;                             \
                    out[start + q] = (int64_t)gallop_##suffix(a, n, from, v[start + q], is_right);                  \
                }                                                                                                   \
                continue;                                                                                           \
            }                                                                                                       \
            type key[QUERIES];                                                                                      \
            const type *base[QUERIES];                                                                              \
            size_t rest = n;                                                                                        \
            for (size_t q = 0; q < QUERIES; q++) {                                                                  \
                key[q] = v[start + (q < count ? q : 0)];                                                            \
                base[q] = a;                                                                                        \
            }                                                                                                       \
            while (rest > 1) {                                                                                      \
                const size_t half = rest / 2;                                                                       \
                if (is_right) {                                                                                     \
                    for (size_t q = 0; q < QUERIES; q++) {                                                          \
                        base[q] += half & (size_t)-(ptrdiff_t)(base[q][half - 1] <= key[q]);                        \
                    }                                                                                               \
                } else {                                                                                            \
                    for (size_t q = 0; q < QUERIES; q++) {                                                          \
                        base[q] += half & (size_t)-(ptrdiff_t)(base[q][half - 1] < key[q]);                         \
                    }                                                                                               \
                }                                                                                                   \
                rest -= half;                                                                                       \
            }                                                                                                       \
            for (size_t q = 0; q < count; q++) {                                                                    \
                const int is_past = n > 0 && (is_right ? *base[q] <= key[q] : *base[q] < key[q]);                   \
                out[start + q] = (int64_t)(base[q] - a) + is_past;                                                  \
            }                                                                                                       \
        }                                                                                                           \
    }                                                                                                               \
    static void search_one_##suffix(const type *a, size_t n, type key, int is_right, int64_t *out) {                \
        const type *base = a;                                                                                       \
        size_t rest = n;                                                                                            \
        while (rest > 1) {                                                                                          \
            const size_t half = rest / 2;                                                                           \
            base += (is_right ? base[half - 1] <= key : base[half - 1] < key) ? half : 0;                           \
            rest -= half;                                                                                           \
        }                                                                                                           \
        *out = (int64_t)(base - a) + (n > 0 && (is_right ? *base <= key : *base < key));                            \
    }                                                                                                               \
    static void search_all_##suffix(const type *a, size_t n, const type *v, size_t m, int is_right, int64_t *out) { \
        if (m < 4) {                                                                                                \
            for (size_t i = 0; i < m; i++) {                                                                        \
                search_one_##suffix(a, n, v[i], is_right, out + i);                                                 \
            }                                                                                                       \
        } else {                                                                                                    \
            search_##suffix(a, n, v, m, is_right, out);                                                             \
        }                                                                                                           \
    }
SEARCH(int32, int32_t)
SEARCH(uint32, uint32_t)
SEARCH(int64, int64_t)
SEARCH(uint64, uint64_t)
SEARCH(float32, float)
SEARCH(float64, double)

/* NaNs come last and are equal: a NaN goes before all of them or after. */
#define SEARCH_FLOATS(suffix, type)                                                                                    \
    static void search_floats_##suffix(const type *a, size_t n, const type *v, size_t m, int is_right, int64_t *out) { \
        size_t numbers = 0, high = n;                                                                                  \
        while (numbers < high) {                                                                                       \
            const size_t middle = numbers + (high - numbers) / 2;                                                      \
            if (a[middle] == a[middle]) {                                                                              \
                numbers = middle + 1;                                                                                  \
            } else {                                                                                                   \
                high = middle;                                                                                         \
            }                                                                                                          \
        }                                                                                                              \
        search_all_##suffix(a, numbers, v, m, is_right, out);                                                          \
        for (size_t i = 0; i < m; i++) {                                                                               \
            if (v[i] != v[i]) {                                                                                        \
                out[i] = (int64_t)(is_right ? n : numbers);                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }
SEARCH_FLOATS(float32, float)
SEARCH_FLOATS(float64, double)

/* ---- by kind ---------------------------------------------------------------------------------------------------- */

static int is_narrow(int kind) { return kind == FC_INT32 || kind == FC_UINT32 || kind == FC_FLOAT32; }
static int64_t offset_of(int kind) { return kind == FC_UINT64 ? INT64_MIN : kind == FC_UINT32 ? INT32_MIN : 0; }
static int64_t flip_of(int kind) { return kind == FC_FLOAT64 ? INT64_MAX : kind == FC_FLOAT32 ? INT32_MAX : 0; }

static void element_of(int kind, int64_t key, void *out) {
    if (is_narrow(kind)) {
        const int32_t v = key_of32((int32_t)key, (int32_t)offset_of(kind), (int32_t)flip_of(kind));
        memcpy(out, &v, sizeof v);
    } else {
        const int64_t v = key_of64(key, offset_of(kind), flip_of(kind));
        memcpy(out, &v, sizeof v);
    }
}

static size_t select_ranks(int kind, const void *x, size_t n, size_t rank, size_t count, void *out, int *seen,
                           fc_room *room) {
    int64_t found[2] = {0, 0};
    size_t wanted;
    if (is_narrow(kind)) {
        int32_t few[2] = {0, 0};
        wanted = select_ranks32((const int32_t *)x, n, (int32_t)offset_of(kind), (int32_t)flip_of(kind), rank, count,
                                few, seen, room);
        found[0] = few[0];
        found[1] = few[1];
    } else {
        wanted = select_ranks64((const int64_t *)x, n, offset_of(kind), flip_of(kind), rank, count, found, seen, room);
    }
    element_of(kind, found[0], out);
    if (count == 2) {
        element_of(kind, found[1], (char *)out + fc_kind_size(kind));
    }
    return wanted;
}

static size_t top_candidates(int kind, const void *x, size_t n, size_t k, int is_largest, void *out, fc_room *room) {
    const size_t size = fc_kind_size(kind), sample = is_narrow(kind) ? sample_size32(n) : sample_size64(n);
    const size_t capacity = room->capacity / size - 2 * sample;
    char *const candidates = (char *)room->scratch + 2 * sample * size;
    size_t count;
    if (is_narrow(kind)) {
        count = top_candidates32((const int32_t *)x, n, (int32_t)offset_of(kind), (int32_t)flip_of(kind), k, is_largest,
                                 (int32_t *)candidates, capacity, (int32_t *)room->scratch);
    } else {
        count = top_candidates64((const int64_t *)x, n, offset_of(kind), flip_of(kind), k, is_largest,
                                 (int64_t *)candidates, capacity, (int64_t *)room->scratch);
    }
    memcpy(out, &candidates, sizeof candidates);
    return count;
}

/* Two samples, and the candidates. Of e = k·sample/n expected in the sample, limits are taken e + 4·sqrt(e + 1) + 2 of
   its keys from the end: that is below 2·e where e > 22, and otherwise e + 22 keys, each for n/sample elements. 128 of
   these and 4096 more leave enough for what the sample is mistaken by; if not, all is sorted. */
static size_t top_room(int kind, size_t n, size_t k) {
    const size_t size = fc_kind_size(kind), sample = is_narrow(kind) ? sample_size32(n) : sample_size64(n);
    return (2 * sample + 2 * k + 128 * (n / sample) + 4096) * size;
}

static void part(int kind, const void *x, size_t n, const void *pivot, void *out) {
    if (is_narrow(kind)) {
        int32_t p;
        memcpy(&p, pivot, sizeof p);
        part_stably32((const int32_t *)x, n, (int32_t)offset_of(kind), (int32_t)flip_of(kind),
                      key_of32(p, (int32_t)offset_of(kind), (int32_t)flip_of(kind)), (int32_t *)out);
    } else {
        int64_t p;
        memcpy(&p, pivot, sizeof p);
        part_stably64((const int64_t *)x, n, offset_of(kind), flip_of(kind),
                      key_of64(p, offset_of(kind), flip_of(kind)), (int64_t *)out);
    }
}

static void search(int kind, const void *a, size_t n, const void *v, size_t m, int is_right, int64_t *out) {
    switch (kind) {
    case FC_INT32:
        search_all_int32((const int32_t *)a, n, (const int32_t *)v, m, is_right, out);
        break;
    case FC_UINT32:
        search_all_uint32((const uint32_t *)a, n, (const uint32_t *)v, m, is_right, out);
        break;
    case FC_INT64:
        search_all_int64((const int64_t *)a, n, (const int64_t *)v, m, is_right, out);
        break;
    case FC_UINT64:
        search_all_uint64((const uint64_t *)a, n, (const uint64_t *)v, m, is_right, out);
        break;
    case FC_FLOAT32:
        search_floats_float32((const float *)a, n, (const float *)v, m, is_right, out);
        break;
    default:
        search_floats_float64((const double *)a, n, (const double *)v, m, is_right, out);
    }
}

static size_t distinct(int kind, const void *x, size_t n, void *out, int64_t *starts) {
    if (is_narrow(kind)) {
        return distinct32((const int32_t *)x, n, (int32_t)offset_of(kind), (int32_t)flip_of(kind), (int32_t *)out,
                          starts);
    }
    return distinct64((const int64_t *)x, n, offset_of(kind), flip_of(kind), (int64_t *)out, starts);
}

static size_t isin(int kind, const void *x, size_t n, const void *elements, size_t m, int invert, uint8_t *out,
                   fc_room *room) {
    if (is_narrow(kind)) {
        return isin32((const int32_t *)x, n, (const int32_t *)elements, m, (int32_t)offset_of(kind),
                      (int32_t)flip_of(kind), invert, out, room);
    }
    return isin64((const int64_t *)x, n, (const int64_t *)elements, m, offset_of(kind), flip_of(kind), invert, out,
                  room);
}

const fc_selection_table FC_TABLE(fc_selection) = {
    .select = select_ranks,
    .top_room = top_room,
    .top_candidates = top_candidates,
    .part = part,
    .search = search,
    .distinct = distinct,
    .isin = isin,
};
