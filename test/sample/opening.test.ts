// What networks read before a text, so that it begins as the texts they know.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load } from '../../src/api/load.js';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { readContext } from '../../src/sample/generate.js';
import { leadInRandom, opening } from '../../src/sample/opening.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { Reader } from '../../src/sample/reader.js';
import { Recall } from '../../src/sample/recall.js';
import { Writer } from '../../src/sample/writer.js';
import { run, temporaryFolder } from '../helpers/cli.js';
import { modelOf, writeMany } from '../helpers/models.js';

const NAMES = ['Mary', 'John', 'Anna', 'Paul'];

/** Trains a network on four names in turn. */
async function trainNames(): Promise<CharacterModel> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'names.txt'), `${NAMES.join('\n')}\n`.repeat(300));
  const size = ['--hidden', '32', '--layers', '1', '--steps', '100', '--lr', '0.01'];
  const { code } = await run(folder, ['train', 'names.txt', ...size, '--out', 'model']);
  expect(code).toBe(0);
  return load(join(folder, 'model'));
}

const names = await trainNames();
const lines = (options: GenerateOptions, count = 100) =>
  writeMany({ until: 'line', temperature: 0.8, length: 100, ...options }, count, names);

describe('a network trained on lines of four names', () => {
  it('begins every text with one of them, which it does not from zero state', async () => {
    const texts = await lines({ leadIn: true });
    expect(texts.filter(({ text }) => !/^[MJAP]/.test(text))).toEqual([]);
    expect(new Set(texts.map(({ text }) => text[0])).size).toBe(4);
    const cold = await lines({ leadIn: false });
    expect(cold.filter(({ text }) => !/^[MJAP]/.test(text)).length).toBeGreaterThan(0);
  });

  // Nearly always, since the small network errs in the middle of names, too.
  it.each([
    ['An', 'na'],
    ['\nAn', 'na'],
    ['P', 'aul'],
  ])('continues %j with %j', async (prompt, rest) => {
    const texts = await lines({ leadIn: true, prompt });
    expect(texts.filter(({ text }) => text === rest).length).toBeGreaterThan(95);
  });

  it('begins a file and the samples of training with a name', () => {
    const { vocabulary } = names;
    const { logits } = new Recall(names).read('').next().value as { logits: Float32Array };
    expect(NAMES.map((name) => name[0])).toContain(vocabulary.character(logits.indexOf(Math.max(...logits))));
    const writer = new Writer(names);
    for (let seed = 0; seed < 20; seed++) {
      const draws = { text: leadInRandom(seed + 100), leadIn: leadInRandom(seed) };
      const text = vocabulary.decode(writer.write(new Uint32Array(), 20, { temperature: 0.8 }, draws));
      expect(text).toMatch(/^[MJAP]/);
    }
  });
});

const model = modelOf('abcdefghijklmnop \néAB');
const contextOf = (options: GenerateOptions, seed = 5) => readContext(new Plan(model, options), seed);

describe('a lead-in', () => {
  it('is the same whatever rules and temperatures apply to the text', () => {
    const plain = contextOf({ prompt: 'ab' });
    const others: GenerateOptions[] = [
      { ban: 'abc\n' },
      { allow: 'x y z p' },
      { match: '[ab]{3}' },
      { temperature: 3, topK: 2 },
      { until: 'line' },
    ];
    for (const options of others) expect(contextOf({ prompt: 'ab', ...options })).toEqual(plain);
    expect(contextOf({ prompt: 'ab' }, 6)).not.toEqual(plain);
  });

  it('is the same for every seed if nothing is left to chance', () => {
    expect(contextOf({ temperature: 0 }, 6)).toEqual(contextOf({ temperature: 0 }, 5));
    expect(contextOf({ temperature: 0, startTemperature: 1 }, 6)).not.toEqual(
      contextOf({ temperature: 0, startTemperature: 1 }, 5),
    );
  });

  it('is left out with `leadIn: false` and before long prompts', () => {
    const prompt = 'abcd efgh\n'.repeat(26);
    expect(contextOf({ prompt })).toEqual(contextOf({ prompt, leadIn: false }));
    const short = prompt.slice(0, 255);
    expect(contextOf({ prompt: short })).not.toEqual(contextOf({ prompt: short, leadIn: false }));
  });

  it('has 50 to 1000 characters, ends with a line or else a word, and is followed by the prompt', () => {
    const vocabularies = fc.constantFrom('ab\n', 'ab\nAB ', 'ab\rAB', 'ab AB', 'abcd', '\n😀é');
    const networks = new Map<string, { model: CharacterModel; reader: Reader }>();
    fc.assert(
      fc.property(vocabularies, fc.nat(1000), fc.boolean(), (characters, seed, isPrompted) => {
        const network = modelOf(characters, { gain: 5 });
        const reader = networks.get(characters)?.reader ?? new Reader(network);
        networks.set(characters, { model: network, reader });
        const prompt = Uint32Array.from(isPrompted ? [1, 0, 1] : []);
        const ids: number[] = [];
        reader.start();
        const work = opening(network, prompt, leadInRandom(seed));
        for (let step = work.next(); !step.done; step = work.next(reader.logits())) {
          ids.push(step.value);
          reader.read(Uint32Array.of(step.value));
        }
        const text = network.vocabulary.decode(ids);
        const end = ['\n', '\r', ' '].find((character) => characters.includes(character)) ?? '';
        expect(text.endsWith(end + network.vocabulary.decode(prompt))).toBe(true);
        const length = ids.length - 1 - prompt.length;
        expect(length).toBeGreaterThanOrEqual(50);
        expect(length).toBeLessThanOrEqual(1001);
      }),
      { numRuns: 60 },
    );
  });
});
