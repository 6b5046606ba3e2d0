// The most multiplications and additions that registers alone allow, without memory access: the yardstick for
// the matrix product.
#include "kernels.h"
#include "vector.h"

#if defined(__AVX512F__) || defined(__aarch64__) || defined(VECTOR_PAIRS)
#define CHAINS 24
#else
#define CHAINS 12
#endif

double peak(int n, float x, float y) {
  // V8 joins vectors that are adjacent in memory at the start and the end. The empty asm keeps the copies
  // from being optimized away.
  vec memory[CHAINS], sums[CHAINS];
  const vec a = splat(x), b = splat(y);
  UNROLL for (unsigned i = 0; i < CHAINS; i++) memory[i] = a + (float)i;
  __asm__ volatile("" : : "r"(memory) : "memory");
  UNROLL for (unsigned i = 0; i < CHAINS; i++) sums[i] = memory[i];
  for (int k = 0; k < n; k++)
    UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = MULTIPLY_ADD(a, sums[i], b);
  UNROLL for (unsigned i = 0; i < CHAINS; i++) memory[i] = sums[i];
  __asm__ volatile("" : : "r"(memory) : "memory");
  vec total = splat(0);
  UNROLL for (int i = 0; i < CHAINS; i++) total += memory[i];
  // Never true, but keeps the compiler from removing the loop.
  return sum(total) == 12345.0f ? 0 : (double)n * CHAINS * LANES * 2;
}
