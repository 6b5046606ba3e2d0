import { dirname, resolve } from 'node:path';
import type { Claim } from '../checkpoint/claim.js';
import { RUNS_FOLDER } from '../checkpoint/folder.js';
import type { Collection } from '../text/collection/collection.js';
import type { Source } from '../text/files/source.js';
import { type PreparedDataset, type PrepareOptions, prepareDataset } from '../text/prepare.js';
import { corpusKey, type KeyOptions, noteCorpus, reuseDataset } from '../text/reuse.js';
import type { PrepareHooks } from './request.js';

/** A corpus, and how it is to be read. */
interface CorpusRequest extends KeyOptions {
  readonly sources: readonly Source[];
  /** How it is divided into texts; undefined for one text. */
  readonly collection: Collection | undefined;
  /** Decides which texts are held back. */
  readonly seed: number;
}

/** A text is read twice: for its vocabulary, and to be written as ids. */
const PASSES = 2;

/**
 * Puts the ids of a text into the folder of a new run. Where an earlier run, next to it or under
 * `checkpoints/`, has read the same unchanged files, its ids are reused.
 * @param onLearned is called with what the first pass found; returns where the ids belong. An error it throws
 *   ends the reading
 * @throws UserError as prepareDataset does
 */
export async function readCorpus(
  text: CorpusRequest,
  { path: run, ownership }: Pick<Claim, 'path' | 'ownership'>,
  onReading: PrepareHooks['onReading'],
  onLearned: NonNullable<PrepareOptions['onLearned']>,
): Promise<PreparedDataset> {
  const { sources, decoding, known, collection, seed } = text;
  const key = collection ? undefined : corpusKey(sources, text);
  const folders = [dirname(resolve(run)), RUNS_FOLDER];
  let checked = 0;
  const onRead = (bytes: number, total: number) => {
    checked += bytes;
    onReading('checking what an earlier run read:', checked, total);
  };
  const reused =
    key && (await reuseDataset({ key, options: decoding, folders }, run, onRead, ownership.verify));
  if (reused) onLearned(reused);
  const prepared =
    reused ||
    (await prepareDataset(counted(sources, onReading), decoding, run, {
      known,
      collection,
      seed,
      onLearned,
      beforeRename: ownership.verify,
    }));
  if (key) await noteCorpus(run, key, prepared, ownership.verify);
  return prepared;
}

/** The same sources, with what both passes read from their files reported. */
export function counted(sources: readonly Source[], onReading: PrepareHooks['onReading']): Source[] {
  let reads = 0;
  let bytes = 0;
  const comesOnce = sources.some(({ stats }) => stats === undefined);
  const size = sources.reduce((sum, { stats }) => sum + Number(stats?.size ?? 0), 0);
  let total = comesOnce ? undefined : PASSES * size;
  onReading('reading', 0, total);
  return sources.map((source) => ({
    ...source,
    read(folder) {
      // The length of standard input is known once the first pass is over.
      if (reads++ === sources.length) total ??= PASSES * bytes;
      return source.read(folder, (more) => {
        bytes += more;
        onReading('reading', bytes, total);
      });
    },
  }));
}
