// Layer normalisation (Ba, Kiros & Hinton 2016): each row gets mean 0 and variance 1.
#include "kernels.h"
#include "vector.h"

#define EPSILON 1e-5f

void normalise_rows(float *x, float *inverse, int rows, int width) {
  for (int r = 0; r < rows; r++, x += width) {
    vec total = splat(0);
    for (int j = 0; j < width; j += LANES) total += load(x + j, width - j);
    const float mean = sum(total) / (float)width;
    vec squares = splat(0);
    for (int j = 0; j < width; j += LANES) {
      const vec d = load(x + j, width - j) - mean;
      squares += width - j >= LANES ? d * d : splat(0);
    }
    float square = sum(squares);
    for (int j = width - width % LANES; j < width; j++) square += (x[j] - mean) * (x[j] - mean);
    const float scale = 1.0f / __builtin_sqrtf(square / (float)width + EPSILON);
    inverse[r] = scale;
    for (int j = 0; j < width; j += LANES) store(x + j, (load(x + j, width - j) - mean) * scale, width - j);
  }
}

void add_scaled_rows(float *out, const float *x, const float *scale, int rows, int width) {
  for (int r = 0; r < rows; r++, out += width, x += width)
    for (int j = 0; j < width; j++) out[j] += scale[j] * x[j];
}

void normalise_rows_backward(float *dx, const float *dy, const float *x, const float *inverse, const float *scale,
                             int rows, int width) {
  for (int r = 0; r < rows; r++, dx += width, dy += width, x += width) {
    vec total = splat(0), along = splat(0);
    for (int j = 0; j < width; j += LANES) {
      const vec g = load(dy + j, width - j) * load(scale + j, width - j);
      total += g;
      along += g * load(x + j, width - j);
    }
    const float mean = sum(total) / (float)width, slope = sum(along) / (float)width;
    for (int j = 0; j < width; j += LANES) {
      const vec g = load(dy + j, width - j) * load(scale + j, width - j);
      store(dx + j, flushed(inverse[r] * (g - mean - load(x + j, width - j) * slope)), width - j);
    }
  }
}
