import { readFileSync, readSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode, fileError, systemErrorCode, UserError } from '../../errors.js';
import { quoted } from '../../format.js';
import { decodeWhole, foundEncoding } from '../../text/encoding/whole.js';
import type { TextForm } from '../../text/form.js';
import { refuseUnlessText } from '../../text/formats/open.js';
import { note } from '../output/stderr.js';
import { resolveEscapes } from './escapes.js';

const HINT_FOR_TEXT =
  'Give the text itself, @FILE, or - for standard input; a text that begins with @ is written with @@.';

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

/** Whether an argument is the text itself, not the name of a file that holds it. */
export function isTyped(argument: string): boolean {
  return argument !== '-' && (!argument.startsWith('@') || argument.startsWith('@@'));
}

/**
 * Reads a text given as an argument: the text itself with escapes, where `@@` stands for a first `@`; `@file`;
 * or `-` for standard input. Files have no escapes.
 * @returns a function that gives the text in its form for a model: decoded, and without the line end that
 *   editors and `echo` add if the model knows none. It prints a note if the file is neither UTF-8 nor in the
 *   encoding that the model has learned
 * @throws UserError if it cannot be read; the function throws one if it is not text
 */
export function readTextArgument(argument: string): (form: TextForm) => Promise<string> {
  if (isTyped(argument)) {
    const text = resolveEscapes(argument.replace(/^@@/, '@'));
    return async () => text;
  }
  const path = argument === '-' ? 'standard input' : argument.slice(1);
  const bytes = readFile(argument, path);
  refuseUnlessText(bytes, path);
  return async (form) => {
    const whole = await decodeWhole(bytes, path, form.vocabulary.encoding);
    const notice = foundEncoding(path, whole);
    if (notice !== undefined) note(notice);
    return form.withoutLastLineEnd(whole.text.replace(/^\ufeff/, ''));
  };
}

function readFile(argument: string, path: string): Uint8Array {
  const name = argument === '-' ? path : quoted(path);
  if (argument === '-' && isatty(0)) {
    throw new UserError('standard input is a terminal, not a text', HINT_FOR_TEXT);
  }
  try {
    if (argument !== '-' && statSync(path).isCharacterDevice()) {
      throw new UserError(`${path} is a device, not a text`, HINT_FOR_TEXT, ExitCode.noInput);
    }
    return argument === '-' ? readStandardInput() : readFileSync(path);
  } catch (error) {
    throw fileError(error, name, HINT_FOR_TEXT);
  }
}
