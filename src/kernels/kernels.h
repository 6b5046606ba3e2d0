// The whole interface of the kernels. Only the innermost arithmetic is in C.
//
// Every pointer lies in one linear memory, every matrix holds 32-bit floats in row-major order, and every
// size counts elements. No kernel allocates, keeps state or touches memory it was not given. The same source
// is built for WebAssembly (see build.ts) and natively (see vector.h for what these builds have in common).
// Each kernel has a row in engine/kernel-table.ts with the shapes of its arrays; a test compares the two.
#pragma once

#if defined(__wasm__)
#define KERNEL(name) __attribute__((export_name(#name)))
#elif defined(LEVEL) // part of one file with its callers: see addon.ts
#define KERNEL(name) static
#else
#define KERNEL(name)
#endif

// ---- matmul.c: C (m,n) = A (m,k) · B (k,n), with B packed beforehand ----

// Number of floats in packed B, whose columns are rounded up to whole vectors.
KERNEL(packed_length) int packed_length(int k, int n);

// Reads element (p,j) of B at b[p * row_stride + j * column_stride], so strides can express a transpose.
KERNEL(pack) void pack(float *packed, const float *b, int k, int n, int row_stride, int column_stride);

// C = A·B, or C += A·B if accumulate is not 0. ldc is the distance between rows of C. Reads element (i,p) of
// A at a[i * row_stride + p * column_stride]. Uses 128 KiB of stack.
KERNEL(matmul)
void matmul(float *c, int ldc, const float *a, int row_stride, int column_stride, const float *packed, int m, int n,
            int k, int accumulate);

// ---- peak.c ----

// Only multiplies and adds in registers. Returns the number of operations.
KERNEL(peak) double peak(int n, float x, float y);

// ---- rows.c: whole rows of a (rows, width) matrix ----

// Sets every row of out to the vector x (width).
KERNEL(broadcast_rows) void broadcast_rows(float *out, const float *x, int rows, int width);

// Sets row r of out to row indices[r] of table.
KERNEL(gather_rows) void gather_rows(float *out, const float *table, const int *indices, int rows, int width);

// Adds row r of x to row indices[r] of table, in the order of r. ld is the distance between rows of both.
KERNEL(scatter_add_rows)
void scatter_add_rows(float *table, const float *x, const int *indices, int rows, int width, int ld);

// Sets row r of out to row r of y where marks[r] is not 0, and of x elsewhere. out may be x or y.
KERNEL(select_rows)
void select_rows(float *out, const float *x, const float *y, const int *marks, int rows, int width);

// Adds the sum of the rows of x, which are ld apart, to out (width).
KERNEL(sum_rows) void sum_rows(float *out, const float *x, int rows, int width, int ld);

// Adds the sum over the rows of a ⊙ b to out (width). Rows of a are lda apart, those of b ldb.
KERNEL(sum_products)
void sum_products(float *out, const float *a, int lda, const float *b, int ldb, int rows, int width);

// Copies x to out (n), or adds it if accumulate is not 0.
KERNEL(add) void add(float *out, const float *x, int n, int accumulate);

// ---- lstm.c, rnn.c, gru.c: one time step of a cell for a batch of rows ----
//
// Forward, gates holds the pre-activations, in PyTorch's order, and is overwritten with the activations.
// Backward, it holds the activations and is overwritten with the gradient of the pre-activations. States and
// their gradients are (rows, hidden).

// gates (rows, width): i, f, g, o; or, if width is 3*hidden, the coupled gates f, g, o. Writes h and c, which
// must not alias c_previous. If has_peepholes is not 0, peepholes (width - hidden) holds the weights of the
// cell state for i, f, o or f, o.
KERNEL(lstm_forward)
void lstm_forward(float *gates, const float *c_previous, float *c, float *h, const float *peepholes, int rows,
                  int hidden, int width, int has_peepholes);

