import { IN_WORD } from './words.js';

/** Double quotation marks, and what closes what they open. */
const DOUBLE: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“”', '«': '»' };
/** Single ones, whose closing mark may also be an apostrophe. */
const SINGLE: Readonly<Record<string, string>> = { "'": "'", '‘': '’' };

/** So far ahead the end of a quotation in single marks is looked for. */
const FARTHEST = 1000;

/** Words that begin with an apostrophe. */
const ELISION = /^(?:tis|twas|twere|twill|twould|em|til|bout|cause|round)(?![\p{L}\p{N}])/iu;
const LONGEST_ELISION = 7;

/**
 * 1 between quotation marks, from the opening one on and up to the closing one, else 0.
 *
 * A paragraph (a blank line ends it) begins outside: where a speech goes on over several, each is opened anew and only
 * the last one closed. A single mark opens only where a word could begin and its like closes later in the paragraph;
 * between letters, or in words such as 'tis, it is an apostrophe.
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
      single = undefined; // what was opened within it
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
  if (ELISION.test(characters.slice(i + 1, i + 1 + LONGEST_ELISION).join(''))) return false;
  const end = Math.min(characters.length, i + FARTHEST);
  for (let j = i + 2; j < end && !isParagraphEnd(characters, j); j++) {
    if (characters[j] === closing && isClosing(characters, j)) return true;
  }
  return false;
}
