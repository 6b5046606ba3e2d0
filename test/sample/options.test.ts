// Unusual prompts, and options of any value.

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { generate, generateMany } from '../../src/api/generate.js';
import { UserError } from '../../src/errors.js';
import { beamSearch } from '../../src/sample/beam.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { ALPHABET } from '../helpers/expressions.js';
import { thrownBy } from '../helpers/files.js';
import { corpusOf, modelOf, vocabularyOf, write, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const model = modelOf(ALPHABET.join(''));

describe('a prompt with characters that the network never saw', () => {
  const plain = vocabularyOf(`abcefisAEZ '"-.\n`);
  const examples: [prompt: string, nearest: string, skipped: string][] = [
    ['aBc', 'abc', 'ac'],
    ['éàÉç', 'eaEc', ''],
    ['ß', 'ss', ''],
    ['œæ', 'ae', ''],
    ['ﬁ', 'fi', ''],
    ['“a”—‘b’', `"a"-'b'`, 'ab'],
    ['a…b', 'a...b', 'ab'],
    ['a\u00a0b\tc\r', 'a b c\n', 'abc'],
    ['日😀\u0301', '', ''],
    ['\ud83da', 'a', 'a'],
    ['z', 'Z', ''],
    ['ÀÈ', 'AE', ''],
    ['à b̂', 'a b', ' b'],
  ];

  it.each(examples)('%j is read as %j, or without them as %j', (prompt, nearest, skipped) => {
    expect(plain.decode(plain.encode(prompt, 'nearest'))).toBe(nearest);
    expect(plain.decode(plain.encode(prompt, 'skip'))).toBe(skipped);
    expect(thrownBy(() => plain.encode(prompt)).message).toContain('characters this model never saw');
    expect(plain.unknownIn(prompt).length).toBeGreaterThan(0);
  });

  it('is continued like one of the nearest known characters', async () => {
    const expected = await write({ prompt: 'Za', length: 30 }, model);
    expect(await write({ prompt: 'zA', length: 30, unknown: 'nearest' }, model)).toBe(expected);
    const none = await write({ length: 30 }, model);
    for (const unknown of ['nearest', 'skip'] as const)
      expect(await write({ prompt: '日本\ud83d', length: 30, unknown }, model)).toBe(none);
  });

  it('loses all of them and none of the known ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (prompt) => {
        const found = plain.decode(plain.encode(prompt, 'nearest'));
        expect(plain.unknownIn(found)).toEqual([]);
        const skipped = plain.decode(plain.encode(prompt, 'skip'));
        expect(skipped).toBe(
          Array.from(prompt)
            .filter((c) => !plain.unknownIn(prompt).includes(c.codePointAt(0)!))
            .join(''),
        );
        const bytes = vocabularyOf('a\xc3\xa9', 'bytes');
        expect([...bytes.encode(prompt, 'nearest')]).toEqual([...bytes.encode(prompt, 'skip')]);
      }),
    );
  });
});

