/* Correctly rounded sums and means of floats.

   Tiles of up to 256 additions an accumulator are summed without error, with a certificate that nothing was lost. On
   ordinary data, by splitting: each value's upper bits and the rest are added apart, seven arithmetic instructions a
   vector with the certificate. Else by error-free extraction (S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point
   summation part I", SIAM J. Sci. Comput. 31 (2008); J. Demmel, H. D. Nguyen, "Parallel reproducible summation", IEEE
   Trans. Comput. 64 (2015)), nine. Values too far apart for that go to a superaccumulator (R. M. Neal, "Fast exact
   summation using small and large superaccumulators", arXiv:1505.05571): a few to the small one, one by one; many to
   bins, one for each sign and exponent, at four instructions and one store an element. All ends as one integer in units
   of 2^-1074, the state's digits, so that no order shows in the result; it is rounded once. */
#include "sums/convert.h"
#include "wide.h"

#include <assert.h>

#define BIAS 1074 /* bit 0 of digit[0] is worth 2^-1074 */

/* A digit holds less than 2^32 once carried, and grows by at most 2^53 an addition. */
#define PENDING_MOST 1000

#define FRACTION 0xfffffffffffffu
#define IMPLICIT (1ull << 52)

/* 2^e for a normal exponent. */
FC_INLINE double power_of_two(int e) { return fc_double_of((uint64_t)(e + 1023) << 52); }

/* ---- small superaccumulator ---------------------------------------------------------------------------------- */

/* Moves what is above 32 bits of each digit into the next; the last keeps the sign. */
static void carry_digits(fc_exact_sum *state) {
    int64_t carry = 0;
    for (int i = 0; i < FC_EXACT_DIGITS - 1; i++) {
        int64_t v = state->digit[i] + carry;
        carry = v >> 32;
        state->digit[i] = v & 0xffffffff;
    }
    state->digit[FC_EXACT_DIGITS - 1] += carry;
    state->pending = 0;
}

FC_INLINE void count_addition(fc_exact_sum *state) {
    if (++state->pending >= PENDING_MOST) {
        carry_digits(state);
    }
}

FC_INLINE void add_double(fc_exact_sum *state, double x) {
    uint64_t bits = fc_bits_of(x);
    uint64_t significand = bits & FRACTION;
    unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
    unsigned position, shift;
    int64_t low, high;
    if (exponent == 0x7ff) {
        state->flags |= significand != 0 ? FC_EXACT_NAN : bits >> 63 ? FC_EXACT_MINUS_INF : FC_EXACT_PLUS_INF;
        return;
    }
    if (exponent != 0) {
        significand |= IMPLICIT;
        exponent--;
    }
    position = exponent >> 5;
    shift = exponent & 31;
    low = (int64_t)((significand << shift) & 0xffffffffu);
    high = (int64_t)(significand >> (32 - shift));
    if (bits >> 63) {
        low = -low;
        high = -high;
    }
    state->digit[position] += low;
    state->digit[position + 1] += high;
    count_addition(state);
}

/* Adds value·2^exponent, exponent >= -1074. */
static void add_scaled(fc_exact_sum *state, int64_t value, int exponent) {
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned position = (unsigned)(exponent + BIAS) >> 5;
    unsigned shift = (unsigned)(exponent + BIAS) & 31;
    uint64_t low = (magnitude & 0xffffffffu) << shift;
    uint64_t high = (magnitude >> 32) << shift;
    int64_t d0 = (int64_t)(low & 0xffffffffu);
    int64_t d1 = (int64_t)((low >> 32) + (high & 0xffffffffu));
    int64_t d2 = (int64_t)(high >> 32);
    if (value < 0) {
        d0 = -d0;
        d1 = -d1;
        d2 = -d2;
    }
    state->digit[position] += d0;
    state->digit[position + 1] += d1;
    state->digit[position + 2] += d2;
    count_addition(state);
}

/* ---- large superaccumulator ---------------------------------------------------------------------------------- */

/* Bin b of `low` sums the significands of the doubles whose sign and exponent are b, in 64 bits: room for 1023 of them
   above 2^63. Before a batch of as many, if a bin has come that far, what is above 32 bits moves to `high`. Bins are
   cleared as exponents come up, and only the exponents met, [least, most], are looked at. Zeros and subnormals, which
   have no implicit bit, are counted apart, as bins 0 and 2048 add it nevertheless. */
#define SIGN 2048
#define BATCH 1023

typedef struct bins {
    uint64_t low[2 * SIGN], high[2 * SIGN];
    uint64_t tiny[2]; /* how many are in bins 0 and SIGN */
    int least, most;  /* the exponents cleared */
} bins;

static void clear_bins(bins *b, int first, int end) {
    for (int sign = 0; sign <= SIGN; sign += SIGN) {
        memset(b->low + sign + first, 0, (size_t)(end - first) * sizeof(uint64_t));
        memset(b->high + sign + first, 0, (size_t)(end - first) * sizeof(uint64_t));
    }
}

/* Makes room for exponents from `least` to `most`. */
static void widen_bins(bins *b, int least, int most) {
    if (b->least > b->most) {
        clear_bins(b, least, most + 1);
        b->least = least;
        b->most = most;
        return;
    }
    if (least < b->least) {
        clear_bins(b, least, b->least);
        b->least = least;
    }
    if (most > b->most) {
        clear_bins(b, b->most + 1, most + 1);
        b->most = most;
    }
}

/* Moves up what is above 32 bits of all bins, if one may not take another batch. */
static void sweep_bins(bins *b) {
    for (int sign = 0; sign <= SIGN; sign += SIGN) {
        uint64_t *FC_RESTRICT low = b->low + sign + b->least, *FC_RESTRICT high = b->high + sign + b->least;
        const size_t n = (size_t)(b->most - b->least + 1);
        uint64_t any = 0;
        for (size_t i = 0; i < n; i++) {
            any |= low[i];
        }
        if (any >> 63) {
            for (size_t i = 0; i < n; i++) {
                high[i] += low[i] >> 32;
                low[i] &= 0xffffffffu;
            }
        }
    }
}

