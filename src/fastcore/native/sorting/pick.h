/* Selection and search in arrays of one key width: select.c includes this once with BITS 64 and once with BITS 32.

   An element x is compared as the key x ^ offset ^ (flip if x is negative). NaNs have keys beyond those of the
   infinities, on either side. */

/* ---- one pass --------------------------------------------------------------------------------------------------- */

typedef struct NAME(filtered) {
    size_t below, inside; /* keys below the limits; between them, of which at most `capacity` are written */
    KEY least, most;
} NAME(filtered);

FC_INLINE KEY NAME(key_of)(KEY x, KEY offset, KEY flip) { return x ^ offset ^ (x >> (BITS - 1) & flip); }

/* Writes the keys from `low` to `high` in input order. It stops, with more inside than `capacity`, when they do not fit
   with a vector to spare. */
static NAME(filtered)
    NAME(filter)(const KEY *x, size_t n, KEY offset, KEY flip, KEY low, KEY high, KEY *out, size_t capacity) {
    NAME(filtered) f = {0, 0, EXPAND_LIMIT(BITS, MAX), EXPAND_LIMIT(BITS, MIN)};
    size_t i = 0;
#ifdef FC_HAS_LANES
    const VEC offsets = NAME(set)(offset), flips = NAME(set)(flip), lows = NAME(set)(low), highs = NAME(set)(high);
    VEC least = NAME(set)(f.least), most = NAME(set)(f.most);
    for (; i + LANES <= n && f.inside + LANES <= capacity; i += LANES) {
        const VEC v = NAME(load)(x + i);
        const VEC k = NAME(xor)(v, NAME(xor)(offsets, NAME (and)(NAME(signs)(v), flips)));
        const unsigned under = NAME(above)(lows, k), over = NAME(above)(k, highs);
        least = NAME(min)(least, k);
        most = NAME(max)(most, k);
        NAME(keep)(k, under | over, out + f.inside);
        f.below += NAME(count)(under);
        f.inside += LANES - NAME(count)(under | over);
    }
    KEY ends[2 * LANES];
    NAME(store)(ends, least);
    NAME(store)(ends + LANES, most);
    for (size_t k = 0; k < LANES; k++) {
        f.least = ends[k] < f.least ? ends[k] : f.least;
        f.most = ends[LANES + k] > f.most ? ends[LANES + k] : f.most;
    }
#endif
    for (; i < n && f.inside < capacity; i++) {
        const KEY k = NAME(key_of)(x[i], offset, flip);
        f.least = k < f.least ? k : f.least;
        f.most = k > f.most ? k : f.most;
        out[f.inside] = k;
        f.below += k < low;
        f.inside += (k >= low) & (k <= high);
    }
    if (i < n) {
        f.inside = SIZE_MAX;
    }
    return f;
}

/* Keys from everywhere, sorted, at places that look random but are always the same. */
static void NAME(take_sample)(const KEY *x, size_t n, KEY offset, KEY flip, size_t count, uint64_t seed, KEY *sample) {
    const size_t stride = n / count;
    fc_room room = {sample + count, count * sizeof *sample, 1};
    for (size_t i = 0; i < count; i++) {
        seed = seed * 0x5851f42d4c957f2du + 0x14057b7ef767814fu;
        sample[i] = NAME(key_of)(
            x[i * stride + (size_t)((seed >> 32) * (stride < UINT32_MAX ? stride : UINT32_MAX) >> 32)], offset, flip);
    }
    NAME(sort_all)(sample, count, &room);
}

/* About 2·sqrt(n): a larger one leaves less between its limits, but each of its keys is a cache miss. */
static size_t NAME(sample_size)(size_t n) {
    size_t size = 64;
    while (size * size < 4 * n && size < 65536) {
        size *= 2;
    }
    return size;
}

/* Up to here all keys are sorted. */
#define SELECT_FEW 256

/* The keys of ranks `rank` and `rank` + 1 < n, or only the first if `count` is 1 (R. Floyd, R. Rivest, CACM 18:3,
   1975): limits from a sample, one pass for what is between, and the same of that. Returns 0, or the bytes it asks for;
   with FC_HAS_NAN in *seen if there are NaNs, and then there are no keys. */
