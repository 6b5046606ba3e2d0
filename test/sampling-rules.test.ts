// What may be written, and what may be asked for: patterns, bans, copies, strange prompts and hostile options.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CharacterModel } from '../src/checkpoint/checkpoint.js';
import { UserError } from '../src/errors.js';
import { Random, Stream } from '../src/random.js';
import { beamSearch } from '../src/sample/beam.js';
import { generate, generateMany } from '../src/sample/generate.js';
import type { GenerateOptions } from '../src/sample/options.js';
import { Plan } from '../src/sample/plan.js';
import { suffixArray } from '../src/text/suffix-array.js';
import { SuffixIndex } from '../src/text/suffix-index.js';
import { ALPHABET, anySource, patternIfPossible, wholly } from './expressions.js';
import { errorOf, thrownBy } from './files.js';
import { modelOf, vocabularyOf, write, writeMany } from './models.js';

const model = modelOf(ALPHABET.join(''));
const subset = fc.subarray(ALPHABET, { minLength: 1 }).map((characters) => characters.join(''));
const temperature = fc.constantFrom(0, 1e-9, 0.3, 1, 5, 1e9);

function corpusOf({ vocabulary }: CharacterModel, text: string): SuffixIndex {
  const ids = Uint32Array.from(vocabulary.encode(text));
  return new SuffixIndex(ids, suffixArray(ids, vocabulary.size));
}