FC_INLINE void add_to_bin(bins *b, uint64_t bits) { b->low[bits >> 52] += (bits & FRACTION) | IMPLICIT; }

/* Adds at most BATCH doubles; returns 0, having added nothing, if one is not finite. */
static int add_batch(bins *b, const double *x, size_t n) {
    int64_t least = INT64_MAX, most = 0;
    size_t i = 0;
    for (size_t j = 0; j < n; j++) {
        int64_t magnitude = (int64_t)(fc_bits_of(x[j]) & ~(1ull << 63));
        least = magnitude < least ? magnitude : least;
        most = magnitude > most ? magnitude : most;
    }
    if (most >> 52 == 2047) {
        return 0;
    }
    if (least >> 52 == 0) {
        /* Zeros say nothing of the exponents of the others. */
        uint64_t all = 0, minus = 0;
        least = INT64_MAX;
        for (size_t j = 0; j < n; j++) {
            uint64_t bits = fc_bits_of(x[j]), magnitude = bits & ~(1ull << 63);
            uint64_t is_tiny = (magnitude - IMPLICIT) >> 63;
            int64_t other = (int64_t)(magnitude | ((0 - is_tiny) >> 1));
            all += is_tiny;
            minus += is_tiny & bits >> 63;
            least = other < least ? other : least;
        }
        b->tiny[0] += all - minus;
        b->tiny[1] += minus;
    }
    if (least <= most) {
        widen_bins(b, (int)(least >> 52), (int)(most >> 52));
    }
    /* By fours: 1.3 times as fast as one by one, as the loads need not wait for the stores before. */
    for (; i + 4 <= n; i += 4) {
        uint64_t b0 = fc_bits_of(x[i]), b1 = fc_bits_of(x[i + 1]), b2 = fc_bits_of(x[i + 2]), b3 = fc_bits_of(x[i + 3]);
        add_to_bin(b, b0);
        add_to_bin(b, b1);
        add_to_bin(b, b2);
        add_to_bin(b, b3);
    }
    for (; i < n; i++) {
        add_to_bin(b, fc_bits_of(x[i]));
    }
    return 1;
}

/* Adds (high·2^32 + low)·2^shift, high < 2^53, to three digits, each of which grows by less than 2^54. */
FC_INLINE void fold_bin(int64_t digit[3], uint64_t low, uint64_t high, unsigned shift, int64_t sign) {
    uint64_t first, second, third;
    high += low >> 32;
    first = (low & 0xffffffffu) << shift;
    second = (high & 0xffffffffu) << shift;
    third = (high >> 32) << shift;
    digit[0] += sign * (int64_t)(first & 0xffffffffu);
    digit[1] += sign * (int64_t)((first >> 32) + (second & 0xffffffffu));
    digit[2] += sign * (int64_t)((second >> 32) + third);
}

/* Exponents e with the same (e - 1)/32 share their digits: 64 bins and those of the zeros, so that no digit gets more
   than 3·66·2^54 before it is carried. */
static void fold_bins(bins *b, fc_exact_sum *state) {
    carry_digits(state);
    for (int sign = 0; sign < 2; sign++) {
        /* Less the implicit bits: 2^52 = 2^32·2^20 each. */
        uint64_t low = b->low[sign * SIGN];
        fold_bin(state->digit, low, 0 - (b->tiny[sign] << 20), 0, sign ? -1 : 1);
    }
    for (int e = b->least; e <= b->most;) {
        int64_t digit[3] = {0, 0, 0};
        int position = (e - 1) / 32, end = 32 * position + 32 < b->most ? 32 * position + 32 : b->most;
        for (; e <= end; e++) {
            fold_bin(digit, b->low[e], b->high[e], (unsigned)(e - 1) & 31, 1);
            fold_bin(digit, b->low[SIGN + e], b->high[SIGN + e], (unsigned)(e - 1) & 31, -1);
        }
        for (int i = 0; i < 3; i++) {
            state->digit[position + i] += digit[i];
        }
    }
    carry_digits(state);
}

/* From here on the bins beat the digits. */
#define WIDE_FEWEST 256

static void add_wide(fc_exact_sum *state, const double *x, size_t n) {
    bins b;
    if (n < WIDE_FEWEST) {
        for (size_t i = 0; i < n; i++) {
            add_double(state, x[i]);
        }
        return;
    }
    b.low[0] = b.low[SIGN] = 0;
    b.tiny[0] = b.tiny[1] = 0;
    b.least = 2047;
    b.most = 0;
    for (size_t first = 0; first < n; first += BATCH) {
        size_t count = n - first < BATCH ? n - first : BATCH;
        if (b.least <= b.most) {
            sweep_bins(&b);
        }
        if (!add_batch(&b, x + first, count)) {
            for (size_t i = 0; i < count; i++) {
                add_double(state, x[first + i]);
            }
        }
        if (b.low[0] >> 62 || b.low[SIGN] >> 62) {
            /* Many zeros: their bins, which no sweep comes by, are emptied. */
            fold_bins(&b, state);
            b.low[0] = b.low[SIGN] = 0;
            b.tiny[0] = b.tiny[1] = 0;
            b.least = 2047;
            b.most = 0;
        }
    }
    fold_bins(&b, state);
}

/* ---- extraction ---------------------------------------------------------------------------------------------- */

