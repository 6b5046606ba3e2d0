import { isAscii, isUtf8, transcode } from 'node:buffer';
import { ExitCode, UserError } from '../../errors.js';
import type { FileFindings } from '../findings.js';
import type { Encoding } from './names.js';
import { LineEndReplacer } from './replace-line-ends.js';

export const NORMALIZATIONS = ['none', 'nfc'] as const;

/** The form of letters with accents: as they are, or composed. */
export type Normalization = (typeof NORMALIZATIONS)[number];

/** How files become characters; missing members mean that nothing is changed. */
export interface DecodeOptions {
  readonly encoding: Encoding;
  /** Turns CR LF and lone CR into LF. */
  readonly normalizeNewlines: boolean;
  /** Leaves out the tags of HTML, and the header and licence of Project Gutenberg. */
  readonly strip?: boolean;
  /** Joins the lines of hard-wrapped paragraphs. */
  readonly unwrap?: boolean;
  readonly normalize?: Normalization;
}

/** What ends the lines of a text. */
export type LineEnd = '\n' | '\r\n' | '\r';

/** Characters as numbers: Unicode code points, or the bytes themselves for `bytes`. */
export type CodePoints = Uint8Array | Uint32Array;

const REPLACEMENT = 0xfffd;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Decodes one file, chunk by chunk, into code points: not into strings, which cannot hold a large corpus and
 * would cut an emoji in half. UTF-8 is checked strictly (RFC 3629): no overlong forms, no surrogates, nothing
 * above U+10FFFF. A byte order mark at the start is dropped, except with `bytes`.
 */
export class Decoder {
  #output = new Uint32Array(0);
  #length = 0;
  /** Bytes of the file before the current chunk, for error messages. */
  #offset = 0;
  #first = true;
  /** The current UTF-8 sequence: its start, bits so far, bytes to come, range of the next byte. */
  #start = 0;
  #bits = 0;
  #pending = 0;
  #low = 0x80;
  #high = 0xbf;

  /** How many malformed sequences of bytes have been replaced, with `utf8-lossy`. */
  #replaced = 0;
  /** Undefined if line ends stay as they are. */
  readonly #lineEnds: LineEndReplacer | undefined;

  /**
   * @param source the file's name, for error messages
   * @param lineEnd replaces each CR LF, CR and LF; undefined if they stay as they are
   */
  constructor(
    readonly source: string,
    readonly options: DecodeOptions,
    lineEnd: LineEnd | undefined = options.normalizeNewlines ? '\n' : undefined,
  ) {
    this.#lineEnds = lineEnd && new LineEndReplacer(lineEnd);
  }

