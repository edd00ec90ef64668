/* Linear recurrences of k terms modulo m <= 2^64, by halving the index.

   x[n] is the coefficient of y^n in P(y)/Q(y) with Q(y) = 1 - c[0] y - … - c[k-1] y^k and P = Q·(x[0] + x[1] y + …)
   modulo y^k. As P(y)/Q(y) = P(y)Q(-y) / (Q(y)Q(-y)), whose denominator has even powers only, the half of the numerator
   that has the parity of n gives a fraction of the same kind for n / 2 (A. Bostan and R. Mori, "A simple and fast
   algorithm for computing the N-th term of a linearly recurrent sequence", SOSA 2021). With Q(y) = E(y^2) + y·O(y^2):

       denominator   E^2 - y·O^2
       numerator     Pe·E - y·Po·O  for even n,  Po·E - Pe·O  for odd n

   which takes 3/4 k^2 products and 2k reductions a bit: a coefficient is reduced once, as the sum of its products. Of a
   square each product of different coefficients is made once. -O is kept beside O, so that there are sums alone. E and
   O are in Montgomery's form, P is plain, and so is what their product is reduced to; Q(0) stays 1, so nothing is ever
   divided by it. */
#include "montgomery.h"
#include "simd.h"

#include <stddef.h>

/* How the sums of products are held.
     SMALL    m < 2^31: many coefficients at a time, in vectors of 64-bit words (see `columns`);
     NARROW   (k + 1)·m <= 2^64: any sum is below 2^64·m, and may be reduced as it is;
     WIDE     three words, of which the upper two are brought below m by a division;
     WORDS    modulo 2^64. */
enum arithmetic { SMALL, NARROW, WIDE, WORDS };

/* Fewer terms are not worth vectors. */
#define SMALL_FROM 6
/* Zeros on both sides of the coefficients that vectors take: as many as the most columns. */
#define PADDING 32

/* Where the coefficients are: those of the bit at hand, and the places for those of the next. */
typedef struct ring {
    uint64_t *even, *odd, *minus_odd; /* E, O and -O */
    uint64_t *p_even, *p_odd;
    uint64_t *next_even, *next_odd, *next_minus_odd, *next_p_even, *next_p_odd;
} ring;

typedef struct state {
    fc_modulus modulus;
    size_t k;
    size_t batch; /* SMALL: so many products and a half word fit a word */
    enum arithmetic arithmetic;
    ring residues, words;
    uint64_t *room; /* for 2k + 1 words */
} state;

typedef struct sum {
    uint64_t low, high, top;
} sum;

#define EVENS(k) ((k) / 2 + 1)
#define ODDS(k) (((k) + 1) / 2)

#ifdef FC_ISA_BASE
size_t fc_recurrence_scratch_size(size_t k) {
    return sizeof(state) + (4 * (EVENS(k) + 4 * ODDS(k)) + 11 * PADDING + 2 * k + 1) * sizeof(uint64_t);
}
#endif

/* a += x·y, to three words. */
FC_INLINE void add_product(sum *a, uint64_t x, uint64_t y) {
    uint64_t high, low = fc_multiply(x, y, &high);
#if defined(__x86_64__) && defined(__GNUC__)
    __asm__("addq %3, %0\n\tadcq %4, %1\n\tadcq $0, %2"
            : "+&r"(a->low), "+&r"(a->high), "+r"(a->top)
            : "r"(low), "r"(high)
            : "cc");
#else
    uint64_t carry = 0;
    a->low = fc_add_carry(a->low, low, &carry);
    a->high = fc_add_carry(a->high, high, &carry);
    a->top += carry;
#endif
}

/* a + x[0]·y[0] + x[1]·y[-1] + … */
FC_INLINE sum add_products(sum a, const uint64_t *x, const uint64_t *y, size_t count, enum arithmetic arithmetic) {
    if (arithmetic == WORDS) {
        for (size_t i = 0; i < count; i++) {
            a.low += x[i] * *(y - i);
#if defined(__GNUC__)
            /* Vectors have no product of words, and for tens of products gcc's substitute measured 1.5 times slower. */
            __asm__("" : "+r"(a.low));
#endif
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            add_product(&a, x[i], *(y - i));
        }
    }
    return a;
}

FC_INLINE sum twice(sum a) {
    a.top = a.top << 1 | a.high >> 63;
    a.high = a.high << 1 | a.low >> 63;
    a.low <<= 1;
    return a;
}

/* The products of x and y, n coefficients each, that make the coefficient t of their product; x[i]·y[j] = x[j]·y[i]. */
FC_INLINE sum symmetric_part(sum a, const uint64_t *x, const uint64_t *y, size_t n, size_t t,
                             enum arithmetic arithmetic) {
    size_t first = t < n ? 0 : t - n + 1, end = (t + 1) / 2;
    return add_products(a, x + first, y + (t - first), end - first, arithmetic);
}

FC_INLINE sum part(sum a, const uint64_t *x, size_t n, const uint64_t *y, size_t m, size_t t,
                   enum arithmetic arithmetic) {
    size_t first = t < m ? 0 : t - m + 1, end = t < n ? t + 1 : n;
    return first < end ? add_products(a, x + first, y + (t - first), end - first, arithmetic) : a;
}

