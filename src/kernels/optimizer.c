// The optimizer's single passes over one flat span of parameters.
#include "kernels.h"

// Four independent sums, so that the additions need not wait for each other.
double squared_norm(const float *x, int n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += (double)x[i] * x[i];
    s1 += (double)x[i + 1] * x[i + 1];
    s2 += (double)x[i + 2] * x[i + 2];
    s3 += (double)x[i + 3] * x[i + 3];
  }
  for (; i < n; i++) s0 += (double)x[i] * x[i];
  return (s0 + s1) + (s2 + s3);
}

void adamw(float *value, const float *gradient, float *m, float *v, int n, float gradient_scale, float lr,
           float beta1, float beta2, float epsilon, float weight_decay, float bias1, float bias2) {
  const float keep = 1 - lr * weight_decay, step = lr / bias1, correction = 1 / __builtin_sqrtf(bias2);
  for (int i = 0; i < n; i++) {
    const float g = gradient[i] * gradient_scale;
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    value[i] = keep * value[i] - step * m[i] / (__builtin_sqrtf(v[i]) * correction + epsilon);
  }
}
