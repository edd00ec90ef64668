/* Products of long numbers by number-theoretic transforms over three primes, on doubles.

   A number of n 64-bit limbs is a polynomial; the product's coefficients, below n·2^128, are found modulo the three
   primes p just below 2^50 and put together by J. Garner's method. Every step is exact. Residues are doubles of either
   sign, not fully reduced. The product of two, |ab| <= 2^51·p, is reduced by T. Dekker's splitting with fused
   multiplication:

       h = ab, q = round(h / p), l = fma(a, b, -h), r = fma(-q, p, h) + l

   Here h carries a relative error of 2^-53 and so does 1/p, so q is off the quotient by 1/2 + |ab/p|·2^-52, and |r| is
   at most (1/2 + |ab|/p^2/4)p; h - qp is an integer below 2^52, l below 2^49, so both operations on them are exact. For
   a twiddle factor, |b| <= p/2, and |a| <= A·p with A < 4, r is at most (1/2 + A/8)p.

   A transform of n points at node j is the remainder modulo x^n - w[j]^2 taken to its n roots: x^n - w[j]^2 =
   (x^(n/2) - w[j])(x^(n/2) + w[j]), whose factors are nodes 2j and 2j + 1, without any reordering (w is in bit-reversed
   order: w[0] = 1 and w[t + i] = w[i]·root(4t) for i < t, a power of two). Passes of four branches go down to LANES^2
   points, which are done in registers. The last results stay in the order in which the registers have them: pointwise
   products do not mind, and the inverse starts from there.

   To lose little to powers of two, a product is also taken modulo (x^L - 1) and one or two factors of x^L + 1: sizes
   are 5/8, 3/4, 7/8 and all of a power of two.

   A butterfly is 8 3/4 operations, half of them multiplications: as many as with integers of 52 bits (AVX-512 IFMA, 9),
   so that one kernel serves every ISA with fused multiplication. References: J. van der Hoeven and G. Lecerf,
   "Implementing number theoretic transforms" (2024); for the reduction, G. Lecerf, J. van der Hoeven and G. Quintin,
   "Modular SIMD arithmetic in Mathemagix", ACM TOMS 43 (2016). */
#ifndef FASTCORE_FIBONACCI_TRANSFORM_H
#define FASTCORE_FIBONACCI_TRANSFORM_H

#include <assert.h>

#include "vectors.h"

#ifdef FC_HAS_VECTORS

#define PRIMES 3
#define BASE_POINTS (LANES * LANES)
/* 8 KiB; with their factors they stay in the first-level cache. */
#define LEAF_POINTS 1024
/* Sizes between powers of two from here on: below, parts would be shorter than the passes. */
#define PARTS_FROM 1024
/* Coefficients of products of so many limbs are below n·2^128, which is below half of the primes' product by more than
   twice the product of two. */
#define TRANSFORM_MOST ((size_t)2000000)
/* Coefficients put together at a time. */
#define GARNER_BLOCK 64

/* A prime, its inverse, and the factors of all nodes and of their inverses. */
typedef struct field {
    vec p, inverse;
    const double *w, *inverse_w;
} field;

/* The sizes of one product: x^length - 1, and up to two factors of x^length + 1. */
typedef struct plan {
    size_t points, length;
    unsigned parts;
    size_t part_length[2];
    unsigned node[2];
} plan;

/* ---- residues ------------------------------------------------------------------------------------------------ */

FC_INLINE vec reduced(vec a, const field *f) {
    const vec rounding = vec_set(ROUNDING);
    return vec_fnma(vec_sub(vec_fma(a, f->inverse, rounding), rounding), f->p, a);
}

FC_INLINE vec product(vec a, vec b, const field *f) {
    const vec rounding = vec_set(ROUNDING);
    const vec h = vec_mul(a, b), q = vec_sub(vec_fma(h, f->inverse, rounding), rounding);
    return vec_add(vec_fnma(q, f->p, h), vec_fms(a, b, h));
}

/* The same for one number, in lane 0. */
static double scalar_product(double a, double b, const field *f) {
    double lane[LANES];
    vec_store(lane, product(vec_set(a), vec_set(b), f));
    return lane[0];
}

