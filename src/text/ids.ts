import type { IdArray } from './vocabulary.js';

/** A text as ids, read by position. */
export interface Ids {
  read(position: number, count: number): ArrayLike<number>;
}

/** Wraps ids in memory; reads return views of them. */
export function inMemory(ids: IdArray): { read(position: number, count: number): IdArray } {
  return { read: (position, count) => ids.subarray(position, position + count) };
}

/**
 * Returns the last id that is predicted. What follows the end of a text are labels, which are only read.
 * @param size of the vocabulary
 * @param end the id of the end of a text; undefined if the corpus is one text
 */
export function lastPredicted(size: number, end: number | undefined): number {
  return end ?? size - 1;
}

/** The narrowest unsigned integer type that can hold every id. */
export function idArrayFor(vocabulary: number): { extension: string; from(length: number): IdArray } {
  if (vocabulary <= 1 << 8) return { extension: 'u8', from: (length) => new Uint8Array(length) };
  if (vocabulary <= 1 << 16) return { extension: 'u16', from: (length) => new Uint16Array(length) };
  return { extension: 'u32', from: (length) => new Uint32Array(length) };
}
