import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, fileError, UserError } from '../errors.js';
import { type BeforeRename, replaceFileDurably } from '../files.js';
import { openRegular } from '../regular.js';
import { type CodePoints, type DecodeOptions, Decoder } from './decode.js';
import { IdEncoder } from './encoder.js';
import type { TextForm } from './form.js';
import { idArrayFor } from './ids.js';
import { refuseChanged, removeSpool, type Source } from './source.js';
import { type IdArray, nameCharacter, Vocabulary } from './vocabulary.js';

const CODE_POINTS = 0x110000;
const LF = 10;
const CR = 13;
const LOST =
  'The run has lost its text. Its weights can learn one in a new run: charlstm train TEXT --from RUN.';

/** What the network needs to know about a corpus. */
export interface LearnedText {
  readonly vocabulary: Vocabulary;
  /** The characters known beforehand that the text does not contain. */
  readonly absent: readonly number[];
  /** Characters. */
  readonly length: number;
  /** How many malformed sequences of bytes were replaced, with `utf8-lossy`. */
  readonly malformed: number;
}

/** A corpus as ids on disk. */
export interface PreparedDataset extends LearnedText {
  readonly path: string;
  /** SHA-256 of the ids; a run recognises its corpus by it. */
  readonly hash: string;
}

/** The file name of a run's ids. */
export function idsFile(vocabulary: number): string {
  return `corpus.${idArrayFor(vocabulary).extension}`;
}

/**
 * Decodes all sources in order. Inserts a line end between two files unless the first ends with one (but
 * never with `bytes`, which are kept as they are).
 * @param onDecoded is called after each source with the number of malformed sequences in it
 * @param form the form of the network that is to read the text; without it, the text is decoded as it is
 */
async function* codePoints(
  sources: readonly Source[],
  options: DecodeOptions,
  folder: string,
  onDecoded: (malformed: number) => void,
  form?: TextForm,
): AsyncGenerator<CodePoints> {
  const between = form?.isOneLine || options.encoding === 'bytes' ? '' : (form?.lineEnd ?? '\n');
  const ends = between === '\r' ? CR : LF;
  let last = ends;
  for (const source of sources) {
    let hasStarted = false;
    const take = function* (points: CodePoints) {
      if (points.length === 0) return;
      if (!hasStarted && last !== ends && between !== '') yield Buffer.from(between);
      hasStarted = true;
      last = points[points.length - 1]!;
      yield points;
    };
    try {
      const decoder = new Decoder(source.label, options, form?.lineEnd);
      const decoded = decodedChunks(source, folder, decoder);
      for await (const points of form ? form.wholeClusters(decoded) : decoded) yield* take(points);
      onDecoded(decoder.malformed);
    } catch (error) {
      refuseChanged(source); // a change would be the cause
      throw error;
    }
  }
}

async function* decodedChunks(source: Source, folder: string, decoder: Decoder): AsyncGenerator<CodePoints> {
  for await (const chunk of source.read(folder)) yield decoder.decode(chunk);
  yield decoder.end();
}

interface PrepareOptions {
  /** Code points that belong to the vocabulary even if the text lacks them. */
  readonly known?: readonly number[];
  /** Called before the ids are written; what it throws ends the preparation. */
  readonly onLearned?: (text: LearnedText) => void;
  readonly beforeRename?: BeforeRename;
}

/**
 * Learns the vocabulary in a first pass over the text and writes the text's ids to `folder` in a second.
 * Neither pass keeps more than a few chunks in memory.
 * @throws UserError if the text cannot be decoded, is empty or one repeated character, or the disk refuses
 */
export async function prepareDataset(
  sources: readonly Source[],
  options: DecodeOptions,
  folder: string,
  { known = [], onLearned = () => {}, beforeRename }: PrepareOptions = {},
): Promise<PreparedDataset> {
  const learned = await learnVocabulary(sources, options, folder, known);
  onLearned(learned);
  const { vocabulary } = learned;
  const unknown = (codePoint: number): never => {
    throw new UserError(
      `the text changed while it was read: ${nameCharacter(codePoint)} is new`,
      'Run the command again when nothing is writing to the text.',
      ExitCode.badData,
    );
  };
  const given = [sources, options, vocabulary, folder] as const;
  const { inOtherForm: _, ...written } = await writeIds(...given, unknown, undefined, beforeRename);
  await removeSpool(folder);
  return { ...learned, ...written };
}

/** A text as ids on disk that a network is to read. */
interface WrittenIds extends Pick<PreparedDataset, 'path' | 'hash' | 'length' | 'malformed'> {
  /** How many characters were composed or decomposed; see TextForm. */
  readonly inOtherForm: number;
}

/**
 * Writes the ids of a text to `folder` in one pass.
 * @param standIns returns the ids that replace a character outside the vocabulary, or throws
 * @param form the form of the network that is to read the text; without it, the text is read as it is
 * @throws UserError if the text cannot be decoded or the disk refuses
 */
