/* Linear recurrences of k terms modulo m <= 2^64, by halving the index.

   x[n] is the coefficient of y^n in P(y)/Q(y) with Q(y) = 1 - c[0] y - … - c[k-1] y^k and P = Q·(x[0] + x[1] y + …)
   modulo y^k. As P(y)/Q(y) = P(y)Q(-y) / (Q(y)Q(-y)), whose denominator has even powers only, the half of the numerator
   that has the parity of n gives a fraction of the same kind for n / 2 (A. Bostan and R. Mori, "A simple and fast
   algorithm for computing the N-th term of a linearly recurrent sequence", SOSA 2021). With Q(y) = E(y^2) + y·O(y^2):

       denominator   E^2 - y·O^2
       numerator     Pe·E - y·Po·O  for even n,  Po·E - Pe·O  for odd n

   which takes 3/4 k^2 products and 2k reductions a bit: a coefficient is reduced once, as the sum of its products. Of a
   square each product of different coefficients is made once. -O is kept beside O, so that there are sums alone. E and O
   are in Montgomery's form, P is plain, and so is what their product is reduced to; Q(0) stays 1, so nothing is ever
   divided by it. */
#include "montgomery.h"

#include <assert.h>

/* How the sums of products are held.
     NARROW   (k + 1)·m <= 2^64: any sum is below 2^64·m, and so may be reduced as it is;
     BATCHED  m < 2^63: after some products the high word is brought below m, by a product with a reciprocal;
     FULL     below 2^64·m by comparison, after each product;
     WORDS    modulo 2^64. */
enum arithmetic { NARROW, BATCHED, FULL, WORDS };

/* Where the coefficients are, of which `p` and `q` belong to the bit at hand and the others to the next. */
typedef struct ring {
    uint64_t *even, *odd, *minus_odd; /* E, O and -O */
    uint64_t *p_even, *p_odd;
    uint64_t *next_even, *next_odd, *next_minus_odd, *next_p_even, *next_p_odd;
} ring;

typedef struct state {
    fc_modulus modulus;
    uint64_t reciprocal; /* (2^64 - 1) / odd, rounded down */
    size_t k, batch;     /* so many products may be added before the high word is brought below m */
    enum arithmetic arithmetic;
    ring residues, words;
} state;

typedef struct sum {
    uint64_t high, low;
} sum;

#define EVENS(k) ((k) / 2 + 1)
#define ODDS(k) (((k) + 1) / 2)

#ifdef FC_ISA_BASE
size_t fc_recurrence_scratch_size(size_t k) {
    return sizeof(state) + 4 * (EVENS(k) + 4 * ODDS(k)) * sizeof(uint64_t);
}
#endif

FC_INLINE uint64_t below(uint64_t high, const state *s) {
    uint64_t quotient, m = s->modulus.odd;
    fc_multiply(high, s->reciprocal, &quotient);
    high -= quotient * m; /* < 2m */
    return high >= m ? high - m : high;
}

/* a + x[0]·y[0] + x[1]·y[-1] + … */
FC_INLINE sum add_products(sum a, const uint64_t *x, const uint64_t *y, size_t count, const state *s,
                           enum arithmetic arithmetic) {
    if (arithmetic == WORDS) {
        for (size_t i = 0; i < count; i++) {
            a.low += x[i] * *(y - i);
        }
    } else if (arithmetic == FULL) {
        uint64_t m = s->modulus.odd;
        for (size_t i = 0; i < count; i++) {
            uint64_t high, low = fc_multiply(x[i], *(y - i), &high), carry = 0;
            a.low = fc_add_carry(a.low, low, &carry);
            a.high = fc_add_carry(a.high, high, &carry);
            a.high = carry || a.high >= m ? a.high - m : a.high;
        }
    } else {
        size_t i = 0;
        while (i < count) {
            size_t end = arithmetic == NARROW || count - i <= s->batch ? count : i + s->batch;
            for (; i < end; i++) {
                uint64_t high, low = fc_multiply(x[i], *(y - i), &high);
                fc_add_wide(&a.high, &a.low, high, low);
            }
            if (arithmetic == BATCHED) {
                a.high = below(a.high, s);
            }
        }
    }
    return a;
}

FC_INLINE sum twice(sum a, const state *s, enum arithmetic arithmetic) {
    uint64_t m = s->modulus.odd, top = a.high >> 63;
    a.high = a.high << 1 | a.low >> 63;
    a.low <<= 1;
    if (arithmetic == BATCHED || arithmetic == FULL) {
        a.high = top || a.high >= m ? a.high - m : a.high;
    }
    return a;
}

