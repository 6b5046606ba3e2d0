import { ExitCode, UserError } from '../../errors.js';
import { type Codec, codecOf } from '../../text/encoding/codec.js';
import type { WholeText } from '../../text/encoding/whole.js';

const BYTE_ORDER_MARK = '\ufeff';

/** How a text is written in its file: the encoding, the byte order mark and the line breaks. */
export class TextFormat {
  /** UTF-8 with LF, as new files are. */
  static readonly usual = new TextFormat(undefined, '', '\n');

  /** Characters beyond ASCII, and whether the encoding has them. */
  readonly #known = new Map<string, boolean>();

  private constructor(
    /** Undefined for UTF-8. */
    readonly codec: Codec | undefined,
    readonly mark: string,
    readonly lineBreak: string,
  ) {}

  /**
   * Returns the format of a file.
   * @throws UserError if the text, encoded again, would not be the same bytes
   */
  static async of({ text, encoding }: WholeText, bytes: Uint8Array, name: string): Promise<TextFormat> {
    const codec = encoding === 'utf8' ? undefined : await codecOf(encoding);
    const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    const format = new TextFormat(codec, mark, lineBreakOf(text));
    const again = format.bytesOf(format.textOf(text));
    if (again && Buffer.compare(again, bytes) === 0) return format;
    throw new UserError(
      `${name} is ${encoding}, and has characters that would be saved as other bytes`,
      'Convert it to UTF-8 first, for example with iconv.',
      ExitCode.badData,
    );
  }

  /** Returns the text of a decoded file: without its mark, and with LF as line breaks. */
  textOf(decoded: string): string {
    const text = this.mark !== '' && decoded.startsWith(this.mark) ? decoded.slice(1) : decoded;
    return text.replaceAll(this.lineBreak, '\n');
  }

  /** Returns a text with the mark and the line breaks of the file. */
  linesOf(text: string): string {
    return this.mark + text.replaceAll('\n', this.lineBreak);
  }

  /** Returns what the file is to contain; undefined if the encoding lacks a character. */
  bytesOf(text: string): Uint8Array | undefined {
    const lines = this.linesOf(text);
    const encoded = this.codec?.encode(lines) ?? Buffer.from(lines);
    return typeof encoded === 'string' ? undefined : encoded;
  }

  /** Returns the first character that the encoding does not have; undefined if it has all of them. */
  lackingIn(text: string): string | undefined {
    const { codec } = this;
    if (!codec) return undefined;
    for (const [character] of text.matchAll(/[^\0-\x7f]/gu)) {
      let isKnown = this.#known.get(character);
      if (isKnown === undefined) {
        isKnown = typeof codec.encode(character) !== 'string';
        this.#known.set(character, isKnown);
      }
      if (!isKnown) return character;
    }
    return undefined;
  }

  /** The same as UTF-8. */
  inUtf8(): TextFormat {
    return new TextFormat(undefined, this.mark, this.lineBreak);
  }
}

/** Returns what ends the lines of a text; LF if there are several, and the others are kept as they are. */
function lineBreakOf(text: string): string {
  if (!text.includes('\n')) return text.includes('\r') ? '\r' : '\n';
  return /(?<!\r)\n/.test(text) ? '\n' : '\r\n';
}
