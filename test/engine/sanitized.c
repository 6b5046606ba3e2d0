// Compares every kernel with a plain loop over random odd sizes, with each array in a heap block of exactly
// its size. sanitizers.test.ts builds this with AddressSanitizer and UBSan, so that access out of bounds or
// undefined arithmetic ends the program.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/kernels/kernels.h"

static unsigned state = 1;
static unsigned random_word(void) { return state = state * 1664525u + 1013904223u, state >> 8; }
static int below(int n) { return (int)(random_word() % (unsigned)n); }

static float *zeros(long n) { return calloc((size_t)(n ? n : 1), sizeof(float)); }
static float *noise(long n) {
  float *x = zeros(n);
  for (long i = 0; i < n; i++) x[i] = (float)below(2001) / 1000 - 1;
  return x;
}
static float *copy(const float *x, long n) { return memcpy(zeros(n), x, (size_t)n * sizeof(float)); }

static void same(const char *what, const float *got, const double *want, long n, double tolerance) {
  for (long i = 0; i < n; i++)
    if (!(fabs(got[i] - want[i]) <= tolerance * fmax(1, fabs(want[i])))) {
      fprintf(stderr, "%s: element %ld is %g, expected %g\n", what, i, got[i], want[i]);
      exit(1);
    }
}

static void check_matmul(void) {
  const int m = 1 + below(150), n = 1 + below(150), k = 1 + below(below(4) ? 60 : 900), ta = below(2), tb = below(2);
  const int ldc = n + below(3), add = below(2);
  float *a = noise((long)m * k), *b = noise((long)k * n), *c = noise((long)(m - 1) * ldc + n);
  float *packed = zeros(packed_length(k, n));
  double *want = calloc((size_t)((long)(m - 1) * ldc + n), sizeof(double));
  for (long i = 0; i < (long)(m - 1) * ldc + n; i++) want[i] = c[i];
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = add ? c[i * ldc + j] : 0;
      for (int p = 0; p < k; p++) sum += (double)a[ta ? p * m + i : i * k + p] * b[tb ? j * k + p : p * n + j];
      want[i * ldc + j] = sum;
    }
  pack(packed, b, k, n, tb ? 1 : n, tb ? k : 1);
  matmul(c, ldc, a, ta ? 1 : k, ta ? m : 1, packed, m, n, k, add);
  same("matmul", c, want, (long)(m - 1) * ldc + n, 1e-4);
  free(a), free(b), free(c), free(packed), free(want);
}

