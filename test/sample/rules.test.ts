// What may be written: patterns, bans and no copies.

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { generate } from '../../src/api/generate.js';
import { amountOf } from '../../src/numbers.js';
import { Random, Stream } from '../../src/random.js';
import { beamSearch } from '../../src/sample/beam.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { ALPHABET, anySource, patternIfPossible, wholly } from '../helpers/expressions.js';
import { errorOf, thrownBy } from '../helpers/files.js';
import { corpusOf, modelOf, vocabularyOf, write, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const model = modelOf(ALPHABET.join(''));
const subset = fc.subarray(ALPHABET, { minLength: 1 }).map((characters) => characters.join(''));
const temperature = fc.constantFrom(0, 1e-9, 0.3, 1, 5, 1e9);

describe('a pattern', () => {
  it('is matched by every text, whatever the other options', async () => {
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
          expect(thrownBy(() => new Plan(model, options)).message).toBe('no character may be written');
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
            `a text that matches ${JSON.stringify(match)} has at least ${amountOf(least, 'character')}, and --length is ${more}`,
          );
        }
        const length = least + more;
        const texts = await writeMany({ ...options, length }, 3, model);
        texts.push(beamSearch(new Plan(model, { ...options, length }), 1 + (seed % 5))[0]!);
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
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
  });

  it('ends a text as soon as nothing may follow, and at once if it only matches the empty text', async () => {
    expect(await writeMany({ match: 'a{3}' }, 2, model)).toMatchObject([
      { text: 'aaa', reason: 'match' },
      { text: 'aaa', reason: 'match' },
    ]);
    for (const match of ['', '()', '^$', 'b{0}']) {
      expect(await writeMany({ match }, 2, model)).toMatchObject([{ text: '' }, { text: '' }]);
    }
  });

  it('ends a matching text whose length forbids to continue', async () => {
    const [text] = await writeMany({ match: '(aa)*', allow: 'a', length: 5 }, 1, model);
    expect(text).toMatchObject({ text: 'aaaa', reason: 'match' });
    const found = beamSearch(new Plan(model, { match: '(aa)*', allow: 'a', length: 5 }), 3)[0];
    expect(found).toMatchObject({ text: 'aaaa', reason: 'match' });
  });

  it('is left as often as the network by itself would leave it', async () => {
    // After the prompt, an end is as likely as all characters other than a together.
    const always = { match: 'a*', prompt: 'b', length: 1 };
    const count = 2000;
    const texts = await writeMany(always, count, model);
    const free = await writeMany({ prompt: 'b', length: 1 }, count, model);
    expect(texts.map(({ text }) => text)).toEqual(free.map(({ text }) => (text === 'a' ? 'a' : '')));
  });

  it('matches the bytes of its characters for a network of bytes', async () => {
    const bytes = modelOf('ab\xc3\xa9\xa8 ', { encoding: 'bytes' });
    const texts = await writeMany({ match: '(é|è|a){3}', length: 9 }, 30, bytes);
    for (const { text } of texts) {
      expect(Buffer.from(text, 'latin1').toString()).toMatch(/^[éèa]{3}$/);
    }
    const error = thrownBy(() => new Plan(bytes, { ban: 'é' }));
    expect(error.message).toBe('this model writes bytes, and a character outside ASCII has several');
  });
});

describe('banned characters', () => {
  it('are never written, and with `allow` no others are', async () => {
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

  it('may be any text, known to the network or not', async () => {
    const plain = await write({ length: 50 }, model);
    expect(await write({ length: 50, ban: 'XYZ\ud83d日' }, model)).toBe(
      await write({ length: 50, ban: 'Z' }, model),
    );
    expect(await write({ length: 50, ban: '', allow: `${ALPHABET.join('')}日Q` }, model)).toBe(plain);
    for (const options of [
      { allow: '' },
      { allow: '日' },
      { ban: ALPHABET.join('') },
      { allow: 'a', ban: 'a' },
    ]) {
      const error = await errorOf(() => write(options, model));
      expect(error.message).toBe('no character may be written');
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
      allow: fc.constantFrom('abc', 'a b'),
    },
    { requiredKeys: [] },
  );

  it('no run of the corpus is written, not even one that starts in the prompt', async () => {
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
          texts.push(beamSearch(new Plan(few, options), 3)[0]!);
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
            // Nothing could have followed: every other character is banned, copied or does not match.
            const next = Array.from('abc d').filter(
              (character) =>
                !wish.ban?.includes(character) &&
                (wish.allow ?? character).includes(character) &&
                !corpus.includes((whole + character).slice(-noCopy)),
            );
            if (!wish.match && whole.length >= noCopy - 1) expect(next).toEqual([]);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(reasons).toEqual(new Set(['length', 'match', 'blocked']));
  });

  it('texts written in parallel are those of each seed', async () => {
    const random = new Random(1, Stream.sampling);
    const corpus = corpusOf(few, Array.from({ length: 200 }, () => 'abc d'[random.below(5)]).join(''));
    const options: GenerateOptions = { prompt: 'ab', noCopy: 3, corpus, length: 6 };
    const many = await writeMany(options, 70, few);
    expect(new Set(many.map(({ reason }) => reason)).size).toBe(2);
    for (const text of many) expect(await writeMany({ ...options, seed: text.seed }, 1, few)).toEqual([text]);
  });

  it('a text ends where no character is left, even at its beginning', async () => {
    const all = corpusOf(few, 'aabacadbbcbdccddcda a b c d aa bb');
    const everything = { noCopy: 2, allow: 'abcd', corpus: all };
    const [text] = await writeMany({ ...everything, prompt: 'a' }, 1, few);
    expect(text).toMatchObject({ text: '', reason: 'blocked' });
    for await (const piece of generate(few, { ...everything, length: undefined }))
      expect(piece.length).toBe(1);
  });

  it('everything may be written if the corpus is empty or shorter than the limit', async () => {
    for (const corpus of ['', 'a', 'abc']) {
      for (const noCopy of [4, 1e9]) {
        const options = { length: 40, noCopy, corpus: corpusOf(few, corpus) };
        expect(await write(options, few)).toBe(await write({ length: 40 }, few));
      }
    }
  });
});
