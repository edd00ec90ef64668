/* Counters that threads share, each operation of which is seen by all in one order; and a pause between two looks. */
#ifndef FASTCORE_COUNTER_H
#define FASTCORE_COUNTER_H

#include <stdint.h>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
typedef volatile __int64 fc_counter;
static __inline int64_t fc_counter_get(fc_counter *c) { return _InterlockedExchangeAdd64(c, 0); }
static __inline void fc_counter_set(fc_counter *c, int64_t x) { (void)_InterlockedExchange64(c, x); }
/* Adds, and returns what there was before. */
static __inline int64_t fc_counter_add(fc_counter *c, int64_t x) { return _InterlockedExchangeAdd64(c, x); }
/* Whether it was `from`, and is now `to`. */
static __inline int fc_counter_replace(fc_counter *c, int64_t from, int64_t to) {
    return _InterlockedCompareExchange64(c, to, from) == from;
}
#else
typedef int64_t fc_counter;
static inline int64_t fc_counter_get(fc_counter *c) { return __atomic_load_n(c, __ATOMIC_SEQ_CST); }
static inline void fc_counter_set(fc_counter *c, int64_t x) { __atomic_store_n(c, x, __ATOMIC_SEQ_CST); }
static inline int64_t fc_counter_add(fc_counter *c, int64_t x) { return __atomic_fetch_add(c, x, __ATOMIC_SEQ_CST); }
static inline int fc_counter_replace(fc_counter *c, int64_t from, int64_t to) {
    return __atomic_compare_exchange_n(c, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
#endif

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define fc_pause() _mm_pause()
#elif defined(_M_ARM64)
#include <intrin.h>
#define fc_pause() __yield()
#elif defined(__aarch64__)
#define fc_pause() __asm__ volatile("yield")
#else
#define fc_pause() ((void)0)
#endif

#endif
