import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileError, systemErrorCode, UserError } from '../../errors.js';
import { grouped } from '../../numbers.js';
import { isBinary, KIND_BYTES, kindOf } from '../formats/kind.js';
import { TEXT_HINT } from './source.js';

/** A folder with more files is probably a mistake. */
const MOST_FILES = 100_000;

/** How many files a notice names for each reason. */
const NAMED = 3;

/** The ids that each run keeps. A folder with them is a run, and its log is not a text. */
const IDS = /^corpus\.u(8|16|32)$/;

/** Files that were found in a folder or by a glob, and what is left out of them. */
export interface FoundFiles {
  /** Paths in natural order. */
  readonly files: readonly string[];
  readonly leftOut: LeftOut;
}

/** What is not read, by the reason why. */
export class LeftOut {
  readonly #reasons = new Map<string, string[]>();

  add(name: string, reason: string): void {
    const names = this.#reasons.get(reason);
    if (names) names.push(name);
    else this.#reasons.set(reason, [name]);
  }

  /** For example "3 left out of notes: a.png, b.png (binary); .git (hidden)"; undefined if nothing is. */
  describe(where: string): string | undefined {
    let count = 0;
    const parts: string[] = [];
    for (const [reason, names] of this.#reasons) {
      count += names.length;
      parts.push(`${firstOf(inNaturalOrder(names))} (${reason})`);
    }
    return count === 0 ? undefined : `${count} left out of ${where}: ${parts.join('; ')}`;
  }
}

/** The first few of some names: "a, b, c and 9 more". */
export function firstOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  if (more <= 0) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${grouped(more)} more`;
}

/**
 * Sorts paths by folder and name, in which 2 comes before 10. The order is the same on every machine, whatever
 * its language.
 */
export function inNaturalOrder(paths: readonly string[]): string[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const split = paths.map((path) => ({ path, names: path.split(sep) }));
  split.sort((a, b) => {
    const shorter = Math.min(a.names.length, b.names.length);
    for (let i = 0; i < shorter; i++) {
      const order = collator.compare(a.names[i]!, b.names[i]!);
      if (order !== 0) return order;
    }
    // The collator holds some names equal, such as "é" composed and decomposed.
    return a.names.length - b.names.length || (a.path < b.path ? -1 : Number(a.path > b.path));
  });
  return split.map(({ path }) => path);
}

/**
 * Finds all texts in a folder and its subfolders. Left out are hidden files, installed packages, runs, links to
 * folders, and files that are empty, of a kind without text, not regular, or cannot be read.
 * @throws UserError if the folder cannot be read or has too many files
 */
export async function textsIn(folder: string): Promise<FoundFiles> {
  const leftOut = new LeftOut();
  return textsOf(listFiles(folder, leftOut), leftOut, (path) => relative(folder, path));
}

/**
 * Leaves out what is not a text, and what cannot be read as a file: reading a pipe would block.
 * @param nameOf returns the name of a path in the notice about what is left out
 */
export async function textsOf(
  paths: readonly string[],
  leftOut = new LeftOut(),
  nameOf = (path: string) => path,
): Promise<FoundFiles> {
  const files: string[] = [];
  for (const path of paths) {
    const reason = unfit(path) ?? (await notText(path));
    if (reason === undefined) files.push(path);
    else leftOut.add(nameOf(path), reason);
  }
  return { files: inNaturalOrder(files), leftOut };
}

/** Lists the files in a folder and its subfolders; links to folders are not followed. */
function listFiles(folder: string, leftOut: LeftOut): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = readEntries(next, next === folder);
    if (typeof entries === 'string') leftOut.add(relative(folder, next) || '.', entries);
    else {
      for (const entry of entries) {
        const path = join(next, entry.name);
        if (entry.name.startsWith('.')) leftOut.add(relative(folder, path), 'hidden');
        else if (entry.name === 'node_modules') leftOut.add(relative(folder, path), 'installed packages');
        else if (entry.isDirectory()) folders.push(path);
        else files.push(path);
      }
    }
    if (files.length > MOST_FILES) {
      throw new UserError(`${folder} has more than ${grouped(MOST_FILES)} files`, TEXT_HINT);
    }
  }
  return files;
}

/** Lists a folder, or says why it is left out. */
function readEntries(folder: string, isNeeded: boolean): Dirent[] | string {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.some(({ name }) => IDS.test(name)) ? 'a run' : entries;
  } catch (error) {
    if (!isNeeded && isForbidden(error)) return 'not readable';
    throw fileError(error, folder, TEXT_HINT);
  }
}

function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');
}

/** Why a path does not lead to a regular file; undefined if it does. */
function unfit(path: string): string | undefined {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (systemErrorCode(error) === 'ELOOP') return 'a link that leads back to itself';
    if (isForbidden(error)) return 'not readable';
    throw fileError(error, path, TEXT_HINT);
  }
  if (!stats) return 'a link that leads nowhere';
  if (stats.isDirectory()) return 'a link to a folder';
  return stats.isFile() ? undefined : 'not a file';
}

/** Why a regular file is not a text, judging by its first bytes; undefined if it may be one. */
async function notText(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
      if (bytesRead === 0) return 'empty';
      const head = buffer.subarray(0, bytesRead);
      const found = kindOf(head, path);
      if ('refused' in found) return found.refused;
      return found.kind === 'text' && !found.isPacked && isBinary(head) ? 'binary' : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isForbidden(error)) return 'not readable';
    throw fileError(error, path, TEXT_HINT);
  }
}
