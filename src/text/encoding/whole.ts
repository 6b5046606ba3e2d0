import { ExitCode, UserError, withHint } from '../../errors.js';
import { bytesSource } from '../files/source.js';
import { codecOf } from './codec.js';
import { type Encoding, isNamed, type NamedEncoding } from './names.js';
import { encodingNotices } from './notices.js';
import { recogniseEncoding } from './recognise.js';

/** A file in memory as text. */
export interface WholeText {
  /** With its byte order mark, if it has one. */
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1' | NamedEncoding;
  /** A line as it reads, if the encoding was found and is not UTF-8. */
  readonly line?: string | undefined;
}

/**
 * Decodes a file that a model is to read: as UTF-8 if it is valid, else as what the model has learned, else as
 * what it most likely is.
 * @param learned the encoding of the model's own text
 * @throws UserError if it is not text in an encoding that is known
 */
export async function decodeWhole(bytes: Uint8Array, label: string, learned: Encoding): Promise<WholeText> {
  const fallback = learned === 'latin1' || isNamed(learned) ? learned : undefined;
  const options = { wanted: undefined, fallback, actsOnGuess: true, isPage: false, folder: '' };
  // There is no --encoding for it.
  const { encoding, line } = await withHint(
    () => 'Convert it to UTF-8, for example with iconv.',
    () => recogniseEncoding(bytesSource(label, bytes), options),
  );
  if (encoding !== 'latin1' && !isNamed(encoding)) {
    return { text: Buffer.from(bytes).toString(), encoding: 'utf8' };
  }
  const { text, malformedAt } = (await codecOf(encoding)).decode(bytes);
  if (malformedAt !== undefined) {
    throw new UserError(
      `${label} is neither UTF-8 nor ${encoding}: at offset ${malformedAt} a byte does not start a character`,
      'Convert it to UTF-8, for example with iconv.',
      ExitCode.badData,
    );
  }
  return { text, encoding, line };
}

/** What is said about a file that is not UTF-8 and was not known to be what it is. */
export function foundEncoding(name: string, { encoding, line }: WholeText): string | undefined {
  return encodingNotices([{ name, encoding, ...(line !== undefined && { line }) }])[0];
}
