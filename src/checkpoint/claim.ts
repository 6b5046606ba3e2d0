import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { link, mkdir, open, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';
import { isAlive, isNear, isOwn, type Owner, ownerIn, ownLock } from './owner.js';
import { listCheckpoints, RUNS_FOLDER } from './run.js';

/** The folder of a run, taken by this process alone. */
export interface Claim {
  readonly path: string;
  /** Gives it back. A new run that came to nothing, without a checkpoint, is removed. */
  release(): Promise<void>;
}

const LOCK_FILE = 'lock';
/** A lock is touched so often, so that another machine sees that its process lives; and is dead after so long without. */
const TOUCH_EVERY_MS = 10_000;
const DEAD_AFTER_MS = 90_000;

const LONGEST_TURN_MS = 10_000;
const LOOK_AGAIN_MS = 20;

/** Locks in the making (see claimRun). */
const LOCKING = /^lock\.(\d+|turn)$/;
/** What an interrupted save leaves behind, and what a run killed before its first checkpoint does. */
const UNFINISHED =
  /^(corpus\.(u(8|16|32)|json|suffixes\.\d+)\.tmp|(stdin|pipe-\d+)\.tmp|step-.*\.safetensors\.tmp)$/;
const LEFT_OVER = /^(log\.jsonl|corpus\.(u(8|16|32)|json))$/;

/**
 * Takes the folder of a run, so that no second process trains it at the same time. The lock names the process; one
 * whose process is gone is taken over. Of a process of another machine, which may share the folder or be a container
 * that is no more, the lock alone tells whether it lives.
 * @throws UserError where a living process has it
 */
export async function claimRun(path: string): Promise<Claim> {
  const lock = join(path, LOCK_FILE);
  // Written first and linked then, so that a lock is never seen half written.
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
    throw fileError(error, lock, 'Check the permissions of the run folder.', 'create');
  }
  // What a disk refuses is found out, and told of, by what is saved.
  const touching = setInterval(() => void touch(lock).catch(() => {}), TOUCH_EVERY_MS).unref();
  const release = async () => {
    clearInterval(touching);
    await releaseLock(lock);
  };
  return { path, release };
}

/**
 * Replaces the lock of a dead process. A second lock lets one process at a time do that, and whoever has it looks again:
 * so the lock of a living process is never removed.
 */
