// The LSTM cell (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
//
//   i = σ(zi)   f = σ(zf)   g = tanh(zg)   o = σ(zo)
//   c = f ⊙ c' + i ⊙ g      h = o ⊙ tanh(c)
//
// c' is the cell state of the step before. Its gradient is f ⊙ dc: a gate near 1 hands the gradient back
// undiminished, which is why an LSTM can learn over hundreds of steps where a plain RNN cannot.
#include "kernels.h"
#include "vector.h"

void lstm_forward(float *gates, const float *c_previous, float *c, float *h, int rows, int hidden) {
  for (int r = 0; r < rows; r++) {
    float *zi = gates + (long)r * 4 * hidden, *zf = zi + hidden, *zg = zf + hidden, *zo = zg + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int n = hidden - j, at = r * hidden + j;
      const vec i = vsigmoid(load(zi + j, n)), f = vsigmoid(load(zf + j, n));
      const vec g = vtanh(load(zg + j, n)), o = vsigmoid(load(zo + j, n));
      const vec cell = f * load(c_previous + at, n) + i * g;
      store(zi + j, i, n);
      store(zf + j, f, n);
      store(zg + j, g, n);
      store(zo + j, o, n);
      store(c + at, cell, n);
      store(h + at, o * vtanh(cell), n);
    }
  }
}

void lstm_backward(float *gates, const float *c_previous, const float *c, const float *dh, float *dc, int rows,
                   int hidden) {
  for (int r = 0; r < rows; r++) {
    float *zi = gates + (long)r * 4 * hidden, *zf = zi + hidden, *zg = zf + hidden, *zo = zg + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int n = hidden - j, at = r * hidden + j;
      const vec i = load(zi + j, n), f = load(zf + j, n), g = load(zg + j, n), o = load(zo + j, n);
      const vec t = vtanh(load(c + at, n)), dy = load(dh + at, n);
      const vec dcell = load(dc + at, n) + dy * o * (1.0f - t * t);
      store(zi + j, dcell * g * i * (1.0f - i), n); // σ' = σ (1 - σ)
      store(zf + j, dcell * load(c_previous + at, n) * f * (1.0f - f), n);
      store(zg + j, dcell * i * (1.0f - g * g), n); // tanh' = 1 - tanh²
      store(zo + j, dy * t * o * (1.0f - o), n);
      store(dc + at, dcell * f, n);
    }
  }
}
