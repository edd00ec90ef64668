/* exp, log, sin, cos and tanh of the lanes of a vector, within 1 ULP of the true value over the whole range: inline
   functions of one vector, or of as many as a caller has. A lane's result does not depend on the others.

   The methods are those of W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980), and, where a
   table fits in registers, of P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE
   floating-point arithmetic", ACM Trans. Math. Softw. 15 (1989), and "… of the logarithm function …", 16 (1990); see
   J.-M. Muller et al., "Handbook of Floating-Point Arithmetic" (2nd ed. 2018). An argument is reduced to a small r,
   with what is below its last bit where that matters; a minimax polynomial of r does the rest; and the result is a
   large term, known exactly, plus a small one, so that the rounding of their sum, 0.5 ULP, is most of the error. No
   polynomial is off by more than 2^-57 of the result (tools/elementary_polynomials.py makes them).

   The rest of the error, in ULP:
   exp     x = n·log(2) + r, where the product with the high part of log(2) and its subtraction from x are exact. With
           AVX-512 n is a multiple of 1/16 and 2^n is T·(1 + e), T from a table: T + T·(r + e + r^2 p(r)), where what is
           in brackets is below 0.022, and its rounding counts 0.04. Else |r| <= 0.35: 1 + r is added with its rounding
           error, and the rounding of r^2 p(r), below 0.08, counts 0.2. A subnormal result is rounded twice: 0.25.
   log     With AVX-512 x = 2^k m and c is a number of seven bits near 1/m, so that r = m·c - 1 is off by 2^-58 at most;
           k·log(2) - log(c) + r is added with its rounding error, and r^2 p(r), below 0.002, counts little but where
           the result is r itself: 0.3. Else f = m - 1 and s = f/(2 + f) is the argument of the series:
           log(m) = f - f^2/2 + s·(f^2/2 + s^2 p(s^2)), where the terms after f, below 0.09, are off by 0.4.
   sin,cos |x| = n·pi/2 + r, pi/2 in three parts (four without FMA), the steps but the last without error;
           r + r^3 p(r^2), whose second term is below r/9, and 1 - r^2/2 + r^4 p(r^2), where r^2/2 is added with its
           rounding error if there is FMA: 0.3. Where |x| is beyond 2^30, or 2^20 without FMA, which is rare, r is
           found by integer arithmetic, one lane after another.
   tanh    (1 - e)/(1 + e), e = exp(-2|x|): both sides in two parts, the quotient mended by its remainder. What is left
           is the rounding of r^2/2 + r^3 p(r) in 1 - e: 0.2.

   The largest errors met, in 10^8 arguments a function with AVX-512 and 2·10^7 with the others, were 0.79 (exp), 0.83
   (log), 0.84 (sin), 0.82 (cos) and 0.76 (tanh).

   float32 goes through float64, with polynomials good to 2^-31 of the result or better: 0.505 ULP. */
#ifndef FASTCORE_TRANSFORMS_ELEMENTARY_H
#define FASTCORE_TRANSFORMS_ELEMENTARY_H

#include "transforms/lanes.h"
#include "wide.h"

/* ---- constants, made by tools/elementary_polynomials.py ------------------------------------------------------ */

/* clang-format off */
#define FC_LOG2_E 0x1.71547652b82fep+0
#define FC_LN2 0x1.62e42fefa39efp-1
#define FC_LN2_HIGH 0x1.62e42fefa38p-1
#define FC_LN2_LOW 0x1.ef35793c7673p-45
#define FC_2_PI 0x1.45f306dc9c883p-1
#define FC_1_PI 0x1.45f306dc9c883p-2
#define FC_PI_2_1 0x1.921fb54442d18p+0
#define FC_PI_2_2 0x1.1a62633145c07p-54
#define FC_PI_2_3 -0x1.f1976b7ed8fbcp-110
#define FC_PI_2_SHORT_1 0x1.921fb544p+0
#define FC_PI_2_SHORT_2 0x1.0b4611a6p-34
#define FC_PI_2_SHORT_3 0x1.3198a2ep-69
#define FC_PI_2_SHORT_4 0x1.b839a252049c1p-104
#define FC_PI_SHORT_1 0x1.921fb544p+1
#define FC_PI_SHORT_2 0x1.0b4611a626331p-33
#define FC_PI_2_HIGH 0xc90fdaa22168c234u
#define FC_PI_2_REST 0xc4c6628b80dc1cd1u
static const uint64_t fc_two_over_pi[20] = {
    0x0000000000000000u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u, 0xfe5163abdebbc561u,
    0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu, 0xe88235f52ebb4484u, 0xe99c7026b45f7e41u,
    0x3991d639835339f4u, 0x9c845f8bbdf9283bu, 0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u,
    0x4f463f669e5fea2du, 0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu};
