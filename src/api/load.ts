import { type CharacterModel, modelOf, readCheckpoint, readRecord } from '../checkpoint/checkpoint.js';
import { TRAIN_OPTIONS } from '../checkpoint/options.js';
import type { RunRecord } from '../checkpoint/record.js';
import { resolveCheckpoint } from '../checkpoint/run.js';
import type { EngineChoice } from '../engine/engine.js';
import { corpusOf } from '../sample/corpus.js';
import type { SuffixIndex } from '../text/suffix-index.js';
import { asProgramError } from './errors.js';
import { checkGiven } from './names.js';

/** A trained network and where it came from. */
export interface TrainedModel extends CharacterModel {
  /** The checkpoint file. */
  readonly path: string;
  /** The rest of the checkpoint: options, text, progress and history of the run. */
  readonly record: RunRecord;
}

/** How a network is loaded. */
export interface LoadOptions {
  /** The build of the arithmetic: `auto` (the default), `native` or `wasm`. */
  readonly engine?: EngineChoice | undefined;
  /** How many threads work together, 1 by default; the results are bit-identical for any number. */
  readonly threads?: number | undefined;
}

/**
 * Loads a trained network.
 * @param model a run folder (its best checkpoint) or a checkpoint file; by default the newest run
 * @example
 * import { load } from 'charlstm';
 *
 * const model = await load('novel-1', { threads: 2 });
 * console.log(model.path, model.config.hidden, model.record.progress.step);
 * @throws UserError if it is missing or damaged; no other checkpoint is loaded instead
 */
export async function load(model?: string, options: LoadOptions = {}): Promise<TrainedModel> {
  const { engine, threads } = TRAIN_OPTIONS;
  checkGiven('load', { engine, threads }, options);
  try {
    const { path } = resolveCheckpoint(model, 'best');
    const checkpoint = await readCheckpoint(path);
    return { ...modelOf(checkpoint, { threads: 1, ...options }), path, record: checkpoint.record };
  } catch (error) {
    throw asProgramError(error);
  }
}

/**
 * Opens the index of the text that a network was trained on, for the option `noCopy` and for `copyReport`. It
 * is built once and kept in the folder of the run.
 * @param model a loaded network, or what `load` takes
 * @throws UserError if the text is missing next to the checkpoint or is a different one
 */
export async function loadCorpus(model?: string | TrainedModel): Promise<SuffixIndex> {
  try {
    if (typeof model === 'object') return corpusOf(model.path, model.record);
    const { path } = resolveCheckpoint(model, 'best');
    return corpusOf(path, (await readRecord(path)).record);
  } catch (error) {
    throw asProgramError(error);
  }
}
