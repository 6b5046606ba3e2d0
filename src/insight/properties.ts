/** Properties of each position in a text, by rules of thumb that need no knowledge of its language. */

import { quotes } from './quotes.js';
import { IN_WORD, wordPositions } from './words.js';

export interface Property {
  /** A switch holds or does not; a counter counts something. */
  readonly kind: 'switch' | 'counter';
  /** Marks each position once its character has been read: 1 or 0, or a count. One number per character. */
  readonly mark: (characters: readonly string[]) => Float32Array;
}

/** All properties. The characters of a text are strings of one code point each. */
export const PROPERTIES = {
  /** Inside quotation marks, from the opening mark up to but not including the closing one. */
  quote: { kind: 'switch', mark: quotes },
  /** Inside (), [] or {}, from the opening bracket up to but not including the closing one. */
  bracket: { kind: 'switch', mark: brackets },
  /** Characters since the last line feed. */
  'line-position': { kind: 'counter', mark: linePositions },
  /** Columns of leading white space in the line. */
  indent: { kind: 'counter', mark: indents },
  /** A capital letter. */
  caps: matching(/^\p{Lu}$/u),
  /** The first character of a word. */
  'word-start': {
    kind: 'switch',
    mark: (characters) => wordPositions(characters).map((at) => Number(at === 1)),
  },
  /** A digit, or a point or comma between digits. */
  number: { kind: 'switch', mark: (characters) => marked(characters, (_, i) => isOfNumber(characters, i)) },
  /** In a comment of source code: after //, after # and a space, in slash-star comments or in <!-- -->. */
  comment: { kind: 'switch', mark: comments },
} satisfies Record<string, Property>;

export type PropertyName = keyof typeof PROPERTIES;
export const PROPERTY_NAMES = Object.keys(PROPERTIES) as PropertyName[];

const DIGIT = /^\p{Nd}$/u;

function marked(characters: readonly string[], is: (character: string, i: number) => boolean): Float32Array {
  return Float32Array.from(characters, (character, i) => (is(character, i) ? 1 : 0));
}

function matching(pattern: RegExp): Property {
  return { kind: 'switch', mark: (characters) => marked(characters, (c) => pattern.test(c)) };
}

function isOfNumber(characters: readonly string[], i: number): boolean {
  const isDigit = (at: number) => DIGIT.test(characters[at] ?? '');
  return isDigit(i) || (['.', ','].includes(characters[i]!) && isDigit(i - 1) && isDigit(i + 1));
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Brackets that are never closed, or never opened, mark nothing. */
function brackets(characters: readonly string[]): Float32Array {
  const steps = new Int32Array(characters.length);
  const open: { readonly at: number; readonly closing: string }[] = [];
  /** Open brackets by the closing bracket they need, so that an unmatched one is skipped without a search. */
  const waiting: Record<string, number> = { ')': 0, ']': 0, '}': 0 };
  for (const [at, character] of characters.entries()) {
    const closing = CLOSING[character];
    if (closing) {
      open.push({ at, closing });
      waiting[closing]!++;
    } else if (waiting[character]) {
      for (let top = open.pop(); top; top = open.pop()) {
        waiting[top.closing]!--;
        if (top.closing !== character) continue;
        steps[top.at]!++;
        steps[at]!--;
        break;
      }
    }
  }
  let depth = 0;
  return Float32Array.from(steps, (step) => {
    depth += step;
    return depth > 0 ? 1 : 0;
  });
}

function linePositions(characters: readonly string[]): Float32Array {
  let position = 0;
  return Float32Array.from(characters, (character) => {
    position = character === '\n' ? 0 : position + 1;
    return position;
  });
}

const TAB_STOP = 4;

/** Within the leading white space, counts the columns read so far. */
function indents(characters: readonly string[]): Float32Array {
  let columns = 0;
  let isInside = true;
  return Float32Array.from(characters, (character) => {
    if (character === '\n') {
      columns = 0;
      isInside = true;
    } else if (isInside && character === ' ') columns++;
    else if (isInside && character === '\t') columns += TAB_STOP - (columns % TAB_STOP);
    else isInside = false;
    return columns;
  });
}

/** Returns the mark that ends the comment starting at i, if one starts there. */
function commentEnd(characters: readonly string[], i: number): string | undefined {
  const startsWith = (mark: string) => [...mark].every((character, k) => characters[i + k] === character);
  if (startsWith('/*')) return '*/';
  if (startsWith('<!--')) return '-->';
  // The slashes of a URL do not start a comment.
  if (startsWith('//') && characters[i - 1] !== ':') return '\n';
  const isHash = characters[i] === '#' && /^\s?$/.test(characters[i - 1] ?? '');
  // A directive such as #include is not a comment.
  return isHash && !IN_WORD.test(characters[i + 1] ?? '') ? '\n' : undefined;
}

function comments(characters: readonly string[]): Float32Array {
  const marks = new Float32Array(characters.length);
  let end: string | undefined;
  let openedAt = 0;
  for (const [i, character] of characters.entries()) {
    if (end === undefined) {
      end = commentEnd(characters, i);
      openedAt = i;
    } else if (character === end.at(-1)) {
      const from = i + 1 - end.length;
      // The star of the opening mark is not part of the closing one.
      const isApart = end === '\n' || from >= openedAt + 2;
      if (isApart && characters.slice(from, i + 1).join('') === end) end = undefined;
    }
    if (end !== undefined) marks[i] = 1;
  }
  return marks;
}
