/* The floating-point mode that the loops rely on: to nearest, subnormals kept, no traps. A library that the process has
   loaded may have left another; it is put back afterwards. The loops between are behind function pointers, so that no
   compiler moves their arithmetic out. */
#ifndef FASTCORE_FLOAT_MODE_H
#define FASTCORE_FLOAT_MODE_H

#include <stdint.h>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#define FC_MODE_MASK 0xffc0u /* of MXCSR all but the sticky flags */
#define FC_MODE_DEFAULT 0x1f80u
static inline uint64_t fc_read_mode(void) { return _mm_getcsr(); }
static inline void fc_write_mode(uint64_t mode) { _mm_setcsr((unsigned)mode); }
#elif defined(__aarch64__) && defined(__GNUC__)
#define FC_MODE_MASK 0x3f79f07u /* of FPCR */
#define FC_MODE_DEFAULT 0u
static inline uint64_t fc_read_mode(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
static inline void fc_write_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
#define FC_MODE_MASK 0u
#define FC_MODE_DEFAULT 0u
static inline uint64_t fc_read_mode(void) { return 0; }
static inline void fc_write_mode(uint64_t mode) { (void)mode; }
#endif

/* Sets the mode and returns the one found, for fc_leave_mode. */
static inline uint64_t fc_enter_mode(void) {
    uint64_t mode = fc_read_mode();
    if ((mode & FC_MODE_MASK) != FC_MODE_DEFAULT) {
        fc_write_mode((mode & ~(uint64_t)FC_MODE_MASK) | FC_MODE_DEFAULT);
    }
    return mode;
}

static inline void fc_leave_mode(uint64_t mode) {
    if ((mode & FC_MODE_MASK) != FC_MODE_DEFAULT) {
        fc_write_mode(mode);
    }
}

#endif
