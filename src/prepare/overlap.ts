import { learnedShare } from '../baseline/overlap.js';
import { Dataset } from '../text/dataset.js';
import { type Parts, validationEnd } from '../text/split.js';
import type { Vocabulary } from '../text/vocabulary.js';

/** Decimals of a share that is recorded. */
const DECIMALS = 4;

/**
 * Measures how much of the validation text of a new run its training text has, too; see `learnedShare`.
 * @returns undefined if there is no validation text, or no passage of it is long enough
 */
export async function measureOverlap(
  run: string,
  vocabulary: Vocabulary,
  parts: Parts,
): Promise<number | undefined> {
  const { trainLength } = parts;
  const count = validationEnd(parts) - trainLength;
  if (count <= 0) return undefined;
  const dataset = new Dataset(run, vocabulary.size);
  try {
    const ids = Uint32Array.from(dataset.read(trainLength, count));
    const share = await learnedShare(dataset, trainLength, ids, vocabulary.end, async () => {});
    return share === undefined ? undefined : Number(share.toFixed(DECIMALS));
  } finally {
    dataset.close();
  }
}
