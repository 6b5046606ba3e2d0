import type { Engine } from '../engine/kernels.js';
import type { Place } from './weights.js';

/**
 * Layer normalisation of a product's rows: γ ⊙ (y - mean) / deviation (Ba, Kiros & Hinton 2016, without their shift,
 * which the layer's bias is). Made for the rows of one window.
 */
export class RowNorm {
  /** (rows): what each row was multiplied by. */
  readonly #inverse: number;

  /**
   * @param scale γ, (width)
   * @param bias (width); what is normalised is added to it. Without one it is added to what is there
   */
  constructor(
    readonly engine: Engine,
    readonly width: number,
    readonly scale: Place,
    readonly bias: Place | undefined,
    rows: number,
  ) {
    this.#inverse = engine.arena.allocate(rows);
  }

  /** out (n, width) = b + γ ⊙ x̂, or grows by it; y (n, width) becomes x̂. @param first of the window's rows */
  forward(out: number, y: number, n: number, first = 0): void {
    const { kernels } = this.engine;
    kernels.normalise_rows(y, this.#inverse + 4 * first, n, this.width);
    if (this.bias) kernels.broadcast_rows(out, this.bias.value, n, this.width);
    kernels.add_scaled_rows(out, y, this.scale.value, n, this.width);
  }

  /** From the gradient of `out` that of `y`. dy may be the place of x̂. */
  backward(dy: number, dout: number, normalised: number, n: number, first = 0): void {
    const inverse = this.#inverse + 4 * first;
    this.engine.kernels.normalise_rows_backward(
      dy,
      dout,
      normalised,
      inverse,
      this.scale.value,
      n,
      this.width,
    );
  }

  /** Adds the gradients of γ and b. */
  backwardWeights(dout: number, normalised: number, n: number): void {
    const { kernels } = this.engine;
    const { width } = this;
    kernels.sum_products(this.scale.gradient, dout, width, normalised, width, n, width);
    if (this.bias) kernels.sum_rows(this.bias.gradient, dout, n, width, width);
  }
}
