/* Sums, minima and maxima.

   Plain float sum (`sum`). Element i of a block of 4096 goes to lane i mod 32; the 32 lanes, which start at +0.0, are
   folded in halves (lane l += lane l+16, then 8, 4, 2, 1). The block sums, if there is more than one, are summed by the
   same rule, and so on. The order is a function of the index alone: the ISA, the address, the strides, the chunks that
   the data came in and the number of threads change nothing. One load and one addition a vector; the error grows with
   n/4096·(128 + 5) roundings at worst, like a pairwise sum with blocks of 128.

   Integer sum. The low 32 bits and the rest are summed apart in 64 bits each, which is exact for 2^31 elements; three
   instructions a vector.

   Exact float sum (`fsum`, `mean`). Error-free extraction (S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point
   summation part I", SIAM J. Sci. Comput. 31 (2008); J. Demmel, H. D. Nguyen, "Parallel reproducible summation", IEEE
   Trans. Comput. 64 (2015)) over tiles of 128 additions an accumulator, with a certificate that nothing was lost; a
   tile without it is added element by element to a superaccumulator (R. M. Neal, "Fast exact summation using small and
   large superaccumulators", arXiv:1505.05571). Seven arithmetic instructions a vector on the fast way.

   Minimum and maximum. Vector minimum, unordered compares for NaN, and, as the sign of a zero that comes out of the
   lanes is an accident, a scan for the first zero. */
#include "simd.h"

#include <assert.h>

/* ---- conversion ---------------------------------------------------------------------------------------------- */

/* n <= FC_SUM_BLOCK elements of a float kind as doubles: in place if they are doubles, else converted into `block`. */
FC_INLINE const double *as_doubles(int kind, const void *x, size_t first, size_t n, double *FC_RESTRICT block) {
    if (kind == FC_FLOAT64) {
        return (const double *)x + first;
    }
    if (kind == FC_FLOAT32) {
        const float *FC_RESTRICT f = (const float *)x + first;
        for (size_t i = 0; i < n; i++) {
            block[i] = f[i];
        }
    } else {
        const uint16_t *FC_RESTRICT h = (const uint16_t *)x + first;
        for (size_t i = 0; i < n; i++) {
            block[i] = fc_half_to_double(h[i]);
        }
    }
    return block;
}

/* ---- plain float sum ----------------------------------------------------------------------------------------- */

FC_INLINE double fold_lanes(double *lane) {
    for (size_t half = FC_SUM_LANES / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

/* Lanes held in registers at a time: all 32 need 4, 8 or 16 vectors; 8 leave room for the loads everywhere, so 128-bit
   ISAs go over the block, which is in the L1 cache, once for each half of the lanes. */
#define SUM_VECTORS 8
#define SUM_GROUP (SUM_VECTORS * FC_F64_WIDTH < FC_SUM_LANES ? SUM_VECTORS * FC_F64_WIDTH : FC_SUM_LANES)
#define SUM_ACCUMULATORS (SUM_GROUP / FC_F64_WIDTH)

/* The sum of one block of n <= FC_SUM_BLOCK doubles. */
static double sum_block(const double *x, size_t n) {
    double lane[FC_SUM_LANES];
    size_t whole = n - n % FC_SUM_LANES;
    if (n < FC_SUM_LANES) {
        /* Folding lanes that are +0.0 changes nothing, as no lane is ever -0.0: start at the first that may not be. */
        size_t half = 1, width;
        while (half < n) {
            half *= 2;
        }
        width = half;
        for (size_t l = 0; l < width; l++) {
            lane[l] = l < n ? 0.0 + x[l] : 0.0;
        }
        for (half = width / 2; half > 0; half /= 2) {
            for (size_t l = 0; l < half; l++) {
                lane[l] += lane[l + half];
            }
        }
        return lane[0];
    }
    for (size_t group = 0; group < FC_SUM_LANES; group += SUM_GROUP) {
        fc_f64 sum[SUM_ACCUMULATORS];
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {
            sum[k] = fc_f64_set(0.0);
        }
        for (size_t i = group; i < whole; i += FC_SUM_LANES) {
            for (int k = 0; k < SUM_ACCUMULATORS; k++) {
                sum[k] = fc_f64_add(sum[k], fc_f64_load(x + i + k * FC_F64_WIDTH));
            }
        }
        for (int k = 0; k < SUM_ACCUMULATORS; k++) {
            fc_f64_store(lane + group + k * FC_F64_WIDTH, sum[k]);
        }
    }
    for (size_t i = whole; i < n; i++) {
        lane[i - whole] += x[i];
    }
    return fold_lanes(lane);
}

static void sum_blocks(int kind, const void *x, size_t n, double *partial) {
    double block[FC_SUM_BLOCK];
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
        *partial++ = sum_block(as_doubles(kind, x, first, count, block), count);
    }
}

static void sum_floats(fc_float_sum *state, int kind, const void *x, size_t n) {
    double block[FC_SUM_BLOCK];
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
        fc_float_sum_push(state, 1, sum_block(as_doubles(kind, x, first, count, block), count));
    }
}