/* Splitting, for values of exponents in [m, m + 17], which ordinary data have. The upper 27 bits q of each significand,
   cut out by a mask, are multiples of 2^(m-26), and the rest r = x - q, of 26 bits, of 2^(m-52): so 256 of each add up
   exactly, to less than 2^(m+26) and 2^(m-1), 52 bits. Three additions; the least and the largest |x| are the
   certificate. A zero among the values is not told from a tiny one: it goes the other way.

   Extraction, for up to 34 binades. With p the exponent, an accumulator pair starts at S = 1.5·2^p, T = 1.5·2^(p-44)
   and takes x by

       S' = S + x;  q = S' - S;  r = x - q;  T' = T + r;  q2 = T' - T.

   If |x| < 2^(p-9) for all of at most 256 values, S moves by less than 2^(p-1) and stays in [2^p, 2^(p+1)], where its
   ulp is 2^(p-52): q and r are exact and |r| <= 2^(p-53). So T moves by at most 2^(p-45) and stays in
   [2^(p-44), 2^(p-43)], with ulp 2^(p-96). If moreover q2 = r each time, nothing was lost: the sum of the values is
   (bits S - bits 1.5·2^p)·2^(p-52) + (bits T - bits 1.5·2^(p-44))·2^(p-96), as the bit patterns of one binade count
   its ulps. The certificate: the largest |x| by exponent, which a NaN or an infinity is above, and the bits in which q2
   and r ever differed. p = max(e(M) + 10, -978) is the least that fits a largest magnitude M; at -978 the ulp of T is
   2^-1074, and so always fine enough for subnormals. */
#define DEPTH 256 /* 128 measured 14 % slower on 128-bit vectors, whose tiles are short */
#define PAIRS 4
#define GROUP (PAIRS * FC_F64_WIDTH)
#define TILE (DEPTH * GROUP)
#define GAP 44
#define CUT 26 /* bits of a double that splitting takes off */
#define SPLIT_MOST 17
#define LEAST_EXPONENT (-978)
/* Tiles as wide as a refused one come in runs: as many go to the bins unasked; another try costs such a run 2 %. */
#define SKIP 16
/* Values above go to the superaccumulator; 2^962 keeps p in range. */
#define LARGEST 4.0e289
/* Nonzero values spread over more binades are not asked for a certificate: T's unit is 2^(p-96), p at least the largest
   one's exponent + 10, and a double has 53 bits. */
#define SPREAD_MOST 34

FC_INLINE int exponent_of(double magnitude) { return (int)(fc_bits_of(magnitude) >> 52) - 1023; }

FC_INLINE int wanted_exponent(double largest) {
    int e = exponent_of(largest) + 10;
    return e > LEAST_EXPONENT ? e : LEAST_EXPONENT;
}

/* What a tile gives: high·2^(unit + gap) + low·2^unit, exactly, if it is certain. */
typedef struct extract {
    int64_t high, low;
    int unit, gap;
    double largest; /* a magnitude with the exponent of the largest; infinity if there is one, or a NaN */
    int is_certain;
} extract;

#define MAGNITUDES 0x7fffffff7fffffffull /* the upper halves of two doubles without their signs */

/* A double of the exponent of the greatest of some packed upper halves; infinity if one is of a NaN. */
FC_INLINE double largest_of(fc_word most) {
    uint32_t lane[2 * FC_WORDS], upper = 0;
    fc_word_store((void *)lane, most);
    for (int l = 0; l < 2 * FC_WORDS; l++) {
        upper = lane[l] > upper ? lane[l] : upper;
    }
    return upper >= 0x7ff00000 ? INFINITY : fc_double_of((uint64_t)upper << 32);
}

/* m values at y that do not fill whole groups: zeros are behind them. */
FC_INLINE size_t whole_groups(size_t m) { return (m + GROUP - 1) / GROUP * GROUP; }

/* Splits n values at x, a multiple of GROUP, and m at y, together a TILE at most. */
FC_INLINE extract split_both(const double *x, size_t n, const double *y, size_t m) {
    const fc_f64 upper = fc_f64_set(fc_double_of(UINT64_MAX << CUT));
    const fc_word magnitudes = fc_word_set(MAGNITUDES);
    fc_f64 s[PAIRS], t[PAIRS];
    fc_word most = fc_word_set(0), least = fc_word_set(UINT64_MAX); /* one for all pairs: 16 registers hold no more */
    double lane[GROUP];
    uint32_t uppers[2 * FC_WORDS], least_upper = UINT32_MAX;
    extract found;
    int e;
    assert(n % GROUP == 0 && n + whole_groups(m) <= TILE);
    for (int k = 0; k < PAIRS; k++) {
        s[k] = t[k] = fc_f64_set(0.0);
    }
#define SPLIT(k, v)                                \
    do {                                           \
        fc_f64 q = fc_f64_and(v, upper);           \
        s[k] = fc_f64_add(s[k], q);                \
        t[k] = fc_f64_add(t[k], fc_f64_sub(v, q)); \
    } while (0)
    for (size_t i = 0; i < n; i += GROUP) {
        for (int k = 0; k < PAIRS; k += 2) {
            fc_f64 v = fc_f64_load(x + i + (size_t)k * FC_F64_WIDTH);
            fc_f64 w = fc_f64_load(x + i + (size_t)(k + 1) * FC_F64_WIDTH);
            fc_word both = fc_word_and(fc_f64_uppers(v, w), magnitudes);
            SPLIT(k, v);
            SPLIT(k + 1, w);
            most = fc_word_max32(both, most);
            least = fc_word_min32(both, least);
        }
    }
    /* The zeros after the last value are none: the least is taken without them. */
    for (size_t i = 0; i < m; i += GROUP) {
        for (int k = 0; k < PAIRS; k += 2) {
            fc_f64 v = fc_f64_load(y + i + (size_t)k * FC_F64_WIDTH);
            fc_f64 w = fc_f64_load(y + i + (size_t)(k + 1) * FC_F64_WIDTH);
            SPLIT(k, v);
            SPLIT(k + 1, w);
            most = fc_word_max32(fc_word_and(fc_f64_uppers(v, w), magnitudes), most);
        }
    }
    for (size_t i = 0; i < m; i++) {
        uint32_t upper_half = (uint32_t)(fc_bits_of(fabs(y[i])) >> 32);
        least_upper = upper_half < least_upper ? upper_half : least_upper;
    }
    fc_word_store((void *)uppers, least);
    for (int l = 0; l < 2 * FC_WORDS; l++) {
        least_upper = uppers[l] < least_upper ? uppers[l] : least_upper;
    }
    found.largest = largest_of(most);
    e = (int)(least_upper >> 20) - 1023;
    /* Above -900, 2^(52 - e) is a double. */
    found.is_certain = found.largest < LARGEST && e > -900 && exponent_of(found.largest) - e <= SPLIT_MOST;
    found.high = found.low = 0;
    found.unit = e - 52;
    found.gap = CUT;
    if (found.is_certain) {
        const double s_scale = power_of_two(CUT - e), t_scale = power_of_two(52 - e);
        for (int k = 0; k < PAIRS; k++) {
            fc_f64_store(lane + k * FC_F64_WIDTH, s[k]);
        }
        for (int l = 0; l < GROUP; l++) {
            found.high += (int64_t)(lane[l] * s_scale);
        }
        for (int k = 0; k < PAIRS; k++) {
            fc_f64_store(lane + k * FC_F64_WIDTH, t[k]);
        }
        for (int l = 0; l < GROUP; l++) {
            found.low += (int64_t)(lane[l] * t_scale);
        }
    }
    return found;
}