FC_INLINE uint64_t reduced(sum a, const state *s, enum arithmetic arithmetic) {
    if (arithmetic == WORDS) {
        return a.low;
    }
    if (arithmetic == WIDE) {
        /* m > 2^64 / (k + 1), and the top is far below. */
        a.high = fc_remainder(a.top, a.high, s->modulus.odd);
    }
    return fc_reduce(a.high, a.low, &s->modulus);
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
        sum a = {0, 0, 0};
        uint64_t coefficient;
        if (t <= 2 * (evens - 1)) {
            a = symmetric_part(a, r->even, r->even, evens, t, arithmetic);
        }
        if (t - 1 <= 2 * (odds - 1)) {
            a = symmetric_part(a, r->odd, r->minus_odd, odds, t - 1, arithmetic);
        }
        a = twice(a);
        /* The square: of E if t is even, of O otherwise. */
        a = t % 2 == 0 ? add_products(a, r->even + t / 2, r->even + t / 2, 1, arithmetic)
                       : add_products(a, r->odd + t / 2, r->minus_odd + t / 2, 1, arithmetic);
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
        sum a = {0, 0, 0};
        if (bit) {
            a = part(a, r->p_odd, k / 2, r->even, evens, t, arithmetic);
            a = part(a, r->p_even, odds, r->minus_odd, odds, t, arithmetic);
        } else {
            a = part(a, r->p_even, odds, r->even, evens, t, arithmetic);
            if (t > 0) {
                a = part(a, r->p_odd, k / 2, r->minus_odd, odds, t - 1, arithmetic);
            }
        }
        (t % 2 == 0 ? r->next_p_even : r->next_p_odd)[t / 2] = reduced(a, s, arithmetic);
    }
}

FC_INLINE void advance_ring(ring *r) {
    swap(&r->even, &r->next_even);
    swap(&r->odd, &r->next_odd);
    swap(&r->minus_odd, &r->next_minus_odd);
    swap(&r->p_even, &r->next_p_even);
    swap(&r->p_odd, &r->next_p_odd);
}

FC_INLINE void halve(const state *s, ring *r, unsigned bit, enum arithmetic arithmetic) {
    next_denominator(s, r, arithmetic);
    next_numerator(s, r, bit, arithmetic);
    advance_ring(r);
}

static void halve_narrow(const state *s, ring *r, unsigned bit) { halve(s, r, bit, NARROW); }
static void halve_wide(const state *s, ring *r, unsigned bit) { halve(s, r, bit, WIDE); }
static void halve_words(const state *s, ring *r, unsigned bit) { halve(s, r, bit, WORDS); }

/* ---- vectors ------------------------------------------------------------------------------------------------- */

/* The products of the low halves of words. */
#if defined(FC_ISA_AVX512)
#define multiply_halves(a, b) _mm512_mul_epu32(a, b)
#elif defined(FC_ISA_AVX2)
#define multiply_halves(a, b) _mm256_mul_epu32(a, b)
#elif defined(__x86_64__) || defined(_M_X64)
#define multiply_halves(a, b) _mm_mul_epu32(a, b)
#elif defined(__aarch64__) || defined(_M_ARM64)
#define multiply_halves(a, b) vmull_u32(vmovn_u64(a), vmovn_u64(b))
#else
#define multiply_halves(a, b) ((a) * (b))
#endif

#define VECTORS 4
#define COLUMNS (VECTORS * FC_WORDS)

/* Sums of products in columns: those whose words are full are split into halves. */
typedef struct sums {
    fc_word low[VECTORS], high[VECTORS];
} sums;

FC_INLINE void split(sums *a) {
    for (int v = 0; v < VECTORS; v++) {
        a->high[v] = fc_word_add(a->high[v], fc_word_high(a->low[v]));
        a->low[v] = fc_word_and(a->low[v], fc_word_set(0xffffffffu));
    }
}

/* a += the coefficients from t on of x·y, of n and m coefficients; those beyond the ends of y are 0. */
FC_INLINE void add_columns(sums *a, const uint64_t *x, size_t n, const uint64_t *y, size_t m, ptrdiff_t t,
                           size_t batch) {
    ptrdiff_t i = t < (ptrdiff_t)m ? 0 : t - (ptrdiff_t)m + 1,
              end = t + COLUMNS < (ptrdiff_t)n ? t + COLUMNS : (ptrdiff_t)n;
    while (i < end) {
        ptrdiff_t until = end - i <= (ptrdiff_t)batch ? end : i + (ptrdiff_t)batch;
        for (; i < until; i++) {
            fc_word factor = fc_word_set(x[i]);
            const uint64_t *row = y + (t - i);
            for (int v = 0; v < VECTORS; v++) {
                a->low[v] = fc_word_add(a->low[v], multiply_halves(factor, fc_word_load(row + v * FC_WORDS)));
            }
        }
        split(a);
    }
}

