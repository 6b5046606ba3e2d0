// The most multiplications and additions that registers alone allow, without memory access: the yardstick for
// the matrix product.
#include "kernels.h"
#include "vector.h"

// As many sums as hide the latency of an operation.
#if defined(__AVX512F__) || defined(__aarch64__)
#define CHAINS 24
#else
#define CHAINS 12
#endif

double peak(int n, float x, float y) {
  vec sums[CHAINS], results[CHAINS];
  const vec a = splat(x), b = splat(y);
  UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = a + (float)i;
  for (int k = 0; k < n; k++)
    UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = MULTIPLY_ADD(a, sums[i], b);
  UNROLL for (int i = 0; i < CHAINS; i++) results[i] = sums[i];
  __asm__ volatile("" : : "r"(results) : "memory"); // keeps the loop from being optimized away
  return (double)n * CHAINS * LANES * 2;
}
