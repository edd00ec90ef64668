/* Which loops run: the tables are filled family by family with the best ISA that was built and that the processor and
   the operating system support. Compiled at the baseline. */
#include "fastcore.h"

#include <string.h>

#if defined(__x86_64__) || defined(_M_X64)
#define FC_X86 1
#ifdef _MSC_VER
#include <immintrin.h>
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

fc_floats_table fc_floats;
fc_integers_table fc_integers;
fc_exact_table fc_exact;
fc_extremes_table fc_extremes;
fc_axes_table fc_axes;
fc_transforms_table fc_transforms;
fc_tiles_table fc_tiles;
fc_integer_text_table fc_integer_text;
fc_float_text_table fc_float_text;
fc_string_text_table fc_string_text;
fc_parse_table fc_parse;
fc_fibonacci_table fc_fibonacci;
fc_decimals_table fc_decimals;
fc_residues_table fc_residues;
fc_recurrences_table fc_recurrences;
fc_words_table fc_words;
fc_values_table fc_values;
fc_orders_table fc_orders;
fc_texts_table fc_texts;
fc_selection_table fc_selection;

/* Every table, as NAME(family). */
#define FC_FAMILIES(NAME) \
    NAME(floats);         \
    NAME(integers);       \
    NAME(exact);          \
    NAME(extremes);       \
    NAME(axes);           \
    NAME(transforms);     \
    NAME(tiles);          \
    NAME(integer_text);   \
    NAME(float_text);     \
    NAME(string_text);    \
    NAME(parse);          \
    NAME(fibonacci);      \
    NAME(decimals);       \
    NAME(residues);       \
    NAME(recurrences);    \
    NAME(words);          \
    NAME(values);         \
    NAME(orders);         \
    NAME(texts);          \
    NAME(selection)

#define FC_DECLARE_BASE(family) extern const fc_##family##_table fc_##family##_base
#define FC_DECLARE_AVX2(family) extern const fc_##family##_table fc_##family##_avx2
#define FC_DECLARE_AVX512(family) extern const fc_##family##_table fc_##family##_avx512
FC_FAMILIES(FC_DECLARE_BASE);
#ifdef FC_HAVE_AVX2
FC_FAMILIES(FC_DECLARE_AVX2);
#endif
#ifdef FC_HAVE_AVX512
FC_FAMILIES(FC_DECLARE_AVX512);
#endif

#define FC_FILL_BASE(family) fc_##family = fc_##family##_base
#define FC_FILL_AVX2(family) fc_##family = fc_##family##_avx2
#define FC_FILL_AVX512(family) fc_##family = fc_##family##_avx512

#ifdef FC_X86
static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t reg[4]) {
#ifdef _MSC_VER
    int out[4];
    __cpuidex(out, (int)leaf, (int)subleaf);
    memcpy(reg, out, sizeof out);
#else
    reg[0] = reg[1] = reg[2] = reg[3] = 0;
    __get_cpuid_count(leaf, subleaf, &reg[0], &reg[1], &reg[2], &reg[3]);
#endif
}

/* The register state that the operating system saves, from XCR0. */
static uint64_t saved_state(void) {
#ifdef _MSC_VER
    return _xgetbv(0);
#else
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
#endif
}

/* The x86-64 psABI level of this processor, 1 to 4: every feature of the level, and its state saved. */
static int x86_level(void) {
    uint32_t leaf1[4], leaf7[4], extended[4];
    uint64_t state;
    cpuid(1, 0, leaf1);
    cpuid(7, 0, leaf7);
    cpuid(0x80000001u, 0, extended);
    /* SSE3, SSSE3, CX16, SSE4.1, SSE4.2, POPCNT */
    const uint32_t v2_leaf1 = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;
    if ((leaf1[2] & v2_leaf1) != v2_leaf1) {
        return 1;
    }
    /* FMA, MOVBE, OSXSAVE, AVX, F16C; AVX2, BMI1, BMI2; LZCNT */
    const uint32_t v3_leaf1 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;
    const uint32_t v3_leaf7 = 1u << 5 | 1u << 3 | 1u << 8;
    if ((leaf1[2] & v3_leaf1) != v3_leaf1 || (leaf7[1] & v3_leaf7) != v3_leaf7 || !(extended[2] & 1u << 5)) {
        return 2;
    }
    state = saved_state();
    if ((state & 0x6) != 0x6) {
        return 2;
    }
    /* AVX-512 F, DQ, CD, BW, VL */
    const uint32_t v4_leaf7 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
    if ((leaf7[1] & v4_leaf7) != v4_leaf7 || (state & 0xe6) != 0xe6) {
        return 3;
    }
    return 4;
}

