/* Exact integer sums, and exact sums of integer products.

   64-bit words are summed as they are, mod 2^64, and so are their upper halves: the sum of the lower halves is the
   difference, and is known exactly while there are fewer than 2^32 of them. Signed words are made unsigned by turning
   their sign bit, which adds 2^63 to each; words of two 32-bit numbers are summed the same way. That is three or four
   instructions a vector. Bytes are added eight at a time (sum of absolute differences from zero), 16-bit numbers two at
   a time (multiply-add by one). */
#include "simd.h"
#include "wide.h"

#define VECTORS 8
#define VECTOR (FC_WORDS * 8)    /* bytes */
#define GROUP (VECTORS * VECTOR) /* bytes a step */
#define LONG 8192                /* bytes from which on whole cache lines pay */
/* Elements in one go: the state's halves stay far from their ends, and what is subtracted for turned signs in range. */
#define CHUNK ((size_t)1 << 20)

/* Calls STEP(k, vector) on all of `bytes` bytes at x, what is before the first cache line of a long array and the last
   vector filled up with zeros; `taken` is the bytes with those. */
#define EACH_VECTOR(STEP)                                          \
    do {                                                           \
        size_t head = (0 - (uintptr_t)x) % 64, i = 0;              \
        taken = 0;                                                 \
        if (head != 0 && bytes >= LONG) {                          \
            char rest[64] = {0};                                   \
            memcpy(rest, x, head);                                 \
            for (; i < 64; i += VECTOR) {                          \
                STEP(0, fc_word_load(rest + i));                   \
            }                                                      \
            taken = 64 - head;                                     \
            i = head;                                              \
        }                                                          \
        for (; i + GROUP <= bytes; i += GROUP) {                   \
            for (int k = 0; k < VECTORS; k++) {                    \
                STEP(k, fc_word_load(x + i + (size_t)k * VECTOR)); \
            }                                                      \
        }                                                          \
        for (; i + VECTOR <= bytes; i += VECTOR) {                 \
            STEP(0, fc_word_load(x + i));                          \
        }                                                          \
        if (i < bytes) {                                           \
            char rest[VECTOR] = {0};                               \
            memcpy(rest, x + i, bytes - i);                        \
            STEP(0, fc_word_load(rest));                           \
            i += VECTOR;                                           \
        }                                                          \
        taken += i;                                                \
    } while (0)

FC_INLINE void carry(fc_integer_sum *state) {
    state->high += (int64_t)(state->low >> 32);
    state->low &= 0xffffffffu;
    state->top += state->high >> 32;
    state->high &= 0xffffffff;
}

#ifdef FC_ISA_BASE
void fc_integer_carry(fc_integer_sum *state) { carry(state); }

int64_t fc_integer_nearest(const fc_integer_sum *state, uint64_t count) {
    /* floor((2·sum + count) / (2·count)), digit by digit; the first quotient, at 2^64, is no more than the sign of a
       result that fits. */
    fc_integer_sum twice = {2 * state->top, 2 * state->high, 2 * state->low + count};
    const uint64_t divisor = 2 * count;
    int64_t rest;
    uint64_t part, result;
    carry(&twice);
    rest = twice.top % (int64_t)divisor;
    if (rest < 0) {
        rest += (int64_t)divisor;
    }
    part = (uint64_t)rest << 32 | (uint64_t)twice.high;
    result = part / divisor << 32;
    part = part % divisor << 32 | twice.low;
    return (int64_t)(result | part / divisor);
}
#endif

FC_INLINE uint64_t fold_words(const fc_word *v) {
    uint64_t sum = 0, lane[FC_WORDS];
    fc_word all = v[0];
    for (int k = 1; k < VECTORS; k++) {
        all = fc_word_add(all, v[k]);
    }
    fc_word_store(lane, all);
    for (int l = 0; l < FC_WORDS; l++) {
        sum += lane[l];
    }
    return sum;
}

FC_INLINE void add_total(fc_integer_sum *state, int64_t total) {
    state->high += total >> 32;
    state->low += (uint64_t)total & 0xffffffffu;
}

/* The sums of the lower and of the upper halves of the words, whose bits `turn` are turned, those of the zeros after
   the end too; returns the bytes taken with these. */
FC_INLINE size_t sum_halves(const char *x, size_t bytes, uint64_t turn, uint64_t *low, uint64_t *high) {
    const fc_word t = fc_word_set(turn);
    fc_word whole[VECTORS], upper[VECTORS];
    size_t taken;
    for (int k = 0; k < VECTORS; k++) {
        whole[k] = upper[k] = fc_word_set(0);
    }
#define ADD_HALVES(k, v)                                   \
    do {                                                   \
        fc_word w = v;                                     \
        if (turn != 0) {                                   \
            w = fc_word_xor(w, t);                         \
        }                                                  \
        whole[k] = fc_word_add(whole[k], w);               \
        upper[k] = fc_word_add(upper[k], fc_word_high(w)); \
    } while (0)
    EACH_VECTOR(ADD_HALVES);
    *high = fold_words(upper);
    *low = fold_words(whole) - (*high << 32);
    return taken;
}

