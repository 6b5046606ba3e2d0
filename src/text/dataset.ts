import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, fileError, UserError } from '../errors.js';
import { openRegular } from '../regular.js';
import { idArrayFor } from './ids.js';
import type { IdArray } from './vocabulary.js';

const LOST =
  'The run has lost its text. Its weights can learn one in a new run: charlstm train TEXT --from RUN.';

/** The file name of a run's ids. */
export function idsFile(vocabulary: number): string {
  return `corpus.${idArrayFor(vocabulary).extension}`;
}

/** The ids of a corpus, read from disk in pieces; the operating system caches what is used often. */
export class Dataset {
  readonly length: number;
  readonly path: string;
  readonly #file: number;
  readonly #make: (length: number) => IdArray;

  /**
   * Opens the ids that `writeIds` wrote to a folder.
   * @throws UserError if they are missing
   */
  constructor(
    folder: string,
    readonly vocabulary: number,
  ) {
    this.path = join(folder, idsFile(vocabulary));
    this.#make = idArrayFor(vocabulary).from;
    try {
      const { descriptor, size } = openRegular(this.path);
      this.#file = descriptor;
      this.length = size / this.#make(1).BYTES_PER_ELEMENT;
    } catch (error) {
      throw fileError(error, this.path, LOST);
    }
  }

  /**
   * Reads `count` ids starting at `position`.
   * @throws UserError if the file is too short or contains an id outside the vocabulary
   */
  read(position: number, count: number): IdArray {
    const ids = this.#make(count);
    const bytes = new Uint8Array(ids.buffer);
    let filled = 0;
    try {
      while (filled < bytes.length) {
        const from = position * ids.BYTES_PER_ELEMENT + filled;
        const got = readSync(this.#file, bytes, filled, bytes.length - filled, from);
        if (got === 0) throw this.#damaged(`ends at ${this.length * ids.BYTES_PER_ELEMENT} bytes`);
        filled += got;
      }
    } catch (error) {
      throw fileError(error, this.path, LOST);
    }
    for (let i = 0; i < count; i++) {
      if (ids[i]! >= this.vocabulary) throw this.#damaged(`has an id ${ids[i]} at character ${position + i}`);
    }
    return ids;
  }

  /**
   * Makes sure that the ids are those of the corpus recorded in a checkpoint.
   * @throws UserError if they are not
   */
  verify(corpus: { readonly hash: string; readonly length: number }): void {
    if (this.length === corpus.length && this.hash() === corpus.hash) return;
    throw new UserError(
      `${this.path} is not the text that the run started with`,
      'Train it again in a new run.',
      ExitCode.badData,
    );
  }

  /** Computes the SHA-256 of all ids. */
  hash(): string {
    const hash = createHash('sha256');
    const block = 1 << 20;
    for (let at = 0; at < this.length; at += block) {
      hash.update(new Uint8Array(this.read(at, Math.min(block, this.length - at)).buffer));
    }
    return hash.digest('hex');
  }

  close(): void {
    closeSync(this.#file);
  }

  #damaged(how: string): UserError {
    return new UserError(
      `${this.path} is damaged: it ${how}`,
      'Train the text again in a new run.',
      ExitCode.badData,
    );
  }
}

/** A part of a dataset, from character `start` up to but excluding `end`. */
export interface Stretch {
  readonly dataset: Dataset;
  readonly start: number;
  readonly end: number;
}
