import { type BigIntStats, createReadStream, fstatSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ExitCode, fileError, UserError, unlessRefused } from '../../errors.js';
import { type CatalogueEntry, installCommand, locateCorpus, readCatalogue } from './catalogue.js';
import { firstOf, textsIn, textsOf } from './folder.js';
import { divideGlob, filesMatching, isGlob } from './glob.js';
import { fileSource, onceSource, type Source, TEXT_HINT } from './source.js';

/** The text to learn, as the user named it. */
export interface Corpus {
  /** A short name for the run's folder. */
  readonly name: string;
  readonly sources: readonly Source[];
  /** Whether new runs join its hard-wrapped lines unless they are asked not to. */
  readonly unwrap?: boolean;
  readonly notices: readonly string[];
}

/** What one argument stands for. */
interface Found extends Corpus {
  /** The folder of its files; undefined if they are not files of the user's. */
  readonly folder?: string;
}

/**
 * Finds the text behind the arguments of `train`: files, folders (all texts in them), globs, `-` for
 * standard input, or names from the catalogue. A file counts once, however often it is named.
 * @throws UserError if one does not exist or contains no text
 */
export async function resolveCorpus(names: readonly string[]): Promise<Corpus> {
  const found: Found[] = [];
  for (const name of names) found.push(await resolveOne(name));
  /** The labels of each file, in the order in which they were given. */
  const labels = new Map<string, string[]>();
  const isNew = ({ identity, label }: Source) => {
    if (identity === undefined) return true;
    const known = labels.get(identity);
    if (known) known.push(label);
    else labels.set(identity, [label]);
    return !known;
  };
  const kept = found
    .map((one) => ({ ...one, sources: one.sources.filter(isNew) }))
    .filter(({ sources }, i) => i === 0 || sources.length > 0);
  return {
    name: nameOf(kept),
    ...(kept.every(({ unwrap }) => unwrap) && { unwrap: true }),
    sources: kept.flatMap(({ sources }) => sources),
    notices: [...found.flatMap(({ notices }) => notices), ...repetitions([...labels.values()])],
  };
}

/** A notice about files that are given more than once, if there are any. */
function repetitions(labels: readonly (readonly string[])[]): string[] {
  const [one, ...others] = labels.filter(({ length }) => length > 1);
  if (!one) return [];
  if (others.length > 0) {
    const files = firstOf([one, ...others].map(([label]) => label!));
    return [`${others.length + 1} files are given more than once, and count once: ${files}`];
  }
  const [label, ...also] = [...new Set(one)];
  const names = also.length === 0 ? '' : ` (also as ${firstOf(also)})`;
  return [`${label} is given ${one.length} times${names}, and counts once`];
}

/** A name for a run: of the only text, else of the folder that all are in, else of the first text. */
function nameOf(found: readonly Found[]): string {
  const [first, ...others] = found;
  if (others.length === 0) return first!.name;
  const folder = commonFolder(found.map(({ folder }) => folder));
  return folder === undefined ? `${first!.name}-and-${others.length}-more` : folderName(folder);
}

/** The folder that all files are in, itself or below it; the working folder and those above hold other things. */
function commonFolder(folders: readonly (string | undefined)[]): string | undefined {
  let [common] = folders;
  for (const folder of folders) {
    while (common !== undefined && !(folder !== undefined && isWithin(folder, common))) {
      common = dirname(common) === common ? undefined : dirname(common);
    }
  }
  if (common === undefined || folders.every((folder) => folder === common)) return common;
  const working = unlessRefused(() => process.cwd());
  return working !== undefined && working !== common && isWithin(common, working) ? common : undefined;
}

function isWithin(folder: string, outer: string): boolean {
  const way = relative(outer, folder);
  return way.split(sep)[0] !== '..' && !isAbsolute(way);
}

