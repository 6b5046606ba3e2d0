import type { Engine } from '../engine/kernels.js';
import { CELLS } from './cells.js';
import type { ModelConfig } from './config.js';
import { Linear } from './linear.js';
import { type Parameter, type ParameterTable, parameterTable } from './parameters.js';

/** Byte offset of a span of all parameters, in the order of the table. */
type Span = number;

/** Byte offsets of parameters and their gradients; only trained weights have gradients. */
export interface Place {
  readonly value: number;
  readonly gradient: number;
}

/** The parameters of one recurrent layer. */
export interface LayerWeights {
  /** W_ih, with the bias unless the product is normalised first; and W_hh. */
  readonly input: Linear;
  readonly recurrent: Linear;
  /** The cell's own vector (see Cell). */
  readonly own: Place | undefined;
  /** The scales of the normalised products, and the biases that these are added to. */
  readonly norms:
    | {
        readonly below: Place;
        readonly past: Place;
        readonly bias: Place;
        readonly pastBias: Place | undefined;
      }
    | undefined;
}

/**
 * The parameters of one network: the flat span of values, the span of gradients if it is trained, and the
 * matrices as packed linear maps. Several networks (training, evaluation, sampling) share one set.
 */
export class Weights {
  readonly table: ParameterTable;
  readonly #values: Span;
  readonly #gradients: Span | undefined;
  readonly layers: readonly LayerWeights[];
  readonly decoder: Linear;
  /** Changes with the values: results that depend on them are valid for one version. */
  version = 0;

  constructor(
    readonly engine: Engine,
    readonly config: ModelConfig,
    { training }: { training: boolean },
  ) {
    this.table = parameterTable(config);
    this.#values = engine.arena.allocate(this.table.count);
    this.#gradients = training ? engine.arena.allocate(this.table.count) : undefined;
    this.layers = Array.from({ length: config.layers }, (_, layer) => this.#layer(layer));
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

  /** Whether every value is finite; after an update that overflowed, some are not. */
  areFinite(): boolean {
    return Number.isFinite(this.engine.kernels.squared_norm(this.#values, this.table.count));
  }

  /** The norm of the gradients of some parameters. */
  gradientNorm(parameters: readonly Parameter[]): number {
    const squares = parameters.map(({ start, length }) =>
      this.engine.kernels.squared_norm(this.#trained() + 4 * start, length),
    );
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  }

  /** The embedding matrix (V, E). */
  get embedding(): Place {
    return this.#place('embedding.weight');
  }

  /** Updates the packed copies of the matrices. Call it whenever values have changed. */
  pack(): void {
    this.version++;
    for (const { input, recurrent } of this.layers) {
      input.pack();
      recurrent.pack();
    }
    this.decoder.pack();
  }

  #layer(layer: number): LayerWeights {
    const { cell, layerNorm = false } = this.config;
    const { module, keepsPast, own } = CELLS[cell];
    const named = (name: string) => `${module}.${name}_l${layer}`;
    const bias = named('bias_ih');
    const pastBias = keepsPast ? named('bias_hh') : undefined;
    return {
      input: this.#linear(named('weight_ih'), layerNorm ? undefined : bias),
      recurrent: this.#linear(named('weight_hh'), layerNorm ? undefined : pastBias),
      own: own && this.#place(named(own.name)),
      norms: layerNorm
        ? {
            below: this.#place(named('norm_ih')),
            past: this.#place(named('norm_hh')),
            bias: this.#place(bias),
            pastBias: pastBias === undefined ? undefined : this.#place(pastBias),
          }
        : undefined,
    };
  }

  #place(name: string): Place {
    const at = 4 * this.table.named(name).start;
    const trained = () => this.#trained();
    return {
      value: this.#values + at,
      get gradient() {
        return trained() + at;
      },
    };
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
    if (this.#gradients === undefined) throw new Error('these weights were created without gradients');
    return this.#gradients;
  }
}
