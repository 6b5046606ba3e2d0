import type { CodePoints } from '../encoding/decode.js';
import { HashSet, TextHash } from './text-hash.js';

/** Beyond this many different texts, repeats are not counted: that would take over 64 MB. */
const MOST_COUNTED = 1 << 22;

/** Counts the texts that equal an earlier one, by their hashes. */
export class Repeats {
  readonly #hash = new TextHash();
  readonly #seen = new HashSet();
  #texts = 0;

  /** Reads a piece of a text. */
  read(points: CodePoints): void {
    this.#hash.read(points);
  }

  /** Ends a text. */
  end(): void {
    this.#texts++;
    if (this.#seen.size < MOST_COUNTED) this.#seen.add(this.#hash.value);
    this.#hash.restart();
  }

  /** How many there are; undefined if there were too many texts to compare. */
  get count(): number | undefined {
    return this.#seen.size < MOST_COUNTED ? this.#texts - this.#seen.size : undefined;
  }
}