static double scalar_p(const field *f) {
    double lane[LANES];
    vec_store(lane, f->p);
    return lane[0];
}

static double scalar_reduced(double a, const field *f) {
    double lane[LANES];
    vec_store(lane, reduced(vec_set(a), f));
    return lane[0];
}

/* ---- passes -------------------------------------------------------------------------------------------------- */

/* Two levels: x[0], x[2] and x[1], x[3] at node j (factor w1), then nodes 2j (w2) and 2j + 1 (w3). Residues are below
   2.4p before, x[1] below 3.2p in between, and all below 2.4p after. */
FC_INLINE void split_four(vec x[4], vec w1, vec w2, vec w3, const field *f) {
    const vec x0 = reduced(x[0], f), x1 = x[1], x2 = product(x[2], w1, f), x3 = product(x[3], w1, f);
    const vec y0 = vec_add(x0, x2), y2 = vec_sub(x0, x2);
    const vec y1 = product(vec_add(x1, x3), w2, f), y3 = product(vec_sub(x1, x3), w3, f);
    x[0] = vec_add(y0, y1);
    x[1] = vec_sub(y0, y1);
    x[2] = vec_add(y2, y3);
    x[3] = vec_sub(y2, y3);
}

/* The inverse, times four. Residues are below p before and after: four of them are below 4p, and a product with a
   factor below (1/2 + 4/8)p. (More than 4p would not do: q must stay below 2^51 to be rounded to an integer.) */
FC_INLINE void join_four(vec x[4], vec w1, vec w2, vec w3, const field *f) {
    const vec y0 = vec_add(x[0], x[1]), y1 = product(vec_sub(x[0], x[1]), w2, f);
    const vec y2 = vec_add(x[2], x[3]), y3 = product(vec_sub(x[2], x[3]), w3, f);
    x[0] = reduced(vec_add(y0, y2), f);
    x[1] = reduced(vec_add(y1, y3), f);
    x[2] = product(vec_sub(y0, y2), w1, f);
    x[3] = product(vec_sub(y1, y3), w1, f);
}

FC_INLINE void split_two(vec *a, vec *b, vec w, const field *f) {
    const vec x = reduced(*a, f), y = product(*b, w, f);
    *a = vec_add(x, y);
    *b = vec_sub(x, y);
}

FC_INLINE void join_two(vec *a, vec *b, vec w, const field *f) {
    const vec x = *a, y = *b;
    *a = reduced(vec_add(x, y), f);
    *b = product(vec_sub(x, y), w, f);
}

/* The even and the odd lanes of two vectors side by side. */
#if LANES == 8
#define ODD_LANES _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15)
#define EVEN_LANES _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14)
FC_INLINE vec even_lanes(vec a, vec b) { return _mm512_permutex2var_pd(a, EVEN_LANES, b); }
FC_INLINE vec odd_lanes(vec a, vec b) { return _mm512_permutex2var_pd(a, ODD_LANES, b); }
#elif LANES == 4
FC_INLINE vec even_lanes(vec a, vec b) { return _mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8); }
FC_INLINE vec odd_lanes(vec a, vec b) { return _mm256_permute4x64_pd(_mm256_unpackhi_pd(a, b), 0xd8); }
#else
FC_INLINE vec even_lanes(vec a, vec b) { return vuzp1q_f64(a, b); }
FC_INLINE vec odd_lanes(vec a, vec b) { return vuzp2q_f64(a, b); }
#endif

