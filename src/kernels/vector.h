// A short vector type and the transcendental functions of the gates, written once with the vector extensions
// that Clang and GCC share, in the target's vector width.
//
// All native builds give the same bits, whatever their processor, compiler and vector width: a product and a
// sum are rounded once exactly where the source says MULTIPLY_ADD (compile with -ffp-contract=off), and sums
// over a row are taken in SUM_LANES lanes. WebAssembly has no fused operation, so it has bits of its own.
#pragma once

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#elif defined(__aarch64__) || defined(__wasm__)
#define LANES 4
#else
#error "no fused multiplication and addition: such a processor runs WebAssembly"
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef float vec_unaligned __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int ivec __attribute__((vector_size(LANES * 4)));

// a * b + c of vectors, rounded once in native builds.
#if defined(__AVX512F__)
#include <immintrin.h>
#define MULTIPLY_ADD(a, b, c) ((vec)_mm512_fmadd_ps(a, b, c))
#elif defined(__AVX2__)
#include <immintrin.h>
#define MULTIPLY_ADD(a, b, c) ((vec)_mm256_fmadd_ps(a, b, c))
#elif defined(__aarch64__)
#include <arm_neon.h>
#define MULTIPLY_ADD(a, b, c) ((vec)vfmaq_f32(c, a, b))
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

ALWAYS_INLINE vec splat(float x) {
#if LANES == 4
  return (vec){x, x, x, x};
#elif LANES == 8
  return (vec){x, x, x, x, x, x, x, x};
#else
  return (vec){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
#endif
}

// Rows are not padded, so the last vector of a row may hold fewer than LANES elements. Lane numbers are
// constants, so that the vector stays in a register.
ALWAYS_INLINE vec load(const float *p, int n) {
  if (n >= LANES) return *(const vec_unaligned *)p;
  vec x = splat(0);
  UNROLL for (int lane = 0; lane < LANES - 1; lane++) if (lane < n) x[lane] = p[lane];
  return x;
}

ALWAYS_INLINE void store(float *p, vec x, int n) {
  if (n >= LANES) {
    *(vec_unaligned *)p = x;
    return;
  }
  UNROLL for (int lane = 0; lane < LANES - 1; lane++) if (lane < n) p[lane] = x[lane];
}

ALWAYS_INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask)); }

// NaN stays NaN.
ALWAYS_INLINE vec at_most(vec x, float limit) { return choose(x > splat(limit), splat(limit), x); }
ALWAYS_INLINE vec at_least(vec x, float limit) { return choose(x < splat(limit), splat(limit), x); }

// Arithmetic on subnormal floats (below 2^-126) can be a hundred times slower, and units that have stopped
// learning would produce many of them. So a gate is never below e^-30 (2^-43), and a cell flushes gradients
// below 2^-80 to zero before passing them on: the product of two such numbers is still normal. NaN stays NaN.
ALWAYS_INLINE vec flushed(vec x) { return (vec)((ivec)x & ~((x < splat(0x1p-80f)) & (x > splat(-0x1p-80f)))); }

// A sum over a row: element j goes to lane j % SUM_LANES, in every native build alike.
#ifdef __wasm__
#define SUM_LANES LANES
#else
#define SUM_LANES 16
#endif
#define SUM_VECTORS (SUM_LANES / LANES)

typedef struct {
  vec part[SUM_VECTORS];
} Sum;

ALWAYS_INLINE Sum no_sum(void) {
  Sum x;
  UNROLL for (int v = 0; v < SUM_VECTORS; v++) x.part[v] = splat(0);
  return x;
}

// Adds neighbours first: ((x0 + x1) + (x2 + x3)) + ...
ALWAYS_INLINE float total(Sum x) {
  float part[SUM_LANES];
  UNROLL for (int lane = 0; lane < SUM_LANES; lane++) part[lane] = x.part[lane / LANES][lane % LANES];
  UNROLL for (int width = SUM_LANES / 2; width > 0; width /= 2)
    UNROLL for (int lane = 0; lane < width; lane++) part[lane] = part[2 * lane] + part[2 * lane + 1];
  return part[0];
}

// exp(x) to 2 ulp: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r (coefficients of Cephes' expf,
// S. Moshier), and 2^n built in the exponent bits. Saturates outside [-87, 88]; NaN stays NaN.
ALWAYS_INLINE vec vexp(vec x) {
  const vec clamped = at_most(at_least(x, -87.0f), 88.0f);
  const vec magic = splat(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer in the low mantissa bits
  const vec shifted = MULTIPLY_ADD(clamped, splat(1.44269504f), magic);
  const vec n = shifted - magic;
  const vec r = MULTIPLY_ADD(n, splat(2.12194440e-4f), MULTIPLY_ADD(n, splat(-0.693359375f), clamped));
  vec p = splat(1.9875691500e-4f);
  p = MULTIPLY_ADD(p, r, splat(1.3981999507e-3f));
  p = MULTIPLY_ADD(p, r, splat(8.3334519073e-3f));
  p = MULTIPLY_ADD(p, r, splat(4.1665795894e-2f));
  p = MULTIPLY_ADD(p, r, splat(1.6666665459e-1f));
  p = MULTIPLY_ADD(p, r, splat(5.0000001201e-1f));
  const vec e = MULTIPLY_ADD(p * r, r, r) + 1.0f;
  const ivec exponent = ((ivec)shifted - (ivec)magic + 127) << 23;
  return e * (vec)exponent;
}

ALWAYS_INLINE vec vsigmoid(vec x) { return 1.0f / (1.0f + vexp(at_most(-x, 30.0f))); } // see flushed

// tanh(x): near zero, an odd polynomial keeps the relative accuracy that 1 - 2 / (e^2x + 1) would lose.
ALWAYS_INLINE vec vtanh(vec x) {
  const vec s = x * x;
  vec p = splat(-5.70498872745e-3f);
  p = MULTIPLY_ADD(p, s, splat(2.06390887954e-2f));
  p = MULTIPLY_ADD(p, s, splat(-5.37397155531e-2f));
  p = MULTIPLY_ADD(p, s, splat(1.33314422036e-1f));
  p = MULTIPLY_ADD(p, s, splat(-3.33332819422e-1f));
  const vec small = MULTIPLY_ADD(p * s, x, x);
  const vec large = 1.0f - 2.0f / (vexp(x + x) + 1.0f);
  return choose(s < splat(0.390625f), small, large); // |x| < 0.625
}
