import { dirname, resolve } from 'node:path';
import { RUNS_FOLDER } from '../checkpoint/run.js';
import { counted, type ReadingProgress } from '../cli/train/reading.js';
import { type LearnedText, type PreparedDataset, prepareDataset } from '../text/dataset.js';
import type { DecodeOptions } from '../text/decode.js';
import { corpusKey, noteCorpus, reuseDataset } from '../text/reuse.js';
import type { Source } from '../text/source.js';

/**
 * The ids of a text in the folder of a new run: those of an earlier run, beside it or among the runs, that read the same
 * files as they are now, or made from the text.
 * @param text.known code points that belong to the vocabulary whether the text has them or not
 * @param onLearned is told what the ids will be before they are written; what it throws ends it
 * @throws UserError as prepareDataset does
 */
export async function readCorpus(
  {
    sources,
    options,
    known,
  }: { sources: readonly Source[]; options: DecodeOptions; known: readonly number[] },
  run: string,
  progress: ReadingProgress,
  onLearned: (text: LearnedText) => void,
): Promise<PreparedDataset> {
  const key = corpusKey(sources, options, known);
  const folders = [dirname(resolve(run)), RUNS_FOLDER];
  const kept =
    key &&
    (await reuseDataset({ key, options, folders }, run, (bytes, total) => {
      if (progress.total !== total) progress.begin('checking what an earlier run read:', total);
      progress.add(bytes);
    }));
  if (kept) onLearned(kept);
  const prepared =
    kept || (await prepareDataset(counted(sources, progress), options, run, { known, onLearned }));
  if (key) await noteCorpus(run, key, prepared);
  progress.end();
  return prepared;
}
