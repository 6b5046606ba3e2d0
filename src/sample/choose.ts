import { ExitCode, UserError } from '../errors.js';
import { sum, type Truncation, truncate } from './truncate.js';

export interface Choice extends Partial<Truncation> {
  /** Divides the logits: lower is more predictable, 0 always picks the likeliest character. */
  readonly temperature: number;
}

/**
 * Draws the id of a character by temperature, truncation and choice: the last three steps of
 * docs/guide/sampling.md.
 * @param scores (V): logits; -Infinity for characters that must not be chosen
 * @param uniform a random number in [0, 1)
 * @throws UserError if no score is a finite number
 */
export function choose(scores: ArrayLike<number>, choice: Choice, uniform: number): number {
  const { temperature } = choice;
  const likeliest = indexOfLargest(scores);
  if (temperature === 0) return likeliest;
  // Subtracting the largest keeps exp from overflowing, however low the temperature.
  const largest = scores[likeliest]!;
  const weights = spaceFor(scores.length);
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!;
    weights[id] = Number.isNaN(score) ? 0 : Math.exp((score - largest) / temperature);
  }
  truncate(weights, choice);
  let rest = uniform * sum(weights);
  let last = likeliest;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id] === 0) continue;
    rest -= weights[id]!;
    if (rest < 0) return id;
    last = id;
  }
  return last; // rounding may leave a remainder of the sum
}

let space = new Float64Array(0);

/** Returns (V) numbers of any value, valid until the next call: allocating them takes longer than a choice. */
function spaceFor(length: number): Float64Array {
  if (space.length !== length) space = new Float64Array(length);
  return space;
}

/**
 * Returns the index of the largest score, the first of equal ones.
 * @throws UserError if no score is a number
 */
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
      'the logits of the network are no longer numbers: its weights have grown too large',
      'Use an earlier checkpoint, or train with a smaller --lr.',
      ExitCode.badData,
    );
  }
  return best;
}

/** Returns log p(id) in nats according to the network: the log-softmax of its logits (V) at temperature 1. */
export function logProbability(logits: ArrayLike<number>, id: number): number {
  return logits[id]! - logSumExp(logits);
}

/** Returns log(sum of exp) of logits, so that exp(logit - this) is the probability of a character. */
export function logSumExp(logits: ArrayLike<number>): number {
  const largest = logits[indexOfLargest(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum);
}
