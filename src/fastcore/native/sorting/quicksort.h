/* The vector sort of one key width: keys.h includes it.

   Quicksort (C. A. R. Hoare, 1962) on vectors: a vector's lanes are compared with the pivot, permuted by a table of 256
   orders so that those not above it come first, and stored whole at both growing ends; what is stored too much lies in
   room that is still free. Up to SCRATCH_KEYS it works between two arrays, reading one from front to back, so that
   no iteration waits for the one before: half a cycle a key and level with 8 lanes. Above that it works in place and
   reads from whichever end has less free room. Up to LEAF_MOST keys are sorted in registers by the networks below.

   The pivot is the median of up to 64 keys from places that look random but are always the same. Where none of these is
   above it, the keys below it are split off instead, and those that equal it are done. Too deep a recursion ends in
   heapsort: no input takes more than O(n log n). */

/* ---- networks ------------------------------------------------------------------------------------------------- */

/* R rows of LANES keys, padded with the greatest key. Each lane's column is sorted by a network of the rows (the
   smallest known: M. W. Green's 60 comparators for 16, 19 for 8, 5 for 4; TAOCP vol. 3, 5.3.4). Then the columns are
   merged, 2, 4, … lanes at a time, as bitonic sequences (K. E. Batcher, 1968): a fold compares row i with row R-1-i
   reversed within the group, half-cleaners follow, first across lanes and then across rows. At last a column holds
   consecutive keys, and the rows are transposed by zipping. */
