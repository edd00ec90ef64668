/* Products of long numbers by number-theoretic transforms on 64-bit words.

   A number of 64-bit limbs is cut into digits of 47 to 55 bits; the digits are the coefficients of a polynomial; two
   polynomials are multiplied modulo each of two primes just below 2^61 by evaluation at enough roots of unity, products
   point by point, and interpolation. The coefficients of the product, sums of at most `digits` products of two digits,
   are below the product of the primes (transform_plan checks it), so the two residues determine them; carries make
   limbs of them. Two primes of 61 bits need fewer words per bit of the numbers than one prime (1/27 against 1/23 at
   2^14 digits) and a simpler last step than three (1/28).

   Transforms. A node j of length n is the ring of polynomials modulo x^n - w[j]^2. It splits into its children
   x^(n/2) - w[j] = node 2j and x^(n/2) + w[j] = node 2j+1, both of length n/2: w[0] = 1, and for t = 1, 2, 4 …, i < t,
   w[t+i] = w[i]·(a root of unity of order 4t). One butterfly (a, b) -> (a + w[j]·b, a - w[j]·b) per pair of points goes
   down a level, and (a, b) -> (a + b, (a - b)/w[j]) comes back, times 2; no point ever has to be moved (no bit
   reversal), and within a node of a level the factor is a constant. 1/w[j] is -w[j ^ (t-1)], t the highest power of two
   in j, so that one table serves both ways. Passes go down two levels at once, which halves what is read and
   written; nodes of more than BLOCK points are worked off depth first, which keeps them in the caches.

   Factors are multiplied in with precomputed quotients (V. Shoup; D. Harvey, "Faster arithmetic for number-theoretic
   transforms", J. Symb. Comput. 60 (2014)): with w' = floor(w·2^64/p), q = floor(x·w'/2^64), x·w - q·p is in [0, 2p)
   for any word x. Values are in [0, 8p) on the way down and in [0, 2p) on the way back, which fits since 8p < 2^64;
   with primes of 62 bits every butterfly would need a reduction, now every other does, and the digits are one bit
   shorter. A butterfly takes 4 cycles on Zen 3, whose multiplier is busy for 3.1 of them.

   Lengths. Powers of two alone would waste up to half. Products of 9/16, 5/8, 3/4, 7/8 and 1 of a power of two `full`
   are computed modulo (x^L - 1)(x^M - θ)… with L = full/2, that is in the nodes of the second column below, and the
   parts are joined by what they have in common (join).

       9/16  (L, node 0) (L/8, node 8)
       5/8   (L, node 0) (L/4, node 4)
       3/4   (L, node 0) (L/2, node 2)
       7/8   (L, node 0) (L/2, node 2) (L/4, node 6)
       1     (L, node 0) (L, node 1) */
#ifndef FASTCORE_FIBONACCI_WORDS_H
#define FASTCORE_FIBONACCI_WORDS_H

#include "wide.h"

#include <assert.h>

/* 4096 points are 32 KB: a first-level cache. */
#define BLOCK 4096
/* A transform of this many points takes about a millisecond: an interrupt is answered before each. */
#define INTERRUPT_POINTS ((size_t)1 << 16)
/* The longest digits: 2^12 of them are multiplied below 2^122. */
#define DIGIT_BITS_MAX 55

/* One computation: what asks whether to go on, and whether it was told to stop. */
typedef struct machine {
    fc_interrupt interrupt;
    void *context;
    int stopped;
} machine;

static int goes_on(machine *m) {
    if (!m->stopped && m->interrupt != NULL && m->interrupt(m->context)) {
        m->stopped = 1;
    }
    return !m->stopped;
}

typedef struct word_prime {
    uint64_t p;
    uint64_t inverse;  /* of p, modulo 2^64 */
    uint64_t fraction; /* 2^128/p = 8·2^64 + fraction, rounded down */
    uint64_t root;     /* of unity, of order 2^32 */
} word_prime;

/* 2^61 - 22·2^36 + 1 and 2^61 - 40·2^36 + 1; the roots are 3^((p-1)/2^32). Their product is more than
   2^122·(1 - 2^-18). */
static const word_prime word_primes[2] = {
    {2305841497385205761u, 16140902576324345857u, 96757086683113u, 2294230854731615924u},
    {2305840260434624513u, 16140903813274927105u, 175922070159546u, 2207386451172206063u},
};

