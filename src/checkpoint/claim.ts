import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';
import { listCheckpoints, RUNS_FOLDER } from './run.js';

/** The folder of a run, taken by this process alone. */
export interface Claim {
  readonly path: string;
  /** Gives it back. A new run that came to nothing, without a checkpoint, is removed. */
  release(): Promise<void>;
}

const LOCK_FILE = 'lock';

/** What a run that was killed before its first checkpoint leaves behind, beside its lock. */
const LEFT_OVER = /^(lock|log\.jsonl|corpus\.u(8|16|32)(\.tmp)?|stdin\.tmp|step-.*\.safetensors\.tmp)$/;

/**
 * Takes the folder of a run, so that no second process trains it at the same time. The lock names the process; one
 * whose process is gone is taken over.
 * @throws UserError where a living process has it
 */
export async function claimRun(path: string): Promise<Claim> {
  const lock = join(path, LOCK_FILE);
  const take = () => writeFile(lock, String(process.pid), { flag: 'wx' });
  try {
    await take().catch(async (error) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
      const owner = await livingOwner(path);
      if (owner !== undefined) {
        throw new UserError(
          `${path} is being trained by process ${owner}`,
          `Wait for it or stop it; if that is no charlstm, delete ${lock}.`,
          ExitCode.cannotCreate,
        );
      }
      await rm(lock, { force: true });
      await take();
    });
  } catch (error) {
    throw fileError(error, lock, 'Check the permissions of the run folder.');
  }
  return { path, release: () => rm(lock, { force: true }) };
}

/**
 * Makes and takes the folder of a new run: `--out`, which must be new or empty, or checkpoints/<corpus>-<n>. What a
 * killed run left behind counts as empty.
 * @throws UserError where there is something already, or where nothing can be made
 */
export async function claimNewRun(out: string | undefined, corpusName: string): Promise<Claim> {
  const path = out ?? (await freeName(corpusName));
  try {
    refuseTaken(path);
    const topmost = await mkdir(path, { recursive: true });
    const claim = await claimRun(path);
    for (const name of readdirSync(path)) if (name !== LOCK_FILE) await rm(join(path, name));
    return { path, release: () => releaseNewRun(claim, topmost) };
  } catch (error) {
    const failure = fileError(error, path, 'Choose a folder that can be written with --out.');
    if (!(failure instanceof UserError)) throw failure;
    throw new UserError(failure.message, failure.hint, ExitCode.cannotCreate);
  }
}

function refuseTaken(path: string): void {
  if (isFree(path)) return;
  const isFolder = statSync(path).isDirectory();
  const isRun = isFolder && listCheckpoints(path).length > 0;
  const what = isRun ? 'already holds a run, which would be overwritten' : 'is not empty';
  throw new UserError(
    `${path} ${isFolder ? what : 'is a file'}`,
    `${isRun ? `Go on with the run by --resume ${path}, or choose` : 'Choose'} another folder with --out.`,
  );
}

/** Whether a new run may have the folder: it is not there, empty, or left by a run that came to nothing. */
function isFree(path: string): boolean {
  if (!existsSync(path)) return true;
  if (!statSync(path).isDirectory()) return false;
  const content = readdirSync(path);
  return (
    content.length === 0 || (content.includes(LOCK_FILE) && content.every((name) => LEFT_OVER.test(name)))
  );
}

async function freeName(corpusName: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(RUNS_FOLDER, `${corpusName}-${n}`);
    if (isFree(path) && (await livingOwner(path)) === undefined) return path;
  }
}

/** @param topmost the first of the folders on the path that was made for the run; undefined where all were there */
async function releaseNewRun({ path, release }: Claim, topmost: string | undefined): Promise<void> {
  const cameToNothing = existsSync(path) && listCheckpoints(path).length === 0;
  if (cameToNothing) {
    for (const name of readdirSync(path))
      if (LEFT_OVER.test(name)) await rm(join(path, name), { force: true });
  }
  await release();
  if (!cameToNothing || topmost === undefined) return;
  try {
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await rmdir(folder);
      if (folder === resolve(topmost)) return;
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOTEMPTY') throw error; // something else has been put there meanwhile
  }
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