describe('a pattern', () => {
  it('is matched by every text, whatever else is asked for', async () => {
    const wishes = fc.record(
      {
        ban: subset,
        allow: subset,
        temperature,
        topK: fc.nat(4),
        repetitionPenalty: fc.constant(3),
        prompt: subset,
      },
      { requiredKeys: ['temperature'] },
    );
    const counts = { texts: 0, refused: 0, short: 0 };
    await fc.assert(
      fc.asyncProperty(anySource, wishes, fc.nat(8), fc.nat(1000), async (match, wish, more, seed) => {
        const { ban = '', allow = ALPHABET.join('') } = wish;
        const allowed = ALPHABET.filter((character) => allow.includes(character) && !ban.includes(character));
        const options = { ...wish, match, seed, length: more };
        if (allowed.length === 0) {
          expect(thrownBy(() => new Plan(model, options)).message).toBe('no character is left to be written');
          return;
        }
        const pattern = patternIfPossible(match, vocabularyOf(allowed.join('')));
        if (!pattern) {
          counts.refused++;
          const { message } = thrownBy(() => new Plan(model, options));
          expect(message).toContain('matches the pattern: ');
          return;
        }
        const least = pattern.distance(pattern.start);
        if (least > more) {
          counts.short++;
          const { message } = thrownBy(() => new Plan(model, options));
          expect(message).toBe(
            `a text that matches ${JSON.stringify(match)} has ${least} characters at least, and ${more} may be written`,
          );
        }
        const length = least + more;
        const texts = await writeMany({ ...options, length }, 3, model);
        texts.push(beamSearch(new Plan(model, { ...options, length }), 1 + (seed % 5)));
        for (const { text, reason } of texts) {
          counts.texts++;
          expect(text).toMatch(wholly(match));
          expect(['match', 'length']).toContain(reason);
          expect(Array.from(text).length).toBeLessThanOrEqual(length);
          for (const character of text) expect(allowed).toContain(character);
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(20);
  });

  it('ends a text as soon as nothing may follow, and at once where it matches nothing but the empty text', async () => {
    expect(await writeMany({ match: 'a{3}' }, 2, model)).toMatchObject([
      { text: 'aaa', reason: 'match' },
      { text: 'aaa', reason: 'match' },
    ]);
    for (const match of ['', '()', '^$', 'b{0}']) {
      expect(await writeMany({ match }, 2, model)).toMatchObject([{ text: '' }, { text: '' }]);
    }
  });

  it('ends a text that matches where only its length keeps it from going on', async () => {
    const [text] = await writeMany({ match: '(aa)*', allow: 'a', length: 5 }, 1, model);
    expect(text).toMatchObject({ text: 'aaaa', reason: 'match' });
    const found = beamSearch(new Plan(model, { match: '(aa)*', allow: 'a', length: 5 }), 3);
    expect(found).toMatchObject({ text: 'aaaa', reason: 'match' });
  });

  it('is left as often as the network leaves it', async () => {
    // After the prompt: an end is as likely as all characters that are no a together.
    const always = { match: 'a*', prompt: 'b', length: 1 };
    const count = 2000;
    const texts = await writeMany(always, count, model);
    const free = await writeMany({ prompt: 'b', length: 1 }, count, model);
    expect(texts.map(({ text }) => text)).toEqual(free.map(({ text }) => (text === 'a' ? 'a' : '')));
  });

  it('of bytes stands for the bytes of its characters', async () => {
    const bytes = modelOf('ab\xc3\xa9\xa8 ', { encoding: 'bytes' });
    const texts = await writeMany({ match: '(é|è|a){3}', length: 9 }, 30, bytes);
    for (const { text } of texts) {
      expect(Buffer.from(text, 'latin1').toString()).toMatch(/^[éèa]{3}$/);
    }
    const error = thrownBy(() => new Plan(bytes, { ban: 'é' }));
    expect(error.message).toBe('this model writes bytes, and a character outside ASCII is several of them');
  });
});

describe('what is banned', () => {
  it('is not written, and what is allowed is all that is', async () => {
    await fc.assert(
      fc.asyncProperty(subset, subset, temperature, fc.nat(99), async (ban, allow, temperature, seed) => {
        const left = ALPHABET.filter((character) => allow.includes(character) && !ban.includes(character));
        fc.pre(left.length > 0);
        const text = await write({ ban, allow, temperature, seed, length: 30, repetitionPenalty: 5 }, model);
        expect(Array.from(text).length).toBe(30);
        for (const character of text) expect(left).toContain(character);
      }),
      { numRuns: 200 },
    );
  });

  it('may be anything, known or not', async () => {
    const plain = await write({ length: 50 }, model);
    expect(
      await write({ length: 50, ban: 'XYZ\ud83d\ude00'.slice(0, 4).concat('日'), allow: undefined }, model),
    ).toBe(await write({ length: 50, ban: 'Z' }, model));
    expect(await write({ length: 50, ban: '', allow: `${ALPHABET.join('')}日Q` }, model)).toBe(plain);
    for (const options of [
      { allow: '' },
      { allow: '日' },
      { ban: ALPHABET.join('') },
      { allow: 'a', ban: 'a' },
    ]) {
      const error = await errorOf(() => write(options, model));
      expect(error.message).toBe('no character is left to be written');
      expect(error.hint).not.toBe('');
    }
  });
});

describe('without copies', () => {
  const few = modelOf('abc d');
  const text = fc
    .array(fc.constantFrom(...'abc d'), { minLength: 1, maxLength: 60 })
    .map((all) => all.join(''));
  const wishes = fc.record(
    {
      temperature,
      match: fc.constantFrom('[ab]*c?', '.{4,}', '(a|b c)*'),
      ban: fc.constantFrom('a', 'b ', 'cd'),
    },
    { requiredKeys: [] },
  );

  it('no run of the corpus is written, not even one that the prompt begins', async () => {
    const reasons = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.integer({ min: 2, max: 6 }),
        wishes,
        async (corpus, prompt, noCopy, wish) => {
          const options: GenerateOptions = {
            ...wish,
            prompt,
            noCopy,
            corpus: corpusOf(few, corpus),
            length: 25,
          };
          const texts = await writeMany(options, 5, few);
          texts.push(beamSearch(new Plan(few, options), 3));
          for (const { text, reason } of texts) {
            reasons.add(reason);
            const whole = prompt + text;
            for (let end = prompt.length + 1; end <= whole.length; end++) {
              const run = whole.slice(Math.max(0, end - noCopy), end);
              if (run.length === noCopy) expect(corpus).not.toContain(run);
            }
            if (reason === 'length') expect(text.length).toBe(25);
            if (wish.match && reason !== 'blocked') expect(text).toMatch(wholly(wish.match));
            if (reason !== 'blocked') continue;
            // Nothing could have followed: each other character is banned, copied, or no match.
            const next = Array.from('abc d').filter(
              (character) =>
                !wish.ban?.includes(character) && !corpus.includes((whole + character).slice(-noCopy)),
            );
            if (!wish.match && whole.length >= noCopy - 1) expect(next).toEqual([]);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(reasons).toEqual(new Set(['length', 'match', 'blocked']));
  });

  it('many texts side by side are those of each seed', async () => {
    const random = new Random(1, Stream.sampling);
    const corpus = corpusOf(few, Array.from({ length: 200 }, () => 'abc d'[random.below(5)]).join(''));
    const options: GenerateOptions = { prompt: 'ab', noCopy: 3, corpus, length: 6 };
    const many = await writeMany(options, 70, few);
    expect(new Set(many.map(({ reason }) => reason)).size).toBe(2);
    for (const text of many) expect(await writeMany({ ...options, seed: text.seed }, 1, few)).toEqual([text]);
  });

  it('a text ends where nothing is left, at its beginning as well', async () => {
    const all = corpusOf(few, 'aabacadbbcbdccddcda a b c d aa bb');
    const everything = { noCopy: 2, allow: 'abcd', corpus: all };
    const [text] = await writeMany({ ...everything, prompt: 'a' }, 1, few);
    expect(text).toMatchObject({ text: '', reason: 'blocked' });
    for await (const piece of generate(few, { ...everything, length: undefined }))
      expect(piece.length).toBe(1);
  });

  it('of a corpus that is empty or shorter than the limit, all may be written', async () => {
    for (const corpus of ['', 'a', 'abc']) {
      for (const noCopy of [4, 1e9]) {
        const options = { length: 40, noCopy, corpus: corpusOf(few, corpus) };
        expect(await write(options, few)).toBe(await write({ length: 40 }, few));
      }
    }
  });
});

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

  it('goes on as after the nearest ones', async () => {
    const expected = await write({ prompt: 'Za', length: 30 }, model);
    expect(await write({ prompt: 'zA', length: 30, unknown: 'nearest' }, model)).toBe(expected);
    const none = await write({ length: 30 }, model);
    for (const unknown of ['nearest', 'skip'] as const)
      expect(await write({ prompt: '日本\ud83d', length: 30, unknown }, model)).toBe(none);
  });

  it('never keeps one, and loses none that is known', () => {
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

describe('options from anywhere', () => {
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

  it.each(numbers)('%s that is no number of its range is named', (name) => {
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

  it('are told of with their value', () => {
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
      "stop is 'abc', not a list of texts",
      "until is 'word', not line or sentence or paragraph",
      'temperature is -1, not a number of at least 0',
      'length is 0.5, not a whole number from 0 to 1000000000000',
    ]);
    expect(() => plan({ noCopy: 5 })).toThrow('noCopy needs a corpus');
    for (const end of [{ stop: ['a'] }, { until: 'line' }, { words: 1 }, { lines: 2 }])
      expect(() => plan({ match: 'a', ...end })).toThrow('match says itself where a text ends, and so does');
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 1e9, '3', null])('a count of %j is named', async (count) => {
    const texts = generateMany(model, count as number, { length: 1 });
    await expect(texts.next()).rejects.toThrow(/^count is .*, not a whole number from 0 to 1000000/);
  });

  it('of a stop that cannot come are an error, of an empty one nothing', async () => {
    expect((await errorOf(() => write({ stop: ['x'] }, model))).message).toContain("never saw: 'x' U+0078");
    expect((await errorOf(() => write({ stop: ['\ud800'] }, model))).message).toContain('U+D800');
    expect(await write({ stop: ['', ''], length: 20 }, model)).toBe(await write({ length: 20 }, model));
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
    'as large as they may be work: %s',
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

  it('whatever they are, give a text or an error that says what was wrong', async () => {
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
            /^(\w+ is |pattern, |the text has|no character|no text|this model|a text that|at temperature 0|noCopy|match says)/,
          );
        }
      }),
      { numRuns: 2000 },
    );
    expect(written).toBeGreaterThan(1000);
  });
});
