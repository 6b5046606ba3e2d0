import { ExitCode, UserError } from '../errors.js';
import type { NumberRange } from '../numbers.js';

export interface ChoiceOptions {
  /** Divides the logits: below 1 surer, above 1 wilder, 0 always the likeliest character. */
  readonly temperature: number;
  /** Choose among the so many likeliest characters only; 0 for all. */
  readonly topK: number;
  /** Choose among the likeliest characters that together have this probability (Holtzman et al. 2020); 1 for all. */
  readonly topP: number;
}

export const CHOICE_RANGES: Record<keyof ChoiceOptions, NumberRange> = {
  temperature: { minimum: 0, maximum: 100 },
  topK: { minimum: 0, maximum: 0x110000, integer: true },
  topP: { minimum: 0, maximum: 1 },
};

/**
 * Draws the id of a character from logits.
 * @param uniform a random number in [0, 1)
 * @throws UserError where no logit is a number
 */
export function choose(
  logits: Float32Array,
  { temperature, topK, topP }: ChoiceOptions,
  uniform: number,
): number {
  const likeliest = indexOfLargest(logits);
  if (temperature === 0) return likeliest;
  // Subtracting the largest first keeps exp from overflowing, however small the temperature.
  const largest = logits[likeliest]!;
  const weights = new Float64Array(logits.length);
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    weights[id] = Number.isNaN(logit) ? 0 : Math.exp((logit - largest) / temperature);
  }
  if (topK > 0 || topP < 1) keepLikeliest(weights, topK, topP);
  let total = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id]!;
  let rest = uniform * total;
  for (let id = 0; id < weights.length; id++) {
    rest -= weights[id]!;
    if (rest < 0) return id;
  }
  return likeliest; // rounding may leave a crumb of the sum
}

function indexOfLargest(logits: Float32Array): number {
  let best = -1;
  for (let id = 0; id < logits.length; id++) {
    if (!Number.isNaN(logits[id]!) && (best < 0 || logits[id]! > logits[best]!)) best = id;
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

/** Sets the weight of all but the likeliest to 0. The likeliest one always stays. */
function keepLikeliest(weights: Float64Array, topK: number, topP: number): void {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const most = topK > 0 ? Math.min(topK, order.length) : order.length;
  let kept = 0;
  let mass = 0;
  while (kept < most && (kept === 0 || mass < topP * total)) mass += weights[order[kept++]!]!;
  for (const id of order.slice(kept)) weights[id] = 0;
}