/* clang-format off */
#define COMPARE(i, j)                          \
    {                                          \
        const VEC low = NAME(min)(v##i, v##j); \
        v##j = NAME(max)(v##i, v##j);          \
        v##i = low;                            \
    }
#define FOLD(i, j, g, d)                                                  \
    {                                                                     \
        const VEC x = STEP(reverse, g)(v##i), y = STEP(reverse, g)(v##j); \
        v##i = STEP(pick, d)(NAME(min)(v##i, y), NAME(max)(v##i, y));     \
        v##j = STEP(pick, d)(NAME(min)(v##j, x), NAME(max)(v##j, x));     \
    }
#define FOLD_SELF(g, d)                                         \
    {                                                           \
        const VEC x = STEP(reverse, g)(v0);                     \
        v0 = STEP(pick, d)(NAME(min)(v0, x), NAME(max)(v0, x)); \
    }
#define ACROSS(i, d)                                                  \
    {                                                                 \
        const VEC x = STEP(apart, d)(v##i);                           \
        v##i = STEP(pick, d)(NAME(min)(v##i, x), NAME(max)(v##i, x)); \
    }
#define ZIP(a, b, i, j, d)                           \
    const VEC b##i = STEP(zip, d##_low)(a##i, a##j); \
    const VEC b##j = STEP(zip, d##_high)(a##i, a##j);

#define SORT_ROWS_1
#define SORT_ROWS_2 COMPARE(0, 1)
#define SORT_ROWS_4 COMPARE(0, 2) COMPARE(1, 3) COMPARE(0, 1) COMPARE(2, 3) COMPARE(1, 2)
#define SORT_ROWS_8                                                                                   \
    COMPARE(0, 2) COMPARE(1, 3) COMPARE(4, 6) COMPARE(5, 7) COMPARE(0, 4) COMPARE(1, 5) COMPARE(2, 6) \
    COMPARE(3, 7) COMPARE(0, 1) COMPARE(2, 3) COMPARE(4, 5) COMPARE(6, 7) COMPARE(2, 4) COMPARE(3, 5) \
    COMPARE(1, 4) COMPARE(3, 6) COMPARE(1, 2) COMPARE(3, 4) COMPARE(5, 6)
#define SORT_ROWS_16                                                                                         \
    COMPARE(0, 1) COMPARE(2, 3) COMPARE(4, 5) COMPARE(6, 7) COMPARE(8, 9) COMPARE(10, 11) COMPARE(12, 13)    \
    COMPARE(14, 15) COMPARE(0, 2) COMPARE(1, 3) COMPARE(4, 6) COMPARE(5, 7) COMPARE(8, 10) COMPARE(9, 11)    \
    COMPARE(12, 14) COMPARE(13, 15) COMPARE(0, 4) COMPARE(1, 5) COMPARE(2, 6) COMPARE(3, 7) COMPARE(8, 12)   \
    COMPARE(9, 13) COMPARE(10, 14) COMPARE(11, 15) COMPARE(0, 8) COMPARE(1, 9) COMPARE(2, 10) COMPARE(3, 11) \
    COMPARE(4, 12) COMPARE(5, 13) COMPARE(6, 14) COMPARE(7, 15) COMPARE(5, 10) COMPARE(6, 9) COMPARE(3, 12)  \
    COMPARE(13, 14) COMPARE(4, 8) COMPARE(7, 11) COMPARE(1, 2) COMPARE(1, 4) COMPARE(7, 13) COMPARE(2, 8)    \
    COMPARE(11, 14) COMPARE(2, 4) COMPARE(5, 6) COMPARE(9, 10) COMPARE(11, 13) COMPARE(3, 8) COMPARE(7, 12)  \
    COMPARE(6, 8) COMPARE(10, 12) COMPARE(3, 5) COMPARE(7, 9) COMPARE(3, 4) COMPARE(5, 6) COMPARE(7, 8)      \
    COMPARE(9, 10) COMPARE(11, 12) COMPARE(6, 7) COMPARE(8, 9)

#define CLEAN_1
#define CLEAN_2 COMPARE(0, 1)
#define CLEAN_4 COMPARE(0, 2) COMPARE(1, 3) COMPARE(0, 1) COMPARE(2, 3)
#define CLEAN_8                                                                                       \
    COMPARE(0, 4) COMPARE(1, 5) COMPARE(2, 6) COMPARE(3, 7) COMPARE(0, 2) COMPARE(1, 3) COMPARE(4, 6) \
    COMPARE(5, 7) COMPARE(0, 1) COMPARE(2, 3) COMPARE(4, 5) COMPARE(6, 7)
#define CLEAN_16                                                                                           \
    COMPARE(0, 8) COMPARE(1, 9) COMPARE(2, 10) COMPARE(3, 11) COMPARE(4, 12) COMPARE(5, 13) COMPARE(6, 14) \
    COMPARE(7, 15) CLEAN_8 COMPARE(8, 12) COMPARE(9, 13) COMPARE(10, 14) COMPARE(11, 15) COMPARE(8, 10)    \
    COMPARE(9, 11) COMPARE(12, 14) COMPARE(13, 15) COMPARE(8, 9) COMPARE(10, 11) COMPARE(12, 13) COMPARE(14, 15)

#define FOLD_1(g, d) FOLD_SELF(g, d)
#define FOLD_2(g, d) FOLD(0, 1, g, d)
#define FOLD_4(g, d) FOLD(0, 3, g, d) FOLD(1, 2, g, d)
#define FOLD_8(g, d) FOLD(0, 7, g, d) FOLD(1, 6, g, d) FOLD(2, 5, g, d) FOLD(3, 4, g, d)
#define FOLD_16(g, d)                                                                         \
    FOLD(0, 15, g, d) FOLD(1, 14, g, d) FOLD(2, 13, g, d) FOLD(3, 12, g, d) FOLD(4, 11, g, d) \
    FOLD(5, 10, g, d) FOLD(6, 9, g, d) FOLD(7, 8, g, d)

#define ACROSS_1(d) ACROSS(0, d)
#define ACROSS_2(d) ACROSS(0, d) ACROSS(1, d)
#define ACROSS_4(d) ACROSS_2(d) ACROSS(2, d) ACROSS(3, d)
#define ACROSS_8(d) ACROSS_4(d) ACROSS(4, d) ACROSS(5, d) ACROSS(6, d) ACROSS(7, d)
#define ACROSS_16(d)                                                                              \
    ACROSS_8(d) ACROSS(8, d) ACROSS(9, d) ACROSS(10, d) ACROSS(11, d) ACROSS(12, d) ACROSS(13, d) \
    ACROSS(14, d) ACROSS(15, d)

#define MERGE_2(R) FOLD_##R(2, 1) CLEAN_##R
#define MERGE_4(R) MERGE_2(R) FOLD_##R(4, 2) ACROSS_##R(1) CLEAN_##R
#define MERGE_8(R) MERGE_4(R) FOLD_##R(8, 4) ACROSS_##R(2) ACROSS_##R(1) CLEAN_##R
#define MERGE_16(R) MERGE_8(R) FOLD_##R(16, 8) ACROSS_##R(4) ACROSS_##R(2) ACROSS_##R(1) CLEAN_##R

/* Row k of R; rows of the lower half are full, as fewer keys take a smaller network. */
#define LEFT(k) (n > (k) * LANES ? n - (k) * LANES : 0)
#define GET(k) VEC v##k = NAME(load)(x + (k) * LANES);
#define GET_REST(k) VEC v##k = NAME(load_first)(x + (k) * LANES, LEFT(k), most);
#define PUT(k, v) NAME(store)(out + (k) * LANES, v);
#define PUT_REST(k, v)                                    \
    if (n >= ((k) + 1) * LANES) {                         \
        NAME(store)(out + (k) * LANES, v);                \
    } else {                                              \
        NAME(store_first)(out + (k) * LANES, LEFT(k), v); \
    }

#if LANES == 4
#define MERGE(R) MERGE_4(R)
#elif LANES == 8
#define MERGE(R) MERGE_8(R)
#else
#define MERGE(R) MERGE_16(R)
#endif

static void NAME(network_1_)(const KEY *x, size_t n, KEY *out) {
    const VEC most = NAME(set)(EXPAND_LIMIT(BITS, MAX));
    GET_REST(0)
    MERGE(1)
    PUT_REST(0, v0)
}

static void NAME(network_2_)(const KEY *x, size_t n, KEY *out) {
    const VEC most = NAME(set)(EXPAND_LIMIT(BITS, MAX));
    GET(0) GET_REST(1)
    SORT_ROWS_2
    MERGE(2)
    ZIP(v, a, 0, 1, 1)
    PUT(0, a0) PUT_REST(1, a1)
}

static void NAME(network_4_)(const KEY *x, size_t n, KEY *out) {
    const VEC most = NAME(set)(EXPAND_LIMIT(BITS, MAX));
    GET(0) GET(1) GET_REST(2) GET_REST(3)
    SORT_ROWS_4
    MERGE(4)
    ZIP(v, a, 0, 1, 1) ZIP(v, a, 2, 3, 1)
    ZIP(a, b, 0, 2, 2) ZIP(a, b, 1, 3, 2)
    PUT(0, b0) PUT(1, b2) PUT_REST(2, b1) PUT_REST(3, b3)
}

static void NAME(network_8_)(const KEY *x, size_t n, KEY *out) {
    const VEC most = NAME(set)(EXPAND_LIMIT(BITS, MAX));
    GET(0) GET(1) GET(2) GET(3) GET_REST(4) GET_REST(5) GET_REST(6) GET_REST(7)
    SORT_ROWS_8
    MERGE(8)
    ZIP(v, a, 0, 1, 1) ZIP(v, a, 2, 3, 1) ZIP(v, a, 4, 5, 1) ZIP(v, a, 6, 7, 1)
    ZIP(a, b, 0, 2, 2) ZIP(a, b, 1, 3, 2) ZIP(a, b, 4, 6, 2) ZIP(a, b, 5, 7, 2)
#if LANES == 4
    PUT(0, b0) PUT(1, b4) PUT(2, b2) PUT(3, b6)
    PUT_REST(4, b1) PUT_REST(5, b5) PUT_REST(6, b3) PUT_REST(7, b7)
#else
    ZIP(b, c, 0, 4, 4) ZIP(b, c, 1, 5, 4) ZIP(b, c, 2, 6, 4) ZIP(b, c, 3, 7, 4)
    PUT(0, c0) PUT(1, c4) PUT(2, c2) PUT(3, c6)
    PUT_REST(4, c1) PUT_REST(5, c5) PUT_REST(6, c3) PUT_REST(7, c7)
#endif
}

#define ROWS_MOST 8
#if LANES * BITS >= 256
#undef ROWS_MOST
#define ROWS_MOST 16
static void NAME(network_16_)(const KEY *x, size_t n, KEY *out) {
    const VEC most = NAME(set)(EXPAND_LIMIT(BITS, MAX));
    GET(0) GET(1) GET(2) GET(3) GET(4) GET(5) GET(6) GET(7)
    GET_REST(8) GET_REST(9) GET_REST(10) GET_REST(11) GET_REST(12) GET_REST(13) GET_REST(14) GET_REST(15)
    SORT_ROWS_16
    MERGE(16)
    ZIP(v, a, 0, 1, 1) ZIP(v, a, 2, 3, 1) ZIP(v, a, 4, 5, 1) ZIP(v, a, 6, 7, 1)
    ZIP(a, b, 0, 2, 2) ZIP(a, b, 1, 3, 2) ZIP(a, b, 4, 6, 2) ZIP(a, b, 5, 7, 2)
    ZIP(v, a, 8, 9, 1) ZIP(v, a, 10, 11, 1) ZIP(v, a, 12, 13, 1) ZIP(v, a, 14, 15, 1)
    ZIP(a, b, 8, 10, 2) ZIP(a, b, 9, 11, 2) ZIP(a, b, 12, 14, 2) ZIP(a, b, 13, 15, 2)
#if LANES == 4
    PUT(0, b0) PUT(1, b4) PUT(2, b8) PUT(3, b12) PUT(4, b2) PUT(5, b6) PUT(6, b10) PUT(7, b14)
    PUT_REST(8, b1) PUT_REST(9, b5) PUT_REST(10, b9) PUT_REST(11, b13)
    PUT_REST(12, b3) PUT_REST(13, b7) PUT_REST(14, b11) PUT_REST(15, b15)
#else
    ZIP(b, c, 0, 4, 4) ZIP(b, c, 1, 5, 4) ZIP(b, c, 2, 6, 4) ZIP(b, c, 3, 7, 4)
    ZIP(b, c, 8, 12, 4) ZIP(b, c, 9, 13, 4) ZIP(b, c, 10, 14, 4) ZIP(b, c, 11, 15, 4)
#if LANES == 8
    PUT(0, c0) PUT(1, c8) PUT(2, c4) PUT(3, c12) PUT(4, c2) PUT(5, c10) PUT(6, c6) PUT(7, c14)
    PUT_REST(8, c1) PUT_REST(9, c9) PUT_REST(10, c5) PUT_REST(11, c13)
    PUT_REST(12, c3) PUT_REST(13, c11) PUT_REST(14, c7) PUT_REST(15, c15)
#else
    ZIP(c, d, 0, 8, 8) ZIP(c, d, 1, 9, 8) ZIP(c, d, 2, 10, 8) ZIP(c, d, 3, 11, 8)
    ZIP(c, d, 4, 12, 8) ZIP(c, d, 5, 13, 8) ZIP(c, d, 6, 14, 8) ZIP(c, d, 7, 15, 8)
    PUT(0, d0) PUT(1, d8) PUT(2, d4) PUT(3, d12) PUT(4, d2) PUT(5, d10) PUT(6, d6) PUT(7, d14)
    PUT_REST(8, d1) PUT_REST(9, d9) PUT_REST(10, d5) PUT_REST(11, d13)
    PUT_REST(12, d3) PUT_REST(13, d11) PUT_REST(14, d7) PUT_REST(15, d15)
#endif
#endif
}
#endif
/* clang-format on */

#define LEAF_MOST (ROWS_MOST * LANES)

/* Sorts n <= LEAF_MOST keys of x into out, which may be x. */
static void NAME(sort_leaf)(const KEY *x, size_t n, KEY *out) {
    if (n <= LANES) {
        NAME(network_1_)(x, n, out);
    } else if (n <= 2 * LANES) {
        NAME(network_2_)(x, n, out);
    } else if (n <= 4 * LANES) {
        NAME(network_4_)(x, n, out);
    } else if (n <= 8 * LANES) {
        NAME(network_8_)(x, n, out);
    }
#if ROWS_MOST == 16
    else {
        NAME(network_16_)(x, n, out);
    }
#endif
}

/* ---- partition ------------------------------------------------------------------------------------------------ */

/* Vectors that are read before their lanes are stored. */
#define AT_ONCE 4

/* Puts the keys of x that are not above the pivot at the front of `low`, in order, and the others at the back of
   `high`; both have room for n, and may be one array or x itself. Returns how many are not above.

   What is stored too much does no harm, in one array either: between `left` and `right` there is as much room as keys
   are unread, a multiple of LANES once the first few are gone; if it is just LANES, both stores are the same. */
static size_t NAME(split)(const KEY *x, size_t n, KEY pivot, KEY *low, KEY *high) {
    const VEC p = NAME(set)(pivot);
    size_t i = 0, right = n;
    for (; i < n % LANES; i++) {
        const KEY k = x[i];
        low[i - (n - right)] = k;
        high[right - 1] = k;
        right -= k > pivot;
    }
    for (; i < n; i += LANES) {
        right -= NAME(part)(NAME(load)(x + i), p, low + (i - (n - right)), high + right);
    }
    return right;
}

/* The same in place, for n >= 8·AT_ONCE·LANES; the keys keep no order. Reading from the side with less free room leaves
   AT_ONCE vectors free at either side at all times: they are read first, and placed last. */
static size_t NAME(split_in_place)(KEY *x, size_t n, KEY pivot) {
    const VEC p = NAME(set)(pivot);
    const size_t step = AT_ONCE * LANES, whole = n - n % step;
    KEY saved[2 * AT_ONCE * LANES];
    size_t front = step, back = whole - step, left = 0, right = whole;
    memcpy(saved, x, step * sizeof *x);
    memcpy(saved + step, x + back, step * sizeof *x);
    while (front < back) {
        const KEY *next;
        size_t gone;
        if (front - left <= right - back) {
            next = x + front;
            front += step;
        } else {
            back -= step;
            next = x + back;
        }
        const VEC a = NAME(load)(next), b = NAME(load)(next + LANES);
        const VEC c = NAME(load)(next + 2 * LANES), d = NAME(load)(next + 3 * LANES);
        gone = NAME(part)(a, p, x + left, x + right);
        right -= gone, left += LANES - gone;
        gone = NAME(part)(b, p, x + left, x + right);
        right -= gone, left += LANES - gone;
        gone = NAME(part)(c, p, x + left, x + right);
        right -= gone, left += LANES - gone;
        gone = NAME(part)(d, p, x + left, x + right);
        right -= gone, left += LANES - gone;
    }
    for (size_t i = 0; i < 2 * step; i += LANES) {
        const size_t gone = NAME(part)(NAME(load)(saved + i), p, x + left, x + right);
        right -= gone, left += LANES - gone;
    }
    for (size_t i = whole; i < n; i++) {
        const KEY k = x[i];
        if (k <= pivot) {
            x[i] = x[left];
            x[left++] = k;
        }
    }
    return left;
}

/* ---- quicksort ------------------------------------------------------------------------------------------------ */

/* Keys that are sorted between two arrays, both in the L1 cache: with 512 and 65 536 it took 5 % more time. The scratch
   is small enough for the stack. */
#define SCRATCH_KEYS 2048

/* A median of keys of x, n > LEAF_MOST, and what the others say: whether none is above it, and whether all equal it. */
typedef struct NAME(choice) {
    KEY pivot;
    int is_greatest, is_only;
} NAME(choice);

static NAME(choice) NAME(choose_pivot)(const KEY *x, size_t n) {
    KEY sample[64];
    const size_t count = n <= 1024 ? 16 : n <= 16384 || LEAF_MOST < 64 ? 32 : 64;
    const size_t stride = n / count;
    NAME(choice) choice;
    uint64_t state = n;
    for (size_t i = 0; i < count; i++) {
        state = state * 0x5851f42d4c957f2du + 0x14057b7ef767814fu;
        sample[i] = x[i * stride + (size_t)((state >> 32) * (stride < UINT32_MAX ? stride : UINT32_MAX) >> 32)];
    }
    NAME(sort_leaf)(sample, count, sample);
    choice.pivot = sample[count / 2 - 1];
    choice.is_greatest = sample[count - 1] == choice.pivot;
    choice.is_only = choice.is_greatest && sample[0] == choice.pivot;
    return choice;
}

static int NAME(are_equal)(const KEY *x, size_t n) {
    const size_t block = 8 * LANES;
    size_t i = 0;
    for (; i + block <= n; i += block) {
        KEY difference = 0;
        for (size_t k = 0; k < block; k++) {
            difference |= x[i + k] ^ x[0];
        }
        if (difference != 0) {
            return 0;
        }
    }
    for (; i < n; i++) {
        if (x[i] != x[0]) {
            return 0;
        }
    }
    return 1;
}

static void NAME(copy)(const KEY *x, size_t n, KEY *out) {
    for (size_t i = 0; i < n; i++) {
        out[i] = x[i];
    }
}

/* Sorts the keys of x, into `other` if asked to; the two change roles from level to level.

   Where no key of the sample is above the pivot, those below it are split off instead, so that keys that are there many
   times leave in one level; if there are none below, those that equal it are. */
static void NAME(sort_between)(KEY *x, KEY *other, size_t n, int into_other, unsigned depth) {
    while (n > LEAF_MOST) {
        const NAME(choice) choice = NAME(choose_pivot)(x, n);
        KEY *right, *right_other;
        size_t left;
        int right_into_other = !into_other;
        if (depth-- == 0) {
            NAME(heapsort)(x, n);
            if (into_other) {
                NAME(copy)(x, n, other);
            }
            return;
        }
        if (choice.is_only && NAME(are_equal)(x, n)) {
            if (into_other) {
                NAME(copy)(x, n, other);
            }
            return;
        }
        left = 0;
        if (!choice.is_greatest) {
            left = NAME(split)(x, n, choice.pivot, x, other);
        } else if (choice.pivot != EXPAND_LIMIT(BITS, MIN)) {
            left = NAME(split)(x, n, choice.pivot - 1, x, other);
        } else {
            NAME(copy)(x, n, other);
        }
        right = other + left;
        right_other = x + left;
        if (left == 0) {
            /* The pivot is the least, and all keys are in `other` now. */
            KEY *const start = other;
            const size_t equal = NAME(split)(start, n, choice.pivot, start, x);
            if (!into_other) {
                NAME(copy)(start, equal, x);
            }
            other = start + equal;
            x += equal;
            n -= equal;
            continue;
        }
        if (choice.is_greatest && NAME(are_equal)(right, n - left)) {
            NAME(copy)(right, n - left, right_into_other ? right_other : right);
        } else {
            NAME(sort_between)(right, right_other, n - left, right_into_other, depth);
        }
        n = left;
    }
    NAME(sort_leaf)(x, n, into_other ? other : x);
}

/* Sorts n keys in place; the keys that are done are unmapped while they are at hand. */
static void NAME(quicksort)(KEY *x, size_t n, KEY *scratch, NAME(mapping) map, unsigned depth) {
    while (n > SCRATCH_KEYS) {
        const NAME(choice) choice = NAME(choose_pivot)(x, n);
        size_t left = 0;
        if (depth-- == 0) {
            NAME(heapsort)(x, n);
            NAME(unmap)(x, n, map);
            return;
        }
        if (choice.is_only && NAME(are_equal)(x, n)) {
            NAME(unmap)(x, n, map);
            return;
        }
        if (!choice.is_greatest) {
            left = NAME(split_in_place)(x, n, choice.pivot);
        } else if (choice.pivot != EXPAND_LIMIT(BITS, MIN)) {
            left = NAME(split_in_place)(x, n, choice.pivot - 1);
        }
        if (left == 0) {
            left = NAME(split_in_place)(x, n, choice.pivot);
            NAME(unmap)(x, left, map);
            x += left;
            n -= left;
            continue;
        }
        if (choice.is_greatest && NAME(are_equal)(x + left, n - left)) {
            NAME(unmap)(x + left, n - left, map);
        } else {
            NAME(quicksort)(x + left, n - left, scratch, map, depth);
        }
        n = left;
    }
    NAME(sort_between)(x, scratch, n, 0, depth);
    NAME(unmap)(x, n, map);
}

#undef ROWS_MOST
#undef MERGE