/* What the accumulators of an extraction hold, if nothing was lost. */
FC_INLINE extract certify(const fc_f64 *s, const fc_f64 *t, fc_word most, fc_f64 lost, double s0, double t0, int p) {
    double s_lane[GROUP], t_lane[GROUP], lane[FC_F64_WIDTH];
    uint64_t high = 0, low = 0, lost_bits = 0; /* unsigned, as values that are refused may have left any sum */
    extract found;
    for (int k = 0; k < PAIRS; k++) {
        fc_f64_store(s_lane + k * FC_F64_WIDTH, s[k]);
        fc_f64_store(t_lane + k * FC_F64_WIDTH, t[k]);
    }
    fc_f64_store(lane, lost);
    for (int l = 0; l < FC_F64_WIDTH; l++) {
        lost_bits |= fc_bits_of(lane[l]);
    }
    for (int l = 0; l < GROUP; l++) {
        high += fc_bits_of(s_lane[l]) - fc_bits_of(s0);
        low += fc_bits_of(t_lane[l]) - fc_bits_of(t0);
    }
    found.largest = largest_of(most);
    found.high = (int64_t)high;
    found.low = (int64_t)low;
    found.unit = p - GAP - 52;
    found.gap = GAP;
    /* A residue of -0.0 comes back as +0.0: the sign bit is no loss. */
    found.is_certain = exponent_of(found.largest) + 10 <= p && (lost_bits << 1) == 0;
    return found;
}

/* Extracts n values at x, a multiple of GROUP, and m at y, together a TILE at most, with exponent p. */
FC_INLINE extract extract_both(const double *x, size_t n, const double *y, size_t m, int p) {
    const double s0 = 1.5 * power_of_two(p), t0 = 1.5 * power_of_two(p - GAP);
    const fc_word magnitudes = fc_word_set(MAGNITUDES);
    fc_f64 s[PAIRS], t[PAIRS], lost = fc_f64_set(0.0);
    fc_word most = fc_word_set(0);
    assert(n % GROUP == 0 && n + whole_groups(m) <= TILE);
    for (int k = 0; k < PAIRS; k++) {
        s[k] = fc_f64_set(s0);
        t[k] = fc_f64_set(t0);
    }
    if (n == 0) {
        x = y;
        n = m;
        m = 0;
    }
#define EXTRACT(k, v)                                            \
    do {                                                         \
        fc_f64 s_next = fc_f64_add(s[k], v);                     \
        fc_f64 r = fc_f64_sub(v, fc_f64_sub(s_next, s[k]));      \
        fc_f64 t_next = fc_f64_add(t[k], r);                     \
        lost = fc_f64_or_xor(lost, fc_f64_sub(t_next, t[k]), r); \
        s[k] = s_next;                                           \
        t[k] = t_next;                                           \
    } while (0)
    for (; n > 0; x = y, n = m, m = 0) {
        for (size_t i = 0; i < n; i += GROUP) {
            for (int k = 0; k < PAIRS; k += 2) {
                fc_f64 v = fc_f64_load(x + i + (size_t)k * FC_F64_WIDTH);
                fc_f64 w = fc_f64_load(x + i + (size_t)(k + 1) * FC_F64_WIDTH);
                EXTRACT(k, v);
                EXTRACT(k + 1, w);
                most = fc_word_max32(fc_word_and(fc_f64_uppers(v, w), magnitudes), most);
            }
        }
    }
    return certify(s, t, most, lost, s0, t0, p);
}

/* Tiles that are extracted at once after failures to split. */
#define PENALTY_MOST 31

/* A tile's sum: by splitting, unless that failed lately; else by extraction with the exponent that served before, or
   with the one that this tile asks for. */
static extract sum_tile(const double *x, size_t n, const double *y, size_t m, fc_exact_way *way) {
    extract found;
    if (way->careful > 0 && way->exponent != FC_EXACT_NO_EXPONENT) {
        way->careful--;
        found = extract_both(x, n, y, m, way->exponent);
        if (found.is_certain || wanted_exponent(found.largest) == way->exponent) {
            return found;
        }
    } else {
        found = split_both(x, n, y, m);
        if (found.is_certain) {
            way->penalty = 0;
            return found;
        }
        way->penalty = way->penalty < PENALTY_MOST ? 2 * way->penalty + 1 : PENALTY_MOST;
        way->careful = way->penalty;
    }
    if (found.largest < LARGEST) {
        way->exponent = wanted_exponent(found.largest);
        found = extract_both(x, n, y, m, way->exponent);
    }
    return found;
}

