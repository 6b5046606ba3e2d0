// The classes of a text and their losses, on texts and losses made by hand.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byGain, type ClassLoss, largestShare, lossByClass } from '../../src/insight/surprise.js';
import { REPEATED, repeatDistances, type TextClass, textClasses } from '../../src/insight/text-classes.js';
import { wordPositions } from '../../src/insight/words.js';

/** Marks the places of a class in a row as long as the text. */
function markedIn(text: string, name: string): string {
  const found = textClasses(Array.from(text)).find((one) => one.name === name);
  return found ? Array.from(found.marks, (mark) => (mark ? '^' : '.')).join('') : 'absent';
}

const namesIn = (text: string) => textClasses(Array.from(text)).map(({ name }) => name);

describe('the classes of a text', () => {
  it('positions count from the beginning of each text of a collection', () => {
    const ends = Uint8Array.from('a·bcdefghijklm·', (character) => (character === '·' ? 1 : 0));
    const classes = textClasses(Array.from('a\u0003bcdefghijklm\u0003'), ends);
    const marksOf = (name: string) => classes.find((one) => one.name === name)?.marks.join('');
    expect(marksOf('characters 1 to 10')).toBe('111111111111000');
    expect(marksOf('characters 11 to 100')).toBe('000000000000111');
  });

  it.each([
    ['first of a word', "It's 7, a-b", '^....^..^.^'],
    ['within a word', "It's 7, a-b", '.^^^.......'],
    ['first after a word', "It's 7, a-b", '....^.^..^.'],
    ['between words', "It's 7, a-b", '.......^...'],
    ['second of a word', 'abcdef gh', '.^......^'],
    ['third of a word', 'abcdef gh', '..^......'],
    ['fourth of a word on', 'abcdef gh', '...^^^...'],
    ['after no letter', 'abcdef gh', '^......^.'],
    ['after 1 letter', 'abcdef gh', '.^......^'],
    ['after 2 letters', 'abcdef gh', '..^......'],
    ['after 3 letters or more', 'abcdef gh', '...^^^^..'],
    ['first of a line', 'a\n\nb c\nd', '..^^...^'],
    ['in quotation marks', 'a "bc" d', '...^^^..'],
    ['in brackets', 'a (bc) d', '...^^^..'],
    ['capital letters', 'Ab ÉC 1', '^..^^..'],
    ['digits', 'a1, 2.5', '.^..^.^'],
    ['frequent characters', 'aaaaaaabcc', '^^^^^^^.^^'],
    ['rare characters', 'aaaaaaabcc', '.......^..'],
  ])('%s is marked', (name, text, marks) => {
    expect(markedIn(text, name)).toBe(marks);
  });

  it('find where the last 8 characters occurred before, and how far back', () => {
    const text = `abcdefghX${'-'.repeat(3)}abcdefghY`;
    expect(markedIn(text, '8 seen 1 to 64 ago')).toBe(`${'.'.repeat(20)}^`);
    const far = (gap: string) => namesIn(`abcdefgh${gap}abcdefghX`).filter((name) => /^8 seen/.test(name));
    const gap = (length: number) =>
      Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(far(gap(56))).toEqual(['8 seen 1 to 64 ago']);
    expect(far(gap(57))).toEqual(['8 seen 65 to 256 ago']);
    expect(far(gap(249))).toEqual(['8 seen 257 to 1,024 ago']);
    expect(far(gap(1017))).toEqual(['8 seen over 1,024 ago']);
  });

  it('have the distances that a search finds', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '鯨'), { maxLength: 120 });
    fc.assert(
      fc.property(text, (characters) => {
        const joined = characters.join('');
        const expected = characters.map((_, i) => {
          if (i < REPEATED) return 0;
          const before = joined.slice(0, i - 1).lastIndexOf(joined.slice(i - REPEATED, i));
          return before < 0 ? 0 : i - REPEATED - before;
        });
        expect(Array.from(repeatDistances(characters))).toEqual(expected);
      }),
    );
  });

  it('cover every place once in a dividing group, and include no empty class', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
        const classes = textClasses(Array.from(text));
        for (const group of ['frequency', 'word', 'read', 'repeat', 'start']) {
          const marks = classes.filter((one) => one.group === group).map((one) => one.marks);
          Array.from(text).forEach((_, i) => {
            expect(marks.reduce((sum, mark) => sum + mark[i]!, 0)).toBe(1);
          });
        }
        for (const { marks } of classes) expect(marks).toContain(1);
      }),
    );
    expect(namesIn('abc')).not.toContain('digits');
    expect(namesIn('abc')).not.toContain('in quotation marks');
  });

  it('count an apostrophe between letters as part of the word', () => {
    expect([...wordPositions(Array.from("'tis don't dogs'"))]).toEqual([
      ...[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 0],
    ]);
  });
});

