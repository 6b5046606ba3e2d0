// Random regular expressions from the whole grammar of patterns, and their meaning in JavaScript.

import fc from 'fast-check';
import { UserError } from '../../src/errors.js';
import { Pattern } from '../../src/sample/pattern/automaton.js';
import type { Vocabulary } from '../../src/text/vocabulary.js';
import { vocabularyOf } from './models.js';

/** The JavaScript expression that matches whole texts. */
export const wholly = (source: string) => new RegExp(`^(?:${source})$`, 'u');

export const ALPHABET = ['a', 'b', 'c', 'Z', '1', ' ', '-', '\n', '|', 'é', '😀'];
/** A vocabulary of these characters. */
export const small = vocabularyOf(ALPHABET.join(''));

export const letter = fc.constantFrom(...ALPHABET);
const literal = letter.map((character) => (character === '|' ? '\\|' : character));
const classEscape = fc.constantFrom('\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\p{L}', '\\P{L}', '\\p{Lu}');
const range = fc
  .tuple(letter, letter)
  .map((ends) => ends.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!))
  .map((ends) => ends.map((end) => (end === '-' ? '\\-' : end)).join('-'));
const classItem = fc.oneof(
  letter.map((character) => (character === '-' ? '\\-' : character)),
  range,
  classEscape,
);
const characterClass = fc
  .tuple(fc.constantFrom('', '^'), fc.array(classItem, { minLength: 1, maxLength: 3 }))
  .map(([negation, items]) => `[${negation}${items.join('')}]`);
const quantifier = fc.oneof(
  fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{0}', '{1,}', '{2,}?'),
  fc.tuple(fc.nat(2), fc.nat(2)).map(([least, more]) => `{${least},${least + more}}`),
);

/** Sources from the whole grammar. */
export const { source: anySource } = fc.letrec<Record<'source' | 'sequence' | 'quantified' | 'atom', string>>(
  (tie) => ({
    source: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((options) => options.join('|')),
    sequence: fc.array(tie('quantified'), { maxLength: 3 }).map((parts) => parts.join('')),
    quantified: fc
      .tuple(tie('atom'), fc.option(quantifier, { nil: '', freq: 1 }))
      .map((parts) => parts.join('')),
    atom: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      literal,
      fc.constant('.'),
      classEscape,
      characterClass,
      fc.tuple(fc.constantFrom('(', '(?:'), tie('source')).map(([open, body]) => `${open}${body})`),
    ),
  }),
);

/** The pattern, or undefined if no text can match. */
export function patternIfPossible(source: string, vocabulary: Vocabulary): Pattern | undefined {
  try {
    return new Pattern(source, vocabulary);
  } catch (error) {
    if (error instanceof UserError && error.message.includes('never saw')) return undefined;
    throw error;
  }
}
