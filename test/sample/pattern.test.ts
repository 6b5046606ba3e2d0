import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.js';
import { Pattern } from '../../src/sample/pattern/automaton.js';
import { Vocabulary } from '../../src/text/vocabulary.js';
import { anySource, letter, patternIfPossible, small, wholly } from '../helpers/expressions.js';
import { thrownBy } from '../helpers/files.js';
import { vocabularyOf } from '../helpers/models.js';

const ascii = String.fromCharCode(...Array(128).keys());
const wide = vocabularyOf(`${ascii}\u00a0äéÀßñžЖя日本\u2028\u3000٣😀🎈\ufeff`);
const allBytes = new Vocabulary([...Array(256).keys()], 'bytes');

/** Returns the state after some characters, or -1. */
function stateAfter(pattern: Pattern, ids: Iterable<number>): number {
  let state = pattern.start;
  for (const id of ids) {
    if (state < 0) break;
    state = pattern.next(state, id);
  }
  return state;
}

function matches(pattern: Pattern, vocabulary: Vocabulary, text: string): boolean {
  const state = stateAfter(pattern, vocabulary.encode(text));
  return state >= 0 && pattern.accepts(state);
}

/** Writes a text as a sampler would: any character after which an end within the length is reachable. */
function walk(pattern: Pattern, vocabulary: Vocabulary, length: number, choose: (below: number) => number) {
  const ids: number[] = [];
  let state = pattern.start;
  for (let rest = length; rest > 0; rest--) {
    if (pattern.accepts(state) && choose(4) === 0) break;
    const allowed = [...Array(vocabulary.size).keys()].filter((id) => {
      const next = pattern.next(state, id);
      return next >= 0 && pattern.distance(next) < rest;
    });
    if (allowed.length === 0) break;
    const id = allowed[choose(allowed.length)]!;
    ids.push(id);
    state = pattern.next(state, id);
  }
  return { text: vocabulary.decode(ids), state };
}

