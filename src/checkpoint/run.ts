import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ExitCode, fileError, UserError, unlessRefused } from '../errors.js';
import { quoted } from '../format.js';
import { LEAST_KEPT, RUNS_FOLDER } from './folder.js';
import { describeRenamed } from './renamed.js';

const SEE_RUNS = 'See "charlstm runs" for what there is.';

export const LOG_FILE = 'log.jsonl';
const CHECKPOINT_NAME = /^step-(\d+)(?:-val-(\d+\.\d+))?\.safetensors$/;

/** A checkpoint, described by its file name. The names are the only index of a run. */
export interface CheckpointFile {
  readonly path: string;
  readonly step: number;
  /** Validation loss in nats per character; undefined if it was written between two validations. */
  readonly validation: number | undefined;
}

export function checkpointPath(run: string, step: number, validation: number | undefined): string {
  const loss = validation === undefined ? '' : `-val-${Math.min(validation, 99_999).toFixed(4)}`;
  return join(run, `step-${String(step).padStart(7, '0')}${loss}.safetensors`);
}

/**
 * Lists the checkpoints of a run by step; the list is empty for a folder that is not a run.
 * @param coming path of one that is about to be put in place, and counts
 */
export function listCheckpoints(run: string, coming?: string): CheckpointFile[] {
  const names = new Set(readdirSync(run));
  if (coming !== undefined) names.add(basename(coming));
  const files = [...names].flatMap((name) => {
    const match = CHECKPOINT_NAME.exec(name);
    if (!match) return [];
    const validation = match[2] === undefined ? undefined : Number(match[2]);
    const path = join(run, name);
    if (path !== coming && !statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
    return [{ path, step: Number(match[1]), validation }];
  });
  return inOrder(files);
}

/**
 * Lists what listCheckpoints does, and checkpoints that were renamed, in the order of their steps. Only the
 * headers of these are read.
 */
export function findCheckpoints(run: string, coming?: string): CheckpointFile[] {
  const renamed = readdirSync(run).flatMap((name) => {
    if (!name.endsWith('.safetensors') || CHECKPOINT_NAME.test(name)) return [];
    const path = join(run, name);
    const described = describeRenamed(path);
    return described ? [{ path, ...described }] : [];
  });
  const named = listCheckpoints(run, coming);
  return renamed.length === 0 ? named : inOrder([...named, ...renamed]);
}

function inOrder(files: CheckpointFile[]): CheckpointFile[] {
  // A stop may abandon a validation. Its checkpoint comes before the validated one of the same step.
  return files.sort((a, b) => a.step - b.step || (a.validation ?? -1) - (b.validation ?? -1));
}

/**
 * Returns the checkpoint with the lowest validation loss, the first of equals; the last if none was
 * validated.
 */
export function bestOf(files: readonly CheckpointFile[]): CheckpointFile | undefined {
  return bestFirst(files)[0];
}

/** Sorts from the lowest validation loss to the highest, followed by those without one from last to first. */
function bestFirst(files: readonly CheckpointFile[]): CheckpointFile[] {
  const validated = files.filter((file) => file.validation !== undefined);
  const others = files.filter((file) => file.validation === undefined);
  return [...validated.sort((a, b) => a.validation! - b.validation!), ...others.reverse()];
}

/**
 * Deletes all checkpoints of a run except the best, the last, and the `keep` (at least two) most recent
 * validated ones. Checkpoints that a stop or a key made between two validations do not count, so a stopped
 * run keeps what it would have kept otherwise. If nothing is validated, all count.
 * @param beforeRemoval called before each deletion; what it throws prevents it
 */
export async function pruneCheckpoints(run: string, keep: number, beforeRemoval = () => {}): Promise<void> {
  const files = listCheckpoints(run);
  const validated = files.filter(({ validation }) => validation !== undefined);
  const counted = validated.length > 0 ? validated : files;
  const kept = new Set([bestOf(files), files.at(-1), ...counted.slice(-Math.max(LEAST_KEPT, keep))]);
  for (const file of files.filter((one) => !kept.has(one))) {
    beforeRemoval();
    await rm(file.path, { force: true });
  }
}

/** A run in the folder of runs. */
export interface RunFolder {
  readonly path: string;
  readonly checkpoints: readonly CheckpointFile[];
  /** The time of its newest checkpoint. */
  readonly changed: Date;
}

/**
 * Lists all runs in a folder that have a checkpoint, oldest first. Skips those that cannot be read or
 * disappear meanwhile.
 * @throws UserError if the folder itself cannot be read
 */
export function listRuns(folder: string = RUNS_FOLDER): RunFolder[] {
  if (!existsSync(folder)) return [];
  try {
    const names = readdirSync(folder);
    return names.flatMap((name) => readRun(join(folder, name)) ?? []).sort((a, b) => +a.changed - +b.changed);
  } catch (error) {
    throw fileError(error, folder, 'Runs are searched for here; name a run or a checkpoint instead.');
  }
}

function readRun(path: string): RunFolder | undefined {
  return unlessRefused(() => {
    const checkpoints = findCheckpoints(path);
    if (checkpoints.length === 0) return undefined;
    const changed = checkpoints.reduce((latest, file) => Math.max(latest, statSync(file.path).mtimeMs), 0);
    return { path, checkpoints, changed: new Date(changed) };
  });
}

/**
 * Resolves the model argument of a command: to a file itself, or to the checkpoints of a run folder, from
 * best to worst or from last to first. Without an argument, uses the newest run.
 * @returns at least one
 * @throws UserError if there is none
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
    const files = findCheckpoints(path);
    if (files.length > 0) return which === 'best' ? bestFirst(files) : files.reverse();
  } catch (error) {
    throw fileError(error, path, SEE_RUNS);
  }
  const runs = listRuns(path);
  throw new UserError(
    `${path} is a folder without checkpoints${runs.length > 0 ? ', but of runs' : ''}`,
    runs.length > 0 ? `Name one of them, such as ${quoted(runs.at(-1)!.path)}.` : SEE_RUNS,
    ExitCode.noInput,
  );
}

/** Resolves a model argument to its first checkpoint; see resolveCheckpoints. */
export function resolveCheckpoint(model: string | undefined, which: 'best' | 'last'): CheckpointFile {
  return resolveCheckpoints(model, which)[0]!;
}

/** Returns the path of a run, which may be given by its name alone. */
function pathOf(model: string): string {
  const named = join(RUNS_FOLDER, model);
  return model !== '' && !existsSync(model) && existsSync(named) ? named : model;
}

/** Returns the run folder of a checkpoint. */
export function runOf(checkpoint: string): string {
  return dirname(checkpoint);
}