/* 1/p1 modulo p2 */
#define INVERSE_OF_FIRST 256204473379760813u

/* A factor and floor(factor·2^64/p). */
typedef struct factor {
    uint64_t value, quotient;
} factor;

/* Keeps compilers from adding the two terms of a product one by one to both results of a butterfly. */
#if defined(__GNUC__)
#define OPAQUE(x) __asm__("" : "+r"(x))
#else
#define OPAQUE(x) ((void)0)
#endif

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define UNROLL _Pragma("GCC unroll 16")
#else
#define UNROLL
#endif

FC_INLINE uint64_t high_product(uint64_t a, uint64_t b) {
    uint64_t high;
    fc_multiply(a, b, &high);
    return high;
}

/* x or x - m, whichever is not negative. */
FC_INLINE uint64_t reduce(uint64_t x, uint64_t m) {
#if defined(__x86_64__) && defined(__GNUC__)
    /* gcc makes some of these a branch, which no processor can predict: a pass over the last levels took 1.8 times as
       long. */
    uint64_t difference = x;
    __asm__("subq %2, %0\n\tcmovcq %1, %0" : "+&r"(difference) : "r"(x), "rm"(m) : "cc");
    return difference;
#else
    return x < m ? x : x - m;
#endif
}

/* x·w in [0, 2p), for any x */
FC_INLINE uint64_t times(uint64_t x, factor w, uint64_t p) {
    uint64_t product = x * w.value - high_product(x, w.quotient) * p;
    OPAQUE(product);
    return product;
}

/* x·y / 2^64 in [0, 2p), for x < 4p and y < 2p: x·y < 2^64·p. */
FC_INLINE uint64_t montgomery(uint64_t x, uint64_t y, uint64_t p, uint64_t inverse) {
    uint64_t high, low = fc_multiply(x, y, &high);
    return high - high_product(low * inverse, p) + p;
}

FC_INLINE factor make_factor(uint64_t value, const word_prime *prime) {
    factor w = {value, 8 * value + high_product(value, prime->fraction)};
    /* The estimate is the quotient or one below: value·2^64 - quotient·p is below 2p, thus is its own low word. */
    w.quotient += (uint64_t)0 - w.quotient * prime->p >= prime->p;
    return w;
}

/* x·w below p */
FC_INLINE factor multiply_factors(factor x, factor w, const word_prime *prime) {
    return make_factor(reduce(times(x.value, w, prime->p), prime->p), prime);
}

/* table[i] for i < n, n a power of two; of the last half only the `ends` first and last. */
static void make_table(factor *table, size_t n, size_t ends, const word_prime *prime) {
    factor roots[31]; /* of order 2^(i+2) */
    roots[30] = make_factor(prime->root, prime);
    for (int i = 30; i > 0; i--) {
        roots[i - 1] = multiply_factors(roots[i], roots[i], prime);
    }
    table[0] = make_factor(1, prime);
    for (size_t t = 1, level = 0; t < n; t *= 2, level++) {
        size_t first = 2 * t == n ? ends : t;
        for (size_t i = 0; i < first; i++) {
            table[t + i] = multiply_factors(table[i], roots[level], prime);
        }
        for (size_t i = t - first; first < t && i < t; i++) {
            table[t + i] = multiply_factors(table[i], roots[level], prime);
        }
    }
}

/* ---- down: from coefficients to values ---------------------------------------------------------------------- */

/* (a, b) -> (a + w·b, a - w·b): below 2p more than a was. */
#define BUTTERFLY_DOWN(a, b, w)            \
    do {                                   \
        uint64_t product = times(b, w, p); \
        b = a + 2 * p - product;           \
        a = a + product;                   \
    } while (0)

/* One level of a node of 2·half points. */
FC_INLINE void down_2(uint64_t *x, size_t half, size_t node, const factor *table, uint64_t p) {
    factor w = table[node];
    for (size_t i = 0; i < half; i++) {
        uint64_t a = reduce(x[i], 4 * p), b = x[half + i];
        BUTTERFLY_DOWN(a, b, w);
        x[i] = a;
        x[half + i] = b;
    }
}

/* Two levels of a node of 4·quarter points. Of values below 8p, those that are not multiplied first are reduced to 4p,
   and two levels add 2p + 2p. */
