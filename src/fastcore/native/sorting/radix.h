/* The sort by digits of one key width, for an ISA without vectors (D. Knuth, TAOCP vol. 3, 5.2.5): keys.h includes it.

   One pass over the keys makes the histograms of all digits; a digit that all keys share costs nothing more; each other
   digit costs one pass that moves n keys, least significant first. */

/* Digits of 8 bits for short inputs, whose cost is clearing and summing the histograms; of 11 bits, with fewer passes,
   from here on. At 4096 both measured the same. */
#define WIDE_DIGITS_FROM 4096
#define DIGIT_MOST 11
#define DIGITS_MOST 8

/* Below this, insertion sort: 256 counters for each digit cost as much as its n²/4 moves. */
#define INSERTION_MOST 40

static void NAME(insertion_sort)(KEY *x, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const KEY k = x[i];
        size_t at = i;
        for (; at > 0 && x[at - 1] > k; at--) {
            x[at] = x[at - 1];
        }
        x[at] = k;
    }
}

/* Sorts n < 2^32 keys whose bits from `low` up, `width` of them, decide: the bits below are in ascending order already
   and those above are equal. */
static void NAME(radix_sort)(KEY *x, KEY *scratch, size_t n, unsigned low, unsigned width) {
    uint32_t histogram[DIGITS_MOST][1u << DIGIT_MOST];
    const unsigned bits = n < WIDE_DIGITS_FROM ? 8 : DIGIT_MOST;
    const unsigned count = (width + bits - 1) / bits;
    const UNSIGNED mask = ((UNSIGNED)1 << bits) - 1, sign = (UNSIGNED)1 << (BITS - 1);
    UNSIGNED *a = (UNSIGNED *)x, *b = (UNSIGNED *)scratch;
    for (unsigned d = 0; d < count; d++) {
        memset(histogram[d], 0, sizeof histogram[d][0] << bits);
    }
    for (size_t i = 0; i < n; i++) {
        UNSIGNED k = (a[i] ^ sign) >> low;
        for (unsigned d = 0; d < count; d++) {
            histogram[d][k & mask]++;
            k >>= bits;
        }
    }
    for (unsigned d = 0; d < count; d++) {
        const unsigned shift = low + d * bits;
        uint32_t *position = histogram[d], sum = 0;
        UNSIGNED *swap = a;
        if (position[(a[0] ^ sign) >> shift & mask] == n) {
            continue;
        }
        for (size_t bin = 0; bin <= mask; bin++) {
            const uint32_t here = position[bin];
            position[bin] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) {
            b[position[(a[i] ^ sign) >> shift & mask]++] = a[i];
        }
        a = b;
        b = swap;
    }
    if (a != (UNSIGNED *)x) {
        memcpy(x, a, n * sizeof *x);
    }
}