static void sum_bytes(fc_integer_sum *state, const char *x, size_t bytes, int is_signed) {
    const fc_word turn = fc_word_set(is_signed ? 0x8080808080808080u : 0);
    fc_word sum[VECTORS];
    size_t taken;
    for (int k = 0; k < VECTORS; k++) {
        sum[k] = fc_word_set(0);
    }
#define ADD_BYTES(k, v) sum[k] = fc_word_add(sum[k], fc_word_bytes(fc_word_xor(v, turn)))
    EACH_VECTOR(ADD_BYTES);
    add_total(state, (int64_t)fold_words(sum) - (is_signed ? 128 * (int64_t)taken : 0));
}

/* A lane of 32 bits takes a pair's sum, of at most 2^16 in magnitude, less than 2^15 times: here 2^14 at most. */
#define PAIRS_MOST ((size_t)GROUP << 13)

static void sum_shorts(fc_integer_sum *state, const char *x, size_t n, int is_signed) {
    const fc_word turn = fc_word_set(is_signed ? 0 : 0x8000800080008000u);
    while (n > 0) {
        size_t bytes = 2 * n < PAIRS_MOST ? 2 * n : PAIRS_MOST, taken;
        fc_word sum[VECTORS];
        int32_t lane[2 * FC_WORDS];
        int64_t total = 0;
        for (int k = 0; k < VECTORS; k++) {
            sum[k] = fc_word_set(0);
        }
#define ADD_PAIRS(k, v) sum[k] = fc_word_add32(sum[k], fc_word_pairs(fc_word_xor(v, turn)))
        EACH_VECTOR(ADD_PAIRS);
        for (int k = 0; k < VECTORS; k++) {
            fc_word_store((void *)lane, sum[k]);
            for (int l = 0; l < 2 * FC_WORDS; l++) {
                total += lane[l];
            }
        }
        add_total(state, total + (is_signed ? 0 : 32768 * (int64_t)(taken / 2)));
        x += bytes;
        n -= bytes / 2;
    }
}

static void sum_ints(fc_integer_sum *state, const char *x, size_t n, int is_signed) {
    uint64_t low, high;
    size_t taken =
        (is_signed ? sum_halves(x, 4 * n, 0x8000000080000000u, &low, &high) : sum_halves(x, 4 * n, 0, &low, &high)) / 4;
    add_total(state, (int64_t)(low + high) - (is_signed ? (int64_t)taken << 31 : 0));
}

static void sum_longs(fc_integer_sum *state, const char *x, size_t n, int is_signed) {
    uint64_t low, high;
    size_t taken =
        (is_signed ? sum_halves(x, 8 * n, 1ull << 63, &low, &high) : sum_halves(x, 8 * n, 0, &low, &high)) / 8;
    state->high += (int64_t)high - (is_signed ? (int64_t)taken << 31 : 0);
    state->low += low;
}

static void sum_integers(fc_integer_sum *state, int kind, const void *x, size_t n) {
    size_t size = fc_kind_size(kind);
    for (size_t first = 0; first < n; first += CHUNK) {
        size_t count = n - first < CHUNK ? n - first : CHUNK;
        const char *p = (const char *)x + first * size;
        switch (kind) {
        case FC_BOOL:
        case FC_UINT8:
            sum_bytes(state, p, count, 0);
            break;
        case FC_INT8:
            sum_bytes(state, p, count, 1);
            break;
        case FC_UINT16:
            sum_shorts(state, p, count, 0);
            break;
        case FC_INT16:
            sum_shorts(state, p, count, 1);
            break;
        case FC_UINT32:
            sum_ints(state, p, count, 0);
            break;
        case FC_INT32:
            sum_ints(state, p, count, 1);
            break;
        case FC_UINT64:
            sum_longs(state, p, count, 0);
            break;
        default:
            sum_longs(state, p, count, 1);
        }
        carry(state);
    }
}

/* ---- products ------------------------------------------------------------------------------------------------ */

/* n <= FC_SUM_BLOCK elements of an integer kind as int64, uint64 by its bits. */
#define WIDEN(type)                                          \
    do {                                                     \
        const type *FC_RESTRICT e = (const type *)x + first; \
        for (size_t i = 0; i < n; i++) {                     \
            block[i] = (int64_t)e[i];                        \
        }                                                    \
    } while (0)

