import type { IdArray } from './vocabulary.js';

type Text = IdArray | Int32Array;

/**
 * Builds the suffix array of a text: the start positions of its suffixes in sorted order. A suffix that is a
 * prefix of another comes first. Takes linear time by SA-IS (Nong, Zhang & Chan, "Linear suffix array
 * construction by almost pure induced-sorting", DCC 2009), 4 bytes per character, and at most 8 more
 * meanwhile.
 *
 * In the paper's terms, a suffix is of type S if it is smaller than the suffix one character later, otherwise
 * of type L. The last one is L, as if a character smaller than all others followed it. An S after an L is
 * called LMS. Once the LMS suffixes are sorted, their order induces that of all others.
 * @param alphabet all ids are below it
 */
export function suffixArray(ids: IdArray, alphabet: number): Int32Array {
  const suffixes = new Int32Array(ids.length);
  if (ids.length > 0) sortSuffixes(ids, alphabet, suffixes);
  return suffixes;
}

/** Recurses on a text at most half as long, so the depth is logarithmic in the length. */
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
  // Move the sorted LMS suffixes to the ends of their buckets, last first so that none is overwritten.
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
 * Decides in one pass whether an array, whatever it contains, is the suffix array of a text. Among the
 * suffixes that start with the same character, the text's last suffix must come first if it is one of them,
 * and the others must be in the order of the suffixes one character later. So each accounts for the one
 * before it, and none is missing.
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

/** Computes where the bucket of suffixes that start with each character begins; the last entry is the end. */
function bucketStarts(text: Text, alphabet: number): Int32Array {
  const starts = new Int32Array(alphabet + 1);
  for (let i = 0; i < text.length; i++) starts[text[i]! + 1]!++;
  for (let id = 0; id < alphabet; id++) starts[id + 1]! += starts[id]!;
  return starts;
}

/** Finds the last LMS position before another one or the end of the text; returns -1 if there is none. */
function lmsBefore(text: Text, position: number): number {
  let at = position - 1;
  while (at > 0 && text[at - 1]! >= text[at]!) at--; // type L
  at--;
  while (at > 0 && text[at - 1]! <= text[at]!) at--; // type S
  return at > 0 ? at : -1;
}

/**
 * Sorts all suffixes, given the LMS suffixes at the ends of their buckets and -1 elsewhere. A pass from the
 * left fills the fronts of the buckets with the suffixes of type L, each when the suffix one character later
 * is reached. A pass from the right then fills the ends with those of type S and overwrites the given ones.
 * If the given ones are not sorted, the result is sorted only up to the next LMS position.
 * @param collect leave only the LMS positions, in order, at the end of `out`
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
    // Entries written in this pass are of type S, so the place shows the type.
    if (idBefore < id || (idBefore === id && buckets[id]! <= i)) out[--buckets[idBefore]!] = at - 1;
    else if (collect && idBefore > id && buckets[id]! <= i) out[--collected] = at;
  }
}

/**
 * Names the LMS substrings: numbers them in sorted order, equal ones alike. An LMS substring extends from one
 * LMS position to the next, the last one to the end of the text. Their order is read from the end of `out`;
 * the name of the one at p is stored in out[p >> 1], and -1 in the remaining places.
 * @returns the number of distinct names
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
    // The LMS character that ends a substring is compared too. At the end of the text there is none.
    let same = span === previousSpan && Math.max(at, previous) + span < length;
    for (let d = 0; same && d <= span; d++) same = text[at + d] === text[previous + d];
    if (!same) names++;
    out[at >> 1] = names - 1;
    previous = at;
    previousSpan = span;
  }
  return names;
}

/** Sorts the LMS suffixes as suffixes of the text made of their names; leaves them at the front of `out`. */
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
