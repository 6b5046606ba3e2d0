/** What can be said of each place of a text, by rules of thumb that need no knowledge of its language. */

import { quotes } from './quotes.js';
import { IN_WORD, wordPositions } from './words.js';

export const PROPERTY_NAMES = [
  'quote',
  'bracket',
  'line-position',
  'indent',
  'caps',
  'word-start',
  'number',
  'comment',
] as const;
export type PropertyName = (typeof PROPERTY_NAMES)[number];

export interface Property {
  /** Whether it holds or does not, or counts something. */
  readonly kind: 'switch' | 'counter';
  /** What it says of a place once its character was read: 1 or 0, or a count. One number a character. */
  readonly of: (characters: readonly string[]) => Float32Array;
}

/** What a text is searched for; its characters are given as strings of one code point each. */
export const PROPERTIES: Readonly<Record<PropertyName, Property>> = {
  /** Between quotation marks: from the opening one on, up to the closing one. */
  quote: { kind: 'switch', of: quotes },
  /** Between (), [] or {}, from the opening one on, up to the closing one. */
  bracket: { kind: 'switch', of: brackets },
  /** Characters since the line feed. */
  'line-position': { kind: 'counter', of: linePositions },
  /** Columns of white space that the line began with. */
  indent: { kind: 'counter', of: indents },
  /** A capital letter. */
  caps: each(/^\p{Lu}$/u),
  /** The first character of a word. */
  'word-start': {
    kind: 'switch',
    of: (characters) => wordPositions(characters).map((position) => (position === 1 ? 1 : 0)),
  },
  /** A digit, or a point or comma between digits. */
  number: { kind: 'switch', of: (characters) => marked(characters, (_, i) => isOfNumber(characters, i)) },
  /** In a comment of a program: after //, after # and a space, between slash-star and star-slash or <!-- and -->. */
  comment: { kind: 'switch', of: comments },
};

const DIGIT = /^\p{Nd}$/u;

function marked(characters: readonly string[], is: (character: string, i: number) => boolean): Float32Array {
  return Float32Array.from(characters, (character, i) => (is(character, i) ? 1 : 0));
}

function each(pattern: RegExp): Property {
  return { kind: 'switch', of: (characters) => marked(characters, (c) => pattern.test(c)) };
}

function isOfNumber(characters: readonly string[], i: number): boolean {
  const isDigit = (at: number) => DIGIT.test(characters[at] ?? '');
  return isDigit(i) || (['.', ','].includes(characters[i]!) && isDigit(i - 1) && isDigit(i + 1));
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Of brackets that are never closed, or never opened, nothing is marked. */
function brackets(characters: readonly string[]): Float32Array {
  const steps = new Int32Array(characters.length);
  const open: { readonly at: number; readonly closing: string }[] = [];
  /** How many that wait for a closing bracket are open: one that nothing waits for is not looked for. */
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

/** While the white space is being read, as much of it as was read. */
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

/** What ends a comment that begins at a place, if one does there. */
function commentEnd(characters: readonly string[], i: number): string | undefined {
  const begins = (mark: string) => [...mark].every((character, k) => characters[i + k] === character);
  if (begins('/*')) return '*/';
  if (begins('<!--')) return '-->';
  // Not the slashes of an address.
  if (begins('//') && characters[i - 1] !== ':') return '\n';
  const isHash = characters[i] === '#' && /^\s?$/.test(characters[i - 1] ?? '');
  // Not a directive such as #include.
  return isHash && !IN_WORD.test(characters[i + 1] ?? '') ? '\n' : undefined;
}

function comments(characters: readonly string[]): Float32Array {
  const marks = new Float32Array(characters.length);
  let end: string | undefined;
  let begun = 0;
  for (const [i, character] of characters.entries()) {
    if (end === undefined) {
      end = commentEnd(characters, i);
      begun = i;
    } else if (character === end.at(-1)) {
      const from = i + 1 - end.length;
      // The star of an opening mark is not that of the closing one.
      const isApart = end === '\n' || from >= begun + 2;
      if (isApart && characters.slice(from, i + 1).join('') === end) end = undefined;
    }
    if (end !== undefined) marks[i] = 1;
  }
  return marks;
}
