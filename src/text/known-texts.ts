import type { Dataset } from './dataset.js';
import { HashSet, TextHash } from './text-hash.js';

/** Ids read at a time. */
const PIECE = 1 << 16;

/**
 * Returns the hashes of the texts of a collection, without their labels. Of ten thousand new texts, compared
 * with a million, one is taken for a known one with a probability of 1e-6.
 * @param texts of the form `end, labels, characters`, with another `end` after the last
 */
export function knownTexts(texts: Pick<Dataset, 'length' | 'read'>, end: number): HashSet {
  const known = new HashSet();
  const hash = new TextHash();
  for (let at = 0; at < texts.length; at += PIECE) {
    const ids = texts.read(at, Math.min(PIECE, texts.length - at));
    for (let from = 0; from < ids.length; ) {
      while (ids[from]! > end) from++; // labels
      const found = ids.indexOf(end, from);
      const to = found < 0 ? ids.length : found;
      hash.read(ids.subarray(from, to));
      if (found >= 0 && at + found > 0) known.add(hash.value); // no text comes before the first end
      if (found >= 0) hash.restart();
      from = to + 1;
    }
  }
  return known;
}

/** Returns the hash of a text, to be looked up among those. */
export function hashOfText(ids: ArrayLike<number>): number {
  const hash = new TextHash();
  hash.read(ids);
  return hash.value;
}
