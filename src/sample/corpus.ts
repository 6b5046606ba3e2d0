import type { RunRecord } from '../checkpoint/record.js';
import { runOf } from '../checkpoint/run.js';
import { ExitCode, UserError } from '../errors.js';
import { Dataset } from '../text/dataset.js';
import { openSuffixIndex } from '../text/suffix-file.js';
import type { SuffixIndex } from '../text/suffix-index.js';

/**
 * Opens the index of the text that a network was trained on. It is kept in the run's folder.
 * @param onBuild called before the index is built, which happens once per run
 * @throws UserError if the text is missing next to the checkpoint, is a different one, or is too long
 */
export function corpusOf(checkpoint: string, record: RunRecord, onBuild?: () => void): SuffixIndex {
  if (record.corpus.length === 0) {
    throw new UserError(
      `${runOf(checkpoint)} was imported, so the text that its model was trained on is unknown`,
      'Leave out --no-copy and --copy-report, which compare with that text.',
      ExitCode.noInput,
    );
  }
  let dataset: Dataset;
  try {
    dataset = new Dataset(runOf(checkpoint), record.model.vocabulary);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `the text that the model was trained on is not next to it: ${error.message}`,
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
