/* Fibonacci numbers modulo m <= 2^64, of one index and of arrays of them.

   One index: by doubling from a table's entry, with two squarings a bit (see numbers.c), on single words. What counts
   is how long one step waits for the one before: for m < 2^60 sums are left unreduced, and a step takes the time of one
   modular squaring and four additions.

   Many indices: the numbers F(d·2^(w·j)) for all d < 2^w are tabulated for each group j of w bits, and

       F(x + y - 1) = F(x - 1)·F(y - 1) + F(x)·F(y),   F(x + y) = (F(x - 1) + F(x))·(F(y - 1) + F(y)) - F(x - 1)·F(y -
   1)

   joins the groups of an index by three products and two reductions each: instead of 60 doublings, five of these for
   indices of 60 bits and a table of 10 bits. Elements do not wait for each other, as a block of them takes one group
   after the other. The table of the lowest group holds plain numbers, the others Montgomery's form, so that the last
   join yields a plain one.

   Without a modulus indices are at most 93, and are looked up. */
#include "montgomery.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

/* ---- one index ----------------------------------------------------------------------------------------------- */

/* F(k - 1) and F(k) of the highest bits k of n, as many as the table of words reaches: at least six of them. */
FC_INLINE unsigned start(const uint64_t *n, size_t limbs, uint64_t *before, uint64_t *at, uint64_t *k) {
    unsigned length = 64 - fc_leading_zeros(n[limbs - 1]), below;
    uint64_t top = n[limbs - 1];
    if (limbs > 1 && length < 7) {
        /* The bits left in this limb, and all of the next: start with this limb alone. */
        below = 0;
    } else {
        below = length > 7 ? length - 7 : 0;
        if (top >> below > FC_FIBONACCI_WORD) {
            below++;
        }
    }
    *k = top >> below;
    *at = fc_fibonacci_word[*k];
    *before = *k == 0 ? 1 : fc_fibonacci_word[*k - 1];
    return below;
}

/* The bits of n below the first `below` of its highest limb, highest first. */
#define FC_EACH_BIT(n, limbs, below)                                                                 \
    for (size_t limb_ = (limbs), bits_ = (below); limb_-- > 0; bits_ = 64)                           \
        for (uint64_t word_ = bits_ == 0 ? 0 : (n)[limb_] << (64 - bits_), left_ = bits_; left_ > 0; \
             word_ <<= 1, left_--)
#define FC_BIT (word_ >> 63)

/* F(n) modulo 2^64. */
static uint64_t doubled_word(const uint64_t *n, size_t limbs) {
    uint64_t a, b, k, sign;
    unsigned below = start(n, limbs, &a, &b, &k);
    sign = k & 1 ? (uint64_t)-2 : 2;
    FC_EACH_BIT(n, limbs, below) {
        uint64_t s = a * a, t = b * b, first = s + t, third = 4 * t + sign - s, second = third - first;
        uint64_t chosen = 0 - FC_BIT;
        a = first ^ ((first ^ second) & chosen);
        b = second ^ ((second ^ third) & chosen);
        sign = 2 - (4 & chosen);
    }
    return b;
}

/* The product of a signed number with itself: |x| < 2^63. */
FC_INLINE uint64_t square(int64_t x, uint64_t *high) {
#if defined(__SIZEOF_INT128__)
    unsigned __int128 product = (unsigned __int128)((__int128)x * x);
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
#else
    uint64_t magnitude = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    return fc_multiply(magnitude, magnitude, high);
#endif
}

/* x^2 / 2^64 modulo m, from 0 to m - 1, for x^2 < 2^64·m. */
FC_INLINE int64_t square_modulo(int64_t x, const fc_modulus *m) {
    uint64_t high, low = square(x, &high);
    int64_t difference = fc_reduce_signed(high, low, m), lifted = difference + (int64_t)m->odd;
    return difference < 0 ? lifted : difference;
}

/* m < 2^60. With S and T from 0 to m - 1, and c = ±2 within m / 2 of 0, all modulo m:

       S + T is in [0, 2m),  4T - S + c - m in (-2.5m, 3.5m),  3T - 2S + c - m in (-3.5m, 2.5m)

   so that no number is beyond 3.5m, whose square is below 12.25·m^2 < 2^64·m. */