/* Lane l of vector i for lane i of vector l. */
FC_INLINE void transpose(vec x[LANES]) {
#if LANES == 8
    vec y[8];
    for (int i = 0; i < 8; i += 2) {
        y[i] = _mm512_unpacklo_pd(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_pd(x[i], x[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int j = 0; j < 2; j++) {
            x[i + j] = _mm512_permutex2var_pd(y[i + j], _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), y[i + j + 2]);
            x[i + j + 2] =
                _mm512_permutex2var_pd(y[i + j], _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), y[i + j + 2]);
        }
    }
    for (int j = 0; j < 4; j++) {
        y[j] = _mm512_shuffle_f64x2(x[j], x[j + 4], 0x44);
        y[j + 4] = _mm512_shuffle_f64x2(x[j], x[j + 4], 0xee);
    }
    for (int j = 0; j < 8; j++) {
        x[j] = y[j];
    }
#elif LANES == 4
    const vec a = _mm256_unpacklo_pd(x[0], x[1]), b = _mm256_unpackhi_pd(x[0], x[1]);
    const vec c = _mm256_unpacklo_pd(x[2], x[3]), d = _mm256_unpackhi_pd(x[2], x[3]);
    x[0] = _mm256_permute2f128_pd(a, c, 0x20);
    x[1] = _mm256_permute2f128_pd(b, d, 0x20);
    x[2] = _mm256_permute2f128_pd(a, c, 0x31);
    x[3] = _mm256_permute2f128_pd(b, d, 0x31);
#else
    const vec a = x[0];
    x[0] = vzip1q_f64(a, x[1]);
    x[1] = vzip2q_f64(a, x[1]);
#endif
}

/* All levels of LANES points, one point in each vector; w has the factors, level after level. */
FC_INLINE void split_vectors(vec x[LANES], const vec w[LANES], const field *f) {
#if LANES == 8
    for (int i = 0; i < 4; i++) {
        split_two(&x[i], &x[i + 4], w[0], f);
    }
    split_four(x, w[1], w[3], w[4], f);
    split_four(x + 4, w[2], w[5], w[6], f);
#elif LANES == 4
    split_four(x, w[0], w[1], w[2], f);
#else
    split_two(&x[0], &x[1], w[0], f);
#endif
}

FC_INLINE void join_vectors(vec x[LANES], const vec w[LANES], const field *f) {
#if LANES == 8
    join_four(x, w[1], w[3], w[4], f);
    join_four(x + 4, w[2], w[5], w[6], f);
    for (int i = 0; i < 4; i++) {
        join_two(&x[i], &x[i + 4], w[0], f);
    }
#elif LANES == 4
    join_four(x, w[0], w[1], w[2], f);
#else
    join_two(&x[0], &x[1], w[0], f);
#endif
}

/* The factors of all levels of a node, and of LANES nodes side by side. */
FC_INLINE void factors_of_node(vec out[LANES], const double *w, size_t j) {
    int count = 0;
    for (size_t level = 1; level < LANES; level *= 2) {
        for (size_t i = 0; i < level; i++) {
            out[count++] = vec_set(w[level * j + i]);
        }
    }
}

FC_INLINE void factors_of_nodes(vec out[LANES], const double *w, size_t j) {
    out[0] = vec_load(w + j);
#if LANES > 2
    {
        const vec a = vec_load(w + 2 * j), b = vec_load(w + 2 * j + LANES);
        out[1] = even_lanes(a, b);
        out[2] = odd_lanes(a, b);
    }
#endif
#if LANES > 4
    {
        const vec a = vec_load(w + 4 * j), b = vec_load(w + 4 * j + 8), c = vec_load(w + 4 * j + 16),
                  d = vec_load(w + 4 * j + 24);
        const vec even = even_lanes(a, b), odd = odd_lanes(a, b), more_even = even_lanes(c, d),
                  more_odd = odd_lanes(c, d);
        out[3] = even_lanes(even, more_even);
        out[4] = even_lanes(odd, more_odd);
        out[5] = odd_lanes(even, more_even);
        out[6] = odd_lanes(odd, more_odd);
    }
#endif
}

FC_INLINE void load_block(vec r[LANES], const double *x) {
    for (int i = 0; i < LANES; i++) {
        r[i] = vec_load(x + LANES * i);
    }
}

FC_INLINE void store_block(double *x, const vec r[LANES]) {
    for (int i = 0; i < LANES; i++) {
        vec_store(x + LANES * i, r[i]);
    }
}

/* The levels of BASE_POINTS points whose distance is LANES and more; and those within a vector, on the transposed
 * block. */
