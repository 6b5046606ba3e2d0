/** The characters of a text by position, as ids. */
export interface Ids {
  read(position: number, count: number): ArrayLike<number>;
}

/** A text that is in memory; what is read of it are views. */
export function inMemory(ids: Uint32Array): Ids {
  return { read: (position, count) => ids.subarray(position, position + count) };
}
