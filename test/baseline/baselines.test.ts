import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Baseline, measureBaselines } from '../../src/baseline/baselines.js';
import { Ngrams } from '../../src/baseline/ngram.js';
import { learnedShare } from '../../src/baseline/overlap.js';
import { Random, Stream } from '../../src/random.js';
import { Dataset } from '../../src/text/dataset.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { inMemory } from '../../src/text/ids.js';
import { prepareDataset } from '../../src/text/prepare.js';
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

  it('never look beyond the end of a text, and neither learn nor score labels', () => {
    // 0 and 1 are characters, 2 is the end of a text, 3 and 4 are labels.
    const END = 2;
    const texts = fc
      .array(fc.tuple(fc.integer({ min: 3, max: 4 }), fc.array(fc.nat(1), { maxLength: 6 })), {
        minLength: 1,
      })
      .map((all) => [...all.flatMap(([label, characters]) => [END, label, ...characters]), END]);
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 1, max: 5 }), (train, held, order) => {
        const ids = [...train.slice(0, -1), ...held];
        const start = train.length - 1;
        const ngrams = new Ngrams(5, order, END);
        ngrams.prepare(textOf(ids), start, ids.length);
        ngrams.learn(textOf(ids), 0, start);
        const losses = ngrams.lossesAt(textOf(ids), start, ids.length);
        /** The contexts of each prediction in the training text, by definition. */
        const contextAt = (text: readonly number[], at: number, length: number) => {
          const whole = text.slice(0, at);
          const border = whole.lastIndexOf(END);
          return whole.slice(Math.max(border, 0, at - length));
        };
        const p = (context: readonly number[], id: number): number => {
          const shorter = context.length === 0 ? 1 / 3 : p(context.slice(1), id);
          const follows = train.slice(0, -1).filter((one, at) => {
            const own = contextAt(train, at, context.length);
            return (
              one <= END && own.length === context.length && own.every((other, i) => other === context[i])
            );
          });
          const types = new Set(follows).size;
          if (types === 0) return shorter;
          return (follows.filter((one) => one === id).length + types * shorter) / (follows.length + types);
        };
        for (let at = start; at < ids.length; at++) {
          const id = ids[at]!;
          const expected = id > END ? 0 : -Math.log(p(contextAt(ids, at, order - 1), id));
          expect(losses[at - start]).toBeCloseTo(expected, 9);
        }
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

describe('the share of a text that the training text has, too', () => {
  const rest = async () => {};
  const idsOf = (text: string) => Uint32Array.from(Array.from(text, (c) => c.charCodeAt(0)));
  const shareOf = (training: string, text: string, end?: number) => {
    const ids = idsOf(training);
    return learnedShare(inMemory(ids), ids.length, idsOf(text), end, rest);
  };
  const words = (seed: number) => {
    const random = new Random(seed, Stream.sampling);
    return Array.from({ length: 30 }, () =>
      Array.from({ length: 2 + random.below(6) }, () => String.fromCharCode(97 + random.below(26))).join(''),
    ).join(' ');
  };
  const poems = Array.from({ length: 900 }, (_, i) => words(i));

  it('is most of it where each poem comes a second time, under another heading', async () => {
    const twice = [
      ...poems.map((poem, i) => `Poem ${i}\n${poem}\n`),
      ...poems.map((poem) => `Again\n${poem}\n`),
    ];
    const text = twice.join('\n');
    const cut = Math.floor(0.9 * text.length);
    expect(await shareOf(text.slice(0, cut), text.slice(cut))).toBeGreaterThan(0.7);
    const once = poems.join('\n');
    const middle = Math.floor(0.9 * once.length);
    expect(await shareOf(once.slice(0, middle), once.slice(middle))).toBe(0);
  });

  it('leaves padding out, and does not reach over the ends of texts', async () => {
    const rule = '-'.repeat(80);
    expect(await shareOf(rule, rule)).toBeUndefined();
    const names = poems[0]!.replaceAll(' ', '\u0003');
    expect(await shareOf(names, names)).toBe(1);
    expect(await shareOf(names, names, 3)).toBeUndefined();
  });
});
