/* The stable order of strings.

   Seven bytes at a time, with how many of them there are (8: and more) in the eighth, are a key; a string that ends
   before another that goes on has the smaller one, also if that goes on with NULs. Strings with a character beyond one
   byte among them take three characters of 21 bits at a time, each one more than its number. Keys are ordered by words
   as those of numbers are (orders.c); strings with the same key, if they go on, are a segment that is ordered by their
   next characters in the same way (multikey sorting: J. Bentley and R. Sedgewick, SODA 1997). Characters that all have
   in common are skipped. */
#include "sorting.h"

/* ---- keys ------------------------------------------------------------------------------------------------------ */

#define NARROW_STEP 7
#define WIDE_STEP 3

FC_INLINE uint64_t load_big_endian(const uint8_t *p) {
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v;
    memcpy(&v, p, 8);
    return __builtin_bswap64(v);
#else
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v = v << 8 | p[i];
    }
    return v;
#endif
}

/* The next seven bytes and their count. The eight bytes before a string can be read, by contract. */
FC_INLINE uint64_t narrow_key(const fc_text *text, size_t depth) {
    const uint8_t *data = (const uint8_t *)text->data;
    const size_t rest = text->length > depth ? text->length - depth : 0;
    if (rest >= 8) {
        return load_big_endian(data + depth) >> 8 << 8 | 8;
    }
    return rest == 0 ? 0 : load_big_endian(data + text->length - 8) << 8 * (8 - rest) | rest;
}

FC_INLINE uint64_t character(const fc_text *text, size_t i) {
    if (i >= text->length) {
        return 0;
    }
    return 1 + (text->width == 1   ? (uint64_t)((const uint8_t *)text->data)[i]
                : text->width == 2 ? (uint64_t)((const uint16_t *)text->data)[i]
                                   : (uint64_t)((const uint32_t *)text->data)[i]);
}

FC_INLINE uint64_t wide_key(const fc_text *text, size_t depth) {
    return character(text, depth) << 42 | character(text, depth + 1) << 21 | character(text, depth + 2);
}

FC_INLINE int64_t key_at(const fc_text_order *all, const fc_text *text, size_t depth) {
    const uint64_t k = all->is_wide ? wide_key(text, depth) : narrow_key(text, depth);
    return (int64_t)(k ^ 0x8000000000000000u) ^ all->flip;
}

/* Whether strings with this key may go on. */
FC_INLINE int goes_on(const fc_text_order *all, int64_t key) {
    const uint64_t k = (uint64_t)(key ^ all->flip) ^ 0x8000000000000000u;
    return all->is_wide ? (k & 0x1fffff) != 0 : (k & 0xff) == 8;
}

/* Less than, equal to or greater than 0 as string a comes before, with or after b; both are the same up to `depth`. */
static int compare(const fc_text_order *all, const fc_text *a, const fc_text *b, size_t depth) {
    const size_t step = all->is_wide ? WIDE_STEP : NARROW_STEP;
    for (;; depth += step) {
        const int64_t i = key_at(all, a, depth), k = key_at(all, b, depth);
        if (i != k) {
            return i < k ? -1 : 1;
        }
        if (!goes_on(all, i)) {
            return 0;
        }
    }
}

/* ---- segments -------------------------------------------------------------------------------------------------- */

/* So many strings are sorted without scratch. */
#define FEW_TEXTS 128
/* Segments up to here are sorted by insertion. */
#define FEW 4
/* Deeper segments are left to heapsort by whole strings, so that the stack is bounded. */
#define DEEPEST 48

/* Whether string i comes after string k in the order. */
static int comes_after(const fc_text_order *all, const fc_text *text, int64_t i, int64_t k, size_t depth) {
    const int difference = compare(all, text + i, text + k, depth);
    return difference > 0 || (difference == 0 && i > k);
}

