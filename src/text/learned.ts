import { Dataset } from './dataset.js';

/**
 * Opens the text that a run learned, to be closed.
 * @param corpus what the checkpoint says of it
 * @throws UserError where it is missing, damaged, or another one
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
