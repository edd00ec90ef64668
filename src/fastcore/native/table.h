/* How a family's file, compiled once for each ISA, names the one table it exports. */
#ifndef FASTCORE_TABLE_H
#define FASTCORE_TABLE_H

#include "fastcore.h"

#define FC_PASTE2(a, b) a##_##b
#define FC_PASTE(a, b) FC_PASTE2(a, b)
/* FC_TABLE(fc_sums) is fc_sums_base, fc_sums_avx2 or fc_sums_avx512. */
#define FC_TABLE(family) FC_PASTE(family, FC_ISA)

#if defined(_MSC_VER) && !defined(__clang__)
#define FC_INLINE static __forceinline
#define FC_RESTRICT __restrict
#define FC_IVDEP __pragma(loop(ivdep))
#else
#define FC_INLINE static inline __attribute__((always_inline))
#define FC_RESTRICT restrict
#if defined(__clang__)
#define FC_IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define FC_IVDEP _Pragma("GCC ivdep")
#endif
#endif

#endif
