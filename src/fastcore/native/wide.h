/* 128-bit products and sums of 64-bit words, and little-endian stores, on every compiler. */
#ifndef FASTCORE_WIDE_H
#define FASTCORE_WIDE_H

#include <stdint.h>
#include <string.h>

#include "table.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#ifdef _M_X64
#include <immintrin.h>
#endif
#endif

/* The low word of a·b; the high word in `high`. */
FC_INLINE uint64_t fc_multiply(uint64_t a, uint64_t b, uint64_t *high) {
#if defined(__SIZEOF_INT128__)
    unsigned __int128 product = (unsigned __int128)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
#elif defined(_MSC_VER) && defined(_M_X64)
    return _umul128(a, b, high);
#elif defined(_MSC_VER) && defined(_M_ARM64)
    *high = __umulh(a, b);
    return a * b;
#else
    uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32), cross = a0 * b1 + (mid & 0xffffffffu);
    *high = a1 * b1 + (mid >> 32) + (cross >> 32);
    return cross << 32 | (low & 0xffffffffu);
#endif
}

/* a + b + carry; the carry out, 0 or 1, in `carry`. */
FC_INLINE uint64_t fc_add_carry(uint64_t a, uint64_t b, uint64_t *carry) {
    uint64_t sum = a + b, out = sum < a;
    sum += *carry;
    out += sum < *carry;
    *carry = out;
    return sum;
}

/* a - b - borrow; the borrow out, 0 or 1, in `borrow`. */
FC_INLINE uint64_t fc_subtract_borrow(uint64_t a, uint64_t b, uint64_t *borrow) {
    uint64_t difference = a - b, out = a < b;
    out += difference < *borrow;
    difference -= *borrow;
    *borrow = out;
    return difference;
}

/* The number of zero bits below the lowest set bit; x is not 0. */
FC_INLINE unsigned fc_trailing_zeros(uint64_t x) {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index;
    _BitScanForward64(&index, x);
    return (unsigned)index;
#else
    return (unsigned)__builtin_ctzll(x);
#endif
}

/* The number of zero bits above the highest set bit; x is not 0. */
FC_INLINE unsigned fc_leading_zeros(uint64_t x) {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index;
    _BitScanReverse64(&index, x);
    return 63u - (unsigned)index;
#else
    return (unsigned)__builtin_clzll(x);
#endif
}

/* How many bits are set. */
FC_INLINE unsigned fc_count_bits(uint64_t x) {
#if defined(_MSC_VER) && !defined(__clang__) && defined(_M_X64)
    return (unsigned)__popcnt64(x);
#elif defined(__GNUC__)
    return (unsigned)__builtin_popcountll(x);
#else
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(x * 0x0101010101010101u >> 56);
#endif
}

/* Stores 8 bytes, the lowest first. */
FC_INLINE void fc_store_little(char *p, uint64_t x) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(p, &x, 8);
}

/* Loads 8 bytes, the lowest first. */
FC_INLINE uint64_t fc_load_little(const char *p) {
    uint64_t x;
    memcpy(&x, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

#endif
