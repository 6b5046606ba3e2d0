import type { IdArray } from './vocabulary.js';

/** A text as ids, read by position. */
export interface Ids {
  read(position: number, count: number): ArrayLike<number>;
}

/** Wraps ids in memory; reads return views of them. */
export function inMemory(ids: Uint32Array): Ids {
  return { read: (position, count) => ids.subarray(position, position + count) };
}

/** The narrowest unsigned integer type that can hold every id. */
export function idArrayFor(vocabulary: number): { extension: string; from(length: number): IdArray } {
  if (vocabulary <= 1 << 8) return { extension: 'u8', from: (length) => new Uint8Array(length) };
  if (vocabulary <= 1 << 16) return { extension: 'u16', from: (length) => new Uint16Array(length) };
  return { extension: 'u32', from: (length) => new Uint32Array(length) };
}
