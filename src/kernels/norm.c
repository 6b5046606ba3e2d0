// Layer normalisation (Ba, Kiros & Hinton 2016): each row gets mean 0 and variance 1.
#include "kernels.h"
#include "vector.h"

#define EPSILON 1e-5f

void normalise_rows(float *x, float *inverse, int rows, int width) {
  for (int r = 0; r < rows; r++, x += width) {
    Sum sum = no_sum(), squares = no_sum();
    for (int j = 0; j < width; j += SUM_LANES)
      UNROLL for (int v = 0, k = j; v < SUM_VECTORS; v++, k += LANES) sum.part[v] += load(x + k, width - k);
    const float mean = total(sum) / (float)width;
    const int whole = width - width % SUM_LANES;
    for (int j = 0; j < whole; j += SUM_LANES) {
      UNROLL for (int v = 0, k = j; v < SUM_VECTORS; v++, k += LANES) {
        const vec d = load(x + k, LANES) - mean;
        squares.part[v] += d * d;
      }
    }
    float square = total(squares);
    for (int j = whole; j < width; j++) square += (x[j] - mean) * (x[j] - mean);
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
    Sum sum = no_sum(), along = no_sum();
    for (int j = 0; j < width; j += SUM_LANES) {
      UNROLL for (int v = 0, k = j; v < SUM_VECTORS; v++, k += LANES) {
        const vec g = load(dy + k, width - k) * load(scale + k, width - k);
        sum.part[v] += g;
        along.part[v] += g * load(x + k, width - k);
      }
    }
    const float mean = total(sum) / (float)width, slope = total(along) / (float)width;
    for (int j = 0; j < width; j += LANES) {
      const vec g = load(dy + j, width - j) * load(scale + j, width - j);
      store(dx + j, flushed(inverse[r] * (g - mean - load(x + j, width - j) * slope)), width - j);
    }
  }
}