// On entry, dc is the gradient of c without the contribution of h; on return, the gradient of c_previous.
KERNEL(lstm_backward)
void lstm_backward(float *gates, const float *c_previous, const float *c, const float *dh, float *dc,
                   const float *peepholes, int rows, int hidden, int width, int has_peepholes);

// z (rows, hidden) is the only "gate".
KERNEL(rnn_forward) void rnn_forward(float *z, float *h, int rows, int hidden);
KERNEL(rnn_backward) void rnn_backward(float *z, const float *dh, int rows, int hidden);

// gates and past (rows, 3*hidden), in the order r, z, n: the input product and the recurrent product.
KERNEL(gru_forward)
void gru_forward(float *gates, const float *past, const float *h_previous, float *h, int rows, int hidden);

// Overwrites past with its gradient, too. Adds to dh_previous the gradient that bypasses the gates.
KERNEL(gru_backward)
void gru_backward(float *gates, float *past, const float *h_previous, const float *dh, float *dh_previous, int rows,
                  int hidden);

// ---- norm.c: layer normalisation of the rows of a (rows, width) matrix ----

// Normalises each row of x to mean 0 and variance 1. inverse (rows) receives the inverse standard deviations.
KERNEL(normalise_rows) void normalise_rows(float *x, float *inverse, int rows, int width);

// out += x ⊙ scale, where scale (width) applies to each row.
KERNEL(add_scaled_rows)
void add_scaled_rows(float *out, const float *x, const float *scale, int rows, int width);

// Computes dx, the gradient of the input of normalise_rows, from dy, the gradient of the output of
// add_scaled_rows. x is the output of normalise_rows; dx may alias it.
KERNEL(normalise_rows_backward)
void normalise_rows_backward(float *dx, const float *dy, const float *x, const float *inverse, const float *scale,
                             int rows, int width);

// ---- loss.c ----

// losses[r] = -log softmax(logits[r])[targets[r]] in nats, or 0 if the target is negative: it is not predicted.
// If scale is not 0, overwrites logits with the gradient of scale * (sum of the losses).
KERNEL(softmax_cross_entropy)
void softmax_cross_entropy(float *logits, const int *targets, float *losses, int rows, int vocabulary, float scale);

// ---- draw.c ----

// choices[r] = the character that row r of logits + bans draws with the random number uniforms[r] in [0, 1) at
// the temperature 1 / scales[r], or -1 where only exact arithmetic can tell. bans (vocabulary) is 0 or
// -infinity. weights (rows, vocabulary) receives the exponentials.
KERNEL(draw_rows)
void draw_rows(int *choices, float *weights, const float *logits, const float *bans, const float *uniforms,
               const float *scales, int rows, int vocabulary);

// ---- dropout.c ----

// out = x * mask / (1 - p). Threefry draws the mask from (key0, key1, counter1) and the element's index
// alone, so the backward pass draws the same one, in every build. Elements whose random word is below
// threshold (= p * 2^32) become 0. out may alias x. One draw serves elements i and i + ceil(n / 2): a call
// handles `count` such pairs, starting from pair `first`.
KERNEL(dropout)
void dropout(float *out, const float *x, int n, int first, int count, unsigned key0, unsigned key1,
             unsigned counter1, unsigned threshold, float keep_scale);

// ---- optimizer.c ----

// Sum of squares in double precision, in an order that depends on n alone.
KERNEL(squared_norm) double squared_norm(const float *x, int n);

// One AdamW step (Loshchilov & Hutter 2019, PyTorch's variant) on a flat span. Multiplies the gradient by
// gradient_scale first (clipping). bias1 and bias2 are 1 - beta^step. Leaves the gradient at zero for the
// next step.
KERNEL(adamw)
void adamw(float *value, float *gradient, float *m, float *v, int n, float gradient_scale, float lr,
           float beta1, float beta2, float epsilon, float weight_decay, float bias1, float bias2);
