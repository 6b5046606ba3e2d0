import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';
import { RUNS_FOLDER } from './folder.js';
import { isDeadLock, isLock, keepLock, lockRun, mayBeHeld, type Ownership, unlock } from './lock.js';
import { listCheckpoints } from './run.js';

/** The folder of a run, locked by this process. */
export interface Claim {
  readonly path: string;
  /** Verified before each change in the folder. */
  readonly ownership: Ownership;
  /** Unlocks it. A new run without a checkpoint is removed. */
  release(): Promise<void>;
}

/** Files left by an interrupted save, and by a run that was killed before its first checkpoint. */
const UNFINISHED =
  /^((corpus\.(u(8|16|32)|json|suffixes)|(text|log)\.jsonl?|step-.*\.safetensors)(\.[\da-f]+)?|stdin|pipe-\d+)\.tmp$/;
const LEFT_OVER = /^(log\.jsonl|text\.json|corpus\.(u(8|16|32)|json))$/;

/**
 * Locks the folder of a run; see lockRun. What other processes were about to put in place there is removed,
 * so that one whose lock had expired cannot go through with it.
 * @throws UserError if a living process holds the lock
 */
export async function claimRun(path: string): Promise<Claim> {
  try {
    const ownership = await lockRun(path);
    const end = keepLock(ownership);
    const release = () => {
      end();
      return unlock(ownership);
    };
    try {
      await removeMatching(path, UNFINISHED);
      for (const name of readdirSync(path)) {
        if (isDeadLock(join(path, name))) await rm(join(path, name), { force: true });
      }
    } catch (error) {
      await release();
      throw error;
    }
    return { path, ownership, release };
  } catch (error) {
    const hint = 'Check the permissions of the folder; move away what is not a lock.';
    throw fileError(error, join(path, 'lock'), hint, 'create');
  }
}

async function removeMatching(folder: string, pattern: RegExp): Promise<void> {
  for (const name of readdirSync(folder))
    if (pattern.test(name)) await rm(join(folder, name), { force: true });
}

/**
 * Creates and locks the folder of a new run: `out`, which must be new or empty, or checkpoints/<corpus>-<n>.
 * A folder with only the leftovers of a killed run counts as empty.
 * @param isTrained whether to hint that an existing run can be resumed
 * @throws UserError if the folder is taken or cannot be created
 */
export async function claimNewRun(
  out: string | undefined,
  corpusName: string,
  { isTrained = true } = {},
): Promise<Claim> {
  const path = out ?? freeName(corpusName);
  try {
    refuseTaken(path, isTrained);
    const topmost = await makeFolders(path);
    const claim = await claimRun(path).catch(async (error) => {
      await removeEmpty(path, topmost);
      throw error;
    });
    await removeMatching(path, LEFT_OVER);
    return { ...claim, release: () => releaseNewRun(claim, topmost) };
  } catch (error) {
    const failure = fileError(error, path, 'Choose a writable folder with --out.', 'create');
    if (!(failure instanceof UserError) || failure.exitCode === ExitCode.io) throw failure;
    throw new UserError(failure.message, failure.hint, ExitCode.cannotCreate);
  }
}

/**
 * Creates a folder and its missing parents. (Node's own recursive mkdir never returns if a file system
 * refuses.)
 * @returns the first one created, or undefined if all existed
 * @throws system errors, one of them if the drive is missing
 */
async function makeFolders(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) {
    missing.unshift(folder);
    if (dirname(folder) === folder) break; // a drive that does not exist
  }
  for (const folder of missing) {
    await mkdir(folder).catch((error) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
  }
  return missing[0];
}

function refuseTaken(path: string, isTrained: boolean): void {
  if (path === '') throw new UserError('--out is ""', 'Name a folder: --out checkpoints/mine.');
  if (isFree(path)) return;
  const isFolder = statSync(path).isDirectory();
  const isRun = isFolder && listCheckpoints(path).length > 0;
  const what = isRun ? 'already holds a run, which would be overwritten' : 'is not empty';
  throw new UserError(
    `${path} ${isFolder ? what : 'is a file'}`,
    `${isRun && isTrained ? `Continue that run with --resume ${path}, or choose` : 'Choose'} another folder with --out.`,
  );
}

/**
 * Whether a folder is free for a new run: missing, empty, or with only the leftovers of a run without a
 * checkpoint.
 */
function isFree(path: string): boolean {
  if (!existsSync(path)) return true;
  if (!statSync(path).isDirectory()) return false;
  const content = readdirSync(path);
  if (content.length === 0) return true;
  return (
    content.some((name) => isLock(join(path, name))) &&
    content.every((name) => isLock(join(path, name)) || [LEFT_OVER, UNFINISHED].some((one) => one.test(name)))
  );
}

function freeName(corpusName: string): string {
  for (let n = 1; ; n++) {
    const path = join(RUNS_FOLDER, `${corpusName}-${n}`);
    if (isFree(path) && !mayBeHeld(path)) return path;
  }
}

/** @param topmost the first folder on the path that was created for the run; undefined if all existed */
async function releaseNewRun(
  { path, ownership, release }: Claim,
  topmost: string | undefined,
): Promise<void> {
  const isUnused = existsSync(path) && listCheckpoints(path).length === 0 && isOwned(ownership);
  if (isUnused) {
    await removeMatching(path, UNFINISHED);
    await removeMatching(path, LEFT_OVER);
  }
  await release();
  if (isUnused) await removeEmpty(path, topmost);
}

/** Removes the folders that were created for a run, as far as they are empty. */
async function removeEmpty(path: string, topmost: string | undefined): Promise<void> {
  if (topmost === undefined) return;
  try {
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await rmdir(folder);
      if (folder === topmost) return;
    }
  } catch (error) {
    // Something else was put there meanwhile, or the folder is gone.
    if (!['ENOTEMPTY', 'ENOENT'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

function isOwned({ verify }: Ownership): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}
