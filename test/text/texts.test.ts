// A corpus of many texts: how it is divided, which texts are held back, and the order in which they are read.

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from '../../src/text/batches.js';
import type { Collection } from '../../src/text/collection/collection.js';
import { Dataset } from '../../src/text/dataset.js';
import { type Source, textSource } from '../../src/text/files/source.js';
import { readPieces } from '../../src/text/pieces.js';
import { type PreparedDataset, prepareDataset } from '../../src/text/prepare.js';
import { temporaryFolder } from '../helpers/cli.js';

const root = await temporaryFolder();
const UTF8 = { encoding: 'utf8', normalizeNewlines: false } as const;
const LINES: Collection = { division: 'line', labels: [] };
const PARTS: Collection = { division: 'separator', textsEnd: '-+-', labels: [] };

interface Options {
  readonly seed?: number;
  readonly validation?: number;
  readonly test?: number;
}

/** What is in a part of the ids on disk, as it begins: '|' stands for the end of a text. */
interface Written {
  readonly prepared: PreparedDataset;
  readonly parts: Record<'training' | 'validation' | 'test' | 'all', string>;
  readonly dataset: Dataset;
  readonly trainLength: number;
}

async function write(
  sources: readonly Source[],
  collection: Collection | undefined,
  { seed = 1, validation = 0, test = 0 }: Options = {},
): Promise<Written> {
  const folder = await mkdtemp(join(root, 'texts-'));
  let bounds = [0, 0, 0];
  const prepared = await prepareDataset(sources, UTF8, folder, {
    collection,
    seed,
    onLearned: (learned) => {
      const arrangement = learned.arrange({ validation, test });
      bounds = [arrangement.trainLength, arrangement.validationEnd, arrangement.length];
      return arrangement;
    },
  });
  const { vocabulary } = prepared;
  const dataset = new Dataset(folder, vocabulary.size);
  expect(dataset.length).toBe(bounds[2]);
  expect(dataset.hash()).toBe(prepared.hash);
  const part = (from: number, to: number) =>
    vocabulary.decode(dataset.read(from, to - from)).replaceAll('\u0003', '|');
  const [trained, validated, length] = bounds as [number, number, number];
  return {
    prepared,
    dataset,
    trainLength: trained,
    get parts() {
      return {
        training: part(0, trained),
        validation: part(trained, validated),
        test: part(validated, length),
        all: part(0, length),
      };
    },
  };
}

/** The texts of a part, in order. */
const textsIn = (part: string) => part.split('|').filter((text) => text !== '');

/** A source whose bytes come in pieces that end at given places. */
function inPieces(text: string, cuts: readonly number[]): Source {
  const bytes = Buffer.from(text);
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return {
    ...textSource('text', text),
    async *read() {
      for (const [i, from] of places.slice(0, -1).entries()) yield bytes.subarray(from, places[i + 1]);
    },
  };
}

/** The same divisions, in terms of whole strings. */
const DIVIDED: Record<string, (text: string) => string[]> = {
  line: (text) => text.split(/\r\n|\r|\n/).filter((line) => /[^ \t]/.test(line)),
  paragraph: (text) => {
    const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n|$)/g)!;
    const groups: string[][] = [[]];
    for (const line of lines) {
      if (/[^ \t\r\n]/.test(line)) groups.at(-1)!.push(line);
      else groups.push([]);
    }
    return groups.map((group) => group.join('').replace(/(?:\r\n|\r|\n)$/, '')).filter((all) => all !== '');
  },
  file: (text) => [text.replace(/^[\r\n]+|[\r\n]+$/g, '')].filter((file) => file !== ''),
  separator: (text) => text.split('-+-').flatMap((part) => DIVIDED.file!(part)),
};

