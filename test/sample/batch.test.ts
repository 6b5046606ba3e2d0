// Texts written in parallel are bit-identical to those that each seed gives alone, and their reported
// probabilities equal those of reading them.

import { describe, expect, it, vi } from 'vitest';
import { generateMany } from '../../src/api/generate.js';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { withThreads } from '../../src/engine/team.js';
import { beamSearch } from '../../src/sample/beam.js';
import { fillIn } from '../../src/sample/fill.js';
import type { GeneratedText } from '../../src/sample/generate.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { builds } from '../helpers/engines.js';
import { modelOf, readPlainly, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const CHARACTERS = 'abcdefghijklmnop \n.é😀';

/** Texts of very different lengths, so that rows of a batch become free at different times. */
const ENDS: GenerateOptions = {
  prompt: 'ab\n',
  length: 40,
  stop: ['a', 'no', '. '],
  lines: 2,
  logProbabilities: true,
  seed: 2 ** 32 - 70, // goes round to 0 on the way
};

async function writeAlone(options: GenerateOptions, count: number, model: CharacterModel) {
  const texts: GeneratedText[] = [];
  for (let i = 0; i < count; i++) {
    const seed = ((options.seed ?? 0) + i) % 2 ** 32;
    texts.push(...(await writeMany({ ...options, seed }, 1, model)));
  }
  return texts;
}

const shapes = [
  { layers: 1, hidden: 13 },
  { layers: 2, hidden: 10 },
  { layers: 3, hidden: 16 },
  { layers: 2, hidden: 67 },
];
/** The other cells and variants. */
const others = [
  { cell: 'rnn', hidden: 67 },
  { cell: 'gru', hidden: 19 },
  { cell: 'peephole', coupled: true, layerNorm: true, residual: true },
  { cell: 'gru', layers: 3, layerNorm: true, residual: true },
] as const;

describe.each(builds)('%s', (_, open) => {
  it.each(shapes)('$layers layers of $hidden: a batch gives the texts of each seed', async (shape) => {
    const engine = open();
    if (!engine) return;
    const model = modelOf(CHARACTERS, { ...shape, engine });
    const options = { ...ENDS, leadIn: true };
    const alone = await writeAlone(options, 150, model);
    expect(new Set(alone.map(({ text }) => text.length)).size).toBeGreaterThan(10);
    expect(new Set(alone.map(({ reason }) => reason)).size).toBe(3);
    for (const count of [0, 1, 2, 3, 7, 64, 65, 150]) {
      expect(await writeMany(options, count, model)).toEqual(alone.slice(0, count));
    }
  });

  it.each(others)(
    '%o: a batch gives the texts of each seed with the probabilities of reading them',
    async (shape) => {
      const engine = open();
      if (!engine) return;
      const model = modelOf(CHARACTERS, { ...shape, engine });
      const alone = await writeAlone(ENDS, 70, model);
      expect(new Set(alone.map(({ text }) => text)).size).toBeGreaterThan(10);
      expect(await writeMany(ENDS, 70, model)).toEqual(alone);
      for (const { text, logProbabilities } of alone.slice(0, 9)) {
        expect(logProbabilities).toEqual(readPlainly(model, 'ab\n', text));
      }
    },
  );

  it('2 and 3 threads give the same texts as one', async () => {
    const engine = open();
    if (!engine) return;
    const options = { ...ENDS, length: 8, leadIn: true };
    const shape = { layers: 2, hidden: 230 }; // enough work for them to be woken, even by one text
    const alone = await writeAlone(options, 65, modelOf(CHARACTERS, { ...shape, engine }));
    for (const threads of [2, 3]) {
      const model = modelOf(CHARACTERS, { ...shape, engine: withThreads(open()!, threads) });
      expect(await writeMany(options, 65, model)).toEqual(alone);
      expect(await writeMany(options, 1, model)).toEqual(alone.slice(0, 1));
    }
  });

  it.each(shapes)('$layers layers of $hidden: a text has the probability of reading it', async (shape) => {
    const engine = open();
    if (!engine) return;
    const model = modelOf(CHARACTERS, { ...shape, engine });
    const long = 'a cab. é\n😀'.repeat(30);
    for (const length of [1, 2, 63, 64, 65, 130, 257]) {
      const prompt = Array.from(long).slice(0, length).join('');
      const [text] = await writeMany({ prompt, length: 70, logProbabilities: true, seed: length }, 1, model);
      // Windows of many characters and of one compute the same sums, so even the bits are equal.
      expect(text!.logProbabilities).toEqual(readPlainly(model, prompt, text!.text));
    }
  });
});

const model = modelOf(CHARACTERS);

describe('the result of a text', () => {
  it('covers its own characters without those that ended it', async () => {
    const texts = await writeMany(ENDS, 100, model);
    for (const { text, logProbabilities } of texts) {
      expect(logProbabilities).toEqual(readPlainly(model, 'ab\n', text));
    }
  });

  it('has the probabilities of the network, whatever the options of the choice', async () => {
    const strict: GenerateOptions = {
      length: 60,
      prompt: 'b',
      temperature: 0.4,
      topK: 5,
      ban: 'ab',
      repetitionPenalty: 2,
      logProbabilities: true,
    };
    const [text] = await writeMany(strict, 1, model);
    expect(text!.logProbabilities).toEqual(readPlainly(model, 'b', text!.text));
  });

  it('has no probabilities unless asked for', async () => {
    const [text] = await writeMany({ length: 5 }, 1, model);
    expect(text!.logProbabilities).toBeUndefined();
  });
});

describe('writers', () => {
  const options: GenerateOptions = { length: 30, seed: 4, stop: ['c'], leadIn: false };

  it('do not disturb each other when some are abandoned halfway', async () => {
    const expected = await writeMany(options, 70, model);
    const one = generateMany(model, 70, options);
    const other = generateMany(model, 3, { ...options, seed: 5 });
    const left = generateMany(model, 70, { ...options, seed: 9 });
    await left.next();
    const found: GeneratedText[] = [];
    for (let i = 0; i < 70; i++) {
      const { value } = await one.next();
      if (value) found.push(value);
      if (i < 3) expect((await other.next()).value).toEqual(expected[i + 1]);
      if (i === 5) await left.return(undefined);
      if (i === 6) expect(await writeMany(options, 70, model)).toEqual(expected);
    }
    expect(found).toEqual(expected);
    expect(await left.next()).toEqual({ done: true, value: undefined });
  });

  it('reuse memory from call to call', async () => {
    const { arena } = model.weights.engine;
    const use = async () => {
      await writeMany({ length: 3 }, 3, model);
      await writeMany({ length: 3 }, 100, model);
      for await (const _ of generateMany(model, 100, { length: 3 })) break;
      beamSearch(new Plan(model, { length: 5 }), 4);
      const plan = new Plan(model, { length: 5, logProbabilities: true });
      fillIn(plan, model.vocabulary.encode(' a'), 70, 1);
      expect(() => beamSearch(new Plan(model, { length: 5, prompt: '?' }), 4)).toThrow();
    };
    await use();
    const before = arena.size;
    for (let i = 0; i < 10; i++) await use();
    expect(arena.size).toBe(before);
  });
});
