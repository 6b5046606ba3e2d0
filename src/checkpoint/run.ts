import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';

/** Where runs land unless --out says otherwise. */
export const RUNS_FOLDER = 'checkpoints';

export const LOG_FILE = 'log.jsonl';
const LOCK_FILE = 'lock';
const CHECKPOINT_NAME = /^step-(\d+)(?:-val-(\d+\.\d+))?\.safetensors$/;

/** A checkpoint as its name tells it. The names are the whole index of a run: what is there can be resumed. */
export interface CheckpointFile {
  readonly path: string;
  readonly step: number;
  /** Validation loss in nats; undefined where it was written between two validations. */
  readonly validation: number | undefined;
}

export function checkpointPath(run: string, step: number, validation: number | undefined): string {
  const loss = validation === undefined ? '' : `-val-${validation.toFixed(4)}`;
  return join(run, `step-${String(step).padStart(7, '0')}${loss}.safetensors`);
}

/** The checkpoints of a run, by step; an empty list for a folder that is no run. */
export function listCheckpoints(run: string): CheckpointFile[] {
  const files = readdirSync(run).flatMap((name) => {
    const match = CHECKPOINT_NAME.exec(name);
    if (!match) return [];
    const validation = match[2] === undefined ? undefined : Number(match[2]);
    return [{ path: join(run, name), step: Number(match[1]), validation }];
  });
  return files.sort((a, b) => a.step - b.step);
}

/** The checkpoint of the lowest validation loss, the first of equals; where none was validated, the last. */
export function bestOf(files: readonly CheckpointFile[]): CheckpointFile | undefined {
  const validated = files.filter((file) => file.validation !== undefined);
  return validated.length > 0
    ? validated.reduce((best, file) => (file.validation! < best.validation! ? file : best))
    : files.at(-1);
}

/** Deletes all checkpoints of a run but the best, the last and the `keep` most recent. */
export async function pruneCheckpoints(run: string, keep: number): Promise<void> {
  const files = listCheckpoints(run);
  const kept = new Set([bestOf(files), ...files.slice(-Math.max(1, keep))]);
  for (const file of files) if (!kept.has(file)) await unlink(file.path);
}

/** A run under the folder of runs. */
export interface RunFolder {
  readonly path: string;
  readonly checkpoints: readonly CheckpointFile[];
  /** When its newest checkpoint was written. */
  readonly changed: Date;
}

/** All runs under a folder that have a checkpoint, oldest first. */
export function listRuns(folder: string = RUNS_FOLDER): RunFolder[] {
  if (!existsSync(folder)) return [];
  const runs = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    const checkpoints = listCheckpoints(path);
    if (checkpoints.length === 0) return [];
    const changed = new Date(Math.max(...checkpoints.map((file) => statSync(file.path).mtimeMs)));
    return [{ path, checkpoints, changed }];
  });
  return runs.sort((a, b) => a.changed.getTime() - b.changed.getTime());
}

/**
 * The checkpoint that a command's model argument means: a file as it is, of a run folder its best or its last, and
 * without an argument that of the newest run.
 * @throws UserError where there is none
 */
export function resolveCheckpoint(model: string | undefined, which: 'best' | 'last'): CheckpointFile {
  const path = model ?? listRuns().at(-1)?.path;
  if (path === undefined) {
    throw new UserError(
      `there is no run under ${RUNS_FOLDER}/ yet`,
      'Train one with "charlstm train", or name a run folder or a checkpoint.',
      ExitCode.noInput,
    );
  }
  try {
    if (!statSync(path).isDirectory()) return { path, step: 0, validation: undefined };
    const files = listCheckpoints(path);
    const file = which === 'best' ? bestOf(files) : files.at(-1);
    if (file) return file;
  } catch (error) {
    throw fileError(error, path, 'See "charlstm runs" for what there is.');
  }
  throw new UserError(`${path} is a folder without checkpoints`, 'See "charlstm runs".', ExitCode.noInput);
}

/** The run a checkpoint belongs to. */
export function runOf(checkpoint: string): string {
  return dirname(checkpoint);
}

/** A folder made for a new run. */
export interface NewRun {
  readonly path: string;
  /** Undoes the making, where the run came to nothing: where there is no checkpoint in it. */
  discard(): Promise<void>;
}

/** What a run that was killed before its first checkpoint leaves behind. */
const LEFT_OVER = /^(lock|log\.jsonl|corpus\.u(8|16|32)|.*\.tmp)$/;

/** Whether a folder is free for a new run: not there, empty, or left by one that came to nothing and is dead. */
async function isVacant(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  return readdirSync(path).every((name) => LEFT_OVER.test(name)) && (await livingOwner(path)) === undefined;
}

/**
 * Makes the folder of a new run: `--out`, which must be new or empty, or checkpoints/<corpus>-<n>.
 * @throws UserError where there is something already, or where nothing can be made
 */
export async function createRun(out: string | undefined, corpusName: string): Promise<NewRun> {
  const path = out ?? (await freeName(corpusName));
  try {
    if (await isVacant(path)) {
      const topmost = await mkdir(path, { recursive: true });
      await empty(path);
      return { path, discard: () => discard(path, topmost) };
    }
    const content = readdirSync(path);
    throw new UserError(
      content.some((name) => CHECKPOINT_NAME.test(name))
        ? `${path} already holds a run, which would be overwritten`
        : `${path} is not empty`,
      `Go on with a run by --resume ${path}, or choose another folder with --out.`,
      ExitCode.cannotCreate,
    );
  } catch (error) {
    const failure = fileError(error, path, 'Choose a folder that can be written with --out.');
    if (!(failure instanceof UserError)) throw failure;
    throw new UserError(failure.message, failure.hint, ExitCode.cannotCreate);
  }
}

async function freeName(corpusName: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(RUNS_FOLDER, `${corpusName}-${n}`);
    if (await isVacant(path)) return path;
  }
}

async function empty(path: string): Promise<void> {
  for (const name of readdirSync(path)) await rm(join(path, name), { recursive: true, force: true });
}

/** @param topmost the first of the folders on the path that was made with it; undefined where all were there */
async function discard(path: string, topmost: string | undefined): Promise<void> {
  if (!existsSync(path) || listCheckpoints(path).length > 0) return;
  await empty(path);
  if (topmost === undefined) return;
  try {
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await rmdir(folder);
      if (folder === resolve(topmost)) return;
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOTEMPTY') throw error; // another run has been made beside this one
  }
}

/**
 * Takes the run for this process, so that no second one trains it at the same time. The lock names the process; one
 * whose process is gone is taken over.
 * @returns what gives it back
 * @throws UserError where a living process has it
 */
export async function lockRun(run: string): Promise<() => Promise<void>> {
  const path = join(run, LOCK_FILE);
  const take = () => writeFile(path, String(process.pid), { flag: 'wx' });
  try {
    await take().catch(async (error) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
      const owner = await livingOwner(run);
      if (owner !== undefined) {
        throw new UserError(
          `${basename(run)} is being trained by process ${owner}`,
          `Wait for it or stop it; if that is no charlstm, delete ${path}.`,
          ExitCode.cannotCreate,
        );
      }
      await rm(path, { force: true });
      await take();
    });
  } catch (error) {
    throw fileError(error, path, 'Check the permissions of the run folder.');
  }
  return () => rm(path, { force: true });
}

/** The process that has the lock of a run, if it is alive. */
async function livingOwner(run: string): Promise<number | undefined> {
  const owner = Number(await readFile(join(run, LOCK_FILE), 'utf8').catch(() => ''));
  return isAlive(owner) ? owner : undefined;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