static const double fc_exp_table[16] = {
    0x1p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f09p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
static const double fc_exp_rest[16] = {
    0x0p+0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
    0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafbp-56, 0x1.063e1e21c5409p-54,
    -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
    0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391fp-55};
static const double fc_log_reciprocals[16] = {
    0x1p+0, 0x1.d8p-1, 0x1.b8p-1, 0x1.a8p-1,
    0x1.9p-1, 0x1.8p-1, 0x1.7p-1, 0x1.6p-1,
    0x1.5p+0, 0x1.4p+0, 0x1.34p+0, 0x1.28p+0,
    0x1.2p+0, 0x1.14p+0, 0x1.0cp+0, 0x1p+0};
static const double fc_log_table[16] = {
    0x0p+0, 0x1.4d3115d208p-4, 0x1.365fcb015ap-3, 0x1.823c16551ap-3,
    0x1.f991c6cb3cp-3, 0x1.269621134ep-2, 0x1.522ae0738ap-2, 0x1.7fafa3bd81p-2,
    0x1.af5295248dp-2, 0x1.e148a1a272p-2, 0x1.04360be76p-1, 0x1.188ee40f24p-1,
    0x1.269621134d8p-1, 0x1.3c6080c36cp-1, 0x1.4b6fd6f971p-1, 0x1.62e42fefa38p-1};
static const double fc_log_rest[16] = {
    0x0p+0, -0x1.53a2582f4e1efp-48, -0x1.fd3a0afb9691bp-44, 0x1.e0ddb9a631e83p-46,
    -0x1.90d04cd7cc834p-44, -0x1.1b61f10522625p-44, 0x1.ebe708164c759p-45, 0x1.46fb79bf6d4cbp-44,
    -0x1.17cc552774458p-45, 0x1.b36537e3375b2p-44, 0x1.d6774030d58c4p-44, -0x1.accec41d52e6cp-44,
    0x1.c93c1df5bb3b6p-44, -0x1.2b7367cfe13c2p-47, -0x1.f047750959d5fp-44, 0x1.ef35793c7673p-45};

/* exp(r) = 1 + r + r^2 p(r) for |r| <= log(2)/32, then log(2)/2 */
static const double fc_exp_short[6] = {
    0x1.0000000000001p-1, 0x1.5555555555557p-3, 0x1.55555554e93dcp-5, 0x1.11111110aba36p-7,
    0x1.6c17ed5a93a06p-10, 0x1.a01b651f78e1ep-13};
static const double fc_exp_long[11] = {
    0x1p-1, 0x1.5555555555557p-3, 0x1.5555555555558p-5, 0x1.11111111100dbp-7,
    0x1.6c16c16c151fap-10, 0x1.a01a01abe860bp-13, 0x1.a01a01acfb895p-16, 0x1.71de023076f95p-19,
    0x1.27e4cccc5bad3p-22, 0x1.af4deb99938f3p-26, 0x1.1f8b4ec3e1a0fp-29};
/* log(1 + r) = r + r^2 p(r) for -0.0332 <= r <= 0.0625 */
static const double fc_log_short[10] = {
    -0x1p-1, 0x1.5555555555553p-2, -0x1.0000000000f0bp-2, 0x1.99999999b0f0cp-3,
    -0x1.55555539c0c61p-3, 0x1.24924747b7e99p-3, -0x1.00007df162ec2p-3, 0x1.c7341ef69afe6p-4,
    -0x1.988be2bf1b0a5p-4, 0x1.47bc6184c0c0bp-4};
/* log((1 + s)/(1 - s)) = 2s + s^3 p(s^2) for |s| <= 3 - sqrt(8) */
static const double fc_log_long[7] = {
    0x1.5555555555558p-1, 0x1.999999999520ap-2, 0x1.2492492e06adbp-2, 0x1.c71c62ccafbdbp-3,
    0x1.7462bb2b60c2fp-3, 0x1.39fd979355ef6p-3, 0x1.2b615f9675aa5p-3};
/* sin(r) = r + r^3 p(r^2) and cos(r) = 1 - r^2/2 + r^4 p(r^2) for |r| <= pi/4 */
static const double fc_sin_terms[7] = {
    -0x1.5555555555555p-3, 0x1.111111111111p-7, -0x1.a01a01a01992ep-13, 0x1.71de3a545fabfp-19,
    -0x1.ae6454117815bp-26, 0x1.61217e275f7e7p-33, -0x1.ab175c0447257p-41};
static const double fc_cos_terms[6] = {
    0x1.5555555555555p-5, -0x1.6c16c16c16966p-10, 0x1.a01a019f4e986p-16, -0x1.27e4fa17ba21ep-22,
    0x1.1eeb68c67c2c4p-29, -0x1.907d894c548dcp-37};
/* For float32: exp(r) = 1 + r p(r), |r| <= log(2)/2. */
static const double fc_exp_single[7] = {
    0x1.ffffffffec475p-1, 0x1.0000002883c3p-1, 0x1.5555559593583p-3, 0x1.5554acc5850d2p-5,
    0x1.111085ff77265p-7, 0x1.6d754d0e8b6a5p-10, 0x1.a1aa908b2128ap-13};
/* log(1 + r) = r + r^2 p(r), r as before; = r p(r), sqrt(1/2) <= 1 + r <= sqrt(2) */
static const double fc_log_single_short[5] = {
    -0x1.ffffffdc4a06p-2, 0x1.5555547e90ap-2, -0x1.00034983226fbp-2, 0x1.99d5e864c7238p-3,
    -0x1.41a4b91a03324p-3};
static const double fc_log_single_long[12] = {
    0x1.00000000140e8p+0, -0x1.0000001deb1e2p-1, 0x1.555554accfca6p-2, -0x1.ffffa358c02f9p-3,
    0x1.9999d5495e372p-3, -0x1.5569ad43fa38fp-3, 0x1.249bde5000b44p-3, -0x1.fc59d489439d6p-4,
    0x1.c26471189481p-4, -0x1.bcb93dbec45cdp-4, 0x1.bc3b9f31eaf24p-4, -0x1.f8007e6fdc7d7p-5};
/* sin(r) = r + r^3 p(r^2), |r| <= pi/2 */
static const double fc_sin_single[5] = {
    -0x1.5555555461a41p-3, 0x1.11110fdb9771ep-7, -0x1.a019062972f62p-13, 0x1.7196a29dc89f7p-19,
    -0x1.9db36f9c803f6p-26};
/* clang-format on */

/* Added to a number below 2^51, it leaves the nearest integer in the lower bits. */
#define FC_TO_INTEGER 0x1.8p52
#define FC_TO_SIXTEENTH 0x1.8p48

/* A function for rare arguments, kept out of the way. */
#if defined(_MSC_VER) && !defined(__clang__)
#define FC_SELDOM static __declspec(noinline)
#else
#define FC_SELDOM static __attribute__((noinline, cold, unused))
#endif

/* ---- helpers ------------------------------------------------------------------------------------------------- */

/* a·b + c and c - a·b, rounded once where that is one instruction, else twice: where the product is exact or an error
   of the product does not matter. */
#if FC_HAS_FMA
#define fc_f64_multiply_add(a, b, c) fc_f64_fma(a, b, c)
#define fc_f64_multiply_from(a, b, c) fc_f64_fnma(a, b, c)
#else
#define fc_f64_multiply_add(a, b, c) fc_f64_add(fc_f64_mul(a, b), c)
#define fc_f64_multiply_from(a, b, c) fc_f64_sub(c, fc_f64_mul(a, b))
#endif

/* Lanes whose last bit is set. */
#if defined(FC_ISA_AVX512)
#define fc_f64_odd(b) _mm512_test_epi64_mask(b, _mm512_set1_epi64(1))
#elif defined(FC_ISA_AVX2) || defined(__x86_64__) || defined(_M_X64)
#define fc_f64_odd(b) fc_f64_from_bits(fc_f64_bits_shl(b, 63)) /* fc_f64_select looks at the first bit alone */
#elif defined(__aarch64__) || defined(_M_ARM64)
#define fc_f64_odd(b) vtstq_u64(b, vdupq_n_u64(1))
#else
#define fc_f64_odd(b) ((int)((b) & 1))
#endif

/* a with its sign changed where the last but one bit of b is set, and once more where s is negative. */
FC_INLINE fc_f64 fc_f64_turn(fc_f64 a, fc_f64_bits b, fc_f64 s) {
    const fc_f64_bits signs = fc_f64_bits_xor(fc_f64_bits_shl(b, 62), fc_f64_to_bits(s));
    return fc_f64_from_bits(fc_f64_bits_xor(fc_f64_to_bits(a), fc_f64_bits_and(signs, fc_f64_bits_set(1ull << 63))));
}

/* The functions are written for up to four vectors, each step for all of them: an instruction waits for the one before,
   and a processor looks but so far ahead. Four at once measured 0.75 to 0.93 of the time of one after another; but with
   AVX2, whose 16 registers hold no more than one needs, only tanh gains. */
#define FC_MOST_TOGETHER 4
#if defined(_MSC_VER) && !defined(__clang__) /* may keep arrays in memory */
#define FC_TOGETHER 1
#define FC_TOGETHER_LONG 1
#elif defined(FC_ISA_AVX2)
#define FC_TOGETHER 1
#define FC_TOGETHER_LONG 4
#else
#define FC_TOGETHER 4
#define FC_TOGETHER_LONG 4
#endif
#define FC_EACH(name, expression)     \
    for (int i = 0; i < count; i++) { \
        name[i] = (expression);       \
    }
#define FC_LET(name, expression)   \
    fc_f64 name[FC_MOST_TOGETHER]; \
    FC_EACH(name, expression)

/* c[0] + c[1] x + … + c[degree] x^degree, in two chains: of even and of odd powers. */
FC_INLINE void fc_f64_polynomial(fc_f64 *out, const double *c, int degree, const fc_f64 *x, const fc_f64 *square,
                                 int count) {
    FC_LET(a, fc_f64_set(c[degree]))
    FC_LET(b, fc_f64_set(c[degree - 1]))
    for (int k = degree - 2; k >= 0; k -= 2) {
        FC_EACH(a, fc_f64_multiply_add(a[i], square[i], fc_f64_set(c[k])))
        if (k > 0) {
            FC_EACH(b, fc_f64_multiply_add(b[i], square[i], fc_f64_set(c[k - 1])))
        }
    }
    if (degree % 2 == 0) {
        FC_EACH(out, fc_f64_multiply_add(b[i], x[i], a[i]))
    } else {
        FC_EACH(out, fc_f64_multiply_add(a[i], x[i], b[i]))
    }
}

/* Whether any lane of the vectors is outside of ±limit, or is a NaN; of the limit the upper half counts. */
FC_INLINE int fc_f64_any_beyond(const fc_f64 *x, double limit, int count) {
    fc_f64_bits most = fc_f64_to_bits(fc_f64_abs(x[0]));
    for (int i = 1; i < count; i++) {
        most = fc_f64_bits_max_unsigned(most, fc_f64_to_bits(fc_f64_abs(x[i])));
    }
    return fc_f64_bits_any_above(most, fc_bits_of(limit));
}

/* x within [-below, above]; a NaN stays. */
FC_INLINE fc_f64 fc_f64_within(fc_f64 x, double below, double above) {
    return fc_f64_max_second(fc_f64_set(-below), fc_f64_min_second(fc_f64_set(above), x));
}

/* A vector of single precision as two of double. */
#if defined(FC_ISA_AVX512)
#define fc_f32_first(a) _mm512_cvtps_pd(_mm512_castps512_ps256(a))
#define fc_f32_second(a) _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1))
#define fc_f32_join(a, b) _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(a)), _mm512_cvtpd_ps(b), 1)
#elif defined(FC_ISA_AVX2)
#define fc_f32_first(a) _mm256_cvtps_pd(_mm256_castps256_ps128(a))
#define fc_f32_second(a) _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))
#define fc_f32_join(a, b) _mm256_set_m128(_mm256_cvtpd_ps(b), _mm256_cvtpd_ps(a))
#elif defined(__x86_64__) || defined(_M_X64)
#define fc_f32_first(a) _mm_cvtps_pd(a)
#define fc_f32_second(a) _mm_cvtps_pd(_mm_movehl_ps(a, a))
#define fc_f32_join(a, b) _mm_movelh_ps(_mm_cvtpd_ps(a), _mm_cvtpd_ps(b))
#elif defined(__aarch64__) || defined(_M_ARM64)
#define fc_f32_first(a) vcvt_f64_f32(vget_low_f32(a))
#define fc_f32_second(a) vcvt_high_f64_f32(a)
#define fc_f32_join(a, b) vcvt_high_f32_f64(vcvt_f32_f64(a), b)
#else
#define fc_f32_first(a) ((double)(a))
#define fc_f32_second(a) 0.0
#define fc_f32_join(a, b) ((void)(b), (float)(a))
#endif

/* ---- exp ----------------------------------------------------------------------------------------------------- */

/* a·2^n for n in the lower bits of t, if the result is normal. */
FC_INLINE fc_f64 fc_f64_scale(fc_f64 a, fc_f64 t) {
    return fc_f64_from_bits(fc_f64_bits_add(fc_f64_to_bits(a), fc_f64_bits_shl(fc_f64_to_bits(t), 52)));
}

#if defined(FC_ISA_AVX512)

/* Entry i of 16 for the last four bits i of each lane. */
FC_INLINE fc_f64 fc_f64_pick(const double *table, __m512i i) {
    return _mm512_permutex2var_pd(_mm512_loadu_pd(table), i, _mm512_loadu_pd(table + 8));
}

/* scalef takes the integer part of n, and rounds once more only where the result is subnormal. */
FC_INLINE void fc_f64_exp_of(fc_f64 *x, int count) {
    const fc_f64 shift = fc_f64_set(FC_TO_SIXTEENTH);
    FC_LET(v, fc_f64_within(x[i], 746.0, 710.0)) /* inf would become inf - inf */
    FC_LET(t, fc_f64_fma(v[i], fc_f64_set(FC_LOG2_E), shift))
    FC_LET(n, fc_f64_sub(t[i], shift))
    FC_LET(r_high, fc_f64_fnma(n[i], fc_f64_set(FC_LN2_HIGH), v[i]))
    FC_LET(r, fc_f64_fnma(n[i], fc_f64_set(FC_LN2_LOW), r_high[i])) /* but for 2^-59 */
    FC_LET(power, fc_f64_pick(fc_exp_table, fc_f64_to_bits(t[i])))
    FC_LET(rest, fc_f64_pick(fc_exp_rest, fc_f64_to_bits(t[i])))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_exp_short, 5, r, square, count);
    FC_LET(q, fc_f64_fma(square[i], p[i], fc_f64_add(r[i], rest[i])))
    FC_EACH(x, _mm512_scalef_pd(fc_f64_fma(power[i], q[i], power[i]), n[i]))
}

