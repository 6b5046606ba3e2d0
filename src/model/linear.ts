import type { Engine } from '../engine/kernels.js';

/** Byte offsets of a matrix (outputs, inputs) and an optional bias (outputs). */
export interface LinearPlace {
  readonly outputs: number;
  readonly inputs: number;
  readonly matrix: number;
  readonly bias: number | undefined;
  /** Absent if the weights are not trained. */
  readonly gradients: { readonly matrix: number; readonly bias: number | undefined } | undefined;
}

/**
 * y = x · Wᵀ + b and its derivatives: the three matrix products that make up nearly all of the arithmetic.
 * All arguments are byte offsets of row-major matrices with n rows.
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

  /** Updates the packed copies. Call it whenever W has changed. */
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

  /** y (n, outputs) += x (n, inputs) · Wᵀ. */
  add(y: number, x: number, n: number): void {
    this.#multiply(y, x, n, 1);
  }

  #multiply(y: number, x: number, n: number, accumulate: 0 | 1): void {
    const { outputs, inputs } = this.place;
    this.engine.kernels.matmul(y, outputs, x, inputs, 1, this.#forward, n, outputs, inputs, accumulate);
  }

  /** dx (n, inputs) = dy (n, outputs) · W, or += if `accumulate` is 1. */
  backwardInput(dx: number, dy: number, n: number, accumulate: 0 | 1): void {
    const { outputs, inputs } = this.place;
    this.engine.kernels.matmul(dx, inputs, dy, outputs, 1, this.#backward, n, inputs, outputs, accumulate);
  }

  /**
   * dW += dyᵀ · x and db += the sum of the rows of dy.
   * @param scratch space for packed_length(n, inputs) floats
   */
  backwardWeights(dy: number, x: number, n: number, scratch: number): void {
    const { kernels } = this.engine;
    const { outputs, inputs, gradients } = this.place;
    if (!gradients) throw new Error('these weights were created without gradients');
    kernels.pack(scratch, x, n, inputs, inputs, 1);
    kernels.matmul(gradients.matrix, inputs, dy, 1, outputs, scratch, outputs, inputs, n, 1);
    if (gradients.bias !== undefined) kernels.sum_rows(gradients.bias, dy, n, outputs, outputs);
  }
}
