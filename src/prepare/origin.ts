import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { systemErrorCode, UserError } from '../errors.js';
import { type BeforeRename, replaceFile } from '../files.js';
import { quoted } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import { readRegular } from '../regular.js';
import { isGlob } from '../text/files/glob.js';
import type { Source } from '../text/files/source.js';
import { resolveCorpus } from '../text/files/sources.js';

/** The file in which a run records where its text came from, to notice later that it has changed. */
const FILE_NAME = 'text.json';
/** In bytes. Command lines can name many files; what does not fit is not recorded. */
const LONGEST_NOTE = 1 << 20;

/** Where a text came from. */
interface Origin {
  /** The files, folders and globs that were named, with absolute paths. */
  readonly names: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** Hash of the path, size and modification time of each file. */
  readonly state: string;
}

/** A text that is not what it was when a run read it. */
export interface ChangedText {
  readonly names: readonly string[];
  /** What is different, such as "grew from 1,000 to 1,300 bytes"; undefined if only times are. */
  readonly how: string | undefined;
  /** The files as they are now. */
  readonly sources: readonly Source[];
}

/**
 * Records in the folder of a run where its text came from. Does nothing for texts that cannot change (those of
 * the catalogue) or that can be read only once, and if the disk refuses.
 */
export async function noteOrigin(
  run: string,
  names: readonly string[],
  sources: readonly Source[],
  beforeRename: BeforeRename,
): Promise<void> {
  const areFiles = names.every((name) => existsSync(name) || isGlob(name));
  const origin = originOf(
    names.map((name) => resolve(name)),
    sources,
  );
  if (areFiles && origin) await writeOrigin(run, origin, beforeRename);
}

/** Copies the note to a folder in which the run continues. */
export async function copyOrigin(from: string, to: string, beforeRename: BeforeRename): Promise<void> {
  const origin = readOrigin(from);
  if (origin) await writeOrigin(to, origin, beforeRename);
}

async function writeOrigin(run: string, origin: Origin, beforeRename: BeforeRename): Promise<void> {
  const note = `${JSON.stringify(origin)}\n`;
  if (note.length > LONGEST_NOTE) return;
  try {
    await replaceFile(join(run, FILE_NAME), (temporary) => writeFile(temporary, note), { beforeRename });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/**
 * Compares the text of a run with what its files are now.
 * @returns undefined if they have not changed, or if that cannot be told, as on another machine
 */
export async function changedText(run: string): Promise<ChangedText | undefined> {
  const then = readOrigin(run);
  if (!then) return undefined;
  try {
    const { sources } = await resolveCorpus(then.names);
    const now = originOf(then.names, sources);
    if (!now || now.state === then.state) return undefined;
    return { names: then.names, how: difference(then, now), sources };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

function originOf(names: readonly string[], sources: readonly Source[]): Origin | undefined {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const { label, stats } of sources) {
    if (!stats) return undefined;
    bytes += Number(stats.size);
    hash.update(`${resolve(label)} ${stats.size} ${stats.mtimeNs}\n`);
  }
  return { names, files: sources.length, bytes, state: hash.digest('hex') };
}

function readOrigin(run: string): Origin | undefined {
  const path = join(run, FILE_NAME);
  try {
    const note: Record<string, unknown> = { ...JSON.parse(readRegular(path, LONGEST_NOTE).toString()) };
    const { names, files, bytes, state } = note;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return undefined;
    if (names.length === 0 || typeof files !== 'number' || typeof bytes !== 'number') return undefined;
    return typeof state === 'string' ? { names, files, bytes, state } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) !== undefined) return undefined;
    throw error;
  }
}

function difference(then: Origin, now: Origin): string | undefined {
  const sizes = `from ${grouped(then.bytes)} to ${amountOf(now.bytes, 'byte')}`;
  if (now.files !== then.files)
    return `has ${amountOf(now.files, 'file')} instead of ${grouped(then.files)}, and went ${sizes}`;
  if (now.bytes === then.bytes) return undefined;
  return `${now.bytes > then.bytes ? 'grew' : 'shrank'} ${sizes}`;
}

/** Naming more texts than this in a message would hide the rest of it. */
const MOST_NAMED = 3;

/** Returns the arguments that name a text on a command line, with paths as short as they can be. */
export function asArguments(names: readonly string[]): string {
  if (names.length === 0 || names.length > MOST_NAMED) return 'TEXT';
  return names.map((name) => quoted(shortest(name))).join(' ');
}

function shortest(name: string): string {
  const short = relative('.', name);
  return resolve(name) !== name || short === '' || short.startsWith('..') ? name : short;
}
