import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { nameCharacter, Vocabulary } from '../../src/text/vocabulary.js';
import { thrownBy } from '../helpers/files.js';
import { vocabularyOf } from '../helpers/models.js';

const codePoints = (text: string) => Array.from(text, (c) => c.codePointAt(0)!);

const text = fc.string({ unit: 'binary', maxLength: 80 });
const allBytes = new Vocabulary(
  Array.from({ length: 256 }, (_, i) => i),
  'bytes',
);

describe('encoding and decoding', () => {
  it('round-trips any text', () => {
    fc.assert(
      fc.property(text, text, (s, more) => {
        const vocabulary = vocabularyOf(`${s}${more}ab`);
        const ids = vocabulary.encode(s);
        expect(ids.length).toBe(codePoints(s).length);
        expect(vocabulary.decode(ids)).toBe(s);
      }),
      { numRuns: 150 },
    );
  });

  it('shows bytes as the characters that they encode, as soon as these are whole', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(allBytes.readable(allBytes.decode(allBytes.encode(s)))).toBe(Buffer.from(s).toString());
        const read = allBytes.reader();
        const pieces = Array.from(allBytes.encode(`${s}é`), read);
        expect(pieces.slice(-2)).toEqual(['', 'é']);
      }),
    );
    expect(allBytes.readable(Buffer.from('a漢').toString('latin1').slice(0, 3))).toBe('a');
    expect(allBytes.readable('\xffa\xff')).toBe('\ufffda\ufffd');
    expect(vocabularyOf('aé').readable('éa')).toBe('éa');
  });

  it('classifies each byte by the character that it is part of', () => {
    const kinds = (bytes: Buffer) =>
      allBytes
        .characters(Uint32Array.from(bytes))
        .map((c) => c.replace(/\p{L}/u, 'a').replace(/\p{Co}/u, '?'));
    expect(kinds(Buffer.from('É“n’7Я'))).toEqual([...'aa???a???7aa']);
    expect(kinds(Buffer.from('\xc9t\xe9 \xa0\x80', 'latin1'))).toEqual([...'?a? ??']);
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const characters = allBytes.characters(bytes);
        expect(characters.length).toBe(bytes.length);
        bytes.forEach((byte, i) => {
          expect(characters[i]!.codePointAt(0)! & 0xff).toBe(byte);
          if (byte >= 0x80) expect(characters[i]).toMatch(/^[\p{Lo}\p{Co}]$/u);
        });
      }),
    );
    const vocabulary = vocabularyOf('É“7');
    expect(vocabulary.characters([2, 0, 1])).toEqual(['“', '7', 'É']);
  });

  it('numbers the characters in the order of their code points', () => {
    const vocabulary = vocabularyOf('b😀aé\n\uffff');
    expect(vocabulary.size).toBe(6);
    expect([...vocabulary.encode('\nabé\uffff😀')]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(vocabulary.decode([5, 1, 0])).toBe('😀a\n');
    expect(vocabulary.character(3)).toBe('é');
    fc.assert(
      fc.property(text, (s) => {
        const known = vocabularyOf(`${s}ab`);
        const ids = known.codePoints.map((codePoint) => known.idOf(codePoint));
        expect(ids).toEqual(ids.map((_, i) => i));
      }),
    );
  });

  it('knows no other character and no other id', () => {
    const vocabulary = vocabularyOf('bd');
    for (const c of ['a', 'c', 'e', '\0', '😀']) expect(vocabulary.idOf(c.codePointAt(0)!)).toBeUndefined();
    for (const id of [-1, 2, 0.5, Number.NaN]) expect(() => vocabulary.character(id)).toThrow(RangeError);
  });

  it('encodes a text as its UTF-8 bytes with bytes', () => {
    expect([...allBytes.encode('é😀')]).toEqual([0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]);
    fc.assert(
      fc.property(text, (s) => {
        const bytes = Buffer.from(allBytes.decode(allBytes.encode(s)), 'latin1');
        expect(bytes.toString('utf8')).toBe(s);
      }),
    );
    const some = vocabularyOf('a\xc3', 'bytes');
    expect([...some.encode('éa', 'skip')]).toEqual([1, 0]);
  });
});

