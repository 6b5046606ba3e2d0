import { createReadStream, type Dirent, fstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { ExitCode, fileError, systemErrorCode, UserError } from '../errors.js';
import { type CatalogueEntry, locateCorpus, packagesOf, readCatalogue } from './catalogue.js';
import { fileSource, onceSource, type Source, TEXT_HINT } from './source.js';

/** The text to learn, as the user named it. */
export interface Corpus {
  /** A short name for the run's folder. */
  readonly name: string;
  readonly sources: readonly Source[];
  readonly notices: readonly string[];
}

/** A folder with more files is probably a mistake. */
const MOST_FILES = 100_000;

/**
 * Finds the text behind the arguments of `train`: files, folders (all text files in them), globs, `-` for
 * standard input, or names from the catalogue.
 * @throws UserError if one does not exist or contains no text
 */
export async function resolveCorpus(names: readonly string[]): Promise<Corpus> {
  const corpora: Corpus[] = [];
  for (const name of names) {
    const corpus = await resolveOne(name);
    const comesOnce = corpus.sources.some((source) => source.stats === undefined);
    if (comesOnce && names.indexOf(name) < corpora.length) {
      const what = name === '-' ? 'standard input' : 'a pipe';
      throw new UserError(`${name} is given twice, but ${what} can be read only once`, 'Give it once.');
    }
    corpora.push(corpus);
  }
  const first = corpora[0]!;
  return {
    name: corpora.length === 1 ? first.name : `${first.name}-and-${corpora.length - 1}-more`,
    sources: corpora.flatMap((corpus) => corpus.sources),
    notices: corpora.flatMap((corpus) => corpus.notices),
  };
}

async function resolveOne(name: string): Promise<Corpus> {
  if (name === '-') return { name: 'stdin', sources: [standardInput()], notices: [] };
  let stats: Stats;
  try {
    stats = statSync(name);
  } catch (error) {
    const entry = readCatalogue().find((candidate) => candidate.name === name);
    if (entry) return resolveEntry(entry);
    if (isDynamicPattern(name)) return resolveGlob(name);
    throw fileError(error, name, TEXT_HINT);
  }
  if (stats.isDirectory()) return resolveFolder(name);
  if (stats.isFile()) return { name: shortName(name), sources: [fileSource(name)], notices: [] };
  if (stats.isFIFO()) {
    const pipe = onceSource(name, () => createReadStream(name), `pipe-${stats.ino}.tmp`);
    return { name: 'pipe', sources: [pipe], notices: [] };
  }
  const what = stats.isSocket() ? 'socket' : 'device';
  throw new UserError(`${name} is a ${what}, not a text`, TEXT_HINT, ExitCode.noInput);
}

async function resolveEntry(entry: CatalogueEntry): Promise<Corpus> {
  const parts = locateCorpus(entry);
  if (!parts) {
    throw new UserError(
      `the corpus ${entry.name} is not installed`,
      `Add it with: npm install ${packagesOf(entry).join(' ')}`,
      ExitCode.noInput,
    );
  }
  const paths: string[] = [];
  for (const { folder, path } of parts) {
    const found = isDynamicPattern(path) ? await glob(path, { cwd: folder }) : [path];
    paths.push(...found.sort().map((file) => join(folder, file)));
  }
  return { name: entry.name, sources: paths.map(fileSource), notices: [] };
}

async function resolveGlob(pattern: string): Promise<Corpus> {
  const found = await glob(pattern);
  const paths = found.filter(isFile).sort(); // reading a pipe would block
  if (paths.length === 0) {
    throw new UserError(`no file matches ${pattern}`, TEXT_HINT, ExitCode.noInput);
  }
  const name = shortName(pattern.replace(/[^\p{L}\p{N}]+/gu, '-')) || 'files';
  return { name, sources: paths.map(fileSource), notices: leftOut(found.length, paths.length, pattern) };
}

/** A notice about files that are not text, if there are any. */
function leftOut(found: number, taken: number, where: string): string[] {
  return found === taken ? [] : [`${found - taken} of the ${found} files in ${where} left out: not text`];
}

/** Finds all text in a folder, except hidden files, node_modules, and files with an early zero byte. */
async function resolveFolder(folder: string): Promise<Corpus> {
  const files = listFiles(folder);
  const sources: Source[] = [];
  for (const file of files) if (await looksLikeText(file)) sources.push(fileSource(file));
  if (sources.length === 0) {
    throw new UserError(`${folder} is a folder without text files`, TEXT_HINT, ExitCode.noInput);
  }
  return { name: shortName(folder), sources, notices: leftOut(files.length, sources.length, folder) };
}

/** Lists the files in a folder and its subfolders, sorted; links to folders are not followed. */
function listFiles(folder: string): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = readEntries(next).filter(({ name }) => !name.startsWith('.') && name !== 'node_modules');
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else files.push(path);
    }
    if (files.length > MOST_FILES) {
      throw new UserError(`${folder} has more than ${MOST_FILES} files`, TEXT_HINT);
    }
  }
  return files.sort();
}

function readEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, folder, TEXT_HINT);
  }
}

/** Whether a path leads to a regular file, not to a pipe, back to itself, or nowhere. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch (error) {
    if (systemErrorCode(error) === 'ELOOP') return false;
    throw fileError(error, path, TEXT_HINT);
  }
}

async function looksLikeText(path: string): Promise<boolean> {
  if (!isFile(path)) return false;
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      return bytesRead > 0 && !buffer.subarray(0, bytesRead).includes(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path, TEXT_HINT);
  }
}

function standardInput(): Source {
  if (process.stdin.isTTY) {
    throw new UserError(
      'standard input is a terminal, not a text',
      'Pipe a text in: cat *.txt | charlstm train -',
    );
  }
  if (fstatSync(0).isDirectory())
    throw new UserError('standard input is a folder, not a text', TEXT_HINT, ExitCode.noInput);
  return onceSource('standard input', () => process.stdin, 'stdin.tmp');
}

/** Shortens "texts/My Novel.txt" to "my-novel". */
export function shortName(path: string): string {
  const name = basename(path, extname(path)).normalize('NFC').toLowerCase();
  const words = name.replace(/[^\p{L}\p{N}]+/gu, '-');
  const short = Array.from(words).slice(0, 40).join('');
  return short.replace(/^-+|-+$/g, '') || 'text';
}
