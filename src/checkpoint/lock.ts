import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, statSync, writeSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError, unlessRefused } from '../errors.js';
import { openRegular, readRegular } from '../regular.js';
import {
  describeOwner,
  isAlive,
  isNear,
  isSeen,
  mayBeAnother,
  type Owner,
  ownerIn,
  ownLock,
} from './owner.js';

const LOCK_FILE = 'lock';
/** In bytes; the name of a host has at most 255. */
const LONGEST_LOCK = 2000;
/** A lock is touched regularly, to show other machines that its process is alive. Otherwise it expires. */
const TOUCH_EVERY_MS = 10_000;
const EXPIRES_AFTER_MS = 90_000;
/** A lock is created and filled within this time. */
const LONGEST_FILL_MS = 1000;
const RETRY_AFTER_MS = 20;
/** A turn takes milliseconds. Counted in looks, since time passes during a suspension, too. */
const LONGEST_TURN = 10_000 / RETRY_AFTER_MS;
/** `Ownership.check` looks at most this often. */
const LOOK_EVERY_MS = 1000;
/** Temporary files of locking: a turn, and those of earlier versions. */
const LOCKING = /^lock\.(\d+|turn)$/;

const HINT = 'Check the permissions of the folder; move away what is not a lock.';

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

/** A run does not belong to this process any more, which must therefore change nothing in it. */
export class LostRunError extends UserError {
  override name = 'LostRunError';
}

/**
 * The right to change the files of a run. A process that was suspended for long, or whose lock expired for
 * another reason, may lose it without noticing. So it is verified right before a file is put in place or
 * removed.
 */
export class Ownership {
  #looked = { monotonic: Number.NEGATIVE_INFINITY, wall: 0 };

  constructor(
    readonly run: string,
    /** As written in the lock. */
    readonly token: string,
  ) {}

  /** Makes sure that the run still belongs to this process. @throws LostRunError if it does not */
  readonly verify = (): void => {
    const lock = join(this.run, LOCK_FILE);
    let owner: Owner | undefined;
    try {
      owner = lockOwner(lock);
    } catch (error) {
      throw fileError(error, lock, HINT, 'write');
    }
    this.#looked = { monotonic: performance.now(), wall: Date.now() };
    // If the whole folder is gone, writing to it will fail and say so.
    if (owner?.token === this.token || !existsSync(this.run)) return;
    const message = owner
      ? `${this.run} was taken over by ${describeOwner(owner)}`
      : `the lock of ${this.run} is gone: another process may have trained the run meanwhile`;
    const why = owner ? 'This process had not been heard of for over a minute. ' : '';
    throw new LostRunError(
      message,
      `${why}It has changed nothing since; what it learned after its last checkpoint is lost.`,
      ExitCode.cannotCreate,
    );
  };

