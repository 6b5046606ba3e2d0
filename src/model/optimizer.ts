import type { Weights } from './weights.js';

export interface AdamWOptions {
  readonly lr: number;
  /** Limit on the global norm of the gradients; 0 for none. */
  readonly clip: number;
  /** On matrices only. */
  readonly weightDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.99;
const EPSILON = 1e-8;

/**
 * AdamW (Loshchilov & Hutter 2019) with clipping by global norm (Pascanu et al. 2013), each a single pass over
 * the flat span of parameters.
 */
export class AdamW {
  readonly #first: number;
  readonly #second: number;

  constructor(readonly weights: Weights) {
    const { arena } = weights.engine;
    this.#first = arena.allocate(weights.table.count);
    this.#second = arena.allocate(weights.table.count);
  }

  /** Views of the running means of the gradients and of their squares, in the order of the parameter table. */
  get moments(): { first: Float32Array; second: Float32Array } {
    const { engine, table } = this.weights;
    return {
      first: engine.arena.floats(this.#first, table.count),
      second: engine.arena.floats(this.#second, table.count),
    };
  }

  /**
   * Changes the weights by the gradients, which become zero, and renews their packed copies. Where the norm is
   * not finite, nothing is changed, the gradients neither, so that one can find out where they went wrong.
   * @param step the number of this step, from 1
   * @returns the global norm of the gradients before clipping
   */
  step(step: number, { lr, clip, weightDecay }: AdamWOptions): number {
    const { engine, table, gradients, values } = this.weights;
    const norm = Math.sqrt(engine.kernels.squared_norm(gradients.byteOffset, table.count));
    if (!Number.isFinite(norm)) return norm;
    const scale = clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1;
    const update = (from: number, to: number, decay: number) =>
      engine.kernels.adamw(
        values.byteOffset + 4 * from,
        gradients.byteOffset + 4 * from,
        this.#first + 4 * from,
        this.#second + 4 * from,
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
