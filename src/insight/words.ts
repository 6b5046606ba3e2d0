export const IN_WORD = /^[\p{L}\p{M}\p{N}_]$/u;

/**
 * The place of each character in its word, from 1 on, and 0 outside of words; an apostrophe between letters belongs to
 * the word. Characters are given as strings of one code point each.
 */
export function wordPositions(characters: readonly string[]): Float32Array {
  const positions = new Float32Array(characters.length);
  const isOfWord = (i: number) => IN_WORD.test(characters[i] ?? '');
  for (const [i, character] of characters.entries()) {
    const isApostrophe = (character === "'" || character === '’') && isOfWord(i - 1) && isOfWord(i + 1);
    if (isApostrophe || isOfWord(i)) positions[i] = (positions[i - 1] ?? 0) + 1;
  }
  return positions;
}