static void check_rows(void) {
  const int rows = 1 + below(9), width = 1 + below(70), height = 1 + below(5);
  float *table = noise((long)height * width), *x = noise((long)rows * width), *out = zeros((long)rows * width);
  int *indices = calloc((size_t)rows, sizeof(int));
  for (int r = 0; r < rows; r++) indices[r] = below(height);
  double *want = calloc((size_t)((rows > height ? rows : height) * width), sizeof(double));
  broadcast_rows(out, table, rows, width);
  for (int i = 0; i < rows * width; i++) want[i] = table[i % width];
  same("broadcast_rows", out, want, rows * width, 0);
  gather_rows(out, table, indices, rows, width);
  for (int i = 0; i < rows * width; i++) want[i] = table[indices[i / width] * width + i % width];
  same("gather_rows", out, want, rows * width, 0);
  for (int i = 0; i < height * width; i++) want[i] = table[i];
  for (int i = 0; i < rows * width; i++) want[indices[i / width] * width + i % width] += x[i];
  scatter_add_rows(table, x, indices, rows, width, width);
  same("scatter_add_rows", table, want, height * width, 1e-5);
  float *y = noise((long)rows * width);
  for (int r = 0; r < rows; r++) indices[r] = below(2);
  for (int i = 0; i < rows * width; i++) want[i] = indices[i / width] ? y[i] : x[i];
  select_rows(out, x, y, indices, rows, width);
  same("select_rows", out, want, rows * width, 0);
  select_rows(y, x, y, indices, rows, width);
  same("select_rows in place", y, want, rows * width, 0);
  free(y);
  for (int j = 0; j < width; j++) want[j] = table[j];
  for (int i = 0; i < rows * width; i++) want[i % width] += x[i];
  sum_rows(table, x, rows, width, width);
  same("sum_rows", table, want, width, 1e-5);
  free(table), free(x), free(out), free(indices), free(want);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void check_cell(void) {
  const int rows = 1 + below(5), hidden = 1 + below(70), n = rows * hidden;
  float *gates = noise(4L * n), *before = noise(n), *c = zeros(n), *h = zeros(n), *dh = noise(n), *dc = noise(n);
  float *z = copy(gates, 4L * n);
  double *wc = calloc((size_t)n, 8), *wh = calloc((size_t)n, 8), *wz = calloc((size_t)n * 4, 8), *wdc = calloc((size_t)n, 8);
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < hidden; j++) {
      const float *at = z + (long)r * 4 * hidden + j;
      double *dz = wz + (long)r * 4 * hidden + j;
      const int q = r * hidden + j;
      const double i = sigmoid(at[0]), f = sigmoid(at[hidden]), g = tanh(at[2 * hidden]), o = sigmoid(at[3 * hidden]);
      wc[q] = f * before[q] + i * g;
      const double t = tanh(wc[q]), d = dc[q] + dh[q] * o * (1 - t * t);
      wh[q] = o * t;
      dz[0] = d * g * i * (1 - i), dz[hidden] = d * before[q] * f * (1 - f);
      dz[2 * hidden] = d * i * (1 - g * g), dz[3 * hidden] = dh[q] * t * o * (1 - o);
      wdc[q] = d * f;
    }
  lstm_forward(gates, before, c, h, 0, rows, hidden, 4 * hidden, 0);
  same("lstm_forward c", c, wc, n, 1e-5);
  same("lstm_forward h", h, wh, n, 1e-5);
  lstm_backward(gates, before, c, dh, dc, 0, rows, hidden, 4 * hidden, 0);
  same("lstm_backward gates", gates, wz, 4L * n, 1e-5);
  same("lstm_backward dc", dc, wdc, n, 1e-5);
  free(gates), free(before), free(c), free(h), free(dh), free(dc), free(z), free(wc), free(wh), free(wz), free(wdc);
}

// The other cells: only their memory accesses. cells.test.ts compares their results with the reference.
static void check_other_cells(void) {
  const int rows = 1 + below(5), hidden = 1 + below(70), n = rows * hidden;
  float *before = noise(n), *c = zeros(n), *h = zeros(n), *dh = noise(n), *dc = noise(n);
  for (int blocks = 3; blocks <= 4; blocks++)
    for (int has = 0; has <= 1; has++) {
      float *gates = noise((long)blocks * n), *peepholes = noise(has ? (blocks - 1) * hidden : 0);
      lstm_forward(gates, before, c, h, peepholes, rows, hidden, blocks * hidden, has);
      lstm_backward(gates, before, c, dh, dc, peepholes, rows, hidden, blocks * hidden, has);
      free(gates), free(peepholes);
    }
  float *z = noise(n), *gates = noise(3L * n), *past = noise(3L * n);
  rnn_forward(z, h, rows, hidden);
  rnn_backward(z, dh, rows, hidden);
  gru_forward(gates, past, before, h, rows, hidden);
  gru_backward(gates, past, before, dh, dc, rows, hidden);
  free(before), free(c), free(h), free(dh), free(dc), free(z), free(gates), free(past);
}