FC_INLINE void down_4(uint64_t *x, size_t quarter, size_t node, const factor *table, uint64_t p) {
    uint64_t *x1 = x + quarter, *x2 = x1 + quarter, *x3 = x2 + quarter;
    factor w = table[node], left = table[2 * node], right = table[2 * node + 1];
    for (size_t i = 0; i < quarter; i++) {
        uint64_t a = reduce(x[i], 4 * p), b = reduce(x1[i], 4 * p), c = x2[i], d = x3[i];
        BUTTERFLY_DOWN(a, c, w);
        BUTTERFLY_DOWN(b, d, w);
        BUTTERFLY_DOWN(a, b, left);
        BUTTERFLY_DOWN(c, d, right);
        x[i] = a;
        x1[i] = b;
        x2[i] = c;
        x3[i] = d;
    }
}

/* The same for node 0 and digits, below p/32: three of the four factors are 1, and sums need no reductions. */
static void down_digits(uint64_t *x, size_t quarter, const factor *table, uint64_t p) {
    uint64_t *x1 = x + quarter, *x2 = x1 + quarter, *x3 = x2 + quarter;
    factor imaginary = table[1];
    for (size_t i = 0; i < quarter; i++) {
        uint64_t a = x[i], b = x1[i], c = x2[i], d = x3[i];
        uint64_t product = times(b + p - d, imaginary, p), difference = a + p - c;
        a += c;
        b += d;
        x[i] = a + b;
        x1[i] = a + p - b;
        x2[i] = difference + product;
        x3[i] = difference + 2 * p - product;
    }
}

/* ---- up: from values to coefficients, times the length ------------------------------------------------------- */

/* 1/w[node] = -w[mirror(node)]; node > 0 */
FC_INLINE size_t mirror(size_t node) { return node ^ (((size_t)1 << (63 - fc_leading_zeros(node))) - 1); }

/* (a, b) -> (a + b, (b - a)·w), w minus the inverse, a < bound; the sum is not reduced. */
#define BUTTERFLY_UP(a, b, w, bound)           \
    do {                                       \
        uint64_t difference = b + (bound) - a; \
        a = a + b;                             \
        b = times(difference, w, p);           \
    } while (0)

/* The same for w = 1, from [0, 2p) to [0, 2p). */
#define BUTTERFLY_UP_ONE(a, b)               \
    do {                                     \
        uint64_t difference = a - b + 2 * p; \
        a = reduce(a + b, 2 * p);            \
        b = reduce(difference, 2 * p);       \
    } while (0)

/* One level, from 2·half points; w = w[mirror(node)]. */
FC_INLINE void up_2(uint64_t *x, size_t half, factor w, uint64_t p) {
    for (size_t i = 0; i < half; i++) {
        uint64_t a = x[i], b = x[half + i];
        BUTTERFLY_UP(a, b, w, 2 * p);
        x[i] = reduce(a, 2 * p);
        x[half + i] = b;
    }
}

/* Node 0. */
FC_INLINE void up_2_one(uint64_t *x, size_t half, uint64_t p) {
    for (size_t i = 0; i < half; i++) {
        uint64_t a = x[i], b = x[half + i];
        BUTTERFLY_UP_ONE(a, b);
        x[i] = a;
        x[half + i] = b;
    }
}

/* Two levels, from 4·quarter points: sums below 8p need two reductions, those below 4p one. `node` is mirror(the node),
   whose children's mirrors come in reverse. */
FC_INLINE void up_4(uint64_t *x, size_t quarter, size_t node, const factor *table, uint64_t p) {
    uint64_t *x1 = x + quarter, *x2 = x1 + quarter, *x3 = x2 + quarter;
    factor w = table[node], left = table[2 * node + 1], right = table[2 * node];
    for (size_t i = 0; i < quarter; i++) {
        uint64_t a = x[i], b = x1[i], c = x2[i], d = x3[i];
        BUTTERFLY_UP(a, b, left, 2 * p);
        BUTTERFLY_UP(c, d, right, 2 * p);
        BUTTERFLY_UP(a, c, w, 4 * p);
        BUTTERFLY_UP(b, d, w, 2 * p);
        x[i] = reduce(reduce(a, 4 * p), 2 * p);
        x1[i] = reduce(b, 2 * p);
        x2[i] = c;
        x3[i] = d;
    }
}

