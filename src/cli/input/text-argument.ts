import { readFileSync, readSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode, fileError, systemErrorCode, UserError } from '../../errors.js';

const HINT_FOR_TEXT = 'Give the text itself, @FILE, or - for standard input.';

/** @throws UserError naming `path` if the bytes are not UTF-8 */
export function utf8Of(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path} is not UTF-8`, 'Convert it, for example with iconv.', ExitCode.badData);
  }
}

/** Milliseconds between two attempts to read a pipe whose writer is slow. */
const RETRY_MS = 20;

/** Reads all of standard input. Importing `node:process`, as chalk does, makes a pipe non-blocking. */
function readStandardInput(): Buffer {
  const pieces: Buffer[] = [];
  const piece = Buffer.alloc(1 << 16);
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      const length = readSync(0, piece);
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(Buffer.from(piece.subarray(0, length)));
    } catch (error) {
      if (systemErrorCode(error) === 'EOF') return Buffer.concat(pieces); // on Windows
      if (systemErrorCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(nothing, 0, 0, RETRY_MS);
    }
  }
}

/**
 * Reads a text given as an argument: the text itself, `@file`, or `-` for standard input. Files are UTF-8.
 * @throws UserError if it cannot be read or is not text
 */
export function readTextArgument(argument: string): string {
  if (argument !== '-' && !argument.startsWith('@')) return argument;
  const path = argument === '-' ? 'standard input' : argument.slice(1);
  if (argument === '-' && isatty(0)) {
    throw new UserError('standard input is a terminal, not a text', HINT_FOR_TEXT);
  }
  let bytes: Buffer;
  try {
    if (argument !== '-' && statSync(path).isCharacterDevice()) {
      throw new UserError(`${path} is a device, not a text`, HINT_FOR_TEXT, ExitCode.noInput);
    }
    bytes = argument === '-' ? readStandardInput() : readFileSync(path);
  } catch (error) {
    throw fileError(error, path, HINT_FOR_TEXT);
  }
  return utf8Of(bytes, path);
}
