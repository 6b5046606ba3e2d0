import type { Engine } from '../engine/kernels.js';
import type { Place } from './weights.js';

/**
 * Layer normalisation of the rows of a product: γ ⊙ (y - mean) / deviation (Ba, Kiros & Hinton 2016, without
 * their shift, since the layer has a bias). Holds the product of one window and its deviations.
 */
export class RowNorm {
  /** Byte offset of the product y (rows, width), to be written before `forward`, which normalises it. */
  readonly product: number;
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
    this.product = engine.arena.allocate(rows * width);
    this.#inverse = engine.arena.allocate(rows);
  }

  /** Byte offset of a row of the product. */
  rowAt(index: number): number {
    return this.product + 4 * index * this.width;
  }

  /** For n rows from `first` on, y becomes x̂, and out (n, width) = b + γ ⊙ x̂, or += without b. */
  forward(out: number, n: number, first = 0): void {
    const { kernels } = this.engine;
    const y = this.rowAt(first);
    kernels.normalise_rows(y, this.#inverse + 4 * first, n, this.width);
    if (this.bias) kernels.broadcast_rows(out, this.bias.value, n, this.width);
    kernels.add_scaled_rows(out, y, this.scale.value, n, this.width);
  }

  /** Computes the gradient of y, dy (n, width), from that of `out`. dy may overwrite x̂. */
  backward(dy: number, dout: number, n: number, first = 0): void {
    const { engine, width, scale } = this;
    const inverse = this.#inverse + 4 * first;
    engine.kernels.normalise_rows_backward(dy, dout, this.rowAt(first), inverse, scale.value, n, width);
  }

  /** Adds the gradients of γ and b. */
  backwardWeights(dout: number, n: number): void {
    const { kernels } = this.engine;
    const { width } = this;
    kernels.sum_products(this.scale.gradient, dout, width, this.product, width, n, width);
    if (this.bias) kernels.sum_rows(this.bias.gradient, dout, n, width, width);
  }
}
