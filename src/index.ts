/** The programming interface of the package: load a trained network, and let it write. */
import { type CharacterModel, modelOf, readCheckpoint, readRecord } from './checkpoint/checkpoint.js';
import { resolveCheckpoint } from './checkpoint/run.js';
import { corpusOf } from './sample/corpus.js';
import type { SuffixIndex } from './text/suffix-index.js';

export { copyReport } from './sample/copying.js';
export { type GeneratedText, generate, generateMany } from './sample/generate.js';
export type { GenerateOptions } from './sample/options.js';
export type { CharacterModel, SuffixIndex };

/**
 * Loads a trained network.
 * @param model a run folder (its best checkpoint is taken) or a checkpoint file; by default the newest run
 * @throws UserError (with a `hint`) if there is none or it is damaged; nothing is taken in its place
 */
export async function load(model?: string): Promise<CharacterModel> {
  return modelOf(await readCheckpoint(resolveCheckpoint(model, 'best').path));
}

/**
 * The index of the text that a network was trained on, for the option `noCopy`; made once and kept in the run.
 * @param model as for `load`
 * @throws UserError if the text is not beside the checkpoint, or is another one
 */
export async function loadCorpus(model?: string): Promise<SuffixIndex> {
  const { path } = resolveCheckpoint(model, 'best');
  const { record } = await readRecord(path);
  return corpusOf(path, record);
}
