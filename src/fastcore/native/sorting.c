/* Sorting by keys, least significant digit first (LSD radix sort; D. Knuth, TAOCP vol. 3, 5.2.5).

   Every element type maps to an unsigned key of the same order: signed integers by the sign bit, floats by IEEE 754's
   own order of bit patterns (all bits flipped if negative, else the sign bit). One pass over the keys makes the
   histograms of all digits; a digit that all keys share costs nothing more; each other digit costs one pass that moves
   n keys. Stable, and no data is worse than other data.

   argsort packs the leading bits of a key and the index in one 64-bit word and sorts words by their key bits: the index
   comes along in the same store. Of n keys, 2·log2(n) + 4 leading bits leave few pairs in common, if they are spread at
   all; what still ties is ordered by the rest of the keys, few by insertion, many by another round of words. A round
   takes as many bits again, so there are at most 64/5 of them and in practice two.

   Memory: the value sort needs n keys of scratch, argsort 2n words. */
#include "wide.h"

#include <math.h>

/* ---- digits -------------------------------------------------------------------------------------------------- */

/* Digits of 8 bits for short inputs, whose cost is clearing and summing the histograms; of 11 bits, with fewer passes,
   from here on. At 4096 both measured the same. */
#define WIDE_DIGITS_FROM 4096
#define DIGIT_MOST 11
#define DIGITS_MOST 8

/* Below this, insertion sort: 256 counters for each digit cost as much as its n²/4 moves. */
#define INSERTION_MOST 40

/* Sorts n words by `count` digits of `bits` bits from bit `low` up, between `a` and `b`; returns where the result is.
 */
#define RADIX_SORT(name, word)                                                    \
    static word *name(word *a, word *b, size_t n, unsigned low, unsigned width) { \
        uint32_t histogram[DIGITS_MOST][1u << DIGIT_MOST];                        \
        const unsigned bits = n < WIDE_DIGITS_FROM ? 8 : DIGIT_MOST;              \
        const unsigned count = (width + bits - 1) / bits;                         \
        const word mask = (word)((1u << bits) - 1);                               \
        for (unsigned d = 0; d < count; d++) {                                    \
            memset(histogram[d], 0, sizeof histogram[d][0] << bits);              \
        }                                                                         \
        for (size_t i = 0; i < n; i++) {                                          \
            word w = (word)(a[i] >> low);                                         \
            for (unsigned d = 0; d < count; d++) {                                \
                histogram[d][w & mask]++;                                         \
                w = (word)(w >> bits);                                            \
            }                                                                     \
        }                                                                         \
        for (unsigned d = 0; d < count; d++) {                                    \
            const unsigned shift = low + d * bits;                                \
            uint32_t *position = histogram[d], sum = 0;                           \
            word *swap = a;                                                       \
            if (position[(a[0] >> shift) & mask] == n) {                          \
                continue;                                                         \
            }                                                                     \
            for (size_t bin = 0; bin <= mask; bin++) {                            \
                uint32_t here = position[bin];                                    \
                position[bin] = sum;                                              \
                sum += here;                                                      \
            }                                                                     \
            for (size_t i = 0; i < n; i++) {                                      \
                b[position[(a[i] >> shift) & mask]++] = a[i];                     \
            }                                                                     \
            a = b;                                                                \
            b = swap;                                                             \
        }                                                                         \
        return a;                                                                 \
    }
RADIX_SORT(radix_sort_16, uint16_t)
RADIX_SORT(radix_sort_32, uint32_t)
RADIX_SORT(radix_sort_64, uint64_t)

#define INSERTION_SORT(name, word)               \
    static void name(word *a, size_t n) {        \
        for (size_t i = 1; i < n; i++) {         \
            word w = a[i];                       \
            size_t k = i;                        \
            for (; k > 0 && a[k - 1] > w; k--) { \
                a[k] = a[k - 1];                 \
            }                                    \
            a[k] = w;                            \
        }                                        \
    }
INSERTION_SORT(insertion_sort_16, uint16_t)
INSERTION_SORT(insertion_sort_32, uint32_t)
INSERTION_SORT(insertion_sort_64, uint64_t)

/* ---- keys ---------------------------------------------------------------------------------------------------- */

/* An unsigned integer is its own key, a signed one with its sign bit flipped; both undo themselves. A float's key is
   its bits, with the sign bit flipped if clear and all bits if set; NaNs of either sign are made the greatest. */
