import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Baseline, measureBaselines } from '../../src/baseline/baselines.js';
import { Ngrams } from '../../src/baseline/ngram.js';
import { Dataset } from '../../src/text/dataset.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { resolveCorpus } from '../../src/text/sources.js';
import { temporaryFolder } from '../helpers/cli.js';

const textOf = (ids: readonly number[]) => ({
  read: (position: number, count: number) => ids.slice(position, position + count),
});

/** The probability of a character by definition, counting in the training text each time. */
function probability(
  train: readonly number[],
  context: readonly number[],
  id: number,
  vocabulary: number,
): number {
  const shorter =
    context.length === 0 ? 1 / vocabulary : probability(train, context.slice(1), id, vocabulary);
  const follows: number[] = [];
  for (let at = context.length; at < train.length; at++) {
    if (context.every((other, i) => train[at - context.length + i] === other)) follows.push(train[at]!);
  }
  const types = new Set(follows).size;
  if (types === 0) return shorter;
  return (follows.filter((other) => other === id).length + types * shorter) / (follows.length + types);
}

describe('n-grams', () => {
  it('score a text as defined, however it is split into pieces', () => {
    const texts = fc.array(fc.nat(3), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (train, held, order, piece) => {
          const ids = [...train, ...held];
          const text = textOf(ids);
          const ngrams = new Ngrams(4, order);
          const inPieces = (from: number, to: number, work: (from: number, to: number) => void) => {
            for (let at = from; at < to; at += piece) work(at, Math.min(to, at + piece));
          };
          inPieces(train.length, ids.length, (from, to) => ngrams.prepare(text, from, to));
          inPieces(0, train.length, (from, to) => ngrams.learn(text, from, to));
          const sums = new Array<number>(order).fill(0);
          inPieces(train.length, ids.length, (from, to) => {
            ngrams.losses(text, from, to).forEach((sum, i) => {
              sums[i]! += sum;
            });
          });
          sums.forEach((sum, i) => {
            let expected = 0;
            for (let at = train.length; at < ids.length; at++) {
              const context = ids.slice(Math.max(0, at - i), at);
              expected -= Math.log(probability(train, context, ids[at]!, 4));
            }
            expect(sum).toBeCloseTo(expected, 9);
          });
        },
      ),
    );
  });

  it('score each character, starting with the first of a text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }), (ids) => {
        const ngrams = new Ngrams(3, 3);
        ngrams.prepare(textOf(ids), 0, ids.length);
        ngrams.learn(textOf(ids), 0, ids.length);
        const losses = ngrams.lossesAt(textOf(ids), 0, ids.length);
        ids.forEach((id, at) => {
          const context = ids.slice(Math.max(0, at - 2), at);
          expect(losses[at]).toBeCloseTo(-Math.log(probability(ids, context, id, 3)), 9);
        });
        const sum = losses.reduce((a, b) => a + b, 0);
        expect(ngrams.losses(textOf(ids), 0, ids.length)[2]).toBeCloseTo(sum, 9);
      }),
    );
  });

  it('give probabilities that sum to one after any context', () => {
    const train = Array.from('abracadabra', (c) => c.charCodeAt(0) - 97);
    for (const context of [[], [0], [1, 17], [25, 25, 25]]) {
      let sum = 0;
      for (let id = 0; id < 26; id++) {
        const ids = [...train, ...context, id];
        const ngrams = new Ngrams(26, context.length + 1);
        ngrams.prepare(textOf(ids), ids.length - 1, ids.length);
        ngrams.learn(textOf(ids), 0, train.length);
        sum += Math.exp(-ngrams.losses(textOf(ids), ids.length - 1, ids.length)[context.length]!);
      }
      expect(sum).toBeCloseTo(1, 9);
    }
  });
});

describe('baselines', () => {
  it('of a real text decrease in order, and zlib agrees with zlib', async () => {
    const folder = await temporaryFolder();
    const { sources } = await resolveCorpus(['lighthouse']);
    const decoding = { encoding: 'utf8', normalizeNewlines: false } as const;
    const { vocabulary, length } = await prepareDataset(sources, decoding, folder);
    const dataset = new Dataset(folder, vocabulary.size);
    const trainLength = Math.floor(0.9 * length);
    const found: Baseline[] = [];
    let rests = 0;
    const rest = async () => {
      rests++;
    };
    for await (const baseline of measureBaselines(dataset, vocabulary, trainLength, length, rest)) {
      found.push(baseline);
    }
    const loss = Object.fromEntries(found.map(({ name, loss }) => [name, loss]));
    expect(found.map(({ name }) => name)).toEqual(['uniform', 'zlib', 'unigram', '5-gram']);
    expect(loss.uniform).toBe(Math.log(vocabulary.size));
    expect(loss.unigram).toBeLessThan(loss.uniform!);
    expect(loss.zlib).toBeLessThan(loss.unigram!);
    expect(loss['5-gram']).toBeLessThan(loss.zlib!);
    const text = vocabulary.decode(dataset.read(trainLength, length - trainLength));
    const packed = deflateRawSync(text, { level: 9 });
    expect(inflateRawSync(packed).toString()).toBe(text);
    expect(loss.zlib).toBeCloseTo((packed.length * 8 * Math.LN2) / (length - trainLength), 12);
    expect(rests).toBeGreaterThan(2);
  });
});
