/* Names of the templates of this family: NAME(x) is x64 or x32 as BITS says, STEP(x, d) is x64_d or x32_d. */
#ifndef FASTCORE_SORTING_NAMES_H
#define FASTCORE_SORTING_NAMES_H

#define PASTE_NAME(name, bits) name##bits
#define EXPAND_NAME(name, bits) PASTE_NAME(name, bits)
#define NAME(name) EXPAND_NAME(name, BITS)
#define PASTE_STEP(name, bits, distance) name##bits##_##distance
#define EXPAND_STEP(name, bits, distance) PASTE_STEP(name, bits, distance)
#define STEP(name, distance) EXPAND_STEP(name, BITS, distance)
#define PASTE_TYPE(bits) int##bits##_t
#define EXPAND_TYPE(bits) PASTE_TYPE(bits)
#define KEY EXPAND_TYPE(BITS)
#define PASTE_LIMIT(bits, limit) INT##bits##_##limit
#define EXPAND_LIMIT(bits, limit) PASTE_LIMIT(bits, limit)
#define VEC NAME(vec)
#define LANES NAME(LANES)

#endif
