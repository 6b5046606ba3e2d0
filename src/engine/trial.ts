import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../cache-folder.js';
import { unlessRefused } from '../errors.js';

const TRIAL = fileURLToPath(new URL('../../dist/engine/trial-entry.js', import.meta.url));

/** A busy machine may take seconds to start a process. */
const LONGEST_TRIAL_MS = 30_000;

/**
 * Whether a native build loads and gives the bits of its name, in a process of its own (trial-entry.ts): a
 * fault in it ends only that process. Success is remembered in the user's cache.
 * @param sha256 of the file, under which its trial is remembered; undefined to try it in any case
 */
export function passesTrial(path: string, sha256?: string): boolean {
  const memory = sha256 === undefined ? undefined : memoryOf(sha256);
  if (memory !== undefined && existsSync(memory.file)) return true;
  const { status } = spawnSync(process.execPath, [TRIAL, path], {
    stdio: 'ignore',
    timeout: LONGEST_TRIAL_MS,
  });
  if (status !== 0) return false;
  if (memory !== undefined) {
    unlessRefused(() => {
      mkdirSync(memory.folder, { recursive: true });
      writeFileSync(memory.file, '');
    });
  }
  return true;
}

/** An empty file that says: this build passed its trial on this system. */
function memoryOf(sha256: string): { folder: string; file: string } | undefined {
  const cache = cacheFolder();
  if (cache === undefined) return undefined;
  const folder = join(cache, 'charlstm');
  return { folder, file: join(folder, `passed-${sha256.slice(0, 16)}-${release()}`) };
}
