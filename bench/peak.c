// As many multiplications and additions as 128-bit registers alone allow: no memory is touched. What the matrix
// product is measured against.
#define CHAINS 12

typedef float vec __attribute__((vector_size(16)));

#ifdef __wasm_relaxed_simd__
#define MULTIPLY_ADD(a, b, c) __builtin_wasm_relaxed_madd_f32x4(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

__attribute__((export_name("peak"))) float peak(int n, float x, float y) {
  vec sums[CHAINS];
  const vec a = {x, x, x, x}, b = {y, y, y, y};
  _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sums[i] = a + (float)i;
  for (int k = 0; k < n; k++)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sums[i] = MULTIPLY_ADD(a, sums[i], b);
  vec total = {0};
  _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) total += sums[i];
  return total[0] + total[1] + total[2] + total[3];
}
