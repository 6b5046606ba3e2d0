import type { Ids } from './ids.js';

/** Ids read at a time. */
const CHUNK = 1 << 16;

/**
 * The texts of a collection, as a sorted list of hashes of 53 bits: 8 bytes per text, however long it is. Of
 * ten thousand new texts, compared with a million, one is taken for a known one with a probability of 1e-6.
 */
export class KnownTexts {
  readonly #hashes: Float64Array;

  /** @param texts of the form `end, labels, characters`, with another `end` after the last */
  constructor(texts: Ids & { readonly length: number }, end: number) {
    let hashes = new Float64Array(1024);
    let count = 0;
    const hash = new TextHash();
    for (let at = 0; at < texts.length; at += CHUNK) {
      const ids = texts.read(at, Math.min(CHUNK, texts.length - at));
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        if (id < end) hash.add(id);
        if (id !== end) continue;
        if (count === hashes.length) hashes = grown(hashes);
        hashes[count++] = hash.take();
      }
    }
    this.#hashes = hashes.subarray(1, count).sort(); // nothing comes before the first end
  }

  /** Whether a text with this hash is among them. */
  has(hash: number): boolean {
    const hashes = this.#hashes;
    let low = 0;
    for (let high = hashes.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (hashes[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return hashes[low] === hash;
  }
}

/** Hashes a text id by id: FNV-1a in two variants of 32 bits, of which 53 are kept. */
class TextHash {
  #high = 0x811c9dc5;
  #low = 0x9e3779b9;

  add(id: number): void {
    this.#high = Math.imul(this.#high ^ id, 0x01000193);
    this.#low = Math.imul(this.#low ^ (id + 1), 0x85ebca6b);
    this.#low ^= this.#low >>> 15;
  }

  /** Returns the hash of the text, and begins a new one. */
  take(): number {
    const high = mixed(this.#high);
    const low = mixed(this.#low);
    this.#high = 0x811c9dc5;
    this.#low = 0x9e3779b9;
    return (high >>> 11) * 2 ** 32 + (low >>> 0);
  }
}

/** Spreads each bit over all others (the end of MurmurHash3, Appleby 2011). */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Returns the hash of a text, as KnownTexts compares it. */
export function textHash(ids: Iterable<number>): number {
  const hash = new TextHash();
  for (const id of ids) hash.add(id);
  return hash.take();
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * values.length);
  more.set(values);
  return more;
}