/* The same of floats, whose 24 bits S alone takes if they spread over 19 binades at most: what is left is lost. */
FC_INLINE extract extract_floats(const float *x, size_t n, int p) {
    const double s0 = 1.5 * power_of_two(p), t0 = 1.5 * power_of_two(p - GAP);
    const fc_word magnitudes = fc_word_set(MAGNITUDES);
    fc_f64 s[PAIRS], t[PAIRS], lost = fc_f64_set(0.0);
    fc_word most = fc_word_set(0);
    assert(n % GROUP == 0 && n <= TILE);
    for (int k = 0; k < PAIRS; k++) {
        s[k] = fc_f64_set(s0);
        t[k] = fc_f64_set(t0);
    }
#define EXTRACT_UPPER(k, v)                                      \
    do {                                                         \
        fc_f64 s_next = fc_f64_add(s[k], v);                     \
        lost = fc_f64_or_xor(lost, fc_f64_sub(s_next, s[k]), v); \
        s[k] = s_next;                                           \
    } while (0)
    for (size_t i = 0; i < n; i += GROUP) {
        for (int k = 0; k < PAIRS; k += 2) {
            fc_f64 v = fc_f64_load_f32(x + i + (size_t)k * FC_F64_WIDTH);
            fc_f64 w = fc_f64_load_f32(x + i + (size_t)(k + 1) * FC_F64_WIDTH);
            EXTRACT_UPPER(k, v);
            EXTRACT_UPPER(k + 1, w);
            most = fc_word_max32(fc_word_and(fc_f64_uppers(v, w), magnitudes), most);
        }
    }
    return certify(s, t, most, lost, s0, t0, p);
}

/* Whether the nonzero values among a tile's first are certainly too far apart to extract. */
static int is_wide(const double *x, size_t n) {
    double most = 0.0, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double magnitude = fabs(x[i]), nonzero = magnitude > 0.0 ? magnitude : INFINITY;
        most = magnitude > most ? magnitude : most;
        least = nonzero < least ? nonzero : least;
    }
    return most > 0.0 && exponent_of(most) - exponent_of(least) > SPREAD_MOST;
}

static void add_found(fc_exact_sum *state, const extract *found) {
    add_scaled(state, found->high, found->unit + found->gap);
    add_scaled(state, found->low, found->unit);
}

/* How many of the n values at x, a multiple of GROUP, were added: a tile, or a run of wide ones. */
static size_t add_some(fc_exact_sum *state, const double *x, size_t n) {
    size_t count = n < TILE ? n : TILE;
    if (state->way.exponent != FC_EXACT_NO_EXPONENT || !is_wide(x, count < 64 ? count : 64)) {
        extract found = sum_tile(x, count, NULL, 0, &state->way);
        if (found.is_certain) {
            add_found(state, &found);
            return count;
        }
    }
    count = n < SKIP * TILE ? n : SKIP * TILE;
    add_wide(state, x, count);
    return count;
}

/* The same of floats: a tile as it is, or as doubles. */
static size_t add_some_floats(fc_exact_sum *state, const float *x, size_t n) {
    size_t count = n < TILE ? n : TILE;
    double tile[TILE];
    extract found;
    if (state->way.exponent == FC_EXACT_NO_EXPONENT) {
        state->way.exponent = wanted_exponent(isfinite(x[0]) ? fabs((double)x[0]) : 0.0);
    }
    found = extract_floats(x, count, state->way.exponent);
    if (!found.is_certain && found.largest < LARGEST) {
        int wanted = wanted_exponent(found.largest);
        if (wanted != state->way.exponent) {
            state->way.exponent = wanted;
            found = extract_floats(x, count, wanted);
        }
    }
    if (found.is_certain) {
        add_found(state, &found);
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        tile[i] = x[i];
    }
    return add_some(state, tile, count);
}

/* From here on a tile beats one-by-one addition. */
#define EXTRACT_FEWEST 16
#define LINE 64

/* Adds elements, whole groups from a cache line on; what is before and after makes a group or two of its own. */
#define ADD_ELEMENTS(name, type, some)                                    \
    static void name(fc_exact_sum *state, const type *x, size_t n) {      \
        double ends[2 * GROUP + LINE / sizeof(type)];                     \
        size_t head, body, count;                                         \
        extract found;                                                    \
        if (n < EXTRACT_FEWEST) {                                         \
            for (size_t i = 0; i < n; i++) {                              \
                add_double(state, x[i]);                                  \
            }                                                             \
            return;                                                       \
        }                                                                 \
        head = (0 - (uintptr_t)x / sizeof(type)) % (LINE / sizeof(type)); \
        body = (n - head) - (n - head) % GROUP;                           \
        count = n - body;                                                 \
        for (size_t i = 0; i < whole_groups(count); i++) {                \
            ends[i] = i < head ? x[i] : i < count ? x[i + body] : 0.0;    \
        }                                                                 \
        for (x += head; body > 0;) {                                      \
            size_t added = some(state, x, body);                          \
            x += added;                                                   \
            body -= added;                                                \
        }                                                                 \
        if (count == 0) {                                                 \
            return;                                                       \
        }                                                                 \
        found = sum_tile(NULL, 0, ends, count, &state->way);              \
        if (found.is_certain) {                                           \
            add_found(state, &found);                                     \
        } else {                                                          \
            add_wide(state, ends, count);                                 \
        }                                                                 \
    }
ADD_ELEMENTS(add_doubles, double, add_some)
ADD_ELEMENTS(add_floats, float, add_some_floats)

static void update(fc_exact_sum *state, int kind, const void *x, size_t n) {
    if (kind == FC_FLOAT64) {
        add_doubles(state, (const double *)x, n);
    } else if (kind == FC_FLOAT32) {
        add_floats(state, (const float *)x, n);
    } else {
        double block[FC_SUM_BLOCK];
        for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
            size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
            add_doubles(state, as_doubles(kind, x, first, count, block), count);
        }
    }
}

