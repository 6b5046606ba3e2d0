// The matrix product, where nearly all the time of training goes.
//
// B is packed into panels of TILE_COLUMNS columns, each panel k rows of TILE_COLUMNS consecutive floats, so that
// the inner loop reads it in order, whatever B's own layout was. Weights are packed once per optimizer step and
// used for every time step. A is packed a block at a time. The inner tile keeps TILE_ROWS x TILE_COLUMNS sums in registers
// (8 of the 16 that x86-64 has for 128-bit vectors) and the loops around it keep a block of A in the L2 cache and
// a panel of B in L1 (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
#include "kernels.h"
#include "vector.h"

#define TILE_ROWS 4
#define TILE_VECTORS 2
#define TILE_COLUMNS (TILE_VECTORS * LANES)
#define BLOCK_K 512
#define BLOCK_ROWS 64

void pack(float *packed, const float *b, int k, int n, int row_stride, int column_stride) {
  for (int j = 0; j < n; j += TILE_COLUMNS) {
    const int columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
    for (int p = 0; p < k; p++) {
      const float *row = b + (long)p * row_stride + (long)j * column_stride;
      for (int q = 0; q < columns; q++) packed[q] = row[q * column_stride];
      for (int q = columns; q < TILE_COLUMNS; q++) packed[q] = 0;
      packed += TILE_COLUMNS;
    }
  }
}

// rows (a constant once inlined) x columns (1..TILE_COLUMNS) of C from rows of A and one panel of B.
ALWAYS_INLINE void tile(int rows, float *c, int ldc, const float *a, int row_stride, int column_stride,
                        const float *panel, int columns, int k, int accumulate) {
  vec sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < TILE_VECTORS; v++) sums[i][v] = splat(0);
  for (int p = 0; p < k; p++) {
    vec b[TILE_VECTORS];
    UNROLL for (int v = 0; v < TILE_VECTORS; v++) b[v] = ((const vec_unaligned *)panel)[v];
    UNROLL for (int i = 0; i < rows; i++) {
      const vec x = splat(a[i * row_stride]);
      UNROLL for (int v = 0; v < TILE_VECTORS; v++) sums[i][v] = MULTIPLY_ADD(x, b[v], sums[i][v]);
    }
    panel += TILE_COLUMNS;
    a += column_stride;
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
    float *to = c + (long)i * ldc + v * LANES;
    const int n = columns - v * LANES;
    store(to, accumulate ? load(to, n) + sums[i][v] : sums[i][v], n);
  }
}

// A block of A as the tiles read it: groups of TILE_ROWS rows, in each group column after column. Read in place, rows
// whose distance is a multiple of 4096 bytes would evict each other from L1. rows is a multiple of TILE_ROWS.
static void pack_block(float *block, const float *a, int row_stride, int column_stride, int rows, int depth) {
  if (row_stride == 1) {
    for (int p = 0; p < depth; p++)
      for (int i = 0; i < rows; i += TILE_ROWS)
        *(vec_unaligned *)(block + i * depth + p * TILE_ROWS) =
            *(const vec_unaligned *)(a + (long)p * column_stride + i);
  } else {
    for (int i = 0; i < rows; i += TILE_ROWS, block += TILE_ROWS * depth)
      for (int p = 0; p < depth; p++)
        UNROLL for (int r = 0; r < TILE_ROWS; r++)
          block[p * TILE_ROWS + r] = a[(long)(i + r) * row_stride + (long)p * column_stride];
  }
}

void matmul(float *c, int ldc, const float *a, int row_stride, int column_stride, const float *packed, int m, int n,
            int k, int accumulate) {
  float block[BLOCK_ROWS * BLOCK_K];
  for (int p = 0; p < k; p += BLOCK_K) {
    const int depth = k - p < BLOCK_K ? k - p : BLOCK_K;
    const int add = accumulate || p > 0;
    for (int top = 0; top < m; top += BLOCK_ROWS) {
      const int rows = m - top < BLOCK_ROWS ? m - top : BLOCK_ROWS;
      const int whole = rows - rows % TILE_ROWS;
      const float *from = a + (long)top * row_stride + (long)p * column_stride;
      pack_block(block, from, row_stride, column_stride, whole, depth);
      for (int j = 0; j < n; j += TILE_COLUMNS) {
        const float *panel = packed + (long)j * k + (long)p * TILE_COLUMNS;
        const int columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
        float *to = c + (long)top * ldc + j;
        for (int i = 0; i < whole; i += TILE_ROWS)
          tile(TILE_ROWS, to + (long)i * ldc, ldc, block + i * depth, 1, TILE_ROWS, panel, columns, depth, add);
        for (int i = whole; i < rows; i++)
          tile(1, to + (long)i * ldc, ldc, from + (long)i * row_stride, 0, column_stride, panel, columns, depth, add);
      }
    }
  }
}
