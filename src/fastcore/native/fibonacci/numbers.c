/* Fibonacci and Lucas numbers by doubling, two squarings a bit.

   With a = F(k-1), b = F(k), S = a^2, T = b^2 and c = 2·(-1)^k, from F(k)^2 - F(k)F(k-1) - F(k-1)^2 = -(-1)^k:

       F(2k-1) = S + T,  F(2k) = 3T - 2S + c,  F(2k+1) = 4T - S + c

   (D. Takahashi, "A fast algorithm for computing large Fibonacci numbers", Inf. Process. Lett. 75 (2000)). The last bit
   needs one number only, by one product:

       F(2k) = b(2a + b),         F(2k+1) = (2b + a)(2b - a) + c
       L(2k) = (2a + b)^2 - c,    L(2k+1) = (2a + b)(a + 3b) - c/2

   It starts from a table of words, and goes on in limbs, in columns (columns.h), and then in limbs again by transforms
   (transform.h); without vectors in limbs all the way (limbs.h). */
#include <assert.h>

#include "columns.h"
#include "doubling.h"
#include "limbs.h"
#include "transform.h"
#include "wide.h"

/* Up to so many limbs products of 64-bit words take less time than columns, which have to be made: squares (on AVX2 10
   measures the same, 20 is 10 % slower at F(7000), 28 13 % at F(8500)), and the last factors. */
#define LIMBS_UP_TO 14
#define LAST_LIMBS_UP_TO 28
/* Numbers of more digits are squared by transforms, and the last factors likewise. On AVX2 200 and 250 are 26 % slower
   at F(60 000), 400 and 500 27 % at F(70 000); elsewhere they are within 5 %. */
#define COLUMNS_UP_TO 300
#define LAST_COLUMNS_UP_TO 400

/* ---- sizes and tables ---------------------------------------------------------------------------------------- */

#ifdef FC_ISA_BASE
uint64_t fc_fibonacci_word[FC_FIBONACCI_WORD + 1];
uint64_t fc_fibonacci_first[FC_FIBONACCI_TABLE + 1][FC_FIBONACCI_LIMBS];
fc_prime fc_primes[3];

/* F(n), L(n) < 2^(0.6942419136306174·n + 1): the golden ratio's logarithm, rounded up. */
size_t fc_fibonacci_limbs(uint64_t n) {
    return (size_t)((n / 10000000) * 6942420 + (n % 10000000) * 6942420 / 10000000 + 1) / 64 + 2;
}

/* a·b mod p = 2^50 - c, c < 2^30: what is above 2^50 comes back as c times that. */
static uint64_t multiply_modulo_prime(uint64_t a, uint64_t b, uint64_t p) {
    const uint64_t c = (UINT64_C(1) << 50) - p, mask = (UINT64_C(1) << 50) - 1;
    uint64_t high, low = fc_multiply(a, b, &high), carry = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t upper = high << 14 | low >> 50;
        low = fc_add_carry(fc_multiply(upper, c, &high), low & mask, &carry);
        high += carry;
        carry = 0;
    }
    return low >= p ? low - p : low;
}

static uint64_t power_modulo_prime(uint64_t a, uint64_t exponent, uint64_t p) {
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) {
            result = multiply_modulo_prime(result, a, p);
        }
        a = multiply_modulo_prime(a, a, p);
    }
    return result;
}

/* A residue as the nearest to 0. */
static double nearest_residue(uint64_t a, uint64_t p) { return a > p / 2 ? -(double)(p - a) : (double)a; }

void fc_fibonacci_start(void) {
    /* The three greatest 2^50 - k·2^24 + 1 that are prime and leave 2 to the power of FC_ROOTS + 1, with an element
       that is no square. */
    static const uint64_t below[3] = {28, 36, 37}, no_square[3] = {5, 3, 5};
    fc_fibonacci_word[1] = fc_fibonacci_first[1][0] = 1;
    for (int n = 2; n <= FC_FIBONACCI_TABLE; n++) {
        uint64_t carry = 0;
        for (int i = 0; i < FC_FIBONACCI_LIMBS; i++) {
            fc_fibonacci_first[n][i] = fc_add_carry(fc_fibonacci_first[n - 1][i], fc_fibonacci_first[n - 2][i], &carry);
        }
        if (n <= FC_FIBONACCI_WORD) {
            fc_fibonacci_word[n] = fc_fibonacci_first[n][0];
        }
    }
    for (int t = 0; t < 3; t++) {
        const uint64_t p = (UINT64_C(1) << 50) - (below[t] << 24) + 1;
        uint64_t root = power_modulo_prime(no_square[t], (p - 1) >> (FC_ROOTS + 1), p);
        fc_primes[t].p = (double)p;
        for (int i = FC_ROOTS; i-- > 0;) {
            fc_primes[t].root[i] = nearest_residue(root, p);
            root = multiply_modulo_prime(root, root, p);
        }
        for (int i = 0; i < t; i++) {
            fc_primes[t].inverse_of[i] = nearest_residue(power_modulo_prime((uint64_t)fc_primes[i].p % p, p - 2, p), p);
        }
    }
}
#endif

