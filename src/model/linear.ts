import type { Engine } from '../engine/kernels.js';

/** Where a matrix (outputs, inputs) and perhaps a bias (outputs) lie; byte offsets. */
export interface LinearPlace {
  readonly outputs: number;
  readonly inputs: number;
  readonly matrix: number;
  readonly bias: number | undefined;
  /** Absent where the weights are not to be trained. */
  readonly gradients: { readonly matrix: number; readonly bias: number | undefined } | undefined;
}

/**
 * y = x · Wᵀ + b and its derivatives: the three matrix products that nearly all of the arithmetic consists of.
 * All arguments are byte offsets of row-major matrices of n rows.
 */
export class Linear {
  /** W packed for x · Wᵀ and for dy · W (see kernels/matmul.c). */
  readonly #forward: number;
  readonly #backward: number;

  constructor(
    readonly engine: Engine,
    readonly place: LinearPlace,
  ) {
    const { outputs, inputs } = place;
    this.#forward = engine.arena.allocate(engine.kernels.packed_length(inputs, outputs));
    this.#backward = place.gradients
      ? engine.arena.allocate(engine.kernels.packed_length(outputs, inputs))
      : 0;
  }

  /** Renews the packed copies; to be called when W has changed. */
  pack(): void {
    const { outputs, inputs, matrix, gradients } = this.place;
    this.engine.kernels.pack(this.#forward, matrix, inputs, outputs, 1, inputs);
    if (gradients) this.engine.kernels.pack(this.#backward, matrix, outputs, inputs, inputs, 1);
  }

  /** y (n, outputs) = x (n, inputs) · Wᵀ + b. */
  forward(y: number, x: number, n: number): void {
    const { outputs, bias } = this.place;
    if (bias !== undefined) this.engine.kernels.broadcast_rows(y, bias, n, outputs);
    this.#multiply(y, x, n, bias === undefined ? 0 : 1);
  }

  /** y (n, outputs) grows by x (n, inputs) · Wᵀ. */
  add(y: number, x: number, n: number): void {
    this.#multiply(y, x, n, 1);
  }

  #multiply(y: number, x: number, n: number, accumulate: 0 | 1): void {
    const { outputs, inputs } = this.place;
    this.engine.kernels.matmul(y, outputs, x, inputs, 1, this.#forward, n, outputs, inputs, accumulate);
  }

  /** dx (n, inputs) = dy (n, outputs) · W, or grows by it. */
  backwardInput(dx: number, dy: number, n: number, accumulate: 0 | 1): void {
    const { outputs, inputs } = this.place;
    this.engine.kernels.matmul(dx, inputs, dy, outputs, 1, this.#backward, n, inputs, outputs, accumulate);
  }

  /**
   * dW += dyᵀ · x and db += the sum of dy's rows.
   * @param scratch room for packed_length(n, inputs) floats
   */
  backwardWeights(dy: number, x: number, n: number, scratch: number): void {
    const { kernels } = this.engine;
    const { outputs, inputs, gradients } = this.place;
    if (!gradients) throw new Error('these weights were made without gradients');
    kernels.pack(scratch, x, n, inputs, inputs, 1);
    kernels.matmul(gradients.matrix, inputs, dy, 1, outputs, scratch, outputs, inputs, n, 1);
    if (gradients.bias !== undefined) kernels.sum_rows(gradients.bias, dy, n, outputs, outputs);
  }
}
