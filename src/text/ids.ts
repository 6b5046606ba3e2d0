/** A text as ids, read by position. */
export interface Ids {
  read(position: number, count: number): ArrayLike<number>;
}

/** Wraps ids in memory; reads return views of them. */
export function inMemory(ids: Uint32Array): Ids {
  return { read: (position, count) => ids.subarray(position, position + count) };
}
