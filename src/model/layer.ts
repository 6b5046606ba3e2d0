import type { BackwardPlaces, Cell } from './cell.js';
import { CELLS } from './cells.js';
import type { WindowShape } from './config.js';
import { RowNorm } from './norm.js';
import type { Restarts } from './restarts.js';
import type { LayerWeights, Weights } from './weights.js';

/** Normalisation of the products (T*B, G). */
interface Norms {
  /** Of W_ih · x; in `backward`, the gradient takes the place of the product. */
  readonly below: RowNorm;
  /** Of W_hh · h', and the byte offset of its gradient. */
  readonly past: RowNorm;
  readonly dPast: number;
}

/**
 * One recurrent layer through time. All matrices are time-major: row t*B + b belongs to step t of sequence b.
 * G is the total width of the gates.
 *
 * The layer computes only the recurrence. The input product must be at `entry` before `forward` (network.ts
 * computes it in one large product outside the time loop), and `backward` leaves its gradient there.
 */
export class RecurrentLayer {
  /** (T*B, G): the input product, then its gradient. */
  readonly entry: number;
  /** (T*B, H): gradient of the outputs; the caller fills it, then `backward` adds that of later steps. */
  readonly dh: number;
  /** (T*B, G): pre-activations, after `forward` activations, then the gradient of the pre-activations. */
  readonly gates: number;
  /** (T*B, G): the same for the recurrent product, if the cell keeps it apart. */
  readonly #past: number;
  /** (T+1, B, H): hidden and cell states; slot 0 is the initial state of the window. */
  readonly #h: number;
  readonly #c: number;
  /** Views of both; of the cell states only if the cell has them. */
  readonly #states: readonly Float32Array[];
  /** (B, H): gradient of the cell state, passed from step to step, and of the initial hidden state. */
  readonly #dc: number;
  readonly #dhStart: number;
  readonly #cell: Cell;
  readonly #weights: LayerWeights;
  readonly #norms: Norms | undefined;
  readonly #hidden: number;
  /** G */
  readonly width: number;

  constructor(
    readonly weights: Weights,
    readonly index: number,
    readonly shape: WindowShape,
    readonly restarts: Restarts | undefined,
  ) {
    const { arena } = weights.engine;
    const { rows, steps, training } = shape;
    this.#cell = CELLS[weights.config.cell];
    this.#weights = weights.layers[index]!;
    this.#hidden = weights.config.hidden;
    this.width = this.#weights.recurrent.place.outputs;
    const state = rows * this.#hidden;
    const all = steps * rows * this.width;
    this.gates = arena.allocate(all);
    this.#past = this.#cell.keepsPast ? arena.allocate(all) : 0;
    this.#h = arena.allocate((steps + 1) * state);
    this.#c = this.#cell.hasCellState ? arena.allocate((steps + 1) * state) : 0;
    const states = this.#cell.hasCellState ? [this.#h, this.#c] : [this.#h];
    this.#states = states.map((offset) => arena.floats(offset, (steps + 1) * state));
    this.dh = training ? arena.allocate(steps * state) : 0;
    this.#dc = training && this.#cell.hasCellState ? arena.allocate(state) : 0;
    this.#dhStart = training && this.#cell.keepsPast ? arena.allocate(state) : 0;
    this.#norms = this.#weights.norms && this.#makeNorms(this.#weights.norms, steps * rows, training);
    this.entry = this.#norms?.below.product ?? this.gates;
  }

