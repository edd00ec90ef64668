/* The sort of signed keys of one width: words.c includes this once with BITS 64 and once with BITS 32.

   Keys that come in long runs are merged: 8 or 16 windows tell whether that is worth a closer look. Everything else
   goes to the vector quicksort (quicksort.h) or, where there are no vectors, to the radix sort (radix.h).

   A mapping makes keys of other elements; it undoes itself and is undone when a key is in its place. */

/* key ^ offset ^ (flip if the key is negative): {0, KEY_MAX} is that of floats, {KEY_MIN, 0} that of unsigned integers.
 */
typedef struct NAME(mapping) {
    KEY offset, flip;
} NAME(mapping);

static void NAME(unmap)(KEY *x, size_t n, NAME(mapping) map) {
    if ((map.offset | map.flip) != 0) {
        for (size_t i = 0; i < n; i++) {
            x[i] ^= map.offset ^ (x[i] >> (BITS - 1) & map.flip);
        }
    }
}

static void NAME(heapsort)(KEY *x, size_t n) {
    size_t start = n / 2, end = n;
    while (end > 1) {
        size_t hole, child;
        KEY k;
        if (start > 0) {
            k = x[--start];
        } else {
            k = x[--end];
            x[end] = x[0];
        }
        hole = start;
        while ((child = 2 * hole + 1) < end) {
            child += child + 1 < end && x[child + 1] > x[child];
            if (x[child] <= k) {
                break;
            }
            x[hole] = x[child];
            hole = child;
        }
        x[hole] = k;
    }
}

#ifdef FC_HAS_LANES
#include "quicksort.h"
#else
#include "radix.h"
#endif

/* ---- runs ------------------------------------------------------------------------------------------------------ */

/* Where the run that starts at i ends; one that falls is looked for if `is_falling`. Equal keys are in any run. */
static size_t NAME(run_end)(const KEY *x, size_t i, size_t n, int is_falling) {
    const size_t block = 32;
    if (is_falling) {
        for (; i + block < n; i += block) {
            int is_broken = 0;
            for (size_t k = 0; k < block; k++) {
                is_broken |= x[i + k] < x[i + k + 1];
            }
            if (is_broken) {
                break;
            }
        }
        while (i + 1 < n && x[i] >= x[i + 1]) {
            i++;
        }
    } else {
        for (; i + block < n; i += block) {
            int is_broken = 0;
            for (size_t k = 0; k < block; k++) {
                is_broken |= x[i + k] > x[i + k + 1];
            }
            if (is_broken) {
                break;
            }
        }
        while (i + 1 < n && x[i] <= x[i + 1]) {
            i++;
        }
    }
    return i + 1;
}

#define WINDOW 8

/* 1 if the window rises, 2 if it falls, 3 if all its keys are equal, 0 otherwise. */
FC_INLINE int NAME(window_order)(const KEY *x) {
    int rises = 1, falls = 1;
    for (size_t k = 0; k + 1 < WINDOW; k++) {
        rises &= x[k] <= x[k + 1];
        falls &= x[k] >= x[k + 1];
    }
    return rises | falls << 1;
}

/* Whether three windows of four rise or fall; if one in four does not, the others are not looked at. */
static int NAME(seems_in_runs)(const KEY *x, size_t n) {
    const size_t count = n < 2048 ? 8 : 16, stride = (n - WINDOW) / (count - 1);
    size_t mixed = 0;
    for (size_t i = 0; i < count && mixed <= count / 4; i++) {
        mixed += NAME(window_order)(x + i * stride) == 0;
    }
    return mixed <= count / 4;
}

/* Merging takes about a third of a sort's time for each doubling of the pieces. */
FC_INLINE size_t NAME(pieces_most)(size_t n) { return n < 4096 ? 4 : PIECES_MOST; }

/* Cuts x into pieces: long runs, those that fall marked, and what is between. Returns their number, 0 if that gives
   more of them than are worth it or if more than a quarter of the keys are in no run. */
static size_t NAME(cut_runs)(const KEY *x, size_t n, piece *pieces) {
    const size_t shortest = n / 16 > 32 ? n / 16 : 32, step = n / 256 > 32 ? n / 256 : 32;
    const size_t most = NAME(pieces_most)(n);
    size_t count = 0, done = 0, mixed = 0, i = 0;
    while (i < n) {
        int is_falling = 0;
        size_t start = i, end = i + 1;
        if (i + WINDOW <= n) {
            const int order = NAME(window_order)(x + i);
            is_falling = order == 2;
            if (order != 0) {
                end = NAME(run_end)(x, i, n, is_falling);
                while (start > done && (is_falling ? x[start - 1] >= x[start] : x[start - 1] <= x[start])) {
                    start--;
                }
            }
        } else {
            end = n;
        }
        if (end - start < shortest) {
            i = end > i + step ? end : i + step;
            continue;
        }
        if (start > done) {
            mixed += start - done;
            if (count == most) {
                return 0;
            }
            pieces[count++] = (piece){done, start, MIXED};
        }
        if (count == most || mixed > n / 4) {
            return 0;
        }
        pieces[count++] = (piece){start, end, is_falling ? FALLING : RISING};
        done = i = end;
        if (mixed > n / 4) {
            return 0;
        }
    }
    if (done < n) {
        mixed += n - done;
        if (count == most || mixed > n / 4) {
            return 0;
        }
        pieces[count++] = (piece){done, n, MIXED};
    }
    return count;
}