/* ---- rounding ------------------------------------------------------------------------------------------------ */

/* (high·2^64 + low)·2^exponent, plus something below its unit if `is_more`, to the nearest double, ties to even; the
   value is not 0. Returns 0, or 1 if it is out of range. */
FC_INLINE int round_wide(uint64_t high, uint64_t low, int exponent, int is_more, uint64_t sign, double *out) {
    unsigned zeros;
    int drop;
    uint64_t significand, rest, half;
    if (high == 0) {
        high = low;
        low = 0;
        exponent -= 64;
    }
    zeros = fc_leading_zeros(high);
    if (zeros > 0) {
        high = high << zeros | low >> (64 - zeros);
        low <<= zeros;
    }
    high |= (low != 0) | is_more;
    /* high·2^(e - 63), 2^63 <= high: keep 53 bits, or as many as are left above 2^-1074. */
    exponent += 127 - (int)zeros;
    drop = exponent >= -1022 ? 11 : 11 + (-1022 - exponent);
    if (drop >= 64) {
        /* Below the least subnormal: half of it rounds to zero, more does not. */
        *out = fc_double_of(sign | (drop == 64 && high > 1ull << 63));
        return 0;
    }
    significand = high >> drop;
    rest = high & ((1ull << drop) - 1);
    half = 1ull << (drop - 1);
    significand += rest > half || (rest == half && (significand & 1));
    /* The implicit bit, if there, adds one to the exponent field; a carry out of 53 bits adds another. */
    if (exponent >= -1022) {
        if (exponent > 1023) {
            return 1;
        }
        significand += (uint64_t)(exponent + 1022) << 52;
    }
    *out = fc_double_of(significand | sign);
    return significand >> 52 >= 0x7ff;
}

/* The same divided by a count below 2^32. */
FC_INLINE int round_quotient(uint64_t high, uint64_t low, int exponent, int is_more, uint64_t sign, uint64_t count,
                             double *out) {
    if (count > 1) {
        unsigned zeros;
        uint64_t part, rest, quotient_high, quotient_low;
        if (high == 0) {
            high = low;
            low = 0;
            exponent -= 64;
        }
        zeros = fc_leading_zeros(high);
        if (zeros > 0) {
            high = high << zeros | low >> (64 - zeros);
            low <<= zeros;
            exponent -= (int)zeros;
        }
        if (count < 256) {
            /* 2^63 or more by less than 2^8: one division gives the 55 bits that rounding needs. */
            return round_wide(high / count, 0, exponent, (high % count | low) != 0 || is_more, sign, out);
        }
        /* 2^127 or more by less than 2^32. */
        quotient_high = high / count;
        rest = high % count;
        part = rest << 32 | low >> 32;
        quotient_low = part / count << 32;
        rest = part % count;
        part = rest << 32 | (low & 0xffffffffu);
        quotient_low |= part / count;
        is_more |= part % count != 0;
        high = quotient_high;
        low = quotient_low;
    }
    return round_wide(high, low, exponent, is_more, sign, out);
}

/* ---- one tile, without a state --------------------------------------------------------------------------------------
 */

#define FEW 64 /* values that are taken all at once */

#if defined(FC_ISA_AVX512)
#define FEW_VECTORS (FEW / FC_F64_WIDTH)

/* Each vector has accumulators of its own, so that none waits for another. */
FC_INLINE extract extract_few(const double *x, size_t n) {
    const __m512i magnitude = _mm512_set1_epi64(INT64_MAX);
    __m512d v[FEW_VECTORS], most = _mm512_setzero_pd(), s0, t0;
    __m512i high = _mm512_setzero_si512(), low = high, lost = high;
    size_t vectors = (n + FC_F64_WIDTH - 1) / FC_F64_WIDTH;
    extract found = {0, 0, 0, GAP, 0.0, 0};
    int p;
    for (size_t k = 0; k < vectors; k++) {
        size_t left = n - k * FC_F64_WIDTH;
        v[k] = _mm512_maskz_loadu_pd((__mmask8)(left >= FC_F64_WIDTH ? 0xff : (1u << left) - 1), x + k * FC_F64_WIDTH);
        most = fc_f64_greater(fc_f64_magnitude(v[k]), most);
    }
    found.largest = fc_double_of(_mm512_reduce_max_epu64(_mm512_castpd_si512(most)));
    if (!(found.largest < LARGEST)) {
        return found;
    }
    p = wanted_exponent(found.largest);
    s0 = _mm512_set1_pd(1.5 * power_of_two(p));
    t0 = _mm512_set1_pd(1.5 * power_of_two(p - GAP));
    for (size_t k = 0; k < vectors; k++) {
        __m512d s = _mm512_add_pd(s0, v[k]);
        __m512d r = _mm512_sub_pd(v[k], _mm512_sub_pd(s, s0));
        __m512d t = _mm512_add_pd(t0, r);
        __m512d q2 = _mm512_sub_pd(t, t0);
        high = _mm512_add_epi64(high, _mm512_sub_epi64(_mm512_castpd_si512(s), _mm512_castpd_si512(s0)));
        low = _mm512_add_epi64(low, _mm512_sub_epi64(_mm512_castpd_si512(t), _mm512_castpd_si512(t0)));
        lost = _mm512_or_si512(lost, _mm512_xor_si512(_mm512_castpd_si512(q2), _mm512_castpd_si512(r)));
    }
    found.unit = p - GAP - 52;
    found.high = _mm512_reduce_add_epi64(high);
    found.low = _mm512_reduce_add_epi64(low);
    found.is_certain = _mm512_test_epi64_mask(lost, magnitude) == 0;
    return found;
}
#else
FC_INLINE extract extract_few(const double *x, size_t n) {
    double padded[FEW + GROUP], most = 0.0;
    size_t whole = (n + GROUP - 1) / GROUP * GROUP;
    extract found = {0, 0, 0, GAP, 0.0, 0};
    for (size_t i = 0; i < n; i++) {
        double size = fabs(x[i]);
        most = size > most ? size : most; /* but for NaN, which extraction refuses */
        padded[i] = x[i];
    }
    for (size_t i = n; i < whole; i++) {
        padded[i] = 0.0;
    }
    if (!(most < LARGEST)) {
        return found;
    }
    return extract_both(padded, whole, NULL, 0, wanted_exponent(most));
}
#endif

