import { dirname, resolve } from 'node:path';
import { RUNS_FOLDER } from '../checkpoint/run.js';
import { type LearnedText, type PreparedDataset, prepareDataset } from '../text/dataset.js';
import type { DecodeOptions } from '../text/decode.js';
import { corpusKey, noteCorpus, reuseDataset } from '../text/reuse.js';
import type { Source } from '../text/source.js';
import { counted, ReadingProgress } from './reading.js';

/**
 * The ids of a text in the folder of a new run: those of an earlier run, beside it or among the runs, that read the same
 * files as they are now, or made from the text. Says on stderr how far it has come.
 * @param onLearned is told what the ids will be before they are written; what it throws ends it
 * @throws UserError as prepareDataset does
 */
export async function readCorpus(
  sources: readonly Source[],
  options: DecodeOptions,
  run: string,
  onLearned: (text: LearnedText) => void,
): Promise<PreparedDataset> {
  const key = corpusKey(sources, options);
  const kept = key === undefined ? undefined : await keptCorpus(key, options, run);
  if (kept) {
    onLearned(kept);
    return kept;
  }
  const progress = new ReadingProgress('reading');
  try {
    const prepared = await prepareDataset(counted(sources, progress), options, run, onLearned);
    if (key !== undefined) await noteCorpus(run, key, prepared);
    return prepared;
  } finally {
    progress.end();
  }
}

async function keptCorpus(
  key: string,
  options: DecodeOptions,
  run: string,
): Promise<PreparedDataset | undefined> {
  const progress = new ReadingProgress('checking what an earlier run read:');
  try {
    const folders = [dirname(resolve(run)), RUNS_FOLDER];
    const kept = await reuseDataset({ key, options, folders }, run, (bytes, total) => {
      progress.total = total;
      progress.add(bytes);
    });
    if (kept) await noteCorpus(run, key, kept);
    return kept;
  } finally {
    progress.end();
  }
}