static void heapsort_texts(const fc_text_order *all, const fc_text *text, int64_t *order, size_t n, size_t depth) {
    size_t start = n / 2, end = n;
    while (end > 1) {
        size_t hole, child;
        int64_t moved;
        if (start > 0) {
            moved = order[--start];
        } else {
            moved = order[--end];
            order[end] = order[0];
        }
        hole = start;
        while ((child = 2 * hole + 1) < end) {
            child += child + 1 < end && comes_after(all, text, order[child + 1], order[child], depth);
            if (!comes_after(all, text, order[child], moved, depth)) {
                break;
            }
            order[hole] = order[child];
            hole = child;
        }
        order[hole] = moved;
    }
}

/* Marks an index whose string has the key of the one before it and goes on. */
#define SAME_AS_BEFORE INT64_MIN

/* Puts n indices in the order of their strings, all the same up to `depth`; `key` and `words` have room for n each, and
   if `has_keys` the keys are there. The indices ascend, and do so among equal strings in the end. Returns 0 or the
   bytes that it asks for. */
static size_t order_segment(const fc_text_order *all, const fc_text *text, int64_t *order, size_t n, size_t depth,
                            int64_t *key, int has_keys, int64_t *words, int level, fc_room *room) {
    const size_t step = all->is_wide ? WIDE_STEP : NARROW_STEP;
    fc_packing packing;
    size_t wanted;
    for (;; depth += step, has_keys = 0) {
        int64_t least = INT64_MAX, most = INT64_MIN;
        if (n <= FEW) {
            for (size_t i = 1; i < n; i++) {
                const int64_t index = order[i];
                size_t at = i;
                for (; at > 0 && comes_after(all, text, order[at - 1], index, depth); at--) {
                    order[at] = order[at - 1];
                }
                order[at] = index;
            }
            return 0;
        }
        for (size_t i = 0; i < n; i++) {
            const int64_t k = has_keys ? key[i] : key_at(all, text + order[i], depth);
            key[i] = k;
            least = k < least ? k : least;
            most = k > most ? k : most;
        }
        if (least == most) {
            if (!goes_on(all, least)) {
                return 0;
            }
            continue;
        }
        memcpy(words, key, n * sizeof *key);
        if (!FC_TABLE(fc_orders).pack_keys(words, n, least, most, &packing)) {
            wanted =
                FC_TABLE(fc_words).sort_64(words, n, 0, 0, packing.index_width, packing.width - packing.lost, room);
            if (wanted > 0) {
                return wanted;
            }
            /* Only words that agree above the index can be of equal keys. */
            const uint64_t index_mask = ((uint64_t)1 << packing.index_width) - 1;
            for (size_t start = 0, end; start < n; start = end) {
                end = start + 1;
                while (end < n && ((uint64_t)words[start] ^ (uint64_t)words[end]) >> packing.index_width == 0) {
                    end++;
                }
                if (end - start > 1) {
                    FC_TABLE(fc_orders).unpack(FC_INT64, key, end - start, 0, words + start, &packing);
                    for (size_t i = end - 1; i > start; i--) {
                        if (key[words[i]] == key[words[i - 1]] && goes_on(all, key[words[i]])) {
                            words[i] |= SAME_AS_BEFORE;
                        }
                    }
                } else {
                    words[start] = (int64_t)((uint64_t)words[start] & index_mask);
                }
            }
        } else {
            for (size_t i = n - 1; i > 0; i--) {
                if (key[words[i]] == key[words[i - 1]] && goes_on(all, key[words[i]])) {
                    words[i] |= SAME_AS_BEFORE;
                }
            }
        }
        break;
    }
    for (size_t i = 0; i < n; i++) {
        words[i] = order[words[i] & INT64_MAX] | (words[i] & SAME_AS_BEFORE);
    }
    memcpy(order, words, n * sizeof *order);
    for (size_t start = 0, end; start < n; start = end) {
        end = start + 1;
        while (end < n && order[end] < 0) {
            order[end++] &= INT64_MAX;
        }
        if (end - start > 1) {
            if (level == DEEPEST) {
                heapsort_texts(all, text, order + start, end - start, depth + step);
            } else {
                fc_room rest = {room->scratch, room->capacity, 1};
                order_segment(all, text, order + start, end - start, depth + step, key, 0, words, level + 1, &rest);
            }
        }
    }
    return 0;
}

