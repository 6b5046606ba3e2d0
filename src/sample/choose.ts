import { ExitCode, UserError } from '../errors.js';
import { type Truncation, truncate } from './truncate.js';

export interface Choice extends Partial<Truncation> {
  /** Divides the logits: below 1 surer, above 1 wilder, 0 always the likeliest character. */
  readonly temperature: number;
}

/**
 * Draws the id of a character: temperature, truncation, choice, the last three steps of docs/guide/sampling.md.
 * @param scores (V): logits, -Infinity for what must not be chosen
 * @param uniform a random number in [0, 1)
 * @throws UserError where no score is a number, but for those that must not be chosen
 */
export function choose(scores: ArrayLike<number>, choice: Choice, uniform: number): number {
  const { temperature } = choice;
  const likeliest = indexOfLargest(scores);
  if (temperature === 0) return likeliest;
  // Subtracting the largest first keeps exp from overflowing, however small the temperature.
  const largest = scores[likeliest]!;
  const weights = new Float64Array(scores.length);
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!;
    weights[id] = Number.isNaN(score) ? 0 : Math.exp((score - largest) / temperature);
  }
  truncate(weights, choice);
  let total = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id]!;
  let rest = uniform * total;
  let last = likeliest;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id] === 0) continue;
    rest -= weights[id]!;
    if (rest < 0) return id;
    last = id;
  }
  return last; // rounding may leave a crumb of the sum
}

/** The likeliest, and of equals the first. */
export function indexOfLargest(scores: ArrayLike<number>): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < scores.length; id++) {
    if (scores[id]! > largest) {
      best = id;
      largest = scores[id]!;
    }
  }
  if (best < 0) {
    throw new UserError(
      'the network gives no numbers any more: its weights have grown beyond all measure',
      'Use an earlier checkpoint, or train with a smaller --lr.',
      ExitCode.badData,
    );
  }
  return best;
}

/** log p(id) in nats, by the network alone: a softmax of all its logits (V) at temperature 1. */
export function logProbability(logits: ArrayLike<number>, id: number): number {
  const largest = logits[indexOfLargest(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return logits[id]! - largest - Math.log(sum);
}
