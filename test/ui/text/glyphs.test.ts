import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { glyphsOf, wrappedSample } from '../../../src/ui/text/glyphs.js';
import { LONGEST_PIECE } from '../../../src/ui/text/graphemes.js';
import type { Line } from '../../../src/ui/text/line.js';

const textOf = (line: Line) => line.map(({ text }) => text).join('');

/** Wraps generated text without a prompt. */
function lines(text: string, width = 80, prompt = ''): string[] {
  const certainty = Array.from(text, () => 1);
  return wrappedSample({ prompt, text, certainty }, width, true).map(textOf);
}

/** Text of all kinds, rich in awkward characters. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', '鯨', ' '), maxLength: 12 }),
      fc.constantFrom(
        '\0',
        '\t',
        '\n',
        '\r',
        '\r\n',
        '\x1b[31m',
        '\x7f',
        '\x9b2J',
        '\u202e',
        '\u2066',
        '\u2028',
      ),
      fc.constantFrom(
        '\u0301',
        '\u200d',
        '\u200b',
        '\ufe0f',
        '\u{1f3fb}',
        '\ud800',
        '🇩🇪',
        '👨‍👩‍👧',
        '鯨',
        'の海 ',
      ),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

it.each([
  ['a separator', 'a\u2028b\u2029', 'a�b�'],
  ['a joiner with nothing to join', 'a\u200db\u200c👩\u200d', 'a�b�👩�'],
  ['what takes no room', '\u00ad\u200b\ufeff', '���'],
  ['a letter in tags', 'a\u{e0041}', 'a�'],
  [
    'emoji and letters that are joined',
    '👨‍👩‍👧🏴\u{e0067}\u{e007f}क्\u200dष',
    '👨‍👩‍👧🏴\u{e0067}\u{e007f}क्\u200dष',
  ],
])('%s is seen', (_, text, shown) => {
  expect(lines(text)).toEqual([shown]);
});

describe('safe text', () => {
  it('has no characters with side effects', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 1, max: 40 }), (text, prompt, width) => {
        for (const line of lines(text, width, prompt)) {
          expect(line).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}|[\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });

  it.each([
    ['\x1b[31m', '␛[31m'],
    ['\x9b2J', '\ufffd2J'],
    ['\x7f\b\0\r', '␡␈␀␍'],
    ['a\tb', 'a⇥b'],
    ['\u202eabc\u2066', '\ufffdabc\ufffd'],
    ['\u0301', '◌\u0301'],
    ['a\u200bb', 'a\ufffdb'],
    ['\ud800', '\ufffd'],
  ])('%j looks like %j', (text, shown) => {
    expect(lines(text)).toEqual([shown]);
  });

  it('starts a line after a line feed, and shows other control characters', () => {
    expect(lines('a\n\nb\n')).toEqual(['a', '', 'b', '']);
    expect(lines('a\r\nb')).toEqual(['a␍', 'b']);
    expect(lines('\n\u0301')).toEqual(['', '◌\u0301']);
    expect(lines('')).toEqual(['']);
  });

  it('is the same at any sufficient width, except for spaces at line breaks', () => {
    const dense = (all: readonly string[]) => all.join('').replaceAll(' ', '');
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 40 }), (text, width) => {
        // As drawn: a replacement for an invisible character takes a column, too.
        fc.pre(glyphsOf(text).every((glyph) => glyph.width <= width));
        expect(dense(lines(text, width))).toBe(dense(lines(text, 1e6)));
      }),
    );
  });
});

describe('glyphs', () => {
  it('of a long text do not depend on where it is cut for segmentation', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const unit = fc.constantFrom(
      'a',
      ' ',
      '鯨',
      'é',
      'e\u0301',
      '🇮🇸',
      '👨‍👩‍👧',
      'ש',
      'กำ',
      '\r\n',
      '\n',
      '가',
      '\u0301',
      '한',
    );
    fc.assert(
      fc.property(fc.array(unit, { minLength: 100, maxLength: 600, size: 'max' }), (units) => {
        const text = units.join('');
        const whole = Array.from(segmenter.segment(text), ({ segment }) => segment);
        fc.pre(whole.every(({ length }) => length < LONGEST_PIECE));
        const expected = whole.flatMap((glyph) => (glyph === '\r\n' ? ['\r', '\n'] : [glyph]));
        expect(glyphsOf(text).map(({ source }) => source)).toEqual(expected);
      }),
    );
  });

  it('longer than a piece are split without loss', () => {
    const text = `a${'\u0301'.repeat(1000)}b`;
    const glyphs = glyphsOf(text);
    expect(glyphs.map(({ source }) => source).join('')).toBe(text);
    expect(glyphs.map(({ at }) => at)).toEqual([0, 256, 512, 768, 1001]);
  });
});

describe('lines', () => {
  it('are never wider than requested', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 1, max: 40 }), (text, prompt, width) => {
        for (const line of lines(text, width, prompt)) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 1000 },
    );
  });

  it('break between words that fit', () => {
    const trimmed = lines('Call me Ishmael. Some years ago', 12).map((line) => line.trimEnd());
    expect(trimmed).toEqual(['Call me', 'Ishmael.', 'Some years', 'ago']);
    expect(lines('Call me Ishmael', 7)).toEqual(['Call me', 'Ishmael']);
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '鯨'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 12, max: 40 }), (words, width) => {
        const found = lines(words.join(' '), width).flatMap((line) => line.split(' ').filter(Boolean));
        expect(found).toEqual(words);
      }),
    );
  });

  it('break a word longer than a line at the end of the line', () => {
    expect(lines('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(lines('a bcdefgh', 3)).toEqual(['a ', 'bcd', 'efg', 'h']);
    expect(lines('鯨の海鯨', 5)).toEqual(['鯨の', '海鯨']);
    expect(lines(' abcd鯨', 5)).toEqual([' ', 'abcd', '鯨']);
  });

  it('never split a grapheme of several code points', () => {
    expect(lines('e\u0301e\u0301e\u0301', 2)).toEqual(['e\u0301e\u0301', 'e\u0301']);
    expect(lines('👨‍👩‍👧👨‍👩‍👧🇩🇪', 5)).toEqual(['👨‍👩‍👧👨‍👩‍👧', '🇩🇪']);
  });
});

describe('styles', () => {
  const page = { prompt: 'Call', text: ' me e\u0301鯨', certainty: [0.9, 0.3, 0.3, 0.1, 0.01, 0.9, 0.01] };

  it('show the prompt in bold, and the certainty of the network as tints', () => {
    expect(wrappedSample(page, 20, true)).toEqual([
      [
        { text: 'Call', color: undefined, bold: true },
        { text: ' ', color: undefined, bold: false },
        { text: 'me', color: 'caution', bold: false },
        { text: ' ', color: 'validation', bold: false },
        { text: 'e\u0301鯨', color: 'bad', bold: false },
      ],
    ]);
  });

  it('have no tints when tints are off', () => {
    expect(wrappedSample(page, 20, false)).toEqual([
      [
        { text: 'Call', color: undefined, bold: true },
        { text: ' me e\u0301鯨', color: undefined, bold: false },
      ],
    ]);
  });

  it('continue after a line break', () => {
    const [, second] = wrappedSample({ prompt: 'ab cd', text: ' ef', certainty: [1, 1, 1] }, 5, true);
    expect(second).toEqual([{ text: 'ef', color: undefined, bold: false }]);
    const [, broken] = wrappedSample({ prompt: 'a\nbc', text: 'd', certainty: [0] }, 5, true);
    expect(broken).toEqual([
      { text: 'bc', color: undefined, bold: true },
      { text: 'd', color: 'bad', bold: false },
    ]);
  });
});
