/* Elements of any kind as blocks of doubles. */
#ifndef FASTCORE_SUMS_CONVERT_H
#define FASTCORE_SUMS_CONVERT_H

#include "simd.h"

#define CONVERT(type, value)                                 \
    do {                                                     \
        const type *FC_RESTRICT e = (const type *)x + first; \
        for (size_t i = 0; i < n; i++) {                     \
            block[i] = value(e[i]);                          \
        }                                                    \
    } while (0)

/* n <= FC_SUM_BLOCK elements from the first on: in place if they are doubles, else converted into `block`, each rounded
   once. */
FC_INLINE const double *as_doubles(int kind, const void *x, size_t first, size_t n, double *FC_RESTRICT block) {
    switch (kind) {
    case FC_FLOAT64:
        return (const double *)x + first;
    case FC_FLOAT32:
        CONVERT(float, (double));
        break;
    case FC_FLOAT16:
        CONVERT(uint16_t, fc_half_to_double);
        break;
    case FC_BOOL:
    case FC_UINT8:
        CONVERT(uint8_t, (double));
        break;
    case FC_INT8:
        CONVERT(int8_t, (double));
        break;
    case FC_INT16:
        CONVERT(int16_t, (double));
        break;
    case FC_UINT16:
        CONVERT(uint16_t, (double));
        break;
    case FC_INT32:
        CONVERT(int32_t, (double));
        break;
    case FC_UINT32:
        CONVERT(uint32_t, (double));
        break;
    case FC_INT64:
        CONVERT(int64_t, (double));
        break;
    default:
        CONVERT(uint64_t, (double));
    }
    return block;
}

#endif