static size_t NAME(select_ranks)(const KEY *x, size_t n, KEY offset, KEY flip, size_t rank, size_t count, KEY *found,
                                 int *seen, fc_room *room) {
    const KEY end = flip == 0 ? 0 : INFINITE_BITS;
    KEY *const scratch = (KEY *)room->scratch;
    const size_t capacity = room->capacity / sizeof *scratch;
    NAME(filtered) f;
    *seen = 0;
    if (n > SELECT_FEW) {
        /* The sample and room to sort it, what is between, and as much twice over for the same of that. */
        const size_t size = NAME(sample_size)(n), most_inside = n / 8 + 4096;
        const size_t wanted = 2 * size + 3 * most_inside;
        if (capacity < wanted && !room->is_last) {
            return wanted * sizeof *scratch;
        }
        for (uint64_t attempt = 1; attempt <= 2 && capacity >= wanted; attempt++) {
            /* 3 standard deviations of the sample's ranks to either side; the second time 9. */
            const double middle = ((double)rank + 0.5 * (double)count) / (double)n * (double)size;
            const double width = (attempt == 1 ? 3 : 9) * sqrt(middle * (1 - middle / (double)size) + 1) + 1;
            KEY *const inside = scratch + 2 * size;
            const double first = middle - width, last = middle + width;
            KEY low, high;
            NAME(take_sample)(x, n, offset, flip, size, attempt * n, scratch);
            low = first < 0 ? EXPAND_LIMIT(BITS, MIN) : scratch[(size_t)first];
            high = last >= (double)size - 1 ? EXPAND_LIMIT(BITS, MAX) : scratch[(size_t)last];
            /* Of keys that equal a limit there may be many, which are only counted. */
            if (low < high) {
                const KEY inner_low = low == EXPAND_LIMIT(BITS, MIN) ? low : low + 1;
                const KEY inner_high = high == EXPAND_LIMIT(BITS, MAX) ? high : high - 1;
                f = NAME(filter)(x, n, offset, flip, inner_low, inner_high, inside, most_inside);
                if (f.inside != SIZE_MAX && flip != 0 && (f.most > end || f.least < (end ^ -1))) {
                    *seen = FC_HAS_NAN;
                    return 0;
                }
                if (f.inside != SIZE_MAX && rank >= f.below && rank + count <= f.below + f.inside) {
                    fc_room rest = {inside + f.inside, (capacity - 2 * size - f.inside) * sizeof *scratch, 1};
                    int none;
                    return NAME(select_ranks)(inside, f.inside, 0, 0, rank - f.below, count, found, &none, &rest);
                }
            }
            for (int at = 0; at < 2; at++) {
                const KEY limit = at == 0 ? low : high;
                size_t below = 0, equal = 0;
                KEY least = EXPAND_LIMIT(BITS, MAX), most = EXPAND_LIMIT(BITS, MIN);
                for (size_t i = 0; i < n; i++) {
                    const KEY k = NAME(key_of)(x[i], offset, flip);
                    below += k < limit;
                    equal += k == limit;
                    least = k < least ? k : least;
                    most = k > most ? k : most;
                }
                if (flip != 0 && (most > end || least < (end ^ -1))) {
                    *seen = FC_HAS_NAN;
                    return 0;
                }
                if (rank >= below && rank + count <= below + equal) {
                    found[0] = found[count - 1] = limit;
                    return 0;
                }
            }
        }
    }
    /* Few, or most unlikely: all of them. */
    if (capacity < 2 * n && n > SELECT_FEW) {
        return room->is_last ? SIZE_MAX : 2 * n * sizeof *scratch;
    }
    {
        KEY few[2 * SELECT_FEW], *const key = n > SELECT_FEW ? scratch : few;
        fc_room rest = {key + n, n * sizeof *key, 1};
        for (size_t i = 0; i < n; i++) {
            key[i] = NAME(key_of)(x[i], offset, flip);
        }
        NAME(sort_all)(key, n, &rest);
        if (flip != 0 && (key[n - 1] > end || key[0] < (end ^ -1))) {
            *seen = FC_HAS_NAN;
            return 0;
        }
        found[0] = key[rank];
        found[count - 1] = key[rank + count - 1];
    }
    return 0;
}

/* Writes elements, in input order, that the k largest or the k least numbers are among; returns how many, or 0 if the
   sample was misleading or they do not fit. `sample` has room for two samples. */