/* The products of x and y, n coefficients each, that make the coefficient t of their product; x[i]·y[j] = x[j]·y[i]. */
FC_INLINE sum symmetric_part(sum a, const uint64_t *x, const uint64_t *y, size_t n, size_t t, const state *s,
                             enum arithmetic arithmetic) {
    size_t first = t < n ? 0 : t - n + 1, end = (t + 1) / 2;
    a = add_products(a, x + first, y + (t - first), end - first, s, arithmetic);
    return a;
}

FC_INLINE sum part(sum a, const uint64_t *x, size_t n, const uint64_t *y, size_t m, size_t t, const state *s,
                   enum arithmetic arithmetic) {
    size_t first = t < m ? 0 : t - m + 1, end = t < n ? t + 1 : n;
    return first < end ? add_products(a, x + first, y + (t - first), end - first, s, arithmetic) : a;
}

FC_INLINE uint64_t reduced(sum a, const state *s, enum arithmetic arithmetic) {
    return arithmetic == WORDS ? a.low : fc_reduce(a.high, a.low, &s->modulus);
}

FC_INLINE uint64_t negative(uint64_t x, const state *s, enum arithmetic arithmetic) {
    return arithmetic == WORDS || x == 0 ? 0 - x : s->modulus.odd - x;
}

FC_INLINE void swap(uint64_t **x, uint64_t **y) {
    uint64_t *other = *x;
    *x = *y;
    *y = other;
}

FC_INLINE void next_denominator(const state *s, ring *r, enum arithmetic arithmetic) {
    size_t k = s->k, evens = EVENS(k), odds = ODDS(k);
    r->next_even[0] = r->even[0];
    for (size_t t = 1; t <= k; t++) {
        sum a = {0, 0};
        uint64_t coefficient;
        if (t <= 2 * (evens - 1)) {
            a = symmetric_part(a, r->even, r->even, evens, t, s, arithmetic);
        }
        if (t - 1 <= 2 * (odds - 1)) {
            a = symmetric_part(a, r->odd, r->minus_odd, odds, t - 1, s, arithmetic);
        }
        a = twice(a, s, arithmetic);
        /* The square: of E if t is even, of O otherwise. */
        a = t % 2 == 0 ? add_products(a, r->even + t / 2, r->even + t / 2, 1, s, arithmetic)
                       : add_products(a, r->odd + t / 2, r->minus_odd + t / 2, 1, s, arithmetic);
        coefficient = reduced(a, s, arithmetic);
        if (t % 2 == 0) {
            r->next_even[t / 2] = coefficient;
        } else {
            r->next_odd[t / 2] = coefficient;
            r->next_minus_odd[t / 2] = negative(coefficient, s, arithmetic);
        }
    }
}

FC_INLINE void next_numerator(const state *s, ring *r, unsigned bit, enum arithmetic arithmetic) {
    size_t k = s->k, evens = EVENS(k), odds = ODDS(k);
    for (size_t t = 0; t < k; t++) {
        sum a = {0, 0};
        if (bit) {
            a = part(a, r->p_odd, k / 2, r->even, evens, t, s, arithmetic);
            a = part(a, r->p_even, odds, r->minus_odd, odds, t, s, arithmetic);
        } else {
            a = part(a, r->p_even, odds, r->even, evens, t, s, arithmetic);
            if (t > 0) {
                a = part(a, r->p_odd, k / 2, r->minus_odd, odds, t - 1, s, arithmetic);
            }
        }
        (t % 2 == 0 ? r->next_p_even : r->next_p_odd)[t / 2] = reduced(a, s, arithmetic);
    }
}

FC_INLINE void halve(const state *s, ring *r, unsigned bit, enum arithmetic arithmetic) {
    next_denominator(s, r, arithmetic);
    next_numerator(s, r, bit, arithmetic);
    swap(&r->even, &r->next_even);
    swap(&r->odd, &r->next_odd);
    swap(&r->minus_odd, &r->next_minus_odd);
    swap(&r->p_even, &r->next_p_even);
    swap(&r->p_odd, &r->next_p_odd);
}

static void halve_narrow(const state *s, ring *r, unsigned bit) { halve(s, r, bit, NARROW); }
static void halve_batched(const state *s, ring *r, unsigned bit) { halve(s, r, bit, BATCHED); }
static void halve_full(const state *s, ring *r, unsigned bit) { halve(s, r, bit, FULL); }
static void halve_words(const state *s, ring *r, unsigned bit) { halve(s, r, bit, WORDS); }