/* above·2^(unit + gap) + below·2^unit, both less than 2^63 in magnitude, divided by a count; returns 1 if that is out
   of range. */
FC_INLINE int round_scaled(int64_t above, int64_t below, int unit, int gap, uint64_t count, double *out) {
    uint64_t low = (uint64_t)above << gap, high = (uint64_t)(above >> (64 - gap)), sign = 0;
    low += (uint64_t)below;
    high += (uint64_t)(below >> 63) + (low < (uint64_t)below);
    if (high >> 63) {
        sign = 1ull << 63;
        low = 0 - low;
        high = ~high + (low == 0);
    }
    if ((high | low) == 0) {
        *out = 0.0;
        return 0;
    }
    return round_quotient(high, low, unit, 0, sign, count, out);
}

/* A tile at most, with what does not fill whole groups beside the rest. */
static extract extract_block(const double *x, size_t n) {
    double ends[2 * GROUP + LINE / sizeof(double)];
    size_t head = (0 - (uintptr_t)x / sizeof(double)) % (LINE / sizeof(double));
    size_t body = (n - head) - (n - head) % GROUP, count = n - body;
    fc_exact_way way = {FC_EXACT_NO_EXPONENT, 0, 0};
    if (is_wide(x, 64)) {
        extract none = {0, 0, 0, 0, 0.0, 0};
        return none;
    }
    memcpy(ends, x, head * sizeof(double));
    memcpy(ends + head, x + head + body, (count - head) * sizeof(double));
    memset(ends + count, 0, (whole_groups(count) - count) * sizeof(double));
    return sum_tile(x + head, body, ends, count, &way);
}

