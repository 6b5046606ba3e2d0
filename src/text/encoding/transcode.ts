import { ExitCode, UserError } from '../../errors.js';
import { codecOf } from './codec.js';
import type { NamedEncoding } from './names.js';

/**
 * Converts a text from an encoding to UTF-8, chunk by chunk. A byte order mark stays for the decoder, which
 * drops it.
 * @param label of the file, for errors
 * @throws UserError with the offset of the first bytes that the encoding does not have
 */
export async function* transcoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: NamedEncoding | 'latin1',
  label: string,
): AsyncGenerator<Uint8Array, void, void> {
  const codec = await codecOf(encoding);
  /** Bytes of the file before the current ones. */
  let offset = 0;
  /** A character that the last chunk has cut off. */
  let cut: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = cut.length > 0 ? Buffer.concat([cut, chunk]) : chunk;
    const end = codec.wholeCharacters(bytes);
    cut = Uint8Array.from(bytes.subarray(end));
    const whole = bytes.subarray(0, end);
    const { text, malformedAt } = codec.decode(whole);
    if (malformedAt !== undefined) throw malformed(label, encoding, whole, malformedAt, offset);
    yield Buffer.from(text);
    offset += end;
  }
  if (cut.length === 0) return;
  throw notIn(label, encoding, `the last character, at offset ${offset}, is cut off`);
}

function malformed(
  label: string,
  encoding: NamedEncoding | 'latin1',
  bytes: Uint8Array,
  at: number,
  offset: number,
): UserError {
  const byte = bytes[at]!.toString(16).toUpperCase().padStart(2, '0');
  return notIn(label, encoding, `at offset ${offset + at} byte 0x${byte} does not start a character`);
}

/** The error about a file that is not in the encoding that it was read in. */
function notIn(label: string, encoding: NamedEncoding | 'latin1', reason: string): UserError {
  return new UserError(
    `${label} is not ${encoding}: ${reason}`,
    'Find out its encoding with --encoding auto. If that says the same, the file is damaged.',
    ExitCode.badData,
  );
}
