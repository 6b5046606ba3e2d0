// What is tracked while a text is written (its end, its temperature), compared with slow analysis of it all.

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Random, Stream } from '../../src/random.js';
import { choose } from '../../src/sample/choose.js';
import { Draft } from '../../src/sample/draft.js';
import { finished } from '../../src/sample/generate.js';
import { type GenerateOptions, UNITS } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { Temperature } from '../../src/sample/temperature.js';
import { thrownBy } from '../helpers/files.js';
import { modelOf, write, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const usual = modelOf('abc.!")\' \n\té');
const model = usual;

/** A draft that is forced to write a text, and what it yielded on the way. */
function dictated(text: string, options: GenerateOptions, model = usual) {
  const draft = new Draft(new Plan(model, options), 0);
  const held: number[] = [];
  let taken = '';
  const take = () => {
    const [from, to] = draft.take();
    taken += model.vocabulary.decode(draft.ids.slice(from, to));
  };
  take();
  for (const id of model.vocabulary.encode(text)) {
    if (draft.reason) break;
    draft.write(Float32Array.from(model.vocabulary.codePoints, (_, other) => (other === id ? 1000 : 0)));
    take();
    if (!draft.reason) held.push(draft.ids.length - draft.length);
  }
  return { text: finished(draft).text, taken, held, reason: draft.reason };
}

/** How a text ends, judged by all of it. */
function ending(read: string, options: GenerateOptions): { reason: string; text: string } | undefined {
  const { stop = [], until, words = Infinity, lines = until === 'line' ? 1 : Infinity } = options;
  const without = (ending: string | undefined) => read.slice(0, read.length - (ending?.length ?? 0));
  const stops = stop.filter((text) => text !== '' && read.endsWith(text));
  if (stops.length > 0)
    return { reason: 'stop', text: without(stops.sort((a, b) => b.length - a.length)[0]) };
  const space = /\s$/.exec(read)?.[0];
  if (space === undefined) return undefined;
  const isAbbreviation = /(?:^|\s)[^\p{L}\s]*\p{L}(?:\.\p{L})+\.\s$/u.test(read);
  if (until === 'sentence' && !isAbbreviation && /[.!?…。！？]["'”’»)\]]*\s$/u.test(read))
    return { reason: 'sentence', text: without(space) };
  if (/\S\s$/.test(read) && read.trim().split(/\s+/).length >= words)
    return { reason: 'words', text: without(space) };
  const written = read.split('\n').filter((line) => line.trim() !== '').length;
  if (
    space === '\n' &&
    /\S[^\S\n]*\n$/.test(read) &&
    written >= Math.min(lines, until === 'line' ? 1 : Infinity)
  )
    return { reason: 'lines', text: without(space) };
  const gap = /(?<=\S[^\S\n]*)\n[^\S\n]*\n$/.exec(read)?.[0];
  if (until === 'paragraph' && gap !== undefined) return { reason: 'paragraph', text: without(gap) };
  return undefined;
}

/** How many of the last characters may still turn out not to belong to the text. */
function uncertain(read: string, { stop = [], until }: GenerateOptions): number {
  const begun = [...Array(read.length + 1).keys()].filter((length) =>
    stop.some((text) => text.length > length && text.startsWith(read.slice(read.length - length))),
  );
  const gap = until === 'paragraph' ? /(?<=\S[^\S\n]*)\n[^\S\n]*$/.exec(read)?.[0].length : undefined;
  return Math.max(0, gap ?? 0, ...(stop.some((text) => text !== '') ? begun : []));
}

function endSlowly(text: string, options: GenerateOptions) {
  const held: number[] = [];
  const { length = Infinity } = options;
  for (let end = 1; end <= Math.min(text.length, length); end++) {
    const found = ending(text.slice(0, end), options);
    if (found) return { ...found, held };
    if (end < length) held.push(uncertain(text.slice(0, end), options));
  }
  return { text: text.slice(0, length), reason: text.length >= length ? 'length' : undefined, held };
}

describe('a text ends', () => {
  const character = fc.constantFrom(...'ab.! \n', ...'abc.!")\' \n\té');
  const stop = fc.array(
    fc
      .array(fc.constantFrom('a', 'b', ' ', '\n'), { minLength: 1, maxLength: 4 })
      .map((characters) => characters.join('')),
    { maxLength: 4 },
  );
  const units = {
    until: fc.constantFrom(...UNITS),
    words: fc.integer({ min: 1, max: 4 }),
    lines: fc.integer({ min: 1, max: 3 }),
  };
  const options = fc.record({ stop, ...units, length: fc.nat(30) }, { requiredKeys: [] });

  it('where the whole text says so, and nothing beyond its end is yielded', () => {
    fc.assert(
      fc.property(fc.array(character, { maxLength: 40 }), options, (characters, option) => {
        const text = characters.join('');
        const expected = endSlowly(text, option);
        const found = dictated(text, option);
        if (option.length === 0) expect(found).toMatchObject({ text: '', taken: '', reason: 'length' });
        else {
          expect(found.reason).toBe(expected.reason);
          expect(found.held).toEqual(expected.held);
          if (found.reason) expect([found.text, found.taken]).toEqual([expected.text, expected.text]);
          else expect(found.taken).toBe(text.slice(0, text.length - (found.held.at(-1) ?? 0)));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['CR LF', '\r\n', modelOf('abc.!")\' \n\té\r')],
    ['CR', '\r', modelOf('abc.!")\' \r\té')],
  ] as const)(
    'at the same places if lines end with %s, and at no half of a line end',
    (_, lineEnd, other) => {
      fc.assert(
        fc.property(
          fc.array(character, { maxLength: 40 }),
          fc.record(units, { requiredKeys: [] }),
          (characters, option) => {
            const text = characters.join('');
            const expected = endSlowly(text, option);
            const found = dictated(text.replaceAll('\n', lineEnd), option, other);
            expect(found.reason).toBe(expected.reason);
            if (!found.reason) return;
            const ended = expected.text.replaceAll('\n', lineEnd);
            expect([found.text, found.taken]).toEqual([ended, ended]);
          },
        ),
        { numRuns: 1000 },
      );
    },
  );

  it.each<[text: string, options: GenerateOptions, ended: string, reason: string]>([
    ['abcabc', { stop: ['ca'] }, 'ab', 'stop'],
    ['aaab', { stop: ['aab', 'ab'] }, 'a', 'stop'],
    ['aaab', { stop: ['ab', 'aab'] }, 'a', 'stop'],
    ['abab', { stop: ['abc', 'aba'] }, '', 'stop'],
    ['abca', { stop: ['abc', 'ab'] }, '', 'stop'],
    ['abc', { stop: ['abc'], length: 2 }, 'ab', 'length'],
    ['abc', { stop: ['abc'], length: 3 }, '', 'stop'],
    ['aaaaaab', { stop: ['aaab'] }, 'aaa', 'stop'],
    ['a b c', { words: 2 }, 'a b', 'words'],
    ['  a\n\nb c', { words: 2 }, '  a\n\nb', 'words'],
    ['a b', { words: 2, length: 3 }, 'a b', 'length'],
    ['\n\na\n \nb\n', { lines: 2 }, '\n\na\n \nb', 'lines'],
    ['\n a\nb', { until: 'line' }, '\n a', 'lines'],
    ['a.bc. c', { until: 'sentence' }, 'a.bc.', 'sentence'],
    ['a!") b', { until: 'sentence' }, 'a!")', 'sentence'],
    ['a.\nb', { until: 'sentence' }, 'a.', 'sentence'],
    ['" a." b', { until: 'sentence' }, '" a."', 'sentence'],
    ['\n\na\nb \n \t\nc', { until: 'paragraph' }, '\n\na\nb ', 'paragraph'],
    ['a\n \nb', { until: 'paragraph', stop: ['\n '] }, 'a', 'stop'],
  ])('%j with %j as %j', (text, option, ended, reason) => {
    const found = dictated(text, option);
    expect([found.text, found.taken, found.reason]).toEqual([ended, ended, reason]);
  });

  it('at the same place whether it is streamed or not', async () => {
    for (const option of [
      { stop: ['a ', 'b.'] },
      { until: 'paragraph' as const },
      { words: 5, stop: ['é'] },
    ]) {
      for (const { text, seed } of await writeMany({ length: 100, ...option }, 40, model)) {
        expect(await write({ length: 100, seed, ...option }, model)).toBe(text);
        for (const stopped of option.stop ?? []) expect(text).not.toContain(stopped);
      }
    }
  });

  it('regardless of the prompt', async () => {
    const ends = { stop: ['ab'], words: 2, lines: 1, until: 'sentence' as const };
    const text = dictated('c a', { prompt: 'aaa bbb\n\nccc. ab\n', ...ends });
    expect(text).toMatchObject({ reason: undefined, taken: 'c ' });
  });
});

describe('the temperature', () => {
  const logits = Float32Array.from(model.vocabulary.codePoints, (_, id) => Math.sin(3 * id));

  it('changes evenly from the first to the last character', () => {
    const [first, last, length] = [0.2, 3, 4];
    const plan = new Plan(model, { temperature: [first, last], length });
    for (let seed = 0; seed < 300; seed++) {
      const draft = new Draft(plan, seed);
      const random = new Random(seed, Stream.sampling);
      for (let i = 0; i < length; i++) {
        draft.write(logits);
        const temperature = first + (last - first) * (i / (length - 1));
        expect(draft.last).toBe(choose(logits, { temperature }, random.uniform()));
      }
      expect(draft.reason).toBe('length');
    }
    const falling = new Temperature({
      temperature: [2, 0],
      startTemperature: undefined,
      targetBits: undefined,
    });
    expect([0, 0.5, 1].map((share) => falling.at(share, true))).toEqual([2, 1, 0]);
  });

  it('stays at its first value for a single character and without a length', () => {
    for (const length of [1, undefined]) {
      const draft = new Draft(new Plan(model, { temperature: [0, 1000], length }), 9);
      for (let i = 0; i < (length ?? 50); i++) draft.write(logits);
      const likeliest = logits.indexOf(Math.max(...logits));
      expect(new Set(draft.ids)).toEqual(new Set([likeliest]));
    }
  });

  it.each(['', 'a', 'a ', "a'", 'é', '.'])('differs at the start of a word, after %j', (prompt) => {
    const likeliest = logits.indexOf(Math.max(...logits));
    for (const startTemperature of [0, 1e9]) {
      const temperature = 1e9 - startTemperature;
      const draft = new Draft(new Plan(model, { startTemperature, temperature, prompt }), 3);
      const atStart = { likeliest: 0, other: 0 };
      const within = { likeliest: 0, other: 0 };
      let before = prompt.at(-1) ?? '\n';
      for (let i = 0; i < 3000; i++) {
        draft.write(logits);
        const place = /[abcé']/.test(before) ? within : atStart;
        place[draft.last === likeliest ? 'likeliest' : 'other']++;
        before = model.vocabulary.character(draft.last);
      }
      const [sure, free] = startTemperature === 0 ? [atStart, within] : [within, atStart];
      expect(sure.other).toBe(0);
      if (free.likeliest + free.other > 100) expect(free.other).toBeGreaterThan(free.likeliest);
    }
  });
});

describe('surprise', () => {
  const rich = modelOf('abcdefghijklmnopqrst \n.,', { gain: 200 });

  it.each([1, 2, 3])('is held at %d bits per character', async (targetBits) => {
    for (const temperature of [0.05, 1, 8]) {
      const [text] = await writeMany({ length: 5000, temperature, targetBits, seed: 1 }, 1, rich);
      const bits = text!.logProbabilities!.map((nats) => -nats / Math.LN2);
      const distance = (count: number) =>
        Math.abs(bits.slice(0, count).reduce((sum, bit) => sum + bit, 0) / count - targetBits);
      expect(distance(5000)).toBeLessThan(0.1);
      // (log T_0 - log T_n) / (0.05 n), and neither is further than a factor of 1000 from where it began.
      for (const count of [200, 500, 1000, 2000, 5000])
        expect(distance(count)).toBeLessThan(Math.log(1000) / (0.05 * count));
    }
  });

  it('is off by the change of the temperature as long as that is within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (bits) => {
          const temperature = new Temperature({
            temperature: [0.7, 0.7],
            startTemperature: undefined,
            targetBits: 2,
          });
          for (const bit of bits) temperature.saw(bit);
          const mean = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
          const moved = Math.log(0.7) - Math.log(temperature.at(0, false));
          expect(mean - 2).toBeCloseTo(moved / (0.05 * bits.length), 9);
        },
      ),
    );
  });

  it('that cannot be reached leaves the temperature able to recover', () => {
    const temperature = new Temperature({ temperature: [1, 1], startTemperature: undefined, targetBits: 2 });
    for (let i = 0; i < 100_000; i++) temperature.saw(0);
    expect(temperature.at(0, false)).toBeCloseTo(1000, 9);
    for (let i = 0; i < 140; i++) temperature.saw(4);
    expect(temperature.at(0, false)).toBeLessThan(0.01);
  });

  it('cannot be held at temperature 0', () => {
    for (const temperature of [0, [0, 0]] as const) {
      const error = thrownBy(() => new Plan(rich, { temperature, targetBits: 2 }));
      expect(error.message).toBe('at temperature 0 nothing is left to chance, so no surprise can be held');
    }
  });
});
