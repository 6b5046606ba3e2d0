// The LSTM cell (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
//
//   i = σ(zi)   f = σ(zf)   g = tanh(zg)   o = σ(zo)
//   c = f ⊙ c' + i ⊙ g      h = o ⊙ tanh(c)
//
// c' is the cell state of the previous step. Its gradient is f ⊙ dc, apart from the path through h. A forget
// gate near 1 passes the gradient back almost undiminished, which is why an LSTM can learn over hundreds of
// steps where a plain RNN cannot.
//
// Peepholes (Gers & Schmidhuber 2000) let the gates see the cell state: zi += pi ⊙ c', zf += pf ⊙ c', zo +=
// po ⊙ c. Coupled gates (Greff et al. 2017) have no zi: i = 1 - f.
#include "kernels.h"
#include "vector.h"

// Compiled once for each of the four variants: is_coupled and has_peepholes are constants in each.
ALWAYS_INLINE void forward(float *gates, const float *c_previous, float *c, float *h, const float *peepholes, int rows,
                           int hidden, const int is_coupled, const int has_peepholes) {
  const int first = is_coupled ? 0 : hidden;
  const float *pi = peepholes, *pf = pi + first, *po = pf + hidden;
  for (int r = 0; r < rows; r++) {
    float *zi = gates + (long)r * (first + 3 * hidden), *zf = zi + first, *zg = zf + hidden, *zo = zg + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int n = hidden - j, at = r * hidden + j;
      const vec before = load(c_previous + at, n);
      vec xf = load(zf + j, n), xo = load(zo + j, n), xi = is_coupled ? xf : load(zi + j, n);
      if (has_peepholes) {
        xf += load(pf + j, n) * before;
        if (!is_coupled) xi += load(pi + j, n) * before;
      }
      const vec f = vsigmoid(xf), i = is_coupled ? 1.0f - f : vsigmoid(xi);
      const vec g = vtanh(load(zg + j, n));
      const vec cell = MULTIPLY_ADD(f, before, i * g);
      if (has_peepholes) xo += load(po + j, n) * cell;
      const vec o = vsigmoid(xo);
      if (!is_coupled) store(zi + j, i, n);
      store(zf + j, f, n);
      store(zg + j, g, n);
      store(zo + j, o, n);
      store(c + at, cell, n);
      store(h + at, o * vtanh(cell), n);
    }
  }
}

ALWAYS_INLINE void backward(float *gates, const float *c_previous, const float *c, const float *dh, float *dc,
                            const float *peepholes, int rows, int hidden, const int is_coupled,
                            const int has_peepholes) {
  const int first = is_coupled ? 0 : hidden;
  const float *pi = peepholes, *pf = pi + first, *po = pf + hidden;
  for (int r = 0; r < rows; r++) {
    float *zi = gates + (long)r * (first + 3 * hidden), *zf = zi + first, *zg = zf + hidden, *zo = zg + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int n = hidden - j, at = r * hidden + j;
      const vec f = load(zf + j, n), g = load(zg + j, n), o = load(zo + j, n);
      const vec i = is_coupled ? 1.0f - f : load(zi + j, n);
      const vec t = vtanh(load(c + at, n)), dy = load(dh + at, n), before = load(c_previous + at, n);
      const vec dzo = dy * t * o * (1.0f - o); // σ' = σ (1 - σ)
      vec dcell = load(dc + at, n) + dy * o * (1.0f - t * t);
      if (has_peepholes) dcell += dzo * load(po + j, n);
      const vec dzi = dcell * g * i * (1.0f - i);
      const vec dzf = is_coupled ? dcell * (before - g) * f * (1.0f - f) : dcell * before * f * (1.0f - f);
      vec dbefore = dcell * f;
      if (has_peepholes) {
        dbefore += dzf * load(pf + j, n);
        if (!is_coupled) dbefore += dzi * load(pi + j, n);
      }
      if (!is_coupled) store(zi + j, flushed(dzi), n);
      store(zf + j, flushed(dzf), n);
      store(zg + j, flushed(dcell * i * (1.0f - g * g)), n); // tanh' = 1 - tanh²
      store(zo + j, flushed(dzo), n);
      store(dc + at, flushed(dbefore), n);
    }
  }
}

// Calls one of the four variants.
#define VARIANT_OF(function, ...)                                     \
  const int is_coupled = width == 3 * hidden;                      \
  if (is_coupled && has_peepholes) function(__VA_ARGS__, 1, 1);    \
  else if (is_coupled) function(__VA_ARGS__, 1, 0);                \
  else if (has_peepholes) function(__VA_ARGS__, 0, 1);             \
  else function(__VA_ARGS__, 0, 0);

void lstm_forward(float *gates, const float *c_previous, float *c, float *h, const float *peepholes, int rows,
                  int hidden, int width, int has_peepholes) {
  VARIANT_OF(forward, gates, c_previous, c, h, peepholes, rows, hidden)
}

void lstm_backward(float *gates, const float *c_previous, const float *c, const float *dh, float *dc,
                   const float *peepholes, int rows, int hidden, int width, int has_peepholes) {
  VARIANT_OF(backward, gates, c_previous, c, dh, dc, peepholes, rows, hidden)
}