/* Node 0; `right` is w[1]. */
FC_INLINE void up_4_one(uint64_t *x, size_t quarter, factor right, uint64_t p) {
    uint64_t *x1 = x + quarter, *x2 = x1 + quarter, *x3 = x2 + quarter;
    for (size_t i = 0; i < quarter; i++) {
        uint64_t a = x[i], b = x1[i], c = x2[i], d = x3[i];
        BUTTERFLY_UP_ONE(a, b);
        BUTTERFLY_UP(c, d, right, 2 * p);
        c = reduce(c, 2 * p);
        BUTTERFLY_UP_ONE(a, c);
        BUTTERFLY_UP_ONE(b, d);
        x[i] = a;
        x1[i] = b;
        x2[i] = c;
        x3[i] = d;
    }
}

/* ---- transforms ---------------------------------------------------------------------------------------------- */

FC_INLINE unsigned log_2(size_t n) { return 63 - fc_leading_zeros(n); }

/* Nodes of at most BLOCK points, level by level; n is a power of two from 4 on. */
static void down_block(uint64_t *x, size_t n, size_t node, const factor *table, uint64_t p) {
    size_t count = 1;
    if (log_2(n) % 2 == 1) {
        down_2(x, n / 2, node, table, p);
        n /= 2;
        node *= 2;
        count = 2;
    }
    for (; n > 4; n /= 4, count *= 4, node *= 4) {
        for (size_t i = 0; i < count; i++) {
            down_4(x + i * n, n / 4, node + i, table, p);
        }
    }
    for (size_t i = 0; i < count; i++) {
        down_4(x + 4 * i, 1, node + i, table, p);
    }
}

/* Two levels of `count` nodes of the given length from `node` on, between a power of two and the next. */
FC_INLINE void up_nodes(uint64_t *x, size_t length, size_t node, size_t count, const factor *table, uint64_t p) {
    size_t mirrored = mirror(node);
    for (size_t i = 0; i < count; i++) {
        up_4(x + i * length, length / 4, mirrored - i, table, p);
    }
}

FC_INLINE void up_level(uint64_t *x, size_t length, size_t node, size_t count, const factor *table, uint64_t p) {
    if (node > 0) {
        up_nodes(x, length, node, count, table, p);
        return;
    }
    up_4_one(x, length / 4, table[1], p);
    for (size_t t = 1; t < count; t *= 2) {
        up_nodes(x + t * length, length, t, t, table, p);
    }
}

static void up_block(uint64_t *x, size_t n, size_t node, const factor *table, uint64_t p) {
    size_t count = n / 4;
    up_level(x, 4, node * count, count, table, p);
    for (size_t length = 16; length <= n; length *= 4) {
        count = n / length;
        up_level(x, length, node * count, count, table, p);
    }
    if (log_2(n) % 2 == 0) {
        return;
    }
    if (node == 0) {
        up_2_one(x, n / 2, p);
    } else {
        up_2(x, n / 2, table[mirror(node)], p);
    }
}

static void down(machine *m, uint64_t *x, size_t n, size_t node, const factor *table, uint64_t p) {
    if (n <= BLOCK) {
        down_block(x, n, node, table, p);
        return;
    }
    if (n >= INTERRUPT_POINTS && !goes_on(m)) {
        return;
    }
    down_4(x, n / 4, node, table, p);
    for (size_t i = 0; i < 4; i++) {
        down(m, x + i * (n / 4), n / 4, 4 * node + i, table, p);
    }
}

static void up(machine *m, uint64_t *x, size_t n, size_t node, const factor *table, uint64_t p) {
    if (n <= BLOCK) {
        up_block(x, n, node, table, p);
        return;
    }
    if (n >= INTERRUPT_POINTS && !goes_on(m)) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        up(m, x + i * (n / 4), n / 4, 4 * node + i, table, p);
    }
    up_level(x, n, node, 1, table, p);
}

/* ---- plans --------------------------------------------------------------------------------------------------- */

typedef struct transform_plan {
    unsigned bits; /* in a digit */
    size_t digits; /* in an operand */
    size_t points;
    size_t parts, length[3], node[3];
} transform_plan;

