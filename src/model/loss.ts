import type { Weights } from './weights.js';

/**
 * Softmax and cross-entropy of a window's logits. The labels of a text are read but not predicted: where the
 * target is one, loss and gradient are 0.
 */
export class Loss {
  readonly #targets: number;
  readonly #losses: number;
  /** Number of positions of the last window that count: those whose target is predicted. */
  counted = 0;

  /** @param positions of the largest window */
  constructor(
    readonly weights: Weights,
    positions: number,
  ) {
    this.#targets = weights.engine.arena.allocate(positions);
    this.#losses = weights.engine.arena.allocate(positions);
  }

  /**
   * @param logits byte offset of the logits, one row per target; with `training`, they are overwritten with
   *   the gradient of the mean loss of the positions that count
   * @returns a view of the losses in nats
   */
  compute(logits: number, targets: Uint32Array, training: boolean): Float32Array {
    const { engine, config } = this.weights;
    const n = targets.length;
    const words = engine.arena.words(this.#targets, n);
    words.set(targets);
    this.counted = n - skipLabels(words, config.end);
    const scale = training ? 1 / Math.max(1, this.counted) : 0;
    const { kernels } = engine;
    kernels.softmax_cross_entropy(logits, this.#targets, this.#losses, n, config.vocabulary, scale);
    engine.finish();
    return engine.arena.floats(this.#losses, n);
  }
}

/** Replaces labels, which have the ids after `end`, by -1 for the kernel. @returns how many there are */
function skipLabels(targets: Uint32Array, end: number | undefined): number {
  if (end === undefined) return 0;
  let labels = 0;
  for (let i = 0; i < targets.length; i++) {
    if (targets[i]! <= end) continue;
    targets[i] = -1;
    labels++;
  }
  return labels;
}