FC_INLINE uint64_t doubled_small(const uint64_t *n, size_t limbs, const fc_modulus *m) {
    uint64_t before, at, k, two = fc_add_modulo(m->unit, m->unit, m->odd);
    unsigned below = start(n, limbs, &before, &at, &k);
    int64_t a = (int64_t)fc_multiply_modulo(before, m->square, m), b = (int64_t)fc_multiply_modulo(at, m->square, m);
    int64_t centred = two > m->odd / 2 ? (int64_t)(two - m->odd) : (int64_t)two;
    int64_t plus = centred - (int64_t)m->odd, minus = -centred - (int64_t)m->odd, sign = k & 1 ? minus : plus;
    FC_EACH_BIT(n, limbs, below) {
        int64_t s = square_modulo(a, m), t = square_modulo(b, m);
        int64_t first = s + t, third = 4 * t + sign - s, second = third - first;
        int64_t chosen = (int64_t)(0 - FC_BIT);
        a = first ^ ((first ^ second) & chosen);
        b = second ^ ((second ^ third) & chosen);
        sign = plus ^ ((plus ^ minus) & chosen);
    }
    /* Out of the representation: b + 4m is above 0, and its product with 1 less than 2^64. */
    return fc_reduce(0, (uint64_t)b + 4 * m->odd, m);
}

/* Any odd m: every sum is reduced. */
FC_INLINE uint64_t doubled_large(const uint64_t *n, size_t limbs, const fc_modulus *m) {
    uint64_t a, b, k, odd = m->odd, plus = fc_add_modulo(m->unit, m->unit, odd), minus = odd - plus, sign;
    unsigned below = start(n, limbs, &a, &b, &k);
    a = fc_multiply_modulo(a, m->square, m);
    b = fc_multiply_modulo(b, m->square, m);
    sign = k & 1 ? minus : plus;
    FC_EACH_BIT(n, limbs, below) {
        uint64_t s = fc_multiply_modulo(a, a, m), t = fc_multiply_modulo(b, b, m);
        uint64_t first = fc_add_modulo(s, t, odd), twice = fc_add_modulo(t, t, odd);
        uint64_t third = fc_subtract_modulo(fc_add_modulo(fc_add_modulo(twice, twice, odd), sign, odd), s, odd);
        uint64_t second = fc_subtract_modulo(third, first, odd), chosen = 0 - FC_BIT;
        a = first ^ ((first ^ second) & chosen);
        b = second ^ ((second ^ third) & chosen);
        sign = plus ^ ((plus ^ minus) & chosen);
    }
    return fc_reduce(0, b, m);
}

/* Up to here sums may be left unreduced. */
#define SMALL ((uint64_t)1 << 60)

FC_INLINE uint64_t modulo_of(const uint64_t *n, size_t limbs, const fc_modulus *m) {
    uint64_t residue = 0;
    if (m->odd > 1) {
        residue = m->odd < SMALL ? doubled_small(n, limbs, m) : doubled_large(n, limbs, m);
    }
    return m->mask == 0 ? residue : fc_join_residues(residue, doubled_word(n, limbs), m);
}

static uint64_t modulo_word(uint64_t n, uint64_t m) {
    fc_modulus modulus;
    if (n <= FC_FIBONACCI_WORD) {
        uint64_t number = fc_fibonacci_word[n];
        return m == 0 || number < m ? number : number % m;
    }
    modulus = fc_modulus_of(m);
    return modulo_of(&n, 1, &modulus);
}

static uint64_t modulo(const uint64_t *n, size_t limbs, uint64_t m) {
    fc_modulus modulus;
    while (limbs > 1 && n[limbs - 1] == 0) {
        limbs--;
    }
    if (limbs <= 1) {
        return limbs == 0 ? 0 : modulo_word(n[0], m);
    }
    modulus = fc_modulus_of(m);
    return modulo_of(n, limbs, &modulus);
}

/* ---- many indices -------------------------------------------------------------------------------------------- */

/* Elements that take one step after another together: their numbers stay in the first-level cache. */
#define BLOCK 256
/* 2^10 pairs for each of six groups have 96 KiB, which the second-level cache holds; 2^12 measured no faster. */
#define WIDEST 10

/* F(k - 1) and F(k) modulo the odd factor of m, or modulo 2^64. */
typedef struct pair {
    uint64_t before, at;
} pair;

typedef struct plan {
    fc_modulus modulus;
    uint64_t m;
    unsigned width, groups; /* no groups: each index is doubled up to, on its own */
    pair *residues, *words; /* a table of 2^width pairs for each group */
} plan;

/* The best width of groups, or 0. An entry of a table, a join and a doubling cost about the same. */
FC_INLINE unsigned best_width(unsigned bits, size_t count) {
    unsigned best = 0;
    double least = (double)bits * (double)count;
    for (unsigned width = 1; width <= WIDEST; width++) {
        double cost = (double)((bits + width - 1) / width) * ((double)((size_t)1 << width) + (double)count);
        if (cost < least) {
            least = cost;
            best = width;
        }
    }
    return best;
}

