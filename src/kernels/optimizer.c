// The optimizer's passes over one flat span of parameters.
#include "kernels.h"

// Independent sums, so that additions do not wait for each other.
#define SUMS 16

double squared_norm(const float *x, int n) {
  double sums[SUMS] = {0}, total = 0;
  int i = 0;
  for (; i + SUMS <= n; i += SUMS)
    for (int s = 0; s < SUMS; s++) sums[s] += (double)x[i + s] * x[i + s];
  for (; i < n; i++) total += (double)x[i] * x[i];
  for (int s = 0; s < SUMS; s++) total += sums[s];
  return total;
}

// Numbers below `least` count as zero, so that no result (a gradient's square, say) is subnormal; see
// vector.h.
static inline float above(float least, float x) { return __builtin_fabsf(x) < least ? 0 : x; }

void adamw(float *value, float *gradient, float *m, float *v, int n, float gradient_scale, float lr,
           float beta1, float beta2, float epsilon, float weight_decay, float bias1, float bias2) {
  const float keep = 1 - lr * weight_decay, step = lr / bias1, correction = 1 / __builtin_sqrtf(bias2);
  for (int i = 0; i < n; i++) {
    const float g = above(0x1p-56f, gradient[i] * gradient_scale);
    gradient[i] = 0;
    m[i] = above(0x1p-100f, beta1 * m[i] + (1 - beta1) * g);
    v[i] = above(0x1p-120f, beta2 * v[i] + (1 - beta2) * g * g);
    value[i] = keep * value[i] - step * m[i] / (__builtin_sqrtf(v[i]) * correction + epsilon);
  }
}
