import type { Collection } from './collection.js';
import { type CodePoints, type DecodeOptions, Decoder } from './decode.js';
import { Divider, type Piece, Separator } from './divide.js';
import type { TextForm } from './form.js';
import { refuseChanged, type Source } from './source.js';

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

/** A piece, and the index of the source that it comes from. */
export interface SourcePiece extends Piece {
  readonly source: number;
}

/**
 * Reads all sources in order, as pieces of texts. One text of several files gets a line end after each file
 * that has none, except the last (but never with `bytes`, which are kept as they are).
 * @param folder where a source that can be read only once may keep a copy
 * @param onDecoded is called after each source with the number of malformed sequences in it
 * @throws UserError if the text cannot be decoded or has changed
 */
export async function* readPieces(
  reading: Reading,
  folder: string,
  onDecoded: (malformed: number) => void = () => {},
): AsyncGenerator<SourcePiece, void, void> {
  const { sources, decoding, collection, form } = reading;
  const between = form?.isOneLine || decoding.encoding === 'bytes' ? '' : (form?.lineEnd ?? '\n');
  const ends = between === '\r' ? CR : LF;
  const isJoined = !collection && between !== '';
  let last = ends;
  for (const [index, source] of sources.entries()) {
    let hasStarted = false;
    try {
      const decoder = new Decoder(source.label, decoding, form?.lineEnd);
      const decoded = decodedChunks(source, folder, decoder);
      const chunks = form ? form.wholeClusters(decoded) : decoded;
      for await (const piece of divided(chunks, collection)) {
        if (isJoined && !hasStarted && last !== ends) {
          yield { points: Buffer.from(between), ends: false, source: index - 1 };
        }
        hasStarted = true;
        last = piece.points.at(-1) ?? last;
        yield { ...piece, source: index };
      }
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

/** Divides the characters of one source. */
async function* divided(
  chunks: AsyncIterable<CodePoints>,
  collection: Collection | undefined,
): AsyncGenerator<Piece, void, void> {
  if (!collection) {
    for await (const points of chunks) if (points.length > 0) yield { points, ends: false };
    return;
  }
  const divider = new Divider(collection.division);
  const separator = collection.textsEnd === undefined ? undefined : new Separator(collection.textsEnd);
  for await (const points of chunks) {
    for (const part of separator?.push(points) ?? [{ points, ends: false }]) {
      yield* divider.push(part.points);
      if (part.ends) yield* divider.end();
    }
  }
  if (separator) yield* divider.push(separator.rest());
  yield* divider.end();
}
