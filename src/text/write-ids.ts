import { join } from 'node:path';
import { ExitCode, UserError } from '../errors.js';
import { type BeforeRename, replaceFileDurably } from '../files.js';
import { excerpt, harmlessLine } from '../format.js';
import { type Arrangement, Bucket } from './arrange.js';
import type { Piece } from './collection/divide.js';
import { idsFile } from './dataset.js';
import { IdEncoder } from './encoder.js';
import type { CodePoints } from './encoding/decode.js';
import { allFindings, type FileFindings, NOTHING_FOUND } from './findings.js';
import { IdsWriter } from './ids-writer.js';
import { type Reading, readPieces } from './pieces.js';
import type { Vocabulary } from './vocabulary.js';

/** A text as ids on disk. */
export interface WrittenIds {
  readonly path: string;
  /** SHA-256 of the ids; a run recognises its corpus by it. */
  readonly hash: string;
  readonly length: number;
  /** What was noticed in its files. */
  readonly findings: FileFindings;
  /** How many characters were composed or decomposed; see TextForm. */
  readonly inOtherForm: number;
}

/** Labels that an error names. */
const MOST_NAMED = 10;

export interface WriteOptions {
  readonly vocabulary: Vocabulary;
  /** Returns the ids that replace a character outside the vocabulary, or throws. */
  readonly standIns: (codePoint: number) => ArrayLike<number>;
  /** Where the texts belong; without it, they are written in order. */
  readonly arrangement?: Arrangement;
  readonly seed?: number;
  readonly beforeRename?: BeforeRename | undefined;
}

/**
 * Writes the ids of a corpus to `folder` in one pass.
 * @throws UserError if the text cannot be decoded or has changed, or the disk refuses
 */
export async function writeIds(reading: Reading, folder: string, options: WriteOptions): Promise<WrittenIds> {
  const { vocabulary, standIns, arrangement, seed = 0, beforeRename } = options;
  const path = join(folder, idsFile(vocabulary.size));
  const encoder = new IdEncoder(vocabulary, standIns, reading.form);
  let findings = NOTHING_FOUND;
  const onDecoded = (here: FileFindings) => {
    findings = allFindings([findings, here]);
  };
  let result = { hash: '', length: 0 };
  await replaceFileDurably(
    path,
    'Make room, or choose another place with --out.',
    async (file) => {
      // The regions of a single source follow each other as they do in the text.
      const starts = arrangement && arrangement.cuts?.length !== 1 ? arrangement.starts : [0];
      const writer = new IdsWriter(file, vocabulary.size, starts);
      const add = reading.collection
        ? textsAdder(encoder, writer, arrangement?.regionOf, seed)
        : wholeAdder(encoder, writer, starts.length > 1 ? arrangement?.cuts : undefined);
      for await (const { source, pieces } of readPieces(reading, folder, onDecoded)) {
        for (const piece of pieces) add(piece, source);
        await writer.flush();
      }
      if (reading.collection) writer.add(lastFilled(writer), [vocabulary.end!]);
      result = await writer.end();
      if (arrangement && result.length !== arrangement.length) throw changedMeanwhile();
    },
    beforeRename,
  );
  return { path, ...result, findings, inOtherForm: encoder.inOtherForm };
}

function changedMeanwhile(): UserError {
  return new UserError(
    'the text changed while it was read',
    'Run the command again when nothing is writing to the text.',
    ExitCode.badData,
  );
}

/**
 * Returns a function that adds the next piece of one text.
 * @param cuts for each source, the character at which each region begins
 */
function wholeAdder(encoder: IdEncoder, writer: IdsWriter, cuts: Arrangement['cuts']) {
  const read: number[] = [];
  return ({ points }: Piece, source: number): void => {
    let at = read[source] ?? 0;
    const [, ...ends] = cuts?.[source] ?? [0];
    for (let from = 0; from < points.length; ) {
      const region = ends.filter((end) => at >= end).length;
      const count = Math.min(points.length - from, (ends[region] ?? Number.POSITIVE_INFINITY) - at);
      writer.add(region, encoder.encode(points.subarray(from, from + count)));
      from += count;
      at += count;
    }
    read[source] = at;
  };
}

/** Returns a function that adds the next piece of a text, the first one after an end and the labels. */
function textsAdder(encoder: IdEncoder, writer: IdsWriter, regionOf: Uint8Array | undefined, seed: number) {
  const { vocabulary } = encoder;
  const end = vocabulary.end!;
  const bucket = new Bucket(seed);
  let begun: number[] | undefined;
  /** The beginning of a text whose region is not known yet. */
  let held: CodePoints[] = [];
  let region: number | undefined;
  return ({ points, ends, labels = [] }: Piece): void => {
    begun ??= [end, ...labels.map((value, column) => labelOf(vocabulary, column, value))];
    bucket.read(points);
    if (region !== undefined) writer.add(region, encoder.encode(points));
    else if (points.length > 0) held.push(points.slice());
    if (region === undefined && (ends || bucket.isCertain)) {
      region = regionOf?.[bucket.value] ?? 0;
      writer.add(region, begun);
      for (const one of held) writer.add(region, encoder.encode(one));
      held = [];
    }
    if (!ends) return;
    bucket.restart();
    begun = region = undefined;
  };
}

/** Returns the region that ends last in the file. */
function lastFilled(writer: IdsWriter): number {
  const ends = writer.starts.map((_, region) => writer.positionOf(region));
  return ends.lastIndexOf(Math.max(...ends));
}

function labelOf(vocabulary: Vocabulary, column: number, value: string): number {
  const { column: name, values } = vocabulary.labels[column]!;
  const id = vocabulary.labelId(name, value);
  if (id !== undefined) return id;
  const some = values.slice(0, MOST_NAMED).map((one) => one.value);
  throw new UserError(
    `the column ${name} has the value "${harmlessLine(excerpt(value))}", which the model does not know`,
    `It knows ${some.join(', ')}${values.length > MOST_NAMED ? ` and ${values.length - MOST_NAMED} more` : ''}.`,
    ExitCode.badData,
  );
}
