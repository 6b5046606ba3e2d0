import { DECODING } from '../checkpoint/options.js';
import { UserError } from '../errors.js';
import { flagWithValue, type OptionRow, type OptionValues } from '../options.js';
import type { DecodeOptions } from '../text/encoding/decode.js';
import { type ReadableFiles, readable } from '../text/files/readable.js';
import type { Corpus } from '../text/files/sources.js';
import { memoryLimit } from './memory.js';
import type { PrepareHooks, TrainingRequest } from './request.js';

/** The files of a new run, ready to be decoded, and how. */
export interface DecodableCorpus extends ReadableFiles {
  readonly decoding: DecodeOptions;
}

/**
 * Looks at the files of a new run, and resolves how they become characters.
 * @param trained how the text was decoded that the weights have learned, if the run starts from weights
 * @param folder where a source that can be read only once keeps a copy
 * @throws UserError for options that contradict each other, and files that cannot be read as text
 */
export async function decodableCorpus(
  { decoding: asked, maxMemory }: Pick<TrainingRequest, 'decoding' | 'maxMemory'>,
  corpus: Corpus,
  trained: DecodeOptions | undefined,
  folder: string,
  onReading: PrepareHooks['onReading'],
): Promise<DecodableCorpus> {
  // What weights have learned is read as it was; members that are missing there have a meaning.
  const defaults = trained ?? { strip: DECODING.strip.default, ...(corpus.unwrap && { unwrap: true }) };
  const wanted = { ...defaults, ...asked };
  if (wanted.encoding === 'bytes') refuseChanges(asked);
  const strip = wanted.encoding !== 'bytes' && (wanted.strip ?? false);
  const most = memoryLimit(maxMemory);
  const { sources } = corpus;
  const isSized = sources.every(({ stats }) => stats !== undefined);
  const total = isSized ? sources.reduce((sum, { stats }) => sum + Number(stats!.size), 0) : undefined;
  let bytes = 0;
  const onRead = (more: number) => {
    bytes += more;
    onReading('looking at', bytes, total);
  };
  // Weights do not tell what another text is, only what it may be if it is not UTF-8.
  const of = { encoding: asked.encoding, learned: trained?.encoding };
  const found = await readable(sources, { ...of, strip, folder, most, onRead });
  return { ...found, decoding: recorded({ ...wanted, strip, encoding: found.encoding }) };
}

/** Bytes are learned as they are. */
function refuseChanges(asked: TrainingRequest['decoding']): void {
  for (const name of ['unwrap', 'normalize'] as const) {
    const value = asked[name];
    if (value === undefined || value === false || value === 'none') continue;
    const flag = flagWithValue(DECODING[name], value);
    throw new UserError(
      `${flag} changes characters, and --encoding bytes learns bytes as they are`,
      'Leave one of the two out.',
    );
  }
}

/** Fills in the defaults. Options that equal what their absence means are left out. */
function recorded(options: OptionValues<typeof DECODING> & Pick<DecodeOptions, 'encoding'>): DecodeOptions {
  const normalizeNewlines = options.normalizeNewlines ?? options.encoding !== 'bytes';
  const rows: Record<string, OptionRow> = DECODING;
  const others = Object.entries(options).filter(([name, value]) => value !== rows[name]?.absent);
  return { ...Object.fromEntries(others), encoding: options.encoding, normalizeNewlines };
}