FC_INLINE void split_rows(double *x, size_t j, const field *f) {
    vec r[LANES], w[LANES];
    load_block(r, x);
    factors_of_node(w, f->w, j);
    split_vectors(r, w, f);
    store_block(x, r);
}

FC_INLINE void split_lanes(double *x, size_t j, const field *f) {
    vec r[LANES], w[LANES];
    load_block(r, x);
    transpose(r);
    factors_of_nodes(w, f->w, LANES * j);
    split_vectors(r, w, f);
    store_block(x, r);
}

FC_INLINE void join_rows(double *x, size_t j, const field *f) {
    vec r[LANES], w[LANES];
    load_block(r, x);
    factors_of_node(w, f->inverse_w, j);
    join_vectors(r, w, f);
    store_block(x, r);
}

FC_INLINE void join_lanes(double *x, size_t j, const field *f) {
    vec r[LANES], w[LANES];
    load_block(r, x);
    factors_of_nodes(w, f->inverse_w, LANES * j);
    join_vectors(r, w, f);
    transpose(r);
    store_block(x, r);
}

/* Two levels at node j over n points. */
FC_INLINE void split_pass(double *x, size_t n, size_t j, const field *f) {
    const size_t quarter = n / 4;
    const vec w1 = vec_set(f->w[j]), w2 = vec_set(f->w[2 * j]), w3 = vec_set(f->w[2 * j + 1]);
    for (size_t i = 0; i < quarter; i += LANES) {
        vec r[4];
        for (size_t s = 0; s < 4; s++) {
            r[s] = vec_load(x + s * quarter + i);
        }
        split_four(r, w1, w2, w3, f);
        for (size_t s = 0; s < 4; s++) {
            vec_store(x + s * quarter + i, r[s]);
        }
    }
}

FC_INLINE void join_pass(double *x, size_t n, size_t j, const field *f) {
    const size_t quarter = n / 4;
    const vec w1 = vec_set(f->inverse_w[j]), w2 = vec_set(f->inverse_w[2 * j]), w3 = vec_set(f->inverse_w[2 * j + 1]);
    for (size_t i = 0; i < quarter; i += LANES) {
        vec r[4];
        for (size_t s = 0; s < 4; s++) {
            r[s] = vec_load(x + s * quarter + i);
        }
        join_four(r, w1, w2, w3, f);
        for (size_t s = 0; s < 4; s++) {
            vec_store(x + s * quarter + i, r[s]);
        }
    }
}

/* All levels of at most LEAF_POINTS points: each of them over all the points, so that many steps that do not depend on
   each other are at hand (the levels of one block alone are a chain of 20 cycles each). */
static void split_leaf(double *x, size_t n, size_t j, const field *f) {
    size_t nodes = 1, length = n;
    for (; length >= 4 * BASE_POINTS; length /= 4, nodes *= 4) {
        for (size_t i = 0; i < nodes; i++) {
            split_pass(x + i * length, length, nodes * j + i, f);
        }
    }
    if (length == 2 * BASE_POINTS) {
        for (size_t i = 0; i < nodes; i++) {
            const vec w = vec_set(f->w[nodes * j + i]);
            double *block = x + i * length;
            for (size_t s = 0; s < BASE_POINTS; s += LANES) {
                vec a = vec_load(block + s), b = vec_load(block + BASE_POINTS + s);
                split_two(&a, &b, w, f);
                vec_store(block + s, a);
                vec_store(block + BASE_POINTS + s, b);
            }
        }
        nodes *= 2;
    }
    for (size_t i = 0; i < nodes; i++) {
        split_rows(x + i * BASE_POINTS, nodes * j + i, f);
    }
    for (size_t i = 0; i < nodes; i++) {
        split_lanes(x + i * BASE_POINTS, nodes * j + i, f);
    }
}