export async function writeIds(
  sources: readonly Source[],
  options: DecodeOptions,
  vocabulary: Vocabulary,
  folder: string,
  standIns: (codePoint: number) => ArrayLike<number>,
  form?: TextForm,
  beforeRename?: BeforeRename,
): Promise<WrittenIds> {
  const path = join(folder, idsFile(vocabulary.size));
  const encoder = new IdEncoder(vocabulary, standIns, form);
  const hash = createHash('sha256');
  let malformed = 0;
  const onDecoded = (count: number) => {
    malformed += count;
  };
  const write = async (file: FileHandle) => {
    let written = Promise.resolve();
    for await (const points of codePoints(sources, options, folder, onDecoded, form)) {
      const ids = encoder.encode(points);
      const bytes = new Uint8Array(ids.buffer, 0, ids.byteLength);
      hash.update(bytes);
      await written;
      written = file.writeFile(bytes);
      written.catch(() => {}); // awaited in its turn
    }
    await written;
  };
  await replaceFileDurably(path, 'Make room, or choose another place with --out.', write, beforeRename);
  const { length, inOtherForm } = encoder;
  return { path, hash: hash.digest('hex'), length, inOtherForm, malformed };
}

/** Collects the code points of a text, each once, in ascending order. */
async function learnVocabulary(
  sources: readonly Source[],
  options: DecodeOptions,
  folder: string,
  known: readonly number[],
): Promise<LearnedText> {
  const seen = new Uint8Array(CODE_POINTS);
  let length = 0;
  let malformed = 0;
  const onDecoded = (count: number) => {
    malformed += count;
  };
  for await (const points of codePoints(sources, options, folder, onDecoded)) {
    for (let i = 0; i < points.length; i++) seen[points[i]!] = 1;
    length += points.length;
  }
  const found: number[] = [];
  seen.forEach((yes, codePoint) => {
    if (yes) found.push(codePoint);
  });
  const what = sources.length === 1 ? sources[0]!.label : `the ${sources.length} files`;
  if (length === 0) {
    throw new UserError(
      `${what}: there is no text in it`,
      'Give it a text of a few thousand characters or more.',
      ExitCode.badData,
    );
  }
  if (found.length < 2) {
    throw new UserError(
      `${what}: it consists of one repeated character, ${nameCharacter(found[0]!)}`,
      'There is nothing to learn from it; use a real text.',
      ExitCode.badData,
    );
  }
  const absent = known.filter((codePoint) => seen[codePoint] === 0);
  const all = [...found, ...absent].sort((a, b) => a - b);
  return { vocabulary: new Vocabulary(all, options.encoding), absent, length, malformed };
}

/** The ids of a corpus, read from disk in pieces; the operating system caches what is used often. */
export class Dataset {
  readonly length: number;
  readonly path: string;
  readonly #file: number;
  readonly #make: (length: number) => IdArray;

  /**
   * Opens the ids that `prepareDataset` wrote to a folder.
   * @throws UserError if they are missing
   */
  constructor(
    folder: string,
    readonly vocabulary: number,
  ) {
    this.path = join(folder, idsFile(vocabulary));
    this.#make = idArrayFor(vocabulary).from;
    try {
      const { descriptor, size } = openRegular(this.path);
      this.#file = descriptor;
      this.length = size / this.#make(1).BYTES_PER_ELEMENT;
    } catch (error) {
      throw fileError(error, this.path, LOST);
    }
  }

  /**
   * Reads `count` ids starting at `position`.
   * @throws UserError if the file is too short or contains an id outside the vocabulary
   */
  read(position: number, count: number): IdArray {
    const ids = this.#make(count);
    const bytes = new Uint8Array(ids.buffer);
    let filled = 0;
    try {
      while (filled < bytes.length) {
        const from = position * ids.BYTES_PER_ELEMENT + filled;
        const got = readSync(this.#file, bytes, filled, bytes.length - filled, from);
        if (got === 0) throw this.#damaged(`ends at ${this.length * ids.BYTES_PER_ELEMENT} bytes`);
        filled += got;
      }
    } catch (error) {
      throw fileError(error, this.path, LOST);
    }
    for (let i = 0; i < count; i++) {
      if (ids[i]! >= this.vocabulary) throw this.#damaged(`has an id ${ids[i]} at character ${position + i}`);
    }
    return ids;
  }

  /**
   * Makes sure that the ids are those of the corpus recorded in a checkpoint.
   * @throws UserError if they are not
   */
  verify(corpus: Pick<PreparedDataset, 'hash' | 'length'>): void {
    if (this.length === corpus.length && this.hash() === corpus.hash) return;
    throw new UserError(
      `${this.path} is not the text that the run started with`,
      'Train it again in a new run.',
      ExitCode.badData,
    );
  }

  /** Computes the SHA-256 of all ids. */
  hash(): string {
    const hash = createHash('sha256');
    const block = 1 << 20;
    for (let at = 0; at < this.length; at += block) {
      hash.update(new Uint8Array(this.read(at, Math.min(block, this.length - at)).buffer));
    }
    return hash.digest('hex');
  }

  close(): void {
    closeSync(this.#file);
  }

  #damaged(how: string): UserError {
    return new UserError(
      `${this.path} is damaged: it ${how}`,
      'Train the text again in a new run.',
      ExitCode.badData,
    );
  }
}

/** A part of a dataset, from character `start` up to but excluding `end`. */
export interface Stretch {
  readonly dataset: Dataset;
  readonly start: number;
  readonly end: number;
}
