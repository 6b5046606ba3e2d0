import type { Linear } from './linear.js';
import type { Weights } from './weights.js';

/** How many sequences are worked on side by side (rows, B) and how many time steps a window has at most (T). */
export interface WindowShape {
  readonly rows: number;
  readonly steps: number;
  readonly training: boolean;
}

/**
 * One LSTM layer through time. All matrices are time-major: row t*B + b belongs to step t of sequence b.
 *
 * The layer owns the recurrence alone. What enters it from below is already in `gates` when `forward` is called
 * (network.ts makes that in one large product outside the time loop), and `backward` leaves the gradient of the
 * same pre-activations there.
 */
export class LstmLayer {
  /** (T*B, 4H): pre-activations, then activations, then the gradient of the pre-activations. */
  readonly gates: number;
  /** (T*B, H): gradient of the outputs, to be filled before `backward`. */
  readonly dh: number;
  /** (T+1, B, H): hidden and cell states; slot 0 is the state the window starts from. */
  readonly #h: number;
  readonly #c: number;
  /** (B, H): gradient of the cell state, handed from step to step. */
  readonly #dc: number;
  readonly #recurrent: Linear;

  constructor(
    readonly weights: Weights,
    readonly index: number,
    readonly shape: WindowShape,
  ) {
    const { arena } = weights.engine;
    const { hidden } = weights.config;
    const { rows, steps, training } = shape;
    this.#recurrent = weights.recurrent[index]!;
    this.gates = arena.allocate(steps * rows * 4 * hidden);
    this.#h = arena.allocate((steps + 1) * rows * hidden);
    this.#c = arena.allocate((steps + 1) * rows * hidden);
    this.dh = training ? arena.allocate(steps * rows * hidden) : 0;
    this.#dc = training ? arena.allocate(rows * hidden) : 0;
  }

  /** (T*B, H): the outputs of the window. */
  get outputs(): number {
    return this.#h + this.#stateBytes;
  }

  /** (T*B, H): the cell states of the window, each after its step. */
  get cells(): number {
    return this.#c + this.#stateBytes;
  }

  get #stateBytes(): number {
    return 4 * this.shape.rows * this.weights.config.hidden;
  }

  /** gates_t += h_{t-1} · W_hhᵀ, then the cell, for each step in turn. */
  forward(steps: number): void {
    const { kernels } = this.weights.engine;
    const { hidden } = this.weights.config;
    const { rows } = this.shape;
    const state = this.#stateBytes;
    for (let t = 0; t < steps; t++) {
      const gates = this.gates + t * 4 * state;
      const h = this.#h + t * state;
      const c = this.#c + t * state;
      this.#recurrent.forward(gates, h, rows);
      kernels.lstm_forward(gates, c, c + state, h + state, rows, hidden);
    }
  }

  /**
   * The mirror of `forward`, and the gradient of the recurrent matrix. The gradient stops at the window's start:
   * this is truncated backpropagation through time (Williams & Peng 1990).
   * @param scratch room for packed_length(T*B, H) floats
   */
  backward(steps: number, scratch: number): void {
    const { kernels, arena } = this.weights.engine;
    const { hidden } = this.weights.config;
    const { rows } = this.shape;
    const state = this.#stateBytes;
    arena.floats(this.#dc, rows * hidden).fill(0);
    for (let t = steps - 1; t >= 0; t--) {
      const gates = this.gates + t * 4 * state;
      const c = this.#c + t * state;
      const dh = this.dh + t * state;
      kernels.lstm_backward(gates, c, c + state, dh, this.#dc, rows, hidden);
      if (t > 0) this.#recurrent.backwardInput(dh - state, gates, rows, 1);
    }
    // The outputs one step earlier are what the recurrence read: slots 0 to T-1.
    this.#recurrent.backwardWeights(this.gates, this.#h, steps * rows, scratch);
  }

  /** Makes the state after `steps` steps the one the next window starts from. */
  carry(steps: number): void {
    if (steps === 0) return;
    const state = this.shape.rows * this.weights.config.hidden;
    for (const offset of [this.#h, this.#c]) {
      this.weights.engine.arena.floats(offset, (steps + 1) * state).copyWithin(0, steps * state);
    }
  }

  /** Views (B, H) of the hidden and the cell state that the next window starts from; they may be written. */
  get state(): { h: Float32Array; c: Float32Array } {
    const { arena } = this.weights.engine;
    const length = this.shape.rows * this.weights.config.hidden;
    return { h: arena.floats(this.#h, length), c: arena.floats(this.#c, length) };
  }
}
