import { Network } from '../model/network.js';
import type { Weights } from '../model/weights.js';
import { Random, Stream } from '../random.js';

/** How far back a loss reaches: the mean norm of d loss(t) / d h(t-k) over places t in a text. */
export interface LagGradients {
  /** The number of places: at least as many as requested, in batches of equal size. */
  readonly places: number;
  /** The norms for k = 0 up to the longest lag, for each layer, the first layer first. */
  readonly layers: readonly (readonly number[])[];
}

/** The most sequences in a batch, and the most floats for one layer's gates or for the logits. */
const MAX_ROWS = 16;
const MAX_FLOATS = 2 ** 24;

/**
 * A vanishing gradient soon underflows a 32-bit float. It is linear in the gradient of the loss, so that is
 * scaled up by this power of two, which leaves all mantissas unchanged.
 */
const SCALE = 2 ** 96;

/** Returns how many characters `gradientsByLag` needs: two windows, one to fill the state, and the target. */
export function leastText(maxLag: number): number {
  return 2 * (maxLag + 1) + 1;
}

/**
 * Measures the gradient of the loss of single characters with respect to the hidden states before them, by
 * backpropagation through `maxLag` steps (Hochreiter 1991; Pascanu, Mikolov & Bengio 2013). In an LSTM it
 * covers only what passes through h: what the cell state carries by itself counts at the step where it was
 * written.
 * @param weights weights set up for training; their gradients are zero afterwards
 * @param ids a text of at least `leastText(maxLag)` characters
 */
export function gradientsByLag(
  weights: Weights,
  ids: ArrayLike<number>,
  { maxLag, places = 64, seed = 1 }: { maxLag: number; places?: number; seed?: number },
): LagGradients {
  const { hidden, layers, vocabulary } = weights.config;
  const steps = maxLag + 1;
  const room = Math.floor(MAX_FLOATS / (steps * Math.max(4 * hidden, vocabulary)));
  const rows = Math.max(1, Math.min(MAX_ROWS, places, room));
  const network = new Network(weights, { rows, steps, training: true });
  const random = new Random(seed, Stream.evaluation);
  const sums = Array.from({ length: layers }, () => new Float64Array(steps));
  const batches = Math.ceil(places / rows);
  for (let batch = 0; batch < batches; batch++) {
    const starts = Array.from({ length: rows }, () => random.below(ids.length - leastText(maxLag) + 1));
    const window = (from: number) =>
      Uint32Array.from({ length: rows * steps }, (_, n) => {
        return ids[starts[n % rows]! + from + Math.floor(n / rows)]!;
      });
    network.resetState();
    network.forward(window(0));
    network.carry();
    network.forward(window(steps));
    network.losses(window(steps + 1), { training: true });
    network.onlyLastLoss(rows * SCALE);
    network.backward();
    for (const [layer, sum] of sums.entries()) addNorms(sum, network.hiddenGradients(layer), rows, hidden);
  }
  weights.gradients.fill(0);
  const total = batches * rows * SCALE;
  return { places: batches * rows, layers: sums.map((sum) => Array.from(sum, (norm) => norm / total)) };
}

/** Adds the norm of each row of (steps, rows, hidden) to the sum of its lag. */
function addNorms(sum: Float64Array, gradients: Float32Array, rows: number, hidden: number): void {
  const steps = sum.length;
  for (let row = 0; row < steps * rows; row++) {
    let squares = 0;
    for (let j = row * hidden; j < (row + 1) * hidden; j++) squares += gradients[j]! ** 2;
    sum[steps - 1 - Math.floor(row / rows)]! += Math.sqrt(squares);
  }
}