static size_t NAME(top_candidates)(const KEY *x, size_t n, KEY offset, KEY flip, size_t k, int is_largest, KEY *out,
                                   size_t capacity, KEY *sample) {
    const size_t size = NAME(sample_size)(n);
    const KEY end = flip == 0 ? EXPAND_LIMIT(BITS, MAX) : INFINITE_BITS;
    const KEY first = flip == 0 ? EXPAND_LIMIT(BITS, MIN) : end ^ -1;
    const double expected = (double)k / (double)n * (double)size, margin = expected + 4 * sqrt(expected + 1) + 2;
    NAME(filtered) f;
    KEY low = first, high = end;
    NAME(take_sample)(x, n, offset, flip, size, n, sample);
    if (margin < (double)size) {
        if (is_largest) {
            low = sample[size - 1 - (size_t)margin] > first ? sample[size - 1 - (size_t)margin] : first;
        } else {
            high = sample[(size_t)margin] < end ? sample[(size_t)margin] : end;
        }
    }
    /* -0.0 and 0.0 are equal: none of them without the others. */
    low -= flip != 0 && low == 0;
    high += flip != 0 && high == -1;
    f = NAME(filter)(x, n, offset, flip, low, high, out, capacity);
    if (f.inside == SIZE_MAX || f.inside < k) {
        return 0;
    }
    for (size_t i = 0; i < f.inside; i++) {
        out[i] = NAME(key_of)(out[i], offset, flip);
    }
    return f.inside;
}

/* ---- partition -------------------------------------------------------------------------------------------------- */

/* Writes the elements with keys below that of the pivot, those with its key and those above, each in input order. */
static void NAME(part_stably)(const KEY *x, size_t n, KEY offset, KEY flip, KEY pivot, KEY *out) {
    const KEY plain = NAME(key_of)(pivot, offset, flip);
    size_t below = 0, above = 0, i = 0;
#ifdef FC_HAS_LANES
    const VEC offsets = NAME(set)(offset), flips = NAME(set)(flip), pivots = NAME(set)(pivot);
    for (; i + LANES <= n; i += LANES) {
        const VEC v = NAME(load)(x + i);
        const VEC k = NAME(xor)(v, NAME(xor)(offsets, NAME (and)(NAME(signs)(v), flips)));
        const unsigned under = NAME(above)(pivots, k);
        NAME(keep)(v, NAME(ALL) & ~under, out + below);
        below += NAME(count)(under);
        above += NAME(count)(NAME(above)(k, pivots));
    }
#endif
    for (; i < n; i++) {
        const KEY k = NAME(key_of)(x[i], offset, flip);
        out[below] = x[i];
        below += k < pivot;
        above += k > pivot;
    }
    KEY *top = out + n - above;
    for (KEY *p = out + below; p < top; p++) {
        *p = plain;
    }
    i = 0;
#ifdef FC_HAS_LANES
    for (; i + LANES <= n && top + LANES <= out + n; i += LANES) {
        const VEC v = NAME(load)(x + i);
        const VEC k = NAME(xor)(v, NAME(xor)(offsets, NAME (and)(NAME(signs)(v), flips)));
        const unsigned over = NAME(above)(k, pivots);
        NAME(keep)(v, NAME(ALL) & ~over, top);
        top += NAME(count)(over);
    }
#endif
    for (; top < out + n; i++) {
        *top = x[i];
        top += NAME(key_of)(x[i], offset, flip) > pivot;
    }
}

/* ---- search ----------------------------------------------------------------------------------------------------- */

/* Keys by which elements that are equal agree: -0.0 is 0.0, and NaN is above all. */
FC_INLINE KEY NAME(equal_key)(KEY x, KEY offset, KEY flip) {
    const KEY floats = flip != 0 ? -1 : 0, size = x & EXPAND_LIMIT(BITS, MAX), k = NAME(key_of)(x, offset, flip);
    const KEY is_zero = floats & ((size - 1) >> (BITS - 1)), is_nan = floats & ((INFINITE_BITS - size) >> (BITS - 1));
    return (k & ~is_zero & ~is_nan) | (is_nan & EXPAND_LIMIT(BITS, MAX));
}

/* ---- distinct --------------------------------------------------------------------------------------------------- */

/* Writes the first of each group of equal elements of x, which is in order, and where the group starts if asked to;
   returns how many groups there are. `out` may be x. */
static size_t NAME(distinct)(const KEY *x, size_t n, KEY offset, KEY flip, KEY *out, int64_t *starts) {
    size_t count = 0;
    KEY previous = 0;
    for (size_t i = 0; i < n; i++) {
        const KEY v = x[i], k = NAME(equal_key)(v, offset, flip);
        const size_t is_new = i == 0 || k != previous;
        out[count] = v;
        if (starts != NULL) {
            starts[count] = (int64_t)i;
        }
        count += is_new;
        previous = k;
    }
    return count;
}

/* ---- membership ------------------------------------------------------------------------------------------------- */

/* Slots of a table by open addressing (TAOCP vol. 3, 6.4), at most half of them taken; 0 is an empty one, and whether 0
   is a member is told apart. */
typedef struct NAME(members) {
    KEY *slot;
    unsigned shift;
    size_t mask;
    int has_zero;
} NAME(members);