async function resolveOne(name: string): Promise<Found> {
  if (name === '-') return { name: 'stdin', sources: [standardInput()], notices: [] };
  let stats: BigIntStats;
  try {
    stats = statSync(name, { bigint: true });
  } catch (error) {
    const entry = readCatalogue().find((candidate) => candidate.name === name);
    if (entry) return resolveEntry(entry);
    if (isGlob(name)) return resolveGlob(name);
    throw fileError(error, name, TEXT_HINT);
  }
  if (stats.isDirectory()) return resolveFolder(name);
  if (stats.isFile()) return foundIn(dirname(resolve(name)), shortName(name), [name]);
  if (stats.isFIFO()) {
    const pipe = onceSource(name, stats, () => createReadStream(name), `pipe-${stats.ino}.tmp`);
    return { name: 'pipe', sources: [pipe], notices: [] };
  }
  const what = stats.isSocket() ? 'socket' : 'device';
  throw new UserError(`${name} is a ${what}, not a text`, TEXT_HINT, ExitCode.noInput);
}

function foundIn(folder: string, name: string, files: readonly string[], notice?: string): Found {
  return { name, folder, sources: files.map(fileSource), notices: notice === undefined ? [] : [notice] };
}

async function resolveEntry(entry: CatalogueEntry): Promise<Found> {
  const parts = locateCorpus(entry);
  if (!parts) {
    throw new UserError(
      `the corpus ${entry.name} is not installed`,
      `Add it with: ${installCommand(entry)}`,
      ExitCode.noInput,
    );
  }
  const paths: string[] = [];
  for (const { folder, path } of parts) {
    // In the order in which corpora have always been learned.
    paths.push(...(isGlob(path) ? await filesMatching({ folder, pattern: path }) : [join(folder, path)]));
  }
  const sources = paths.map(fileSource);
  return { name: entry.name, sources, ...(entry.unwrap && { unwrap: true }), notices: [] };
}

async function resolveGlob(name: string): Promise<Found> {
  const divided = divideGlob(name);
  const { files, leftOut } = await textsOf(await filesMatching(divided));
  const notice = leftOut.describe(name);
  if (files.length === 0) throw nothingFound(`no file matches ${name}`, notice);
  const folder = resolve(divided.folder);
  const [only] = files;
  return foundIn(folder, files.length === 1 ? shortName(only!) : folderName(folder), files, notice);
}

async function resolveFolder(name: string): Promise<Found> {
  const { files, leftOut } = await textsIn(name);
  const notice = leftOut.describe(name);
  if (files.length === 0) throw nothingFound(`${name} is a folder without text files`, notice);
  const folder = resolve(name);
  return foundIn(folder, folderName(folder), files, notice);
}

function nothingFound(message: string, leftOut: string | undefined): UserError {
  const all = leftOut === undefined ? message : `${message}: ${leftOut}`;
  return new UserError(all, TEXT_HINT, ExitCode.noInput);
}

function standardInput(): Source {
  if (process.stdin.isTTY) {
    throw new UserError(
      'standard input is a terminal, not a text',
      `Pipe a text in: ${process.platform === 'win32' ? 'type novel.txt' : 'cat *.txt'} | charlstm train -`,
    );
  }
  const stats = fstatSync(0, { bigint: true });
  if (stats.isDirectory())
    throw new UserError('standard input is a folder, not a text', TEXT_HINT, ExitCode.noInput);
  return onceSource('standard input', stats, () => process.stdin, 'stdin.tmp');
}

/** Shortens "texts/My Novel.txt" to "my-novel", also if it is compressed: "My Novel.txt.gz". */
export function shortName(path: string): string {
  const name = basename(path).replace(/(.)\.gz$/i, '$1');
  return shortened(basename(name, extname(name)));
}

/** The same for a folder, in whose name a dot begins no extension. */
function folderName(path: string): string {
  return shortened(basename(path));
}

function shortened(name: string): string {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  const short = Array.from(words).slice(0, 40).join('');
  return short.replace(/^-+|-+$/g, '') || 'text';
}
