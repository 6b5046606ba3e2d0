/**
 * Counts the bytes that satisfy a condition in even and in odd places. In UTF-16, the two are bytes of different
 * kinds: in most languages, zeros are all in one of them.
 */
export function countByPlace(
  bytes: Uint8Array,
  isCounted: (byte: number) => boolean,
): readonly [even: number, odd: number] {
  const counts: [number, number] = [0, 0];
  bytes.forEach((byte, i) => {
    if (isCounted(byte)) counts[i % 2 === 0 ? 0 : 1]++;
  });
  return counts;
}

/** Counts zeros in even and in odd places. */
export function zerosByPlace(bytes: Uint8Array): readonly [even: number, odd: number] {
  return countByPlace(bytes, (byte) => byte === 0);
}