/* The coefficients from t on of x·y + z·w·y^shift, reduced, to every second place of two arrays in turn. */
FC_INLINE void columns(const state *s, const uint64_t *x, size_t x_count, const uint64_t *y, size_t y_count,
                       const uint64_t *z, size_t z_count, const uint64_t *w, size_t w_count, size_t shift, size_t t,
                       size_t end, uint64_t *even, uint64_t *odd) {
    uint64_t low[COLUMNS], high[COLUMNS];
    sums a;
    for (int v = 0; v < VECTORS; v++) {
        a.low[v] = a.high[v] = fc_word_set(0);
    }
    add_columns(&a, x, x_count, y, y_count, (ptrdiff_t)t, s->batch);
    add_columns(&a, z, z_count, w, w_count, (ptrdiff_t)t - (ptrdiff_t)shift, s->batch);
    for (int v = 0; v < VECTORS; v++) {
        fc_word_store(low + v * FC_WORDS, a.low[v]);
        fc_word_store(high + v * FC_WORDS, a.high[v]);
    }
    for (size_t i = 0; i < COLUMNS && t + i < end; i += 2) {
        /* t and COLUMNS are even */
        uint64_t word = low[i] + (high[i] << 32);
        even[(t + i) / 2] = fc_reduce((high[i] >> 32) + (word < low[i]), word, &s->modulus);
        if (t + i + 1 < end) {
            word = low[i + 1] + (high[i + 1] << 32);
            odd[(t + i) / 2] = fc_reduce((high[i + 1] >> 32) + (word < low[i + 1]), word, &s->modulus);
        }
    }
}

static void halve_small(const state *s, ring *r, unsigned bit) {
    size_t k = s->k, evens = EVENS(k), odds = ODDS(k);
    for (size_t t = 0; t <= k; t += COLUMNS) {
        columns(s, r->even, evens, r->even, evens, r->odd, odds, r->minus_odd, odds, 1, t, k + 1, r->next_even,
                r->next_odd);
    }
    for (size_t i = 0; i < odds; i++) {
        r->next_minus_odd[i] = negative(r->next_odd[i], s, SMALL);
    }
    for (size_t t = 0; t < k; t += COLUMNS) {
        if (bit) {
            columns(s, r->p_odd, k / 2, r->even, evens, r->p_even, odds, r->minus_odd, odds, 0, t, k, r->next_p_even,
                    r->next_p_odd);
        } else {
            columns(s, r->p_even, odds, r->even, evens, r->p_odd, k / 2, r->minus_odd, odds, 1, t, k, r->next_p_even,
                    r->next_p_odd);
        }
    }
    advance_ring(r);
}

/* -------------------------------------------------------------------------------------------------------------- */

static void advance(void *scratch, const uint64_t *n, size_t first, size_t last) {
    state *s = (state *)scratch;
    for (size_t bit = first; bit < last; bit++) {
        unsigned is_odd = n[bit / 64] >> bit % 64 & 1;
        if (s->modulus.odd > 1) {
            switch (s->arithmetic) {
            case SMALL:
                halve_small(s, &s->residues, is_odd);
                break;
            case NARROW:
                halve_narrow(s, &s->residues, is_odd);
                break;
            default:
                halve_wide(s, &s->residues, is_odd);
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
    uint64_t *q = s->room, *x = q + k + 1;
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
        sum a = {0, 0, 0};
        a = add_products(a, q, x + i, i + 1, arithmetic);
        (i % 2 == 0 ? r->p_even : r->p_odd)[i / 2] = reduced(a, s, arithmetic);
    }
}

/* Lays out the coefficients, with zeros around them if they are for vectors. */
static uint64_t *place(ring *r, uint64_t *memory, size_t k, size_t padding) {
    uint64_t **places[] = {&r->even,      &r->odd,      &r->minus_odd,      &r->p_even,      &r->p_odd,
                           &r->next_even, &r->next_odd, &r->next_minus_odd, &r->next_p_even, &r->next_p_odd};
    memset(memory, 0, padding * sizeof *memory);
    memory += padding;
    for (size_t i = 0; i < 10; i++) {
        *places[i] = memory;
        memory += i % 5 == 0 ? EVENS(k) : ODDS(k);
        memset(memory, 0, padding * sizeof *memory);
        memory += padding;
    }
    return memory;
}

static void start(uint64_t m, const uint64_t *coefficients, const uint64_t *initial, size_t k, void *scratch) {
    state *s = (state *)scratch;
    uint64_t *memory = (uint64_t *)(s + 1), odd;
    s->k = k;
    s->modulus = fc_modulus_of(m);
    odd = s->modulus.odd;
    s->arithmetic = k <= UINT64_MAX / odd - 1 ? NARROW : WIDE;
    if (odd >> 31 == 0 && k >= SMALL_FROM) {
        s->arithmetic = SMALL;
        s->batch = odd < 1 << 16 ? UINT16_MAX : (size_t)((UINT64_MAX - UINT32_MAX) / (odd * odd));
    }
    memory = place(&s->residues, memory, k, s->arithmetic == SMALL ? PADDING : 0);
    s->room = place(&s->words, memory, k, 0);
    if (odd > 1) {
        if (s->arithmetic == WIDE) {
            fill(s, &s->residues, coefficients, initial, WIDE);
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
