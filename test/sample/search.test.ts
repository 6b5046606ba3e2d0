// Beam search and filling in, compared with exhaustive search.

import { describe, expect, it, vi } from 'vitest';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { ExitCode } from '../../src/errors.js';
import { beamSearch } from '../../src/sample/beam.js';
import { fillIn } from '../../src/sample/fill.js';
import { finished, inOrder, seedsFrom, writeTexts } from '../../src/sample/generate.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { thrownBy } from '../helpers/files.js';
import { corpusOf, modelOf, readPlainly, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const wide = modelOf('abcdefghijk \n.é');
const beam = (model: CharacterModel, width: number, options: GenerateOptions) =>
  beamSearch(new Plan(model, { leadIn: false, logProbabilities: true, ...options }), width)[0]!;

describe('a beam of width 1', () => {
  const settings: [name: string, options: GenerateOptions][] = [
    ['nothing else', {}],
    ['a ban', { ban: 'aeé ' }],
    ['a stop', { stop: ['ab', 'e', '\n'] }],
    ['an end of the sentence', { until: 'sentence' }],
    ['words', { words: 3 }],
    ['a pattern', { match: '[a-f]{0,9}|[g-k.]*' }],
    ['a pattern that may end at any place', { match: '.*' }],
    ['a pattern with a length that is hardly enough', { match: '(abc|[^a]){15,20}', length: 16 }],
    ['no copies', { noCopy: 2, corpus: corpusOf(wide, 'abcdefghijk \n.ébdfhjaceg') }],
    ['nothing that may be written', { noCopy: 2, allow: 'ab', corpus: corpusOf(wide, 'aabba') }],
    ['no length', { length: 0 }],
    ['a length in which texts go in circles', { length: 300 }],
    ['a prompt that goes in circles', { prompt: ' '.repeat(99), allow: ' ' }],
  ];

  it.each(settings)('equals sampling at temperature 0 with %s', async (_, options) => {
    for (const seed of [1, 2, 3, 4]) {
      const model = modelOf('abcdefghijk \n.é', { seed });
      for (const prompt of ['', 'a', 'cab', 'é.\n', 'ke'.repeat(40)]) {
        const all = { length: 40, prompt, logProbabilities: true, ...options };
        const [likeliest] = await writeMany({ ...all, temperature: 0 }, 1, model);
        const { logProbabilities, ...found } = beam(model, 1, all);
        const { logProbabilities: expected, ...rest } = likeliest!;
        expect(found).toEqual(rest);
        expect(logProbabilities!.length).toBe(expected!.length);
        for (const [i, nats] of expected!.entries()) expect(logProbabilities![i]).toBeCloseTo(nats, 12);
      }
    }
  });
});

describe('a beam that is wide enough', () => {
  const LENGTH = 5;

  /** The text that a reading ends with: undefined while it continues, null if it is not allowed. */
  type End = (read: string) => string | undefined | null;

  /** All texts of a, b and full stops, with what has to be read for each. */
  function* allTexts(end: End, before = ''): Generator<{ read: string; text: string }> {
    for (const character of 'ab.') {
      const read = before + character;
      const text = end(read);
      if (text === null) continue;
      if (text !== undefined || read.length === LENGTH) yield { read, text: text ?? read };
      else yield* allTexts(end, read);
    }
  }

  const without = (read: string, ending: RegExp) =>
    ending.test(read) ? read.replace(ending, '') : undefined;
  const settings: [name: string, options: GenerateOptions, end: End][] = [
    ['all', {}, () => undefined],
    ['those without b', { ban: 'b' }, (read) => (read.endsWith('b') ? null : undefined)],
    ['those before a full stop', { stop: ['.'] }, (read) => without(read, /\.$/)],
    ['those before other texts', { stop: ['b', 'bb', 'a.'] }, (read) => without(read, /(b|a\.)$/)],
    [
      'those that match',
      { match: 'a+b?' },
      (read) => (/^a+b?$/.test(read) ? undefined : (without(read, /(?<=^a+)\.$|(?<=^a+b).$/s) ?? null)),
    ],
    [
      'those that match something without end',
      { match: 'a[ab]*' },
      (read) => (/^a[ab]*$/.test(read) ? undefined : (without(read, /(?<=^a[ab]*)\.$/) ?? null)),
    ],
  ];

  it.each(settings)('finds the likeliest of %s', (_, options, end) => {
    for (let seed = 1; seed <= 10; seed++) {
      const model = modelOf('ab.', { seed, gain: 40 });
      const found = beam(model, 500, { length: LENGTH, prompt: 'ab', ...options });
      const means = new Map(
        [...allTexts(end)].map(({ read, text }) => {
          return [read, { text, mean: sum(readPlainly(model, 'ab', read)) / read.length }];
        }),
      );
      expect(found.text).toBe([...means.values()].reduce((a, b) => (b.mean > a.mean ? b : a)).text);
    }
  });

  it('prefers a text that is not blocked', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const model = modelOf('ab.', { seed, gain: 40 });
      const options = { length: 6, noCopy: 2, allow: 'ab', corpus: corpusOf(model, 'aab') };
      expect(beam(model, 3, options)).toMatchObject({
        text: expect.stringMatching(/^b{5}[ab]$/),
        reason: 'length',
      });
      const hopeless = { ...options, corpus: corpusOf(model, 'aabba') };
      expect(beam(model, 3, hopeless)).toMatchObject({
        text: expect.stringMatching(/^[ab]$/),
        reason: 'blocked',
      });
    }
  });
});

