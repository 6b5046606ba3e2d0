import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/checkpoint/json.js';
import { excerpt, harmless, harmlessJson, harmlessLine, percent, table } from '../../src/format.js';

const LIMITS = { depth: 3, values: 100, characters: 1000 };
const parse = (text: string) => parseJson(text, LIMITS);
const refusal = (text: string) => {
  try {
    return `${text} was taken as ${JSON.stringify(parse(text))}`;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
};

describe('untrusted JSON', () => {
  it('is parsed as by JSON.parse within the limits', () => {
    const wide = { depth: 100, values: 1e6, characters: 1e6 };
    const value = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(value, fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!text.includes('__proto__'));
        expect(JSON.stringify(parseJson(text, wide))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('throws nothing but a SyntaxError, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'{}[],:"\\ a1'), { maxLength: 40 }), (characters) => {
        expect(typeof refusal(characters.join(''))).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,"a":1}', 'names a member twice'],
    ['{"a":1,"\\u0061":2}', 'names a member twice'],
    ['{"b":{"a":1,"a":{}}}', 'names a member twice'],
    ['{"__proto__":1}', 'has a member "__proto__"'],
    ['[{"\\u005f_proto__":{}}]', 'has a member "__proto__"'],
    ['[[[[]]]]', 'is nested more than 3 deep'],
    ['[[[{}]]]', 'is nested more than 3 deep'],
    [`[${'0,'.repeat(100)}0]`, 'has more than 100 values'],
    [`"${'x'.repeat(1000)}"`, 'has more than 1000 characters'],
    ['{"a":1', 'is not JSON'],
    ['', 'is not JSON'],
    ['"\u001b[2J', 'is not JSON'],
  ])('%s is refused', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('may have brackets, colons and quotes in its strings', () => {
    const value = { a: '[[[[{{{{:::::,,,,,\\"', '"b\\': ':' };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });
});

describe('untrusted text', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this searches for
  const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0x2100 }).map((x) => String.fromCodePoint(x)) });

  it('loses its control characters and keeps its length when made harmless', () => {
    fc.assert(
      fc.property(text, (text) => {
        expect(harmless(text)).not.toMatch(ACTIVE);
        expect(harmless(text)).toHaveLength(text.length);
        expect(harmlessLine(text)).not.toMatch(/[\n\t]/);
        expect(harmlessLine(text)).not.toMatch(ACTIVE);
      }),
    );
  });

  it('keeps its value as harmless JSON', () => {
    fc.assert(
      fc.property(text, fc.nat(2), (text, indent) => {
        const json = harmlessJson({ text, [text]: [text] }, indent);
        expect(json.replaceAll('\n', '')).not.toMatch(ACTIVE);
        expect(JSON.parse(json)).toEqual({ text, [text]: [text] });
      }),
    );
  });

  it('is shortened for a message only if it is long', () => {
    expect(excerpt('é'.repeat(60))).toBe('é'.repeat(60));
    expect(excerpt('😀'.repeat(61))).toBe(`${'😀'.repeat(60)}…`);
    expect(excerpt(undefined)).toBe('undefined');
  });
});

describe('a table', () => {
  it('aligns numbers of any form to the right, by the columns of a terminal', () => {
    const rows = [
      ['鯨', 'x'],
      ['a', '3e-16'],
      ['abcdef', '\u22120.5'],
      ['b', '-12'],
      ['c', '99.5%'],
      ['d', 'none'],
    ];
    expect(table(rows).split('\n')).toEqual([
      '鯨      x',
      'a       3e-16',
      'abcdef   \u22120.5',
      'b         -12',
      'c       99.5%',
      'd       none',
    ]);
  });

  it('shows shares with two significant digits, or in a column with the same decimals', () => {
    expect([0.00312, 0.421, 1].map((share) => percent(share))).toEqual(['0.31%', '42%', '100%']);
    expect([0.00312, 0.421, 1].map((share) => percent(share, 1))).toEqual(['0.3%', '42.1%', '100.0%']);
  });
});
