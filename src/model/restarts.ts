import type { WindowShape } from './config.js';
import type { Weights } from './weights.js';

/**
 * The places of a window where a row begins a new text, from zero state: those that read the symbol END. The
 * layers call the methods for steps that `has` holds for, so the other steps cost nothing more. Rows are
 * chosen, not multiplied by 0, because 0 * NaN is NaN.
 */
export class Restarts {
  /** (T*B): 1 where a row restarts, else 0. */
  readonly #marks: number;
  /** (T): whether any row restarts in this step. */
  readonly #steps: Uint8Array;
  /** (B, H): zeros. */
  readonly #zeros: number;
  /** (B, H): the states before a step, and gradients that the step must not change; for all layers in turn. */
  readonly #h: number;
  readonly #c: number;
  readonly #aside: number;

  constructor(
    readonly weights: Weights,
    readonly end: number,
    readonly shape: WindowShape,
  ) {
    const { arena } = weights.engine;
    const { rows, steps, training } = shape;
    const state = rows * weights.config.hidden;
    this.#marks = arena.allocate(rows * steps);
    this.#steps = new Uint8Array(steps);
    this.#zeros = arena.allocate(state);
    this.#h = arena.allocate(state);
    this.#c = arena.allocate(state);
    this.#aside = training ? arena.allocate(state) : 0;
  }

  /** Finds the places in the inputs of a window, time-major. */
  find(inputs: Uint32Array): void {
    const { rows } = this.shape;
    const marks = this.weights.engine.arena.words(this.#marks, inputs.length);
    this.#steps.fill(0);
    for (let i = 0; i < inputs.length; i++) {
      const restarts = inputs[i] === this.end ? 1 : 0;
      marks[i] = restarts;
      if (restarts) this.#steps[Math.floor(i / rows)] = 1;
    }
  }

  /** Whether any row restarts in step t. */
  has(t: number): boolean {
    return this.#steps[t] === 1;
  }

  /** Returns a copy of a hidden state (B, H) before step t, zero in the rows that restart. */
  hidden(t: number, h: number): number {
    this.clear(t, h, this.#h);
    return this.#h;
  }

  /** The same for a cell state. */
  cell(t: number, c: number): number {
    this.clear(t, c, this.#c);
    return this.#c;
  }

  /** Writes x (B, H) to `out`, by default in place, with zeros in the rows that restart in step t. */
  clear(t: number, x: number, out = x): void {
    this.#select(t, out, x, this.#zeros);
  }

  /** Keeps the rows of x (B, H) that restart in step t, until `putBack`. */
  setAside(t: number, x: number): void {
    this.#select(t, this.#aside, this.#aside, x);
  }

  putBack(t: number, x: number): void {
    this.#select(t, x, x, this.#aside);
  }

  #select(t: number, out: number, x: number, y: number): void {
    const { rows } = this.shape;
    const { engine, config } = this.weights;
    engine.kernels.select_rows(out, x, y, this.#marks + 4 * t * rows, rows, config.hidden);
  }
}
