import type { DecodeOptions } from '../../encoding/decode.js';
import type { Source } from '../../files/source.js';
import { decodedChunks } from '../../pieces.js';
import { stringOf } from '../../points.js';
import type { Beginning } from './corpus.js';

/** In characters, of all files together; and from how many files at most. */
const BUDGET = 1 << 18;
const MOST_FILES = 64;

/**
 * Reads the beginnings of some of the sources, evenly chosen.
 * @param folder where a source that can be read only once keeps a copy
 * @throws UserError if one cannot be read or decoded
 */
export async function readBeginnings(
  sources: readonly Source[],
  decoding: DecodeOptions,
  folder: string,
): Promise<Beginning[]> {
  const step = Math.max(1, sources.length / MOST_FILES);
  const count = Math.min(sources.length, MOST_FILES);
  const beginnings: Beginning[] = [];
  for (let i = 0; i < count; i++) {
    const source = sources[Math.floor(i * step)]!;
    beginnings.push(await readBeginning(source, decoding, folder, Math.floor(BUDGET / count)));
  }
  return beginnings;
}

async function readBeginning(
  source: Source,
  decoding: DecodeOptions,
  folder: string,
  most: number,
): Promise<Beginning> {
  let text = '';
  let isCut = false;
  for await (const points of decodedChunks(source, decoding, folder)) {
    if (text.length < most) text += stringOf(points);
    else isCut ||= points.length > 0;
    if (isCut && !source.mustBeReadWhole()) break;
  }
  return { name: source.label, text: text.slice(0, most), isCut: isCut || text.length > most };
}