static void advance(void *scratch, const uint64_t *n, size_t first, size_t last) {
    state *s = (state *)scratch;
    for (size_t bit = first; bit < last; bit++) {
        unsigned is_odd = n[bit / 64] >> bit % 64 & 1;
        if (s->modulus.odd > 1) {
            switch (s->arithmetic) {
            case NARROW:
                halve_narrow(s, &s->residues, is_odd);
                break;
            case BATCHED:
                halve_batched(s, &s->residues, is_odd);
                break;
            default:
                halve_full(s, &s->residues, is_odd);
                break;
            }
        }
        if (s->modulus.mask != 0) {
            halve_words(s, &s->words, is_odd);
        }
    }
}

/* E, O and -O of the coefficients, and P = Q·x from the initial values. */
FC_INLINE void fill(const state *s, ring *r, const uint64_t *coefficients, const uint64_t *initial,
                    enum arithmetic arithmetic) {
    size_t k = s->k;
    const fc_modulus *m = &s->modulus;
    uint64_t *q = r->next_even, *x = q + EVENS(k) + ODDS(k); /* k + 1 and k numbers, over all that comes next */
    q[0] = arithmetic == WORDS ? 1 : m->unit;
    for (size_t i = 0; i < k; i++) {
        q[i + 1] = arithmetic == WORDS ? 0 - coefficients[i]
                                       : negative(fc_multiply_modulo(coefficients[i], m->square, m), s, arithmetic);
        x[i] = arithmetic != WORDS && m->mask != 0 ? initial[i] % m->odd : initial[i];
    }
    for (size_t i = 0; i <= k; i++) {
        if (i % 2 == 0) {
            r->even[i / 2] = q[i];
        } else {
            r->odd[i / 2] = q[i];
            r->minus_odd[i / 2] = negative(q[i], s, arithmetic);
        }
    }
    for (size_t i = 0; i < k; i++) {
        sum a = {0, 0};
        a = add_products(a, q, x + i, i + 1, s, arithmetic);
        (i % 2 == 0 ? r->p_even : r->p_odd)[i / 2] = reduced(a, s, arithmetic);
    }
}

static uint64_t *place(ring *r, uint64_t *memory, size_t k) {
    uint64_t **part[] = {&r->even,      &r->odd,      &r->minus_odd,      &r->p_even,      &r->p_odd,
                         &r->next_even, &r->next_odd, &r->next_minus_odd, &r->next_p_even, &r->next_p_odd};
    for (size_t i = 0; i < 10; i++) {
        *part[i] = memory;
        memory += i % 5 == 0 ? EVENS(k) : ODDS(k);
    }
    return memory;
}

static void start(uint64_t m, const uint64_t *coefficients, const uint64_t *initial, size_t k, void *scratch) {
    state *s = (state *)scratch;
    uint64_t *memory = (uint64_t *)(s + 1), times;
    s->k = k;
    s->modulus = fc_modulus_of(m);
    /* times <= 2^64 / m, and s < 2^64·m before a batch: (2^64 / m)^2 - 2^64 / m products of at most m^2 fit. */
    times = s->reciprocal = UINT64_MAX / s->modulus.odd;
    s->arithmetic = k < times ? NARROW : times > 1 ? BATCHED : FULL;
    times = times < (uint64_t)1 << 31 ? times : (uint64_t)1 << 31;
    s->batch = (size_t)(times * times - times < SIZE_MAX ? times * times - times : SIZE_MAX);
    memory = place(&s->residues, memory, k);
    place(&s->words, memory, k);
    if (s->modulus.odd > 1) {
        if (s->arithmetic == FULL) {
            fill(s, &s->residues, coefficients, initial, FULL);
        } else if (s->arithmetic == BATCHED) {
            fill(s, &s->residues, coefficients, initial, BATCHED);
        } else {
            fill(s, &s->residues, coefficients, initial, NARROW);
        }
    }
    if (s->modulus.mask != 0) {
        fill(s, &s->words, coefficients, initial, WORDS);
    }
}

static uint64_t finish(void *scratch) {
    const state *s = (const state *)scratch;
    uint64_t residue = s->modulus.odd > 1 ? s->residues.p_even[0] : 0;
    return s->modulus.mask == 0 ? residue : fc_join_residues(residue, s->words.p_even[0], &s->modulus);
}

const fc_recurrences_table FC_TABLE(fc_recurrences) = {
    .start = start,
    .advance = advance,
    .finish = finish,
};
