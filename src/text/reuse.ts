import { createHash } from 'node:crypto';
import { constants, createReadStream, readdirSync } from 'node:fs';
import { copyFile, link, realpath, rm, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { systemErrorCode, UserError, unlessRefused } from '../errors.js';
import { type BeforeRename, replaceFile } from '../files.js';
import { openRegular, readRegular } from '../regular.js';
import { arrangeWhole } from './arrange.js';
import { Dataset, idsFile } from './dataset.js';
import type { DecodeOptions } from './encoding/decode.js';
import type { Source } from './files/source.js';
import { allFindings, FINDINGS } from './findings.js';
import type { PreparedDataset } from './prepare.js';
import type { Shares } from './split.js';
import type { CountedPair } from './tally.js';
import { MAX_CODE_POINT, Vocabulary } from './vocabulary.js';

/** The file in which a run records what its ids were made from. */
const FILE_NAME = 'corpus.json';
const FORMAT = 4;
/** Minimum bytes; a smaller text is read again just as quickly. */
const LEAST = 10_000_000;
/** In bytes: all code points there are, of up to seven digits and a comma, their counts, and a million files. */
const LONGEST_NOTE = 48_000_000;
/** What `noteCorpus` writes. Lists of anything but whole numbers would take more memory than the file. */
const NOTE = /^\{"key":"\w+","hash":"\w+"(,"(lengths|findings|pairs|counts|codePoints)":\[[\d,]*\]){5}\}\n$/;

/** What the ids of one text depend on, besides its files. */
export interface KeyOptions {
  readonly decoding: DecodeOptions;
  /** Code points that belong to the vocabulary even if the text lacks them. */
  readonly known: readonly number[];
  readonly shares: Shares;
}

/**
 * Computes a key that identifies one text and how it is written, from the metadata of its files.
 * @returns undefined if a source can be read only once, or the text is small enough to be read again
 */
export function corpusKey(
  sources: readonly Source[],
  { decoding, known, shares }: KeyOptions,
): string | undefined {
  // Of several files, the last part of each is held back.
  const { validation, test } = sources.length > 1 ? shares : { validation: 0, test: 0 };
  const how = Object.entries(decoding).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = `${FORMAT} ${how.join(' ')} ${validation} ${test} ${known}\n`;
  const hash = createHash('sha256').update(key);
  let size = 0n;
  for (const { label, stats } of sources) {
    if (!stats) return undefined;
    size += stats.size;
    // The ending of a name may decide what a file is.
    const file = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs, extname(label)];
    hash.update(`${file.join(' ')}\n`);
  }
  return size < LEAST ? undefined : hash.digest('hex');
}

/** Records in a run what its ids were made from, for others to reuse. Does nothing if the disk refuses. */
export async function noteCorpus(
  run: string,
  key: string,
  prepared: PreparedDataset,
  beforeRename = () => {},
): Promise<void> {
  const { hash, lengths, findings, tally, vocabulary } = prepared;
  const path = join(run, FILE_NAME);
  const note = JSON.stringify({
    key,
    hash,
    lengths,
    findings: FINDINGS.map((name) => findings[name]),
    pairs: tally.pairs.flat(),
    counts: tally.counts,
    codePoints: vocabulary.codePoints,
  });
  try {
    await replaceFile(path, (temporary) => writeFile(temporary, `${note}\n`), { beforeRename });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/** The members of a note that a run needs. */
interface Note {
  readonly hash: string;
  readonly lengths: readonly number[];
  /** In the order of FINDINGS. */
  readonly findings: readonly number[];
  /** Three numbers each. */
  readonly pairs: readonly number[];
  readonly counts: readonly number[];
  readonly codePoints: readonly number[];
}

/** Reads the note of a run; returns undefined if it is about another text, unreadable, or missing. */
export function notedCorpus(
  run: string,
  key: string,
  { encoding }: DecodeOptions,
): Omit<PreparedDataset, 'path'> | undefined {
  const path = join(run, FILE_NAME);
  try {
    const text = readRegular(path, LONGEST_NOTE).toString('latin1');
    if (!text.startsWith(`{"key":"${key}",`) || !NOTE.test(text)) return undefined;
    const { hash, lengths, findings: found, pairs: flat, counts, codePoints } = JSON.parse(text) as Note;
    const vocabulary = Vocabulary.parse(codePoints, encoding, path);
    const pairs = pairsOf(flat);
    const isWhole = counts.length === codePoints.length && found.length === FINDINGS.length;
    if (!pairs || !isWhole) return undefined;
    const tally = { counts, pairs };
    const findings = allFindings(FINDINGS.map((name, i) => ({ [name]: found[i]! })));
    const length = lengths.reduce((sum, one) => sum + one, 0);
    const arrange = (shares: Shares) => arrangeWhole(lengths, shares);
    return { vocabulary, tally, findings, hash, length, lengths, arrange };
  } catch (error) {
    const isDamaged = error instanceof SyntaxError || error instanceof UserError;
    if (isDamaged || systemErrorCode(error) !== undefined) return undefined;
    throw error;
  }
}

/** Returns the pairs of a note; undefined if they cannot be some. */
function pairsOf(numbers: readonly number[]): CountedPair[] | undefined {
  const pairs: CountedPair[] = [];
  for (let i = 0; i < numbers.length; i += 3) {
    const [first, second, count] = numbers.slice(i, i + 3);
    if (count === undefined || Math.max(first!, second!) > MAX_CODE_POINT) return undefined;
    pairs.push([first!, second!, count]);
  }
  return pairs;
}

/**
 * Gives a run the ids that another run made of the same text, provided they are unchanged.
 * @param folders to search for runs
 * @param onRead called with the number of bytes just checked and their total
 * @returns undefined if there are none
 */
export async function reuseDataset(
  { key, options, folders }: { key: string; options: DecodeOptions; folders: readonly string[] },
  run: string,
  onRead: (bytes: number, total: number) => void,
  beforeRename: BeforeRename = () => {},
): Promise<PreparedDataset | undefined> {
  const candidates = folders.flatMap((folder) =>
    (unlessRefused(() => readdirSync(folder)) ?? []).map((name) => resolve(folder, name)),
  );
  for (const candidate of new Set(candidates)) {
    const noted = candidate === resolve(run) ? undefined : notedCorpus(candidate, key, options);
    if (!noted) continue;
    const name = idsFile(noted.vocabulary.size);
    const path = join(run, name);
    beforeRename();
    try {
      const dataset = new Dataset(candidate, noted.vocabulary.size);
      dataset.close();
      if (dataset.length !== noted.length) continue;
      await shareFile(dataset.path, path);
      if ((await hashOf(path, onRead)) === noted.hash) return { ...noted, path };
    } catch (error) {
      if (!(error instanceof UserError) && systemErrorCode(error) === undefined) throw error;
    }
    await rm(path, { force: true });
  }
  return undefined;
}

/**
 * Makes a file available at another path, without copying its bytes if possible. Ids are replaced or deleted
 * but never changed in place, so neither of two runs affects the other.
 */
export async function shareFile(from: string, to: string): Promise<void> {
  const copy = (temporary: string) => copyFile(from, temporary, constants.COPYFILE_FICLONE);
  // Otherwise a link to a file would be linked, and not the file.
  const file = await realpath(from);
  await link(file, to).catch(() => replaceFile(to, copy));
}

async function hashOf(path: string, onRead: (bytes: number, total: number) => void): Promise<string> {
  const { descriptor, size } = openRegular(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { fd: descriptor, end: Math.max(0, size - 1) })) {
    hash.update(chunk);
    onRead(chunk.length, size);
  }
  return hash.digest('hex');
}
