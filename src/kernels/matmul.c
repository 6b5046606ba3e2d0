// The matrix product, which takes nearly all the time of training.
//
// B is packed into panels of TILE_COLUMNS columns (the last one as narrow as whole vectors allow). A panel is
// k rows of consecutive floats, so the inner loop reads it in order whatever the layout of B was. Weights are
// packed once per optimizer step and used in every time step. A is packed block by block. The inner tile
// keeps TILE_ROWS x TILE_COLUMNS sums in registers; the loops around it keep BLOCK_K rows of a panel in the L1
// cache (32 KB with AVX-512, 16 KB otherwise) and a block of A in L2 (Goto & van de Geijn, "Anatomy of
// high-performance matrix multiplication", 2008).
//
// Each element is a sum over k in order, begun anew every BLOCK_K terms. BLOCK_K is therefore part of the
// bits of a build, and equal in all native ones. The size of a tile is not: it may depend on anything.
#include "kernels.h"
#include "vector.h"

// As many sums as fit in the registers together with a row of B and an element of A.
#if defined(__AVX512F__) // 32 registers
#define TILE_ROWS 12
#define TILE_VECTORS 2
#elif defined(__aarch64__) // 32
#define TILE_ROWS 6
#define TILE_VECTORS 4
#elif defined(__AVX2__) // 16
#define TILE_ROWS 6
#define TILE_VECTORS 2
#else // 16, some of which WebAssembly compilers reserve
#define TILE_ROWS 4
#define TILE_VECTORS 2
#endif
#define TILE_COLUMNS (TILE_VECTORS * LANES)
#ifdef __wasm__
#define BLOCK_K 384
#else
#define BLOCK_K 256
#endif
#define BLOCK_GROUPS (144 / TILE_ROWS) // of rows of A
#define STRETCH 64 // of four rows that are transposed before the next four
#define CACHE_LINE 16 // floats
#ifdef __wasm__
#define PREFETCH(...) // there is no such instruction
#else
#define PREFETCH __builtin_prefetch
#endif

// Four floats anywhere in memory.
typedef float quad __attribute__((vector_size(16), aligned(4)));

ALWAYS_INLINE int smaller(int a, int b) { return a < b ? a : b; }

// Columns of the panel that starts at column j, in whole vectors.
ALWAYS_INLINE int panel_width(int n, int j) { return smaller(TILE_COLUMNS, (n - j + LANES - 1) / LANES * LANES); }

int packed_length(int k, int n) { return k * ((n + LANES - 1) / LANES * LANES); }

// Transposes 4 x 4 floats. A shuffle of each kind takes its elements from two vectors, as processors do.
ALWAYS_INLINE void transpose(float *to, long to_stride, const float *from, long from_stride) {
  const quad a = *(const quad *)from, b = *(const quad *)(from + from_stride);
  const quad c = *(const quad *)(from + 2 * from_stride), d = *(const quad *)(from + 3 * from_stride);
  const quad ac = {a[0], c[0], a[1], c[1]}, bd = {b[0], d[0], b[1], d[1]};
  const quad ac_end = {a[2], c[2], a[3], c[3]}, bd_end = {b[2], d[2], b[3], d[3]};
  *(quad *)to = (quad){ac[0], bd[0], ac[1], bd[1]};
  *(quad *)(to + to_stride) = (quad){ac[2], bd[2], ac[3], bd[3]};
  *(quad *)(to + 2 * to_stride) = (quad){ac_end[0], bd_end[0], ac_end[1], bd_end[1]};
  *(quad *)(to + 3 * to_stride) = (quad){ac_end[2], bd_end[2], ac_end[3], bd_end[3]};
}

// Writes `count` vectors of `depth` floats side by side: to[p * width + r] = from[r * stride + p * step], and
// zeros for r from `count` to `width`. The last four of a row or column overlap the ones before if need be.
static void interleave(float *to, int width, const float *from, long stride, long step, int count, int depth) {
  int p = 0;
  if (step == 1 && count >= 4) {
    const int whole = depth / 4 * 4;
    for (int end; p < whole; p = end) {
      end = smaller(p + STRETCH, whole);
      for (int r = 0; r < count; r += 4) {
        const int first = smaller(r, count - 4);
        for (int q = p; q < end; q += 4)
          transpose(to + (long)q * width + first, width, from + first * stride + q, stride);
      }
    }
  } else if (stride == 1 && count >= 4) {
    for (; p < depth; p++) {
      const float *x = from + p * step;
      float *y = to + (long)p * width;
      int r = 0;
      for (; r + LANES <= count; r += LANES) *(vec_unaligned *)(y + r) = *(const vec_unaligned *)(x + r);
      for (; r < count; r += 4) {
        const int first = smaller(r, count - 4);
        *(quad *)(y + first) = *(const quad *)(x + first);
      }
    }
  }
  for (; p < depth; p++)
    for (int r = 0; r < count; r++) to[(long)p * width + r] = from[r * stride + p * step];
  if (count < width)
    for (p = 0; p < depth; p++)
      for (int r = count; r < width; r++) to[(long)p * width + r] = 0;
}

