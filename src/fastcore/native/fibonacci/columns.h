/* Products by columns, on doubles: the quick way as long as numbers are short.

   A number is a row of digits d[i] of 51 bits and a sign, |d| <= 2^50 and a little, each a double. Fused multiplication
   splits the product of two digits exactly: with C = 1.5·2^103, whose last bit is worth 2^51,

       high = fma(a, b, C)            = C + h·2^51, h the nearest integer to ab / 2^51
       low  = fma(a, b, (C + 1.5·2^52) - high) = 1.5·2^52 + (ab - h·2^51), exactly

   and as both constants keep their binade (|ab| < 2^102; the rest is at most 2^50), the bits of `high` and of `low` are
   the constants' bits plus h and plus the rest. So their sums over a column are sums of words: five instructions for as
   many products as there are lanes. (N. Emmart's use of fused multiplication for modular arithmetic, with signed digits
   so that no rounding mode need be set.) COLUMNS columns are summed at a time in registers, without stores.

   Signed digits end carries: a sum v is split into q = round(v / 2^51) and r = v - q·2^51, and r plus the q of the
   column below is a digit. No carry goes further than that, so it is all vectors; only the last result is carried
   through.

   A square takes each pair of different digits once, doubled; what is left is a triangle in each block of columns. */
#ifndef FASTCORE_FIBONACCI_COLUMNS_H
#define FASTCORE_FIBONACCI_COLUMNS_H

#include <assert.h>

#include "vectors.h"

#ifdef FC_HAS_VECTORS

#define DIGIT_BITS 51
#define RADIX 0x1p51
/* Sixteen columns on every ISA: 8 accumulators of AVX2's 16 registers. */
#define COLUMNS 16
#define COLUMN_VECTORS (COLUMNS / LANES)
/* Rows have this many zeros before and behind them. */
#define ROW_PADDING COLUMNS
/* Sums of five columns' worth stay below 2^63: 5·n·2^50.6. */
#define COLUMNS_MOST 1000

#define SPLITTER 0x1.8p103
#define SPLITTER_BITS UINT64_C(0x4668000000000000)
/* SPLITTER + ROUNDING */
#define SPLITTER_AND_ROUNDING 0x1.8000000000003p103

/* The sums of a block of columns: what the digits' products are above 2^51, and below. */
typedef struct column_sums {
    words high[COLUMN_VECTORS], low[COLUMN_VECTORS];
} column_sums;

/* Adds x·y to a vector of sums. */
FC_INLINE void add_digits(words *high_sum, words *low_sum, vec x, vec y) {
    const vec splitter = vec_set(SPLITTER), both = vec_set(SPLITTER_AND_ROUNDING);
    const vec high = vec_fma(x, y, splitter), low = vec_fma(x, y, vec_sub(both, high));
    *high_sum = words_add(*high_sum, words_of(high));
    *low_sum = words_add(*low_sum, words_of(low));
    KEEP_IN_REGISTERS(*high_sum, *low_sum);
}

/* Adds x·y[0 … COLUMNS). */
FC_INLINE void add_products(column_sums *sums, double x, const double *y) {
    const vec a = vec_set(x);
    for (int t = 0; t < COLUMN_VECTORS; t++) {
        add_digits(&sums->high[t], &sums->low[t], a, vec_load(y + LANES * t));
    }
}

/* Takes the constants' bits of `count` products away, and writes columns c, c + 1 … of both. */
FC_INLINE void store_sums(const column_sums *sums, size_t count, int64_t *high, int64_t *low) {
    const words high_bits = words_set(count * SPLITTER_BITS), low_bits = words_set(count * ROUNDING_BITS);
    for (int t = 0; t < COLUMN_VECTORS; t++) {
        words_store(high + LANES * t, words_sub(sums->high[t], high_bits));
        words_store(low + LANES * t, words_sub(sums->low[t], low_bits));
    }
}

FC_INLINE void clear_sums(column_sums *sums) {
    for (int t = 0; t < COLUMN_VECTORS; t++) {
        sums->high[t] = sums->low[t] = words_set(0);
    }
}

/* The column sums of a·b, of n and m digits: n + m of them rounded up to COLUMNS. */
static void multiply_columns(const double *a, size_t n, const double *b, size_t m, int64_t *high, int64_t *low) {
    for (size_t c = 0; c < n + m; c += COLUMNS) {
        const size_t first = c < m ? 0 : c - m + 1, end = n < c + COLUMNS ? n : c + COLUMNS;
        column_sums sums;
        clear_sums(&sums);
        for (size_t i = first; i < end; i++) {
            add_products(&sums, a[i], b + c - i);
        }
        store_sums(&sums, end > first ? end - first : 0, high + c, low + c);
    }
}

/* From LANES - r on, r zeros and then ones. */
static const uint64_t lanes_from[2 * LANES] = {
#if LANES == 8
    0,          0,          0,          0,          0,          0,          0,         0, UINT64_MAX,
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX
#elif LANES == 4
    0,          0,          0,         0, UINT64_MAX,
    UINT64_MAX, UINT64_MAX, UINT64_MAX
#else
    0, 0, UINT64_MAX, UINT64_MAX
#endif
};