/* The plan of a product of two numbers of n limbs. */
static transform_plan plan_transform(size_t n) {
    transform_plan plan = {DIGIT_BITS_MAX, 0, 0, 2, {0, 0, 0}, {0, 0, 0}};
    size_t full = 64;
    for (;; plan.bits--) {
        plan.digits = (64 * n + plan.bits - 1) / plan.bits;
        /* digits·(2^bits)^2 <= 2^122·(1 - 2^-7) < p1·p2: the coefficients of the product are determined. */
        if (plan.digits + plan.digits / 64 <= (size_t)1 << (122 - 2 * plan.bits)) {
            break;
        }
    }
    assert(plan.bits >= 40 && plan.digits < (size_t)1 << 30);
    while (full < 2 * plan.digits) {
        full *= 2;
    }
    plan.length[0] = full / 2;
    for (size_t node = 8; node > 0 && plan.points < 2 * plan.digits; node /= 2) {
        plan.node[1] = node;
        plan.length[1] = plan.length[0] / node;
        plan.points = plan.length[0] + plan.length[1];
    }
    if (plan.node[1] == 1 && 2 * plan.digits <= full / 8 * 7) {
        plan.parts = 3;
        plan.node[1] = 2;
        plan.node[2] = 6;
        plan.length[1] = full / 4;
        plan.length[2] = full / 8;
        plan.points = full / 8 * 7;
    }
    return plan;
}

/* Words of scratch: the values of both operands, the residues of the first prime, and the table of two words for each
   two points of the full length. */
FC_INLINE size_t transform_scratch(size_t n) {
    transform_plan plan = plan_transform(n);
    return 3 * plan.points + 2 * plan.length[0];
}

/* The digits of a (n limbs), and zeros up to x[length]. */
static void split(uint64_t *x, size_t length, const uint64_t *a, size_t n, const transform_plan *plan) {
    uint64_t mask = ((uint64_t)1 << plan->bits) - 1;
    size_t bit = 0;
    for (size_t i = 0; i + 1 < plan->digits; i++, bit += plan->bits) {
        size_t limb = bit / 64;
        unsigned shift = bit % 64;
        /* A digit before the last ends before a's end: if its limb is the last, nothing of the next is needed. */
        uint64_t next = a[limb + 1 < n ? limb + 1 : limb];
        x[i] = (a[limb] >> shift | next << 1 << (63 - shift)) & mask;
    }
    uint64_t last = a[bit / 64] >> bit % 64;
    if (bit / 64 + 1 < n) {
        last |= a[n - 1] << 1 << (63 - bit % 64);
    }
    x[plan->digits - 1] = last;
    memset(x + plan->digits, 0, (length - plan->digits) * sizeof *x);
}

FC_INLINE factor halve(factor x, const word_prime *prime) {
    return make_factor(x.value % 2 ? (x.value >> 1) + (prime->p >> 1) + 1 : x.value >> 1, prime);
}

FC_INLINE factor negate(factor x, const word_prime *prime) { return make_factor(prime->p - x.value, prime); }

/* out = P modulo x^n - θ, P of `blocks`·n coefficients. */
FC_INLINE void fold_blocks(uint64_t *out, const uint64_t *x, size_t n, size_t blocks, factor theta, uint64_t p) {
    for (size_t i = 0; i < n; i++) {
        uint64_t sum = x[(blocks - 1) * n + i];
        UNROLL
        for (size_t e = blocks - 1; e > 0; e--) {
            sum = x[(e - 1) * n + i] + times(sum, theta, p);
        }
        out[i] = sum;
    }
}

/* D = blocks·B - (θ·A1 + θ^2·A2 + …), where A has as many blocks of n coefficients as B one; b is where B was. */
FC_INLINE void join_blocks(uint64_t *x, uint64_t *b, size_t n, size_t blocks, factor theta, factor minus, uint64_t p) {
    for (size_t i = 0; i < n; i++) {
        uint64_t a = x[i], sum = x[(blocks - 1) * n + i], scaled = b[i];
        x[(blocks - 1) * n + i] *= 2;
        UNROLL
        for (size_t e = blocks - 2; e > 0; e--) {
            sum = x[e * n + i] + times(sum, theta, p);
            x[e * n + i] *= 2;
        }
        UNROLL
        for (size_t e = blocks; e > 2; e /= 2) {
            scaled = reduce(2 * scaled, 2 * p);
        }
        uint64_t difference = 2 * scaled + times(sum, minus, p);
        x[i] = a + difference;
        b[i] = a + 6 * p - difference;
    }
}