/* Merges two runs into `out`, which overlaps neither, from both ends at once: each end waits for its own comparisons
   only. */
static void NAME(merge_ends)(const KEY *a, size_t na, const KEY *b, size_t nb, KEY *out) {
    const KEY *a_end = a + na, *b_end = b + nb;
    KEY *out_end = out + na + nb;
    for (;;) {
        const size_t rest_a = (size_t)(a_end - a), rest_b = (size_t)(b_end - b);
        const size_t steps = (rest_a < rest_b ? rest_a : rest_b) / 2;
        if (steps == 0) {
            break;
        }
        for (size_t i = 0; i < steps; i++) {
            const KEY first_a = *a, first_b = *b, last_a = a_end[-1], last_b = b_end[-1];
            const size_t takes_b = first_b < first_a, takes_a = last_b < last_a;
            *out++ = takes_b ? first_b : first_a;
            a += 1 - takes_b;
            b += takes_b;
            *--out_end = takes_a ? last_a : last_b;
            a_end -= takes_a;
            b_end -= 1 - takes_a;
        }
    }
    while (a < a_end && b < b_end) {
        *out++ = *b < *a ? *b++ : *a++;
    }
    memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(out + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

#ifdef FC_HAS_LANES
/* How many of the first `count` keys of two runs merged are of a. */
static size_t NAME(share_of_first)(const KEY *a, size_t na, const KEY *b, size_t nb, size_t count) {
    size_t low = count > nb ? count - nb : 0, high = count < na ? count : na;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (a[middle] <= b[count - middle - 1]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A merge under way: `held` are the keys that have been read and not been written. */
typedef struct NAME(merging) {
    const KEY *a, *a_end, *b, *b_end;
    KEY *out;
    VEC held;
} NAME(merging);

#if LANES == 4
#define MERGE_ACROSS ACROSS_2(2) ACROSS_2(1)
#elif LANES == 8
#define MERGE_ACROSS ACROSS_2(4) ACROSS_2(2) ACROSS_2(1)
#else
#define MERGE_ACROSS ACROSS_2(8) ACROSS_2(4) ACROSS_2(2) ACROSS_2(1)
#endif

/* Reads a vector of the run with the smaller head and writes the smaller half of that and what is held: no key that is
   still unread is below. Both runs have as many to read. */
FC_INLINE void NAME(merge_step)(NAME(merging) * m) {
    const int takes_b = *m->b < *m->a;
    const KEY *next = takes_b ? m->b : m->a;
    VEC v0, v1;
    const VEC turned = STEP(reverse, LANES)(NAME(load)(next));
    m->a += takes_b ? 0 : LANES;
    m->b += takes_b ? LANES : 0;
    v0 = NAME(min)(m->held, turned);
    v1 = NAME(max)(m->held, turned);
    MERGE_ACROSS;
    NAME(store)(m->out, v0);
    m->out += LANES;
    m->held = v1;
}

FC_INLINE size_t NAME(safe_steps)(const NAME(merging) * m) {
    const size_t rest_a = (size_t)(m->a_end - m->a), rest_b = (size_t)(m->b_end - m->b);
    return (rest_a < rest_b ? rest_a : rest_b) / LANES;
}

/* What is left: the keys held and the rests of two runs, one of them short. */
static void NAME(merge_rest)(NAME(merging) * m) {
    KEY held[LANES];
    const KEY *h = held, *const h_end = held + LANES;
    NAME(store)(held, m->held);
    while (h < h_end) {
        const int has_a = m->a < m->a_end, has_b = m->b < m->b_end;
        if (has_a && *m->a < *h && !(has_b && *m->b < *m->a)) {
            *m->out++ = *m->a++;
        } else if (has_b && *m->b < *h) {
            *m->out++ = *m->b++;
        } else {
            *m->out++ = *h++;
        }
    }
    NAME(merge_ends)(m->a, (size_t)(m->a_end - m->a), m->b, (size_t)(m->b_end - m->b), m->out);
}

/* A step takes some 25 cycles from the choice of a run to the keys that are held next, so that four merges, each of a
   quarter of the result, go on side by side. */
#define MERGES 4

/* Merges two runs into `out`, which overlaps neither (N. Satish et al., SIGMOD 2010; the quarters by S. Odeh et al.,
   IPDPSW 2012). */
static void NAME(merge)(const KEY *a, size_t na, const KEY *b, size_t nb, KEY *out) {
    NAME(merging) m[MERGES];
    const size_t quarter = (na + nb) / MERGES;
    size_t from_a = 0, from_b = 0, steps = SIZE_MAX;
    if (na < 16 * LANES || nb < 16 * LANES) {
        NAME(merge_ends)(a, na, b, nb, out);
        return;
    }
    for (size_t k = 0; k < MERGES; k++) {
        const size_t end = k + 1 == MERGES ? na + nb : (k + 1) * quarter;
        const size_t to_a = NAME(share_of_first)(a, na, b, nb, end), to_b = end - to_a;
        m[k] = (NAME(merging)){a + from_a, a + to_a, b + from_b, b + to_b, out + from_a + from_b, NAME(set)(0)};
        if (to_a - from_a < LANES || to_b - from_b < LANES) {
            steps = 0;
        }
        from_a = to_a;
        from_b = to_b;
    }
    if (steps > 0) {
        NAME(merging) m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];
        m0.held = NAME(load)(m0.a), m0.a += LANES;
        m1.held = NAME(load)(m1.a), m1.a += LANES;
        m2.held = NAME(load)(m2.a), m2.a += LANES;
        m3.held = NAME(load)(m3.a), m3.a += LANES;
        for (;;) {
            const size_t s0 = NAME(safe_steps)(&m0), s1 = NAME(safe_steps)(&m1);
            const size_t s2 = NAME(safe_steps)(&m2), s3 = NAME(safe_steps)(&m3);
            steps = s0 < s1 ? s0 : s1;
            steps = s2 < steps ? s2 : steps;
            steps = s3 < steps ? s3 : steps;
            if (steps < 2) {
                break;
            }
            for (size_t i = 1; i < steps; i++) {
                NAME(merge_step)(&m0);
                NAME(merge_step)(&m1);
                NAME(merge_step)(&m2);
                NAME(merge_step)(&m3);
            }
        }
        NAME(merge_rest)(&m0);
        NAME(merge_rest)(&m1);
        NAME(merge_rest)(&m2);
        NAME(merge_rest)(&m3);
        return;
    }
    for (size_t k = 0; k < MERGES; k++) {
        NAME(merge_ends)(m[k].a, (size_t)(m[k].a_end - m[k].a), m[k].b, (size_t)(m[k].b_end - m[k].b), m[k].out);
    }
}
#else
static void NAME(merge)(const KEY *a, size_t na, const KEY *b, size_t nb, KEY *out) {
    NAME(merge_ends)(a, na, b, nb, out);
}
#endif

/* Merges the run x[0..middle) with a much shorter x[middle..n), or the other way round, in place: the shorter one is
   kept in `scratch` and put between blocks of the longer one that move as they are. */
static void NAME(merge_few)(KEY *x, size_t middle, size_t n, KEY *scratch) {
    if (n - middle <= middle) {
        size_t end = middle;
        memcpy(scratch, x + middle, (n - middle) * sizeof *x);
        for (size_t k = n - middle; k > 0; k--) {
            size_t low = 0, high = end, reach = 1;
            while (reach <= end && x[end - reach] > scratch[k - 1]) {
                high = end - reach;
                reach *= 2;
            }
            low = reach <= end ? end - reach : 0;
            while (low < high) {
                const size_t half = low + (high - low) / 2;
                if (x[half] > scratch[k - 1]) {
                    high = half;
                } else {
                    low = half + 1;
                }
            }
            memmove(x + low + k, x + low, (end - low) * sizeof *x);
            end = low;
            x[end + k - 1] = scratch[k - 1];
        }
    } else {
        size_t start = middle;
        memcpy(scratch, x, middle * sizeof *x);
        for (size_t k = 0; k < middle; k++) {
            size_t low = start, high, reach = 1;
            while (reach <= n - start && x[start + reach - 1] < scratch[k]) {
                low = start + reach;
                reach *= 2;
            }
            high = reach <= n - start ? start + reach - 1 : n;
            while (low < high) {
                const size_t half = low + (high - low) / 2;
                if (x[half] < scratch[k]) {
                    low = half + 1;
                } else {
                    high = half;
                }
            }
            memmove(x + start - (middle - k), x + start, (low - start) * sizeof *x);
            start = low;
            x[start - (middle - k)] = scratch[k];
        }
    }
}

static void NAME(reverse)(KEY *x, size_t n) {
    for (size_t i = 0; i < n / 2; i++) {
        const KEY k = x[i];
        x[i] = x[n - 1 - i];
        x[n - 1 - i] = k;
    }
}

static void NAME(sort_mixed)(KEY *x, size_t n, NAME(mapping) map, unsigned low, unsigned width, KEY *scratch);

/* Makes each piece a run and merges neighbours, the shortest pair first; `scratch` has room for all keys. */
static void NAME(merge_pieces)(KEY *x, piece *pieces, size_t count, unsigned low, unsigned width, KEY *scratch) {
    for (size_t i = 0; i < count; i++) {
        KEY *run = x + pieces[i].start;
        const size_t size = pieces[i].end - pieces[i].start;
        if (pieces[i].order == FALLING) {
            NAME(reverse)(run, size);
        }
        if (pieces[i].order == MIXED) {
            NAME(sort_mixed)(run, size, (NAME(mapping)){0, 0}, low, width, scratch);
        }
    }
    while (count > 1) {
        size_t best = 0, start, middle, size;
        for (size_t i = 1; i + 1 < count; i++) {
            if (pieces[i + 1].end - pieces[i].start < pieces[best + 1].end - pieces[best].start) {
                best = i;
            }
        }
        start = pieces[best].start;
        middle = pieces[best].end - start;
        size = pieces[best + 1].end - start;
        if (x[start + middle - 1] > x[start + middle]) {
            if (middle < size / 8 || size - middle < size / 8) {
                NAME(merge_few)(x + start, middle, size, scratch);
            } else {
                NAME(merge)(x + start, middle, x + start + middle, size - middle, scratch);
                memcpy(x + start, scratch, size * sizeof *x);
            }
        }
        pieces[best].end = pieces[best + 1].end;
        for (size_t i = best + 1; i + 1 < count; i++) {
            pieces[i] = pieces[i + 1];
        }
        count--;
    }
}

/* ---- entry ----------------------------------------------------------------------------------------------------- */

#ifdef FC_HAS_LANES
static size_t NAME(split_in_two)(KEY *x, size_t n) {
    return NAME(split_in_place)(x, n, NAME(choose_pivot)(x, n).pivot);
}

static void NAME(sort_mixed)(KEY *x, size_t n, NAME(mapping) map, unsigned low, unsigned width, KEY *scratch) {
    KEY between[SCRATCH_KEYS];
    (void)low, (void)width, (void)scratch;
    NAME(quicksort)(x, n, between, map, 2 * fc_bit_length(n) + 4);
}
#else
/* By the median of three; C. A. R. Hoare's partition. */
static size_t NAME(split_in_two)(KEY *x, size_t n) {
    const KEY a = x[0], b = x[n / 2], c = x[n - 1];
    const KEY pivot = a < b ? (b < c ? b : (a < c ? c : a)) : (a < c ? a : (b < c ? c : b));
    size_t i = 0, j = n;
    for (;;) {
        while (i < j && x[i] <= pivot) {
            i++;
        }
        while (i < j && x[j - 1] > pivot) {
            j--;
        }
        if (i == j) {
            return i;
        }
        const KEY k = x[i];
        x[i++] = x[--j];
        x[j] = k;
    }
}

static void NAME(sort_mixed)(KEY *x, size_t n, NAME(mapping) map, unsigned low, unsigned width, KEY *scratch) {
    if (n <= INSERTION_MOST) {
        NAME(insertion_sort)(x, n);
    } else if (scratch == NULL || n > UINT32_MAX) {
        NAME(heapsort)(x, n);
    } else {
        NAME(radix_sort)(x, scratch, n, low, width);
    }
    NAME(unmap)(x, n, map);
}
#endif

static size_t NAME(sort_keys)(KEY *x, size_t n, NAME(mapping) map, unsigned low, unsigned width, void *scratch,
                              size_t capacity, int is_frugal) {
    const size_t wanted = n * sizeof *x;
    piece pieces[PIECES_MOST];
    if (n >= RUNS_FROM && NAME(seems_in_runs)(x, n)) {
        const size_t count = NAME(cut_runs)(x, n, pieces);
        if (count == 1 || (count > 0 && capacity >= wanted)) {
            NAME(merge_pieces)(x, pieces, count, low, width, (KEY *)scratch);
            NAME(unmap)(x, n, map);
            return 0;
        }
        if (count > 0 && !is_frugal) {
            return wanted;
        }
    }
#ifndef FC_HAS_LANES
    if (n > INSERTION_MOST && capacity < wanted && !is_frugal) {
        return wanted;
    }
#endif
    NAME(sort_mixed)(x, n, map, low, width, capacity >= wanted ? (KEY *)scratch : NULL);
    return 0;
}

#undef BITS
#undef MERGE_ACROSS
