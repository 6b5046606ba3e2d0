/** Which characters are left to be chosen from; see docs/sampling.md. */
export interface Truncation {
  /** The so many likeliest; 0 for all. */
  readonly topK: number;
  /** Those whose surprise is nearest to what is to be expected, up to this probability; 1 for all. */
  readonly typical: number;
  /** The likeliest that together have this probability; 1 for all. */
  readonly topP: number;
  /** Those at least this share as likely as the likeliest; 0 for all. */
  readonly minP: number;
}

/**
 * Sets the weight of what is cut off to 0. Each step works on what the one before has left, in the order of the
 * interface, and leaves at least one.
 * @param weights (V), not negative, in proportion to probability
 */
export function truncate(weights: Float64Array, { topK, typical, topP, minP }: Partial<Truncation>): void {
  if (topK !== undefined && topK > 0) keepFirst(weights, byWeight(weights), topK, 1);
  if (typical !== undefined && typical < 1)
    keepFirst(weights, byTypicality(weights), weights.length, typical);
  if (topP !== undefined && topP < 1) keepFirst(weights, byWeight(weights), weights.length, topP);
  if (minP !== undefined && minP > 0) keepLikely(weights, minP);
}

/** Keeps the first characters of an order: at most `most`, and no more than make up the share `mass`. */
function keepFirst(weights: Float64Array, order: readonly number[], most: number, mass: number): void {
  if (mass === 1 && most >= order.length) return;
  const enough = mass === 1 ? Number.POSITIVE_INFINITY : mass * sum(weights);
  let kept = 0;
  let total = 0;
  while (kept < Math.min(most, order.length) && (kept === 0 || total < enough)) {
    total += weights[order[kept++]!]!;
  }
  for (let i = kept; i < order.length; i++) weights[order[i]!] = 0;
}

/** Fan, Lewis & Dauphin 2018 (top-k) and Holtzman et al. 2020 (top-p): the likeliest first, the first of equals. */
function byWeight(weights: Float64Array): number[] {
  return possible(weights).sort((a, b) => weights[b]! - weights[a]! || a - b);
}

/** Meister et al. 2023: first those whose surprise is nearest to the entropy, which is the surprise to be expected. */
function byTypicality(weights: Float64Array): number[] {
  const total = sum(weights);
  // A quotient might be 0 where the weight is not.
  const surprise = weights.map((weight) => Math.log(total) - Math.log(weight));
  let entropy = 0;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id]! > 0) entropy += (weights[id]! / total) * surprise[id]!;
  }
  const distance = surprise.map((nats) => Math.abs(nats - entropy));
  return possible(weights).sort((a, b) => distance[a]! - distance[b]! || a - b);
}

/** Nguyen et al. 2024. */
function keepLikely(weights: Float64Array, minP: number): void {
  const least = minP * weights.reduce((most, weight) => Math.max(most, weight), 0);
  for (let id = 0; id < weights.length; id++) if (weights[id]! < least) weights[id] = 0;
}

function possible(weights: Float64Array): number[] {
  const ids: number[] = [];
  for (let id = 0; id < weights.length; id++) if (weights[id]! > 0) ids.push(id);
  return ids;
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id]!;
  return total;
}
