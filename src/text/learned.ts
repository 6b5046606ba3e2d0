import { Dataset } from './dataset.js';

/**
 * Opens the text that a run learned. The caller closes it.
 * @param corpus as recorded in the checkpoint
 * @throws UserError if it is missing, damaged, or a different text
 */
export function openLearned(
  run: string,
  vocabulary: number,
  corpus: { readonly hash: string; readonly length: number },
): Dataset {
  const dataset = new Dataset(run, vocabulary);
  try {
    dataset.verify(corpus);
    return dataset;
  } catch (error) {
    dataset.close();
    throw error;
  }
}