#define KEYS(bits)                                                                                                  \
    FC_INLINE uint##bits##_t key_int##bits(uint##bits##_t x) { return x ^ (uint##bits##_t)(1ull << (bits - 1)); }   \
    FC_INLINE uint##bits##_t key_uint##bits(uint##bits##_t x) { return x; }                                         \
    FC_INLINE uint##bits##_t value_int##bits(uint##bits##_t k) { return k ^ (uint##bits##_t)(1ull << (bits - 1)); } \
    FC_INLINE uint##bits##_t value_uint##bits(uint##bits##_t k) { return k; }
KEYS(8)
KEYS(16)
KEYS(32)
KEYS(64)

#define FLOAT_KEYS(bits, INFINITE)                                                                    \
    FC_INLINE int is_nan_##bits(uint##bits##_t x) {                                                   \
        return (uint##bits##_t)(x << 1) > (uint##bits##_t)((uint##bits##_t)INFINITE << 1);            \
    }                                                                                                 \
    FC_INLINE int is_zero_##bits(uint##bits##_t x) { return (uint##bits##_t)(x << 1) == 0; }          \
    FC_INLINE uint##bits##_t key_float##bits(uint##bits##_t x) {                                      \
        const uint##bits##_t sign = (uint##bits##_t)(1ull << (bits - 1));                             \
        uint##bits##_t flip = x & sign ? (uint##bits##_t) ~(uint##bits##_t)0 : sign;                  \
        return is_nan_##bits(x) ? (uint##bits##_t)(sign | INFINITE | 1) : (uint##bits##_t)(x ^ flip); \
    }                                                                                                 \
    FC_INLINE uint##bits##_t value_float##bits(uint##bits##_t k) {                                    \
        const uint##bits##_t sign = (uint##bits##_t)(1ull << (bits - 1));                             \
        uint##bits##_t flip = k & sign ? sign : (uint##bits##_t) ~(uint##bits##_t)0;                  \
        return k ^ flip;                                                                              \
    }
FLOAT_KEYS(16, 0x7c00u)
FLOAT_KEYS(32, 0x7f800000u)
FLOAT_KEYS(64, 0x7ff0000000000000u)

/* ---- value sort ---------------------------------------------------------------------------------------------- */

#define SORT_8(suffix)                                                    \
    static void sort_##suffix(const uint8_t *x, size_t n, uint8_t *out) { \
        size_t histogram[256] = {0};                                      \
        for (size_t i = 0; i < n; i++) {                                  \
            histogram[key_##suffix(x[i])]++;                              \
        }                                                                 \
        for (size_t bin = 0; bin < 256; bin++) {                          \
            memset(out, value_##suffix((uint8_t)bin), histogram[bin]);    \
            out += histogram[bin];                                        \
        }                                                                 \
    }
SORT_8(uint8)
SORT_8(int8)

/* Beyond 2^32 - 1 elements the 32-bit histograms would wrap: sort the halves and merge them. */
#define SORT(suffix, bits)                                                                                       \
    static void sort_##suffix(const uint##bits##_t *x, size_t n, uint##bits##_t *out, uint##bits##_t *scratch) { \
        if (n > FC_SORT_MOST) {                                                                                  \
            size_t half = n / 2, i = 0, j = half, k = 0;                                                         \
            sort_##suffix(x, half, out, scratch);                                                                \
            sort_##suffix(x + half, n - half, out + half, scratch);                                              \
            memcpy(scratch, out, half * sizeof *out);                                                            \
            while (i < half) {                                                                                   \
                if (j < n && key_##suffix(out[j]) < key_##suffix(scratch[i])) {                                  \
                    out[k++] = out[j++];                                                                         \
                } else {                                                                                         \
                    out[k++] = scratch[i++];                                                                     \
                }                                                                                                \
            }                                                                                                    \
            return;                                                                                              \
        }                                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                         \
            out[i] = key_##suffix(x[i]);                                                                         \
        }                                                                                                        \
        if (n <= INSERTION_MOST) {                                                                               \
            insertion_sort_##bits(out, n);                                                                       \
            for (size_t i = 0; i < n; i++) {                                                                     \
                out[i] = value_##suffix(out[i]);                                                                 \
            }                                                                                                    \
        } else {                                                                                                 \
            const uint##bits##_t *sorted = radix_sort_##bits(out, scratch, n, 0, bits);                          \
            for (size_t i = 0; i < n; i++) {                                                                     \
                out[i] = value_##suffix(sorted[i]);                                                              \
            }                                                                                                    \
        }                                                                                                        \
    }