/* The second part and the third of a polynomial P of at most L coefficients below p, from the first, which is P: modulo
   x^M - θ, with θ = w[node]^2 = w[node/2]. */
static void fold(uint64_t *x, const transform_plan *plan, const factor *table, uint64_t p) {
    size_t n = plan->length[1], blocks = plan->length[0] / n, quarter = plan->length[0] / 4;
    uint64_t *out = x + plan->length[0];
    factor theta = table[plan->node[1] / 2];
    if (blocks == 1) {
        memcpy(out, x, n * sizeof *x);
    } else if (blocks == 8) {
        fold_blocks(out, x, n, 8, theta, p);
    } else if (blocks == 4) {
        fold_blocks(out, x, n, 4, theta, p);
    } else if (plan->parts == 2) {
        fold_blocks(out, x, n, 2, theta, p);
    } else {
        /* θ = I for the second part; node 6 is a child of node 3, modulo x^(2M) + I. */
        factor third = table[plan->node[2] / 2];
        for (size_t i = 0; i < quarter; i++) {
            uint64_t a = x[i], b = x[quarter + i];
            uint64_t c = times(x[2 * quarter + i], theta, p), d = times(x[3 * quarter + i], theta, p);
            out[i] = a + c;
            out[quarter + i] = b + d;
            out[2 * quarter + i] = a + 2 * p - c + times(b + 2 * p - d, third, p);
        }
    }
}

/* P of `points` coefficients, times 2L, from the parts as they come up: A, modulo x^L - 1 and times L; B, modulo
   x^M - θ and times M; and C. With P = P0 + x^L·P1, A = P0 + P1, and D = P0 - P1 follows from B, since x^L = θ^(L/M) =
   -1 there: 2·P0 = A + D, 2·P1 = A - D. Blocks of P0 that P1 is too short for are A's. Results are below 8p. */
static void join(uint64_t *x, const transform_plan *plan, const factor *table, const word_prime *prime) {
    uint64_t p = prime->p;
    size_t n = plan->length[1], blocks = plan->length[0] / n, quarter = plan->length[0] / 4;
    uint64_t *b = x + plan->length[0];
    factor theta = table[plan->node[1] / 2], minus = negate(theta, prime);
    if (blocks == 1) {
        /* D = B */
        up_2_one(x, n, p);
    } else if (blocks == 8) {
        join_blocks(x, b, n, 8, theta, minus, p);
    } else if (blocks == 4) {
        join_blocks(x, b, n, 4, theta, minus, p);
    } else if (plan->parts == 2) {
        join_blocks(x, b, n, 2, theta, minus, p);
    } else {
        /* With I the θ of B and t that of C, t^2 = -I: B0 = D0 + I·D2, B1 = D1 + I·A3,
           C = D0 - I·D2 + t·(D1 - I·A3). `other` is D0 - I·D2. */
        factor third = halve(negate(table[plan->node[2] / 2], prime), prime);
        uint64_t *a1 = x + quarter, *a2 = a1 + quarter, *a3 = a2 + quarter, *b1 = b + quarter, *c = b1 + quarter;
        for (size_t i = 0; i < quarter; i++) {
            uint64_t turned = times(a3[i], theta, p);
            uint64_t d1 = 2 * b1[i] + 2 * p - turned;
            uint64_t other = reduce(2 * c[i], 2 * p) + times(d1 + 2 * p - turned, third, p);
            uint64_t d0 = b[i] + other, d2 = times(b[i] + 4 * p - other, minus, p);
            b[i] = x[i] + 6 * p - d0;
            x[i] += d0;
            b1[i] = a1[i] + 6 * p - d1;
            a1[i] += d1;
            c[i] = a2[i] + 2 * p - d2;
            a2[i] += d2;
            a3[i] *= 2;
        }
    }
}

/* The values of a at the points of the plan, below 8p. */
static void values(machine *m, uint64_t *x, const uint64_t *a, size_t n, const transform_plan *plan,
                   const factor *table, const word_prime *prime) {
    split(x, plan->length[0], a, n, plan);
    fold(x, plan, table, prime->p);
    size_t quarter = plan->length[0] / 4;
    down_digits(x, quarter, table, prime->p);
    for (size_t i = 0; i < 4; i++) {
        down(m, x + i * quarter, quarter, i, table, prime->p);
    }
    x += plan->length[0];
    for (size_t i = 1; i < plan->parts; i++) {
        down(m, x, plan->length[i], plan->node[i], table, prime->p);
        x += plan->length[i];
    }
}