/* The rounded sum, divided by `count`, of n doubles, if one tile gives it; returns whether. */
static int try_few(const double *x, size_t n, uint64_t count, double *out) {
    extract found;
    if (n <= FEW) {
        found = extract_few(x, n);
    } else if (n <= TILE - 2 * GROUP) {
        found = extract_block(x, n);
    } else {
        return 0;
    }
    if (!found.is_certain) {
        return 0;
    }
    return !round_scaled(found.high, found.low, found.unit, found.gap, count, out);
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

/* Extraction of many columns at once: each has its exponent, from its first values, and its accumulators in a strip of
   2 KiB an array. Eight rows are taken between a load and a store of them. */
#define STRIP 256
#define ROWS 8
#define FIRST_ROWS 32
/* A value adds less than 2^44 to either sum of a column, so that 64 bits take twice as many. */
#define ROWS_MOST ((size_t)1 << 18)

typedef struct strip {
    double s[STRIP], t[STRIP], lost[STRIP], most[STRIP], s0[STRIP], t0[STRIP];
    uint64_t high[STRIP], low[STRIP]; /* unsigned, as values that are refused leave any sum */
    int exponent[STRIP];
    double rows[ROWS][STRIP];
} strip;

FC_INLINE void start_strip(strip *a, int kind, const void *x, size_t first, size_t rows, size_t columns, size_t width) {
    memset(a->most, 0, sizeof a->most);
    for (size_t row = 0; row < rows && row < FIRST_ROWS; row++) {
        const double *v = as_doubles(kind, x, first + row * columns, width, a->rows[0]);
        for (size_t i = 0; i < width; i++) {
            double magnitude = fabs(v[i]);
            a->most[i] = magnitude > a->most[i] ? magnitude : a->most[i];
        }
    }
    for (size_t i = 0; i < STRIP; i++) {
        int p = i < width && a->most[i] < LARGEST ? wanted_exponent(a->most[i]) + 3 : 0;
        a->exponent[i] = p;
        a->s[i] = a->s0[i] = 1.5 * power_of_two(p);
        a->t[i] = a->t0[i] = 1.5 * power_of_two(p - GAP);
        a->lost[i] = a->most[i] = 0.0;
        a->high[i] = a->low[i] = 0;
    }
}

/* Adds `count` rows, 1 or ROWS, to the accumulators. */
FC_INLINE void extract_rows(strip *a, const double *const *row, int count, size_t width) {
    for (size_t i = 0; i < width; i += FC_F64_WIDTH) {
        fc_f64 s = fc_f64_load(a->s + i), t = fc_f64_load(a->t + i);
        fc_f64 lost = fc_f64_load(a->lost + i), most = fc_f64_load(a->most + i);
        for (int k = 0; k < count; k++) {
            fc_f64 v = fc_f64_load(row[k] + i);
            fc_f64 s_next = fc_f64_add(s, v);
            fc_f64 r = fc_f64_sub(v, fc_f64_sub(s_next, s));
            fc_f64 t_next = fc_f64_add(t, r);
            fc_f64 q2 = fc_f64_sub(t_next, t);
            s = s_next;
            t = t_next;
            lost = fc_f64_or_xor(lost, q2, r);
            most = fc_f64_greater(fc_f64_magnitude(v), most);
        }
        fc_f64_store(a->s + i, s);
        fc_f64_store(a->t + i, t);
        fc_f64_store(a->lost + i, lost);
        fc_f64_store(a->most + i, most);
    }
}

/* Moves what the accumulators have gained to the integers. */
FC_INLINE void flush_strip(strip *a, size_t width) {
    for (size_t i = 0; i < width; i++) {
        a->high[i] += fc_bits_of(a->s[i]) - fc_bits_of(a->s0[i]);
        a->low[i] += fc_bits_of(a->t[i]) - fc_bits_of(a->t0[i]);
        a->s[i] = a->s0[i];
        a->t[i] = a->t0[i];
    }
}

/* The rows of a strip as doubles whose end may be read as vectors; only whole vectors are there in place. */
FC_INLINE const double *strip_row(strip *a, int kind, const void *x, size_t at, size_t width, int k) {
    if (kind == FC_FLOAT64 && width % FC_F64_WIDTH == 0) {
        return (const double *)x + at;
    }
    if (kind == FC_FLOAT64) {
        memcpy(a->rows[k], (const double *)x + at, width * sizeof(double));
        return a->rows[k];
    }
    return as_doubles(kind, x, at, width, a->rows[k]);
}

static void sum_columns(int kind, const void *x, size_t rows, size_t columns, uint64_t count, double *out,
                        uint8_t *is_left, void *scratch) {
    strip *a = (strip *)scratch;
    memset(is_left, 1, columns);
    if (rows > ROWS_MOST) {
        return;
    }
    memset(a->rows, 0, sizeof a->rows);
    for (size_t column = 0; column < columns; column += STRIP) {
        size_t width = columns - column < STRIP ? columns - column : STRIP, row = 0;
        start_strip(a, kind, x, column, rows, columns, width);
        while (row < rows) {
            size_t end = rows - row < DEPTH ? rows : row + DEPTH;
            for (; row + ROWS <= end; row += ROWS) {
                const double *some[ROWS];
                for (int k = 0; k < ROWS; k++) {
                    some[k] = strip_row(a, kind, x, (row + k) * columns + column, width, k);
                }
                extract_rows(a, some, ROWS, width);
            }
            for (; row < end; row++) {
                const double *one = strip_row(a, kind, x, row * columns + column, width, 0);
                extract_rows(a, &one, 1, width);
            }
            flush_strip(a, width);
        }
        for (size_t i = 0; i < width; i++) {
            if (exponent_of(a->most[i]) + 10 <= a->exponent[i] && (fc_bits_of(a->lost[i]) << 1) == 0) {
                is_left[column + i] = (uint8_t)round_scaled((int64_t)a->high[i], (int64_t)a->low[i],
                                                            a->exponent[i] - GAP - 52, GAP, count, out + column + i);
            }
        }
    }
}

#ifdef FC_ISA_BASE
size_t fc_exact_columns_scratch_size(void) { return sizeof(strip); }

void fc_exact_start(fc_exact_sum *state) {
    memset(state, 0, sizeof *state);
    state->way.exponent = FC_EXACT_NO_EXPONENT;
}

void fc_exact_add_integer(fc_exact_sum *state, const fc_integer_sum *integer) {
    add_scaled(state, (int64_t)integer->low, 0);
    add_scaled(state, integer->high, 32);
    add_scaled(state, integer->top, 64);
}

void fc_exact_merge(fc_exact_sum *state, const fc_exact_sum *other) {
    fc_exact_sum addend = *other;
    carry_digits(&addend);
    carry_digits(state);
    for (int i = 0; i < FC_EXACT_DIGITS; i++) {
        state->digit[i] += addend.digit[i];
    }
    state->flags |= addend.flags;
    carry_digits(state);
}

void fc_exact_digits(fc_exact_sum *state, uint32_t *out) {
    carry_digits(state);
    for (int i = 0; i < FC_EXACT_DIGITS; i++) {
        out[i] = (uint32_t)(uint64_t)state->digit[i];
    }
    out[FC_EXACT_DIGITS] = (uint32_t)((uint64_t)state->digit[FC_EXACT_DIGITS - 1] >> 32);
}

int fc_exact_is_large(const fc_exact_sum *state) {
    int64_t top = state->digit[FC_EXACT_DIGITS - 1];
    return top > INT32_MAX || top < INT32_MIN;
}

int fc_exact_round(const fc_exact_sum *state, uint64_t count, double *out) {
    fc_exact_sum sum = *state;
    uint64_t sign = 0, head[4];
    int top, is_more = 0;
    carry_digits(&sum);
    if (sum.digit[FC_EXACT_DIGITS - 1] < 0) {
        sign = 1ull << 63;
        for (int i = 0; i < FC_EXACT_DIGITS; i++) {
            sum.digit[i] = -sum.digit[i];
        }
        carry_digits(&sum);
    }
    for (top = FC_EXACT_DIGITS - 1; top > 0 && sum.digit[top] == 0; top--) {
    }
    if (sum.digit[top] == 0) {
        *out = 0.0;
        return 0;
    }
    if (sum.digit[top] >> 32 != 0) {
        return 1;
    }
    /* The four digits from the top one down, and whether anything is below. */
    for (int i = 0; i < 4; i++) {
        head[i] = top >= i ? (uint64_t)sum.digit[top - i] : 0;
    }
    for (int i = top - 4; i >= 0; i--) {
        is_more |= sum.digit[i] != 0;
    }
    return round_quotient(head[0] << 32 | head[1], head[2] << 32 | head[3], 32 * (top - 3) - BIAS, is_more, sign, count,
                          out);
}

double fc_integer_quotient(const fc_integer_sum *state, uint64_t count) {
    uint64_t high = (uint64_t)state->top, low = (uint64_t)state->high << 32 | state->low, sign = 0;
    double quotient = 0.0;
    if (high >> 63) {
        sign = 1ull << 63;
        low = 0 - low;
        high = ~high + (low == 0);
    }
    if ((high | low) != 0) {
        round_quotient(high, low, 0, 0, sign, count, &quotient);
    }
    return quotient;
}
#endif

const fc_exact_table FC_TABLE(fc_exact) = {
    .update = update,
    .try_few = try_few,
    .sum_columns = sum_columns,
};