#ifdef FC_ISA_BASE
void fc_float_sum_start(fc_float_sum *state) { memset(state->count, 0, sizeof state->count); }

void fc_float_sum_push(fc_float_sum *state, size_t level, double value) {
    for (;;) {
        double *lane = state->lane[level];
        if (state->count[level] == 0) {
            memset(lane, 0, sizeof state->lane[level]);
        }
        lane[state->count[level] % FC_SUM_LANES] += value;
        state->count[level]++;
        if (state->count[level] < FC_SUM_BLOCK || level == FC_SUM_LEVELS - 1) {
            return;
        }
        value = fold_lanes(lane);
        state->count[level] = 0;
        level++;
    }
}

/* What is left on each level is its last, short block. A block sum that stands alone on its level is that level's sum,
   so that pushing it further up changes nothing. */
double fc_float_sum_finish(fc_float_sum *state) {
    double sum = 0.0;
    for (size_t level = 0; level < FC_SUM_LEVELS; level++) {
        if (state->count[level] > 0) {
            sum = fold_lanes(state->lane[level]);
            state->count[level] = 0;
            if (level + 1 < FC_SUM_LEVELS) {
                fc_float_sum_push(state, level + 1, sum);
            }
        }
    }
    return sum;
}
#endif

/* ---- exact integer sum --------------------------------------------------------------------------------------- */

#define INTEGER_SUM_NARROW(name, type, wide)                           \
    static void name(fc_integer_sum *state, const type *x, size_t n) { \
        wide sum = 0;                                                  \
        for (size_t i = 0; i < n; i++) {                               \
            sum += (wide)x[i];                                         \
        }                                                              \
        state->high += (int64_t)(sum >> 32);                           \
        state->low += (uint64_t)sum & 0xffffffffu;                     \
    }
INTEGER_SUM_NARROW(sum_int8, int8_t, int64_t)
INTEGER_SUM_NARROW(sum_uint8, uint8_t, int64_t)
INTEGER_SUM_NARROW(sum_int16, int16_t, int64_t)
INTEGER_SUM_NARROW(sum_uint16, uint16_t, int64_t)
INTEGER_SUM_NARROW(sum_int32, int32_t, int64_t)
INTEGER_SUM_NARROW(sum_uint32, uint32_t, int64_t)

/* The low halves are the wrapped sum less the high halves' part, so that one shift and two additions do: with
   H = Σ floor(x/2^32) and W = Σ x mod 2^64, Σ (x mod 2^32) = W - H·2^32 mod 2^64, below 2^63 for n < 2^31. */
static void sum_int64(fc_integer_sum *state, const int64_t *x, size_t n) {
    int64_t high = 0;
    uint64_t wrapped = 0;
    for (size_t i = 0; i < n; i++) {
        high += x[i] >> 32;
        wrapped += (uint64_t)x[i];
    }
    state->high += high;
    state->low += wrapped - ((uint64_t)high << 32);
}

static void sum_uint64(fc_integer_sum *state, const uint64_t *x, size_t n) {
    uint64_t high = 0, wrapped = 0;
    for (size_t i = 0; i < n; i++) {
        high += x[i] >> 32;
        wrapped += x[i];
    }
    state->high += (int64_t)high;
    state->low += wrapped - (high << 32);
}

/* Chunks of 2^16 keep the state's halves far from their ends: the carry of the low half moves up after each. */
#define INTEGER_CHUNK 65536

