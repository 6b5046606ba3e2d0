import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generate } from '../../src/api/generate.js';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../src/errors.js';
import { Random, Stream } from '../../src/random.js';
import { type Choice, choose } from '../../src/sample/choose.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { errorOf } from '../helpers/files.js';
import { modelOf, write as writeFrom } from '../helpers/models.js';

const ALL: Choice = { temperature: 1, topK: 0, topP: 1 };
const ALMOST_ONE = 1 - 2 ** -53;

function argmax(logits: ArrayLike<number>): number {
  return Array.from(logits).reduce((best, x, i, all) => (x > all[best]! ? i : best), 0);
}

function softmax(logits: ArrayLike<number>, temperature: number): number[] {
  const largest = Math.max(...Array.from(logits));
  const weights = Array.from(logits, (x) => Math.exp((x - largest) / temperature));
  const total = weights.reduce((sum, x) => sum + x, 0);
  return weights.map((x) => x / total);
}

/** Counts each id in `draws` draws. */
function counts(logits: Float32Array, options: Partial<Choice>, draws = 20_000): number[] {
  const random = new Random(7, Stream.sampling);
  const found = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) found[choose(logits, { ...ALL, ...options }, random.uniform())]!++;
  return found;
}

/** Pearson's chi-squared statistic against the expected shares; ids of share 0 must not occur. */
function chiSquare(found: readonly number[], shares: readonly number[]): number {
  const draws = found.reduce((sum, n) => sum + n, 0);
  return shares.reduce((sum, share, id) => {
    if (share > 0) return sum + (found[id]! - share * draws) ** 2 / (share * draws);
    expect(found[id]).toBe(0);
    return sum;
  }, 0);
}

/** Logits that are equal or a quarter apart, so that rounding cannot change their order. */
const logitsOf = (minLength: number) =>
  fc.array(fc.integer({ min: -80, max: 80 }), { minLength, maxLength: 30 }).map((quarters) => {
    return Float32Array.from(quarters, (x) => x / 4);
  });
const distinctLogits = fc
  .uniqueArray(fc.integer({ min: -80, max: 80 }), { minLength: 1, maxLength: 30 })
  .map((quarters) => Float32Array.from(quarters, (x) => x / 4));
const uniform = fc.oneof(
  fc.constantFrom(0, 0.5, ALMOST_ONE),
  fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
);