static void join_leaf(double *x, size_t n, size_t j, const field *f) {
    size_t nodes = n / BASE_POINTS, length = BASE_POINTS, passes = 0;
    for (size_t i = 0; i < nodes; i++) {
        join_lanes(x + i * BASE_POINTS, nodes * j + i, f);
    }
    for (size_t i = 0; i < nodes; i++) {
        join_rows(x + i * BASE_POINTS, nodes * j + i, f);
    }
    while (n >> (2 * passes) >= 4 * BASE_POINTS) {
        passes++;
    }
    if (n >> (2 * passes) == 2 * BASE_POINTS) {
        length *= 2;
        nodes /= 2;
        for (size_t i = 0; i < nodes; i++) {
            const vec w = vec_set(f->inverse_w[nodes * j + i]);
            double *block = x + i * length;
            for (size_t s = 0; s < BASE_POINTS; s += LANES) {
                vec a = vec_load(block + s), b = vec_load(block + BASE_POINTS + s);
                join_two(&a, &b, w, f);
                vec_store(block + s, a);
                vec_store(block + BASE_POINTS + s, b);
            }
        }
    }
    while (passes-- > 0) {
        length *= 4;
        nodes /= 4;
        for (size_t i = 0; i < nodes; i++) {
            join_pass(x + i * length, length, nodes * j + i, f);
        }
    }
}

/* The transform of n points at node j, in place; n is a power of two from BASE_POINTS up. */
static void split_points(double *x, size_t n, size_t j, const field *f) {
    if (n <= LEAF_POINTS) {
        split_leaf(x, n, j, f);
        return;
    }
    split_pass(x, n, j, f);
    for (size_t s = 0; s < 4; s++) {
        split_points(x + s * (n / 4), n / 4, 4 * j + s, f);
    }
}

/* The inverse, times n. */
static void join_points(double *x, size_t n, size_t j, const field *f) {
    if (n <= LEAF_POINTS) {
        join_leaf(x, n, j, f);
        return;
    }
    for (size_t s = 0; s < 4; s++) {
        join_points(x + s * (n / 4), n / 4, 4 * j + s, f);
    }
    join_pass(x, n, j, f);
}

/* ---- sizes --------------------------------------------------------------------------------------------------- */

static plan plan_of(size_t need) {
    plan all = {0, BASE_POINTS * 2, 1, {0, 0}, {1, 0}};
    while (2 * all.length < need) {
        all.length *= 2;
    }
    const size_t eighth = all.length / 4;
    all.part_length[0] = all.length;
    all.points = 2 * all.length;
    if (all.points >= PARTS_FROM) {
        if (need <= 5 * eighth) {
            all.part_length[0] = eighth;
            all.node[0] = 4;
        } else if (need <= 6 * eighth) {
            all.part_length[0] = 2 * eighth;
            all.node[0] = 2;
        } else if (need <= 7 * eighth) {
            all.parts = 2;
            all.part_length[0] = 2 * eighth;
            all.node[0] = 2;
            all.part_length[1] = eighth;
            all.node[1] = 6;
        }
        all.points = all.length + all.part_length[0] + all.part_length[1];
    }
    return all;
}

/* The table of factors that a product of `need` points reads. */
FC_INLINE size_t factor_count(size_t need) { return plan_of(need).length; }

/* w[0 … count) and its inverses; count is a power of two, at least 2·LANES. */
static void make_factors(double *w, double *inverse_w, size_t count, const fc_prime *prime, const field *f) {
    unsigned level = 0;
    w[0] = inverse_w[0] = 1;
    for (size_t t = 1; t < count; t *= 2, level++) {
        const double root = prime->root[level];
        if (t < LANES) {
            for (size_t i = 0; i < t; i++) {
                w[t + i] = scalar_reduced(scalar_product(w[i], root, f), f);
            }
        } else {
            for (size_t i = 0; i < t; i += LANES) {
                vec_store(w + t + i, reduced(product(vec_load(w + i), vec_set(root), f), f));
            }
        }
        for (size_t i = 0; i < t; i++) {
            inverse_w[t + i] = -w[2 * t - 1 - i];
        }
    }
}

/* ---- from limbs and back ------------------------------------------------------------------------------------- */

/* The residues of LANES limbs, below p. The upper half becomes the last bits of 2^84, which are worth 2^32 and more,
   the lower half those of 2^52. */
