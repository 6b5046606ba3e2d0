import { createReadStream, createWriteStream, type Dirent, fstatSync, readdirSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import { ExitCode, fileError, UserError } from '../errors.js';
import { type CatalogueEntry, locateCorpus, packagesOf, readCatalogue } from './catalogue.js';

/** One file of a corpus; it can be read more than once. */
export interface Source {
  /** The path, as errors name it. */
  readonly label: string;
  /** @param folder where standard input, which comes only once, may leave a copy for the next time */
  read(folder: string): AsyncIterable<Uint8Array>;
}

/** What the user named as the text to learn. */
export interface Corpus {
  /** A short name, for the run's folder. */
  readonly name: string;
  readonly sources: readonly Source[];
  readonly notices: readonly string[];
}

/** A folder with more is named by mistake. */
const MOST_FILES = 100_000;

const HINT = 'Name a text file, a folder, a glob, - for standard input, or a corpus from "charlstm corpora".';

/**
 * Finds the files behind the arguments of `train`: files, folders (all text in them), globs, `-` for standard
 * input, or names from the catalogue.
 * @throws UserError for what does not exist or holds no text
 */
export async function resolveCorpus(names: readonly string[]): Promise<Corpus> {
  if (names.filter((name) => name === '-').length > 1) {
    throw new UserError('- is given twice, and standard input can be read only once', 'Give it once.');
  }
  const corpora: Corpus[] = [];
  for (const name of names) corpora.push(await resolveOne(name));
  const first = corpora[0]!;
  return {
    name: corpora.length === 1 ? first.name : `${first.name}-and-${corpora.length - 1}-more`,
    sources: corpora.flatMap((corpus) => corpus.sources),
    notices: corpora.flatMap((corpus) => corpus.notices),
  };
}

async function resolveOne(name: string): Promise<Corpus> {
  if (name === '-') return { name: 'stdin', sources: [standardInput()], notices: [] };
  let stats: ReturnType<typeof statSync>;
  try {
    stats = statSync(name);
  } catch (error) {
    const entry = readCatalogue().find((candidate) => candidate.name === name);
    if (entry) return resolveEntry(entry);
    if (isDynamicPattern(name)) return resolveGlob(name);
    throw fileError(error, name, HINT);
  }
  if (stats.isDirectory()) return resolveFolder(name);
  if (stats.isFile()) return { name: shortName(name), sources: [fileSource(name)], notices: [] };
  if (stats.isFIFO()) {
    const pipe = onceSource(name, () => createReadStream(name), `pipe-${stats.ino}.tmp`);
    return { name: 'pipe', sources: [pipe], notices: [] };
  }
  throw new UserError(`${name} is a device, not a text`, HINT, ExitCode.noInput);
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
  const paths = (await glob(pattern)).sort();
  if (paths.length === 0) {
    throw new UserError(`no file matches ${pattern}`, HINT, ExitCode.noInput);
  }
  const name = shortName(pattern.replace(/[^\p{L}\p{N}]+/gu, '-')) || 'files';
  return { name, sources: paths.map(fileSource), notices: [] };
}

/** All text in a folder: hidden files, node_modules and files with a zero byte near their start are passed over. */
async function resolveFolder(folder: string): Promise<Corpus> {
  const files = listFiles(folder);
  const sources: Source[] = [];
  for (const file of files) if (await looksLikeText(file)) sources.push(fileSource(file));
  if (sources.length === 0) {
    throw new UserError(`${folder} is a folder without text files`, HINT, ExitCode.noInput);
  }
  const skipped = files.length - sources.length;
  const notices =
    skipped > 0 ? [`${skipped} of the ${files.length} files in ${folder} are not text; left out`] : [];
  return { name: shortName(folder), sources, notices };
}

/** Files in a folder and in those below it, in order; links to folders are not followed. */
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
      throw new UserError(`${folder} has more than ${MOST_FILES} files`, HINT);
    }
  }
  return files.sort();
}

function readEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, folder, HINT);
  }
}

async function looksLikeText(path: string): Promise<boolean> {
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      return bytesRead > 0 && !buffer.subarray(0, bytesRead).includes(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path, HINT);
  }
}

function fileSource(path: string): Source {
  return {
    label: path,
    async *read() {
      try {
        yield* createReadStream(path, { highWaterMark: 1 << 20 });
      } catch (error) {
        throw fileError(error, path, HINT);
      }
    },
  };
}

function standardInput(): Source {
  if (process.stdin.isTTY) {
    throw new UserError(
      'standard input is a terminal, not a text',
      'Pipe one in: cat *.txt | charlstm train -',
    );
  }
  if (fstatSync(0).isDirectory())
    throw new UserError('standard input is a folder, not a text', HINT, ExitCode.noInput);
  return onceSource('standard input', () => process.stdin, 'stdin.tmp');
}

/** A source that comes only once: what it says is kept in the file `spool`, and read from there. */
function onceSource(label: string, openOnce: () => Readable, spool: string): Source {
  let spooled = false;
  return {
    label,
    async *read(folder) {
      const path = join(folder, spool);
      if (!spooled) await copy(openOnce(), label, path);
      spooled = true;
      yield* fileSource(path).read(folder);
    },
  };
}

async function copy(from: Readable, label: string, path: string): Promise<void> {
  let source: unknown;
  from.once('error', (error) => {
    source = error;
  });
  try {
    await pipeline(from, createWriteStream(path));
  } catch (error) {
    if (source !== undefined) throw fileError(error, label, HINT);
    throw fileError(error, path, 'Make room, or choose another place with --out.', 'write');
  }
}

/** Removes what reading left behind in the folder. */
export async function removeSpool(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (/^(stdin|pipe-\d+)\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
  }
}

/** "texts/My Novel.txt" as "my-novel". */
function shortName(path: string): string {
  const name = basename(path, extname(path)).normalize('NFC').toLowerCase();
  const words = name.replace(/[^\p{L}\p{N}]+/gu, '-');
  const short = Array.from(words).slice(0, 40).join('');
  return short.replace(/^-+|-+$/g, '') || 'text';
}