static void sum_integers(fc_integer_sum *state, int kind, const void *x, size_t n) {
    for (size_t first = 0; first < n; first += INTEGER_CHUNK) {
        size_t count = n - first < INTEGER_CHUNK ? n - first : INTEGER_CHUNK;
        switch (kind) {
        case FC_BOOL:
        case FC_UINT8:
            sum_uint8(state, (const uint8_t *)x + first, count);
            break;
        case FC_INT8:
            sum_int8(state, (const int8_t *)x + first, count);
            break;
        case FC_INT16:
            sum_int16(state, (const int16_t *)x + first, count);
            break;
        case FC_UINT16:
            sum_uint16(state, (const uint16_t *)x + first, count);
            break;
        case FC_INT32:
            sum_int32(state, (const int32_t *)x + first, count);
            break;
        case FC_UINT32:
            sum_uint32(state, (const uint32_t *)x + first, count);
            break;
        case FC_INT64:
            sum_int64(state, (const int64_t *)x + first, count);
            break;
        default:
            sum_uint64(state, (const uint64_t *)x + first, count);
        }
        state->high += (int64_t)(state->low >> 32);
        state->low &= 0xffffffffu;
    }
}

/* ---- exact float sum ----------------------------------------------------------------------------------------- */

#define EXACT_BIAS 1074 /* bit 0 of digit[0] is worth 2^-1074 */

/* A digit holds less than 2^32 once carried, and grows by at most 2^53 an addition. */
#define EXACT_PENDING_MOST 1000

FC_INLINE uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

FC_INLINE double double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^e for a normal exponent. */
FC_INLINE double power_of_two(int e) { return double_of((uint64_t)(e + 1023) << 52); }

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
    if (++state->pending >= EXACT_PENDING_MOST) {
        carry_digits(state);
    }
}