/* ---- entry ----------------------------------------------------------------------------------------------------- */

/* Starts with what strings of a sample have in common. */
static void start(fc_text_order *all, const fc_text *sample, size_t count) {
    const uint8_t *first = (const uint8_t *)sample[0].data;
    size_t common = sample[0].length;
    all->is_wide = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *data = (const uint8_t *)sample[i].data;
        size_t k = 0;
        all->is_wide |= sample[i].width > 1;
        common = sample[i].length < common ? sample[i].length : common;
        while (!all->is_wide && k < common && data[k] == first[k]) {
            k++;
        }
        common = k;
    }
    all->first = sample[0];
    all->depth = all->is_wide ? 0 : common;
    all->is_rising = all->is_falling = 1;
    all->is_broken = 0;
}

/* Writes the keys of strings start … end - 1 at the depth that all before them have in common. What breaks the common
   start, or is wide where none was, makes all keys worthless: they are made again by argsort. */
static void keys(fc_text_order *all, const fc_text *text, size_t start, size_t end, int64_t *key) {
    const size_t depth = all->depth;
    int is_rising = all->is_rising, is_falling = all->is_falling;
    for (size_t i = start; i < end; i++) {
        all->is_broken |= !all->is_wide && text[i].width > 1;
        all->is_broken |= text[i].length < depth ||
                          (depth > 0 && memcmp(text[i].data, all->first.data, all->is_broken ? 0 : depth) != 0);
        if (all->is_broken) {
            all->is_rising = all->is_falling = 0;
            return;
        }
        key[i] = key_at(all, text + i, depth);
    }
    for (size_t i = start > 0 ? start : 1; (is_rising | is_falling) && i < end; i++) {
        if (key[i - 1] == key[i]) {
            const int order = goes_on(all, key[i]) ? compare(all, text + i - 1, text + i, depth) : 0;
            is_rising &= order <= 0;
            is_falling &= order > 0;
        } else {
            is_rising &= key[i - 1] < key[i];
            is_falling &= key[i - 1] > key[i];
        }
    }
    all->is_rising = is_rising;
    all->is_falling = is_falling;
}

static size_t argsort(fc_text_order *all, const fc_text *text, size_t n, int64_t *order, int64_t *words,
                      fc_room *room) {
    /* `order` has the keys; they go into the scratch. */
    int64_t few[FEW_TEXTS], *key = few;
    const size_t key_size = n <= FEW_TEXTS ? 0 : n * sizeof *key;
    fc_room inner = *room;
    size_t wanted;
    if (room->capacity < key_size) {
        if (!room->is_last) {
            return key_size;
        }
        key = NULL;
    } else if (key_size > 0) {
        key = (int64_t *)room->scratch;
        inner.scratch = (char *)room->scratch + key_size;
        inner.capacity -= key_size;
    } else {
        inner.is_last = 1;
    }
    if (all->is_broken) {
        all->depth = 0;
        for (size_t i = 0; i < n; i++) {
            all->is_wide |= text[i].width > 1;
        }
    }
    if (key == NULL) {
        for (size_t i = 0; i < n; i++) {
            order[i] = (int64_t)i;
        }
        heapsort_texts(all, text, order, n, all->depth);
        return 0;
    }
    memcpy(key, order, n * sizeof *key);
    for (size_t i = 0; i < n; i++) {
        order[i] = (int64_t)i;
    }
    wanted = order_segment(all, text, order, n, all->depth, key, !all->is_broken, words, 0, &inner);
    if (wanted > 0) {
        memcpy(order, key, n * sizeof *key);
        return key_size + wanted;
    }
    return 0;
}

const fc_texts_table FC_TABLE(fc_texts) = {
    .start = start,
    .keys = keys,
    .argsort = argsort,
};
