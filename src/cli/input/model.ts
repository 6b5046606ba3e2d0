import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { readFirst } from '../../checkpoint/fallback.js';
import { resolveCheckpoints, runOf } from '../../checkpoint/run.js';
import { describeModel, type ModelConfig } from '../../model/config.js';
import { note } from '../output/stderr.js';

/**
 * Reads the model that a command was given: of a run the best checkpoint or the last, or, with a note, the next one where
 * that is damaged.
 * @param read what is needed of a checkpoint
 * @throws UserError where there is none that is whole
 */
export async function readModel<T>(
  model: string | undefined,
  read: (path: string) => Promise<T>,
  which: 'best' | 'last' = 'best',
): Promise<{ path: string; value: T }> {
  const { path, value, damaged } = await readFirst(resolveCheckpoints(model, which), read);
  for (const { message } of damaged) note(`${message}; ${path} is taken in its place`);
  return { path, value };
}

/** A model in a heading: the name of its run, and what it is. */
export function titleOf(file: string, config: ModelConfig): string {
  return `${basename(resolve(runOf(file)))}, ${describeModel(config)}`;
}

/**
 * Up to so many units, one sequence is too little work to be shared out: threads would mostly wait for each other, for
 * long where another program has the second core. Reading, many characters use a layer's matrix when it is near at hand;
 * writing, each has it come from memory, and two cores hold more of it.
 */
const ONE_CORE = { read: 256, write: 128 } as const;

/** How many threads read one text the fastest. */
export function threadsToRead({ hidden }: ModelConfig): number {
  return hidden <= ONE_CORE.read ? 1 : availableParallelism();
}

/** How many threads write one text the fastest. */
export function threadsToWrite({ hidden }: ModelConfig): number {
  return hidden <= ONE_CORE.write ? 1 : availableParallelism();
}
