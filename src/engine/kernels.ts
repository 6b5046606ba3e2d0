import type { Arena } from './arena.js';

/**
 * The kernels as TypeScript sees them: kernels/kernels.h, with every pointer a byte offset into the arena. The
 * contracts (shapes, aliasing, what is overwritten) are in that header; each build of the kernels provides
 * exactly these functions.
 */
export interface Kernels {
  peak(n: number, x: number, y: number): number;
  packed_length(k: number, n: number): number;
  pack(packed: number, b: number, k: number, n: number, rowStride: number, columnStride: number): void;
  matmul(
    c: number,
    ldc: number,
    a: number,
    rowStride: number,
    columnStride: number,
    packed: number,
    m: number,
    n: number,
    k: number,
    accumulate: 0 | 1,
  ): void;
  broadcast_rows(out: number, x: number, rows: number, width: number): void;
  gather_rows(out: number, table: number, indices: number, rows: number, width: number): void;
  scatter_add_rows(table: number, x: number, indices: number, rows: number, width: number, ld: number): void;
  sum_rows(out: number, x: number, rows: number, width: number, ld: number): void;
  sum_products(
    out: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    rows: number,
    width: number,
  ): void;
  add(out: number, x: number, n: number, accumulate: 0 | 1): void;
  lstm_forward(
    gates: number,
    cPrevious: number,
    c: number,
    h: number,
    peepholes: number,
    rows: number,
    hidden: number,
    width: number,
    hasPeepholes: 0 | 1,
  ): void;
  lstm_backward(
    gates: number,
    cPrevious: number,
    c: number,
    dh: number,
    dc: number,
    peepholes: number,
    rows: number,
    hidden: number,
    width: number,
    hasPeepholes: 0 | 1,
  ): void;
  rnn_forward(z: number, h: number, rows: number, hidden: number): void;
  rnn_backward(z: number, dh: number, rows: number, hidden: number): void;
  gru_forward(gates: number, past: number, hPrevious: number, h: number, rows: number, hidden: number): void;
  gru_backward(
    gates: number,
    past: number,
    hPrevious: number,
    dh: number,
    dhPrevious: number,
    rows: number,
    hidden: number,
  ): void;
  normalise_rows(x: number, inverse: number, rows: number, width: number): void;
  add_scaled_rows(out: number, x: number, scale: number, rows: number, width: number): void;
  normalise_rows_backward(
    dx: number,
    dy: number,
    x: number,
    inverse: number,
    scale: number,
    rows: number,
    width: number,
  ): void;
  softmax_cross_entropy(
    logits: number,
    targets: number,
    losses: number,
    rows: number,
    vocabulary: number,
    scale: number,
  ): void;
  dropout(
    out: number,
    input: number,
    n: number,
    first: number,
    count: number,
    key0: number,
    key1: number,
    counter1: number,
    threshold: number,
    keepScale: number,
  ): void;
  squared_norm(x: number, n: number): number;
  adamw(
    value: number,
    gradient: number,
    m: number,
    v: number,
    n: number,
    gradientScale: number,
    lr: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    bias1: number,
    bias2: number,
  ): void;
}

/** Kernels and the memory they work on. */
export interface Engine {
  /**
   * The build of the kernels, recorded in checkpoints: results agree between builds to rounding, not to the bit; only
   * wasm-relaxed256 gives the bits of wasm-relaxed.
   */
  readonly name: string;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly threads: number;
  /** Carries out the calls of kernels that are not yet (see team.ts). To be called before their results are read. */
  readonly finish: () => void;
  /** What it takes to put the same kernels on the same memory in another thread. */
  readonly build:
    | { readonly kind: 'native'; readonly path: string }
    | { readonly kind: 'wasm'; readonly module: WebAssembly.Module };
}