describe('the loss by class', () => {
  const one = (name: string, marks: number[]): TextClass => ({
    group: 'word',
    name,
    marks: Uint8Array.from(marks),
  });

  it('is the mean over its places, with shares of the whole text', () => {
    const classes = [one('a', [1, 1, 0, 0]), one('b', [0, 0, 1, 1])];
    const nats = [1, 2, 3, 6].map((bits) => bits * Math.LN2);
    const [all, a, b] = lossByClass(
      classes,
      nats,
      nats.map((loss) => 2 * loss),
    );
    expect(all).toMatchObject({ group: 'all', places: 4, share: 1, lossShare: 1 });
    expect(all!.bpc).toBeCloseTo(3, 12);
    expect(a).toMatchObject({ class: 'a', places: 2, share: 0.5, lossShare: 0.25 });
    expect([a!.bpc, a!.baseline!, a!.gain!, b!.bpc]).toEqual(
      [1.5, 3, 1.5, 4.5].map((x) => expect.closeTo(x, 12)),
    );
    expect(lossByClass(classes, nats)[1]).not.toHaveProperty('gain');
  });

  it('has gains whose standard error is that of block means if blocks are equally full', () => {
    const marks = Array.from({ length: 640 }, (_, i) => i % 2);
    const other = marks.map((_, i) => Math.LN2 * Math.sin(i * i));
    const [, a] = lossByClass([one('a', marks)], new Array(640).fill(0), other);
    const means = Array.from({ length: 10 }, (_, block) => {
      const places = other.slice(64 * block, 64 * block + 64).filter((_, i) => i % 2 === 1);
      return places.reduce((sum, nats) => sum + nats / Math.LN2, 0) / 32;
    });
    const mean = means.reduce((sum, value) => sum + value) / 10;
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9;
    expect(a!.gain).toBeCloseTo(mean, 12);
    expect(a!.gainError).toBeCloseTo(Math.sqrt(variance / 10), 12);
    const near = marks.map((_, i) => Number(i < 64));
    expect(lossByClass([one('near', near)], new Array(640).fill(0), other)[1]!.gainError).toBeNull();
  });

  it('is summarised by classes known before, without those that are chance or most of the text', () => {
    const entry = (name: string, more: Partial<ClassLoss>): ClassLoss => ({
      ...{ group: 'read', class: name, places: 1000, share: 0.1, bpc: 1, lossShare: 0.1, gainError: 0.4 },
      ...more,
    });
    const classes = [
      entry('all', { group: 'all', gain: 9, share: 1, lossShare: 1 }),
      entry('few', { places: 99, gain: 5 }),
      entry('vague', { gain: 5, gainError: 2.6 }),
      entry('unknown', { gain: 5, gainError: null }),
      entry('by the outcome', { group: 'word', gain: 5 }),
      entry('worse', { gain: -1 }),
      entry('better', { gain: 2, lossShare: 0.3 }),
      entry('most', { gain: 1, share: 0.6, lossShare: 0.7 }),
    ];
    expect(byGain(classes).map((found) => found.class)).toEqual(['better', 'most', 'worse']);
    expect(largestShare(classes)?.class).toBe('better');
  });
});