FC_INLINE size_t NAME(home)(const NAME(members) * set, KEY k) {
    return (size_t)((uint64_t)k * 0x9e3779b97f4a7c15u >> set->shift);
}

static void NAME(add_members)(NAME(members) * set, const KEY *x, size_t n, KEY offset, KEY flip) {
    for (size_t i = 0; i < n; i++) {
        const KEY k = NAME(equal_key)(x[i], offset, flip);
        size_t at = NAME(home)(set, k);
        if (k == 0) {
            set->has_zero = 1;
            continue;
        }
        if (flip != 0 && k == EXPAND_LIMIT(BITS, MAX)) {
            continue; /* NaN is equal to nothing */
        }
        while (set->slot[at] != 0 && set->slot[at] != k) {
            at = (at + 1) & set->mask;
        }
        set->slot[at] = k;
    }
}

static void NAME(are_members)(const NAME(members) * set, const KEY *x, size_t n, KEY offset, KEY flip, int invert,
                              uint8_t *out) {
    for (size_t start = 0; start < n; start += QUERIES) {
        const size_t count = n - start < QUERIES ? n - start : QUERIES;
        KEY key[QUERIES];
        size_t at[QUERIES];
        for (size_t q = 0; q < count; q++) {
            key[q] = NAME(equal_key)(x[start + q], offset, flip);
            at[q] = NAME(home)(set, key[q]);
            PREFETCH(set->slot + at[q]);
        }
        for (size_t q = 0; q < count; q++) {
            size_t slot = at[q];
            while (set->slot[slot] != 0 && set->slot[slot] != key[q]) {
                slot = (slot + 1) & set->mask;
            }
            out[start + q] = (uint8_t)((key[q] == 0 ? set->has_zero : set->slot[slot] != 0) ^ invert);
        }
    }
}

/* Members that lie close together are bits. */
static int NAME(try_bits)(const KEY *x, size_t n, const KEY *elements, size_t m, KEY offset, KEY flip, int invert,
                          uint8_t *out, fc_room *room, size_t *wanted) {
    KEY least = EXPAND_LIMIT(BITS, MAX), most = EXPAND_LIMIT(BITS, MIN);
    uint64_t *const bit = (uint64_t *)room->scratch;
    uint64_t range;
    for (size_t i = 0; i < m; i++) {
        const KEY k = NAME(equal_key)(elements[i], offset, flip);
        least = k < least ? k : least;
        most = k > most ? k : most;
    }
    range = (uint64_t)((int64_t)most) - (uint64_t)((int64_t)least);
    if (flip != 0 || range / 64 > (n + m) / 2) {
        return 0;
    }
    if (room->capacity < (range / 64 + 1) * 8) {
        *wanted = (size_t)(range / 64 + 1) * 8;
        return 0;
    }
    memset(bit, 0, (size_t)(range / 64 + 1) * 8);
    for (size_t i = 0; i < m; i++) {
        const uint64_t k = (uint64_t)(int64_t)NAME(key_of)(elements[i], offset, 0) - (uint64_t)(int64_t)least;
        bit[k / 64] |= (uint64_t)1 << k % 64;
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t k = (uint64_t)(int64_t)NAME(key_of)(x[i], offset, 0) - (uint64_t)(int64_t)least;
        const uint64_t is_inside = k <= range, at = is_inside ? k : 0;
        out[i] = (uint8_t)((bit[at / 64] >> at % 64 & is_inside) ^ (uint64_t)invert);
    }
    return 1;
}

static size_t NAME(isin)(const KEY *x, size_t n, const KEY *elements, size_t m, KEY offset, KEY flip, int invert,
                         uint8_t *out, fc_room *room) {
    NAME(members) set = {(KEY *)room->scratch, 63, 1, 0};
    size_t wanted = 0;
    if (m == 0) {
        memset(out, invert, n);
        return 0;
    }
    if (NAME(try_bits)(x, n, elements, m, offset, flip, invert, out, room, &wanted)) {
        return 0;
    }
    if (wanted > 0) {
        return wanted;
    }
    while (set.mask + 1 < 2 * m) {
        set.mask = 2 * set.mask + 1;
        set.shift--;
    }
    wanted = (set.mask + 1) * sizeof *set.slot;
    if (room->capacity < wanted) {
        return wanted;
    }
    memset(set.slot, 0, wanted);
    NAME(add_members)(&set, elements, m, offset, flip);
    NAME(are_members)(&set, x, n, offset, flip, invert, out);
    return 0;
}

#undef BITS
#undef INFINITE_BITS