SORT(int16, 16)
SORT(uint16, 16)
SORT(int32, 32)
SORT(uint32, 32)
SORT(int64, 64)
SORT(uint64, 64)
SORT(float16, 16)
SORT(float32, 32)
SORT(float64, 64)

static void sort(int kind, const void *x, size_t n, void *out, void *scratch) {
    switch (kind) {
    case FC_BOOL:
    case FC_UINT8:
        sort_uint8((const uint8_t *)x, n, (uint8_t *)out);
        break;
    case FC_INT8:
        sort_int8((const uint8_t *)x, n, (uint8_t *)out);
        break;
    case FC_INT16:
        sort_int16((const uint16_t *)x, n, (uint16_t *)out, (uint16_t *)scratch);
        break;
    case FC_UINT16:
        sort_uint16((const uint16_t *)x, n, (uint16_t *)out, (uint16_t *)scratch);
        break;
    case FC_INT32:
        sort_int32((const uint32_t *)x, n, (uint32_t *)out, (uint32_t *)scratch);
        break;
    case FC_UINT32:
        sort_uint32((const uint32_t *)x, n, (uint32_t *)out, (uint32_t *)scratch);
        break;
    case FC_INT64:
        sort_int64((const uint64_t *)x, n, (uint64_t *)out, (uint64_t *)scratch);
        break;
    case FC_UINT64:
        sort_uint64((const uint64_t *)x, n, (uint64_t *)out, (uint64_t *)scratch);
        break;
    case FC_FLOAT16:
        sort_float16((const uint16_t *)x, n, (uint16_t *)out, (uint16_t *)scratch);
        break;
    case FC_FLOAT32:
        sort_float32((const uint32_t *)x, n, (uint32_t *)out, (uint32_t *)scratch);
        break;
    default:
        sort_float64((const uint64_t *)x, n, (uint64_t *)out, (uint64_t *)scratch);
    }
}

/* Among equal floats only zeros and NaNs differ in their bits. A sort by value leaves its zeros side by side and its
   NaNs last, so writing those of the input over them, in input order, makes the result that of a stable sort. */
#define TIES(bits)                                                                               \
    static int has_ties_##bits(const uint##bits##_t *x, size_t n) {                              \
        int found = 0;                                                                           \
        for (size_t i = 0; i < n; i++) {                                                         \
            found |= is_nan_##bits(x[i]) | (x[i] == (uint##bits##_t)(1ull << (bits - 1)));       \
        }                                                                                        \
        return found;                                                                            \
    }                                                                                            \
    static size_t numbers_##bits(const uint##bits##_t *sorted, size_t n) {                       \
        size_t low = 0;                                                                          \
        while (low < n) {                                                                        \
            size_t middle = low + (n - low) / 2;                                                 \
            if (is_nan_##bits(sorted[middle])) {                                                 \
                n = middle;                                                                      \
            } else {                                                                             \
                low = middle + 1;                                                                \
            }                                                                                    \
        }                                                                                        \
        return low;                                                                              \
    }                                                                                            \
    static void restore_ties_##bits(const uint##bits##_t *x, size_t n, uint##bits##_t *sorted) { \
        size_t nan = numbers_##bits(sorted, n), zero = 0, high = nan;                            \
        const uint##bits##_t sign = (uint##bits##_t)(1ull << (bits - 1));                        \
        while (zero < high) {                                                                    \
            size_t middle = zero + (high - zero) / 2;                                            \
            if ((sorted[middle] & sign) && !is_zero_##bits(sorted[middle])) {                    \
                zero = middle + 1;                                                               \
            } else {                                                                             \
                high = middle;                                                                   \
            }                                                                                    \
        }                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                         \
            if (is_zero_##bits(x[i])) {                                                          \
                sorted[zero++] = x[i];                                                           \
            } else if (is_nan_##bits(x[i])) {                                                    \
                sorted[nan++] = x[i];                                                            \
            }                                                                                    \
        }                                                                                        \
    }
TIES(16)
TIES(32)
TIES(64)

static int has_ties(int kind, const void *x, size_t n) {
    switch (kind) {
    case FC_FLOAT16:
        return has_ties_16((const uint16_t *)x, n);
    case FC_FLOAT32:
        return has_ties_32((const uint32_t *)x, n);
    case FC_FLOAT64:
        return has_ties_64((const uint64_t *)x, n);
    default:
        return 0;
    }
}

