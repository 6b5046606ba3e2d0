import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { systemErrorCode } from './errors.js';

/**
 * Windows lets nobody replace, rename or remove a file that another program has open. Scanners for viruses and
 * search indexes open every new file for some milliseconds, so what is refused there is tried again for a while.
 */

const TAKEN = ['EPERM', 'EACCES', 'EBUSY'];
/** How long to wait before each further attempt, in milliseconds: 1.3 seconds in all. */
const WAITS_MS = [10, 20, 40, 80, 160, 320, 640];

/** How long to wait before an action is tried again; undefined if its failure is final. */
function waitAfter(error: unknown, failures: number, platform: NodeJS.Platform): number | undefined {
  if (platform !== 'win32' || !TAKEN.includes(systemErrorCode(error) ?? '')) return undefined;
  return WAITS_MS[failures];
}

/** Does something to a file, on Windows once nobody has it open any more. @throws what `action` throws in the end */
export async function onceFree<T>(action: () => Promise<T>, platform = process.platform): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await action();
    } catch (error) {
      const wait = waitAfter(error, failures, platform);
      if (wait === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** The same without giving way to anything else meanwhile. */
export function onceFreeSync<T>(action: () => T, platform = process.platform): T {
  for (let failures = 0; ; failures++) {
    try {
      return action();
    } catch (error) {
      const wait = waitAfter(error, failures, platform);
      if (wait === undefined) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
  }
}

/** Renames a file, in place of another if there is one. @throws system errors */
export function renameFile(from: string, to: string): Promise<void> {
  return onceFree(() => rename(from, to));
}

/** The same without giving way to anything else meanwhile. */
export function renameFileSync(from: string, to: string): void {
  onceFreeSync(() => renameSync(from, to));
}