FC_INLINE vec residues(words limbs, const field *f) {
    const words upper_bits = words_set(UINT64_C(0x4530000000000000)),
                lower_bits = words_set(UINT64_C(0x4330000000000000));
    const vec upper = vec_sub(vec_of(words_or(words_right(limbs, 32), upper_bits)), vec_set(0x1p84));
    const vec lower =
        vec_sub(vec_of(words_or(words_and(limbs, words_set(UINT64_C(0xffffffff))), lower_bits)), vec_set(0x1p52));
    return vec_add(reduced(upper, f), lower);
}

/* The limbs' residues modulo x^length - 1 and the other factors, each transformed. n <= length. */
static void transform(double *x, const uint64_t *limbs, size_t n, const plan *all, const field *f) {
    size_t i = 0, at = all->length;
    for (; i + LANES <= n; i += LANES) {
        vec_store(x + i, residues(words_load(limbs + i), f));
    }
    if (i < n) {
        uint64_t last[LANES] = {0};
        memcpy(last, limbs + i, (n - i) * sizeof *last);
        vec_store(x + i, residues(words_load(last), f));
        i += LANES;
    }
    memset(x + i, 0, (all->length - i) * sizeof *x);
    for (unsigned part = 0; part < all->parts; part++) {
        const size_t length = all->part_length[part];
        const unsigned node = all->node[part];
        if (node == 1) {
            /* x^length + 1, and no more coefficients than length. */
            memcpy(x + at, x, length * sizeof *x);
        } else {
            /* x^length = theta */
            const double theta = f->w[node / 2], theta2 = scalar_reduced(scalar_product(theta, theta, f), f);
            const vec power[4] = {vec_set(1), vec_set(theta), vec_set(theta2),
                                  vec_set(scalar_reduced(scalar_product(theta2, theta, f), f))};
            const size_t count = (n + length - 1) / length;
            for (size_t s = 0; s < length; s += LANES) {
                vec sum = vec_load(x + s);
                for (size_t e = 1; e < count; e++) {
                    sum = vec_add(sum, product(vec_load(x + e * length + s), power[e], f));
                }
                vec_store(x + at + s, reduced(sum, f));
            }
        }
        split_points(x + at, length, node, f);
        at += length;
    }
    split_points(x, all->length, 0, f);
}

/* Puts what is known modulo g = x^length - 1, times x^(length/2) - I if `is_second`, in x[0 … at), together with what
   is known modulo x^count - theta in x[at … at + count): A + g·Q with Q = (B - A) / g modulo x^count - theta, where g
   is -2, or 4I. B lacks the factor `scale` that A has. */
static void join_part(double *x, size_t at, size_t count, unsigned node, double scale, int is_second, const field *f) {
    const double theta = node == 1 ? -1 : f->w[node / 2], i = f->w[1];
    const double half = scalar_reduced((scalar_p(f) + 1) / 2, f), quarter = scalar_product(half, half, f);
    const vec by = vec_set(is_second ? scalar_reduced(scalar_product(quarter, i, f), f) : half), by_i = vec_set(i);
    const size_t folds = at / count;
    vec power[6];
    double p = 1;
    assert(folds <= 6);
    for (size_t e = 0; e < folds; e++) {
        power[e] = vec_set(p);
        p = scalar_reduced(scalar_product(p, theta, f), f);
    }
    for (size_t s = 0; s < count; s += LANES) {
        vec sum = vec_load(x + s);
        for (size_t e = 1; e < folds; e++) {
            sum = vec_add(sum, product(vec_load(x + e * count + s), power[e], f));
        }
        sum = vec_sub(sum, vec_mul(reduced(vec_load(x + at + s), f), vec_set(scale)));
        const vec q = product(reduced(sum, f), by, f);
        vec_store(x + at + s, q);
        if (is_second) {
            /* g = x^(6·count) - I·x^(4·count) - x^(2·count) + I */
            const vec iq = product(q, by_i, f);
            vec_store(x + s, vec_add(vec_load(x + s), iq));
            vec_store(x + 2 * count + s, vec_sub(vec_load(x + 2 * count + s), q));
            vec_store(x + 4 * count + s, vec_sub(vec_load(x + 4 * count + s), iq));
        } else {
            vec_store(x + s, vec_sub(vec_load(x + s), q));
        }
    }
}

