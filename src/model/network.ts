import { Stream } from '../random.js';
import { CELLS } from './cells.js';
import type { WindowShape } from './config.js';
import type { Draws } from './draws.js';
import { RecurrentLayer } from './layer.js';
import { Loss } from './loss.js';
import { Restarts } from './restarts.js';
import { TokenGates } from './token-gates.js';
import type { Weights } from './weights.js';

/** Identifies a dropout mask: the same seed and draw give the same mask. */
export interface DropoutDraw {
  readonly seed: number;
  readonly draw: number;
}

/**
 * Embedding, stacked recurrent layers, linear decoder and cross-entropy: the activations of one window of
 * (steps, rows) characters, and the state that is carried from window to window.
 */
export class Network {
  readonly layers: RecurrentLayer[] = [];
  readonly #tokenGates: TokenGates;
  /** (T*B, H) per layer: its outputs after dropout and residual connection; 0 if it has neither. */
  readonly #results: readonly number[];
  readonly #drops: boolean;
  /** (T*B, V): logits, and their gradient after `losses` with training. */
  readonly #logits: number;
  /** (T*B): views of the logits of one position each, kept because a new view takes as long as a small kernel. */
  readonly #logitsAt: Float32Array[] = [];
  readonly #loss: Loss;
  /** Space for the largest packed activation of the backward pass. */
  readonly #scratch: number;
  /** Where texts begin, if the network reads a collection of them. */
  readonly #restarts: Restarts | undefined;
  #steps = 0;
  #draw: DropoutDraw | undefined;

