import { isSingleByte, type NamedEncoding } from './names.js';

const REPLACEMENT = '\ufffd';
/** A method of strings that TypeScript has for later targets only; Node 20 has it. */
type Checked = string & { isWellFormed(): boolean };

/** What iconv-lite calls an encoding, where its name is not ours. */
const LIBRARY_NAMES: Partial<Record<NamedEncoding | 'latin1', string>> = { 'mac-cyrillic': 'maccyrillic' };

/** Text, and the offset of the first byte that belongs to no character; undefined if all of them do. */
export interface Decoded {
  readonly text: string;
  readonly malformedAt: number | undefined;
}

/**
 * Converts between an encoding and strings, strictly: nothing is replaced. Node's own decoders are not used:
 * TextDecoder makes windows-1252 of Node 20 control characters where it has quotes.
 */
export class Codec {
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #encode: (text: string) => Uint8Array;
  readonly #isSingleByte: boolean;

  constructor(
    readonly encoding: NamedEncoding | 'latin1',
    library: typeof import('iconv-lite'),
  ) {
    this.#isSingleByte = isSingleByte(encoding);
    const name = LIBRARY_NAMES[encoding] ?? encoding;
    const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // Node's own is faster, and as strict where surrogates are checked.
    if (encoding === 'utf-16le') this.#decode = (bytes) => bufferOf(bytes).toString('utf16le');
    else this.#decode = (bytes) => library.decode(bytes, name, { stripBOM: false });
    this.#encode = (text) => library.encode(text, name, { addBOM: false });
  }

  /** Returns how many bytes at the beginning are whole characters; a last one may be cut off. */
  wholeCharacters(bytes: Uint8Array): number {
    if (this.#isSingleByte) return bytes.length;
    if (this.encoding === 'utf-16le' || this.encoding === 'utf-16be') {
      const end = bytes.length & ~1;
      const isCut = end > 0 && isHighSurrogate(bytes[this.encoding === 'utf-16le' ? end - 1 : end - 2]);
      return isCut ? end - 2 : end;
    }
    let at = 0;
    for (let next = 0; next <= bytes.length; next += this.#lengthAt(bytes, next)) {
      at = next;
      if (next === bytes.length) break;
    }
    return at;
  }

  /** Decodes a text. A character that is cut off at its end is malformed. */
  decode(bytes: Uint8Array): Decoded {
    const text = this.#decode(bytes);
    const isWhole = this.wholeCharacters(bytes) === bytes.length;
    if (isWhole && !this.#hasReplaced(text)) {
      return { text, malformedAt: undefined };
    }
    return { text, malformedAt: this.#malformedAt(bytes) };
  }

  /**
   * Encodes a text.
   * @returns the bytes, or the first character that the encoding does not have
   */
  encode(text: string): Uint8Array | string {
    const bytes = this.#encode(text);
    if (this.#decode(bytes) === text) return bytes;
    for (const character of text) {
      if (this.#decode(this.#encode(character)) !== character) return character;
    }
    return bytes;
  }

  #malformedAt(bytes: Uint8Array): number | undefined {
    let length: number;
    for (let at = 0; at < bytes.length; at += length) {
      length = this.#lengthAt(bytes, at);
      const character = bytes.subarray(at, at + length);
      const text = this.#decode(character);
      const isReplaced = this.#hasReplaced(text) || text === '';
      if (character.length < length || (isReplaced && !this.#isReplacement(character))) return at;
    }
    return undefined;
  }

  /** Whether a decoded text may have stand-ins for malformed bytes. Only UTF-16 can have lone surrogates. */
  #hasReplaced(text: string): boolean {
    const isPaired = !this.encoding.startsWith('utf-16') || (text as Checked).isWellFormed();
    return !isPaired || text.includes(REPLACEMENT);
  }

  /** Whether the bytes are U+FFFD itself, which Unicode's own encodings have. */
  #isReplacement(bytes: Uint8Array): boolean {
    const encoded = this.#encode(REPLACEMENT);
    return encoded.length === bytes.length && encoded.every((byte, i) => byte === bytes[i]);
  }

  /** Returns how many bytes the character at an offset has, judging by its first ones. */
  #lengthAt(bytes: Uint8Array, at: number): number {
    const { encoding } = this;
    if (this.#isSingleByte) return 1;
    const first = bytes[at]!;
    if (encoding === 'utf-16le') return isHighSurrogate(bytes[at + 1]) ? 4 : 2;
    if (encoding === 'utf-16be') return isHighSurrogate(first) ? 4 : 2;
    if (first < 0x81 || first === 0xff) return 1;
    if (encoding === 'shift_jis') return (first >= 0xa0 && first <= 0xdf) || first > 0xfc ? 1 : 2;
    if (encoding === 'euc-jp') return first === 0x8f ? 3 : first === 0x8e || first > 0xa0 ? 2 : 1;
    if (encoding === 'gb18030') return isDigit(bytes[at + 1]) ? 4 : 2;
    return 2;
  }
}

function isHighSurrogate(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0xd8 && byte <= 0xdb;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

const codecs = new Map<NamedEncoding | 'latin1', Codec>();

/** Returns the codec of an encoding. The library is loaded when the first one is needed: most texts need none. */
export async function codecOf(encoding: NamedEncoding | 'latin1'): Promise<Codec> {
  const known = codecs.get(encoding);
  if (known) return known;
  const { default: library } = await import('iconv-lite');
  const codec = new Codec(encoding, library);
  codecs.set(encoding, codec);
  return codec;
}
