/* What the files of this family share: keys of elements, and the tables by which one file calls another's loops for the
   same ISA. */
#ifndef FASTCORE_SORTING_H
#define FASTCORE_SORTING_H

#include <string.h>

#include "table.h"
#include "wide.h"

extern const fc_words_table FC_TABLE(fc_words);
extern const fc_orders_table FC_TABLE(fc_orders);

FC_INLINE unsigned fc_bit_length(uint64_t x) { return x == 0 ? 0 : 64 - fc_leading_zeros(x); }

/* Bits of floats: a NaN's, shifted left by one, are above those of an infinity. */
#define FLOAT_BITS(bits, INFINITE)                                                                          \
    FC_INLINE int is_nan_##bits(uint##bits##_t x) {                                                         \
        return (uint##bits##_t)(x << 1) > (uint##bits##_t)((uint##bits##_t)INFINITE << 1);                  \
    }                                                                                                       \
    FC_INLINE int is_zero_##bits(uint##bits##_t x) { return (uint##bits##_t)(x << 1) == 0; }                \
    /* The signed key of the same order: all bits but the sign flipped if that is set. It undoes itself. */ \
    FC_INLINE int##bits##_t float_key_##bits(uint##bits##_t x) {                                            \
        return (int##bits##_t)(x ^ ((uint##bits##_t)((int##bits##_t)x >> (bits - 1)) & INT##bits##_MAX));   \
    }
FLOAT_BITS(16, 0x7c00u)
FLOAT_BITS(32, 0x7f800000u)
FLOAT_BITS(64, 0x7ff0000000000000u)

#endif