void pack(float *packed, const float *b, int k, int n, int row_stride, int column_stride) {
  for (int j = 0; j < n; j += TILE_COLUMNS) {
    const int width = panel_width(n, j);
    interleave(packed + (long)j * k, width, b + (long)j * column_stride, column_stride, row_stride,
               smaller(width, n - j), k);
  }
}

// Stores the last, partial vector of a row of C. A separate function keeps the tiles small.
static __attribute__((noinline)) void store_edge(float *to, vec x, int n, int accumulate) {
  for (int lane = 0; lane < n; lane++) to[lane] = accumulate ? to[lane] + x[lane] : x[lane];
}

// Computes rows x columns of C from a group of packed rows of A and one panel of B, and fetches the next panel
// into L2. `rows` and `vectors` (per panel row) are constants once inlined.
ALWAYS_INLINE void tile(int rows, int vectors, float *c, int ldc, const float *a, const float *panel, int columns,
                        int k, int accumulate, const float *next) {
  vec sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) {
    sums[i][v] = splat(0);
    PREFETCH(c + (long)i * ldc + v * LANES, 1);
  }
  for (int p = 0; p < k; p++) {
    vec b[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) b[v] = ((const vec_unaligned *)panel)[v];
    UNROLL for (int v = 0; v < vectors; v += CACHE_LINE / LANES) PREFETCH(next + v * LANES, 0, 2);
    UNROLL for (int i = 0; i < rows; i++) {
      const vec x = splat(a[i]);
      UNROLL for (int v = 0; v < vectors; v++) sums[i][v] = MULTIPLY_ADD(x, b[v], sums[i][v]);
    }
    panel += vectors * LANES;
    next += vectors * LANES;
    a += rows;
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
                     int accumulate, const float *next) {
#define TILE(r, v) \
  case (r) * 8 + (v): tile(r, v, c, ldc, a, panel, columns, k, accumulate, next); return;
#if TILE_VECTORS == 4
#define TILES(r) TILE(r, 1) TILE(r, 2) TILE(r, 3) TILE(r, 4)
#else
#define TILES(r) TILE(r, 1) TILE(r, 2)
#endif
  switch (rows * 8 + vectors) {
    TILES(1) TILES(2) TILES(3) TILES(4)
#if TILE_ROWS >= 6
    TILES(5) TILES(6)
#endif
#if TILE_ROWS >= 12
    TILES(7) TILES(8) TILES(9) TILES(10) TILES(11) TILES(12)
#endif
  }
}

// The first of m rows in a group: all are about equally high, since low tiles are slower.
ALWAYS_INLINE int group_start(int m, int groups, int group) {
  return group * (m / groups) + smaller(group, m % groups);
}

void matmul(float *c, int ldc, const float *a, int row_stride, int column_stride, const float *packed, int m, int n,
            int k, int accumulate) {
  float block[BLOCK_GROUPS * TILE_ROWS * BLOCK_K];
  const int groups = (m + TILE_ROWS - 1) / TILE_ROWS;
  for (int p = 0; p < k; p += BLOCK_K) {
    const int depth = smaller(k - p, BLOCK_K), add = accumulate || p > 0;
    for (int from = 0; from < groups; from += BLOCK_GROUPS) {
      const int to = smaller(groups, from + BLOCK_GROUPS), top = group_start(m, groups, from);
      // In place, rows a multiple of 4096 bytes apart would evict each other from L1. Of a transposed A a few
      // columns at a time, so that each of its cache lines is read once.
      const int columns = column_stride == 1 ? depth : 192 / TILE_ROWS;
      for (int q = 0; q < depth; q += columns)
        for (int group = from; group < to; group++) {
          const int i = group_start(m, groups, group), rows = group_start(m, groups, group + 1) - i;
          interleave(block + (long)(i - top) * depth + (long)q * rows, rows,
                     a + (long)i * row_stride + (long)(p + q) * column_stride, row_stride, column_stride, rows,
                     smaller(depth - q, columns));
        }
      for (int j = 0; j < n; j += TILE_COLUMNS) {
        const int width = panel_width(n, j);
        const float *panel = packed + (long)j * k + (long)p * width;
        const float *next = j + 2 * TILE_COLUMNS <= n ? panel + (long)TILE_COLUMNS * k : panel;
        for (int group = from; group < to; group++) {
          const int i = group_start(m, groups, group);
          any_tile(group_start(m, groups, group + 1) - i, width / LANES, c + (long)i * ldc + j, ldc,
                   block + (long)(i - top) * depth, panel, n - j, depth, add, next);
        }
      }
    }
  }
}