describe('unknown characters', () => {
  it('are named once each, with their nearest relatives', () => {
    const { message, hint, exitCode } = thrownBy(() => vocabularyOf("aest'").encode('eé’aé漢A\x07'));
    expect(message).toBe(
      'the text has characters this model never saw: ' +
        `'é' U+00E9 (nearest known: "e"), '’' U+2019 (nearest known: "'"), '漢' U+6F22, ` +
        `'A' U+0041 (nearest known: "a"), U+0007`,
    );
    expect(hint).toContain('--unknown skip');
    expect(exitCode).toBe(ExitCode.badData);
  });

  it('are named up to ten', () => {
    const { message } = thrownBy(() => vocabularyOf('ab').encode('0123456789!?'));
    expect(message).toContain("'9' U+0039 and 2 more");
    expect(message).not.toContain("'!'");
    expect(thrownBy(() => vocabularyOf('ab').encode('0123456789')).message).not.toContain('more');
  });

  it('are omitted with skip', () => {
    const vocabulary = vocabularyOf('helo w');
    expect(vocabulary.decode(vocabulary.encode('Hello, 😀world!', 'skip'))).toBe('ello wol');
    expect([...vocabulary.encode('XYZ', 'skip')]).toEqual([]);
    fc.assert(
      fc.property(text, text, (s, known) => {
        const some = vocabularyOf(`${known}ab`);
        const expected = codePoints(s).filter((codePoint) => some.idOf(codePoint) !== undefined);
        expect(codePoints(some.decode(some.encode(s, 'skip')))).toEqual(expected);
      }),
    );
  });

  it('are replaced by a few characters at most, though Unicode decomposes some into many', () => {
    const known = vocabularyOf('صلى الله عليه وسلم');
    expect(known.relativeOf('ﷺ'.codePointAt(0)!)).toBeUndefined();
    expect([...vocabularyOf('キロメートル').encode('㌖', 'nearest')]).toEqual([]);
    expect(vocabularyOf('(1)').decode(vocabularyOf('(1)').encode('⑴', 'nearest'))).toBe('(1)');
  });

  it('are bytes if the vocabulary consists of bytes', () => {
    const { message } = thrownBy(() => vocabularyOf('Aab', 'bytes').encode('aé'));
    expect(message).not.toContain('Ã');
    expect(message).toMatch(/C3/i);
  });

  it.each([
    ['é', 'e', 'ed'],
    ['é', 'É', 'EÉe'],
    ['É', 'E', 'E'],
    ['É', 'e', 'e'],
    ['a', 'A', 'AB'],
    ['A', 'a', 'ab'],
    ['Σ', 'σ', 'σa'],
    ['’', "'", "'a"],
    ['“', '"', '"\''],
    ["'", '’', '’a'],
    ['"', '“', '“”'],
    ['«', '“', '“”'],
    ['»', '”', '“”'],
    ['–', '-', '-—'],
    ['–', '—', '—a'],
    ['―', '—', '—a'],
    ['-', '—', '—a'],
    ['…', '...', '.a'],
    ['.', '…', '…a'],
    ['\u00a0', ' ', ' a'],
    ['\t', ' ', ' a'],
    ['\r', '\n', '\na'],
    ['ß', 'ss', 'rst'],
    ['ß', 'ss', 'RSTrst'],
    ['ß', 'SS', 'RST'],
    ['æ', 'ae', 'ae'],
    ['œ', 'oe', 'oe'],
    ['ﬁ', 'fi', 'fgi'],
    ['ﬁ', 'fi', 'FGIfgi'],
  ])('%j becomes %j where %j is known', (character, relative, known) => {
    expect(vocabularyOf(known).relativeOf(character.codePointAt(0)!)).toBe(relative);
  });

  it.each([
    ['漢', 'abc'],
    ['é', 'abc'],
    ['ß', 'abc'],
    ['\u0301', 'abc'],
    ['😀', 'abc'],
  ])('%j has no relative in %j', (character, known) => {
    expect(vocabularyOf(known).relativeOf(character.codePointAt(0)!)).toBeUndefined();
  });

  it('have only relatives that can be encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), text, (character, known) => {
        const vocabulary = vocabularyOf(`${known}aeinosu'"-.`);
        const relative = vocabulary.relativeOf(character.codePointAt(0)!);
        if (relative !== undefined) expect(vocabulary.decode(vocabulary.encode(relative))).toBe(relative);
      }),
      { numRuns: 150 },
    );
  });
});

describe('names of characters', () => {
  it.each([
    ['a', "'a' U+0061"],
    ['€', "'€' U+20AC"],
    ['😀', "'😀' U+1F600"],
    ['\n', 'U+000A'],
    [' ', 'U+0020'],
    ['\u0301', 'U+0301'],
    ['\u202e', 'U+202E'],
    ['\u{10ffff}', 'U+10FFFF'],
  ])('%j', (character, name) => {
    expect(nameCharacter(character.codePointAt(0)!)).toBe(name);
  });
});

describe('parse', () => {
  it('accepts an ascending list of code points', () => {
    const vocabulary = Vocabulary.parse([0, 97, 0x10ffff], 'utf8-lossy', 'x');
    expect(vocabulary.codePoints).toEqual([0, 97, 0x10ffff]);
    expect(vocabulary.encoding).toBe('utf8-lossy');
    expect(vocabulary.encode('a\u{10ffff}\0')).toEqual(Uint32Array.of(1, 2, 0));
  });

  it.each([
    [null],
    [undefined],
    ['ab'],
    [97],
    [{ 0: 97, 1: 98, length: 2 }],
    [[]],
    [[97]],
    [[98, 97]],
    [[97, 97]],
    [[97, 99, 98]],
    [[97, 97.5]],
    [[-1, 97]],
    [[97, 0x110000]],
    [['a', 'b']],
    [['97', '98']],
    [[97, null]],
    [[null, 97]],
    [[[97], [98]]],
  ])('refuses %j', (json) => {
    const { message, exitCode } = thrownBy(() => Vocabulary.parse(json, 'utf8', 'some.safetensors'));
    expect(message).toMatch(/^some\.safetensors: its vocabulary /);
    expect(exitCode).toBe(ExitCode.badData);
  });
});

describe('the symbols of a collection', () => {
  const genre = (...values: string[]) => ({
    column: 'genre',
    values: values.map((value) => ({ value, texts: 1 })),
  });
  const of = (text: string, ...labels: ReturnType<typeof genre>[]) =>
    new Vocabulary(
      [...new Set(codePoints(text))].sort((a, b) => a - b),
      'utf8',
      { division: 'record', column: 'text', labels },
    );

  it('are found in another vocabulary, wherever their ids are there', () => {
    const old = of('acd', genre('haiku', 'ode'));
    const now = of('abc', genre('ode', 'elegy', 'haiku'), { ...genre('ode'), column: 'kind' });
    expect(now.idsIn(old)).toEqual([0, undefined, 1, 3, 5, undefined, 4, undefined]);
    expect(old.idsIn(old)).toEqual([0, 1, 2, 3, 4, 5]);
    const whole = vocabularyOf('acd');
    expect(of('acd').idsIn(whole)).toEqual([0, 1, 2, undefined]);
    expect(whole.idsIn(old)).toEqual([0, 1, 2]);
  });
});