  get findings(): Partial<FileFindings> {
    return { malformed: this.#replaced, ...this.#lineEnds?.findings };
  }

  /**
   * Decodes the next chunk.
   * @returns a view that the next call overwrites, or the chunk itself
   * @throws UserError with the byte and its offset if the file is not in the encoding
   */
  decode(chunk: Uint8Array): CodePoints {
    const isPlain = this.options.encoding === 'latin1' || this.options.encoding === 'bytes';
    const points = isPlain || (this.#pending === 0 && isAscii(chunk)) ? chunk : this.#decodeUtf8(chunk);
    if (points === chunk && this.options.encoding !== 'bytes') {
      const zero = chunk.indexOf(0);
      if (zero >= 0) this.#refuseBinary(zero);
    }
    this.#offset += chunk.length;
    return this.#finished(points, chunk);
  }

  /** Ends the file after its last chunk; returns the remaining code points. */
  end(): CodePoints {
    this.#length = 0;
    if (this.#pending > 0) this.#malformed(this.#start, 'the last character is cut off');
    return this.#finished(this.#output.subarray(0, this.#length), new Uint8Array(0));
  }

  /** Leaves well-formed UTF-8 to Node, which is ten times faster, and decodes the rest byte by byte. */
  #decodeUtf8(chunk: Uint8Array): Uint32Array {
    if (this.#output.length < chunk.length + 4) this.#output = new Uint32Array(chunk.length + 4);
    this.#length = 0;
    let at = 0;
    while (this.#pending > 0 && at < chunk.length) this.#takeByte(chunk[at]!, at++);
    const whole = chunk.subarray(at, wholeCharacters(chunk));
    if (whole.length > 0 && isUtf8(whole)) {
      const zero = whole.indexOf(0);
      if (zero >= 0) this.#refuseBinary(at + zero);
      this.#length += joinSurrogates(transcode(whole, 'utf8', 'utf16le'), this.#output, this.#length);
      at += whole.length;
    }
    for (; at < chunk.length; at++) this.#takeByte(chunk[at]!, at);
    return this.#output.subarray(0, this.#length);
  }

  #takeByte(byte: number, i: number): void {
    if (this.#pending > 0) {
      if (byte >= this.#low && byte <= this.#high) {
        this.#bits = (this.#bits << 6) | (byte & 0x3f);
        this.#low = 0x80;
        this.#high = 0xbf;
        if (--this.#pending === 0) this.#push(this.#bits);
        return;
      }
      this.#malformed(this.#start, `byte ${hex(byte)} does not continue the character`);
      this.#pending = 0;
    }
    if (byte < 0x80) {
      if (byte === 0) this.#refuseBinary(i);
      this.#push(byte);
    } else {
      this.#begin(byte, this.#offset + i);
    }
  }

  /** Starts a sequence. After some lead bytes the second byte has a narrower range (RFC 3629, section 4). */
  #begin(byte: number, at: number): void {
    if (byte < 0xc2 || byte > 0xf4) {
      this.#malformed(at, `byte ${hex(byte)} cannot start a character`);
      return;
    }
    this.#start = at;
    this.#pending = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#bits = byte & (0x3f >> this.#pending);
    if (byte === 0xe0) this.#low = 0xa0;
    if (byte === 0xed) this.#high = 0x9f;
    if (byte === 0xf0) this.#low = 0x90;
    if (byte === 0xf4) this.#high = 0x8f;
  }

  #malformed(at: number, reason: string): void {
    this.#low = 0x80;
    this.#high = 0xbf;
    if (this.options.encoding === 'utf8-lossy') {
      this.#push(REPLACEMENT);
      this.#replaced++;
      return;
    }
    const hint = 'Convert it to UTF-8, or replace malformed characters with --encoding utf8-lossy.';
    throw new UserError(`${this.source} is not UTF-8: at offset ${at} ${reason}`, hint, ExitCode.badData);
  }

  #refuseBinary(index: number): never {
    throw new UserError(
      `${this.source} looks like a binary file: it has a zero byte at offset ${this.#offset + index}`,
      'Give a text file, or --encoding bytes to learn its bytes as they are.',
      ExitCode.badData,
    );
  }

  #push(codePoint: number): void {
    this.#output[this.#length++] = codePoint;
  }

  /** Removes a byte order mark at the start of the file and, if requested, replaces line ends. */
  #finished(points: CodePoints, bytes: Uint8Array): CodePoints {
    const isMarked = this.#first && points[0] === BYTE_ORDER_MARK;
    if (points.length > 0) this.#first = false;
    const unmarked = isMarked ? points.subarray(1) : points;
    return this.#lineEnds?.replace(unmarked, bytes) ?? unmarked;
  }
}

/** Counts the bytes of a chunk of UTF-8 before a last character that may be cut off. */
export function wholeCharacters(chunk: Uint8Array): number {
  for (let at = chunk.length - 1; at >= 0 && at >= chunk.length - 3; at--) {
    if (chunk[at]! >= 0xc0) return at;
  }
  return chunk.length;
}

/**
 * Writes the code points of well-formed UTF-16 to `output`, starting at index `at`.
 * @returns the number of code points
 */
function joinSurrogates(utf16: Uint8Array, output: Uint32Array, at: number): number {
  const units = new Uint16Array(utf16.buffer, utf16.byteOffset, utf16.length / 2);
  let out = at;
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    const isHigh = (unit & 0xfc00) === 0xd800;
    output[out++] = isHigh ? 0x10000 + ((unit & 0x3ff) << 10) + (units[++i]! & 0x3ff) : unit;
  }
  return out - at;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
