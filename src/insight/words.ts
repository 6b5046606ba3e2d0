export const IN_WORD = /^[\p{L}\p{M}\p{N}_]$/u;

/**
 * Returns the position of each character in its word, starting at 1, and 0 outside words. An apostrophe
 * between letters belongs to the word. Characters are strings of one code point each.
 */
export function wordPositions(characters: readonly string[]): Float32Array {
  const positions = new Float32Array(characters.length);
  const isWordCharacter = (i: number) => IN_WORD.test(characters[i] ?? '');
  for (const [i, character] of characters.entries()) {
    const isApostrophe =
      (character === "'" || character === '’') && isWordCharacter(i - 1) && isWordCharacter(i + 1);
    if (isApostrophe || isWordCharacter(i)) positions[i] = (positions[i - 1] ?? 0) + 1;
  }
  return positions;
}