  /** The same, for what happens many times a second: looks at most once per second, by either clock. */
  check(): void {
    // The monotonic clock may stop with the machine, and the other one may be set.
    const elapsed = performance.now() - this.#looked.monotonic;
    const elapsedOnWall = Math.abs(Date.now() - this.#looked.wall);
    if (Math.max(elapsed, elapsedOnWall) >= LOOK_EVERY_MS) this.verify();
  }
}

/**
 * Locks the folder of a run, so that no other process trains it at the same time. The lock names its process
 * and is taken over if that process is dead. Whether a process on another machine or in another container is
 * alive shows only in the age of its lock, and so does whether an id on Windows or macOS still belongs to it.
 * @throws UserError if a living process holds the lock; system errors
 */
export async function lockRun(run: string): Promise<Ownership> {
  const lock = join(run, LOCK_FILE);
  const turn = `${lock}.turn`;
  const ownership = new Ownership(run, randomBytes(8).toString('hex'));
  const content = ownLock(ownership.token);
  const takes = async () => (await created(lock, content)) && lockOwner(lock)?.token === ownership.token;
  let stale = { id: '', looks: 0 };
  while (!(await takes())) {
    // One process at a time judges the lock and replaces it. Its file also has the time of the file system.
    if (await created(turn, content)) {
      try {
        if (isAbandoned(lock, turn)) {
          await rm(lock, { force: true });
          if (await takes()) break;
        }
      } finally {
        if (lockOwner(turn)?.token === ownership.token) await rm(turn, { force: true });
      }
    } else {
      const stats = statSync(turn, { throwIfNoEntry: false });
      const id = `${stats?.ino} ${stats?.mtimeMs}`;
      stale = { id, looks: id === stale.id ? stale.looks + 1 : 1 };
      const owner = lockOwner(turn);
      const isDead = owner && isNear(owner) && !isAlive(owner);
      if (isDead || stale.looks > LONGEST_TURN) await rm(turn, { force: true });
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
  held.add(ownership.token);
  return ownership;
}

/** Keeps a lock from expiring. @returns a function that ends that */
export function keepLock({ run, token }: Ownership): () => void {
  // If the disk refuses, the next save will report it.
  const timer = setInterval(() => unlessRefused(() => touch(join(run, LOCK_FILE), token)), TOUCH_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Updates the time of a lock, by writing: it then comes from the clock of the file system. */
function touch(lock: string, token: string): void {
  if (lockOwner(lock)?.token !== token) return;
  const { descriptor } = openRegular(lock, constants.O_RDWR);
  try {
    writeSync(descriptor, ownLock(token), 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a lock if this process still has it. If that fails, the process will soon be dead anyway. */
export async function unlock({ run, token }: Ownership): Promise<void> {
  held.delete(token);
  const lock = join(run, LOCK_FILE);
  const owner = unlessRefused(() => lockOwner(lock));
  if (owner?.token === token) await rm(lock, { force: true }).catch(() => {});
}

/** Creates a file if there is none. @returns whether it did; another process may see it before it is filled */
async function created(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    // Exclusive, so what could not be filled is this process's own.
    if (existsSync(path) && statSync(path).size === 0) await rm(path, { force: true });
    throw error;
  }
}

/**
 * Whether nobody has a lock, so that it may be replaced.
 * @param clock a file just written
 * @throws UserError if its process is alive
 */
function isAbandoned(lock: string, clock: string): boolean {
  const stats = statSync(lock, { throwIfNoEntry: false });
  if (!stats) return true;
  const age = statSync(clock).mtimeMs - stats.mtimeMs;
  const owner = lockOwner(lock);
  if (owner === undefined) return stats.size > 0 || age >= LONGEST_FILL_MS;
  if (!isHeld(owner, age)) return true;
  const run = dirname(lock);
  throw new UserError(
    `${run} is being trained by ${describeOwner(owner)}`,
    `Wait for it or stop it; if that is not charlstm, delete ${join(run, LOCK_FILE)}.`,
    ExitCode.cannotCreate,
  );
}

/** @param age of the lock in milliseconds */
function isHeld(owner: Owner, age: number): boolean {
  if (!isNear(owner)) return isSeen(owner) || age < EXPIRES_AFTER_MS;
  if (!isAlive(owner)) return false;
  if (owner.pid === process.pid) return owner.token !== undefined && held.has(owner.token);
  // A process that was suspended for long may lose its run by this, but notices it, and keeps its checkpoint.
  // The other error would be worse: after a crash the run would belong to any process that has the id now.
  return !mayBeAnother(owner) || age < EXPIRES_AFTER_MS;
}

/** Whether a run has a lock whose process may be alive. */
export function mayBeHeld(run: string): boolean {
  const owner = lockOwner(join(run, LOCK_FILE));
  return owner !== undefined && (!isNear(owner) || isAlive(owner));
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

/** Whether a file is a lock or a temporary file of locking, by its name and content. */
export function isLock(path: string): boolean {
  if (!LOCKING.test(basename(path)) && basename(path) !== LOCK_FILE) return false;
  try {
    const content = readRegular(path, LONGEST_LOCK).toString();
    return ownerIn(content) !== undefined || content === '';
  } catch (error) {
    if (systemErrorCode(error) === 'EFTYPE') return false;
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return true; // released since the folder was listed
  }
}

/**
 * Returns whether a file in the folder of a run was left by a process that was killed while locking it. Only
 * earlier versions leave others than a turn.
 */
export function isDeadLock(path: string): boolean {
  const pid = LOCKING.exec(basename(path))?.[1];
  if (pid === undefined || pid === 'turn') return false;
  // An empty file names its process only in its file name.
  const owner = lockOwner(path) ?? ownerIn(`charlstm ${pid}\n`);
  return owner !== undefined && isNear(owner) && owner.pid !== process.pid && !isAlive(owner);
}
