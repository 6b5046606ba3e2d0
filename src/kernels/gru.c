// The gated recurrent unit (Cho et al. 2014) in PyTorch's variant: the reset gate multiplies the recurrent
// product, bias included. x is the input product, u the recurrent product, h' the hidden state of the
// previous step:
//
//   r = σ(xr + ur)   z = σ(xz + uz)   n = tanh(xn + r ⊙ un)
//   h = (1 - z) ⊙ n + z ⊙ h'
#include "kernels.h"
#include "vector.h"

void gru_forward(float *gates, const float *past, const float *h_previous, float *h, int rows, int hidden) {
  for (int row = 0; row < rows; row++) {
    float *xr = gates + (long)row * 3 * hidden, *xz = xr + hidden, *xn = xz + hidden;
    const float *ur = past + (long)row * 3 * hidden, *uz = ur + hidden, *un = uz + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int left = hidden - j, at = row * hidden + j;
      const vec r = vsigmoid(load(xr + j, left) + load(ur + j, left));
      const vec z = vsigmoid(load(xz + j, left) + load(uz + j, left));
      const vec n = vtanh(load(xn + j, left) + r * load(un + j, left));
      store(xr + j, r, left);
      store(xz + j, z, left);
      store(xn + j, n, left);
      store(h + at, (1.0f - z) * n + z * load(h_previous + at, left), left);
    }
  }
}

void gru_backward(float *gates, float *past, const float *h_previous, const float *dh, float *dh_previous, int rows,
                  int hidden) {
  for (int row = 0; row < rows; row++) {
    float *xr = gates + (long)row * 3 * hidden, *xz = xr + hidden, *xn = xz + hidden;
    float *ur = past + (long)row * 3 * hidden, *uz = ur + hidden, *un = uz + hidden;
    for (int j = 0; j < hidden; j += LANES) {
      const int left = hidden - j, at = row * hidden + j;
      const vec r = load(xr + j, left), z = load(xz + j, left), n = load(xn + j, left);
      const vec dy = load(dh + at, left);
      const vec dn = dy * (1.0f - z) * (1.0f - n * n);
      const vec dz = dy * (load(h_previous + at, left) - n) * z * (1.0f - z);
      const vec dr = dn * load(un + j, left) * r * (1.0f - r);
      store(xr + j, flushed(dr), left);
      store(xz + j, flushed(dz), left);
      store(xn + j, flushed(dn), left);
      store(ur + j, flushed(dr), left);
      store(uz + j, flushed(dz), left);
      store(un + j, flushed(dn * r), left);
      store(dh_previous + at, flushed(load(dh_previous + at, left) + dy * z), left);
    }
  }
}