/* The column sums of a^2. */
static void square_columns(const double *a, size_t n, int64_t *high, int64_t *low) {
    for (size_t c = 0; c < 2 * n; c += COLUMNS) {
        const size_t middle = c / 2, first = c < n ? 0 : c - n + 1, pairs = middle > first ? middle - first : 0;
        const double *half = a + middle;
        column_sums sums;
        clear_sums(&sums);
        for (size_t i = first; i < middle; i++) {
            add_products(&sums, a[i], a + c - i);
        }
        store_sums(&sums, pairs, high + c, low + c);
        /* What remains of column c + l are the products of digits middle + r and middle + l - r, 0 <= r <= l. */
        for (size_t v = 0; v < COLUMNS; v += LANES) {
            words high_sum = words_load(high + c + v), low_sum = words_load(low + c + v);
            high_sum = words_sub(words_add(high_sum, high_sum), words_set((v + LANES) * SPLITTER_BITS));
            low_sum = words_sub(words_add(low_sum, low_sum), words_set((v + LANES) * ROUNDING_BITS));
            for (size_t r = 0; r < v; r++) {
                add_digits(&high_sum, &low_sum, vec_set(half[r]), vec_load(half + v - r));
            }
            for (size_t lane = 0; lane < LANES; lane++) {
                const words y = words_and(words_of(vec_load(half - lane)), words_load(lanes_from + LANES - lane));
                add_digits(&high_sum, &low_sum, vec_set(half[v + lane]), vec_of(y));
            }
            words_store(high + c + v, high_sum);
            words_store(low + c + v, low_sum);
        }
    }
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* The rows and sums that columns work on; `sums` have a zero before them. */
typedef struct columns {
    double *a, *b, *x, *y;
    int64_t *s_high, *s_low, *t_high, *t_low;
} columns;

FC_INLINE size_t row_size(size_t digits) { return digits + 2 * ROW_PADDING + COLUMNS; }
FC_INLINE size_t sums_size(size_t digits) { return 2 * digits + 4 * COLUMNS; }
FC_INLINE size_t columns_scratch_count(size_t digits) { return 4 * row_size(digits) + 4 * sums_size(digits); }

/* Zeros for COLUMNS words or doubles. gcc makes `rep stos` of a memset of 128 bytes, which takes longer to start. */
FC_INLINE void clear_block(void *block) {
    for (int t = 0; t < COLUMN_VECTORS; t++) {
        vec_store((double *)block + LANES * t, vec_set(0));
    }
}

static columns columns_in(double *scratch, size_t digits) {
    columns all;
    double *row[4];
    int64_t *sums = (int64_t *)(scratch + 4 * row_size(digits)) + COLUMNS;
    for (int i = 0; i < 4; i++) {
        clear_block(scratch);
        row[i] = scratch + ROW_PADDING;
        scratch += row_size(digits);
    }
    all.a = row[0];
    all.b = row[1];
    all.x = row[2];
    all.y = row[3];
    all.s_high = sums;
    all.s_low = all.s_high + sums_size(digits);
    all.t_high = all.s_low + sums_size(digits);
    all.t_low = all.t_high + sums_size(digits);
    all.s_high[-1] = all.t_high[-1] = 0;
    return all;
}

FC_INLINE size_t whole_blocks(size_t n) { return (n + COLUMNS - 1) / COLUMNS * COLUMNS; }

/* Zeros behind n digits of a row. */
FC_INLINE void end_row(double *row, size_t n) { clear_block(row + n); }

FC_INLINE void end_sums(int64_t *high, int64_t *low, size_t n) {
    clear_block(high + whole_blocks(n));
    clear_block(low + whole_blocks(n));
}

/* S and T: the column sums of a^2 and of b^2, of n digits each, with zeros behind them. */
static void square_both(const columns *all, size_t n) {
    assert(n <= COLUMNS_MOST);
    square_columns(all->a, n, all->s_high, all->s_low);
    square_columns(all->b, n, all->t_high, all->t_low);
    end_sums(all->s_high, all->s_low, 2 * n);
    end_sums(all->t_high, all->t_low, 2 * n);
}

/* After a step that has written n digits of a and b: adds the constant to b, and to a if the bit was 1, and returns how
   many digits b has. */
static size_t end_step(const columns *all, size_t n, int constant, int bit) {
    all->b[0] += constant;
    if (bit) {
        all->a[0] += constant;
    }
    end_row(all->a, n);
    end_row(all->b, n);
    while (all->b[n - 1] == 0) {
        n--;
    }
    return n;
}

/* out = by_a·a + by_b·b, of n digits, which may become one more; `radix` is that of the digits. */
static void mix_rows(double *out, const double *a, int by_a, const double *b, int by_b, size_t n, double radix) {
    const vec x = vec_set(by_a), y = vec_set(by_b), rounding = vec_set(ROUNDING), base = vec_set(radix),
              inverse = vec_set(1 / radix);
    words before = words_set(0);
    for (size_t i = 0; i < n + 1; i += LANES) {
        const vec v = vec_fma(vec_load(a + i), x, vec_mul(vec_load(b + i), y));
        const vec q = vec_sub(vec_fma(v, inverse, rounding), rounding);
        const vec rest = vec_fnma(q, base, v);
        vec_store(out + i, vec_add(rest, vec_of(words_after(before, words_of(q)))));
        before = words_of(q);
    }
    end_row(out, n + 1);
}

/* The lanes of a sum as digits: what is nearest to 0 here, and the rest to the column above. */
FC_INLINE vec digits_of(words v, words *before) {
    const words q = words_right_signed(words_add(v, words_set(INT64_C(1) << (DIGIT_BITS - 1))), DIGIT_BITS);
    const words digit = words_add(words_sub(v, words_left(q, DIGIT_BITS)), words_after(*before, q));
    *before = q;
    return vec_of_integers(digit);
}

#endif
#endif
