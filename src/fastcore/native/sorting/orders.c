/* The stable order of elements, by words of a key and an index.

   Keys are signed and of 64 bits. A word holds the leading bits of a key's distance from the least one, as many as fit
   above the index, and the index. Words are all different and of the order that is wanted, but for keys that agree in
   the bits that fit: so any sort of words (words.c) gives a stable order, with no look at the elements. Of n random
   keys of 64 bits, 64 - log2(n) bits leave next to none in common. Those that are in common are a group of neighbours:
   their words are made once more of the bits that were lost, which always fit, and sorted.

   Elements of 8 bits are counted (one pass), of 16 bits in two such passes. */
#include "sorting.h"

/* ---- keys ------------------------------------------------------------------------------------------------------ */

/* -0.0 is 0.0, and NaN is above all, in either direction: a falling order has the complements of the other keys. */
#define FLOAT_KEY(bits)                                                                                      \
    FC_INLINE int64_t order_key_float##bits(uint##bits##_t x, int64_t flip) {                                \
        const int##bits##_t size = (int##bits##_t)(x & INT##bits##_MAX);                                     \
        /* All ones or none: with branches, compilers would not make vectors of the loop. */                 \
        const int##bits##_t is_zero = (int##bits##_t)((int##bits##_t)(size - 1) >> (bits - 1));              \
        const int##bits##_t is_nan = (int##bits##_t)((int##bits##_t)(INFINITE_##bits - size) >> (bits - 1)); \
        const int##bits##_t k = (int##bits##_t)((float_key_##bits(x) & ~is_zero) ^ (int##bits##_t)flip);     \
        return (int##bits##_t)((k & ~is_nan) | (is_nan & INT##bits##_MAX));                                  \
    }
#define INFINITE_16 0x7c00
#define INFINITE_32 0x7f800000
#define INFINITE_64 0x7ff0000000000000
FLOAT_KEY(16)
FLOAT_KEY(32)
FLOAT_KEY(64)

#define KEY_OF(kind, x, i, flip, keep)                                          \
    case FC_BOOL:                                                               \
    case FC_UINT8:                                                              \
        keep((int64_t)((const uint8_t *)x)[i] ^ flip);                          \
    case FC_INT8:                                                               \
        keep((int64_t)((const int8_t *)x)[i] ^ flip);                           \
    case FC_INT16:                                                              \
        keep((int64_t)((const int16_t *)x)[i] ^ flip);                          \
    case FC_UINT16:                                                             \
        keep((int64_t)((const uint16_t *)x)[i] ^ flip);                         \
    case FC_INT32:                                                              \
        keep((int64_t)((const int32_t *)x)[i] ^ flip);                          \
    case FC_UINT32:                                                             \
        keep((int64_t)((const uint32_t *)x)[i] ^ flip);                         \
    case FC_INT64:                                                              \
        keep(((const int64_t *)x)[i] ^ flip);                                   \
    case FC_UINT64:                                                             \
        keep((int64_t)(((const uint64_t *)x)[i] ^ 0x8000000000000000u) ^ flip); \
    case FC_FLOAT16:                                                            \
        keep(order_key_float16(((const uint16_t *)x)[i], flip));                \
    case FC_FLOAT32:                                                            \
        keep(order_key_float32(((const uint32_t *)x)[i], flip));                \
    default:                                                                    \
        keep(order_key_float64(((const uint64_t *)x)[i], flip))

static int64_t key_of(int kind, const void *x, size_t i, int64_t flip) {
    switch (kind) { KEY_OF(kind, x, i, flip, return); }
}

/* What is known of keys: all agree in the bits that are not set in `differing`. */
typedef struct span {
    int64_t least, most;
    uint64_t differing;
} span;