typedef struct room {
    size_t limbs;  /* of F(n), and so many that two halves hold the last factors */
    size_t digits; /* of the longest factors in columns */
    int has_transforms;
} room;

static room room_for(uint64_t n) {
    room all = {fc_fibonacci_limbs(n) + 8, 0, 0};
#ifdef FC_HAS_VECTORS
    const size_t digits = (all.limbs * 64 / 2 + DIGIT_BITS - 1) / DIGIT_BITS + 4;
    all.has_transforms = digits > LAST_COLUMNS_UP_TO + 4;
    /* A step from COLUMNS_UP_TO digits makes twice as many, and one. */
    all.digits = all.has_transforms ? 2 * COLUMNS_UP_TO + 4 : digits;
#endif
    return all;
}

/* ---- the first steps ----------------------------------------------------------------------------------------- */

typedef struct engine {
    machine m;
    void *scratch; /* of limbs.h */
#ifdef FC_HAS_VECTORS
    garner *transforms; /* NULL before they are ready */
    double *points;
#endif
} engine;

static void multiply_limbs(engine *e, uint64_t *out, const uint64_t *a, const uint64_t *b, size_t n) {
#ifdef FC_HAS_VECTORS
    if (e->transforms != NULL && n <= TRANSFORM_MOST) {
        multiply_transformed(&e->m, out, a, b, n, e->transforms, e->points, carry_limbs);
        return;
    }
#endif
    multiply(&e->m, out, a, b, n, e->scratch);
}

/* One step in limbs: of `used` limbs, in a and b; returns how many they have then. */
static size_t double_limbs(engine *e, position *at, uint64_t *a, uint64_t *b, uint64_t *s, uint64_t *t, size_t used) {
    const int is_odd = (int)(at->k & 1);
    const size_t wide = 2 * used + 1;
    multiply_limbs(e, s, a, a, used);
    multiply_limbs(e, t, b, b, used);
    if (e->m.stopped) {
        return 0;
    }
    s[wide - 1] = t[wide - 1] = 0;
    if (next_bit(at)) {
        combine(a, t, 3, s, 2, is_odd, wide);
        combine(b, t, 4, s, 1, is_odd, wide);
    } else {
        a[wide - 1] = add(a, s, t, wide - 1);
        combine(b, t, 3, s, 2, is_odd, wide);
    }
    return used_limbs(b, wide);
}

/* out = by_a·a + by_b·b, by_a from -1 to 2 and by_b from 1 to 3, over n limbs; the result is not negative and fits. */
static void mix_limbs(uint64_t *out, const uint64_t *a, int by_a, const uint64_t *b, int by_b, size_t n) {
    uint64_t carry = 0;
    if (by_b == 1) {
        memcpy(out, b, n * sizeof *out);
    } else {
        carry = add(out, b, b, n);
    }
    if (by_b == 3) {
        carry += add(out, out, b, n);
    }
    for (int i = 0; i < by_a; i++) {
        carry += add(out, out, a, n);
    }
    if (by_a < 0) {
        carry -= subtract(out, out, a, n);
    }
    assert(carry == 0);
    (void)carry;
}