/* out (2n limbs) = the sum of c[i]·2^(bits·i), where c[i] is first[i] modulo one prime and second[i] modulo the other,
   but for a constant factor. */
static void join_primes(machine *m, uint64_t *out, size_t n, const uint64_t *first, const uint64_t *second,
                        const transform_plan *plan) {
    const word_prime *one = &word_primes[0], *two = &word_primes[1];
    uint64_t p1 = one->p, p2 = two->p, mask = ((uint64_t)1 << plan->bits) - 1;
    unsigned bits = plan->bits, scale = log_2(plan->length[0]) + 1;
    /* 2^64 undoes Montgomery's products, 1/2^scale what the transforms multiplied by. */
    factor scale_1 = make_factor((uint64_t)0 - 8 * p1, one), scale_2 = make_factor((uint64_t)0 - 8 * p2, two);
    for (unsigned i = 0; i < scale; i++) {
        scale_1 = halve(scale_1, one);
        scale_2 = halve(scale_2, two);
    }
    /* c = v1 + v2·p1, v1 < p1, v2 = (r2 - v1)/p1 modulo p2. */
    factor inverse = make_factor(INVERSE_OF_FIRST, two);
    uint64_t low = 0, high = 0, pending = 0;
    unsigned fill = 0;
    size_t limb = 0;
    for (size_t i = 0; limb < 2 * n; i++) {
        if (i % INTERRUPT_POINTS == INTERRUPT_POINTS - 1 && !goes_on(m)) {
            return;
        }
        uint64_t v1 = reduce(times(first[i], scale_1, p1), p1);
        uint64_t v2 = times(times(second[i], scale_2, p2) + 2 * p2 - v1, inverse, p2);
        uint64_t c_high, c_low = fc_multiply(reduce(v2, p2), p1, &c_high), carry = 0;
        c_low = fc_add_carry(c_low, v1, &carry);
        c_high += carry;
        carry = 0;
        low = fc_add_carry(low, c_low, &carry);
        high += c_high + carry;
        /* A digit of the result goes into the limb that is being filled. */
        uint64_t digit = low & mask;
        low = low >> bits | high << (64 - bits);
        high >>= bits;
        out[limb] = pending | digit << fill;
        uint64_t over = digit >> 1 >> (63 - fill);
        fill += bits;
        pending = fill >= 64 ? over : out[limb];
        limb += fill / 64;
        fill %= 64;
    }
}

/* out (2n limbs) = a·b by transforms; a square if a and b are the same. */
static void multiply_transforms(machine *m, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n,
                                uint64_t *scratch) {
    transform_plan plan = plan_transform(n);
    uint64_t *first = scratch, *second = first + plan.points, *x = second + plan.points;
    factor *table = (factor *)(x + plan.points);
    int is_long = plan.points >= INTERRUPT_POINTS;
    for (size_t which = 0; which < 2; which++) {
        const word_prime *prime = &word_primes[which];
        uint64_t p = prime->p, *r = which ? second : first;
        const uint64_t *s = a == b ? r : x;
        /* Nodes of two points in the second part: from L/2 on, and mirrored. */
        make_table(table, plan.length[0], plan.length[1] / 2, prime);
        if (is_long && !goes_on(m)) {
            return;
        }
        values(m, r, a, n, &plan, table, prime);
        if (a != b) {
            values(m, x, b, n, &plan, table, prime);
        }
        if (is_long && !goes_on(m)) {
            return;
        }
        for (size_t i = 0; i < plan.points; i++) {
            uint64_t y = reduce(s[i], 4 * p);
            r[i] = montgomery(reduce(r[i], 4 * p), reduce(y, 2 * p), p, prime->inverse);
        }
        for (size_t i = 0, at = 0; i < plan.parts; at += plan.length[i++]) {
            up(m, r + at, plan.length[i], plan.node[i], table, p);
        }
        if (is_long && !goes_on(m)) {
            return;
        }
        join(r, &plan, table, prime);
    }
    join_primes(m, out, n, first, second, &plan);
}

#endif