describe('options of any value', () => {
  const numbers = [
    'seed',
    'length',
    'words',
    'lines',
    'temperature',
    'startTemperature',
    'targetBits',
    'topK',
    'typical',
    'topP',
    'minP',
    'repetitionPenalty',
    'repetitionWindow',
    'noCopy',
  ];
  const others = [
    'prompt',
    'unknown',
    'echo',
    'until',
    'stop',
    'ban',
    'allow',
    'match',
    'corpus',
    'logProbabilities',
  ];
  const plan = (options: Record<string, unknown>) => new Plan(model, options as GenerateOptions);

  it.each(numbers)('%s outside its range is named', (name) => {
    const strange = [
      Number.NaN,
      Infinity,
      -Infinity,
      -1,
      1e300,
      '5',
      '',
      null,
      true,
      {},
      [],
      [1],
      [1, 2, 3],
      5n,
      Symbol('x'),
      () => 1,
    ];
    for (const value of strange) {
      if (name.endsWith('emperature') && value === 1e300) continue;
      expect(() => plan({ [name]: value })).toThrow(RangeError);
      expect(() => plan({ [name]: value })).toThrow(new RegExp(`^${name} is .*, not a (whole )?number`, 's'));
    }
  });

  it.each(others)('%s of another type is named', (name) => {
    for (const value of [5, null, {}, [1], Symbol('x'), Object.create(null), Number.NaN]) {
      expect(() => plan({ [name]: value })).toThrow(RangeError);
      expect(() => plan({ [name]: value })).toThrow(new RegExp(`^${name} is .*, not `, 's'));
    }
  });

  it('are named with their value', () => {
    const messages = [
      { topP: '0.5' },
      { stop: 'abc' },
      { until: 'word' },
      { temperature: [1, -1] },
      { length: 0.5 },
    ].map((options) => {
      try {
        plan(options);
      } catch (error) {
        return error instanceof RangeError ? error.message : error;
      }
      return 'nothing was thrown';
    });
    expect(messages).toEqual([
      "topP is '0.5', not a number from 0 to 1",
      "stop is 'abc', not a list of strings that are not empty",
      "until is 'word', not one of line, sentence, paragraph",
      'temperature is -1, not a number of at least 0',
      'length is 0.5, not a whole number from 0 to 1000000000000',
    ]);
    expect(() => plan({ noCopy: 5 })).toThrow('noCopy needs a corpus');
    for (const end of [{ stop: ['a'] }, { until: 'line' }, { words: 1 }, { lines: 2 }])
      expect(() => plan({ match: 'a', ...end })).toThrow('match decides where a text ends, and so does');
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 1e9, '3', null])('a count of %j is named', async (count) => {
    const texts = generateMany(model, count as number, { length: 1 });
    await expect(texts.next()).rejects.toThrow(/^count is .*, not a whole number from 0 to 1000000/);
  });

  it('with a stop that cannot occur write on, and with an empty one are an error', async () => {
    const plain = await write({ length: 20 }, model);
    expect(await write({ stop: ['x', '\ud800'], length: 20 }, model)).toBe(plain);
    expect(() => new Plan(model, { stop: ['a', ''] })).toThrow(
      "stop is [ 'a', '' ], not a list of strings that are not empty",
    );
  });

  const huge: GenerateOptions[] = [
    { length: 1e12 },
    { length: 1e12, temperature: [0, Number.MAX_VALUE] },
    { words: 1e12, lines: 1e12 },
    { repetitionWindow: 65_536, repetitionPenalty: 1000 },
    { topK: 0x110000, typical: 1 - 2 ** -53, topP: 1 - 2 ** -53, minP: Number.MIN_VALUE },
    { topK: 1, typical: 0, topP: 0, minP: 1 },
    { targetBits: 20 },
    { seed: 2 ** 32 - 1 },
    { stop: ['a'.repeat(10_000)] },
    { prompt: 'a b\n'.repeat(2000) },
    { match: '[^]{10000}' },
  ];

  it.each(huge.map((options) => [JSON.stringify(options).slice(0, 60), options] as const))(
    'work at their limits: %s',
    async (_, options) => {
      const texts = generate(model, { ...options, echo: false });
      for (let i = 0; i < 60; i++) {
        const { value, done } = await texts.next();
        expect(done).toBe(false);
        expect(ALPHABET).toContain(value);
      }
      await texts.return(undefined);
    },
  );

  it('give a text or an error that names the problem', async () => {
    const models = [model, modelOf('ab'), modelOf('\n '), modelOf('a\xc3\xa9', { encoding: 'bytes' })];
    const strange = fc.oneof(
      fc.constantFrom('', 'a', 'ab', 'é', '\n', '\ud83d', '😀', '[ab]*', '(a', '.', '.{0,3}', '\0'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const number = fc.constantFrom(
      0,
      1,
      0.5,
      2,
      3,
      7,
      256,
      1e9,
      -1,
      Number.NaN,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
    );
    const values: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries([
      ...numbers.map((name) => [name, number]),
      ...['prompt', 'ban', 'allow', 'match'].map((name) => [name, strange]),
      ['stop', fc.array(strange, { maxLength: 3 })],
      ['unknown', fc.constantFrom('error', 'skip', 'nearest')],
      ['until', fc.constantFrom('line', 'sentence', 'paragraph', 'never')],
    ]);
    const some = fc
      .subarray(Object.keys(values), { maxLength: 5 })
      .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, values[name]!]))));
    let written = 0;
    await fc.assert(
      fc.asyncProperty(some, fc.nat(3), async (found, which) => {
        const from = models[which]!;
        const corpus = corpusOf(from, from.vocabulary.encoding === 'bytes' ? 'aé' : '');
        const options = { corpus, ...found } as GenerateOptions;
        try {
          const { length = 40 } = options;
          for (const { text } of await writeMany({ ...options, length: Math.min(40, length) }, 3, from)) {
            written++;
            for (const character of text)
              expect(from.vocabulary.idOf(character.codePointAt(0)!)).toBeDefined();
          }
          beamSearch(new Plan(from, { ...options, length: Math.min(10, length) }), 2);
        } catch (error) {
          if (!(error instanceof RangeError || error instanceof UserError)) throw error;
          expect(error.message).toMatch(
            /^(\w+ is |pattern, |the text has|no character|no text|this model|a text that|at temperature 0|noCopy|match decides)/,
          );
        }
      }),
      { numRuns: 1000 },
    );
    expect(written).toBeGreaterThan(100);
  });
});
