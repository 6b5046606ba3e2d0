import type { Engine } from '../engine/kernels.js';
import type { Place } from './weights.js';

/**
 * Layer normalisation of the rows of a product: γ ⊙ (y - mean) / deviation (Ba, Kiros & Hinton 2016, without
 * their shift, since the layer has a bias). Holds the deviations of one window.
 */
export class RowNorm {
  /** (rows): the inverse standard deviation of each row. */
  readonly #inverse: number;

  /**
   * @param scale γ, (width)
   * @param bias (width); the result is added to it, or to the existing contents if there is none
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

  /**
   * out (n, width) = b + γ ⊙ x̂, or += without b; y (n, width) becomes x̂. @param first index among the
   * window's rows
   */
  forward(out: number, y: number, n: number, first = 0): void {
    const { kernels } = this.engine;
    kernels.normalise_rows(y, this.#inverse + 4 * first, n, this.width);
    if (this.bias) kernels.broadcast_rows(out, this.bias.value, n, this.width);
    kernels.add_scaled_rows(out, y, this.scale.value, n, this.width);
  }

  /** Computes the gradient of `y` from that of `out`. dy may alias x̂. */
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