FC_INLINE const int64_t *as_longs(int kind, const void *x, size_t first, size_t n, int64_t *FC_RESTRICT block) {
    switch (kind) {
    case FC_INT64:
    case FC_UINT64:
        return (const int64_t *)x + first;
    case FC_BOOL:
    case FC_UINT8:
        WIDEN(uint8_t);
        break;
    case FC_INT8:
        WIDEN(int8_t);
        break;
    case FC_INT16:
        WIDEN(int16_t);
        break;
    case FC_UINT16:
        WIDEN(uint16_t);
        break;
    case FC_INT32:
        WIDEN(int32_t);
        break;
    default:
        WIDEN(uint32_t);
    }
    return block;
}

/* Numbers of 26 bits, signed: the products of a block, and their sum, fit an int64. */
#define SHORT_BITS 26
#define SHORT_OFFSET (1u << (SHORT_BITS - 1)) /* makes them 0 … 2^26 - 1 */
#define SAMPLE 64 /* of a block, seen before all of it: what is not short takes a pass less */

/* Returns whether all are so short; else the sum is of no use. */
static int dot_short(const int64_t *x, const int64_t *y, size_t n, int64_t *sum) {
    const fc_word offset = fc_word_set(SHORT_OFFSET);
    const size_t whole = n - n % (2 * FC_WORDS);
    fc_word total[2] = {fc_word_set(0), fc_word_set(0)}, seen[2] = {fc_word_set(0), fc_word_set(0)};
    uint64_t lane[FC_WORDS], seen_lane[FC_WORDS], dot = 0, beyond = 0;
    for (size_t i = 0; i < whole; i += 2 * FC_WORDS) {
        for (size_t k = 0; k < 2; k++) {
            const fc_word a = fc_word_load(x + i + k * FC_WORDS), b = fc_word_load(y + i + k * FC_WORDS);
            total[k] = fc_word_add(total[k], fc_word_multiply(a, b));
            seen[k] = fc_word_or(seen[k], fc_word_or(fc_word_add(a, offset), fc_word_add(b, offset)));
        }
    }
    fc_word_store(lane, fc_word_add(total[0], total[1]));
    fc_word_store(seen_lane, fc_word_or(seen[0], seen[1]));
    for (size_t l = 0; l < FC_WORDS; l++) {
        dot += lane[l];
        beyond |= seen_lane[l];
    }
    for (size_t i = whole; i < n; i++) {
        dot += (uint64_t)((int64_t)(int32_t)x[i] * (int32_t)y[i]);
        beyond |= ((uint64_t)x[i] + SHORT_OFFSET) | ((uint64_t)y[i] + SHORT_OFFSET);
    }
    *sum = (int64_t)dot;
    return beyond >> SHORT_BITS == 0;
}

static void add_words(fc_integer_dot *state, uint64_t low, uint64_t middle, uint64_t top) {
    uint64_t carry = 0;
    state->word[0] = fc_add_carry(state->word[0], low, &carry);
    state->word[1] = fc_add_carry(state->word[1], middle, &carry);
    state->word[2] += top + carry;
}

FC_INLINE uint64_t sign_word(int64_t word) { return word < 0 ? UINT64_MAX : 0; }

/* Products of 32 by 32 bits, signed, fit an int64, and the sums of their upper halves another. */
static void dot_narrow(fc_integer_sum *state, const int64_t *FC_RESTRICT x, const int64_t *FC_RESTRICT y, size_t n) {
    int64_t high = 0;
    uint64_t wrapped = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t product = (int64_t)(int32_t)x[i] * (int32_t)y[i];
        high += product >> 32;
        wrapped += (uint64_t)product;
    }
    state->high += high;
    state->low += wrapped - ((uint64_t)high << 32);
}

/* Whether all of n words are sign-extended from 32 bits. */
static int all_narrow(const int64_t *x, size_t n) {
    uint64_t beyond = 0;
    for (size_t i = 0; i < n; i++) {
        beyond |= ((uint64_t)x[i] + 0x80000000u) >> 32;
    }
    return beyond == 0;
}

#if defined(__SIZEOF_INT128__)
/* Signed products by their halves: two additions with carry each. */
static void dot_signed(fc_integer_dot *state, const int64_t *x, const int64_t *y, size_t n) {
    unsigned __int128 low = 0;
    __int128 high = 0;
    for (size_t i = 0; i < n; i++) {
        __int128 product = (__int128)x[i] * y[i];
        low += (uint64_t)product;
        high += (int64_t)(product >> 64);
    }
    high += (int64_t)(low >> 64);
    add_words(state, (uint64_t)low, (uint64_t)high, (uint64_t)(high >> 64));
}
#endif

