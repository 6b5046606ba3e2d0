import type { RunRecord } from '../checkpoint/record.js';
import { runOf } from '../checkpoint/run.js';
import { ExitCode, UserError } from '../errors.js';
import { Dataset } from '../text/dataset.js';
import { openSuffixIndex } from '../text/suffix-file.js';
import type { SuffixIndex } from '../text/suffix-index.js';

/**
 * The index of the text that a network was trained on, which lies in its run.
 * @param onBuild called before it is made, which is once a run
 * @throws UserError if the text is not beside the checkpoint, is another one, or too long
 */
export function corpusOf(checkpoint: string, record: RunRecord, onBuild?: () => void): SuffixIndex {
  if (record.corpus.length === 0) {
    throw new UserError(
      `${runOf(checkpoint)} was imported, and what text its model was trained on is not known`,
      'Leave out what compares with that text: --no-copy, --copy-report.',
      ExitCode.noInput,
    );
  }
  let dataset: Dataset;
  try {
    dataset = new Dataset(runOf(checkpoint), record.model.vocabulary);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `the text that the model was trained on is not beside it: ${error.message}`,
      'Use the checkpoint in the run folder that "charlstm train" made.',
      ExitCode.noInput,
    );
  }
  try {
    return openSuffixIndex(dataset, record.corpus, onBuild);
  } finally {
    dataset.close();
  }
}