FC_INLINE unsigned groups_of(unsigned bits, unsigned width) {
    return width == 0 ? 0 : bits < width ? 1 : (bits + width - 1) / width;
}

#ifdef FC_ISA_BASE
size_t fc_residues_scratch_size(unsigned bits, size_t count) {
    unsigned width = best_width(bits, count);
    return sizeof(plan) + 2 * groups_of(bits, width) * (sizeof(pair) << width);
}
#endif

FC_INLINE pair join_words(pair x, pair y) {
    uint64_t outer = x.before * y.before;
    pair joined = {outer + x.at * y.at, (x.before + x.at) * (y.before + y.at) - outer};
    return joined;
}

/* x and y with numbers from 0 to m - 1, and so the result. */
FC_INLINE pair join_residues(pair x, pair y, const fc_modulus *m, int large) {
    pair joined;
    uint64_t outer_high, outer = fc_multiply(x.before, y.before, &outer_high);
    if (large) {
        uint64_t odd = m->odd, reduced = fc_reduce(outer_high, outer, m);
        joined.before = fc_add_modulo(reduced, fc_multiply_modulo(x.at, y.at, m), odd);
        joined.at = fc_multiply_modulo(fc_add_modulo(x.before, x.at, odd), fc_add_modulo(y.before, y.at, odd), m);
        joined.at = fc_subtract_modulo(joined.at, reduced, odd);
    } else {
        /* m < 2^62: at most (2m)^2 < 2^64·m before the reduction, and not negative. */
        uint64_t high, low = fc_multiply(x.at, y.at, &high);
        fc_add_wide(&high, &low, outer_high, outer);
        joined.before = fc_reduce(high, low, m);
        low = fc_multiply(x.before + x.at, y.before + y.at, &high);
        fc_subtract_wide(&high, &low, outer_high, outer);
        joined.at = fc_reduce(high, low, m);
    }
    return joined;
}

FC_INLINE int is_large(const fc_modulus *m) { return m->odd >> 62 != 0; }

FC_INLINE pair join(pair x, pair y, const fc_modulus *m) {
    return m == NULL ? join_words(x, y) : join_residues(x, y, m, is_large(m));
}

/* Tables modulo the odd factor of `m`, or modulo 2^64 if there is no `m`. */
static void tabulate(pair *table, unsigned width, unsigned groups, const fc_modulus *m) {
    size_t size = (size_t)1 << width;
    pair number = {1, 0}, generator;
    for (size_t d = 0; d < size; d++) {
        uint64_t next = m == NULL ? number.before + number.at : fc_add_modulo(number.before, number.at, m->odd);
        table[d] = number;
        number.before = number.at;
        number.at = next;
    }
    generator = number;
    if (m != NULL) {
        generator.before = fc_multiply_modulo(number.before, m->square, m);
        generator.at = fc_multiply_modulo(number.at, m->square, m);
    }
    for (unsigned group = 1; group < groups; group++) {
        pair *power = table + group * size;
        power[0].before = m == NULL ? 1 : m->unit;
        power[0].at = 0;
        for (size_t half = 1; half < size; half *= 2) {
            power[half] = generator;
            for (size_t d = 1; d < half; d++) {
                power[half + d] = join(power[d], generator, m);
            }
            generator = join(generator, generator, m);
        }
    }
}

static void prepare(uint64_t m, unsigned bits, size_t count, void *scratch) {
    plan *p = (plan *)scratch;
    size_t size;
    p->m = m;
    p->modulus = fc_modulus_of(m);
    p->width = best_width(bits, count);
    p->groups = groups_of(bits, p->width);
    size = (size_t)p->groups << p->width;
    p->residues = (pair *)(p + 1);
    p->words = p->residues + size;
    if (p->groups > 0) {
        if (p->modulus.odd > 1) {
            tabulate(p->residues, p->width, p->groups, &p->modulus);
        }
        if (p->modulus.mask != 0) {
            tabulate(p->words, p->width, p->groups, NULL);
        }
    }
}