/* Adds one double. */
FC_INLINE void add_double(fc_exact_sum *state, double x) {
    uint64_t bits = bits_of(x);
    uint64_t significand = bits & 0xfffffffffffffu;
    unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
    unsigned position, shift;
    int64_t low, high;
    if (exponent == 0x7ff) {
        state->flags |= significand != 0 ? FC_EXACT_NAN : bits >> 63 ? FC_EXACT_MINUS_INF : FC_EXACT_PLUS_INF;
        return;
    }
    if (exponent != 0) {
        significand |= 1ull << 52;
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
    unsigned position = (unsigned)(exponent + EXACT_BIAS) >> 5;
    unsigned shift = (unsigned)(exponent + EXACT_BIAS) & 31;
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

/* Extraction. With p the exponent, an accumulator pair starts at S = 1.5·2^p, T = 1.5·2^(p-45) and takes x by

       S' = S + x;  q = S' - S;  r = x - q;  T' = T + r;  q2 = T' - T.

   If |x| < 2^(p-8) for all of at most 128 values, S moves by less than 2^(p-1) and stays in [2^p, 2^(p+1)], where its
   ulp is 2^(p-52): q and r are exact and |r| <= 2^(p-53). So T moves by at most 2^(p-46) and stays in
   [2^(p-45), 2^(p-44)], with ulp 2^(p-97). If moreover q2 = r each time, nothing was lost: the sum of the values is
   (bits S - bits 1.5·2^p)·2^(p-52) + (bits T - bits 1.5·2^(p-45))·2^(p-97), as the bit patterns of one binade count
   its ulps. The certificate: the largest |x| by exponent, the bits in which q2 and r ever differed, and no NaN, which a
   vector maximum may drop. p = max(e(M) + 9, -977) is the least that fits a largest magnitude M; at -977 the ulp of T
   is 2^-1074, and so always fine enough for subnormals. */
#define EXTRACT_DEPTH 128
#define EXTRACT_PAIRS 4
#define EXTRACT_GROUP (EXTRACT_PAIRS * FC_F64_WIDTH)
#define EXTRACT_TILE (EXTRACT_DEPTH * EXTRACT_GROUP)
#define EXTRACT_GAP 45
#define EXTRACT_LEAST (-977)
/* Tiles as wide as a failed one come in runs; 16 additions one by one before another try cost a hard run 2 % more. */
#define EXTRACT_SKIP 16
/* Values above go to the superaccumulator; 2^962 keeps p in range. */
#define EXTRACT_LARGEST 4.0e289
/* From here on a tile beats one-by-one addition. */
#define EXTRACT_FEWEST 32

FC_INLINE int exponent_of(double magnitude) { return (int)(bits_of(magnitude) >> 52) - 1023; }

FC_INLINE int wanted_exponent(double largest) {
    int e = exponent_of(largest) + 9;
    return e > EXTRACT_LEAST ? e : EXTRACT_LEAST;
}

/* Adds n values, a multiple of EXTRACT_GROUP and at most EXTRACT_TILE, if the certificate holds for exponent p;
   returns whether, and in `largest` the largest finite or infinite magnitude. */
static int extract_tile(fc_exact_sum *state, const double *x, size_t n, int p, double *largest) {
    const double s0 = 1.5 * power_of_two(p), t0 = 1.5 * power_of_two(p - EXTRACT_GAP);
    fc_f64 s[EXTRACT_PAIRS], t[EXTRACT_PAIRS], most[EXTRACT_PAIRS], lost[EXTRACT_PAIRS];
    double s_lane[FC_F64_WIDTH * EXTRACT_PAIRS], t_lane[FC_F64_WIDTH * EXTRACT_PAIRS], lane[FC_F64_WIDTH];
    uint64_t high = 0, low = 0, lost_bits = 0; /* unsigned, as values that are refused below may have left any sum */
    double m = 0.0;
    int is_nan = 0;
    assert(n % EXTRACT_GROUP == 0 && n <= EXTRACT_TILE);
    for (int k = 0; k < EXTRACT_PAIRS; k++) {
        s[k] = fc_f64_set(s0);
        t[k] = fc_f64_set(t0);
        most[k] = fc_f64_set(0.0);
        lost[k] = fc_f64_set(0.0);
    }
    for (size_t i = 0; i < n; i += EXTRACT_GROUP) {
        for (int k = 0; k < EXTRACT_PAIRS; k++) {
            fc_f64 v = fc_f64_load(x + i + (size_t)k * FC_F64_WIDTH);
            fc_f64 s_next = fc_f64_add(s[k], v);
            fc_f64 r = fc_f64_sub(v, fc_f64_sub(s_next, s[k]));
            fc_f64 t_next = fc_f64_add(t[k], r);
            fc_f64 q2 = fc_f64_sub(t_next, t[k]);
            s[k] = s_next;
            t[k] = t_next;
            lost[k] = fc_f64_or(lost[k], fc_f64_xor(q2, r));
            most[k] = fc_f64_max(fc_f64_abs(v), most[k]);
        }
    }
    for (int k = 0; k < EXTRACT_PAIRS; k++) {
        fc_f64_store(s_lane + k * FC_F64_WIDTH, s[k]);
        fc_f64_store(t_lane + k * FC_F64_WIDTH, t[k]);
    }
    most[0] = fc_f64_max(fc_f64_max(most[0], most[1]), fc_f64_max(most[2], most[3]));
    lost[0] = fc_f64_or(fc_f64_or(lost[0], lost[1]), fc_f64_or(lost[2], lost[3]));
    fc_f64_store(lane, most[0]);
    for (int l = 0; l < FC_F64_WIDTH; l++) {
        m = lane[l] > m ? lane[l] : m;
    }
    fc_f64_store(lane, lost[0]);
    for (int l = 0; l < FC_F64_WIDTH; l++) {
        lost_bits |= bits_of(lane[l]);
    }
    for (int l = 0; l < EXTRACT_GROUP; l++) {
        is_nan |= s_lane[l] != s_lane[l];
        high += bits_of(s_lane[l]) - bits_of(s0);
        low += bits_of(t_lane[l]) - bits_of(t0);
    }
    *largest = m;
    /* A residue of -0.0 comes back as +0.0: the sign bit is no loss. */
    if (exponent_of(m) + 9 > p || (lost_bits << 1) != 0 || is_nan) {
        return 0;
    }
    add_scaled(state, (int64_t)high, p - 52);
    add_scaled(state, (int64_t)low, p - EXTRACT_GAP - 52);
    return 1;
}

/* Adds one tile: with the exponent that served the last, with the one it asks for, or value by value. */
static void add_tile(fc_exact_sum *state, const double *x, size_t n) {
    if (state->skip > 0) {
        state->skip--;
    } else {
        double largest;
        int wanted;
        if (state->exponent == FC_EXACT_NO_EXPONENT) {
            double first = 0.0;
            for (size_t i = 0; i < EXTRACT_GROUP; i++) {
                double magnitude = fabs(x[i]);
                first = magnitude > first ? magnitude : first;
            }
            /* 3: room for an eight times larger value before another exponent is needed. */
            state->exponent = first < EXTRACT_LARGEST ? wanted_exponent(first) + 3 : 0;
        }
        if (extract_tile(state, x, n, state->exponent, &largest)) {
            return;
        }
        if (largest < EXTRACT_LARGEST) {
            wanted = wanted_exponent(largest);
            if (wanted != state->exponent && extract_tile(state, x, n, wanted, &largest)) {
                state->exponent = wanted;
                return;
            }
        }
        state->skip = EXTRACT_SKIP;
    }
    for (size_t i = 0; i < n; i++) {
        add_double(state, x[i]);
    }
}

static void add_doubles(fc_exact_sum *state, const double *x, size_t n) {
    if (n >= EXTRACT_FEWEST) {
        while (n >= EXTRACT_GROUP) {
            size_t count = n < EXTRACT_TILE ? n - n % EXTRACT_GROUP : EXTRACT_TILE;
            add_tile(state, x, count);
            x += count;
            n -= count;
        }
    }
    for (size_t i = 0; i < n; i++) {
        add_double(state, x[i]);
    }
}

static void exact_update(fc_exact_sum *state, int kind, const void *x, size_t n) {
    double block[FC_SUM_BLOCK];
    if (kind == FC_FLOAT64) {
        add_doubles(state, (const double *)x, n);
        return;
    }
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
        add_doubles(state, as_doubles(kind, x, first, count, block), count);
    }
}

#ifdef FC_ISA_BASE
void fc_exact_start(fc_exact_sum *state) {
    memset(state, 0, sizeof *state);
    state->exponent = FC_EXACT_NO_EXPONENT;
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
}

int fc_exact_round(fc_exact_sum *state, double *out) {
    fc_exact_sum sum = *state;
    uint64_t sign = 0, head, significand;
    int top, first, exponent, drop;
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
    /* The 64 bits from the highest set bit down, with "any bit below" in the lowest. */
    first = 31;
    while (!((uint64_t)sum.digit[top] >> first)) {
        first--;
    }
    head = (uint64_t)sum.digit[top] << (63 - first);
    if (top >= 1) {
        head |= ((uint64_t)sum.digit[top - 1] << 32) >> (first + 1);
    }
    if (top >= 2) {
        uint64_t next = (uint64_t)sum.digit[top - 2];
        head |= next >> (first + 1);
        head |= (next & ((2ull << first) - 1)) != 0;
    }
    for (int i = top - 3; i >= 0; i--) {
        head |= sum.digit[i] != 0;
    }
    /* head·2^(exponent - 63) with 2^63 <= head; keep 53 bits, or as many as are left above 2^-1074. */
    exponent = 32 * top + first - EXACT_BIAS;
    drop = exponent >= -1022 ? 11 : 11 + (-1022 - exponent);
    if (drop >= 64) {
        /* Below half the least subnormal: cannot be, as the sum is a multiple of it. */
        *out = 0.0;
        return 0;
    }
    significand = head >> drop;
    {
        uint64_t rest = head & ((1ull << drop) - 1), half = 1ull << (drop - 1);
        if (rest > half || (rest == half && (significand & 1))) {
            significand++;
        }
    }
    /* The implicit bit, if there, adds one to the exponent field; a carry out of 53 bits adds another. */
    if (exponent >= -1022) {
        if (exponent > 1023) {
            return 1;
        }
        significand += (uint64_t)(exponent + 1022) << 52;
    }
    if (significand >> 52 >= 0x7ff) {
        return 1;
    }
    *out = double_of(significand | sign);
    return 0;
}
#endif

/* ---- minimum and maximum ------------------------------------------------------------------------------------- */

#define EXTREME_INTEGER(name, type, less)        \
    static type name(const type *x, size_t n) {  \
        type best = x[0];                        \
        for (size_t i = 1; i < n; i++) {         \
            best = x[i] less best ? x[i] : best; \
        }                                        \
        return best;                             \
    }
#define EXTREMES_INTEGER(suffix, type)         \
    EXTREME_INTEGER(minimum_##suffix, type, <) \
    EXTREME_INTEGER(maximum_##suffix, type, >)
EXTREMES_INTEGER(int8, int8_t)
EXTREMES_INTEGER(uint8, uint8_t)
EXTREMES_INTEGER(int16, int16_t)
EXTREMES_INTEGER(uint16, uint16_t)
EXTREMES_INTEGER(int32, int32_t)
EXTREMES_INTEGER(uint32, uint32_t)
EXTREMES_INTEGER(int64, int64_t)
EXTREMES_INTEGER(uint64, uint64_t)

#define EXTREME_VECTORS 4

#define EXTREME_FLOAT(name, type, prefix, WIDTH, op, less)                 \
    static type name(const type *x, size_t n) {                            \
        const size_t group = EXTREME_VECTORS * WIDTH;                      \
        type best = x[0];                                                  \
        size_t i = 0;                                                      \
        int is_nan = 0;                                                    \
        if (n >= group) {                                                  \
            prefix v[EXTREME_VECTORS];                                     \
            prefix##_flag nan = prefix##_flag_none;                        \
            type lane[EXTREME_VECTORS * WIDTH];                            \
            for (int k = 0; k < EXTREME_VECTORS; k++) {                    \
                v[k] = prefix##_load(x + k * WIDTH);                       \
            }                                                              \
            for (; i + group <= n; i += group) {                           \
                for (int k = 0; k < EXTREME_VECTORS; k += 2) {             \
                    prefix a = prefix##_load(x + i + k * WIDTH);           \
                    prefix b = prefix##_load(x + i + (k + 1) * WIDTH);     \
                    nan = prefix##_flag_or(nan, prefix##_unordered(a, b)); \
                    v[k] = prefix##_##op(a, v[k]);                         \
                    v[k + 1] = prefix##_##op(b, v[k + 1]);                 \
                }                                                          \
            }                                                              \
            is_nan = prefix##_flag_any(nan);                               \
            for (int k = 0; k < EXTREME_VECTORS; k++) {                    \
                prefix##_store(lane + k * WIDTH, v[k]);                    \
            }                                                              \
            best = lane[0];                                                \
            for (size_t l = 1; l < group; l++) {                           \
                best = lane[l] less best ? lane[l] : best;                 \
            }                                                              \
        }                                                                  \
        for (; i < n; i++) {                                               \
            is_nan |= x[i] != x[i];                                        \
            best = x[i] less best ? x[i] : best;                           \
        }                                                                  \
        if (is_nan) {                                                      \
            return (type)NAN;                                              \
        }                                                                  \
        if (best == 0) {                                                   \
            for (i = 0; x[i] != 0; i++) {                                  \
            }                                                              \
            best = x[i];                                                   \
        }                                                                  \
        return best;                                                       \
    }
EXTREME_FLOAT(minimum_float32, float, fc_f32, FC_F32_WIDTH, min, <)
EXTREME_FLOAT(maximum_float32, float, fc_f32, FC_F32_WIDTH, max, >)
EXTREME_FLOAT(minimum_float64, double, fc_f64, FC_F64_WIDTH, min, <)
EXTREME_FLOAT(maximum_float64, double, fc_f64, FC_F64_WIDTH, max, >)

#define EXTREME_HALF(name, less)                                     \
    static double name(const uint16_t *x, size_t n) {                \
        double best = fc_half_to_double(x[0]);                       \
        for (size_t i = 1; i < n && best == best; i++) {             \
            double value = fc_half_to_double(x[i]);                  \
            best = value less best || value != value ? value : best; \
        }                                                            \
        return best;                                                 \
    }
EXTREME_HALF(minimum_float16, <)
EXTREME_HALF(maximum_float16, >)

#define EXTREME(name)                                          \
    static fc_number name(int kind, const void *x, size_t n) { \
        fc_number best;                                        \
        switch (kind) {                                        \
        case FC_BOOL:                                          \
        case FC_UINT8:                                         \
            best.u = name##_uint8(x, n);                       \
            break;                                             \
        case FC_INT8:                                          \
            best.i = name##_int8(x, n);                        \
            break;                                             \
        case FC_INT16:                                         \
            best.i = name##_int16(x, n);                       \
            break;                                             \
        case FC_UINT16:                                        \
            best.u = name##_uint16(x, n);                      \
            break;                                             \
        case FC_INT32:                                         \
            best.i = name##_int32(x, n);                       \
            break;                                             \
        case FC_UINT32:                                        \
            best.u = name##_uint32(x, n);                      \
            break;                                             \
        case FC_INT64:                                         \
            best.i = name##_int64(x, n);                       \
            break;                                             \
        case FC_UINT64:                                        \
            best.u = name##_uint64(x, n);                      \
            break;                                             \
        case FC_FLOAT16:                                       \
            best.f = name##_float16(x, n);                     \
            break;                                             \
        case FC_FLOAT32:                                       \
            best.f = name##_float32(x, n);                     \
            break;                                             \
        default:                                               \
            best.f = name##_float64(x, n);                     \
        }                                                      \
        return best;                                           \
    }
EXTREME(minimum)
EXTREME(maximum)

const fc_sums_table FC_TABLE(fc_sums) = {
    .sum_floats = sum_floats,
    .sum_blocks = sum_blocks,
    .sum_integers = sum_integers,
    .exact_update = exact_update,
    .minimum = minimum,
    .maximum = maximum,
};
