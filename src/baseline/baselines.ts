import { deflateRawSync } from 'node:zlib';
import type { Dataset } from '../text/dataset.js';
import { type Ids, inMemory, lastPredicted } from '../text/ids.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { Ngrams } from './ngram.js';

/** The loss of a simpler method on the validation text, to compare a network's loss with. */
export interface Baseline {
  /** "uniform", "unigram", "6-gram", "zlib". */
  readonly name: string;
  /** Nats per character. */
  readonly loss: number;
}

export const LONGEST_NGRAM = 6;

/** Maximum characters to count n-grams in, taken from the end of the training text. */
const MOST_LEARNED = 20_000_000;
/** Characters per piece of work; a piece takes about 20 ms. */
const PIECE = 50_000;

/**
 * Measures the baselines, the fastest first.
 * @param trainLength end of the training text and start of the validation text
 * @param end of the validation text
 * @param rest awaited after each piece of work, so that training does not have to share its time
 */
export async function* measureBaselines(
  dataset: Dataset,
  vocabulary: Vocabulary,
  trainLength: number,
  end: number,
  rest: () => Promise<void>,
): AsyncGenerator<Baseline> {
  const last = lastPredicted(vocabulary.size, vocabulary.end);
  yield { name: 'uniform', loss: Math.log(last + 1) };
  await rest();
  yield { name: 'zlib', loss: compressedLoss(dataset, vocabulary, trainLength, end) };

  const start = trainLength + 1; // as in validation, the first character is not predicted
  const ngrams = await learned(dataset, trainLength, vocabulary, { text: dataset, start, end }, rest);
  const sums = new Array<number>(LONGEST_NGRAM).fill(0);
  let count = 0;
  await inPieces(start, end, rest, (from, to) => {
    count += Array.from(dataset.read(from, to - from)).filter((id) => id <= last).length;
    ngrams.losses(dataset, from, to).forEach((sum, i) => {
      sums[i]! += sum;
    });
  });
  yield { name: 'unigram', loss: sums[0]! / count };
  const best = sums.indexOf(Math.min(...sums));
  if (best > 0) yield { name: `${best + 1}-gram`, loss: sums[best]! / count };
}

/**
 * Computes the loss of the longest n-grams on each character of a text.
 * @param dataset the training text, up to `trainLength`
 * @param ids the text to score
 * @param rest awaited after each piece of work
 * @returns nats per character; 0 for labels
 */
export async function ngramLosses(
  dataset: Dataset,
  trainLength: number,
  vocabulary: Vocabulary,
  ids: Uint32Array,
  rest: () => Promise<void>,
): Promise<Float64Array> {
  const text = inMemory(ids);
  const scored = { text, start: 0, end: ids.length };
  const ngrams = await learned(dataset, trainLength, vocabulary, scored, rest);
  const losses = new Float64Array(ids.length);
  await inPieces(0, ids.length, rest, (from, to) => losses.set(ngrams.lossesAt(text, from, to), from));
  return losses;
}

/** Counts n-grams in a training text, to score another text with. */
async function learned(
  dataset: Dataset,
  trainLength: number,
  vocabulary: Vocabulary,
  { text, start, end }: { readonly text: Ids; readonly start: number; readonly end: number },
  rest: () => Promise<void>,
): Promise<Ngrams> {
  const ngrams = new Ngrams(vocabulary.size, LONGEST_NGRAM, vocabulary.end);
  await inPieces(start, end, rest, (from, to) => ngrams.prepare(text, from, to));
  await inPieces(learnedFrom(trainLength), trainLength, rest, (from, to) => ngrams.learn(dataset, from, to));
  return ngrams;
}

/** Where the part of a training text begins that n-grams are counted in. */
export function learnedFrom(trainLength: number): number {
  return Math.max(0, trainLength - MOST_LEARNED);
}

/** Does work on a stretch of a text in pieces of some 20 ms. @param rest awaited after each of them */
export async function inPieces(
  start: number,
  end: number,
  rest: () => Promise<void>,
  work: (start: number, end: number) => void,
): Promise<void> {
  for (let at = start; at < end; at += PIECE) {
    work(at, Math.min(end, at + PIECE));
    await rest();
  }
}

/** The compressed length of the text, without labels, in nats per character. */
function compressedLoss(dataset: Dataset, vocabulary: Vocabulary, start: number, end: number): number {
  const last = lastPredicted(vocabulary.size, vocabulary.end);
  const ids = dataset.read(start, end - start).filter((id) => id <= last);
  const text = vocabulary.decode(ids);
  const bytes = Buffer.from(text, vocabulary.encoding === 'bytes' ? 'latin1' : 'utf8');
  return (deflateRawSync(bytes, { level: 9 }).length * 8 * Math.LN2) / ids.length;
}
