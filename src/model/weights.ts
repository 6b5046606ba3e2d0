import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from './config.js';
import { Linear } from './linear.js';
import { type ParameterTable, parameterTable } from './parameters.js';

/** A span of all parameters, in the order of the table, as a place in the arena. */
type Span = number;

/**
 * The parameters of one network: the flat span of values, the span of gradients when it is to be trained, and the
 * matrices as ready-packed linear maps. Several networks (training, evaluation, sampling) share one set.
 */
export class Weights {
  readonly table: ParameterTable;
  readonly #values: Span;
  readonly #gradients: Span | undefined;
  /** Each layer's map from its input, with the bias, and from its own previous output, without. */
  readonly input: readonly Linear[];
  readonly recurrent: readonly Linear[];
  readonly decoder: Linear;

  constructor(
    readonly engine: Engine,
    readonly config: ModelConfig,
    { training }: { training: boolean },
  ) {
    this.table = parameterTable(config);
    this.#values = engine.arena.allocate(this.table.count);
    this.#gradients = training ? engine.arena.allocate(this.table.count) : undefined;
    const layers = Array.from({ length: config.layers }, (_, index) => index);
    this.input = layers.map((l) => this.#linear(`lstm.weight_ih_l${l}`, `lstm.bias_ih_l${l}`));
    this.recurrent = layers.map((l) => this.#linear(`lstm.weight_hh_l${l}`));
    this.decoder = this.#linear('decoder.weight', 'decoder.bias');
  }

  /** A view of the values of all parameters. Call `pack` after writing to it. */
  get values(): Float32Array<SharedArrayBuffer> {
    return this.engine.arena.floats(this.#values, this.table.count);
  }

  /** A view of the gradients of all parameters. */
  get gradients(): Float32Array<SharedArrayBuffer> {
    return this.engine.arena.floats(this.#trained(), this.table.count);
  }

  /** Whether every value is a number; after an update that overflowed, some are not. */
  areFinite(): boolean {
    return Number.isFinite(this.engine.kernels.squared_norm(this.#values, this.table.count));
  }

  /** Byte offsets of the embedding matrix (V, E) and of its gradient. */
  get embedding(): number {
    return this.#values + 4 * this.table.named('embedding.weight').start;
  }

  get embeddingGradient(): number {
    return this.#trained() + 4 * this.table.named('embedding.weight').start;
  }

  /** Renews the packed copies of the matrices. To be called whenever values have changed: once an optimizer step. */
  pack(): void {
    for (const linear of [...this.input, ...this.recurrent, this.decoder]) linear.pack();
  }

  #linear(matrixName: string, biasName?: string): Linear {
    const matrix = this.table.named(matrixName);
    const bias = biasName === undefined ? undefined : this.table.named(biasName);
    const [outputs, inputs] = matrix.shape as [number, number];
    const within = (span: Span) => ({ matrix: span + 4 * matrix.start, bias: bias && span + 4 * bias.start });
    const gradients = this.#gradients === undefined ? undefined : within(this.#gradients);
    return new Linear(this.engine, { outputs, inputs, ...within(this.#values), gradients });
  }

  #trained(): Span {
    if (this.#gradients === undefined) throw new Error('these weights were made without gradients');
    return this.#gradients;
  }
}