/* x = the coefficients of the product whose factors' transforms are x and y, times all->length. y may be x. */
static void multiply_points(double *x, const double *y, const plan *all, const field *f) {
    size_t at = all->length;
    for (size_t i = 0; i < all->points; i += LANES) {
        /* Below (1/2 + 1.2/4)p, as the inverse wants. */
        const vec a = vec_load(x + i);
        vec_store(x + i, product(reduced(a, f), vec_load(y + i), f));
    }
    join_points(x, all->length, 0, f);
    for (unsigned part = 0; part < all->parts; part++) {
        join_points(x + at, all->part_length[part], all->node[part], f);
        at += all->part_length[part];
    }
    at = all->length;
    for (unsigned part = 0; part < all->parts; part++) {
        join_part(x, at, all->part_length[part], all->node[part], (double)(all->length / all->part_length[part]),
                  part == 1, f);
        at += all->part_length[part];
    }
}

/* ---- Garner -------------------------------------------------------------------------------------------------- */

typedef struct garner {
    field field[PRIMES];
    /* By which the residues lose the transforms' length, and then p1 and p1p2. */
    vec unscale[PRIMES], by_p1, by_p1_3, by_p2_3;
} garner;

/* A product of either sign as one from 0 up, below p. It is never -0, which would become p: of its two parts, which
   cancel or are both 0, fma(a, b, -h) is +0. */
FC_INLINE vec positive(vec a, const field *f) { return vec_select_negative(a, vec_add(a, f->p), a); }

/* p1, and p1p2 in two words. */
typedef struct mixed_radix {
    uint64_t p1, p12_low, p12_high;
} mixed_radix;

static mixed_radix radix_of_primes(void) {
    mixed_radix radix = {(uint64_t)fc_primes[0].p, 0, 0};
    radix.p12_low = fc_multiply(radix.p1, (uint64_t)fc_primes[1].p, &radix.p12_high);
    return radix;
}

/* Adds v1 + v2·p1 + v3·p1p2 to the carry, and returns the lowest limb; v1 and v2 are at most 2^50. */
FC_INLINE uint64_t add_coefficient(uint64_t carry[2], uint64_t v1, uint64_t v2, uint64_t v3, mixed_radix radix) {
#if defined(__SIZEOF_INT128__)
    const unsigned __int128 third = (unsigned __int128)v3 * radix.p12_low;
    unsigned __int128 sum = (unsigned __int128)carry[1] << 64 | carry[0];
    uint64_t limb, over;
    sum += (unsigned __int128)v2 * radix.p1 + v1;
    sum += third;
    over = sum < third;
    limb = (uint64_t)sum;
    sum = (sum >> 64) + (unsigned __int128)v3 * radix.p12_high;
    carry[0] = (uint64_t)sum;
    carry[1] = (uint64_t)(sum >> 64) + over;
    return limb;
#else
    uint64_t high2, low2 = fc_multiply(v2, radix.p1, &high2), high3, low3 = fc_multiply(v3, radix.p12_low, &high3);
    uint64_t top3, next3 = fc_multiply(v3, radix.p12_high, &top3), k = 0, limb, next, top;
    limb = fc_add_carry(carry[0], v1, &k);
    next = carry[1] + high2 + k;
    k = 0;
    limb = fc_add_carry(limb, low2, &k);
    next += k;
    k = 0;
    limb = fc_add_carry(limb, low3, &k);
    next = fc_add_carry(next, high3, &k);
    top = top3 + k;
    k = 0;
    carry[0] = fc_add_carry(next, next3, &k);
    carry[1] = top + k;
    return limb;
#endif
}

