/* ASCII strings, one after the other. Most are short, and their lengths vary, so that a call of memcpy, or a branch on
   the length, costs more than the bytes: up to a vector's length all are moved in the same way. What is stored past the
   end of one is overwritten by the next.

   With AVX-512 by a masked load. Else the 16 bytes that end with the string are loaded, of which those before it belong
   to the object that holds it, and shifted down. */
#include "digits.h"

#if defined(FC_ISA_AVX512)

FC_INLINE char *copy_string(const char *x, size_t n, char *out) {
    if (FC_UNLIKELY(n > 64)) {
        memcpy(out, x, n);
    } else {
        _mm512_storeu_si512(out, _mm512_maskz_loadu_epi8(_bzhi_u64(~0ull, (unsigned)n), x));
    }
    return out + n;
}

#elif defined(FC_JOINS_SSE)

FC_INLINE char *copy_string(const char *x, size_t n, char *out) {
    if (FC_UNLIKELY(n > 32)) {
        memcpy(out, x, n);
    } else if (FC_UNLIKELY(n > 16)) {
        _mm_storeu_si128((__m128i *)out, _mm_loadu_si128((const __m128i *)x));
        _mm_storeu_si128((__m128i *)(out + n - 16), _mm_loadu_si128((const __m128i *)(x + n - 16)));
    } else {
        __m128i shuffle = _mm_loadu_si128((const __m128i *)(fc_shift_down + 16 - n));
        __m128i last = _mm_loadu_si128((const __m128i *)(x + n - 16));
        _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(last, shuffle));
    }
    return out + n;
}

#else

FC_INLINE char *copy_string(const char *x, size_t n, char *out) {
    if (FC_UNLIKELY(n > 16)) {
        memcpy(out, x, n);
    } else if (n >= 8) {
        memcpy(out, x, 8);
        memcpy(out + n - 8, x + n - 8, 8);
    } else {
        uint64_t last = fc_load_little(x + n - 8);
        fc_store_little(out, n == 0 ? 0 : last >> (64 - 8 * n));
    }
    return out + n;
}

#endif

static char *strings(const fc_text *text, size_t n, const char *separator_text, size_t size, char *out) {
    const fc_separator separator = fc_separator_of(separator_text, size);
    for (size_t i = 0; i < n; i++) {
        out = copy_string((const char *)text[i].data, text[i].length, out);
        out = fc_write_separator(&separator, FC_IS_SHORT(&separator), out);
    }
    return out;
}

const fc_string_text_table FC_TABLE(fc_string_text) = {
    .strings = strings,
};
