import type { IdArray } from './vocabulary.js';

type Text = IdArray | Int32Array;

/**
 * The suffix array of a text: where its suffixes begin, in their order. A suffix that is the beginning of another one
 * comes before it. Made in linear time by SA-IS (Nong, Zhang & Chan, "Linear suffix array construction by almost pure
 * induced-sorting", DCC 2009), with 4 bytes a character and, while it is made, at most 8 more.
 *
 * In the words of the paper: a suffix is of type S where it is smaller than the one a character later, else of type L;
 * the last one is L, as if a smaller character than all came after it. An S after an L is called LMS. When the LMS
 * suffixes are sorted, the others fall into place.
 * @param alphabet all ids are below it
 */
export function suffixArray(ids: IdArray, alphabet: number): Int32Array {
  const suffixes = new Int32Array(ids.length);
  if (ids.length > 0) sortSuffixes(ids, alphabet, suffixes);
  return suffixes;
}

/** Calls itself for a text at most half as long, so no deeper than the logarithm of the length. */
function sortSuffixes(text: Text, alphabet: number, out: Int32Array): void {
  const starts = bucketStarts(text, alphabet);
  const buckets = new Int32Array(alphabet);
  out.fill(-1);
  buckets.set(starts.subarray(1));
  let count = 0;
  for (let at = lmsBefore(text, text.length); at >= 0; at = lmsBefore(text, at)) {
    out[--buckets[text[at]!]!] = at;
    count++;
  }
  if (count > 0) {
    induce(text, out, starts, buckets, true);
    const names = nameSubstrings(text, out, count);
    if (names < count) sortNamed(text, out, count, names);
    else out.copyWithin(0, text.length - count);
  }
  // The sorted LMS suffixes move to the ends of their buckets, the last one first: so none is overwritten.
  out.fill(-1, count);
  buckets.set(starts.subarray(1));
  for (let i = count - 1; i >= 0; i--) {
    const at = out[i]!;
    out[i] = -1;
    out[--buckets[text[at]!]!] = at;
  }
  induce(text, out, starts, buckets, false);
}

/**
 * Whether an array is the suffix array of a text, in one pass and for sure, whatever it holds. Of the suffixes that
 * begin with one character, the first must be the last of the text if it is one of them, and all others must follow
 * in the order of the suffixes a character later. By that, each suffix leads to the one before it, so all are there.
 */
export function isSuffixArray(suffixes: Int32Array, ids: IdArray, alphabet: number): boolean {
  const { length } = ids;
  if (suffixes.length !== length) return false;
  if (length === 0) return true;
  const places = bucketStarts(ids, alphabet);
  if (suffixes[places[ids[length - 1]!]!++] !== length - 1) return false;
  for (let i = 0; i < length; i++) {
    const before = suffixes[i]! - 1;
    if (before === -1) continue;
    if (before < 0 || before >= length - 1 || suffixes[places[ids[before]!]!++] !== before) return false;
  }
  return true;
}

/** Where the suffixes that begin with each character begin in the array; one more entry for the end. */
function bucketStarts(text: Text, alphabet: number): Int32Array {
  const starts = new Int32Array(alphabet + 1);
  for (let i = 0; i < text.length; i++) starts[text[i]! + 1]!++;
  for (let id = 0; id < alphabet; id++) starts[id + 1]! += starts[id]!;
  return starts;
}

/** The last LMS position before another one, or before the end of the text; -1 where there is none. */
function lmsBefore(text: Text, position: number): number {
  let at = position - 1;
  while (at > 0 && text[at - 1]! >= text[at]!) at--; // type L
  at--;
  while (at > 0 && text[at - 1]! <= text[at]!) at--; // type S
  return at > 0 ? at : -1;
}

/**
 * Puts all suffixes into their order, given the LMS suffixes at the ends of their buckets and -1 elsewhere. Those of
 * type L fill the fronts of the buckets from the left, each when the suffix a character later is met; then those of
 * type S the ends from the right, over the given ones. If the given ones are not sorted, what comes out is sorted as
 * far as the next LMS position only.
 * @param collect leave nothing but the LMS positions, in their order, at the end of `out`
 */
function induce(
  text: Text,
  out: Int32Array,
  starts: Int32Array,
  buckets: Int32Array,
  collect: boolean,
): void {
  const { length } = text;
  buckets.set(starts.subarray(0, -1));
  out[buckets[text[length - 1]!]!++] = length - 1;
  for (let i = 0; i < length; i++) {
    const before = out[i]! - 1;
    if (before < 0) continue;
    const id = text[before]!;
    if (id >= text[before + 1]!) out[buckets[id]!++] = before;
  }
  buckets.set(starts.subarray(1));
  let collected = length;
  for (let i = length - 1; i >= 0; i--) {
    const at = out[i]!;
    if (at === 0) continue;
    const id = text[at]!;
    const idBefore = text[at - 1]!;
    // What was put there in this pass is of type S: the place tells the type.
    if (idBefore < id || (idBefore === id && buckets[id]! <= i)) out[--buckets[idBefore]!] = at - 1;
    else if (collect && idBefore > id && buckets[id]! <= i) out[--collected] = at;
  }
}

/**
 * Numbers the stretches from one LMS position to the next (the last one to the end of the text) by their order, equal
 * ones alike. Their order is taken from the end of `out`; the number of the one at p is left in out[p >> 1], with -1 in
 * the places of others.
 * @returns how many different ones there are
 */
function nameSubstrings(text: Text, out: Int32Array, count: number): number {
  const { length } = text;
  const first = length - count;
  out.fill(-1, 0, first);
  for (let next = length, at = lmsBefore(text, length); at >= 0; next = at, at = lmsBefore(text, at)) {
    out[at >> 1] = next - at;
  }
  let names = 0;
  let previous = -1;
  let previousSpan = 0;
  for (let i = first; i < length; i++) {
    const at = out[i]!;
    const span = out[at >> 1]!;
    // The LMS character that ends a stretch is compared too. After the end of the text there is none.
    let same = span === previousSpan && Math.max(at, previous) + span < length;
    for (let d = 0; same && d <= span; d++) same = text[at + d] === text[previous + d];
    if (!same) names++;
    out[at >> 1] = names - 1;
    previous = at;
    previousSpan = span;
  }
  return names;
}

/** Sorts the LMS suffixes by the text that the names of their stretches are; they are left at the front of `out`. */
function sortNamed(text: Text, out: Int32Array, count: number, names: number): void {
  const first = text.length - count;
  let place = text.length;
  for (let i = first - 1; i >= 0; i--) if (out[i]! >= 0) out[--place] = out[i]!;
  const reduced = out.subarray(first);
  sortSuffixes(reduced, names, out.subarray(0, count));
  place = count;
  for (let at = lmsBefore(text, text.length); at >= 0; at = lmsBefore(text, at)) reduced[--place] = at;
  for (let i = 0; i < count; i++) out[i] = reduced[out[i]!]!;
}