describe('a beam of any width', () => {
  it('reports the probability of its text', () => {
    for (const width of [1, 2, 3, 7, 64, 100]) {
      for (const options of [{}, { match: '([a-e]{3} )*' }, { stop: ['ab'], until: 'sentence' as const }]) {
        const { text, logProbabilities } = beam(wide, width, { length: 20, prompt: 'fée', ...options });
        if (options.match) expect(text).toMatch(/^([a-e]{3} )*$/);
        const read = readPlainly(wide, 'fée', text);
        expect(logProbabilities!.length).toBe(read.length);
        for (const [i, nats] of read.entries()) expect(logProbabilities![i]).toBeCloseTo(nats, 12);
      }
    }
  });

  it('reports logits that are not numbers', () => {
    const broken = modelOf('abc');
    broken.weights.values.fill(Number.NaN);
    broken.weights.pack();
    for (const options of [{}, { ban: 'a' }, { match: 'b+' }]) {
      const plan = new Plan(broken, { leadIn: false, length: 5, ...options });
      const actions = [() => beamSearch(plan, 3), () => [...writeTexts(plan, [1])]];
      for (const action of actions) {
        expect(thrownBy(action)).toMatchObject({ exitCode: ExitCode.badData });
        expect(thrownBy(action).message).toContain('the logits of the network are no longer numbers');
      }
    }
  });
});

describe('filling in', () => {
  const LENGTH = 12;

  /** The likeliest cuts of all candidates, found by reading each of them. */
  function fillSlowly(plan: Plan, ending: string, candidates: number): string[] {
    const { model } = plan;
    const isWord = (character: string | undefined) => /^[\p{L}'’]$/u.test(character ?? '');
    const drafts = inOrder(writeTexts(plan, seedsFrom(plan.options.seed ?? 0, candidates)));
    const best = [...drafts].flatMap((draft) => {
      const characters = Array.from(finished(draft).text);
      const cuts = characters.flatMap((last, i) => {
        const next = characters[i + 1];
        const splitsWord = isWord(last) && (isWord(next) || isWord(ending[0]));
        const joins = !splitsWord || (next === undefined && !isWord(ending[0]));
        if (!joins) return [];
        const text = characters.slice(0, i + 1).join('') + ending;
        const nats = readPlainly(model, plan.options.prompt ?? '', text);
        return { text, mean: sum(nats) / nats.length };
      });
      return cuts.length === 0 ? [] : cuts.reduce((a, b) => (b.mean > a.mean ? b : a));
    });
    return best.sort((a, b) => b.mean - a.mean).map(({ text }) => text);
  }

  const model = modelOf('abcd .\né');
  const settings: [ending: string, options: GenerateOptions][] = [
    ['a', {}],
    [' d.', {}],
    ['\nabba', { temperature: 2 }],
    ['é cab', { ban: '.' }],
    ['. a', { noCopy: 2, corpus: corpusOf(model, 'abcd .\néaccb dda') }],
    ['.', { length: 1 }],
    ['b'.repeat(70), {}],
  ];

  it.each(settings)('before %j finds the best of all cuts', (ending, options) => {
    const plan = new Plan(model, {
      leadIn: false,
      prompt: 'a.',
      length: LENGTH,
      seed: 7,
      logProbabilities: true,
      ...options,
    });
    for (const candidates of [1, 5, 64, 65, 150]) {
      const expected = fillSlowly(plan, ending, candidates);
      const found = fillIn(plan, model.vocabulary.encode(ending), candidates, candidates);
      expect(found.map(({ text }) => text)).toEqual(expected);
      const few = fillIn(plan, model.vocabulary.encode(ending), candidates, 2);
      expect(few).toEqual(found.slice(0, 2));
      for (const { text, logProbabilities, reason } of few) {
        expect(text.endsWith(ending)).toBe(true);
        expect(reason).toBe('ending');
        expect(logProbabilities).toEqual(readPlainly(model, 'a.', text));
      }
    }
  });

  it('finds nothing if nothing may stand in between', () => {
    const plan = new Plan(model, { length: 0, logProbabilities: true });
    expect(fillIn(plan, model.vocabulary.encode('a'), 10, 3)).toEqual([]);
  });
});
