import { ExitCode, UserError } from '../../errors.js';
import type { Source } from '../files/source.js';
import { declaredEncoding } from './declared.js';
import { Decoder } from './decode.js';
import { type Detected, detectEncoding, lineIn } from './detect.js';
import { type Encoding, isNamed } from './names.js';
import { type Scan, scan } from './scan.js';

/** How the encoding of a file is to be found. */
export interface EncodingOptions {
  /** What the user says it is; `auto` and undefined if that is to be found out. */
  readonly wanted: Encoding | undefined;
  /** What a file is that is not UTF-8, if that is known from elsewhere, such as from a trained model. */
  readonly fallback: Encoding | undefined;
  /** Whether to read a file as what it most likely is; otherwise that is offered in the error. */
  readonly actsOnGuess: boolean;
  /** Whether it is a page of HTML, which may declare its encoding. */
  readonly isPage: boolean;
  /** Where a source that can be read only once keeps a copy. */
  readonly folder: string;
  /** Called with the number of bytes just read. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** The encoding in which a file is to be read. */
export interface Recognised {
  readonly encoding: Encoding;
  /** A line as it reads then, if the file is not UTF-8 and nobody has named its encoding. */
  readonly line?: string;
  /** What speaks against the encoding that the user has named. */
  readonly doubt?: 'utf8' | 'windows-1252';
}

/**
 * Looks at all bytes of a file and finds the encoding in which it is to be read.
 * @throws UserError if it cannot be read in the one that is wanted, or in none that is certain enough
 */
export async function recogniseEncoding(source: Source, options: EncodingOptions): Promise<Recognised> {
  const { wanted, folder, onRead } = options;
  const found = await scan(source.read(folder, onRead));
  if (found.mark === 'utf-32') {
    throw new UserError(
      `${source.label} is UTF-32, which is not read`,
      'Convert it first: iconv -f UTF-32 -t UTF-8.',
      ExitCode.badData,
    );
  }
  if (wanted === undefined || wanted === 'auto') return withoutOption(source, found, options);
  if (wanted === 'utf8') {
    if (found.isUtf8 && !found.hasZeros) return { encoding: wanted };
    throw await refusal(source, found, options);
  }
  // A mark says in which order the bytes are.
  if (found.mark && wanted.startsWith('utf-16')) return { encoding: found.mark };
  const isOther = found.isUtf8 && !found.isAscii && !found.hasZeros;
  if (isOther) return { encoding: wanted, doubt: 'utf8' };
  const hasQuotes = found.sample.some((byte) => byte >= 0x80 && byte <= 0x9f);
  return { encoding: wanted, ...(wanted === 'latin1' && hasQuotes && { doubt: 'windows-1252' }) };
}

/** Finds the encoding of a file of which nothing is said. */
async function withoutOption(source: Source, found: Scan, options: EncodingOptions): Promise<Recognised> {
  const { fallback, actsOnGuess, isPage } = options;
  const { mark, sample } = found;
  if (mark && mark !== 'utf-32') return { encoding: mark, line: await lineIn(sample, mark) };
  if (found.isUtf8 && !found.hasZeros) return { encoding: 'utf8' };
  if (fallback === 'latin1' || (fallback !== undefined && isNamed(fallback))) return { encoding: fallback };
  const declared = isPage ? await declaredIn(source, options) : undefined;
  if (declared && isNamed(declared)) return { encoding: declared, line: await lineIn(sample, declared) };
  if (!actsOnGuess) throw await refusal(source, found, options);
  const guess = await detectEncoding(sample);
  if (!guess || !isNamed(guess.encoding)) throw await refusal(source, found, options, guess);
  return guess;
}

async function declaredIn(source: Source, { folder }: EncodingOptions): Promise<Encoding | undefined> {
  for await (const chunk of source.read(folder)) return declaredEncoding(chunk);
  return undefined;
}

/** The error about a file that is not UTF-8: where it is not, what it most likely is, and one way to read it. */
async function refusal(
  source: Source,
  { sample, mark }: Scan,
  { wanted, actsOnGuess, folder }: EncodingOptions,
  known?: Detected,
): Promise<UserError> {
  const refused = (message: string, hint: string) => new UserError(message, hint, ExitCode.badData);
  const message = await whereMalformed(source, folder);
  const guess = mark ? { encoding: mark as Encoding, line: '' } : (known ?? (await detectEncoding(sample)));
  if (!guess) {
    return refused(message, 'If it is text, convert it to UTF-8; --encoding bytes learns bytes as they are.');
  }
  const { encoding, line } = guess;
  if (encoding === 'utf8-lossy') {
    return refused(`${message}; most of it is UTF-8`, 'Replace what is damaged with --encoding utf8-lossy.');
  }
  const isLeftOut = actsOnGuess && wanted !== 'utf8';
  const hint = isLeftOut ? 'Convert it to UTF-8, or leave it out.' : `Read it with --encoding ${encoding}.`;
  if (mark) return refused(message, hint);
  const what = encoding.startsWith('utf-16') ? `${source.label} is not UTF-8` : message;
  return refused(`${what}; it is most likely ${encoding} ("${line}")`, hint);
}

/** Says where a file is not UTF-8: "a.txt is not UTF-8: at offset 7 byte 0xE9 ...". */
async function whereMalformed(source: Source, folder: string): Promise<string> {
  const decoder = new Decoder(source.label, { encoding: 'utf8', normalizeNewlines: false });
  try {
    for await (const chunk of source.read(folder)) decoder.decode(chunk);
    decoder.end();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
  return `${source.label} changed while it was read`;
}
