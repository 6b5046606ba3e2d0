import type { Refuse } from '../../errors.js';
import { grouped } from '../../numbers.js';

/** A document that is being read. */
export interface Document {
  /** Its name, for what it says about the document. */
  readonly label: string;
  /** Its bytes. A chunk is valid until the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly bound: Bound;
  /** Throws the error for a document that cannot be read. */
  readonly refuse: Refuse;
}

/** How many times as large as a file the text in it may be. Prose is packed to a third, repeated lines to less. */
const MOST_TIMES = 100;
/** In bytes, for tiny files. */
const LEAST = 1_000_000;

/** Bounds what is unpacked from a file, so that a small file cannot fill the memory or the disk. */
export class Bound {
  #packed = 0;
  #unpacked = 0;

  /**
   * @param size of the file in bytes; undefined if it is not known before it was read
   * @param most bytes that may be unpacked in any case
   * @param refuse throws the error for a file with more
   */
  constructor(
    readonly size: number | undefined,
    readonly most: number,
    readonly refuse: Refuse,
  ) {}

  addPacked(bytes: number): void {
    this.#packed += bytes;
  }

  addUnpacked(bytes: number): void {
    this.#unpacked += bytes;
    const size = this.size ?? this.#packed;
    const most = Math.max(LEAST, MOST_TIMES * size);
    if (this.#unpacked > most) {
      const times = most > LEAST ? `, ${MOST_TIMES} times as many` : '';
      this.refuse(`it has ${grouped(size)} bytes, and unpacks to more than ${grouped(most)}${times}`);
    }
    if (this.#unpacked > this.most) {
      this.refuse(
        `it has ${grouped(size)} bytes, and unpacks to more than the ${grouped(this.most)} that memory allows`,
      );
    }
  }
}