/* at[i] = F(n[i]), modulo as `tabulate` says. */
FC_INLINE void block_of(const pair *table, unsigned width, unsigned groups, const uint64_t *n, size_t count,
                        const fc_modulus *m, int large, uint64_t *at) {
    uint64_t before[BLOCK], mask = ((uint64_t)1 << width) - 1;
    unsigned group = groups - 1;
    for (size_t i = 0; i < count; i++) {
        pair start = table[(group << width) + (n[i] >> (group * width))];
        before[i] = start.before;
        at[i] = start.at;
    }
    while (group-- > 1) {
        const pair *power = table + ((size_t)group << width);
        unsigned shift = group * width;
        for (size_t i = 0; i < count; i++) {
            pair x = {before[i], at[i]}, y = power[n[i] >> shift & mask];
            x = m == NULL ? join_words(x, y) : join_residues(x, y, m, large);
            before[i] = x.before;
            at[i] = x.at;
        }
    }
    if (groups > 1) {
        /* Of the last only the one number is made. */
        for (size_t i = 0; i < count; i++) {
            pair x = {before[i], at[i]}, y = table[n[i] & mask];
            at[i] = m == NULL ? join_words(x, y).at : join_residues(x, y, m, large).at;
        }
    }
}

static void block_modulo(const plan *p, const uint64_t *n, size_t count, uint64_t *out) {
    const fc_modulus *m = &p->modulus;
    uint64_t words[BLOCK];
    if (p->groups == 0) {
        for (size_t i = 0; i < count; i++) {
            out[i] = n[i] <= FC_FIBONACCI_WORD && p->m == 0 ? fc_fibonacci_word[n[i]]
                     : n[i] == 0                            ? 0
                                                            : modulo_of(n + i, 1, m);
        }
        return;
    }
    if (m->odd == 1) {
        memset(out, 0, count * sizeof *out);
    } else if (is_large(m)) {
        block_of(p->residues, p->width, p->groups, n, count, m, 1, out);
    } else {
        block_of(p->residues, p->width, p->groups, n, count, m, 0, out);
    }
    if (m->mask != 0) {
        block_of(p->words, p->width, p->groups, n, count, NULL, 0, words);
        for (size_t i = 0; i < count; i++) {
            out[i] = fc_join_residues(out[i], words[i], m);
        }
    }
}

/* An expression of the name, pointer and type of the elements of each integer kind. */
#define EACH_KIND(kind, x, DO)     \
    switch (kind) {                \
    case FC_BOOL:                  \
    case FC_UINT8:                 \
        DO((const uint8_t *)(x));  \
    case FC_INT8:                  \
        DO((const int8_t *)(x));   \
    case FC_INT16:                 \
        DO((const int16_t *)(x));  \
    case FC_UINT16:                \
        DO((const uint16_t *)(x)); \
    case FC_INT32:                 \
        DO((const int32_t *)(x));  \
    case FC_UINT32:                \
        DO((const uint32_t *)(x)); \
    case FC_INT64:                 \
        DO((const int64_t *)(x));  \
    default:                       \
        DO((const uint64_t *)(x)); \
    }

/* Every type widens as a signed one, but uint64, whose upper half is told apart by its kind. */
static void magnitudes(int kind, const void *x, size_t count, uint64_t *magnitude, uint64_t *flip) {
    uint64_t is_signed = kind == FC_UINT64 ? 0 : UINT64_MAX;
#define MAGNITUDE(x)                                                           \
    do {                                                                       \
        for (size_t i = 0; i < count; i++) {                                   \
            uint64_t v = (uint64_t)(x)[i], sign = (0 - (v >> 63)) & is_signed; \
            magnitude[i] = (v ^ sign) - sign;                                  \
            flip[i] = sign & ((v & 1) - 1);                                    \
        }                                                                      \
        return;                                                                \
    } while (0)
    EACH_KIND(kind, x, MAGNITUDE)
}

static unsigned bits(int kind, const void *x, size_t count) {
    uint64_t all = 0, is_signed = kind == FC_UINT64 ? 0 : UINT64_MAX;
#define GATHER_BITS(x)                                                         \
    do {                                                                       \
        for (size_t i = 0; i < count; i++) {                                   \
            uint64_t v = (uint64_t)(x)[i], sign = (0 - (v >> 63)) & is_signed; \
            all |= (v ^ sign) - sign;                                          \
        }                                                                      \
        return all == 0 ? 1 : 64 - fc_leading_zeros(all);                      \
    } while (0)
    EACH_KIND(kind, x, GATHER_BITS)
}

static void residues(const void *prepared, int kind, const void *n, size_t count, uint64_t *out) {
    const plan *p = (const plan *)prepared;
    uint64_t magnitude[BLOCK], flip[BLOCK], residue[BLOCK];
    const char *x = (const char *)n;
    size_t size = fc_kind_size(kind);
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t some = count - first < BLOCK ? count - first : BLOCK;
        magnitudes(kind, x + first * size, some, magnitude, flip);
        block_modulo(p, magnitude, some, residue);
        for (size_t i = 0; i < some; i++) {
            uint64_t r = residue[i], negated = r == 0 ? 0 : p->m - r;
            out[first + i] = flip[i] ? negated : r;
        }
    }
}

