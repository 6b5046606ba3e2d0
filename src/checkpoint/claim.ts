import { closeSync, constants, existsSync, readdirSync, statSync, writeSync } from 'node:fs';
import { link, mkdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError, unlessRefused } from '../errors.js';
import { openRegular, readRegular } from '../regular.js';
import { isAlive, isNear, isOwn, type Owner, ownerIn, ownLock } from './owner.js';
import { listCheckpoints, RUNS_FOLDER } from './run.js';

/** The folder of a run, locked by this process. */
export interface Claim {
  readonly path: string;
  /** Unlocks it. A new run without a checkpoint is removed. */
  release(): Promise<void>;
}

const LOCK_FILE = 'lock';
/** In bytes; the name of a host has at most 255. */
const LONGEST_LOCK = 2000;
/** A lock is touched regularly, to show other machines that its process is alive. Otherwise it expires. */
const TOUCH_EVERY_MS = 10_000;
const EXPIRES_AFTER_MS = 90_000;

const LONGEST_TURN_MS = 10_000;
const RETRY_AFTER_MS = 20;

/** Temporary files of locking (see claimRun). */
const LOCKING = /^lock\.(\d+|turn)$/;
/** Files left by an interrupted save, and by a run that was killed before its first checkpoint. */
const UNFINISHED =
  /^(corpus\.(u(8|16|32)|json|suffixes\.\d+)\.tmp|text\.json\.tmp|(stdin|pipe-\d+)\.tmp|step-.*\.safetensors\.tmp)$/;
const LEFT_OVER = /^(log\.jsonl|text\.json|corpus\.(u(8|16|32)|json))$/;

/**
 * Locks the folder of a run, so that no other process trains it at the same time. The lock names its process
 * and is taken over if that process is dead. Whether a process on another machine or in another container is
 * alive shows only in the age of its lock.
 * @throws UserError if a living process holds the lock
 */
export async function claimRun(path: string): Promise<Claim> {
  const lock = join(path, LOCK_FILE);
  // Written first and then linked, so that nobody ever sees a partial lock.
  const own = `${lock}.${process.pid}`;
  try {
    try {
      await writeFile(own, ownLock());
      if (!(await linked(own, lock))) await takeOver(lock, own);
    } finally {
      await rm(own, { force: true });
    }
    await removeMatching(path, UNFINISHED);
    await removeDeadLocks(path);
  } catch (error) {
    throw fileError(
      error,
      lock,
      'Check the permissions of the folder; move away what is not a lock.',
      'create',
    );
  }
  // If the disk refuses, the next save will report it.
  const touching = setInterval(() => unlessRefused(() => touch(lock)), TOUCH_EVERY_MS).unref();
  const release = async () => {
    clearInterval(touching);
    await releaseLock(lock);
  };
  return { path, release };
}

/**
 * Replaces the lock of a dead process. A second lock lets only one process at a time do so, and its holder
 * checks again. So the lock of a living process is never removed.
 */
async function takeOver(lock: string, own: string): Promise<void> {
  const turn = `${lock}.turn`;
  for (;;) {
    await refuseLiving(lock, own);
    // A turn takes milliseconds; an old one belongs to a process that was killed during its turn.
    const age = Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > LONGEST_TURN_MS) await rm(turn, { force: true });
    if (await linked(own, turn)) {
      try {
        await refuseLiving(lock, own);
        await rm(lock, { force: true });
        if (await linked(own, lock)) return;
      } finally {
        await rm(turn, { force: true });
      }
    } else {
      await refuseLiving(turn, own);
    }
    // Another process was faster. By now it has the lock or is dead as well.
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
}

/** Links a file to a new name; returns false if that name exists already. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param own a file just written; its time comes from the clock of the folder's file system */
async function refuseLiving(lock: string, own: string): Promise<void> {
  const owner = lockOwner(lock);
  if (owner === undefined) return;
  const isLive = isNear(owner) ? isAlive(owner) : await isTouched(lock, own);
  if (!isLive) return;
  const run = dirname(lock);
  const [host] = decodeURIComponent(owner.place).split('/');
  throw new UserError(
    `${run} is being trained by process ${owner.pid}${isNear(owner) ? '' : ` on ${host}`}`,
    `Wait for it or stop it; if that is not charlstm, delete ${join(run, LOCK_FILE)}.`,
    ExitCode.cannotCreate,
  );
}

async function isTouched(lock: string, own: string): Promise<boolean> {
  try {
    const [touched, now] = await Promise.all([stat(lock), stat(own)]);
    return now.mtimeMs - touched.mtimeMs < EXPIRES_AFTER_MS;
  } catch {
    return false; // the lock is gone
  }
}

/** Updates the time of this process's lock, by writing: it then comes from the clock of the file system. */
function touch(lock: string): void {
  const owner = lockOwner(lock);
  if (!owner || !isOwn(owner)) return;
  const { descriptor } = openRegular(lock, constants.O_RDWR);
  try {
    writeSync(descriptor, ownLock(), 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes the lock if this process still owns it. If that fails, the process will soon be dead anyway. */
async function releaseLock(lock: string): Promise<void> {
  const owner = lockOwner(lock);
  if (owner && isOwn(owner)) await rm(lock, { force: true }).catch(() => {});
}

/** Removes the temporary files of processes that were killed while locking. */
async function removeDeadLocks(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const pid = LOCKING.exec(name)?.[1];
    if (pid === undefined || !/^\d+$/.test(pid)) continue;
    const path = join(folder, name);
    // An empty file names its process only in its file name.
    const owner = lockOwner(path) ?? ownerIn(`charlstm ${pid}\n`);
    if (owner && isNear(owner) && !isAlive(owner)) await rm(path, { force: true });
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
    return { path, release: () => releaseNewRun(claim, topmost) };
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
 */
async function makeFolders(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
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

/** Whether a file is a lock or a temporary file of locking, by its name and content. */
function isLock(path: string): boolean {
  const isTemporary = LOCKING.test(basename(path));
  if (!isTemporary && basename(path) !== LOCK_FILE) return false;
  try {
    const content = readRegular(path, LONGEST_LOCK).toString();
    return ownerIn(content) !== undefined || (isTemporary && content === '');
  } catch (error) {
    if (systemErrorCode(error) === 'EFTYPE') return false;
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return true; // released since the folder was listed
  }
}

function freeName(corpusName: string): string {
  for (let n = 1; ; n++) {
    const path = join(RUNS_FOLDER, `${corpusName}-${n}`);
    if (isFree(path) && !mayBeOwned(join(path, LOCK_FILE))) return path;
  }
}

/** @param topmost the first folder on the path that was created for the run; undefined if all existed */
async function releaseNewRun({ path, release }: Claim, topmost: string | undefined): Promise<void> {
  const isUnused = existsSync(path) && listCheckpoints(path).length === 0;
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

/** Reads who holds a lock; undefined if nobody does, or if it is not one. @throws system errors */
function lockOwner(lock: string): Owner | undefined {
  try {
    return ownerIn(readRegular(lock, LONGEST_LOCK).toString());
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Whether a lock exists whose process may be alive. */
function mayBeOwned(lock: string): boolean {
  const owner = lockOwner(lock);
  return owner !== undefined && (!isNear(owner) || isAlive(owner));
}