async function takeOver(lock: string, own: string): Promise<void> {
  const turn = `${lock}.turn`;
  for (;;) {
    await refuseLiving(lock, own);
    // A turn takes milliseconds: an old one belongs to a process that was killed in it.
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
    // Another one was quicker: by now it has the lock, or is dead as well.
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** @returns whether there was nothing at that name yet */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param own a file just written: its time is by the clock that the folder goes by */
async function refuseLiving(lock: string, own: string): Promise<void> {
  const owner = await lockOwner(lock);
  if (owner === undefined) return;
  const lives = isNear(owner) ? isAlive(owner) : await isTouched(lock, own);
  if (!lives) return;
  const run = dirname(lock);
  const [host] = decodeURIComponent(owner.place).split('/');
  throw new UserError(
    `${run} is being trained by process ${owner.pid}${isNear(owner) ? '' : ` on ${host}`}`,
    `Wait for it or stop it; if that is no charlstm, delete ${join(run, LOCK_FILE)}.`,
    ExitCode.cannotCreate,
  );
}

async function isTouched(lock: string, own: string): Promise<boolean> {
  try {
    const [touched, now] = await Promise.all([stat(lock), stat(own)]);
    return now.mtimeMs - touched.mtimeMs < DEAD_AFTER_MS;
  } catch {
    return false; // the lock is gone
  }
}

/** Sets the time of a lock anew, while it is this process's own: by writing, so that it is of the clock of the folder. */
async function touch(lock: string): Promise<void> {
  const file = await open(lock, 'r+');
  try {
    const owner = ownerIn(await file.readFile('utf8'));
    if (owner && isOwn(owner)) await file.write(ownLock(), 0);
  } finally {
    await file.close();
  }
}

/** Removes the lock if it is still this process's own. Where that cannot be done, it is that of a dead process soon. */
async function releaseLock(lock: string): Promise<void> {
  const owner = await lockOwner(lock);
  if (owner && isOwn(owner)) await rm(lock, { force: true }).catch(() => {});
}

/** Removes locks in the making of processes that were killed over it. */
async function removeDeadLocks(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const pid = LOCKING.exec(name)?.[1];
    if (pid === undefined || !/^\d+$/.test(pid)) continue;
    const path = join(folder, name);
    // An empty one is by the process that it is named after.
    const owner = (await lockOwner(path)) ?? ownerIn(`charlstm ${pid}\n`);
    if (owner && isNear(owner) && !isAlive(owner)) await rm(path, { force: true });
  }
}

async function removeMatching(folder: string, pattern: RegExp): Promise<void> {
  for (const name of readdirSync(folder))
    if (pattern.test(name)) await rm(join(folder, name), { force: true });
}

/**
 * Makes and takes the folder of a new run: `--out`, which must be new or empty, or checkpoints/<corpus>-<n>. What a
 * killed run left behind counts as empty.
 * @param isTrained whether a run that is there already may be the one that is meant, to be trained further
 * @throws UserError where there is something already, or where nothing can be made
 */
export async function claimNewRun(
  out: string | undefined,
  corpusName: string,
  { isTrained = true } = {},
): Promise<Claim> {
  const path = out ?? (await freeName(corpusName));
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
    const failure = fileError(error, path, 'Choose a folder that can be written with --out.', 'create');
    if (!(failure instanceof UserError) || failure.exitCode === ExitCode.io) throw failure;
    throw new UserError(failure.message, failure.hint, ExitCode.cannotCreate);
  }
}

/**
 * Makes a folder and those above it. (Node's own recursive mkdir never returns where a file system refuses.)
 * @returns the first one made, or undefined where all were there
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
    `${isRun && isTrained ? `Go on with the run by --resume ${path}, or choose` : 'Choose'} another folder with --out.`,
  );
}

/** Whether a new run may have the folder: it is not there, empty, or left by a run that came to nothing. */
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

/** Whether it is a lock, or one in the making, by its name and by what it says. */
function isLock(path: string): boolean {
  const isMaking = LOCKING.test(basename(path));
  if (!isMaking && basename(path) !== LOCK_FILE) return false;
  try {
    if (!statSync(path).isFile()) return false;
    const content = readFileSync(path, 'utf8');
    return ownerIn(content) !== undefined || (isMaking && content === '');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return true; // given back since the folder was listed
  }
}

async function freeName(corpusName: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(RUNS_FOLDER, `${corpusName}-${n}`);
    if (isFree(path) && !(await mayBeOwned(join(path, LOCK_FILE)))) return path;
  }
}

/** @param topmost the first of the folders on the path that was made for the run; undefined where all were there */
async function releaseNewRun({ path, release }: Claim, topmost: string | undefined): Promise<void> {
  const cameToNothing = existsSync(path) && listCheckpoints(path).length === 0;
  if (cameToNothing) {
    await removeMatching(path, UNFINISHED);
    await removeMatching(path, LEFT_OVER);
  }
  await release();
  if (cameToNothing) await removeEmpty(path, topmost);
}

/** Removes the folders that were made for a run, as far as they are empty. */
async function removeEmpty(path: string, topmost: string | undefined): Promise<void> {
  if (topmost === undefined) return;
  try {
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await rmdir(folder);
      if (folder === topmost) return;
    }
  } catch (error) {
    // Something else has been put there meanwhile, or taken away.
    if (!['ENOTEMPTY', 'ENOENT'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

async function lockOwner(lock: string): Promise<Owner | undefined> {
  return ownerIn(await readFile(lock, 'utf8').catch(() => ''));
}

/** Whether a lock is there that may be that of a living process. */
async function mayBeOwned(lock: string): Promise<boolean> {
  const owner = await lockOwner(lock);
  return owner !== undefined && (!isNear(owner) || isAlive(owner));
}