describe('a text is divided', () => {
  it.each([
    ['line', 'one\r\ntwo\r\n\r\n \t\nthree\rfour', ['one', 'two', 'three', 'four']],
    ['line', '  indented\nends with blanks \n', ['  indented', 'ends with blanks ']],
    ['paragraph', '\n\none\ntwo\r\nthree\n \n\n  four\n', ['one\ntwo\r\nthree', '  four']],
    ['file', '\none\n\ntwo\n\n', ['one\n\ntwo']],
    ['separator', 'one\n-+-\n\ntwo\n\nthree-+-four\n-+-\n', ['one', 'two\n\nthree', 'four']],
  ] as const)('by %s', async (division, text, expected) => {
    const collection = division === 'separator' ? PARTS : ({ division, labels: [] } as const);
    const { parts, prepared } = await write([textSource('text', text)], collection);
    expect(parts.all).toBe(`|${expected.join('|')}|`);
    expect(prepared.texts).toEqual({ count: expected.length, repeats: 0 });
  });

  it('in the same way wherever the pieces end in which it is read', async () => {
    const words = fc.constantFrom('a', 'b', ' ', '\t', '\n', '\n', '\r\n', '\r', '-', '+', '-+-', 'é');
    const text = fc.array(words, { maxLength: 40 }).map((all) => `x${all.join('')}`);
    const division = fc.constantFrom('line', 'paragraph', 'file', 'separator' as const);
    const cuts = fc.array(fc.nat(60), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(text, division, cuts, async (text, division, cuts) => {
        const collection = division === 'separator' ? PARTS : ({ division, labels: [] } as const);
        const reading = { sources: [inPieces(text, cuts)], decoding: UTF8, collection };
        let found = '';
        for await (const { pieces } of readPieces(reading, root))
          for (const { points, ends } of pieces) found += String.fromCodePoint(...points) + (ends ? '|' : '');
        expect(textsIn(found)).toEqual(DIVIDED[division]!(text));
      }),
      { numRuns: 500 },
    );
  });

  it('by a separator of bytes', async () => {
    const reading = {
      sources: [textSource('text', 'one—✂—two')],
      decoding: { encoding: 'bytes', normalizeNewlines: false },
      collection: { division: 'separator', textsEnd: '—✂—', labels: [] },
    } as const;
    let found = '';
    for await (const { pieces } of readPieces(reading, root))
      for (const { points, ends } of pieces) found += String.fromCodePoint(...points) + (ends ? '|' : '');
    expect(found).toBe('one|two|');
  });

  it('and no text goes on in the next file', async () => {
    const sources = ['one\ntwo', 'three\n', '', 'four'].map((text, i) => textSource(`${i}`, text));
    expect((await write(sources, LINES)).parts.all).toBe('|one|two|three|four|');
    const files: Collection = { division: 'file', labels: [] };
    expect((await write(sources, files)).parts.all).toBe('|one\ntwo|three|four|');
  });
});

/** Texts of a few characters, many of which are equal. */
const someTexts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 120,
});
const shares = fc.record({
  seed: fc.nat(1e6),
  validation: fc.constantFrom(0, 0.05, 0.1, 0.3),
  test: fc.constantFrom(0, 0.1, 0.25),
});

