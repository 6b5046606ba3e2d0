import type { Dataset } from '../dataset.js';
import { HashSet, TextHash } from './text-hash.js';

/** Ids read at a time. */
const PIECE = 1 << 16;
/** So many characters of a text nearly always tell it from all others. */
const BEGINNING = 64;

/**
 * The texts of a collection, as hashes. Of ten thousand new texts, compared with a million, one is taken for a
 * known one with a probability of 1e-6.
 */
export class KnownTexts {
  readonly #texts = new HashSet();
  /** Of the beginnings of all texts that are not shorter. */
  readonly #beginnings = new HashSet();

  /** @param texts of the form `end, labels, characters`, with another `end` after the last */
  constructor(texts: Pick<Dataset, 'length' | 'read'>, end: number) {
    const hash = new TextHash();
    let length = 0; // of the text so far
    for (let at = 0; at < texts.length; at += PIECE) {
      const ids = texts.read(at, Math.min(PIECE, texts.length - at));
      for (let from = 0; from < ids.length; ) {
        while (ids[from]! > end) from++; // labels
        const found = ids.indexOf(end, from);
        const to = found < 0 ? ids.length : found;
        const split = Math.max(from, Math.min(to, from + BEGINNING - length));
        hash.read(ids, from, split);
        length += to - from;
        if (split > from && length >= BEGINNING) this.#beginnings.add(hash.value);
        hash.read(ids, split, to);
        if (found >= 0 && at + found > 0) this.#texts.add(hash.value); // no text comes before the first end
        if (found >= 0) {
          hash.restart();
          length = 0;
        }
        from = to + 1;
      }
    }
  }

  has(text: ArrayLike<number>): boolean {
    return this.#texts.has(hashOf(text, text.length));
  }

  /** Whether a text with this beginning may be among them. */
  mayHave(beginning: ArrayLike<number>): boolean {
    return beginning.length < BEGINNING || this.#beginnings.has(hashOf(beginning, BEGINNING));
  }
}

/** Returns the hash of the first characters of a text. */
export function hashOf(text: ArrayLike<number>, length: number): number {
  const hash = new TextHash();
  hash.read(text, 0, length);
  return hash.value;
}