/* Writes the keys. */
static span keys_of(int kind, const void *x, size_t n, int64_t flip, int64_t *key) {
    int64_t low = INT64_MAX, high = INT64_MIN;
    const int64_t first = key_of(kind, x, 0, flip);
    uint64_t differing = 0;
#define KEEP_ALL(value)                     \
    for (size_t i = 0; i < n; i++) {        \
        const int64_t k = value;            \
        key[i] = k;                         \
        low = k < low ? k : low;            \
        high = k > high ? k : high;         \
        differing |= (uint64_t)(k ^ first); \
    }                                       \
    break
    switch (kind) { KEY_OF(kind, x, i, flip, KEEP_ALL); }
    return (span){low, high, differing};
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

static int is_run(const int64_t *key, size_t n, int is_falling) {
    for (size_t start = 0; start + 1 < n; start += 64) {
        const size_t end = start + 64 < n - 1 ? start + 64 : n - 1;
        int is_broken = 0;
        if (is_falling) {
            for (size_t i = start; i < end; i++) {
                is_broken |= key[i] <= key[i + 1];
            }
        } else {
            for (size_t i = start; i < end; i++) {
                is_broken |= key[i] > key[i + 1];
            }
        }
        if (is_broken) {
            return 0;
        }
    }
    return 1;
}

/* From so many keys on, those that lie within 2^FEW_WIDTH are counted. */
#define FEW_FROM 256
#define FEW_WIDTH 10

/* Makes words of keys in their place, unless they are few and `takes_few`; returns 1 if the keys rise or fall
   throughout, and then writes their order. */
static int pack_span(int64_t *key, size_t n, span all, int takes_few, fc_packing *packing) {
    /* The distances are multiples of a power of two: floats that are small whole numbers have few bits that count. */
    const unsigned spare = all.differing == 0 ? 0 : fc_trailing_zeros(all.differing);
    const unsigned width = fc_bit_length(((uint64_t)all.most - (uint64_t)all.least) >> spare);
    const unsigned index_width = fc_bit_length(n - 1);
    const unsigned lost = width + index_width > 64 ? width + index_width - 64 : 0, shift = spare + lost;
    const uint64_t least = (uint64_t)all.least;
    packing->least = all.least;
    packing->spare = spare;
    packing->width = width;
    packing->lost = lost;
    packing->index_width = index_width;
    if (width == 0 || (key[0] <= key[1] && is_run(key, n, 0))) {
        for (size_t i = 0; i < n; i++) {
            key[i] = (int64_t)i;
        }
        return 1;
    }
    packing->is_few = width <= FEW_WIDTH && (size_t)4 << width <= n && n >= FEW_FROM;
    if (key[0] > key[1] && is_run(key, n, 1)) {
        for (size_t i = 0; i < n; i++) {
            key[i] = (int64_t)(n - 1 - i);
        }
        return 1;
    }
    if (packing->is_few && takes_few) {
        return 0; /* left as they are */
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t distance = (uint64_t)key[i] - least;
        key[i] = (int64_t)((distance >> shift << index_width | i) ^ 0x8000000000000000u);
    }
    return 0;
}

static int pack_keys(int64_t *key, size_t n, int64_t least, int64_t most, fc_packing *packing) {
    return pack_span(key, n, (span){least, most, 1}, 0, packing);
}

static int pack(int kind, const void *x, size_t n, int descending, int64_t *out, fc_packing *packing) {
    if (n < 2) {
        memset(out, 0, n * sizeof *out);
        return 1;
    }
    return pack_span(out, n, keys_of(kind, x, n, descending ? -1 : 0, out), 0, packing);
}

static size_t sort_words(int64_t *words, size_t n, const fc_packing *packing, fc_room *room) {
    return FC_TABLE(fc_words).sort_64(words, n, 0, 0, packing->index_width, packing->width - packing->lost, room);
}

/* Up to here a group is sorted by insertion. */
#define GROUP_FEW 16

static void order_few(int64_t *words, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const int64_t w = words[i];
        size_t at = i;
        for (; at > 0 && words[at - 1] > w; at--) {
            words[at] = words[at - 1];
        }
        words[at] = w;
    }
}

