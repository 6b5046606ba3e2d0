// The plain recurrent cell (Elman 1990): h = tanh(z). Its entire memory, and its gradient, passes through
// tanh and the recurrent matrix at every step.
#include "kernels.h"
#include "vector.h"

void rnn_forward(float *z, float *h, int rows, int hidden) {
  const int count = rows * hidden;
  for (int j = 0; j < count; j += LANES) {
    const vec y = vtanh(load(z + j, count - j));
    store(z + j, y, count - j);
    store(h + j, y, count - j);
  }
}

void rnn_backward(float *z, const float *dh, int rows, int hidden) {
  const int count = rows * hidden;
  for (int j = 0; j < count; j += LANES) {
    const vec y = load(z + j, count - j);
    store(z + j, flushed(load(dh + j, count - j) * (1.0f - y * y)), count - j);
  }
}