  #makeNorms(places: NonNullable<LayerWeights['norms']>, n: number, training: boolean): Norms {
    const { engine } = this.weights;
    const { below, past, bias, pastBias } = places;
    return {
      below: new RowNorm(engine, this.width, below, bias, n),
      past: new RowNorm(engine, this.width, past, pastBias, n),
      dPast: training ? engine.arena.allocate(n * this.width) : 0,
    };
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
    return 4 * this.shape.rows * this.#hidden;
  }

  /** Byte offsets of `count` steps from step t on. */
  #at(t: number, count = 1): BackwardPlaces {
    const { rows } = this.shape;
    const state = this.#stateBytes;
    const gates = t * 4 * rows * this.width;
    return {
      gates: this.gates + gates,
      past: this.#past + gates,
      h: this.#h + (t + 1) * state,
      hPrevious: this.#h + t * state,
      c: this.#c + (t + 1) * state,
      cPrevious: this.#c + t * state,
      own: this.#weights.own?.value ?? 0,
      rows: count * rows,
      hidden: this.#hidden,
      width: this.width,
      dh: this.dh + t * state,
      dhPrevious: t > 0 ? this.dh + (t - 1) * state : this.#dhStart,
      dc: this.#dc,
    };
  }

  /** The same for step t, with the states before it zero in the rows that restart. */
  #restarted(t: number): BackwardPlaces {
    const at = this.#at(t);
    if (!this.restarts?.has(t)) return at;
    const hPrevious = this.restarts.hidden(t, at.hPrevious);
    const cPrevious = this.#cell.hasCellState ? this.restarts.cell(t, at.cPrevious) : 0;
    return { ...at, hPrevious, cPrevious };
  }

  /** For each step, adds the recurrent product W_hh · h' to the input product, then runs the cell. */
  forward(steps: number): void {
    const { kernels } = this.weights.engine;
    const { recurrent } = this.#weights;
    const { rows } = this.shape;
    const norms = this.#norms;
    norms?.below.forward(this.gates, steps * rows);
    for (let t = 0; t < steps; t++) {
      const at = this.#restarted(t);
      const joined = this.#cell.keepsPast ? at.past : at.gates;
      if (norms) {
        recurrent.forward(norms.past.rowAt(t * rows), at.hPrevious, rows);
        norms.past.forward(joined, rows, t * rows);
      } else if (this.#cell.keepsPast) recurrent.forward(joined, at.hPrevious, rows);
      else recurrent.add(joined, at.hPrevious, rows);
      this.#cell.forward(kernels, at);
    }
  }

  /**
   * Computes the gradients of the input product and of the layer's parameters. The gradient stops at the
   * start of the window: this is truncated backpropagation through time (Williams & Peng 1990). Nor does it
   * pass the start of a text. Where a row restarts, the state before it is overwritten with zeros.
   * @param scratch space for packed_length(T*B, H) floats
   */
  backward(steps: number, scratch: number): void {
    const { kernels, arena } = this.weights.engine;
    const { recurrent, own } = this.#weights;
    const { rows } = this.shape;
    const n = steps * rows;
    const norms = this.#norms;
    const joined = this.#cell.keepsPast ? this.#past : this.gates;
    const products = norms ? norms.dPast : joined;
    for (const carried of [this.#dc, this.#dhStart]) {
      if (carried > 0) arena.floats(carried, rows * this.#hidden).fill(0);
    }
    for (let t = steps - 1; t >= 0; t--) {
      const at = this.#restarted(t);
      const gates = t * 4 * rows * this.width;
      const cut = t > 0 && this.restarts?.has(t) ? this.restarts : undefined;
      cut?.setAside(t, at.dhPrevious);
      this.#cell.backward(kernels, at);
      norms?.past.backward(products + gates, joined + gates, rows, t * rows);
      if (t > 0) recurrent.backwardInput(at.dhPrevious, products + gates, rows, 1);
      cut?.putBack(t, at.dhPrevious);
      if (this.#dc > 0) cut?.clear(t, this.#dc);
    }
    if (own) this.#cell.backwardOwn!(kernels, this.#at(0, steps), own.gradient, 'after');
    for (let t = 0; t < steps; t++) {
      if (this.restarts?.has(t)) this.#forget(t);
    }
    // The recurrence read the outputs of the previous step: slots 0 to T-1.
    recurrent.backwardWeights(products, this.#h, n, scratch);
    if (own) this.#cell.backwardOwn!(kernels, this.#at(0, steps), own.gradient, 'before');
    norms?.past.backwardWeights(joined, n);
    norms?.below.backwardWeights(this.gates, n);
    norms?.below.backward(norms.below.product, this.gates, n);
  }

  /** Overwrites the states before step t with what the step read: zeros in the rows that restart. */
  #forget(t: number): void {
    const { hPrevious, cPrevious } = this.#at(t);
    this.restarts!.clear(t, hPrevious);
    if (this.#cell.backwardOwn) this.restarts!.clear(t, cPrevious);
  }

  /** Makes the state after `steps` steps the initial state of the next window. */
  carry(steps: number): void {
    if (steps === 0) return;
    const state = this.shape.rows * this.#hidden;
    for (const states of this.#states) states.copyWithin(0, steps * state, (steps + 1) * state);
  }

  /** Writable views (B, H) of the next window's initial hidden and cell state, which is empty without one. */
  get state(): { h: Float32Array; c: Float32Array } {
    const { arena } = this.weights.engine;
    const length = this.shape.rows * this.#hidden;
    const c = arena.floats(this.#c, this.#cell.hasCellState ? length : 0);
    return { h: arena.floats(this.#h, length), c };
  }
}