#else

FC_INLINE void fc_f64_exp_of(fc_f64 *x, int count) {
    const fc_f64 shift = fc_f64_set(FC_TO_INTEGER), one = fc_f64_set(1.0);
    const int is_wide = fc_f64_any_beyond(x, 707.0, count);
    if (is_wide) {
        FC_EACH(x, fc_f64_within(x[i], 746.0, 710.0))
    }
    FC_LET(t, fc_f64_multiply_add(x[i], fc_f64_set(FC_LOG2_E), shift))
    FC_LET(n, fc_f64_sub(t[i], shift))
    FC_LET(rest, fc_f64_mul(n[i], fc_f64_set(-FC_LN2_LOW)))
    FC_LET(r_high, fc_f64_multiply_from(n[i], fc_f64_set(FC_LN2_HIGH), x[i]))
    FC_LET(r, fc_f64_add(r_high[i], rest[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_exp_long, 10, r, square, count);
    FC_LET(small, fc_f64_multiply_add(square[i], p[i], rest[i]))
    FC_LET(sum, fc_f64_add(one, r_high[i]))
    FC_LET(lost, fc_f64_sub(r_high[i], fc_f64_sub(sum[i], one)))
    FC_LET(y, fc_f64_add(sum[i], fc_f64_add(lost[i], small[i])))
    if (is_wide) { /* in two steps, of which the first is exact */
        FC_LET(t1, fc_f64_multiply_add(n[i], fc_f64_set(0.5), shift))
        FC_LET(t2, fc_f64_sub(t[i], fc_f64_sub(t1[i], shift)))
        FC_EACH(x, fc_f64_mul(fc_f64_mul(y[i], fc_f64_scale(one, t1[i])), fc_f64_scale(one, t2[i])))
    } else {
        FC_EACH(x, fc_f64_scale(y[i], t[i]))
    }
}

#endif

/* q = exp(x) 2^-n - 1 of numbers that are float32; t has the integer n in its lower bits. */
FC_INLINE void fc_f64_expm1_single(fc_f64 *q, fc_f64 *t, const fc_f64 *x, int count) {
    const fc_f64 shift = fc_f64_set(FC_TO_INTEGER);
    FC_EACH(t, fc_f64_multiply_add(x[i], fc_f64_set(FC_LOG2_E), shift))
    FC_LET(n, fc_f64_sub(t[i], shift))
    FC_LET(r, fc_f64_multiply_from(n[i], fc_f64_set(FC_LN2), x[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_exp_single, 6, r, square, count);
    FC_EACH(q, fc_f64_mul(r[i], p[i]))
}

/* Far from the ends of float64. */
FC_INLINE void fc_f64_exp_single(fc_f64 *x, int count) {
    fc_f64 q[FC_MOST_TOGETHER], t[FC_MOST_TOGETHER];
    FC_EACH(x, fc_f64_within(x[i], 110.0, 100.0))
    fc_f64_expm1_single(q, t, x, count);
    FC_EACH(x, fc_f64_scale(fc_f64_add(fc_f64_set(1.0), q[i]), t[i]))
}

/* ---- log ----------------------------------------------------------------------------------------------------- */

#if defined(FC_ISA_AVX512)

/* What fixupimm makes of a result, four bits a class of argument: NaN of NaN, -inf of zero, NaN of -inf and of what is
   negative, inf of inf; else it stays. */
#define FC_LOG_SPECIAL _mm512_set1_epi64(0x03530422)

/* x = 2^k·m, 0.75 <= m < 1.5; for m < 1 the exponent is k - 1, and the table makes up for it. */
FC_INLINE void fc_f64_log_of(fc_f64 *x, int count) {
    FC_LET(exponent, _mm512_getexp_pd(x[i]))
    FC_LET(m, _mm512_getmant_pd(x[i], _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src))
    FC_LET(j, fc_f64_from_bits(fc_f64_bits_shr(fc_f64_to_bits(m[i]), 48)))
    FC_LET(c, fc_f64_pick(fc_log_reciprocals, fc_f64_to_bits(j[i])))
    FC_LET(r, fc_f64_fma(m[i], c[i], fc_f64_set(-1.0)))
    FC_LET(table, fc_f64_pick(fc_log_table, fc_f64_to_bits(j[i])))
    FC_LET(rest, fc_f64_pick(fc_log_rest, fc_f64_to_bits(j[i])))
    FC_LET(high, fc_f64_fma(exponent[i], fc_f64_set(FC_LN2_HIGH), table[i])) /* exact */
    FC_LET(low, fc_f64_fma(exponent[i], fc_f64_set(FC_LN2_LOW), rest[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_log_short, 9, r, square, count);
    FC_LET(small, fc_f64_fma(square[i], p[i], low[i]))
    FC_LET(sum, fc_f64_add(high[i], r[i])) /* |high| > |r|, or is 0 */
    FC_LET(lost, fc_f64_sub(r[i], fc_f64_sub(sum[i], high[i])))
    FC_LET(y, fc_f64_add(sum[i], fc_f64_add(lost[i], small[i])))
    FC_EACH(x, _mm512_fixupimm_pd(y[i], x[i], FC_LOG_SPECIAL, 0))
}

FC_INLINE void fc_f64_log_single(fc_f64 *x, int count) {
    FC_LET(exponent, _mm512_getexp_pd(x[i]))
    FC_LET(m, _mm512_getmant_pd(x[i], _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src))
    FC_LET(j, fc_f64_from_bits(fc_f64_bits_shr(fc_f64_to_bits(m[i]), 48)))
    FC_LET(c, fc_f64_pick(fc_log_reciprocals, fc_f64_to_bits(j[i])))
    FC_LET(r, fc_f64_fma(m[i], c[i], fc_f64_set(-1.0)))
    FC_LET(table, fc_f64_pick(fc_log_table, fc_f64_to_bits(j[i])))
    FC_LET(high, fc_f64_fma(exponent[i], fc_f64_set(FC_LN2_HIGH), table[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_log_single_short, 4, r, square, count);
    FC_LET(y, fc_f64_add(high[i], fc_f64_fma(square[i], p[i], r[i])))
    FC_EACH(x, _mm512_fixupimm_pd(y[i], x[i], FC_LOG_SPECIAL, 0))
}

#else

/* The bits of sqrt(1/2), rounded down to a zero lower half. */
#define FC_SQRT_HALF 0x3fe6a09e00000000u
#define FC_ONE 0x3ff0000000000000u

/* x = 2^k·(1 + f), sqrt(1/2) <= 1 + f < sqrt(2), of a normal x. Half an exponent is added to x, to count from one
   square root to the next; below the bits of 2^52 the biased exponent is 2^52 + k + 1023. */
FC_INLINE fc_f64 fc_f64_reduce_log(fc_f64 x, fc_f64 *k) {
    const fc_f64_bits bits = fc_f64_bits_add(fc_f64_to_bits(x), fc_f64_bits_set(FC_ONE - FC_SQRT_HALF));
    const fc_f64_bits exponent = fc_f64_bits_or(fc_f64_bits_shr(bits, 52), fc_f64_bits_set(0x4330000000000000u));
    const fc_f64_bits fraction = fc_f64_bits_and(bits, fc_f64_bits_set(0xfffffffffffffu));
    *k = fc_f64_sub(fc_f64_from_bits(exponent), fc_f64_set(0x1p52 + 1023));
    return fc_f64_sub(fc_f64_from_bits(fc_f64_bits_add(fraction, fc_f64_bits_set(FC_SQRT_HALF))), fc_f64_set(1.0));
}

/* Whether any lane is 0, subnormal, negative, inf or NaN. */
FC_INLINE int fc_f64_any_special(const fc_f64 *x, int count) {
    const fc_f64_bits normal = fc_f64_bits_set(1ull << 52); /* the least; what is below it wraps around */
    fc_f64_bits most = fc_f64_bits_sub(fc_f64_to_bits(x[0]), normal);
    for (int i = 1; i < count; i++) {
        most = fc_f64_bits_max_unsigned(most, fc_f64_bits_sub(fc_f64_to_bits(x[i]), normal));
    }
    return fc_f64_bits_any_above(most, 0x7fdfffff00000000u);
}

/* y = log(x), but for zeros, what is negative, inf and NaN. */
FC_INLINE fc_f64 fc_f64_mend_log(fc_f64 y, fc_f64 x) {
    const fc_f64 zero = fc_f64_set(0.0), inf = fc_f64_set(INFINITY);
    y = fc_f64_select(fc_f64_equal(x, zero), fc_f64_set(-INFINITY), y);
    y = fc_f64_select(fc_f64_equal(x, inf), inf, y);
    y = fc_f64_select(fc_f64_less(x, zero), fc_f64_set(NAN), y);
    return fc_f64_select(fc_f64_is_nan(x), x, y);
}

FC_INLINE void fc_f64_log_of(fc_f64 *x, int count) {
    const int is_special = fc_f64_any_special(x, count);
    fc_f64 f[FC_MOST_TOGETHER], k[FC_MOST_TOGETHER];
    if (is_special) { /* subnormals are made normal */
        FC_LET(factor, fc_f64_select(fc_f64_less(x[i], fc_f64_set(0x1p-1022)), fc_f64_set(0x1p54), fc_f64_set(1.0)))
        FC_EACH(f, fc_f64_reduce_log(fc_f64_mul(x[i], factor[i]), &k[i]))
        FC_EACH(k, fc_f64_sub(k[i], fc_f64_select(fc_f64_less(x[i], fc_f64_set(0x1p-1022)), fc_f64_set(54.0),
                                                  fc_f64_set(0.0))))
    } else {
        FC_EACH(f, fc_f64_reduce_log(x[i], &k[i]))
    }
    FC_LET(s, fc_f64_div(f[i], fc_f64_add(fc_f64_set(2.0), f[i])))
    FC_LET(half_square, fc_f64_mul(fc_f64_mul(f[i], fc_f64_set(0.5)), f[i]))
    FC_LET(z, fc_f64_mul(s[i], s[i]))
    FC_LET(square, fc_f64_mul(z[i], z[i]))
    fc_f64 p[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_log_long, 6, z, square, count);
    FC_LET(low, fc_f64_mul(k[i], fc_f64_set(FC_LN2_LOW)))
    FC_LET(small, fc_f64_multiply_add(s[i], fc_f64_multiply_add(z[i], p[i], half_square[i]), low[i]))
    FC_LET(fine, fc_f64_sub(f[i], fc_f64_sub(half_square[i], small[i])))
    FC_LET(y, fc_f64_multiply_add(k[i], fc_f64_set(FC_LN2_HIGH), fine[i])) /* an exact product */
    if (is_special) {
        FC_EACH(x, fc_f64_mend_log(y[i], x[i]))
    } else {
        FC_EACH(x, y[i])
    }
}

/* Of numbers that are float32: none is subnormal. */
FC_INLINE void fc_f64_log_single(fc_f64 *x, int count) {
    fc_f64 k[FC_MOST_TOGETHER], p[FC_MOST_TOGETHER];
    FC_LET(f, fc_f64_reduce_log(x[i], &k[i]))
    FC_LET(square, fc_f64_mul(f[i], f[i]))
    fc_f64_polynomial(p, fc_log_single_long, 11, f, square, count);
    FC_LET(y, fc_f64_multiply_add(f[i], p[i], fc_f64_mul(k[i], fc_f64_set(FC_LN2))))
    if (fc_f64_any_special(x, count)) {
        FC_EACH(x, fc_f64_mend_log(y[i], x[i]))
    } else {
        FC_EACH(x, y[i])
    }
}

#endif

/* ---- sin and cos --------------------------------------------------------------------------------------------- */

#if FC_HAS_FMA
#define FC_TURN_LIMIT 0x1p30
#define FC_QUARTER_1 FC_PI_2_1
#define FC_QUARTER_2 FC_PI_2_2
#define FC_QUARTER_3 FC_PI_2_3
#else /* parts short enough for exact products with n < 2^20 */
#define FC_TURN_LIMIT 0x1p20
#define FC_QUARTER_1 FC_PI_2_SHORT_1
#define FC_QUARTER_2 FC_PI_2_SHORT_2
#define FC_QUARTER_3 FC_PI_2_SHORT_3
#endif

/* |x| = n·pi/2 + r + low, with n in the lower bits of t: the product with the first part of pi/2 and its subtraction
   are exact, as the difference is a multiple of 2^-53 below 1. What the subtraction of the second part's loses is found
   by the TwoSum of D. E. Knuth, as neither term need be the larger: next to a multiple of pi/2 what is left of x may be
   of its size. */
FC_INLINE void fc_f64_reduce_turn(const fc_f64 *x, fc_f64 *t, fc_f64 *r, fc_f64 *low, int count) {
    const fc_f64 shift = fc_f64_set(FC_TO_INTEGER);
    FC_LET(magnitude, fc_f64_abs(x[i]))
    FC_EACH(t, fc_f64_multiply_add(magnitude[i], fc_f64_set(FC_2_PI), shift))
    FC_LET(n, fc_f64_sub(t[i], shift))
    FC_LET(first, fc_f64_multiply_from(n[i], fc_f64_set(FC_QUARTER_1), magnitude[i]))
    FC_LET(second, fc_f64_mul(n[i], fc_f64_set(FC_QUARTER_2)))
    FC_LET(sum, fc_f64_sub(first[i], second[i]))
    FC_LET(moved, fc_f64_sub(sum[i], first[i]))
    FC_LET(lost, fc_f64_sub(fc_f64_sub(first[i], fc_f64_sub(sum[i], moved[i])), fc_f64_add(second[i], moved[i])))
#if FC_HAS_FMA
    FC_LET(second_lost, fc_f64_fnma(n[i], fc_f64_set(FC_QUARTER_2), second[i]))
    FC_EACH(r, sum[i])
    FC_EACH(low, fc_f64_fnma(n[i], fc_f64_set(FC_QUARTER_3), fc_f64_add(lost[i], second_lost[i])))
#else /* the same once more: the third part's product is exact, too */
    FC_LET(third, fc_f64_mul(n[i], fc_f64_set(FC_QUARTER_3)))
    FC_EACH(r, fc_f64_sub(sum[i], third[i]))
    FC_LET(moved_on, fc_f64_sub(r[i], sum[i]))
    FC_LET(lost_too, fc_f64_sub(fc_f64_sub(sum[i], fc_f64_sub(r[i], moved_on[i])), fc_f64_add(third[i], moved_on[i])))
    FC_EACH(low, fc_f64_multiply_from(n[i], fc_f64_set(FC_PI_2_SHORT_4), fc_f64_add(lost[i], lost_too[i])))
#endif
}

/* sin(x + quarters·pi/2) of what x was reduced to. */
FC_INLINE void fc_f64_turn_end(fc_f64 *x, const fc_f64 *t, const fc_f64 *r, const fc_f64 *low, int quarters,
                               int count) {
    const fc_f64 one = fc_f64_set(1.0);
    FC_LET(half, fc_f64_mul(r[i], fc_f64_set(0.5)))
    FC_LET(half_square, fc_f64_mul(half[i], r[i]))
    FC_LET(square, fc_f64_add(half_square[i], half_square[i]))
    FC_LET(fourth, fc_f64_mul(square[i], square[i]))
    fc_f64 sin_terms[FC_MOST_TOGETHER], cos_terms[FC_MOST_TOGETHER];
    fc_f64_polynomial(sin_terms, fc_sin_terms, 6, square, fourth, count);
    fc_f64_polynomial(cos_terms, fc_cos_terms, 5, square, fourth, count);
    FC_LET(sin_rest, fc_f64_multiply_from(half_square[i], low[i], low[i]))
    FC_LET(sin_small, fc_f64_multiply_add(fc_f64_mul(square[i], r[i]), sin_terms[i], sin_rest[i]))
    FC_LET(large, fc_f64_sub(one, half_square[i]))
    FC_LET(large_lost, fc_f64_sub(fc_f64_sub(one, large[i]), half_square[i]))
#if FC_HAS_FMA
    FC_LET(square_lost, fc_f64_fnma(half[i], r[i], half_square[i]))
    FC_LET(cos_rest, fc_f64_add(large_lost[i], fc_f64_fnma(r[i], low[i], square_lost[i])))
#else
    FC_LET(cos_rest, fc_f64_multiply_from(r[i], low[i], large_lost[i]))
#endif
    FC_LET(cos_small, fc_f64_multiply_add(fourth[i], cos_terms[i], cos_rest[i]))

    for (int i = 0; i < count; i++) {
        fc_f64_bits quadrant = fc_f64_to_bits(t[i]);
        if (quarters) {
            quadrant = fc_f64_bits_add(quadrant, fc_f64_bits_set(quarters));
        }
        const fc_f64_mask is_odd = fc_f64_odd(quadrant);
        const fc_f64 y =
            fc_f64_add(fc_f64_select(is_odd, large[i], r[i]), fc_f64_select(is_odd, cos_small[i], sin_small[i]));
        x[i] = fc_f64_turn(y, quadrant, quarters ? one : x[i]);
    }
}

/* The same of one |x| from 2^20 up, after M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions",
   SIGNUM Newsletter 18 (1983). x = m·2^e, m < 2^53, is multiplied by 192 bits of 2/pi: those before them make multiples
   of 4, those after count less than 2^-137, and no double comes nearer than 2^-62 to a multiple of pi/2. The product
   modulo 4, in fixed point, is n and a fraction from -1/2 to 1/2, of which 128 bits are multiplied by pi/2. The C
   library would not do: next to multiples of pi/2 that of GNU (2.36) is off by up to 8700 ULP, at
   0x1.fa032887489f3p608. */
FC_SELDOM double fc_reduce_far_turn(double x, double *r, double *low) {
    const uint64_t bits = fc_bits_of(x) & ~(1ull << 63), m = (bits & 0xfffffffffffffu) | 1ull << 52;
    const int start = (int)(bits >> 52) - 1075 + 62, word = start >> 6, shift = start & 63;
    uint64_t part[3], product[3], high[3], carry = 0, n, h, l, negative, unused;
    int zeros = 0;
    for (int i = 0; i < 3; i++) { /* the last first */
        const uint64_t *p = &fc_two_over_pi[word + 2 - i];
        part[i] = shift ? p[0] << shift | p[1] >> (64 - shift) : p[0];
        product[i] = fc_multiply(m, part[i], &high[i]);
    }
    product[1] = fc_add_carry(product[1], high[0], &carry);
    product[2] = fc_add_carry(product[2], high[1], &carry);
    n = (product[2] >> 62) + (product[2] >> 61 & 1);
    product[2] = product[2] << 2 | product[1] >> 62;
    product[1] = product[1] << 2 | product[0] >> 62;
    product[0] <<= 2;
    negative = product[2] >> 63;
    if (negative) { /* but for one unit in the last place */
        product[0] = ~product[0];
        product[1] = ~product[1];
        product[2] = ~product[2];
    }
    if (product[2] == 0) {
        product[2] = product[1];
        product[1] = product[0];
        product[0] = 0;
        zeros = 64;
    }
    const int more = (int)fc_leading_zeros(product[2]);
    h = more ? product[2] << more | product[1] >> (64 - more) : product[2];
    l = more ? product[1] << more | product[0] >> (64 - more) : product[1];
    zeros += more;
    /* (h·2^64 + l)·2^(-128 - zeros) times pi/2, which is FC_PI_2_HIGH·2^-63 and a rest */
    uint64_t cross, other, top, middle;
    middle = fc_multiply(h, FC_PI_2_HIGH, &top);
    unused = fc_multiply(h, FC_PI_2_REST, &cross);
    unused = fc_multiply(l, FC_PI_2_HIGH, &other);
    (void)unused;
    carry = 0;
    middle = fc_add_carry(middle, cross, &carry);
    top += carry;
    carry = 0;
    middle = fc_add_carry(middle, other, &carry);
    top += carry;
    const double sign = negative ? -1.0 : 1.0, unit = fc_double_of((uint64_t)(1023 - zeros) << 52) * sign;
    *r = (double)(top >> 11) * 0x1p-52 * unit;
    *low = (double)((top & 0x7ff) << 53 | middle >> 11) * 0x1p-116 * unit;
    return FC_TO_INTEGER + (double)n;
}

/* The same if there are lanes that the usual reduction does not serve. */
FC_SELDOM fc_f64 fc_f64_turn_far(fc_f64 x, int quarters) {
    double each[FC_F64_WIDTH], ts[FC_F64_WIDTH], rs[FC_F64_WIDTH], lows[FC_F64_WIDTH];
    fc_f64 t, r, low;
    fc_f64_reduce_turn(&x, &t, &r, &low, 1);
    fc_f64_store(each, x);
    fc_f64_store(ts, t);
    fc_f64_store(rs, r);
    fc_f64_store(lows, low);
    for (int i = 0; i < FC_F64_WIDTH; i++) {
        const uint64_t upper = fc_bits_of(each[i]) >> 32 & 0x7fffffff;
        if (upper >= 0x7ff00000) { /* inf - inf, NaN - NaN */
            rs[i] = lows[i] = each[i] - each[i];
        } else if (upper > fc_bits_of(FC_TURN_LIMIT) >> 32) { /* whatever other lanes hold */
            ts[i] = fc_reduce_far_turn(each[i], &rs[i], &lows[i]);
        }
    }
    t = fc_f64_load(ts);
    r = fc_f64_load(rs);
    low = fc_f64_load(lows);
    fc_f64_turn_end(&x, &t, &r, &low, quarters, 1);
    return x;
}

FC_INLINE void fc_f64_turn_of(fc_f64 *x, int quarters, int count) {
    if (fc_f64_any_beyond(x, FC_TURN_LIMIT, count)) {
        FC_EACH(x, fc_f64_turn_far(x[i], quarters))
    } else {
        fc_f64 t[FC_MOST_TOGETHER], r[FC_MOST_TOGETHER], low[FC_MOST_TOGETHER];
        fc_f64_reduce_turn(x, t, r, low, count);
        fc_f64_turn_end(x, t, r, low, quarters, count);
    }
}

FC_INLINE void fc_f64_sin_of(fc_f64 *x, int count) { fc_f64_turn_of(x, 0, count); }

FC_INLINE void fc_f64_cos_of(fc_f64 *x, int count) { fc_f64_turn_of(x, 1, count); }

/* Of numbers that are float32, by half turns: x = n·pi + r, or (n + 1/2)·pi + r for the cosine. */
FC_INLINE void fc_f64_turn_single(fc_f64 *x, int is_cos, int count) {
    const fc_f64 shift = fc_f64_set(FC_TO_INTEGER), half = fc_f64_set(0.5);
    fc_f64 t[FC_MOST_TOGETHER], n[FC_MOST_TOGETHER], p[FC_MOST_TOGETHER];
    if (is_cos) {
        FC_EACH(x, fc_f64_abs(x[i]))
        FC_EACH(t, fc_f64_add(fc_f64_multiply_add(x[i], fc_f64_set(FC_1_PI), half), shift)) /* n + 1 */
        FC_EACH(n, fc_f64_sub(fc_f64_sub(t[i], shift), half))
    } else {
        FC_EACH(t, fc_f64_multiply_add(x[i], fc_f64_set(FC_1_PI), shift))
        FC_EACH(n, fc_f64_sub(t[i], shift))
    }
    FC_LET(r_high, fc_f64_multiply_from(n[i], fc_f64_set(FC_PI_SHORT_1), x[i]))
    FC_LET(r, fc_f64_multiply_from(n[i], fc_f64_set(FC_PI_SHORT_2), r_high[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    FC_LET(fourth, fc_f64_mul(square[i], square[i]))
    fc_f64_polynomial(p, fc_sin_single, 4, square, fourth, count);
    FC_LET(y, fc_f64_mul(r[i], fc_f64_multiply_add(square[i], p[i], fc_f64_set(1.0)))) /* -0.0 stays */
    FC_LET(sign, fc_f64_from_bits(fc_f64_bits_shl(fc_f64_to_bits(t[i]), 63)))
    FC_EACH(x, fc_f64_from_bits(fc_f64_bits_xor(fc_f64_to_bits(y[i]), fc_f64_to_bits(sign[i]))))
}

/* ---- tanh ---------------------------------------------------------------------------------------------------- */

/* c - a·b, which is a double, for a and b below 2^900. */
FC_INLINE fc_f64 fc_f64_remainder(fc_f64 a, fc_f64 b, fc_f64 c) {
#if FC_HAS_FMA
    return fc_f64_fnma(a, b, c);
#else /* the exact product of T. J. Dekker: both in halves of 26 bits */
    const fc_f64 split = fc_f64_set(0x1p27 + 1);
    const fc_f64 as = fc_f64_mul(a, split), bs = fc_f64_mul(b, split), product = fc_f64_mul(a, b);
    const fc_f64 ah = fc_f64_sub(as, fc_f64_sub(as, a)), bh = fc_f64_sub(bs, fc_f64_sub(bs, b));
    const fc_f64 al = fc_f64_sub(a, ah), bl = fc_f64_sub(b, bh);
    const fc_f64 cross = fc_f64_add(fc_f64_sub(fc_f64_mul(ah, bh), product), fc_f64_mul(ah, bl));
    const fc_f64 low = fc_f64_add(fc_f64_add(cross, fc_f64_mul(al, bh)), fc_f64_mul(al, bl));
    return fc_f64_sub(fc_f64_sub(c, product), low);
#endif
}

/* q = m/d to 2^-40 at least, 1 <= d <= 2; y = 1/d roughly. */
FC_INLINE void fc_f64_near_quotient(fc_f64 *q, fc_f64 *y, const fc_f64 *m, const fc_f64 *d, int count) {
    const fc_f64 one = fc_f64_set(1.0);
#if defined(FC_ISA_AVX512) /* by an approximation with an error e below 2^-14: 1/(1 - e) = 1 + e + e^2 + … */
    FC_EACH(y, _mm512_rcp14_pd(d[i]))
    FC_LET(e, fc_f64_fnma(d[i], y[i], one))
    FC_LET(rough, fc_f64_mul(m[i], y[i]))
    FC_LET(more, fc_f64_fma(e[i], e[i], e[i]))
    FC_EACH(q, fc_f64_fma(rough[i], more[i], rough[i]))
#else
    FC_EACH(y, fc_f64_div(one, d[i]))
    FC_EACH(q, fc_f64_mul(m[i], y[i]))
#endif
}

/* m = 1 - exp(-2|x|) = (1 - 2^n) - 2^n·(exp(r) - 1) and d = 2 - m, both with what their rounding loses, then m/d. The
   larger term comes first in each sum. */
FC_INLINE void fc_f64_tanh_of(fc_f64 *x, int count) {
    const fc_f64 one = fc_f64_set(1.0), two = fc_f64_set(2.0), shift = fc_f64_set(FC_TO_INTEGER);
    FC_LET(v, fc_f64_max_second(fc_f64_set(-44.0), fc_f64_mul(fc_f64_abs(x[i]), fc_f64_set(-2.0))))
    FC_LET(t, fc_f64_multiply_add(v[i], fc_f64_set(FC_LOG2_E), shift))
    FC_LET(n, fc_f64_sub(t[i], shift))
    FC_LET(rest, fc_f64_mul(n[i], fc_f64_set(-FC_LN2_LOW)))
    FC_LET(r_high, fc_f64_multiply_from(n[i], fc_f64_set(FC_LN2_HIGH), v[i]))
    FC_LET(r, fc_f64_add(r_high[i], rest[i]))
    FC_LET(square, fc_f64_mul(r[i], r[i]))
    FC_LET(cube, fc_f64_mul(square[i], r[i]))
    fc_f64 p[FC_MOST_TOGETHER], y[FC_MOST_TOGETHER], quotient[FC_MOST_TOGETHER];
    fc_f64_polynomial(p, fc_exp_long + 1, 9, r, square, count); /* without the 1/2, for an error half as large */
    FC_LET(beyond, fc_f64_multiply_add(cube[i], p[i], rest[i]))
    FC_LET(terms, fc_f64_multiply_add(square[i], fc_f64_set(0.5), beyond[i]))
    FC_LET(q, fc_f64_add(r_high[i], terms[i]))
    FC_LET(q_lost, fc_f64_sub(terms[i], fc_f64_sub(q[i], r_high[i])))
    FC_LET(power, fc_f64_scale(one, t[i]))
    FC_LET(rise, fc_f64_sub(one, power[i]))
    FC_LET(rise_lost, fc_f64_sub(fc_f64_sub(one, rise[i]), power[i]))
    FC_LET(part, fc_f64_mul(power[i], q[i])) /* exact */
    FC_LET(m, fc_f64_sub(rise[i], part[i]))
    FC_LET(d, fc_f64_sub(two, m[i]))
    FC_LET(m_lost, fc_f64_add(fc_f64_sub(fc_f64_sub(rise[i], m[i]), part[i]), rise_lost[i]))
    FC_LET(m_low, fc_f64_multiply_from(power[i], q_lost[i], m_lost[i]))
    FC_LET(d_low, fc_f64_sub(fc_f64_sub(fc_f64_sub(two, d[i]), m[i]), m_low[i]))
    fc_f64_near_quotient(quotient, y, m, d, count);
    FC_LET(left, fc_f64_add(fc_f64_remainder(quotient[i], d[i], m[i]), m_low[i]))
    FC_LET(error, fc_f64_multiply_from(quotient[i], d_low[i], left[i]))
    FC_LET(result, fc_f64_multiply_add(error[i], y[i], quotient[i]))
    FC_EACH(x, fc_f64_with_sign(result[i], x[i]))
}

FC_INLINE void fc_f64_tanh_single(fc_f64 *x, int count) {
    const fc_f64 one = fc_f64_set(1.0);
    fc_f64 q[FC_MOST_TOGETHER], t[FC_MOST_TOGETHER], y[FC_MOST_TOGETHER], quotient[FC_MOST_TOGETHER];
    FC_LET(v, fc_f64_max_second(fc_f64_set(-44.0), fc_f64_mul(fc_f64_abs(x[i]), fc_f64_set(-2.0))))
    fc_f64_expm1_single(q, t, v, count);
    FC_LET(power, fc_f64_scale(one, t[i]))
    FC_LET(rise, fc_f64_sub(one, power[i]))
    FC_LET(m, fc_f64_multiply_from(power[i], q[i], rise[i]))
    FC_LET(d, fc_f64_sub(fc_f64_set(2.0), m[i]))
    fc_f64_near_quotient(quotient, y, m, d, count);
    FC_EACH(x, fc_f64_with_sign(quotient[i], x[i]))
}

FC_INLINE void fc_f64_sin_single(fc_f64 *x, int count) { fc_f64_turn_single(x, 0, count); }
FC_INLINE void fc_f64_cos_single(fc_f64 *x, int count) { fc_f64_turn_single(x, 1, count); }

/* y, but lanes that the reduction does not serve by float64. */
FC_SELDOM fc_f32 fc_f32_turn_far(fc_f32 x, fc_f32 y, int quarters) {
    const fc_f32_mask usual = fc_f32_less(fc_f32_abs(x), fc_f32_set((float)FC_TURN_LIMIT));
    const fc_f64 first = fc_f64_turn_far(fc_f32_first(x), quarters);
    const fc_f64 second = fc_f64_turn_far(fc_f32_second(x), quarters);
    return fc_f32_select(usual, y, fc_f32_join(first, second));
}

FC_INLINE fc_f32 fc_f32_turn_mended(fc_f32 x, fc_f32 y, int quarters) {
    const fc_f32_mask usual = fc_f32_less(fc_f32_abs(x), fc_f32_set((float)FC_TURN_LIMIT));
    return fc_f32_mask_any(fc_f32_mask_not(usual)) ? fc_f32_turn_far(x, y, quarters) : y;
}

#define fc_f32_exp_mended(x, y) (y)
#define fc_f32_log_mended(x, y) (y)
#define fc_f32_sin_mended(x, y) fc_f32_turn_mended(x, y, 0)
#define fc_f32_cos_mended(x, y) fc_f32_turn_mended(x, y, 1)
#define fc_f32_tanh_mended(x, y) (y)

/* ---- the functions ------------------------------------------------------------------------------------------- */

/* fc_T_exp(x) of a vector, and fc_T_exp_all(x, count), which replaces `count` of them, a constant. A vector of float32
   is two of float64. */
#define FC_ELEMENTARY(name, together)                                                          \
    FC_INLINE fc_f64 fc_f64_##name(fc_f64 x) {                                                 \
        fc_f64_##name##_of(&x, 1);                                                             \
        return x;                                                                              \
    }                                                                                          \
    FC_INLINE void fc_f64_##name##_all(fc_f64 *x, int count) {                                 \
        int i = 0;                                                                             \
        for (; i + together <= count; i += together) {                                         \
            fc_f64_##name##_of(x + i, together);                                               \
        }                                                                                      \
        for (; i < count; i++) {                                                               \
            fc_f64_##name##_of(x + i, 1);                                                      \
        }                                                                                      \
    }                                                                                          \
    FC_INLINE fc_f32 fc_f32_##name(fc_f32 x) {                                                 \
        fc_f64 half[2] = {fc_f32_first(x), fc_f32_second(x)};                                  \
        fc_f64_##name##_single(half, 2);                                                       \
        return fc_f32_##name##_mended(x, fc_f32_join(half[0], half[1]));                       \
    }                                                                                          \
    FC_INLINE void fc_f32_##name##_all(fc_f32 *x, int count) {                                 \
        int i = 0;                                                                             \
        for (; together > 1 && i + 2 <= count; i += 2) {                                       \
            fc_f64 half[4] = {fc_f32_first(x[i]), fc_f32_second(x[i]), fc_f32_first(x[i + 1]), \
                              fc_f32_second(x[i + 1])};                                        \
            fc_f64_##name##_single(half, 4);                                                   \
            x[i] = fc_f32_##name##_mended(x[i], fc_f32_join(half[0], half[1]));                \
            x[i + 1] = fc_f32_##name##_mended(x[i + 1], fc_f32_join(half[2], half[3]));        \
        }                                                                                      \
        for (; i < count; i++) {                                                               \
            x[i] = fc_f32_##name(x[i]);                                                        \
        }                                                                                      \
    }
FC_ELEMENTARY(exp, FC_TOGETHER)
FC_ELEMENTARY(log, FC_TOGETHER)
FC_ELEMENTARY(sin, FC_TOGETHER)
FC_ELEMENTARY(cos, FC_TOGETHER)
FC_ELEMENTARY(tanh, FC_TOGETHER_LONG)

#endif
