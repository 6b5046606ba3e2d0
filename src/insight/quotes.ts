import { IN_WORD } from './words.js';

/** Double quotation marks, with the marks that close them. */
const DOUBLE: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“”', '«': '»' };
/** Single quotation marks, whose closing mark may also be an apostrophe. */
const SINGLE: Readonly<Record<string, string>> = { "'": "'", '‘': '’' };

/** How many characters ahead to look for the end of a quotation in single marks. */
const MAX_QUOTATION = 1000;

/** Words that start with an apostrophe, without it. */
const ELISION = /^(?:tis|twas|twere|twill|twould|em|til|bout|cause|round)(?![\p{L}\p{N}])/iu;
const MAX_ELISION = 7;

/**
 * Marks with 1 the text inside quotation marks, from the opening mark up to but not including the closing
 * one.
 *
 * Each paragraph starts outside quotation marks, and a blank line ends it: a speech of several paragraphs
 * opens each of them and closes only the last. A single mark opens a quotation only where a word could start
 * and its counterpart closes later in the paragraph; between letters, or in words such as 'tis, it is an
 * apostrophe.
 */
export function quotes(characters: readonly string[]): Float32Array {
  const marks = new Float32Array(characters.length);
  let double: string | undefined;
  let single: string | undefined;
  for (const [i, character] of characters.entries()) {
    if (isParagraphEnd(characters, i)) {
      double = undefined;
      single = undefined;
    } else if (double?.includes(character)) {
      double = undefined;
      single = undefined; // opened within it
    } else if (double === undefined && DOUBLE[character]) double = DOUBLE[character];
    else if (single === character && isClosing(characters, i)) single = undefined;
    else if (single === undefined && isOpening(characters, i)) single = SINGLE[character];
    marks[i] = double !== undefined || single !== undefined ? 1 : 0;
  }
  return marks;
}

function isParagraphEnd(characters: readonly string[], i: number): boolean {
  if (characters[i] !== '\n') return false;
  const before = characters[i - 1] === '\r' ? i - 2 : i - 1;
  return characters[before] === '\n';
}

function isClosing(characters: readonly string[], i: number): boolean {
  return /^\S$/u.test(characters[i - 1] ?? '') && !IN_WORD.test(characters[i + 1] ?? '');
}

function isOpening(characters: readonly string[], i: number): boolean {
  const closing = SINGLE[characters[i]!];
  if (closing === undefined || IN_WORD.test(characters[i - 1] ?? '')) return false;
  if (!/^\S$/u.test(characters[i + 1] ?? '')) return false;
  if (ELISION.test(characters.slice(i + 1, i + 1 + MAX_ELISION).join(''))) return false;
  const end = Math.min(characters.length, i + MAX_QUOTATION);
  for (let j = i + 2; j < end && !isParagraphEnd(characters, j); j++) {
    if (characters[j] === closing && isClosing(characters, j)) return true;
  }
  return false;
}
