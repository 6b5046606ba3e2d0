/** The programming interface of the package: load a trained network, and let it write. */
import { type CharacterModel, modelOf, readCheckpoint } from '../checkpoint/checkpoint.js';
import { resolveCheckpoint } from '../checkpoint/run.js';

export { type GeneratedText, generate, generateMany } from './generate.js';
export type { GenerateOptions } from './options.js';
export type { CharacterModel };

/**
 * Loads a trained network.
 * @param model a run folder (its best checkpoint is taken) or a checkpoint file; by default the newest run
 * @throws UserError (with a `hint`) if there is none or it is damaged
 */
export async function loadModel(model?: string): Promise<CharacterModel> {
  return modelOf(await readCheckpoint(resolveCheckpoint(model, 'best').path));
}
