import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';

/** Where runs land unless --out says otherwise. */
export const RUNS_FOLDER = 'checkpoints';

const SEE_RUNS = 'See "charlstm runs" for what there is.';

export const LOG_FILE = 'log.jsonl';
const CHECKPOINT_NAME = /^step-(\d+)(?:-val-(\d+\.\d+))?\.safetensors$/;

/** A checkpoint as its name tells it. The names are the whole index of a run: what is there can be resumed. */
export interface CheckpointFile {
  readonly path: string;
  readonly step: number;
  /** Validation loss in nats; undefined where it was written between two validations. */
  readonly validation: number | undefined;
}

export function checkpointPath(run: string, step: number, validation: number | undefined): string {
  const loss = validation === undefined ? '' : `-val-${Math.min(validation, 99_999).toFixed(4)}`;
  return join(run, `step-${String(step).padStart(7, '0')}${loss}.safetensors`);
}

/** The checkpoints of a run, by step; an empty list for a folder that is no run. */
export function listCheckpoints(run: string): CheckpointFile[] {
  const files = readdirSync(run).flatMap((name) => {
    const match = CHECKPOINT_NAME.exec(name);
    if (!match) return [];
    const validation = match[2] === undefined ? undefined : Number(match[2]);
    const path = join(run, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
    return [{ path, step: Number(match[1]), validation }];
  });
  // A stop may give up a validation: the checkpoint it leaves gives way to the validated one of the same step.
  return files.sort((a, b) => a.step - b.step || (a.validation ?? -1) - (b.validation ?? -1));
}

/** The checkpoint of the lowest validation loss, the first of equals; where none was validated, the last. */
export function bestOf(files: readonly CheckpointFile[]): CheckpointFile | undefined {
  return bestFirst(files)[0];
}

/** From the lowest validation loss to the highest, and after these from the last to the first. */
function bestFirst(files: readonly CheckpointFile[]): CheckpointFile[] {
  const validated = files.filter((file) => file.validation !== undefined);
  const others = files.filter((file) => file.validation === undefined);
  return [...validated.sort((a, b) => a.validation! - b.validation!), ...others.reverse()];
}

/** So many are kept at least, so that there is one to go on from where the disk has damaged the last. */
export const LEAST_KEPT = 2;

/**
 * Deletes all checkpoints of a run but the best, the last, and of those that were validated the last two or the `keep` most
 * recent. One that a stop or a key has made between two validations does not count, so a run that was stopped keeps what
 * it would have kept. (Where nothing is validated all count.)
 */
export async function pruneCheckpoints(run: string, keep: number): Promise<void> {
  const files = listCheckpoints(run);
  const validated = files.filter(({ validation }) => validation !== undefined);
  const counted = validated.length > 0 ? validated : files;
  const kept = new Set([bestOf(files), files.at(-1), ...counted.slice(-Math.max(LEAST_KEPT, keep))]);
  for (const file of files) if (!kept.has(file)) await rm(file.path, { force: true });
}

/** A run under the folder of runs. */
export interface RunFolder {
  readonly path: string;
  readonly checkpoints: readonly CheckpointFile[];
  /** When its newest checkpoint was written. */
  readonly changed: Date;
}

/**
 * All runs under a folder that have a checkpoint, oldest first. What cannot be read, or goes away meanwhile, is passed
 * over.
 * @throws UserError where the folder itself cannot be read
 */
export function listRuns(folder: string = RUNS_FOLDER): RunFolder[] {
  if (!existsSync(folder)) return [];
  try {
    const names = readdirSync(folder);
    return names.flatMap((name) => readRun(join(folder, name)) ?? []).sort((a, b) => +a.changed - +b.changed);
  } catch (error) {
    throw fileError(error, folder, 'It is where runs are looked for; name a run or a checkpoint instead.');
  }
}

function readRun(path: string): RunFolder | undefined {
  try {
    const checkpoints = listCheckpoints(path);
    if (checkpoints.length === 0) return undefined;
    const changed = checkpoints.reduce((latest, file) => Math.max(latest, statSync(file.path).mtimeMs), 0);
    return { path, checkpoints, changed: new Date(changed) };
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * The checkpoints that a command's model argument means: a file as it is, of a run folder its best or its last and after
 * it the others, from the next best or the one before; without an argument those of the newest run.
 * @returns at least one
 * @throws UserError where there is none
 */
export function resolveCheckpoints(
  model: string | undefined,
  which: 'best' | 'last',
): readonly CheckpointFile[] {
  const path = model === undefined ? listRuns().at(-1)?.path : pathOf(model);
  if (path === undefined) {
    throw new UserError(
      `there is no run under ${RUNS_FOLDER}/ yet`,
      'Train one with "charlstm train", or name a run folder or a checkpoint.',
      ExitCode.noInput,
    );
  }
  try {
    const stats = statSync(path);
    if (stats.isFile()) return [{ path, step: 0, validation: undefined }];
    if (!stats.isDirectory())
      throw new UserError(`${path} is neither a file nor a folder`, SEE_RUNS, ExitCode.noInput);
    const files = listCheckpoints(path);
    if (files.length > 0) return which === 'best' ? bestFirst(files) : files.reverse();
  } catch (error) {
    throw fileError(error, path, SEE_RUNS);
  }
  throw new UserError(`${path} is a folder without checkpoints`, SEE_RUNS, ExitCode.noInput);
}

/** The first of these. */
export function resolveCheckpoint(model: string | undefined, which: 'best' | 'last'): CheckpointFile {
  return resolveCheckpoints(model, which)[0]!;
}

/** The path of a run, which may be given by its name alone. */
function pathOf(model: string): string {
  const named = join(RUNS_FOLDER, model);
  return model !== '' && !existsSync(model) && existsSync(named) ? named : model;
}

/** The run a checkpoint belongs to. */
export function runOf(checkpoint: string): string {
  return dirname(checkpoint);
}