/* ---- without a modulus --------------------------------------------------------------------------------------- */

/* Which of 0 … 93 are below 128, as they are plus 34; and what else is below 2^64 has a bit above, or gets one. */
#define BEYOND(v) ((v) | ((v) + (127 - FC_FIBONACCI_WORD)))

/* A page: asked for that far ahead, indices that are not in the caches arrive 1.3 times faster. */
#define AHEAD 4096
#define PREFETCH_FROM ((size_t)1 << 21)
#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#elif defined(_M_X64)
#define PREFETCH(p) _mm_prefetch((const char *)(p), _MM_HINT_T0)
#else
#define PREFETCH(p) ((void)(p))
#endif

/* Asks for what follows the elements from `first` to `end` by a page, of an array that the caches do not hold. */
FC_INLINE void prefetch(const void *x, size_t size, size_t first, size_t end, size_t count) {
    if (count * size >= PREFETCH_FROM) {
        for (size_t at = first * size + AHEAD; at < end * size + AHEAD && at < count * size; at += 64) {
            PREFETCH((const char *)x + at);
        }
    }
}

/* The first index that is not from 0 to 93, or `count`. */
static size_t first_beyond(int kind, const void *x, size_t count) {
#define FIND(x)                                                         \
    do {                                                                \
        for (size_t first = 0; first < count; first += BLOCK) {         \
            size_t end = count - first < BLOCK ? count : first + BLOCK; \
            uint64_t all = 0;                                           \
            prefetch(x, sizeof *(x), first, end, count);                \
            for (size_t i = first; i < end; i++) {                      \
                uint64_t v = (uint64_t)(x)[i];                          \
                all |= BEYOND(v);                                       \
            }                                                           \
            if (all > 127) {                                            \
                while ((uint64_t)(x)[first] <= FC_FIBONACCI_WORD) {     \
                    first++;                                            \
                }                                                       \
                return first;                                           \
            }                                                           \
        }                                                               \
        return count;                                                   \
    } while (0)
    EACH_KIND(kind, x, FIND)
}

/* Writes past the caches what does not fit into them. */
#if defined(__x86_64__) || defined(_M_X64)
#define STREAM(p, x) _mm_stream_si64((long long *)(p), (long long)(x))
#define STREAM_FENCE() _mm_sfence()
#else
#define STREAM(p, x) (*(p) = (x))
#define STREAM_FENCE() ((void)0)
#endif

/* 0 beyond the last, so that each index of 7 bits may be looked up. */
#define NUMBERS(number)         \
    uint64_t number[128] = {0}; \
    memcpy(number, fc_fibonacci_word, sizeof fc_fibonacci_word)

/* out[i] = F(x[i]); whether all indices are from 0 to 93. `out` may be x if its elements are words. */
static int look_up(int kind, const void *x, size_t count, uint64_t *out) {
    uint64_t all = 0;
    NUMBERS(number);
#define LOOK_UP(x)                           \
    do {                                     \
        for (size_t i = 0; i < count; i++) { \
            uint64_t v = (uint64_t)(x)[i];   \
            all |= BEYOND(v);                \
            out[i] = number[v & 127];        \
        }                                    \
        return all <= 127;                   \
    } while (0)
    EACH_KIND(kind, x, LOOK_UP)
}

/* The indices as bytes, for look_up_bytes; whether all are from 0 to 93. */
static int pack(int kind, const void *x, size_t count, uint8_t *packed) {
    uint64_t all = 0;
#define PACK(x)                                \
    do {                                       \
        for (size_t i = first; i < end; i++) { \
            uint64_t v = (uint64_t)(x)[i];     \
            all |= BEYOND(v);                  \
            packed[i] = (uint8_t)v;            \
        }                                      \
    } while (0);                               \
    break
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t end = count - first < BLOCK ? count : first + BLOCK;
        prefetch(x, fc_kind_size(kind), first, end, count);
        EACH_KIND(kind, x, PACK)
    }
    return all <= 127;
}

static void look_up_bytes(const uint8_t *packed, size_t count, uint64_t *out) {
    NUMBERS(number);
    for (size_t i = 0; i < count; i++) {
        STREAM(out + i, number[packed[i] & 127]);
    }
    STREAM_FENCE();
}

const fc_residues_table FC_TABLE(fc_residues) = {
    .modulo_word = modulo_word,
    .modulo = modulo,
    .bits = bits,
    .prepare = prepare,
    .residues = residues,
    .first_beyond = first_beyond,
    .look_up = look_up,
    .pack = pack,
    .look_up_bytes = look_up_bytes,
};