/** A random choice by a linear congruential generator. */
function chooser(seed: number) {
  let state = seed >>> 0;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('each construct has its meaning in JavaScript', () => {
  const examples: [source: string, texts: string[]][] = [
    ['', ['', 'a']],
    ['abc', ['abc', 'ab', 'abcd', '']],
    ['a|bc|', ['a', 'bc', '', 'b', 'abc']],
    ['|', ['', '|']],
    ['(a|b)(?:c)(?<name>d)', ['acd', 'bcd', 'abcd']],
    ['a*', ['', 'aaaa', 'ab']],
    ['a+b?', ['a', 'aab', '', 'abb']],
    ['a{3}', ['aa', 'aaa', 'aaaa']],
    ['a{2,}', ['a', 'aa', 'aaaaa']],
    ['a{1,3}', ['', 'a', 'aaa', 'aaaa']],
    ['a{0}b{0,0}', ['', 'a', 'b']],
    ['(a{2}|b){2}', ['aab', 'bb', 'aaaa', 'ab', 'aaa']],
    ['(){9}(|){3}(a?){4}', ['', 'aaaa', 'aaaaa']],
    ['a*?b+?c??d{1,2}?', ['aabbd', 'bcdd', 'ad']],
    ['(a*)*', ['', 'aaa', 'b']],
    ['((a+)+)+b', ['aaaaaab', 'b', 'aaaa']],
    ['.', ['a', '\n', '\r', '\u2028', '\0', '😀', '']],
    ['[a-cx]', ['a', 'b', 'c', 'x', 'd', 'ab']],
    ['[^a-cx]', ['a', 'd', '\n', '😀', '']],
    ['[^]', ['a', '\n', '']],
    ['[-a][a-][a\\-z][+--]', ['-a-+', 'a-z,', 'aab-']],
    ['[.*+?(){}|^$/]+', ['.*+?(){}|^$/', 'a']],
    ['[\\]\\\\^]', [']', '\\', '^']],
    ['[a-f\\d_]+', ['a9_', 'g', 'f']],
    ['[^\\w\\s]+', ['!?é', 'a', ' ']],
    ['[\\W\\d]', ['1', '!', 'a', 'é']],
    ['[\\b]', ['\b', 'b']],
    ['[А-я日😀-🙏]+', ['Жя', '日😀', '🎈']],
    ['[\\u{1F600}-\\u{1F64F}]', ['😀', '🎈']],
    ['[\\ud83d\\ude00]', ['😀', '🎈']],
    ['\\d\\D\\w\\W\\s\\S', ['1xa! a', '1xa!\u00a0a', '٣xa! a', '1xé! a']],
    ['\\s+', [' \t\n\v\f\r\u00a0\u2028\u3000\ufeff', 'a', '\u001c']],
    ['\\p{L}+', ['aéÀЖ日', '1', '😀']],
    ['\\p{Lu}\\p{Ll}\\P{L}', ['Àé1', 'éÀ1', 'Aa😀']],
    ['\\p{Script=Cyrillic}+', ['Жя', 'a']],
    ['[\\p{Lu}\\P{L}]+', ['À1!', 'é']],
    ['[^\\P{L}]', ['a', '1']],
    ['\\t\\n\\v\\f\\r\\0', ['\t\n\v\f\r\0']],
    ['\\x41\\u0042\\u{43}\\u{00044}\\cJ\\cj', ['ABCD\n\n']],
    ['\\ud83d\\ude00+', ['😀', '😀😀']],
    ['😀{2}', ['😀😀', '😀']],
    ['\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\\\/', ['.*+?()[]{}|^$\\/']],
    ['^abc$', ['abc']],
    ['^a|b$|^c$|^$', ['a', 'b', 'c', '', 'ab']],
    ['-,:=!<>"\'', ['-,:=!<>"\'']],
  ];

  it.each(examples)('%j', (source, texts) => {
    const pattern = new Pattern(source, wide);
    const expected = wholly(source);
    for (const text of texts)
      expect([text, matches(pattern, wide, text)]).toEqual([text, expected.test(text)]);
    expect(texts.some((text) => expected.test(text))).toBe(true);
  });

  it('reads any other sign after a backslash as itself', () => {
    const signs = '-"\'!@#%&,:;<=>~`_ ';
    const pattern = new Pattern(Array.from(signs, (sign) => `\\${sign}`).join(''), wide);
    expect(matches(pattern, wide, signs)).toBe(true);
  });

  it('distinguishes halves of a surrogate pair from the whole', () => {
    const halves = new Vocabulary([0x61, 0xd83d, 0xde00, 0x1f600], 'utf8');
    const accepted = (source: string, ids: number[]) => {
      const pattern = new Pattern(source, halves);
      const state = stateAfter(pattern, ids);
      return state >= 0 && pattern.accepts(state);
    };
    expect(accepted('\\ud83d', [1])).toBe(true);
    expect(accepted('\\ud83d\\ude00', [1, 2])).toBe(false);
    expect(accepted('\\ud83d\\ude00', [3])).toBe(true);
    expect(accepted('\\u{d83d}\\u{de00}', [1, 2])).toBe(true);
    expect(accepted('\\ud83da', [1, 0])).toBe(true);
    expect(accepted('\ud83d', [1])).toBe(true);
  });
});

/** All texts over some characters up to a length, the shortest first. */
function textsOf(characters: readonly string[], length: number): string[] {
  const texts = [''];
  for (let shorter = 0; shorter < texts.length; shorter++) {
    if (Array.from(texts[shorter]!).length === length) break;
    for (const character of characters) texts.push(texts[shorter] + character);
  }
  return texts;
}

describe('any expression', () => {
  it('matches the texts that it matches in JavaScript', () => {
    const text = fc.array(letter, { maxLength: 6 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(anySource, fc.array(text, { minLength: 5, maxLength: 15 }), (source, texts) => {
        const pattern = patternIfPossible(source, small);
        const expected = wholly(source);
        for (const t of texts) {
          expect([t, pattern !== undefined && matches(pattern, small, t)]).toEqual([t, expected.test(t)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reaches a match on every walk that respects the distance', () => {
    fc.assert(
      fc.property(anySource, fc.nat(6), fc.integer(), (source, more, seed) => {
        const pattern = patternIfPossible(source, small);
        fc.pre(pattern !== undefined);
        const length = pattern.distance(pattern.start) + more;
        const { text, state } = walk(pattern, small, length, chooser(seed));
        expect(pattern.accepts(state)).toBe(true);
        expect(Array.from(text).length).toBeLessThanOrEqual(length);
        expect(text).toMatch(wholly(source));
      }),
      { numRuns: 500 },
    );
  });

  it('knows the shortest distance, what may follow, and when no match is possible', () => {
    const longest = 5;
    const characters = ['a', 'b', '1'];
    const few = vocabularyOf(characters.join(''));
    const texts = textsOf(characters, longest);
    fc.assert(
      fc.property(anySource, (source) => {
        const pattern = patternIfPossible(source, few);
        const expected = wholly(source);
        const matching = texts.filter((text) => expected.test(text));
        if (pattern === undefined) {
          expect(matching).toEqual([]);
          return;
        }
        for (const text of texts.slice(0, 100)) {
          const state = stateAfter(pattern, few.encode(text));
          const longer = matching.filter((match) => match.startsWith(text)).map((match) => match.length);
          const least = Math.min(...longer) - text.length;
          const distance = state < 0 ? Number.POSITIVE_INFINITY : pattern.distance(state);
          if (least < Number.POSITIVE_INFINITY || distance + text.length <= longest) {
            expect([text, distance]).toEqual([text, least]);
          }
          if (state < 0) continue;
          expect(pattern.accepts(state)).toBe(distance === 0);
          const follows = characters.some((_, id) => pattern.next(state, id) >= 0);
          expect(pattern.continues(state)).toBe(follows);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('throws only UserErrors for any source and accepts nothing that JavaScript refuses', () => {
    const signs = fc.constantFrom(...'ab1-,^$.*+?()[]{}|\\:=!<>pPuxkdD\n\ud83d😀', '(?', '\\p{', '{1,');
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 12 }), (parts) => {
        const source = parts.join('');
        let taken = true;
        try {
          new Pattern(source, wide);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          taken = false;
        }
        // It also accepts escapes of signs that JavaScript refuses.
        if (taken && !/\\[-,:=!<>]/.test(source)) expect(() => wholly(source)).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });
});

describe('bytes', () => {
  const accepted = (source: string, bytes: number[] | string) => {
    const pattern = new Pattern(source, allBytes);
    const state = stateAfter(pattern, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return state >= 0 && pattern.accepts(state);
  };

  it('reads characters as their UTF-8 bytes', () => {
    expect(accepted('é😀', 'é😀')).toBe(true);
    expect(accepted('é{2}|日+', 'éé')).toBe(true);
    expect(accepted('é{2}|日+', '日日日')).toBe(true);
    expect(accepted('é{2}', [0xc3, 0xa9, 0xa9])).toBe(false);
    expect(accepted('\\xe9', 'é')).toBe(true);
    expect(new Pattern('a😀', allBytes).distance(0)).toBe(5);
  });

  it('reads a class as one byte', () => {
    for (const byte of Array(256).keys()) {
      const wholeAscii = byte < 128;
      const character = String.fromCharCode(byte);
      for (const source of ['.', '\\w', '\\s', '\\d', '[a-z]']) {
        const expected = wholeAscii ? wholly(source).test(character) : source === '.';
        expect([source, byte, accepted(source, [byte])]).toEqual([source, byte, expected]);
      }
      for (const source of ['\\W', '\\S', '\\D', '[^a-z]']) {
        const expected = !wholeAscii || wholly(source).test(character);
        expect([source, byte, accepted(source, [byte])]).toEqual([source, byte, expected]);
      }
    }
  });

  it.each([
    ['x[aé]', "pattern, character 2: 'é' U+00E9 has several bytes, and a class stands for one here"],
    ['[^a-\\xff]', "pattern, character 1: 'ÿ' U+00FF has several bytes"],
    ['\\p{L}', 'pattern, character 1: \\p{L} is about characters, and a class stands for one byte here'],
    ['[\\P{L}]', 'pattern, character 1: \\P{L} is about characters'],
    ['a\\ud83d', 'pattern, character 2: U+D83D is half a character, which has no bytes here'],
  ])('%j is refused', (source, message) => {
    const error = thrownBy(() => new Pattern(source, allBytes));
    expect(error.message).toContain(message);
    expect(error.hint).toContain('UTF-8 bytes');
  });

  it('names a byte that is missing', () => {
    const few = new Vocabulary([0x61, 0xc3], 'bytes');
    expect(thrownBy(() => new Pattern('aé', few)).message).toContain(
      'the model never saw byte 0xA9 at character 2',
    );
  });
});

describe('mistakes are named', () => {
  const errors: [source: string, message: string][] = [
    ['(a', 'character 1: ( is never closed'],
    ['a(b|(c)', 'character 2: ( is never closed'],
    ['a)', 'character 2: ) has no matching ('],
    ['a[bc', 'character 2: [ is never closed'],
    ['[a-', 'character 1: [ is never closed'],
    ['[a\\]', 'character 1: [ is never closed'],
    ['ab]', 'character 3: ] closes nothing'],
    ['}', 'character 1: } closes nothing'],
    ['*', 'character 1: * has nothing before it to repeat'],
    ['a|+', 'character 3: + has nothing before it to repeat'],
    ['(?:?)', 'character 4: ? has nothing before it to repeat'],
    ['^*', 'character 2: * has nothing before it to repeat'],
    ['a**', 'character 3: * has nothing before it to repeat'],
    ['a{2}{3}', 'character 5: { has nothing before it to repeat'],
    ['{,3}', 'character 1: { has nothing before it to repeat'],
    ['a{,3}', 'character 2: { does not start a count such as {3}, {2,} or {2,5}'],
    ['😀{a}', 'character 2: { does not start a count'],
    ['a{1', 'character 2: { does not start a count'],
    ['a{5,3}', 'character 2: {5,3} is out of order'],
    ['[z-a]', 'character 2: the range z-a is out of order'],
    ['[\\w-z]', 'character 2: \\w-z is not a range: each end has to be one character'],
    ['[+-\\d]', 'character 2: +-\\d is not a range'],
    ['a^', 'character 2: ^ may stand only at the start: the whole text has to match'],
    ['(^a)', 'character 2: ^ may stand only at the start'],
    ['a$b', 'character 2: $ may stand only at the end: the whole text has to match'],
    ['(a$)', 'character 3: $ may stand only at the end'],
    ['\\', 'character 1: \\ at the end has nothing to escape'],
    ['a\\q', 'character 2: \\q is not an escape'],
    ['\\é', 'character 1: \\é is not an escape'],
    ['[\\B]', 'character 2: \\B is not an escape'],
    ['[\\1]', 'character 2: \\1 is not an escape'],
    ['\\x4', 'character 1: \\x is not followed by two hexadecimal digits'],
    ['\\u00', 'character 1: \\u is not followed by four hexadecimal digits or {'],
    ['\\u{}', 'character 1: \\u{ is not followed by hexadecimal digits and }'],
    ['\\u{41', 'character 1: \\u{ is not followed by hexadecimal digits and }'],
    ['\\u{110000}', 'character 1: \\u{110000} is past U+10FFFF'],
    ['\\c1', 'character 1: \\c is not followed by a letter'],
    ['\\01', 'character 1: \\0 is followed by a digit'],
    ['\\pL', 'character 1: \\pL is not followed by a property in braces, as in \\p{L}'],
    ['\\p{Nope}', 'character 1: \\p{Nope} is not a Unicode property'],
    ['(a)\\1', 'character 4: \\1, a back-reference, is not supported'],
    ['(?<n>a)\\k<n>', 'character 8: \\k, a named back-reference, is not supported'],
    ['\\ba', 'character 1: \\b, a word boundary, is not supported'],
    ['a\\B', 'character 2: \\B, a word boundary, is not supported'],
    ['a(?=b)', 'character 2: look-ahead is not supported'],
    ['(?!b)', 'character 1: look-ahead is not supported'],
    ['(?<=b)', 'character 1: look-behind is not supported'],
    ['(?<!b)', 'character 1: look-behind is not supported'],
    ['(?>b)', 'character 1: an atomic group is not supported'],
    ['(?P<n>b)', 'character 1: a group (?P is not supported'],
    ['(?i)b', 'character 1: (?i does not open a supported group'],
    ['(?', 'character 1: (? does not open a supported group'],
    ['(?<1>a)', 'character 1: (?< is not followed by a name and >'],
    ['(?<na>me', 'character 1: ( is never closed'],
    ['(?<name', 'character 1: (?< is not followed by a name and >'],
  ];

  it.each(errors)('%j', (source, message) => {
    const error = thrownBy(() => new Pattern(source, wide));
    expect(error.message).toContain(`pattern, ${message}`);
    expect(error.hint).not.toBe('');
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  const missing: [source: string, message: string][] = [
    ['café', 'the model never saw \'é\' U+00E9 (nearest known: "e") at character 4'],
    ['(éè|à*ñ)(ö|a)', 'the model never saw \'ñ\' U+00F1 (nearest known: "n") at character 7'],
    ['é+aé', 'the model never saw \'é\' U+00E9 (nearest known: "e") at character 1'],
    ['a\\ud83d', 'the model never saw U+D83D at character 2'],
    ['\ud83d', 'the model never saw U+D83D at character 1'],
    ['a😀+', "the model never saw '😀' U+1F600 at character 2"],
    ['x*[À-Ý]{2}', 'the model never saw any of [À-Ý] at character 3'],
    ['a[]', 'the model never saw any of [] at character 2'],
    ['\\p{Script=Greek}', 'the model never saw any of \\p{Script=Greek} at character 1'],
    ['абвгдежзиклмн', 'at character 10 and 3 more'],
  ];

  it.each(missing)('%j, which no text of the model can match', (source, message) => {
    const error = thrownBy(() => new Pattern(source, vocabularyOf(ascii)));
    expect(error.message).toContain("no text of this model's characters matches the pattern: ");
    expect(error.message).toContain(message);
  });

  it('drops only the alternatives that cannot be written', () => {
    const pattern = new Pattern('(café|tea)é?(x[éè]|)', vocabularyOf(ascii));
    const allowed = Array.from(ascii).filter((_, id) => pattern.next(pattern.start, id) >= 0);
    expect(allowed).toEqual(['t']);
    const end = stateAfter(pattern, vocabularyOf(ascii).encode('tea'));
    expect([pattern.accepts(end), pattern.continues(end)]).toEqual([true, false]);
  });
});

describe('large patterns', () => {
  it.each([
    '((a{1,100}){1,100}){1,100}',
    '(a{1,1000}){1,1000}',
    'a{99999999999999999999}',
    `a{${'9'.repeat(400)}}`,
    `a{${'9'.repeat(400)},}`,
    'a'.repeat(30_000),
    `${'(('.repeat(50)}a${'){1000}){1000}'.repeat(50)}`,
  ])('number %# would be too large when expanded', (source) => {
    expect(thrownBy(() => new Pattern(source, wide)).message).toContain(
      'the pattern is too large: expanded, it has over 20000 states',
    );
  });

  it('do not overflow the stack', () => {
    const nested = (depth: number) => new Pattern(`${'('.repeat(depth)}a${')'.repeat(depth)}`, wide);
    expect(nested(200).distance(0)).toBe(1);
    for (const depth of [201, 10_000]) {
      expect(thrownBy(() => nested(depth)).message).toContain('groups are nested more than 200 deep');
    }
    expect(thrownBy(() => new Pattern('('.repeat(10_000), wide)).message).toContain(
      'nested more than 200 deep',
    );
    expect(matches(new Pattern('|'.repeat(9_000), wide), wide, '')).toBe(true);
  });

  it('may repeat the empty text any number of times', () => {
    expect(matches(new Pattern('((()){1000000}){1000000}|(a{0}){999999}', wide), wide, '')).toBe(true);
  });

  it('work on 100,000 characters, but classes that divide them into too many kinds are refused', () => {
    const large = new Vocabulary(
      Array.from({ length: 100_000 }, (_, i) => i + 32).filter((c) => c < 0xd800 || c > 0xdfff),
      'utf8',
    );
    const source = '\\p{Lu}[^\\p{L}]*[一-龥]{2}.?';
    const pattern = new Pattern(source, large);
    const choose = chooser(7);
    for (let i = 0; i < 3; i++) {
      expect(walk(pattern, large, 5, choose).text).toMatch(wholly(source));
    }
    const others = Array.from({ length: 3000 }, (_, i) => `[^${String.fromCodePoint(0x4e00 + 2 * i)}]`);
    expect(thrownBy(() => new Pattern(others.join(''), large)).message).toContain('too many kinds');
  });

  it('forget only states that were not used for long', () => {
    const ab = vocabularyOf('ab');
    // An a 1,500 characters before the end: 2^1501 states, and a walk reaches a new one at each step.
    const pattern = new Pattern('[ab]*a[ab]{1500}', ab);
    const choose = chooser(3);
    const text: number[] = [];
    const early = pattern.next(pattern.start, 0);
    let state = pattern.start;
    for (let i = 0; i < 16_000; i++) {
      text.push(choose(2));
      state = pattern.next(state, text.at(-1)!);
      const distance = pattern.distance(state);
      expect(pattern.accepts(state)).toBe(text.at(-1501) === 0);
      if (i < 1500) expect(distance).toBe(text.indexOf(0) < 0 ? 1501 : 1500 - (i - text.indexOf(0)));
    }
    expect(() => pattern.next(early, 0)).toThrow(RangeError);
    expect(pattern.distance(pattern.start)).toBe(1501);
    expect(pattern.distance(pattern.next(pattern.start, 0))).toBe(1500);
  }, 20_000);

  it('refuse states and characters that do not exist', () => {
    const pattern = new Pattern('a', small);
    for (const state of [-1, 5, 0.5]) expect(() => pattern.next(state, 0)).toThrow(RangeError);
    for (const id of [-1, small.size]) expect(() => pattern.next(pattern.start, id)).toThrow(RangeError);
  });
});
