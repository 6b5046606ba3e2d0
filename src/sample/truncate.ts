/** Which characters remain to choose from; see docs/guide/sampling.md. */
export interface Truncation {
  /** Keeps the k likeliest characters; 0 keeps all. */
  readonly topK: number;
  /** Keeps characters of surprise closest to the entropy, up to this total probability; 1 keeps all. */
  readonly typical: number;
  /** Keeps the likeliest characters that together have this probability; 1 keeps all. */
  readonly topP: number;
  /** Keeps characters at least this fraction as likely as the likeliest; 0 keeps all. */
  readonly minP: number;
}

/**
 * Sets the weights of characters that are cut off to 0. The steps follow the order of the interface; each
 * works on what the one before has left, and leaves at least one character.
 * @param weights (V), not negative, proportional to probability
 */
export function truncate(weights: Float64Array, truncation: Partial<Truncation>): void {
  const { topK = 0, typical = 1, topP = 1, minP = 0 } = truncation;
  // Fan, Lewis & Dauphin 2018.
  if (topK > 0) keepLeast(weights, negative(weights), topK, Number.POSITIVE_INFINITY);
  // Meister et al. 2023.
  if (typical < 1) keepLeast(weights, atypicality(weights), weights.length, typical * sum(weights));
  // Holtzman et al. 2020.
  if (topP < 1) keepLeast(weights, negative(weights), weights.length, topP * sum(weights));
  // Nguyen et al. 2024.
  if (minP > 0) keepLikely(weights, minP);
}

/**
 * Keeps the characters with the smallest keys, the first of equal ones: at most `most`, and no more once
 * their weights reach `enough`. A heap is used because few of many are kept; sorting all would cost more than
 * everything else.
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

/** Moves the id at `place` down the heap until no id below it comes before it. */
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

/** The distance of each character's surprise from the entropy, which is the expected surprise; in nats. */
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

/** Adds up weights; faster than `sumOf`, which takes any iterable. */
export function sum(weights: Float64Array): number {
  let total = 0;
  for (let id = 0; id < weights.length; id++) total += weights[id]!;
  return total;
}