static void restore_ties(int kind, const void *x, size_t n, void *sorted) {
    switch (kind) {
    case FC_FLOAT16:
        restore_ties_16((const uint16_t *)x, n, (uint16_t *)sorted);
        break;
    case FC_FLOAT32:
        restore_ties_32((const uint32_t *)x, n, (uint32_t *)sorted);
        break;
    case FC_FLOAT64:
        restore_ties_64((const uint64_t *)x, n, (uint64_t *)sorted);
        break;
    default:
        break;
    }
}

#define REVERSE(bits)                                         \
    static void reverse_##bits(uint##bits##_t *a, size_t n) { \
        for (size_t i = 0, j = n; i + 1 < j; i++) {           \
            uint##bits##_t w = a[i];                          \
            a[i] = a[--j];                                    \
            a[j] = w;                                         \
        }                                                     \
    }
REVERSE(8)
REVERSE(16)
REVERSE(32)
REVERSE(64)

/* The zeros are reversed with the rest, and then once more by themselves. */
#define REVERSE_FLOATS(bits)                                         \
    static void reverse_floats_##bits(uint##bits##_t *a, size_t n) { \
        size_t zero = 0, end;                                        \
        n = numbers_##bits(a, n);                                    \
        reverse_##bits(a, n);                                        \
        while (zero < n && !is_zero_##bits(a[zero])) {               \
            zero++;                                                  \
        }                                                            \
        for (end = zero; end < n && is_zero_##bits(a[end]); end++) { \
        }                                                            \
        reverse_##bits(a + zero, end - zero);                        \
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

/* ---- argsort ------------------------------------------------------------------------------------------------- */

FC_INLINE unsigned bit_length(uint64_t x) { return x == 0 ? 0 : 64 - fc_leading_zeros(x); }

/* Insertion sort of (key, index) pairs, both moved together. */
static void argsort_few(uint64_t *key, size_t n) {
    uint64_t index[INSERTION_MOST];
    for (size_t i = 0; i < n; i++) {
        uint64_t k = key[i];
        size_t at = i;
        for (; at > 0 && key[at - 1] > k; at--) {
            key[at] = key[at - 1];
            index[at] = index[at - 1];
        }
        key[at] = k;
        index[at] = i;
    }
    memcpy(key, index, n * sizeof *key);
}

/* Words that tie are put in order by insertion up to here. */
#define TIED_MOST 24

/* Orders n words, whose low bits are indices in ascending order, by the low `width` bits of the keys of these; what is
   left above the index in a word has no meaning. Stable. */
static void order_words(uint64_t *words, uint64_t *other, size_t n, const uint64_t *key, uint64_t least, unsigned width,
                        unsigned index_width) {
    const uint64_t index_mask = (1ull << index_width) - 1;
    const uint64_t width_mask = width < 64 ? (1ull << width) - 1 : ~0ull;
    unsigned kept = 2 * bit_length(n) + 4, lost;
    uint64_t *sorted;
    kept = kept < 64 - index_width ? kept : 64 - index_width;
    kept = kept < width ? kept : width;
    lost = width - kept;
    for (size_t i = 0; i < n; i++) {
        uint64_t index = words[i] & index_mask;
        words[i] = ((key[index] - least) & width_mask) >> lost << index_width | index;
    }
    sorted = radix_sort_64(words, other, n, index_width, kept);
    if (sorted != words) {
        memcpy(words, sorted, n * sizeof *words);
    }
    if (lost == 0) {
        return;
    }
    for (size_t first = 0, end; first + 1 < n; first = end) {
        const uint64_t prefix = words[first] >> index_width;
        for (end = first + 1; end < n && words[end] >> index_width == prefix; end++) {
        }
        if (end - first > TIED_MOST) {
            order_words(words + first, other, end - first, key, least, lost, index_width);
        } else {
            for (size_t i = first + 1; i < end; i++) {
                const uint64_t word = words[i], k = key[word & index_mask];
                size_t at = i;
                for (; at > first && key[words[at - 1] & index_mask] > k; at--) {
                    words[at] = words[at - 1];
                }
                words[at] = word;
            }
        }
    }
}

