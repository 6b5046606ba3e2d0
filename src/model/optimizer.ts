import type { Weights } from './weights.js';

export interface UpdateOptions {
  readonly lr: number;
  /** Limit on the global norm of the gradients; 0 disables clipping. */
  readonly clip: number;
  /** Applied to matrices only. */
  readonly weightDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.99;
const EPSILON = 1e-8;

/** The moments that AdamW keeps for each parameter, by their names in checkpoints, which are PyTorch's. */
export const MOMENTS = ['exp_avg', 'exp_avg_sq'] as const;

/** A span of each moment by its name, in the order of the parameter table. */
export type Moments = ReadonlyMap<string, Float32Array>;

/**
 * AdamW (Loshchilov & Hutter 2019) with clipping by global norm (Pascanu et al. 2013), each a single pass
 * over the flat span of parameters.
 */
export class Optimizer {
  /** Byte offset of each moment. */
  readonly #offsets: readonly number[];

  constructor(readonly weights: Weights) {
    const { engine, table } = weights;
    this.#offsets = MOMENTS.map(() => engine.arena.allocate(table.count));
  }

  /** Views of the running means of the gradients and of their squares. */
  get moments(): Moments {
    const { engine, table } = this.weights;
    return new Map(MOMENTS.map((name, i) => [name, engine.arena.floats(this.#offsets[i]!, table.count)]));
  }

  /** Sets the moments to those given, or to zero for a new run. */
  reset(moments?: Moments): void {
    for (const [name, span] of this.moments) {
      const given = moments?.get(name);
      if (given) span.set(given);
      else span.fill(0);
    }
  }

  /**
   * Updates the weights, zeroes the gradients and repacks the matrices. If the norm is not finite, nothing
   * changes: the gradients remain, so that the faulty one can be found.
   * @param step number of this step, from 1
   * @returns the global norm of the gradients before clipping
   */
  step(step: number, { lr, clip, weightDecay }: UpdateOptions): number {
    const { engine, table, gradients, values } = this.weights;
    const norm = Math.sqrt(engine.kernels.squared_norm(gradients.byteOffset, table.count));
    if (!Number.isFinite(norm)) return norm;
    const scale = clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1;
    const [mean, meanSquare] = this.#offsets;
    const update = (from: number, to: number, decay: number) =>
      engine.kernels.adamw(
        values.byteOffset + 4 * from,
        gradients.byteOffset + 4 * from,
        mean! + 4 * from,
        meanSquare! + 4 * from,
        to - from,
        scale,
        lr,
        BETA1,
        BETA2,
        EPSILON,
        decay,
        1 - BETA1 ** step,
        1 - BETA2 ** step,
      );
    update(0, table.decayed, weightDecay);
    update(table.decayed, table.count, 0);
    this.weights.pack();
    engine.finish();
    return norm;
  }
}