/* The last bit in limbs: the result is in `out`, from a and b of `used` limbs. */
static size_t finish_limbs(engine *e, const position *at, int is_lucas, const uint64_t *a, const uint64_t *b,
                           size_t used, uint64_t *x, uint64_t *y, uint64_t *out) {
    const last_product last = last_of(at, is_lucas);
    /* The factors are below 4b. */
    const size_t wide = used + (b[used - 1] >> 62 != 0);
    const int is_square = last.x_by_a == last.y_by_a;
    mix_limbs(x, a, last.x_by_a, b, last.x_by_b, wide);
    if (!is_square) {
        mix_limbs(y, a, last.y_by_a, b, last.y_by_b, wide);
    }
    multiply_limbs(e, out, x, is_square ? x : y, wide);
    if (e->m.stopped) {
        return 0;
    }
    if (last.constant < 0) {
        subtract_word(out, (uint64_t)-last.constant);
    } else {
        add_word(out, (uint64_t)last.constant);
    }
    return used_limbs(out, 2 * wide);
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

#ifdef FC_HAS_VECTORS

/* Digits of 51 bits from n limbs, behind which there is a zero; returns how many. Each lies within the eight bytes from
   the one that it begins in. */
static size_t row_of_limbs(double *row, const uint64_t *limbs, size_t n) {
    const size_t digits = (n * 64 + DIGIT_BITS - 1) / DIGIT_BITS;
    for (size_t i = 0; i < digits; i++) {
        const size_t bit = i * DIGIT_BITS;
        const uint64_t eight = fc_load_little((const char *)limbs + bit / 8);
        row[i] = (double)(int64_t)(eight >> bit % 8 & ((UINT64_C(1) << DIGIT_BITS) - 1));
    }
    end_row(row, digits);
    return digits;
}

/* Digits that are carried through and put side by side. */
typedef struct packing {
    uint64_t *limbs, word;
    size_t count;
    unsigned filled; /* bits of the word */
    int64_t carry;
} packing;

FC_INLINE void pack(packing *p, int64_t v) {
    uint64_t digit;
    v += p->carry;
    digit = (uint64_t)v & ((UINT64_C(1) << DIGIT_BITS) - 1);
    p->carry = v >> DIGIT_BITS;
    p->word |= digit << p->filled;
    p->filled += DIGIT_BITS;
    if (p->filled >= 64) {
        p->limbs[p->count++] = p->word;
        p->filled -= 64;
        p->word = p->filled == 0 ? 0 : digit >> (DIGIT_BITS - p->filled);
    }
}

/* How many limbs there are. */
FC_INLINE size_t end_packing(packing *p) {
    assert(p->carry == 0);
    p->limbs[p->count++] = p->word;
    return used_limbs(p->limbs, p->count);
}

/* Of n digits of a row, which have a zero behind them. */
static size_t limbs_of_row(uint64_t *limbs, const double *row, size_t n) {
    packing p = {.limbs = limbs};
    for (size_t i = 0; i < n + 1; i++) {
        pack(&p, (int64_t)row[i]);
    }
    return end_packing(&p);
}

/* Of n column sums, and a constant. */
static size_t limbs_of_sums(uint64_t *limbs, const int64_t *high, const int64_t *low, size_t n, int constant) {
    packing p = {.limbs = limbs, .carry = constant};
    for (size_t i = 0; i < n; i++) {
        pack(&p, low[i] + high[(ptrdiff_t)i - 1]);
    }
    return end_packing(&p);
}

/* One step in columns: of n digits in a and b; returns how many they have then. */
static size_t double_columns(position *at, const columns *all, size_t n) {
    const int constant = constant_of(at), bit = next_bit(at);
    words a_before = words_set(0), b_before = words_set(0);
    square_both(all, n);
    for (size_t c = 0; c < 2 * n + 1; c += LANES) {
        const words s = words_add(words_load(all->s_low + c), words_load(all->s_high + c - 1));
        const words t = words_add(words_load(all->t_low + c), words_load(all->t_high + c - 1));
        const words difference = words_sub(t, s), even = words_add(t, words_add(difference, difference));
        vec_store(all->a + c, digits_of(bit ? even : words_add(s, t), &a_before));
        vec_store(all->b + c, digits_of(bit ? words_sub(words_left(t, 2), s) : even, &b_before));
    }
    return end_step(all, 2 * n + 1, constant, bit);
}

static size_t finish_columns(const position *at, int is_lucas, const columns *all, size_t n, uint64_t *out) {
    const last_product last = last_of(at, is_lucas);
    const int is_square = last.x_by_a == last.y_by_a;
    const size_t m = 2 * (n + 1);
    mix_rows(all->x, all->a, last.x_by_a, all->b, last.x_by_b, n, RADIX);
    if (is_square) {
        square_columns(all->x, n + 1, all->s_high, all->s_low);
    } else {
        mix_rows(all->y, all->a, last.y_by_a, all->b, last.y_by_b, n, RADIX);
        multiply_columns(all->x, n + 1, all->y, n + 1, all->s_high, all->s_low);
    }
    end_sums(all->s_high, all->s_low, m);
    return limbs_of_sums(out, all->s_high, all->s_low, m + 1, last.constant);
}

#endif

/* ---- all of it ----------------------------------------------------------------------------------------------- */

/* Limbs, from a and b of `used` of them on, to the end. */
static size_t go_on_in_limbs(engine *e, position *at, int is_lucas, uint64_t *a, uint64_t *b, uint64_t *s, uint64_t *t,
                             size_t used, size_t half) {
    while (at->bits > 1 && used > 0) {
        used = double_limbs(e, at, a, b, s, t, used);
    }
    if (used == 0) {
        return 0;
    }
    a[used] = b[used] = 0;
    return finish_limbs(e, at, is_lucas, a, b, used, t, t + half, s);
}

static size_t number_of(uint64_t n, int is_lucas, void *scratch, const uint64_t **limbs, fc_interrupt interrupt,
                        void *context) {
    const room sizes = room_for(n);
    const size_t half = sizes.limbs / 2;
    engine e = {.m = {interrupt, context, 0}};
    position at = start_of(n, FC_FIBONACCI_TABLE);
    const uint64_t *before = fc_fibonacci_first[at.k - 1], *current = fc_fibonacci_first[at.k];
    uint64_t *a = (uint64_t *)scratch, *b = a + sizes.limbs, *s = b + sizes.limbs, *t = s + sizes.limbs,
             *rest = t + sizes.limbs;
    size_t used = used_limbs(current, FC_FIBONACCI_LIMBS);
    e.scratch = rest;
    *limbs = s;
    if (at.bits == 0) {
        if (!is_lucas) {
            *limbs = current;
            return used;
        }
        used += current[used - 1] >> 62 != 0;
        mix_limbs(s, before, 2, current, 1, used);
        return used_limbs(s, used);
    }
    if (at.bits == 1) {
        return finish_limbs(&e, &at, is_lucas, before, current, used, t, t + half, s);
    }
    memcpy(a, before, FC_FIBONACCI_LIMBS * sizeof *a);
    memcpy(b, current, FC_FIBONACCI_LIMBS * sizeof *b);
#ifdef FC_HAS_VECTORS
    garner transforms;
    while (at.bits > 1 && used <= LIMBS_UP_TO) {
        used = double_limbs(&e, &at, a, b, s, t, used);
    }
    if (at.bits > 1 || used > LAST_LIMBS_UP_TO) {
        const columns all = columns_in((double *)rest, sizes.digits);
        size_t digits, i;
        a[used] = b[used] = 0;
        digits = row_of_limbs(all.b, b, used);
        row_of_limbs(all.a, a, used);
        while (at.bits > 1 && digits <= COLUMNS_UP_TO) {
            digits = double_columns(&at, &all, digits);
        }
        if (at.bits == 1 && digits <= LAST_COLUMNS_UP_TO) {
            return finish_columns(&at, is_lucas, &all, digits, s);
        }
        used = limbs_of_row(b, all.b, digits);
        i = limbs_of_row(a, all.a, digits);
        memset(a + i, 0, (used - i) * sizeof *a);
        /* The rows' place is for the transforms' tables and points, or for what longer products than theirs need. */
        const size_t count = factor_count(2 * (half < TRANSFORM_MOST ? half : TRANSFORM_MOST));
        start_fields(&transforms, (double *)rest, count);
        e.transforms = &transforms;
        e.points = (double *)rest + 2 * PRIMES * count;
    }
#endif
    return go_on_in_limbs(&e, &at, is_lucas, a, b, s, t, used, half);
}

static size_t number(uint64_t n, int is_lucas, void *scratch, const uint64_t **limbs, fc_interrupt interrupt,
                     void *context) {
    const size_t used = number_of(n, is_lucas, scratch, limbs, interrupt, context);
    if (used != 0 && n >= CHECKED_FROM && limbs_mersenne(*limbs, used) != number_mersenne(n, is_lucas)) {
        return FC_FIBONACCI_FAULT;
    }
    return used;
}

static size_t scratch_size(uint64_t n) {
    const room sizes = room_for(n);
    const size_t factor = sizes.limbs / 2;
#ifdef FC_HAS_VECTORS
    size_t rest = columns_scratch_count(sizes.digits) * sizeof(double),
           limbs = factor < LAST_LIMBS_UP_TO ? factor : LAST_LIMBS_UP_TO + 1;
    if (sizes.has_transforms) {
        const size_t last = factor < TRANSFORM_MOST ? factor : TRANSFORM_MOST;
        const size_t transforms =
            (2 * PRIMES * factor_count(2 * last) + transform_scratch_count(last)) * sizeof(double);
        rest = rest > transforms ? rest : transforms;
        limbs = factor > TRANSFORM_MOST ? factor : limbs;
    }
    limbs = limbs < HALVES_FROM ? 0 : limbs_scratch_size(limbs);
    rest = rest > limbs ? rest : limbs;
#else
    const size_t rest = factor < HALVES_FROM ? 0 : limbs_scratch_size(factor);
#endif
    return 4 * sizes.limbs * sizeof(uint64_t) + rest;
}

const fc_fibonacci_table FC_TABLE(fc_fibonacci) = {
    .number = number,
    .scratch_size = scratch_size,
};