static void argsort_keys(uint64_t *key, size_t n, void *scratch) {
    uint64_t *words = (uint64_t *)scratch;
    uint64_t least, most, previous;
    unsigned index_width;
    int is_sorted = 1, is_falling = 1;
    if (n <= INSERTION_MOST) {
        argsort_few(key, n);
        return;
    }
    least = most = previous = key[0];
    for (size_t i = 1; i < n; i++) {
        uint64_t k = key[i];
        is_sorted &= previous <= k;
        is_falling &= previous > k;
        least = k < least ? k : least;
        most = k > most ? k : most;
        previous = k;
    }
    if (is_sorted || is_falling) {
        for (size_t i = 0; i < n; i++) {
            key[i] = is_sorted ? i : n - 1 - i;
        }
        return;
    }
    index_width = bit_length(n - 1);
    for (size_t i = 0; i < n; i++) {
        words[i] = i;
    }
    order_words(words, words + n, n, key, least, bit_length(most - least), index_width);
    for (size_t i = 0; i < n; i++) {
        key[i] = words[i] & ((1ull << index_width) - 1);
    }
}

/* Descending keys are the complements of ascending ones; NaN is above all in either. */
#define EXTRACT_KEYS(suffix, bits)                                                               \
    static void keys_##suffix(const uint##bits##_t *x, size_t n, uint64_t flip, uint64_t *key) { \
        for (size_t i = 0; i < n; i++) {                                                         \
            key[i] = key_##suffix(x[i]) ^ flip;                                                  \
        }                                                                                        \
    }
#define EXTRACT_FLOAT_KEYS(bits)                                                                    \
    static void keys_float##bits(const uint##bits##_t *x, size_t n, uint64_t flip, uint64_t *key) { \
        for (size_t i = 0; i < n; i++) {                                                            \
            uint64_t k = key_float##bits(is_zero_##bits(x[i]) ? 0 : x[i]);                          \
            key[i] = is_nan_##bits(x[i]) ? ~0ull : k ^ flip;                                        \
        }                                                                                           \
    }
EXTRACT_KEYS(int8, 8)
EXTRACT_KEYS(uint8, 8)
EXTRACT_KEYS(int16, 16)
EXTRACT_KEYS(uint16, 16)
EXTRACT_KEYS(int32, 32)
EXTRACT_KEYS(uint32, 32)
EXTRACT_KEYS(int64, 64)
EXTRACT_KEYS(uint64, 64)
EXTRACT_FLOAT_KEYS(16)
EXTRACT_FLOAT_KEYS(32)
EXTRACT_FLOAT_KEYS(64)

static void argsort(int kind, const void *x, size_t n, int descending, int64_t *out, void *scratch) {
    uint64_t *key = (uint64_t *)out;
    const uint64_t flip = descending ? ~0ull : 0;
    switch (kind) {
    case FC_BOOL:
    case FC_UINT8:
        keys_uint8((const uint8_t *)x, n, flip, key);
        break;
    case FC_INT8:
        keys_int8((const uint8_t *)x, n, flip, key);
        break;
    case FC_INT16:
        keys_int16((const uint16_t *)x, n, flip, key);
        break;
    case FC_UINT16:
        keys_uint16((const uint16_t *)x, n, flip, key);
        break;
    case FC_INT32:
        keys_int32((const uint32_t *)x, n, flip, key);
        break;
    case FC_UINT32:
        keys_uint32((const uint32_t *)x, n, flip, key);
        break;
    case FC_INT64:
        keys_int64((const uint64_t *)x, n, flip, key);
        break;
    case FC_UINT64:
        keys_uint64((const uint64_t *)x, n, flip, key);
        break;
    case FC_FLOAT16:
        keys_float16((const uint16_t *)x, n, flip, key);
        break;
    case FC_FLOAT32:
        keys_float32((const uint32_t *)x, n, flip, key);
        break;
    default:
        keys_float64((const uint64_t *)x, n, flip, key);
    }
    argsort_keys(key, n, scratch);
}

#ifdef FC_ISA_BASE
size_t fc_sort_scratch_size(int kind, size_t n) { return kind <= FC_UINT8 ? 0 : n * fc_kind_size(kind); }

size_t fc_argsort_scratch_size(size_t n) { return n <= INSERTION_MOST ? 0 : 2 * n * sizeof(uint64_t); }

uint64_t fc_float64_key(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return is_nan_64(bits) ? ~0ull : key_float64(is_zero_64(bits) ? 0 : bits);
}
#endif

const fc_sorting_table FC_TABLE(fc_sorting) = {
    .sort = sort,
    .has_ties = has_ties,
    .restore_ties = restore_ties,
    .reverse = reverse,
    .argsort = argsort,
    .argsort_keys = argsort_keys,
};