#define ZEN_4 0x19 /* where there is AVX-512; without it, Zen 3 */
#define ZEN_5 0x1a

/* The processor's family, if it is AMD's; else 0. */
static uint32_t amd_family(void) {
    uint32_t leaf0[4], leaf1[4];
    cpuid(0, 0, leaf0);
    cpuid(1, 0, leaf1);
    return leaf0[1] == 0x68747541 /* "Auth", of AuthenticAMD */ ? (leaf1[0] >> 8 & 0xf) + (leaf1[0] >> 20 & 0xff) : 0;
}
#endif

static const char *available[4];
static const char *current;
static int has_vbmi2, has_fast_division, has_slow_compression;

int fc_has_vbmi2(void) { return has_vbmi2; }
int fc_has_slow_compression(void) { return has_slow_compression; }

const char *const *fc_available_isas(void) {
    if (available[0] == NULL) {
        size_t count = 0;
#ifdef FC_X86
        const int level = x86_level();
        uint32_t leaf7[4];
        /* Once: a virtual machine takes microseconds to answer. */
        cpuid(7, 0, leaf7);
        has_vbmi2 = level == 4 && (leaf7[2] & 1u << 6) != 0 && (leaf7[2] & 1u << 1) != 0 && (leaf7[1] & 1u << 21) != 0;
        const uint32_t family = amd_family();
        has_fast_division = family >= ZEN_5; /* of 512 bits in 4 cycles: as long as three multiplications */
        has_slow_compression = family == ZEN_4;
        if (level < 2) {
            return available;
        }
#ifdef FC_HAVE_AVX512
        if (level >= 4) {
            available[count++] = "avx512";
        }
#endif
#ifdef FC_HAVE_AVX2
        if (level >= 3) {
            available[count++] = "avx2";
        }
#endif
#endif
        available[count] = "base";
    }
    return available;
}

int fc_use_isa(const char *name) {
    const char *const *isa = fc_available_isas();
    fc_fibonacci_start();
    while (*isa != NULL && strcmp(*isa, name) != 0) {
        isa++;
    }
    if (*isa == NULL) {
        return -1;
    }
    current = *isa;
#ifdef FC_HAVE_AVX512
    if (strcmp(name, "avx512") == 0) {
        FC_FAMILIES(FC_FILL_AVX512);
        if (has_fast_division) {
            for (int kind = 0; kind < 2; kind++) {
                fc_tiles.operation[kind][FC_TILE_DIVIDE_EXACT] = fc_tiles.operation[kind][FC_TILE_DIVIDE_K];
            }
        }
        return 0;
    }
#endif
#ifdef FC_HAVE_AVX2
    if (strcmp(name, "avx2") == 0) {
        FC_FAMILIES(FC_FILL_AVX2);
        return 0;
    }
#endif
    FC_FAMILIES(FC_FILL_BASE);
    return 0;
}

const char *fc_current_isa(void) { return current; }

#define FC_STRING2(x) #x
#define FC_STRING(x) FC_STRING2(x)
const char *fc_compiler(void) {
#if defined(__clang__)
    return "clang " FC_STRING(__clang_major__) "." FC_STRING(__clang_minor__);
#elif defined(__GNUC__)
    return "gcc " FC_STRING(__GNUC__) "." FC_STRING(__GNUC_MINOR__);
#elif defined(_MSC_VER)
    return "MSVC " FC_STRING(_MSC_VER);
#else
    return "unknown";
#endif
}

size_t fc_kind_size(int kind) {
    static const unsigned char size[FC_KIND_COUNT] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
    return size[kind];
}
