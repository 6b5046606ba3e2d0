// The whole ABI of the kernels: C for the innermost arithmetic and nothing else.
//
// Every pointer is a place in one linear memory, every matrix is row-major 32-bit floats, every size is
// a count of elements. No kernel allocates, keeps state or touches memory it was not given. One source is
// built for plain and for relaxed WebAssembly SIMD, and for pairs of relaxed vectors (see build.ts).
#pragma once

#ifdef __wasm__
#define KERNEL(name) __attribute__((export_name(#name)))
#else
#define KERNEL(name) __attribute__((visibility("default")))
#endif

// ---- matmul.c: C (m,n) = A (m,k) · B (k,n), B packed beforehand ----

// Floats that packed B takes: columns are rounded up to whole vectors.
KERNEL(packed_length) int packed_length(int k, int n);

// Element (p,j) of B is read at b[p * row_stride + j * column_stride], so strides express a transpose.
KERNEL(pack) void pack(float *packed, const float *b, int k, int n, int row_stride, int column_stride);

// C = A·B, or C += A·B when accumulate is not 0. ldc is the distance between rows of C; element (i,p) of A is
// read at a[i * row_stride + p * column_stride]. Takes 128 KiB of stack.
KERNEL(matmul)
void matmul(float *c, int ldc, const float *a, int row_stride, int column_stride, const float *packed, int m, int n,
            int k, int accumulate);

// ---- peak.c ----

// Does nothing but multiply and add in registers, and returns how many operations that were.
KERNEL(peak) double peak(int n, float x, float y);

// ---- rows.c: whole rows of a (rows, width) matrix ----

// Every row of out becomes the vector x (width).
KERNEL(broadcast_rows) void broadcast_rows(float *out, const float *x, int rows, int width);

// Row r of out becomes row indices[r] of table.
KERNEL(gather_rows) void gather_rows(float *out, const float *table, const int *indices, int rows, int width);

// Row indices[r] of table grows by row r of x, in the order of r. ld is the distance between rows of either.
KERNEL(scatter_add_rows)
void scatter_add_rows(float *table, const float *x, const int *indices, int rows, int width, int ld);

// out (width) grows by the sum of the rows of x, ld apart.
KERNEL(sum_rows) void sum_rows(float *out, const float *x, int rows, int width, int ld);

// out (width) grows by the sum over the rows of a ⊙ b, whose rows are lda and ldb apart.
KERNEL(sum_products)
void sum_products(float *out, const float *a, int lda, const float *b, int ldb, int rows, int width);

// out (n) becomes x, or grows by it when accumulate is not 0.
KERNEL(add) void add(float *out, const float *x, int n, int accumulate);

// ---- lstm.c, rnn.c, gru.c: one time step of a cell for a batch of rows ----
//
// gates holds the pre-activations, in PyTorch's order, and is overwritten by the activations; going back it holds
// these, and is overwritten by the gradient of the pre-activations. States and their gradients are (rows, hidden).

// gates (rows, width): i, f, g, o; or, width being 3*hidden, coupled gates: f, g, o. Writes c, which may not alias
// c_previous, and h. Where has_peepholes is not 0, peepholes (width - hidden) weighs the cell state for i, f, o or f, o.
KERNEL(lstm_forward)
void lstm_forward(float *gates, const float *c_previous, float *c, float *h, const float *peepholes, int rows,
                  int hidden, int width, int has_peepholes);

// dc is the gradient of c on entry, but for what comes through h, and of c_previous on return.
KERNEL(lstm_backward)
void lstm_backward(float *gates, const float *c_previous, const float *c, const float *dh, float *dc,
                   const float *peepholes, int rows, int hidden, int width, int has_peepholes);

// z (rows, hidden) is the only "gate".
KERNEL(rnn_forward) void rnn_forward(float *z, float *h, int rows, int hidden);
KERNEL(rnn_backward) void rnn_backward(float *z, const float *dh, int rows, int hidden);

// gates and past (rows, 3*hidden), order r, z, n: what comes from below, and from the step before.
KERNEL(gru_forward)
void gru_forward(float *gates, const float *past, const float *h_previous, float *h, int rows, int hidden);

// past is overwritten by its gradient, too; dh_previous grows by what reaches h_previous past the gates.
KERNEL(gru_backward)
void gru_backward(float *gates, float *past, const float *h_previous, const float *dh, float *dh_previous, int rows,
                  int hidden);

// ---- norm.c: layer normalisation of the rows of a (rows, width) matrix ----

// x is brought to mean 0 and variance 1; inverse (rows) is what it was multiplied by.
KERNEL(normalise_rows) void normalise_rows(float *x, float *inverse, int rows, int width);

// out grows by x, each column times its scale (width).
KERNEL(add_scaled_rows)
void add_scaled_rows(float *out, const float *x, const float *scale, int rows, int width);

// From dy, the gradient of what add_scaled_rows made, the gradient dx of what normalise_rows was given; x is what that
// left, and may be the place of dx.
KERNEL(normalise_rows_backward)
void normalise_rows_backward(float *dx, const float *dy, const float *x, const float *inverse, const float *scale,
                             int rows, int width);

// ---- loss.c ----

// losses[r] = -log softmax(logits[r])[targets[r]] in nats. Where scale is not 0, logits is overwritten by
// the gradient of (scale * sum of the losses).
KERNEL(softmax_cross_entropy)
void softmax_cross_entropy(float *logits, const int *targets, float *losses, int rows, int vocabulary, float scale);

// ---- dropout.c ----

// out = in * mask / (1 - p), the mask drawn by Threefry from (key0, key1, counter1) and the element's place
// alone, so that the backward pass draws the same one. Elements whose random word is below threshold
// (= p * 2^32) become 0. out may alias in. Any build of this file draws the same mask. A draw serves two elements, i and
// i + round_up(n / 2): this does the pairs from first on, count of them.
KERNEL(dropout)
void dropout(float *out, const float *x, int n, int first, int count, unsigned key0, unsigned key1, unsigned counter1, unsigned threshold,
             float keep_scale);

// ---- optimizer.c ----

// Sum of squares, in double, in an order that depends on n alone.
KERNEL(squared_norm) double squared_norm(const float *x, int n);

// One AdamW step (Loshchilov & Hutter 2019, as PyTorch has it) on a flat span. gradient_scale is applied
// first (clipping); bias1 and bias2 are 1 - beta^step. Leaves the gradient at zero, ready for the next one.
KERNEL(adamw)
void adamw(float *value, float *gradient, float *m, float *v, int n, float gradient_scale, float lr,
           float beta1, float beta2, float epsilon, float weight_decay, float bias1, float bias2);
