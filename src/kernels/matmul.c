// The matrix product, which takes nearly all the time of training.
//
// B is packed into panels of TILE_COLUMNS columns (the last one as narrow as whole vectors allow). A panel is
// k rows of consecutive floats, so the inner loop reads it in order whatever the layout of B was. Weights are
// packed once per optimizer step and used in every time step. A is packed block by block. The inner tile
// keeps TILE_ROWS x TILE_COLUMNS sums in registers; the loops around it keep a block of A in the L2 cache and
// a panel of B near L1 (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
#include "kernels.h"
#include "vector.h"

// As many sums as fit in the registers together with a row of B and an element of A.
#if defined(__AVX512F__) || defined(__aarch64__) // 32 registers
#define TILE_ROWS 6
#define TILE_VECTORS 4
#elif defined(__AVX2__) // 16, but a multiplication can take an operand from memory
#define TILE_ROWS 6
#define TILE_VECTORS 2
#else // 16, some of which WebAssembly compilers reserve
#define TILE_ROWS 4
#define TILE_VECTORS 2
#endif
#define TILE_COLUMNS (TILE_VECTORS * LANES)
#define BLOCK_K 384
#define BLOCK_ROWS (16 * TILE_ROWS)

ALWAYS_INLINE int smaller(int a, int b) { return a < b ? a : b; }

// Columns of the panel that starts at column j, in whole vectors.
ALWAYS_INLINE int panel_width(int n, int j) { return smaller(TILE_COLUMNS, (n - j + LANES - 1) / LANES * LANES); }

int packed_length(int k, int n) { return k * ((n + LANES - 1) / LANES * LANES); }

void pack(float *packed, const float *b, int k, int n, int row_stride, int column_stride) {
  for (int j = 0; j < n; j += TILE_COLUMNS) {
    const int width = panel_width(n, j), columns = smaller(width, n - j);
    for (int p = 0; p < k; p++) {
      const float *row = b + (long)p * row_stride + (long)j * column_stride;
      for (int q = 0; q < columns; q++) packed[q] = row[(long)q * column_stride];
      for (int q = columns; q < width; q++) packed[q] = 0;
      packed += width;
    }
  }
}

// Stores the last, partial vector of a row of C. A separate function keeps the tiles small.
static __attribute__((noinline)) void store_edge(float *to, vec x, int n, int accumulate) {
  for (int lane = 0; lane < n; lane++) to[lane] = accumulate ? to[lane] + x[lane] : x[lane];
}

// Computes rows x columns of C from a group of TILE_ROWS packed rows of A and one panel of B. `rows` and
// `vectors` (per panel row) are constants once inlined.
ALWAYS_INLINE void tile(int rows, int vectors, float *c, int ldc, const float *a, const float *panel, int columns,
                        int k, int accumulate) {
  vec sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = splat(0);
  for (int p = 0; p < k; p++) {
    vec b[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) b[v] = ((const vec_unaligned *)panel)[v];
    UNROLL for (int i = 0; i < rows; i++) {
      const vec x = splat(a[i]);
      UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = MULTIPLY_ADD(x, b[v], sums[i][v]);
    }
    panel += vectors * LANES;
    a += TILE_ROWS;
  }
  if (columns >= vectors * LANES) {
    if (accumulate)
      UNROLL for (int i = 0; i < rows; i++) UNROLL for (unsigned v = 0; v < (unsigned)vectors; v++)
        sums[i][v] = ((vec_unaligned *)(c + (long)i * ldc))[v] + sums[i][v];
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (unsigned v = 0; v < (unsigned)vectors; v++)
      ((vec_unaligned *)(c + (long)i * ldc))[v] = sums[i][v];
    return;
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) {
    float *to = c + (long)i * ldc + v * LANES;
    if (v < vectors - 1) {
      vec_unaligned *at = (vec_unaligned *)to;
      *at = accumulate ? *at + sums[i][v] : sums[i][v];
    } else {
      store_edge(to, sums[i][v], columns - v * LANES, accumulate);
    }
  }
}

// A tile of any size: selects the inlined variant.
static void any_tile(int rows, int vectors, float *c, int ldc, const float *a, const float *panel, int columns, int k,
                     int accumulate) {
#define TILE(r, v) \
  case (r) * 8 + (v): tile(r, v, c, ldc, a, panel, columns, k, accumulate); return;
#if TILE_VECTORS == 4
#define TILES(r) TILE(r, 1) TILE(r, 2) TILE(r, 3) TILE(r, 4)
#else
#define TILES(r) TILE(r, 1) TILE(r, 2)
#endif
  switch (rows * 8 + vectors) {
    TILES(1) TILES(2) TILES(3) TILES(4)
#if TILE_ROWS == 6
    TILES(5) TILES(6)
#endif
  }
}

// Packs a block of A in the order in which tiles read it: groups of TILE_ROWS rows, each group column by
// column. Read in place, rows a multiple of 4096 bytes apart would evict each other from L1. The last group
// may have fewer rows; the tiles do not read the unused places.
static void pack_block(float *block, const float *a, int row_stride, int column_stride, int rows, int depth) {
  for (int i = 0; i < rows; i += TILE_ROWS, block += TILE_ROWS * depth) {
    const float *from = a + (long)i * row_stride;
    if (rows - i < TILE_ROWS) {
      for (int p = 0; p < depth; p++)
        for (int r = 0; r < rows - i; r++)
          block[p * TILE_ROWS + r] = from[(long)r * row_stride + (long)p * column_stride];
    } else {
      for (int p = 0; p < depth; p++)
        UNROLL for (int r = 0; r < TILE_ROWS; r++)
          block[p * TILE_ROWS + r] = from[(long)r * row_stride + (long)p * column_stride];
    }
  }
}

void matmul(float *c, int ldc, const float *a, int row_stride, int column_stride, const float *packed, int m, int n,
            int k, int accumulate) {
  float block[BLOCK_ROWS * BLOCK_K];
  for (int p = 0; p < k; p += BLOCK_K) {
    const int depth = smaller(k - p, BLOCK_K), add = accumulate || p > 0;
    for (int top = 0; top < m; top += BLOCK_ROWS) {
      const int rows = smaller(m - top, BLOCK_ROWS);
      pack_block(block, a + (long)top * row_stride + (long)p * column_stride, row_stride, column_stride, rows, depth);
      for (int j = 0; j < n; j += TILE_COLUMNS) {
        const int width = panel_width(n, j);
        const float *panel = packed + (long)j * k + (long)p * width;
        for (int i = 0; i < rows; i += TILE_ROWS)
          any_tile(smaller(rows - i, TILE_ROWS), width / LANES, c + (long)(top + i) * ldc + j, ldc, block + i * depth,
                   panel, n - j, depth, add);
      }
    }
  }
}
