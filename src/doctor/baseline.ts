import { Ngrams } from '../baseline/ngram.js';
import type { Stretch } from '../text/dataset.js';

/** What simpler methods make of the validation text, nats a character. */
export interface Baselines {
  /** Guessing evenly; the frequencies of characters; those after one and after two others. */
  readonly uniform: number;
  readonly unigram: number;
  readonly bigram: number;
  readonly trigram: number;
}

const ORDER = 3;
/** At most so many characters, the last before the stretch, are counted. */
const MOST_LEARNED = 2_000_000;

/** @param stretch begins where the training text ends */
export function baselinesOf({ dataset, start, end }: Stretch): Baselines {
  const ngrams = new Ngrams(dataset.vocabulary, ORDER);
  ngrams.prepare(dataset, start + 1, end);
  ngrams.learn(dataset, Math.max(0, start - MOST_LEARNED), start);
  const [unigram, bigram, trigram] = ngrams
    .losses(dataset, start + 1, end)
    .map((sum) => sum / (end - start - 1)) as [number, number, number];
  return { uniform: Math.log(dataset.vocabulary), unigram, bigram, trigram };
}