/* The 128-bit products of words as unsigned, less 2^64 times the other factor for each negative one. */
static void dot_wide(fc_integer_dot *state, const int64_t *x, int x_is_signed, const int64_t *y, int y_is_signed,
                     size_t n) {
    uint64_t low = 0, middle = 0, carries = 0;
    int64_t top = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t a = (uint64_t)x[i], b = (uint64_t)y[i], high, carry = 0;
        uint64_t product = fc_multiply(a, b, &high);
        low = fc_add_carry(low, product, &carry);
        middle = fc_add_carry(middle, high, &carry);
        carries += carry;
        /* 2^64·(other factor): taken from the middle word. */
        {
            uint64_t take_b = x_is_signed && x[i] < 0 ? b : 0, borrow = 0;
            uint64_t take_a = y_is_signed && y[i] < 0 ? a : 0;
            middle = fc_subtract_borrow(middle, take_b, &borrow);
            top -= (int64_t)borrow;
            borrow = 0;
            middle = fc_subtract_borrow(middle, take_a, &borrow);
            top -= (int64_t)borrow;
        }
        /* Both negative: 2^128·1 was in neither; the factors above are unsigned, so a·b = (a' - 2^64)(b' - 2^64). */
        top += x_is_signed && y_is_signed && x[i] < 0 && y[i] < 0;
    }
    add_words(state, low, middle, carries + (uint64_t)top);
}

static int is_narrow(int kind, const int64_t *x, size_t n) {
    return kind <= FC_INT32 || (kind != FC_UINT64 && all_narrow(x, n));
}

static void dot_integers(fc_integer_dot *state, int kind, const void *x, int other_kind, const void *y, size_t n) {
    int64_t block[FC_SUM_BLOCK], other_block[FC_SUM_BLOCK], sum_of_short;
    int may_be_short = kind != FC_UINT64 && other_kind != FC_UINT64; /* until a block, or its first few, are not */
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
        const int64_t *a = as_longs(kind, x, first, count, block);
        const int64_t *b = as_longs(other_kind, y, first, count, other_block);
        may_be_short = may_be_short && dot_short(a, b, count < SAMPLE ? count : SAMPLE, &sum_of_short) &&
                       (count <= SAMPLE || dot_short(a, b, count, &sum_of_short));
        if (may_be_short) {
            add_words(state, (uint64_t)sum_of_short, sign_word(sum_of_short), sign_word(sum_of_short));
        } else if (is_narrow(kind, a, count) && is_narrow(other_kind, b, count)) {
            fc_integer_sum sum = {0, 0, 0};
            dot_narrow(&sum, a, b, count);
            carry(&sum);
            add_words(state, (uint64_t)sum.high << 32 | sum.low, (uint64_t)sum.top, sign_word(sum.top));
#if defined(__SIZEOF_INT128__)
        } else if (kind != FC_UINT64 && other_kind != FC_UINT64) {
            dot_signed(state, a, b, count);
#endif
        } else {
            dot_wide(state, a, kind != FC_UINT64, b, other_kind != FC_UINT64, count);
        }
    }
}

/* ---- running sums -------------------------------------------------------------------------------------------- */

/* Running sums from *start as int64, or as uint64 bits; returns whether all fit. */
static int running_integers(int kind, const void *x, size_t n, int64_t *start, int64_t *out) {
    int64_t block[FC_SUM_BLOCK];
    const int is_unsigned = kind == FC_UINT8 || kind == FC_UINT16 || kind == FC_UINT32 || kind == FC_UINT64;
    uint64_t sum = (uint64_t)*start, wrapped = 0;
    for (size_t first = 0; first < n; first += FC_SUM_BLOCK) {
        size_t count = n - first < FC_SUM_BLOCK ? n - first : FC_SUM_BLOCK;
        const int64_t *b = as_longs(kind, x, first, count, block);
        if (is_unsigned) {
            for (size_t i = 0; i < count; i++) {
                uint64_t next = sum + (uint64_t)b[i];
                wrapped |= next < sum;
                sum = next;
                out[first + i] = (int64_t)sum;
            }
        } else {
            for (size_t i = 0; i < count; i++) {
                uint64_t next = sum + (uint64_t)b[i];
                wrapped |= ((sum ^ next) & ((uint64_t)b[i] ^ next)) >> 63;
                sum = next;
                out[first + i] = (int64_t)sum;
            }
        }
        if (wrapped) {
            return 0;
        }
    }
    *start = (int64_t)sum;
    return 1;
}

const fc_integers_table FC_TABLE(fc_integers) = {
    .sum = sum_integers,
    .dot = dot_integers,
    .running = running_integers,
};
