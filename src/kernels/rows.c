// Plain loops over rows; the compiler vectorises them.
#include "kernels.h"

void broadcast_rows(float *out, const float *x, int rows, int width) {
  for (int r = 0; r < rows; r++, out += width)
    for (int j = 0; j < width; j++) out[j] = x[j];
}

void gather_rows(float *out, const float *table, const int *indices, int rows, int width) {
  for (int r = 0; r < rows; r++, out += width) {
    const float *row = table + (long)indices[r] * width;
    for (int j = 0; j < width; j++) out[j] = row[j];
  }
}

void scatter_add_rows(float *table, const float *x, const int *indices, int rows, int width, int ld) {
  for (int r = 0; r < rows; r++, x += ld) {
    float *row = table + (long)indices[r] * ld;
    for (int j = 0; j < width; j++) row[j] += x[j];
  }
}

void select_rows(float *out, const float *x, const float *y, const int *marks, int rows, int width) {
  for (int r = 0; r < rows; r++, out += width, x += width, y += width) {
    const float *row = marks[r] ? y : x;
    if (row != out) for (int j = 0; j < width; j++) out[j] = row[j];
  }
}

void sum_rows(float *out, const float *x, int rows, int width, int ld) {
  for (int r = 0; r < rows; r++, x += ld)
    for (int j = 0; j < width; j++) out[j] += x[j];
}

void sum_products(float *out, const float *a, int lda, const float *b, int ldb, int rows, int width) {
  for (int r = 0; r < rows; r++, a += lda, b += ldb)
    for (int j = 0; j < width; j++) out[j] += a[j] * b[j];
}

void add(float *out, const float *x, int n, int accumulate) {
  if (accumulate)
    for (int i = 0; i < n; i++) out[i] += x[i];
  else
    for (int i = 0; i < n; i++) out[i] = x[i];
}
