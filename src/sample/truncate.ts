/** Which characters are left to be chosen from; see docs/guide/sampling.md. */
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
  // Fan, Lewis & Dauphin 2018.
  if (topK !== undefined && topK > 0) keepLeast(weights, negative(weights), topK, Number.POSITIVE_INFINITY);
  // Meister et al. 2023.
  if (typical !== undefined && typical < 1) {
    keepLeast(weights, atypicality(weights), weights.length, typical * sum(weights));
  }
  // Holtzman et al. 2020.
  if (topP !== undefined && topP < 1)
    keepLeast(weights, negative(weights), weights.length, topP * sum(weights));
  // Nguyen et al. 2024.
  if (minP !== undefined && minP > 0) keepLikely(weights, minP);
}

/**
 * Keeps the characters of the least keys, of equals the first: at most `most`, and no more once they weigh `enough`.
 * They are taken from a heap, since few are kept of many, and sorting all would cost more than all else.
 * @param keys (V)
 */
function keepLeast(weights: Float64Array, keys: Float64Array, most: number, enough: number): void {
  const heap = new Int32Array(weights.length);
  let size = 0;
  for (let id = 0; id < weights.length; id++) if (weights[id]! > 0) heap[size++] = id;
  for (let place = (size >> 1) - 1; place >= 0; place--) sink(heap, size, place, keys);
  let kept = 0;
  let total = 0;
  while (size > 0 && kept < most && (kept === 0 || total < enough)) {
    total += weights[heap[0]!]!;
    kept++;
    heap[0] = heap[--size]!;
    sink(heap, size, 0, keys);
  }
  for (let i = 0; i < size; i++) weights[heap[i]!] = 0;
}

/** Moves the id at `place` down to where no id below it comes before it. */
function sink(heap: Int32Array, size: number, place: number, keys: Float64Array): void {
  const id = heap[place]!;
  let at = place;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= size) break;
    if (below + 1 < size && comesFirst(heap[below + 1]!, heap[below]!, keys)) below++;
    const other = heap[below]!;
    if (comesFirst(id, other, keys)) break;
    heap[at] = other;
    at = below;
  }
  heap[at] = id;
}

function comesFirst(a: number, b: number, keys: Float64Array): boolean {
  return keys[a]! < keys[b]! || (keys[a]! === keys[b]! && a < b);
}

function negative(weights: Float64Array): Float64Array {
  return weights.map((weight) => -weight);
}

/** How far each character's surprise is from the entropy, which is the surprise to be expected; in nats. */
function atypicality(weights: Float64Array): Float64Array {
  const total = sum(weights);
  const log = Math.log(total);
  let entropy = 0;
  const surprise = weights.map((weight) => (weight > 0 ? log - Math.log(weight) : 0));
  for (let id = 0; id < weights.length; id++) entropy += (weights[id]! / total) * surprise[id]!;
  return surprise.map((nats) => Math.abs(nats - entropy));
}

function keepLikely(weights: Float64Array, minP: number): void {
  const least = minP * weights.reduce((most, weight) => Math.max(most, weight), 0);
  for (let id = 0; id < weights.length; id++) if (weights[id]! < least) weights[id] = 0;
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id]!;
  return total;
}
