import type { Collection } from './collection/collection.js';
import type { Piece } from './collection/divide.js';
import { divisionOf } from './collection/division.js';
import { formatOfName } from './collection/records/row.js';
import { type CodePoints, type DecodeOptions, Decoder, type LineEnd } from './encoding/decode.js';
import { refuseChanged, type Source } from './files/source.js';
import { allFindings, type FileFindings } from './findings.js';
import type { TextForm } from './form.js';
import type { Filter } from './layout/filter.js';
import { endFilters, filtered, filtersFor } from './layout/filters.js';

const CR = 13;
const LF = 10;

/** A corpus as it is to be read. */
export interface Reading {
  readonly sources: readonly Source[];
  readonly decoding: DecodeOptions;
  /** How it is divided into texts; undefined for one text. */
  readonly collection: Collection | undefined;
  /** The form of the network that is to read it; without one, the text is read as it is. */
  readonly form?: TextForm | undefined;
}

/** The pieces in one chunk of a source. Texts can be short, and waiting for each piece would take long. */
export interface Pieces {
  /** The index of the source. */
  readonly source: number;
  readonly pieces: Iterable<Piece>;
}

/**
 * Reads all sources in order, as pieces of texts. One text of several files gets a line end after each file
 * that has none, except the last (but never with `bytes`, which are kept as they are).
 * @param folder where a source that can be read only once may keep a copy
 * @param onDecoded is called after each source
 * @throws UserError if the text cannot be decoded or has changed
 */
export async function* readPieces(
  reading: Reading,
  folder: string,
  onDecoded: (findings: FileFindings) => void = () => {},
): AsyncGenerator<Pieces, void, void> {
  const { sources, decoding, collection, form } = reading;
  const between = form?.isOneLine || decoding.encoding === 'bytes' ? '' : (form?.lineEnd ?? '\n');
  const ends = between === '\r' ? CR : LF;
  const isJoined = !collection && between !== '';
  let last = ends;
  for (const [source, file] of sources.entries()) {
    let hasStarted = false;
    try {
      const decoder = decoderOf(file, decoding, form?.lineEnd);
      const filters = filtersFor(decoding, collection?.division === 'record' || hasRecords(file));
      const decoded = decodedWith(decoder, file, folder, filters);
      const division = divisionOf(file.label, collection, decoding, form !== undefined);
      for await (const points of form ? form.wholeClusters(decoded) : decoded) {
        if (points.length === 0) continue;
        if (isJoined && !hasStarted && last !== ends) {
          yield { source: source - 1, pieces: [{ points: Buffer.from(between), ends: false }] };
        }
        hasStarted = true;
        last = points[points.length - 1]!;
        yield { source, pieces: await division.push(points) };
      }
      yield { source, pieces: await division.end() };
      const stages = [decoder, ...filters].map(({ findings }) => findings);
      onDecoded(allFindings([...stages, { empty: division.empty ?? 0 }]));
    } catch (error) {
      refuseChanged(file); // a change would be the cause
      throw error;
    }
  }
}

/** Decodes one file: its characters as they are learned, chunk by chunk. */
export function decodedChunks(
  source: Source,
  decoding: DecodeOptions,
  folder: string,
): AsyncGenerator<CodePoints> {
  const filters = filtersFor(decoding, hasRecords(source));
  return decodedWith(decoderOf(source, decoding), source, folder, filters);
}

/** Whether a file has records, by its name. */
function hasRecords({ label }: Source): boolean {
  return formatOfName(label) !== undefined;
}

function decoderOf({ label, isUtf8 }: Source, decoding: DecodeOptions, lineEnd?: LineEnd): Decoder {
  const encoding = isUtf8 && decoding.encoding !== 'bytes' ? 'utf8' : decoding.encoding;
  return new Decoder(label, { ...decoding, encoding }, lineEnd);
}

async function* decodedWith(
  decoder: Decoder,
  source: Source,
  folder: string,
  filters: readonly Filter[],
): AsyncGenerator<CodePoints> {
  for await (const chunk of source.read(folder)) yield filtered(filters, decoder.decode(chunk));
  yield filtered(filters, decoder.end());
  yield* endFilters(filters);
}