describe('choose', () => {
  it('picks the likeliest at temperature 0, the first of equal ones', () => {
    fc.assert(
      fc.property(logitsOf(1), uniform, fc.nat(5), (logits, u, topK) => {
        expect(choose(logits, { temperature: 0, topK, topP: 0.5 }, u)).toBe(argmax(logits));
      }),
    );
  });

  it('picks the likeliest at temperatures close to 0', () => {
    fc.assert(
      fc.property(distinctLogits, uniform, (logits, u) => {
        for (const temperature of [1e-9, 1e-300, Number.MIN_VALUE]) {
          expect(choose(logits, { ...ALL, temperature }, u)).toBe(argmax(logits));
        }
      }),
    );
    const far = Float32Array.of(-3e38, 3e38, 3.1e38, -3.4e38);
    for (const temperature of [0, 1e-9, 1, 100]) expect(choose(far, { ...ALL, temperature }, 0.999)).toBe(2);
  });

  it.each([0.3, 1, 2.5])('draws from the softmax at temperature %f', (temperature) => {
    const logits = Float32Array.of(1, -0.5, 2, 0, 1.5, -2);
    // With 5 degrees of freedom, 20.5 is exceeded by chance once in 1000 times; the seed is fixed.
    expect(chiSquare(counts(logits, { temperature }), softmax(logits, temperature))).toBeLessThan(20.5);
  });

  it('draws from the softmax whatever constant is added to all logits', () => {
    const logits = Float32Array.of(1, -0.5, 2, 0);
    const shifted = counts(
      logits.map((x) => x + 1000),
      {},
      2000,
    );
    expect(shifted).toEqual(counts(logits, {}, 2000));
  });

  it('draws from the k likeliest in proportion with top-k', () => {
    const logits = Float32Array.of(1, -0.5, 2, 0, 1.5);
    const kept = [2, 4, 0];
    const shares = softmax(logits, 1).map((share, id) => (kept.includes(id) ? share : 0));
    const total = shares.reduce((sum, share) => sum + share, 0);
    expect(
      chiSquare(
        counts(logits, { topK: 3 }),
        shares.map((share) => share / total),
      ),
    ).toBeLessThan(13.8);
    expect(counts(logits, { topK: 1 }, 100)[2]).toBe(100);
    for (const topK of [5, 6, 1_000_000])
      expect(counts(logits, { topK }, 500)).toEqual(counts(logits, {}, 500));
  });

  it('draws from the fewest that together have the probability p with top-p', () => {
    const shares = [0.1, 0.5, 0.15, 0.25];
    const logits = Float32Array.from(shares, Math.log);
    const drawn = (topP: number) => counts(logits, { topP }, 2000).flatMap((n, id) => (n > 0 ? id : []));
    expect(drawn(0)).toEqual([1]);
    expect(drawn(0.49)).toEqual([1]);
    expect(drawn(0.6)).toEqual([1, 3]);
    expect(drawn(0.8)).toEqual([1, 2, 3]);
    expect(drawn(0.95)).toEqual([0, 1, 2, 3]);
    expect(drawn(1)).toEqual([0, 1, 2, 3]);
    expect(chiSquare(counts(logits, { topP: 0.6 }), [0, 2 / 3, 0, 1 / 3])).toBeLessThan(10.9);
  });

  it('stays within the k likeliest and the nucleus, which are never empty', () => {
    const share = fc.oneof(fc.constantFrom(0, 1e-300, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    const temperature = fc.oneof(
      fc.constantFrom(1e-9, 1, 100),
      fc.double({ min: 1e-3, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(logitsOf(1), fc.nat(32), share, temperature, uniform, (logits, topK, topP, t, u) => {
        const id = choose(logits, { temperature: t, topK, topP }, u);
        const likelier = Array.from(logits.keys()).filter((other) => logits[other]! > logits[id]!);
        if (topK > 0) expect(likelier.length).toBeLessThan(topK);
        const shares = softmax(logits, t);
        const mass = likelier.reduce((sum, other) => sum + shares[other]!, 0);
        if (likelier.length > 0 && topP < 1) expect(mass).toBeLessThan(topP + 1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it('never picks a NaN logit, and throws if all are NaN', () => {
    const any = fc.oneof(
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 3.4e38),
      fc.float(),
    );
    const options = fc.record({
      temperature: fc.constantFrom(0, 1e-9, 1, 100),
      topK: fc.constantFrom(0, 1, 3),
      topP: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 10 }), options, uniform, (numbers, option, u) => {
        const logits = Float32Array.from(numbers);
        if (logits.some((x) => x > Number.NEGATIVE_INFINITY))
          expect(logits[choose(logits, option, u)]).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        else expect(() => choose(logits, option, u)).toThrow(UserError);
      }),
      { numRuns: 1000 },
    );
  });

  it('never picks a logit of -Infinity', () => {
    const logits = Float32Array.of(
      Number.NEGATIVE_INFINITY,
      0,
      Number.NEGATIVE_INFINITY,
      0,
      Number.NEGATIVE_INFINITY,
    );
    for (const u of [0, 0.25, 0.5, 0.75, ALMOST_ONE]) expect(choose(logits, ALL, u)).toBe(u < 0.5 ? 1 : 3);
  });
});

const model = modelOf('abcdefghijklmnop \né😀');

const write = (options: GenerateOptions, from: CharacterModel = model) => writeFrom(options, from);

describe('generate', () => {
  it('writes the same text for the same seed and another text for another seed', async () => {
    const text = await write({ seed: 1, length: 200 });
    expect(await write({ seed: 1, length: 200 })).toBe(text);
    expect(await write({ seed: 2, length: 200 })).not.toBe(text);
    expect(await write({ length: 200 })).toBe(await write({ seed: 0, length: 200 }));
    expect(await write({ seed: 1, length: 200 }, modelOf('abcdefghijklmnop \né😀'))).toBe(text);
  });

  it('yields exactly `length` characters, one at a time', async () => {
    for (const length of [0, 1, 57]) {
      const pieces: string[] = [];
      for await (const piece of generate(model, { length, seed: 5 })) pieces.push(piece);
      expect(pieces.length).toBe(length);
      for (const piece of pieces) expect(Array.from(piece).length).toBe(1);
    }
    expect((await write({ length: 20, seed: 5 })).startsWith(await write({ length: 10, seed: 5 }))).toBe(
      true,
    );
    expect(await write({ length: 300, seed: 5 })).toContain('😀');
  });

  it('yields the prompt first and counts the length from its end', async () => {
    const prompt = 'a 😀\né';
    expect(await write({ prompt, length: 0 })).toBe(prompt);
    const text = await write({ prompt, length: 30, seed: 1 });
    expect(text.startsWith(prompt)).toBe(true);
    expect(Array.from(text).length).toBe(5 + 30);
  });

  it('depends on the whole prompt', async () => {
    const sequel = async (prompt: string) =>
      Array.from(await write({ prompt, length: 100, temperature: 0.5 })).slice(Array.from(prompt).length);
    expect(await sequel('abcd')).not.toEqual(await sequel('bbcd'));
    expect(await sequel('abcd')).not.toEqual(await sequel('abcc'));
  });

  it('continues its own text as it does a prompt', async () => {
    const whole = await write({ prompt: 'ab', length: 40, temperature: 0 });
    const half = Array.from(whole).slice(0, 20).join('');
    expect(await write({ prompt: half, length: 22, temperature: 0 })).toBe(whole);
  });

  it('starts as after a line break without a prompt, and does not yield that', async () => {
    const text = await write({ length: 50, seed: 4 });
    expect(`\n${text}`).toBe(await write({ prompt: '\n', length: 50, seed: 4 }));
    expect((await write({ length: 10 }, modelOf('ab'))).length).toBe(10);
  });

  it('refuses or skips characters of the prompt that the network never saw', async () => {
    const { message, exitCode } = await errorOf(() => write({ prompt: 'aXbÉ', length: 3 }));
    expect(message).toContain(`'X' U+0058, 'É' U+00C9 (nearest known: "é")`);
    expect(exitCode).toBe(ExitCode.badData);
    const skipped = await write({ prompt: 'aXbÉ', length: 30, unknown: 'skip' });
    expect(skipped).toBe(await write({ prompt: 'ab', length: 30 }));
    expect(await write({ prompt: 'XYZ', length: 30, unknown: 'skip' })).toBe(await write({ length: 30 }));
  });

  it('reads a prompt as UTF-8 bytes for a network of bytes', async () => {
    const bytes = modelOf('a\xc3\xa9', { encoding: 'bytes' });
    const text = await write({ prompt: 'aé', length: 10 }, bytes);
    expect(text.startsWith('a\xc3\xa9')).toBe(true);
    expect(text.length).toBe(13);
  });

  it('follows temperature, top-k and top-p', async () => {
    const likeliest = await write({ length: 60, temperature: 0 });
    expect(await write({ length: 60, temperature: 1e-9, seed: 9 })).toBe(likeliest);
    expect(await write({ length: 60, topK: 1, seed: 9 })).toBe(likeliest);
    expect(await write({ length: 60, topP: 0, seed: 9 })).toBe(likeliest);
    expect(await write({ length: 60, seed: 9 })).not.toBe(likeliest);
    const characters = async (temperature: number) => new Set(await write({ length: 400, temperature })).size;
    expect(await characters(100)).toBeGreaterThanOrEqual(model.vocabulary.size);
  });

  it('can write two texts at the same time', async () => {
    const one: GenerateOptions = { prompt: 'ab', length: 60, seed: 1, leadIn: false };
    const two: GenerateOptions = { prompt: 'pon', length: 60, seed: 2, leadIn: false };
    const [a, b] = [generate(model, one), generate(model, two)];
    const texts = ['', ''];
    for (let i = 0; i < 70; i++) {
      for (const [which, writer] of [a, b].entries()) texts[which] += (await writer.next()).value ?? '';
    }
    expect(texts).toEqual([await write(one), await write(two)]);
  });

  it('is endless without a length and can be abandoned', async () => {
    const expected = await write({ seed: 3, length: 25 });
    let text = '';
    for await (const piece of generate(model, { seed: 3, leadIn: false })) {
      text += piece;
      if (Array.from(text).length === 25) break;
    }
    expect(text).toBe(expected);
    const writer = generate(model, { seed: 3, leadIn: false });
    await writer.next();
    expect(await writer.return(undefined)).toEqual({ done: true, value: undefined });
    expect(await writer.next()).toEqual({ done: true, value: undefined });
    expect(await write({ seed: 3, length: 25 })).toBe(expected);
  });

  it('reuses memory from call to call', async () => {
    const { arena } = model.weights.engine;
    for (let i = 0; i < 20; i++) await write({ length: 2, seed: i });
    const before = arena.size;
    for (let i = 0; i < 20; i++) await write({ length: 2, seed: i });
    expect(arena.size).toBe(before);
  });
});