describe('the parts of a collection', () => {
  it('hold every text once, and equal texts are in the same part', async () => {
    await fc.assert(
      fc.asyncProperty(someTexts, shares, async (texts, options) => {
        const { parts, prepared } = await write([textSource('text', texts.join('\n'))], LINES, options);
        const sides = [parts.training, parts.validation, parts.test].map(textsIn);
        expect(sides.flat().sort()).toEqual([...texts].sort());
        const different = sides.map((side) => new Set(side));
        expect(new Set(sides.flat()).size).toBe(different.reduce((sum, { size }) => sum + size, 0));
        for (const part of Object.values(parts)) expect(part === '' || part.startsWith('|')).toBe(true);
        expect(parts.all.endsWith('|')).toBe(true);
        expect(parts.all).not.toContain('||');
        const repeats = texts.length - new Set(texts).size;
        expect(prepared.texts).toEqual({ count: texts.length, repeats });
      }),
      { numRuns: 40 },
    );
  });

  it('come close to the shares, are drawn by the seed, and keep the order of the corpus', async () => {
    const texts = Array.from({ length: 4000 }, (_, i) => `text ${i} ${'z'.repeat(i % 13)}`);
    const source = textSource('text', texts.join('\n'));
    const [one, again, other] = [
      await write([source], LINES, { validation: 0.1, test: 0.2 }),
      await write([source], LINES, { validation: 0.1, test: 0.2 }),
      await write([source], LINES, { validation: 0.1, test: 0.2, seed: 2 }),
    ];
    const { training, validation, test, all } = one.parts;
    expect(validation.length / all.length).toBeCloseTo(0.1, 2);
    expect(test.length / all.length).toBeCloseTo(0.2, 2);
    expect(again.parts).toEqual(one.parts);
    const heldBack = textsIn(validation);
    const same = textsIn(other.parts.validation).filter((text) => heldBack.includes(text));
    expect(same.length).toBeLessThan(0.3 * heldBack.length);
    const number = (text: string) => Number(text.split(' ')[1]);
    const numbers = textsIn(training).map(number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    // From everywhere in the corpus, not from its end.
    const mean = heldBack.reduce((sum, text) => sum + number(text), 0) / heldBack.length;
    expect(Math.abs(mean - 2000)).toBeLessThan(300);
  });

  it('are not empty because of a text that is too long for them', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const texts = ['x'.repeat(6000), ...Array.from({ length: 40 }, (_, i) => `${i} ${'a'.repeat(100)}`)];
      const { parts } = await write([textSource('text', texts.join('\n'))], LINES, { seed, validation: 0.1 });
      expect(textsIn(parts.validation).length).toBeGreaterThanOrEqual(9);
      expect(parts.training).toContain('xxx');
    }
  });

  it('tell texts apart by their first 4,096 characters, and keep longer ones whole', async () => {
    const long = (end: string) => `${'abc'.repeat(1400)}${end}`;
    const texts = [...Array.from({ length: 40 }, (_, i) => long(`${i}`)), 'short'];
    const { parts, prepared } = await write([textSource('text', texts.join('\n'))], LINES, {
      validation: 0.3,
    });
    expect(textsIn(parts.all).sort()).toEqual([...texts].sort());
    expect(prepared.texts).toEqual({ count: 41, repeats: 0 });
    const sides = [parts.training, parts.validation].map((part) => part.includes('abc'));
    expect(sides.filter((has) => has)).toEqual([true]);
  });
});

describe('one text of several files', () => {
  it('has the last part of each file held back, and one file is as it is', async () => {
    const sources = ['abcdefghij', '0123456789'.repeat(2), 'uvwxyzuvwx'].map((text, i) =>
      textSource(`${i}`, text),
    );
    const { parts } = await write(sources, undefined, { validation: 0.2, test: 0.1 });
    const characters = (part: string) => part.replaceAll('\n', '').length;
    expect(Object.values(parts).map(characters)).toEqual([28, 8, 4, 40]);
    expect(parts.validation).toMatch(/h.*\n?.*4567.*\n?.*wx?u?v?/);
    const one = await write([sources[0]!], undefined, { validation: 0.2, test: 0.1 });
    expect(one.parts).toEqual({ training: 'abcdefg', validation: 'hi', test: 'j', all: 'abcdefghij' });
  });
});

