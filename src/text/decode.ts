import { ExitCode, UserError } from '../errors.js';

export const ENCODINGS = ['utf8', 'utf8-lossy', 'latin1', 'bytes'] as const;

/** How bytes become characters. `bytes` keeps each byte as a character of its own, and samples as bytes again. */
export type Encoding = (typeof ENCODINGS)[number];

export interface DecodeOptions {
  readonly encoding: Encoding;
  /** Turns CR LF and lone CR into LF. */
  readonly normalizeNewlines: boolean;
}

const REPLACEMENT = 0xfffd;
const BYTE_ORDER_MARK = 0xfeff;
const CR = 13;
const LF = 10;

/**
 * Decodes one file, chunk by chunk, into code points: never into strings, which could not hold a large corpus and
 * would cut an emoji in half. UTF-8 is checked strictly (RFC 3629): no overlong forms, no surrogates, nothing past
 * U+10FFFF. A byte order mark at the start is dropped, except from `bytes`.
 */
export class Decoder {
  #output = new Uint32Array(0);
  #length = 0;
  /** Bytes of the file before the current chunk, for error messages. */
  #offset = 0;
  #first = true;
  #afterCr = false;
  /** The UTF-8 sequence under way: where it began, bits so far, continuation bytes to come, allowed next bytes. */
  #start = 0;
  #bits = 0;
  #pending = 0;
  #low = 0x80;
  #high = 0xbf;

  /** @param source the file's name, for error messages */
  constructor(
    readonly source: string,
    readonly options: DecodeOptions,
  ) {}

  /**
   * The code points of the next chunk: a view that the next call overwrites.
   * @throws UserError naming the byte and its offset, where the file is not in the encoding
   */
  decode(chunk: Uint8Array): Uint32Array {
    if (this.#output.length < chunk.length + 4) this.#output = new Uint32Array(chunk.length + 4);
    this.#length = 0;
    if (this.options.encoding === 'utf8' || this.options.encoding === 'utf8-lossy') this.#decodeUtf8(chunk);
    else this.#decodeBytes(chunk);
    this.#offset += chunk.length;
    return this.#output.subarray(0, this.#length);
  }

  /** To be called after the last chunk; the code points that were still held back. */
  end(): Uint32Array {
    this.#length = 0;
    if (this.#pending > 0) this.#malformed(this.#start, 'the last character is cut off');
    return this.#output.subarray(0, this.#length);
  }

  #decodeBytes(chunk: Uint8Array): void {
    const binary = this.options.encoding === 'bytes';
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === 0 && !binary) this.#refuseBinary(i);
      this.#push(byte);
    }
  }

  #decodeUtf8(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.#pending > 0) {
        if (byte >= this.#low && byte <= this.#high) {
          this.#bits = (this.#bits << 6) | (byte & 0x3f);
          this.#low = 0x80;
          this.#high = 0xbf;
          if (--this.#pending === 0) this.#push(this.#bits);
          continue;
        }
        this.#malformed(this.#start, `byte ${hex(byte)} does not go on with the character begun`);
        this.#pending = 0;
      }
      if (byte < 0x80) {
        if (byte === 0) this.#refuseBinary(i);
        this.#push(byte);
      } else {
        this.#begin(byte, this.#offset + i);
      }
    }
  }

  /** The lead byte of a sequence; for some leads the second byte has a narrower range (RFC 3629, section 4). */
  #begin(byte: number, at: number): void {
    this.#start = at;
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#pending = 1;
      this.#bits = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      this.#pending = 2;
      this.#bits = byte & 0x0f;
      if (byte === 0xe0) this.#low = 0xa0;
      if (byte === 0xed) this.#high = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      this.#pending = 3;
      this.#bits = byte & 0x07;
      if (byte === 0xf0) this.#low = 0x90;
      if (byte === 0xf4) this.#high = 0x8f;
    } else {
      this.#malformed(at, `byte ${hex(byte)} cannot begin a character`);
    }
  }

  #malformed(at: number, reason: string): void {
    this.#low = 0x80;
    this.#high = 0xbf;
    if (this.options.encoding === 'utf8-lossy') {
      this.#push(REPLACEMENT);
      return;
    }
    // FF FE and FE FF are the byte order marks of UTF-16.
    const hint =
      /^byte 0xF[EF] /.test(reason) && at === 0
        ? 'It looks like UTF-16. Convert it first: iconv -f UTF-16 -t UTF-8.'
        : 'Name its encoding with --encoding latin1, or replace what is malformed with --encoding utf8-lossy.';
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
    const first = this.#first;
    this.#first = false;
    if (first && codePoint === BYTE_ORDER_MARK) return;
    let out = codePoint;
    if (this.options.normalizeNewlines) {
      const afterCr = this.#afterCr;
      this.#afterCr = codePoint === CR;
      if (afterCr && codePoint === LF) return;
      if (codePoint === CR) out = LF;
    }
    this.#output[this.#length++] = out;
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
