import { ExitCode, UserError } from '../errors.js';
import type { BeforeRename } from '../files.js';
import type { Arrangement } from './arrange.js';
import type { Collection } from './collection/collection.js';
import type { DecodeOptions } from './encoding/decode.js';
import { removeSpool, type Source } from './files/source.js';
import { type LearnedText, learnText } from './learn.js';
import { nameCharacter } from './vocabulary.js';
import { type WrittenIds, writeIds } from './write-ids.js';

/** A corpus as ids on disk. */
export interface PreparedDataset extends LearnedText, Pick<WrittenIds, 'path' | 'hash'> {}

export interface PrepareOptions {
  /** Code points that belong to the vocabulary even if the text lacks them. */
  readonly known?: readonly number[];
  /** How the corpus is divided into texts; without it, it is one text. */
  readonly collection?: Collection | undefined;
  /** Decides which texts are held back. */
  readonly seed?: number;
  /** Called before the ids are written; returns where they belong. What it throws ends the preparation. */
  readonly onLearned?: (text: LearnedText) => Arrangement;
  readonly beforeRename?: BeforeRename;
}

/**
 * Learns the vocabulary in a first pass over the text and writes the text's ids to `folder` in a second.
 * Neither pass keeps more than a few chunks in memory.
 * @throws UserError if the text cannot be decoded, is empty or one repeated character, or the disk refuses
 */
export async function prepareDataset(
  sources: readonly Source[],
  decoding: DecodeOptions,
  folder: string,
  { known = [], collection, seed = 0, onLearned = arrangedInOrder, beforeRename }: PrepareOptions = {},
): Promise<PreparedDataset> {
  const reading = { sources, decoding, collection };
  const learned = await learnText(reading, folder, { known, seed });
  const arrangement = onLearned(learned);
  const { vocabulary } = learned;
  const standIns = (codePoint: number): never => {
    throw new UserError(
      `the text changed while it was read: ${nameCharacter(codePoint)} is new`,
      'Run the command again when nothing is writing to the text.',
      ExitCode.badData,
    );
  };
  const { path, hash } = await writeIds(reading, folder, {
    vocabulary,
    standIns,
    arrangement,
    seed,
    beforeRename,
  });
  await removeSpool(folder);
  return { ...learned, path, hash };
}

/** Holds nothing back. */
function arrangedInOrder(learned: LearnedText): Arrangement {
  return learned.arrange({ validation: 0, test: 0 });
}