static void check_norm(void) {
  const int rows = 1 + below(5), width = 1 + below(100), n = rows * width;
  float *x = noise(n), *inverse = zeros(rows), *scale = noise(width), *out = zeros(n), *dx = zeros(n), *sums = zeros(width);
  double *want = calloc((size_t)n, 8), *wsums = calloc((size_t)width, 8);
  for (int r = 0; r < rows; r++) {
    double mean = 0, square = 0;
    for (int j = 0; j < width; j++) mean += x[r * width + j] / (double)width;
    for (int j = 0; j < width; j++) square += (x[r * width + j] - mean) * (x[r * width + j] - mean) / width;
    for (int j = 0; j < width; j++) want[r * width + j] = scale[j] * (x[r * width + j] - mean) / sqrt(square + 1e-5);
  }
  normalise_rows(x, inverse, rows, width);
  add(out, x, n, 0);
  add(out, x, n, 1);
  for (int i = 0; i < n; i++)
    if (out[i] != 2 * x[i]) fprintf(stderr, "add\n"), exit(1);
  for (int i = 0; i < n; i++) out[i] = 0;
  add_scaled_rows(out, x, scale, rows, width);
  same("add_scaled_rows", out, want, n, 1e-3); // a narrow row may have next to no variance
  for (int i = 0; i < n; i++) wsums[i % width] += (double)out[i] * x[i];
  sum_products(sums, out, width, x, width, rows, width);
  same("sum_products", sums, wsums, width, 1e-5);
  normalise_rows_backward(dx, out, x, inverse, scale, rows, width);
  normalise_rows_backward(x, out, x, inverse, scale, rows, width);
  for (int i = 0; i < n; i++)
    if (dx[i] != x[i]) fprintf(stderr, "normalise_rows_backward in place\n"), exit(1);
  free(x), free(inverse), free(scale), free(out), free(dx), free(sums), free(want), free(wsums);
}

static void check_loss(void) {
  const int rows = 1 + below(5), v = 2 + below(90);
  float *logits = noise((long)rows * v), *losses = zeros(rows);
  int *targets = calloc((size_t)rows, sizeof(int));
  double *wl = calloc((size_t)rows, 8), *wg = calloc((size_t)(rows * v), 8);
  for (int r = 0; r < rows; r++) {
    double total = 0;
    targets[r] = below(4) ? below(v) : -1;
    for (int j = 0; j < v; j++) total += exp(logits[r * v + j]);
    if (targets[r] < 0) continue;
    wl[r] = log(total) - logits[r * v + targets[r]];
    for (int j = 0; j < v; j++) wg[r * v + j] = 0.5 * (exp(logits[r * v + j]) / total - (j == targets[r]));
  }
  softmax_cross_entropy(logits, targets, losses, rows, v, 0.5f);
  same("losses", losses, wl, rows, 1e-5);
  same("their gradient", logits, wg, rows * v, 1e-5);
  free(logits), free(losses), free(targets), free(wl), free(wg);
}

static void check_flat(void) {
  const int n = 1 + below(200), half = (n + 1) / 2, first = below(half + 1);
  float *x = noise(n), *g = noise(n), *m = zeros(n), *v = zeros(n), *out = zeros(n), *again = zeros(n);
  double sum = 0, *want = calloc((size_t)n, 8);
  for (int i = 0; i < n; i++) sum += (double)x[i] * x[i];
  if (fabs(squared_norm(x, n) - sum) > 1e-9 * fmax(1, sum)) fprintf(stderr, "squared_norm\n"), exit(1);
  dropout(out, x, n, 0, half, 1, 2, 3, 1u << 31, 2);
  dropout(again, x, n, 0, first, 1, 2, 3, 1u << 31, 2);
  dropout(again, x, n, first, half - first, 1, 2, 3, 1u << 31, 2);
  for (int i = 0; i < n; i++)
    if (out[i] != again[i] || (out[i] != 0 && out[i] != 2 * x[i])) fprintf(stderr, "dropout\n"), exit(1);
  for (int i = 0; i < n; i++) {
    const double d = 0.5 * g[i], mean = 0.1 * d / 0.1, square = 0.01 * d * d / 0.01;
    want[i] = x[i] * (1 - 0.01 * 0.1) - 0.01 * mean / (sqrt(square) + 1e-8);
  }
  adamw(x, g, m, v, n, 0.5f, 0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 0.1f, 0.01f);
  same("adamw", x, want, n, 1e-4);
  free(x), free(g), free(m), free(v), free(out), free(again), free(want);
}

int main(void) {
  for (int i = 0; i < 300; i++) check_matmul(), check_rows(), check_cell(), check_other_cells(), check_norm(), check_loss(), check_flat();
  puts("ok");
  return 0;
}