/* Orders each group of words that agree above the index by the bits of the keys that were lost. lost <= index_width, so
   these and the index fit a word. A group of equal keys is in order already. */
static void mend_groups(int kind, const void *x, size_t n, int64_t flip, int64_t *words, const fc_packing *packing) {
    const unsigned index_width = packing->index_width;
    const uint64_t lost_mask = ((uint64_t)1 << packing->lost) - 1, index_mask = ((uint64_t)1 << index_width) - 1;
    fc_room none = {NULL, 0, 1};
    for (size_t start = 0, end; start + 1 < n; start = end) {
        int is_ordered = 1;
        int64_t previous = INT64_MIN;
        end = start + 1;
        if (((uint64_t)words[start] ^ (uint64_t)words[end]) >> index_width != 0) {
            continue;
        }
        while (end < n && ((uint64_t)words[start] ^ (uint64_t)words[end]) >> index_width == 0) {
            end++;
        }
        for (size_t i = start; i < end; i++) {
            const uint64_t index = (uint64_t)words[i] & index_mask;
            const uint64_t distance = (uint64_t)key_of(kind, x, index, flip) - (uint64_t)packing->least;
            words[i] =
                (int64_t)(((distance >> packing->spare & lost_mask) << index_width | index) ^ 0x8000000000000000u);
            is_ordered &= words[i] > previous;
            previous = words[i];
        }
        if (is_ordered) {
            continue;
        }
        if (end - start <= GROUP_FEW) {
            order_few(words + start, end - start);
        } else {
            FC_TABLE(fc_words).sort_64(words + start, end - start, 0, 0, index_width, packing->lost, &none);
        }
    }
}

