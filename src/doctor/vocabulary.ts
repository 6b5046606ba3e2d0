import { percent } from '../format.js';
import type { ModelConfig } from '../model/config.js';
import { grouped, sumOf } from '../numbers.js';
import { type Ids, lastPredicted } from '../text/ids.js';
import type { Check } from './check.js';
import { CHARACTERS } from './thresholds.js';

export interface VocabularyEvidence {
  readonly vocabulary: number;
  /** Characters of the training text that were counted. */
  readonly counted: number;
  /** Characters that occur fewer than `limit` times among these, and those that never occur. */
  readonly rare: number;
  readonly limit: number;
  readonly unseen: number;
  /** The rare characters' share of the training text, of the validation text and of its loss. */
  readonly trainingShare: number;
  readonly validationShare: number | null;
  readonly lossShare: number | null;
}

/** At most this many characters of the training text are counted. */
const MOST_COUNTED = 20_000_000;
const PIECE = 1 << 18;

/** Counts each character, and the ends of texts, in the last part of the text before `end`. */
export function countCharacters(
  text: Ids,
  end: number,
  { vocabulary, end: textEnd }: Pick<ModelConfig, 'vocabulary' | 'end'>,
): { counts: Float64Array; counted: number } {
  const counts = new Float64Array(vocabulary);
  const start = Math.max(0, end - MOST_COUNTED);
  for (let at = start; at < end; at += PIECE) {
    const ids = text.read(at, Math.min(PIECE, end - at));
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
  }
  const predicted = counts.subarray(0, lastPredicted(vocabulary, textEnd) + 1);
  return { counts: predicted, counted: sumOf(predicted) };
}

/** @param validation the ids that were scored and their losses, in nats */
export function vocabularyEvidence(
  { counts, counted }: { readonly counts: Float64Array; readonly counted: number },
  validation: { readonly ids: ArrayLike<number>; readonly losses: Float32Array } | undefined,
): VocabularyEvidence {
  const isRare = (id: number) => counts[id]! < CHARACTERS.rare;
  let rareLoss = 0;
  let loss = 0;
  let found = 0;
  validation?.losses.forEach((nats, i) => {
    loss += nats;
    if (!isRare(validation.ids[i]!)) return;
    rareLoss += nats;
    found++;
  });
  return {
    vocabulary: counts.length,
    counted,
    rare: counts.filter((count) => count < CHARACTERS.rare).length,
    limit: CHARACTERS.rare,
    unseen: counts.filter((count) => count === 0).length,
    trainingShare: counts.reduce((sum, count) => sum + (count < CHARACTERS.rare ? count : 0), 0) / counted,
    validationShare: validation ? found / validation.losses.length : null,
    lossShare: validation ? rareLoss / loss : null,
  };
}

export const vocabulary: Check<VocabularyEvidence> = {
  id: 'vocabulary-too-small',
  figures: ({ vocabulary, rare, limit, unseen, trainingShare, validationShare, lossShare }) =>
    `${grouped(rare)} of ${grouped(vocabulary)} characters ${rare === 1 ? 'occurs' : 'occur'} fewer than ${limit} times in the training text, ${grouped(unseen)} never; ` +
    (validationShare === null || lossShare === null
      ? `they make up ${percent(trainingShare)} of it`
      : `they make up ${percent(validationShare)} of the validation text and ${percent(lossShare)} of its loss`),
  diagnose({ vocabulary, rare, trainingShare, validationShare, lossShare }) {
    const isMuch =
      (lossShare ?? 0) > CHARACTERS.lossShare || (validationShare ?? trainingShare) > CHARACTERS.textShare;
    if (!isMuch && rare / vocabulary <= CHARACTERS.vocabularyShare) return undefined;
    const cost = isMuch
      ? lossShare === null
        ? `and make up ${percent(trainingShare)} of it`
        : `and cause ${percent(lossShare)} of the loss`
      : 'yet each has weights of its own';
    return {
      severity: 'caution',
      sentence: `The text is too small for its vocabulary: ${grouped(rare)} of ${grouped(vocabulary)} characters are too rare to be learned, ${cost}.`,
      remedy:
        'train on more text, replace rare characters before training, or use --encoding bytes, which has at most 256',
    };
  },
};