describe('the order of texts', () => {
  /** Reads all steps of an epoch; returns the rows of targets, joined over the windows. */
  const rowsOf = (batches: Batches, epoch: number) => {
    const { batchSize } = batches.split;
    const rows: number[][] = Array.from({ length: batchSize }, () => []);
    for (let window = 0; window < batches.windowsPerEpoch; window++) {
      const { targets } = batches.read(epoch * batches.windowsPerEpoch + window);
      targets.forEach((id, i) => void rows[i % batchSize]!.push(id));
    }
    return rows;
  };
  const windows = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    sequenceLength: fc.integer({ min: 1, max: 16 }),
  });

  it('lets every character be read once in an epoch, but for what whole windows leave over', async () => {
    await fc.assert(
      fc.asyncProperty(someTexts, windows, fc.nat(3), async (texts, window, epoch) => {
        const source = textSource('text', texts.join('\n'));
        const { prepared, dataset, trainLength } = await write([source], LINES, { validation: 0.1 });
        fc.pre(window.batchSize * window.sequenceLength < trainLength);
        const batches = new Batches(dataset, { ...window, trainLength }, 1, prepared.vocabulary.end!);
        const counts = (ids: ArrayLike<number>) => {
          const all = new Map<number, number>();
          for (const id of Array.from(ids)) all.set(id, (all.get(id) ?? 0) + 1);
          return all;
        };
        const written = counts(dataset.read(0, trainLength));
        const read = rowsOf(batches, epoch).flat();
        for (const [id, count] of counts(read)) expect(count).toBeLessThanOrEqual(written.get(id)!);
        const stream = Math.floor((trainLength - 1) / window.batchSize);
        expect(trainLength - 1 - read.length).toBe(
          ((trainLength - 1) % window.batchSize) + window.batchSize * (stream % window.sequenceLength),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('keeps texts whole, differs between epochs and seeds, and not between runs', async () => {
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);
    const source = textSource('text', texts.join('\n'));
    const { prepared, dataset, trainLength } = await write([source], LINES);
    const { vocabulary } = prepared;
    const split = { batchSize: 1, sequenceLength: 20, trainLength };
    const make = (seed: number) => new Batches(dataset, split, seed, vocabulary.end!);
    const orderIn = (batches: Batches, epoch: number) =>
      vocabulary.decode(rowsOf(batches, epoch)[0]!).split('\u0003').slice(1, -1);
    const one = make(1);
    const orders = [0, 1, 2].map((epoch) => orderIn(one, epoch));
    for (const order of orders) {
      expect(order.every((text) => texts.includes(text))).toBe(true);
      expect(new Set(order).size).toBe(order.length);
      expect(order.length).toBeGreaterThan(295);
      expect(order).not.toEqual([...order].sort((a, b) => texts.indexOf(a) - texts.indexOf(b)));
    }
    expect(orders[0]).not.toEqual(orders[1]);
    expect(orderIn(make(2), 0)).not.toEqual(orders[0]);
    // A step is a function of its number, also in a run that begins there.
    const last = 3 * one.windowsPerEpoch - 1;
    expect(make(1).read(last)).toEqual(one.read(last));
    expect(orderIn(make(1), 1)).toEqual(orders[1]);
  });

  it('draws each order about equally often', async () => {
    const { prepared, dataset, trainLength } = await write([textSource('text', 'a\nb\nc')], LINES);
    const split = { batchSize: 1, sequenceLength: trainLength - 1, trainLength };
    const batches = new Batches(dataset, split, 1, prepared.vocabulary.end!);
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 600; epoch++) {
      const order = prepared.vocabulary.decode(batches.read(epoch).targets).replace(/[^abc]/g, '');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
  });
});

it('a million texts of one character are read, divided and shuffled', async () => {
  const block = Buffer.from('a\nb\n'.repeat(50_000));
  const source: Source = {
    ...textSource('text', ''),
    async *read() {
      for (let i = 0; i < 10; i++) yield block;
    },
  };
  const { prepared, dataset, trainLength } = await write([source], LINES);
  expect(prepared.texts).toEqual({ count: 1_000_000, repeats: 999_998 });
  expect(trainLength).toBe(2_000_000);
  const batches = new Batches(
    dataset,
    { batchSize: 4, sequenceLength: 32, trainLength },
    1,
    prepared.vocabulary.end!,
  );
  const { inputs, targets } = batches.read(5);
  inputs.forEach((id, i) => void expect([id, targets[i]!].filter((one) => one === 2).length).toBe(1));
});
