import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { idArrayFor } from './ids.js';
import type { IdArray } from './vocabulary.js';

/** Ids that are written at once. */
const BUFFER = 1 << 17;
/** Bytes that are read at once to be hashed. */
const BLOCK = 1 << 20;

/** Ids that were not written yet, and the place in the file, in ids, that they belong to. */
interface Region {
  at: number;
  buffer: IdArray;
  filled: number;
}

/** Writes ids to the regions of a file, each from its beginning to its end. */
export class IdsWriter {
  readonly #regions: Region[];
  readonly #bytes: number;
  readonly #make: (length: number) => IdArray;
  #written = Promise.resolve();
  /** Of what was written, as long as it was written in order. */
  readonly #hash = createHash('sha256');
  #end = 0;
  #isInOrder = true;

  /** @param starts of the regions, in ids */
  constructor(
    readonly file: FileHandle,
    vocabulary: number,
    readonly starts: readonly number[],
  ) {
    this.#make = idArrayFor(vocabulary).from;
    this.#bytes = this.#make(0).BYTES_PER_ELEMENT;
    this.#regions = starts.map((at) => ({ at, buffer: this.#make(0), filled: 0 }));
  }

  /** Returns where the next id of a region belongs. */
  positionOf(region: number): number {
    const { at, filled } = this.#regions[region]!;
    return at + filled;
  }

  /** Appends ids to a region, in memory. */
  add(region: number, ids: ArrayLike<number>): void {
    const place = this.#regions[region]!;
    if (place.filled + ids.length > place.buffer.length) {
      const roomy = this.#make(Math.max(BUFFER, 2 * (place.filled + ids.length)));
      roomy.set(place.buffer.subarray(0, place.filled));
      place.buffer = roomy;
    }
    place.buffer.set(ids, place.filled);
    place.filled += ids.length;
  }

  /** Writes the ids of regions that have many. To be called often, since memory is limited only by this. */
  async flush(): Promise<void> {
    for (const region of this.#regions) if (region.filled >= BUFFER) await this.#flush(region);
  }

  /** Writes all that is left. @returns the SHA-256 of the file in hexadecimal, and its length in ids */
  async end(): Promise<{ hash: string; length: number }> {
    for (const region of this.#regions) await this.#flush(region);
    await this.#written;
    const length = this.#end / this.#bytes;
    return { hash: this.#isInOrder ? this.#hash.digest('hex') : await this.#hashAgain(), length };
  }

  /** Writes the ids of a region while more are collected. */
  async #flush(region: Region): Promise<void> {
    const { at, buffer, filled } = region;
    if (filled === 0) return;
    const bytes = new Uint8Array(buffer.buffer, 0, filled * this.#bytes);
    const position = at * this.#bytes;
    this.#isInOrder &&= position === this.#end;
    if (this.#isInOrder) this.#hash.update(bytes);
    this.#end = Math.max(this.#end, position + bytes.length);
    await this.#written;
    this.#written = write(this.file, bytes, position);
    this.#written.catch(() => {}); // awaited in its turn
    Object.assign(region, { at: at + filled, buffer: this.#make(0), filled: 0 });
  }

  async #hashAgain(): Promise<string> {
    const hash = createHash('sha256');
    const block = Buffer.allocUnsafe(BLOCK);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.file.read(block, 0, block.length, position);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(block.subarray(0, bytesRead));
      position += bytesRead;
    }
  }
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