  constructor(
    readonly weights: Weights,
    readonly shape: WindowShape,
  ) {
    const { arena, kernels } = weights.engine;
    const { config } = weights;
    const { vocabulary, hidden, residual = false } = config;
    const n = shape.rows * shape.steps;
    this.#tokenGates = new TokenGates(weights, shape);
    this.#restarts = config.end === undefined ? undefined : new Restarts(weights, config.end, shape);
    for (let i = 0; i < config.layers; i++) {
      this.layers.push(new RecurrentLayer(weights, i, shape, this.#restarts));
    }
    this.#drops = shape.training && config.dropout > 0;
    this.#results = this.layers.map(({ index }) =>
      this.#drops || (residual && index > 0) ? arena.allocate(n * hidden) : 0,
    );
    this.#logits = arena.allocate(n * vocabulary);
    this.#loss = new Loss(weights, n);
    const widest = Math.max(kernels.packed_length(n, hidden), this.#tokenGates.packedLength);
    this.#scratch = shape.training ? arena.allocate(widest) : 0;
  }

  /**
   * Runs a window from the carried state, up to the logits. A row that reads END does so from zero state.
   * @param inputs character ids, time-major: element t*B + b is step t of sequence b; at most T whole steps
   * @param draw the dropout mask to use; ignored outside training
   */
  forward(inputs: Uint32Array, draw?: DropoutDraw): void {
    this.weights.engine.finish();
    const n = inputs.length;
    this.#steps = n / this.shape.rows;
    this.#draw = this.#drops ? draw : undefined;
    this.#restarts?.find(inputs);
    for (const layer of this.layers) {
      const { index, entry } = layer;
      if (index === 0) this.#tokenGates.lookUp(inputs, entry);
      else this.weights.layers[index]!.input.forward(entry, this.#resultsOf(index - 1), n);
      layer.forward(this.#steps);
      this.#computeResults(layer);
    }
    this.weights.decoder.forward(this.#logits, this.#resultsOf(this.layers.length - 1), n);
  }

  /** A view (steps*B, V) of the logits of the last window. */
  get logits(): Float32Array {
    return this.#view(this.#logits, this.weights.config.vocabulary);
  }

  /** A view (V) of the logits of sequence b after the last step. */
  lastLogits(b: number): Float32Array {
    this.weights.engine.finish();
    const position = this.#positions - this.shape.rows + b;
    const { vocabulary } = this.weights.config;
    const at = this.#logits + 4 * position * vocabulary;
    this.#logitsAt[position] ??= this.weights.engine.arena.floats(at, vocabulary);
    return this.#logitsAt[position];
  }

  /** Draws a character for each sequence from the logits after the last step. */
  draw(draws: Draws): void {
    draws.from(this.#logits + 4 * (this.#positions - this.shape.rows) * this.weights.config.vocabulary);
  }

  /**
   * A view (steps*B, H) of a layer's memory after each step of the last window: the cell states or, if the
   * cell has none, the hidden states. Not valid after `backward` or `carry`.
   */
  cells(layer: number): Float32Array {
    const { cells, outputs } = this.layers[layer]!;
    const { hidden, cell } = this.weights.config;
    return this.#view(CELLS[cell].hasCellState ? cells : outputs, hidden);
  }

  /** A view (steps*B, H) of a layer's hidden states in the last window. Not valid after `backward` or `carry`. */
  hidden(layer: number): Float32Array {
    return this.#view(this.layers[layer]!.outputs, this.weights.config.hidden);
  }

  /** A view (steps*B, G) of a layer's gate activations in the last window. Not valid after `backward`. */
  gates(layer: number): Float32Array {
    const { gates, width } = this.layers[layer]!;
    return this.#view(gates, width);
  }

  /** After `backward`, a view (steps*B, H) of the gradient with respect to a layer's hidden states. */
  hiddenGradients(layer: number): Float32Array {
    return this.#view(this.layers[layer]!.dh, this.weights.config.hidden);
  }

  #view(at: number, width: number): Float32Array {
    this.weights.engine.finish();
    return this.weights.engine.arena.floats(at, this.#positions * width);
  }

  /**
   * Computes softmax and cross-entropy against the targets, which correspond to the inputs. With `training`,
   * overwrites the logits with the gradient of the mean loss. Labels are not predicted: where the target is
   * one, loss and gradient are 0, and the mean is over the `counted` positions.
   * @returns a view (steps*B) of the losses in nats
   */
  losses(targets: Uint32Array, { training = false } = {}): Float32Array {
    return this.#loss.compute(this.#logits, targets, training);
  }

  /** Number of positions of the last `losses` whose target is predicted. */
  get counted(): number {
    return this.#loss.counted;
  }

  /** After `losses` with training: reduces the mean loss to the sum of the last step / B, times `scale`. */
  onlyLastLoss(scale = 1): void {
    const { logits } = this;
    const { rows } = this.shape;
    const last = logits.length - rows * this.weights.config.vocabulary;
    logits.fill(0, 0, last);
    for (let i = last; i < logits.length; i++) logits[i]! *= (this.counted / rows) * scale;
  }

  /** After `losses` with training: adds the gradient of the mean loss to the span of gradients. */
  backward(): void {
    const n = this.#positions;
    const last = this.layers.length - 1;
    this.weights.decoder.backwardWeights(this.#logits, this.#resultsOf(last), n, this.#scratch);
    this.weights.decoder.backwardInput(this.layers[last]!.dh, this.#logits, n, 0);
    for (let index = last; index >= 0; index--) {
      const layer = this.layers[index]!;
      const isResidual = this.#isResidual(index);
      const below = index > 0 ? this.layers[index - 1]!.dh : 0;
      if (isResidual) this.weights.engine.kernels.add(below, layer.dh, n * this.weights.config.hidden, 0);
      if (this.#draw) this.#drop(index, layer.dh, layer.dh);
      layer.backward(this.#steps, this.#scratch);
      if (index === 0) {
        this.#tokenGates.backward(layer.entry, n, this.#scratch);
      } else {
        const { input } = this.weights.layers[index]!;
        input.backwardWeights(layer.entry, this.#resultsOf(index - 1), n, this.#scratch);
        input.backwardInput(below, layer.entry, n, isResidual ? 1 : 0);
      }
    }
  }

  /** Makes the final state of the last window the initial state of the next. Call it after `backward`. */
  carry(): void {
    this.weights.engine.finish();
    for (const layer of this.layers) layer.carry(this.#steps);
    this.#steps = 0;
  }

  /** Restarts every sequence from zero state. */
  resetState(): void {
    this.weights.engine.finish();
    this.#tokenGates.forget(); // the last window may have been abandoned
    this.#steps = 0;
    for (const { state } of this.layers) {
      state.h.fill(0);
      state.c.fill(0);
    }
  }

  /** Number of positions in the last window. */
  get #positions(): number {
    return this.#steps * this.shape.rows;
  }

  /** Whether a layer adds its input to its outputs. */
  #isResidual(index: number): boolean {
    return index > 0 && this.weights.config.residual === true;
  }

  /** Byte offset of a layer's results, which the next layer or the decoder reads. */
  #resultsOf(index: number): number {
    return this.#draw || this.#isResidual(index) ? this.#results[index]! : this.layers[index]!.outputs;
  }

  /** Computes a layer's results: its outputs after dropout, plus its input with a residual connection. */
  #computeResults({ index, outputs }: RecurrentLayer): void {
    const { kernels } = this.weights.engine;
    const to = this.#resultsOf(index);
    const n = this.#positions * this.weights.config.hidden;
    if (this.#draw) this.#drop(index, outputs, to);
    if (!this.#isResidual(index)) return;
    if (!this.#draw) kernels.add(to, outputs, n, 0);
    kernels.add(to, this.#resultsOf(index - 1), n, 1);
  }

  /** Applies a layer's dropout mask for this window. The gradient is the same operation. */
  #drop(index: number, from: number, to: number): void {
    const { engine, config } = this.weights;
    const { seed, draw } = this.#draw!;
    const counter = (draw * config.layers + index) % 2 ** 32;
    const threshold = Math.round(config.dropout * 2 ** 32);
    const scale = 1 / (1 - config.dropout);
    const n = this.#positions * config.hidden;
    const pairs = Math.ceil(n / 2);
    engine.kernels.dropout(to, from, n, 0, pairs, seed, Stream.dropout, counter, threshold, scale);
  }
}
