// As many multiplications and additions as the registers alone allow: no memory is touched. What the matrix product is
// measured against.
#include "kernels.h"
#include "vector.h"

#if defined(__AVX512F__) || defined(__aarch64__) || defined(VECTOR_PAIRS)
#define CHAINS 24
#else
#define CHAINS 12
#endif

double peak(int n, float x, float y) {
  vec sums[CHAINS];
  const vec a = splat(x), b = splat(y);
  UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = a + (float)i;
  for (int k = 0; k < n; k++)
    UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = MULTIPLY_ADD(a, sums[i], b);
  // V8 joins what is stored side by side.
  vec stored[CHAINS];
  UNROLL for (int i = 0; i < CHAINS; i++) stored[i] = sums[i];
  __asm__("" : : "r"(stored) : "memory");
  vec total = splat(0);
  UNROLL for (int i = 0; i < CHAINS; i++) total += stored[i];
  // Never true; so that the loop is not taken for useless.
  return sum(total) == 12345.0f ? 0 : (double)n * CHAINS * LANES * 2;
}