/* The digits of `block` coefficients from `first` on, in the mixed radix p1, p1p2. */
FC_INLINE void mixed_digits(uint64_t v[PRIMES][GARNER_BLOCK], const double *x, size_t points, size_t first,
                            size_t block, const garner *g) {
    const field f1 = g->field[0], f2 = g->field[1], f3 = g->field[2];
    for (size_t i = 0; i < block; i += LANES) {
        const double *r = x + first + i;
        const vec a = positive(product(vec_load(r), g->unscale[0], &f1), &f1);
        const vec b = vec_sub(product(vec_load(r + points), g->unscale[1], &f2), a);
        const vec c = vec_sub(product(vec_load(r + 2 * points), g->unscale[2], &f3), a);
        const vec d = positive(product(b, g->by_p1, &f2), &f2);
        const vec e = product(vec_sub(product(c, g->by_p1_3, &f3), d), g->by_p2_3, &f3);
        words_store(v[0] + i, words_of_integers(a));
        words_store(v[1] + i, words_of_integers(d));
        words_store(v[2] + i, words_of_integers(reduced(e, &f3)));
    }
}

/* Makes 2n digits of `count` coefficients modulo each of the primes. */
typedef void (*carry_function)(uint64_t *out, size_t digits, const double *x, size_t points, size_t count,
                               const garner *g);

/* Digits that are limbs. */
static void carry_limbs(uint64_t *out, size_t limbs, const double *x, size_t points, size_t count, const garner *g) {
    const mixed_radix radix = radix_of_primes();
    uint64_t carry[2] = {0, 0};
    size_t at = 0;
    assert(limbs <= 2 * TRANSFORM_MOST);
    for (size_t first = 0; first < count; first += GARNER_BLOCK) {
        const size_t block = count - first < GARNER_BLOCK ? count - first : GARNER_BLOCK;
        uint64_t v[PRIMES][GARNER_BLOCK];
        mixed_digits(v, x, points, first, block, g);
        for (size_t i = 0; i < block; i++) {
            out[at++] = add_coefficient(carry, v[0][i], v[1][i], v[2][i], radix);
        }
    }
    while (at < limbs) {
        out[at++] = carry[0];
        carry[0] = carry[1];
        carry[1] = 0;
    }
    assert(carry[0] == 0 && carry[1] == 0);
}

/* ---- products ------------------------------------------------------------------------------------------------ */

/* The tables of factors for all primes, 2·PRIMES·factor_count(need) doubles. */
static void start_fields(garner *g, double *factors, size_t count) {
    for (int t = 0; t < PRIMES; t++) {
        const fc_prime *prime = &fc_primes[t];
        field *f = &g->field[t];
        double *w = factors + 2 * (size_t)t * count;
        f->p = vec_set(prime->p);
        f->inverse = vec_set(1 / prime->p);
        f->w = w;
        f->inverse_w = w + count;
        make_factors(w, w + count, count, prime, f);
    }
    g->by_p1 = vec_set(fc_primes[1].inverse_of[0]);
    g->by_p1_3 = vec_set(fc_primes[2].inverse_of[0]);
    g->by_p2_3 = vec_set(fc_primes[2].inverse_of[1]);
}

/* Doubles: the three primes' points, and one more for a second factor. */
FC_INLINE size_t transform_scratch_count(size_t n) { return (PRIMES + 1) * plan_of(2 * n).points + LANES; }

/* out (2n digits) = a·b, of n digits each below 2^64, that `carry` makes; a square if they are the same. `x` has
   transform_scratch_count(n) doubles. */
static int multiply_transformed(machine *m, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n, garner *g,
                                double *x, carry_function carry) {
    const plan all = plan_of(2 * n);
    double *y = x + PRIMES * all.points;
    assert(all.length <= (size_t)1 << FC_ROOTS);
    for (int t = 0; t < PRIMES; t++) {
        double *r = x + (size_t)t * all.points;
        const field *f = &g->field[t];
        if (!goes_on(m)) {
            return 0;
        }
        transform(r, a, n, &all, f);
        if (a != b) {
            transform(y, b, n, &all, f);
        }
        multiply_points(r, a != b ? y : r, &all, f);
        /* 1 / length = -(p - 1) / length */
        g->unscale[t] = vec_set(-(fc_primes[t].p - 1) / (double)all.length);
    }
    carry(out, 2 * n, x, all.points, 2 * n - 1, g);
    return 1;
}

#endif
#endif
