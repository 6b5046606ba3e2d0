import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { readFirst } from '../../checkpoint/fallback.js';
import { resolveCheckpoints, runOf } from '../../checkpoint/run.js';
import { describeModel, type ModelConfig } from '../../model/config.js';
import { note } from '../output/stderr.js';

/**
 * Reads the model that a command was given: the best or the last checkpoint of a run. If that is damaged,
 * prints a note and reads the next one.
 * @param read reads what is needed of a checkpoint
 * @throws UserError if no checkpoint is intact
 */
export async function readModel<T>(
  model: string | undefined,
  read: (path: string) => Promise<T>,
  which: 'best' | 'last' = 'best',
): Promise<{ path: string; value: T }> {
  const { path, value, damaged } = await readFirst(resolveCheckpoints(model, which), read);
  for (const { message } of damaged) note(`${message}; using ${path} instead`);
  return { path, value };
}

/** A heading for a model: the name of its run and its architecture. */
export function titleOf(file: string, config: ModelConfig): string {
  return `${basename(resolve(runOf(file)))}, ${describeModel(config)}`;
}

/**
 * The widest layers, in units, for which one thread is the fastest: a single sequence is too little work to
 * share, and threads would mostly wait for each other, even longer if another program uses the second core.
 * Reading, many characters use a layer's matrix while it is cached. Writing, each loads it again, and the
 * caches of two cores hold more of it.
 */
const ONE_CORE = { read: 256, write: 128 } as const;

/** The number of threads that reads one text fastest. */
export function threadsToRead({ hidden }: ModelConfig): number {
  return hidden <= ONE_CORE.read ? 1 : availableParallelism();
}

/** The number of threads that writes one text fastest. */
export function threadsToWrite({ hidden }: ModelConfig): number {
  return hidden <= ONE_CORE.write ? 1 : availableParallelism();
}
