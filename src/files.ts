import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileError } from './errors.js';
import { onceFreeSync, renameFile, renameFileSync } from './rename.js';

/**
 * Files that appear whole or not at all: each is written under another name in the same folder and then
 * renamed. What a killed process leaves behind has a name that ends in `.tmp`.
 */

/** Called right before a file is put in place; what it throws keeps the file from it. */
export type BeforeRename = () => void;

/** In the names of temporary files, so that those of two processes, wherever they run, are two files. */
const TAG = randomBytes(4).toString('hex');

/** A name next to `path`, in a folder of the program's own. */
export function temporaryName(path: string): string {
  return `${path}.${TAG}.tmp`;
}

/** A hidden name next to `path`, for folders of the user's. */
export function hiddenTemporary(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

/**
 * Puts a file in place of the one at `path`, if there is one.
 * @param make makes the file under the temporary name
 * @throws what `make` and `beforeRename` throw, and system errors; the temporary file is removed
 */
export async function replaceFile(
  path: string,
  make: (temporary: string) => Promise<void>,
  { temporary = temporaryName(path), beforeRename }: { temporary?: string; beforeRename?: BeforeRename } = {},
): Promise<void> {
  try {
    await make(temporary);
    beforeRename?.();
    await renameFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first failure is the one to report
    throw error;
  }
}

/**
 * Does the same for a file that has to survive a power failure once this returns.
 * @throws UserError if the disk refuses, with the hint
 */
export async function replaceFileDurably(
  path: string,
  hint: string,
  write: (file: FileHandle) => Promise<void>,
  beforeRename?: BeforeRename,
): Promise<void> {
  const make = async (temporary: string) => {
    const file = await open(temporary, 'w+');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  try {
    await replaceFile(path, make, beforeRename && { beforeRename });
  } catch (error) {
    throw fileError(error, path, hint, 'write');
  }
  // The rename, too; some systems cannot sync a folder and report an error.
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * Does the same without giving way to anything else meanwhile.
 * @param parts of the file, in order
 * @param beforeRename called once all parts are on the disk
 * @throws system errors; the temporary file is removed
 */
export function replaceFileSync(
  path: string,
  parts: readonly (string | NodeJS.ArrayBufferView)[],
  {
    temporary,
    mode = 0o666,
    beforeRename,
  }: { temporary: string; mode?: number; beforeRename?: BeforeRename },
): void {
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      for (const part of parts) writeFileSync(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    beforeRename?.();
    renameFileSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes a folder for `use`, and removes it afterwards.
 * @throws UserError if it cannot be created
 */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeTemporaryFolder();
  try {
    return await use(folder);
  } finally {
    removeFolder(folder);
  }
}

/** Removes a folder with all that is in it, if it is there. @throws system errors */
export function removeFolder(folder: string): void {
  onceFreeSync(() => rmSync(folder, { recursive: true, force: true }));
}

/** Makes a folder for temporary files. @throws UserError if it cannot be created */
export function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'charlstm-'));
  } catch (error) {
    const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
    const hint = `Set ${variable} to another folder for temporary files.`;
    throw fileError(error, `a folder in ${tmpdir()}`, hint, 'create');
  }
}