static void unpack(int kind, const void *x, size_t n, int descending, int64_t *out, const fc_packing *packing) {
    const int64_t index_mask = (int64_t)(((uint64_t)1 << packing->index_width) - 1);
    if (packing->lost > 0) {
        mend_groups(kind, x, n, descending ? -1 : 0, out, packing);
    }
    for (size_t i = 0; i < n; i++) {
        out[i] &= index_mask;
    }
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* Below this, words take less time than bins. */
#define COUNT_ORDER_FROM 256

static void order_bytes(int kind, const uint8_t *x, size_t n, int descending, int64_t *out) {
    const uint8_t sign = (uint8_t)((kind == FC_INT8 ? 0x80 : 0) ^ (descending ? 0xff : 0));
    size_t position[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        position[x[i] ^ sign]++;
    }
    for (size_t bin = 0; bin < 256; bin++) {
        const size_t here = position[bin];
        position[bin] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++) {
        out[position[x[i] ^ sign]++] = (int64_t)i;
    }
}

/* By the low byte into `between`, then by the high byte: n indices of 32 bits and n keys of 16. */
static void order_shorts(int kind, const void *x, size_t n, int64_t flip, int64_t *out, uint32_t *between) {
    size_t low[256] = {0}, high[256] = {0}, low_sum = 0, high_sum = 0;
    uint16_t *key = (uint16_t *)(between + n);
    for (size_t i = 0; i < n; i++) {
        const int64_t k = key_of(kind, x, i, flip);
        key[i] = (uint16_t)(kind == FC_UINT16 ? k : k + 0x8000);
        low[key[i] & 0xff]++;
        high[key[i] >> 8]++;
    }
    for (size_t bin = 0; bin < 256; bin++) {
        const size_t a = low[bin], b = high[bin];
        low[bin] = low_sum;
        high[bin] = high_sum;
        low_sum += a;
        high_sum += b;
    }
    for (size_t i = 0; i < n; i++) {
        between[low[key[i] & 0xff]++] = (uint32_t)i;
    }
    for (size_t i = 0; i < n; i++) {
        out[high[key[between[i]] >> 8]++] = between[i];
    }
}

#define QUARTERS 4

/* Writes the order of n bins, of `range` different ones, by counting them. Four quarters are counted apart and then
   laid out side by side, so that equal keys do not wait for each other's position. */
static void order_bins(const uint16_t *bin, size_t n, size_t range, int64_t *out) {
    const size_t quarter = n / QUARTERS;
    uint32_t position[QUARTERS << FEW_WIDTH], sum = 0;
    uint32_t *const p0 = position, *const p1 = p0 + range, *const p2 = p1 + range, *const p3 = p2 + range;
    const uint16_t *const b1 = bin + quarter, *const b2 = bin + 2 * quarter, *const b3 = bin + 3 * quarter;
    memset(position, 0, QUARTERS * range * sizeof *position);
    for (size_t i = 0; i < quarter; i++) {
        p0[bin[i]]++;
        p1[b1[i]]++;
        p2[b2[i]]++;
        p3[b3[i]]++;
    }
    for (size_t i = QUARTERS * quarter; i < n; i++) {
        p3[bin[i]]++;
    }
    for (size_t k = 0; k < range; k++) {
        for (size_t q = 0; q < QUARTERS; q++) {
            const uint32_t here = position[q * range + k];
            position[q * range + k] = sum;
            sum += here;
        }
    }
    for (size_t i = 0; i < quarter; i++) {
        out[p0[bin[i]]++] = (int64_t)i;
        out[p1[b1[i]]++] = (int64_t)(quarter + i);
        out[p2[b2[i]]++] = (int64_t)(2 * quarter + i);
        out[p3[b3[i]]++] = (int64_t)(3 * quarter + i);
    }
    for (size_t i = QUARTERS * quarter; i < n; i++) {
        out[p3[bin[i]]++] = (int64_t)i;
    }
}

/* Keys that are few but far apart: a multiplier under which the upper eight bits of their products differ. */
#define DISTINCT_MOST 16
#define DISTINCT_FROM 1024
#define SLOTS 256

typedef struct hashing {
    uint64_t multiplier;
    size_t count;
    int64_t value[SLOTS];
    uint16_t bin[SLOTS];
} hashing;

#define SLOT(key) ((uint64_t)(key) * h->multiplier >> 56)

/* Of a sample of keys; returns whether they are few enough. */
static int find_hashing(const int64_t *key, size_t n, hashing *h) {
    int64_t distinct[DISTINCT_MOST];
    size_t count = 0;
    for (size_t i = 0; i < n; i += n / 128) {
        size_t at = 0;
        while (at < count && distinct[at] < key[i]) {
            at++;
        }
        if (at < count && distinct[at] == key[i]) {
            continue;
        }
        if (count == DISTINCT_MOST) {
            return 0;
        }
        memmove(distinct + at + 1, distinct + at, (count - at) * sizeof *distinct);
        distinct[at] = key[i];
        count++;
    }
    h->multiplier = 0x9e3779b97f4a7c15u;
    h->count = count;
    for (int attempt = 0; attempt < 64; attempt++, h->multiplier = h->multiplier * 0x5851f42d4c957f2du | 1) {
        int is_taken[SLOTS] = {0};
        size_t k = 0;
        while (k < count && !is_taken[SLOT(distinct[k])]) {
            is_taken[SLOT(distinct[k++])] = 1;
        }
        if (k < count) {
            continue;
        }
        /* Any other slot holds a value that belongs elsewhere, which no key there equals. */
        for (k = 0; k < SLOTS; k++) {
            h->value[k] = distinct[0];
            h->bin[k] = 0;
        }
        for (k = 0; k < count; k++) {
            h->value[SLOT(distinct[k])] = distinct[k];
            h->bin[SLOT(distinct[k])] = (uint16_t)k;
        }
        return 1;
    }
    return 0;
}

/* Finds the bins of keys; returns whether all have one. */
static int hash_keys(const int64_t *key, size_t n, const hashing *h, uint16_t *bin) {
    for (size_t start = 0; start < n; start += 256) {
        const size_t end = start + 256 < n ? start + 256 : n;
        uint64_t different = 0;
        for (size_t i = start; i < end; i++) {
            const size_t slot = SLOT(key[i]);
            different |= (uint64_t)(h->value[slot] ^ key[i]);
            bin[i] = h->bin[slot];
        }
        if (different != 0) {
            return 0;
        }
    }
    return 1;
}

/* ---- entry ----------------------------------------------------------------------------------------------------- */

static size_t argsort(int kind, const void *x, size_t n, int descending, int64_t *out, fc_room *room) {
    fc_packing packing;
    hashing h;
    span all;
    size_t wanted;
    int is_hashed;
    if (n >= COUNT_ORDER_FROM && kind <= FC_UINT8) {
        order_bytes(kind, (const uint8_t *)x, n, descending, out);
        return 0;
    }
    if (n >= COUNT_ORDER_FROM && (kind == FC_INT16 || kind == FC_UINT16 || kind == FC_FLOAT16)) {
        wanted = n * (sizeof(uint32_t) + sizeof(uint16_t));
        if (room->capacity >= wanted) {
            order_shorts(kind, x, n, descending ? -1 : 0, out, (uint32_t *)room->scratch);
            return 0;
        }
        if (!room->is_last) {
            return wanted;
        }
    }
    if (n < 2) {
        memset(out, 0, n * sizeof *out);
        return 0;
    }
    wanted = n * (fc_kind_size(kind) == 8 ? sizeof(int64_t) : 0);
    if (!room->is_last && room->capacity < wanted && FC_TABLE(fc_words).seems_in_runs_64((const int64_t *)x, n)) {
        return wanted; /* to merge them; asked for early, no work is done twice */
    }
    all = keys_of(kind, x, n, descending ? -1 : 0, out);
    is_hashed = n >= DISTINCT_FROM && all.least != all.most && find_hashing(out, n, &h);
    if (is_hashed) {
        wanted = n * sizeof(uint16_t);
        if (room->capacity < wanted && !room->is_last) {
            return wanted;
        }
        if (room->capacity >= wanted && hash_keys(out, n, &h, (uint16_t *)room->scratch)) {
            order_bins((const uint16_t *)room->scratch, n, h.count, out);
            return 0;
        }
    }
    if (pack_span(out, n, all, 1, &packing)) {
        return 0;
    }
    if (packing.is_few) {
        uint16_t *bin = (uint16_t *)room->scratch;
        wanted = n * sizeof *bin;
        if (room->capacity >= wanted) {
            for (size_t i = 0; i < n; i++) {
                bin[i] = (uint16_t)(((uint64_t)out[i] - (uint64_t)packing.least) >> packing.spare);
            }
            order_bins(bin, n, (size_t)1 << packing.width, out);
            return 0;
        }
        if (!room->is_last) {
            return wanted;
        }
        pack_span(out, n, all, 0, &packing);
    }
    wanted = sort_words(out, n, &packing, room);
    if (wanted == 0) {
        unpack(kind, x, n, descending, out, &packing);
    }
    return wanted;
}

static size_t argsort_keys(int64_t *key, size_t n, fc_room *room) {
    fc_packing packing;
    int64_t *words = key + n, least = INT64_MAX, most = INT64_MIN;
    size_t wanted;
    if (n < 2) {
        memset(key, 0, n * sizeof *key);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const int64_t k = key[i];
        words[i] = k;
        least = k < least ? k : least;
        most = k > most ? k : most;
    }
    if (!pack_keys(words, n, least, most, &packing)) {
        wanted = sort_words(words, n, &packing, room);
        if (wanted > 0) {
            return wanted;
        }
        unpack(FC_INT64, key, n, 0, words, &packing);
    }
    memcpy(key, words, n * sizeof *key);
    return 0;
}

const fc_orders_table FC_TABLE(fc_orders) = {
    .argsort = argsort,
    .argsort_keys = argsort_keys,
    .pack = pack,
    .pack_keys = pack_keys,
    .unpack = unpack,
};
