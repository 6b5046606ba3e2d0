import { ExitCode, UserError } from '../errors.js';
import { checkIndex } from '../numbers.js';
import type { Collection, LabelColumn } from './collection/collection.js';
import type { CodePoints } from './encoding/decode.js';
import type { Encoding } from './encoding/names.js';

export const MAX_CODE_POINT = 0x10ffff;
/** Maximum characters that replace an unknown one; Unicode decomposes some into as many as 18. */
const MOST_STAND_INS = 3;

/** How to treat a character that a network never saw: fail, skip it, or use the nearest known one. */
export const UNKNOWN = ['error', 'skip', 'nearest'] as const;
export type Unknown = (typeof UNKNOWN)[number];

export type IdArray = Uint8Array | Uint16Array | Uint32Array;

/** What stands for the end of a text, and for a label, where each symbol has to be one character. */
export const END_OF_TEXT = '\u0003';
const LABEL = '\u0002';

/**
 * The characters that a network knows, as code points in ascending order. A character's id is its index. For
 * a collection, the end of a text follows them, and then the values of the labels, column by column.
 */
export class Vocabulary {
  /** The id of each code point up to the largest, or -1. A table, fast enough for a whole corpus. */
  readonly #ids: Int32Array;

  constructor(
    readonly codePoints: readonly number[],
    readonly encoding: Encoding,
    readonly collection?: Collection,
  ) {
    this.#ids = new Int32Array(codePoints.at(-1)! + 1).fill(-1);
    codePoints.forEach((codePoint, id) => {
      this.#ids[codePoint] = id;
    });
  }

  /**
   * Checks a vocabulary that was read from a file.
   * @throws UserError unless it is an ascending list of code points that the encoding can produce
   */
  static parse(json: unknown, encoding: Encoding, source: string): Vocabulary {
    const most = encoding === 'bytes' ? 0xff : MAX_CODE_POINT;
    const valid =
      Array.isArray(json) &&
      json.length >= 2 &&
      json.every(
        (x, i) =>
          Number.isInteger(x) &&
          x >= 0 &&
          x <= most &&
          !(x >= 0xd800 && x <= 0xdfff) &&
          (i === 0 || x > (json[i - 1] as number)),
      );
    if (!valid) {
      throw new UserError(
        `${source}: its vocabulary is not an ascending list of code points`,
        'Use a checkpoint that charlstm wrote.',
        ExitCode.badData,
      );
    }
    return new Vocabulary(json as number[], encoding);
  }

  /** The number of symbols (V). */
  get size(): number {
    const labels = this.labels.reduce((sum, { values }) => sum + values.length, 0);
    return this.codePoints.length + (this.collection ? 1 : 0) + labels;
  }

  /** The id of the end of a text; undefined if the corpus is one text. */
  get end(): number | undefined {
    return this.collection && this.codePoints.length;
  }

  get labels(): readonly LabelColumn[] {
    return this.collection?.labels ?? [];
  }

  /** Returns the id of a label; undefined if there is no such column or value. */
  labelId(column: string, value: string): number | undefined {
    let first = this.codePoints.length + 1;
    for (const { column: name, values } of this.labels) {
      const at = values.findIndex((one) => one.value === value);
      if (name === column) return at < 0 ? undefined : first + at;
      first += values.length;
    }
    return undefined;
  }

  /** Returns for each symbol its id in another vocabulary, or undefined if that lacks it. */
  idsIn(other: Vocabulary): (number | undefined)[] {
    return [
      ...this.codePoints.map((codePoint) => other.idOf(codePoint)),
      ...(this.collection ? [other.end] : []),
      ...this.labels.flatMap(({ column, values }) => values.map(({ value }) => other.labelId(column, value))),
    ];
  }

  /** Returns the id of a code point, or undefined if it was not in the corpus. */
  idOf(codePoint: number): number | undefined {
    const id = this.#ids[codePoint] ?? -1;
    return id < 0 ? undefined : id;
  }

  /**
   * Looks up code points, from index `from` up to the first that was not in the corpus.
   * @param ids receives their ids, starting at index `at`
   * @returns the index where it stopped
   */
  lookUp(codePoints: CodePoints, from: number, ids: IdArray, at: number): number {
    const table = this.#ids;
    let i = from;
    for (let out = at; i < codePoints.length; i++) {
      const codePoint = codePoints[i]!;
      const id = codePoint < table.length ? table[codePoint]! : -1;
      if (id < 0) break;
      ids[out++] = id;
    }
    return i;
  }

  /** Returns the character of an id, as a string of one code point; for other symbols, a control character. */
  character(id: number): string {
    checkIndex('id', id, this.size);
    const codePoint = this.codePoints[id];
    if (codePoint !== undefined) return String.fromCodePoint(codePoint);
    return id === this.end ? END_OF_TEXT : LABEL;
  }

  decode(ids: Iterable<number>): string {
    let text = '';
    for (const id of ids) text += this.character(id);
    return text;
  }

  /**
   * Returns a function that turns ids into text as they come. A character that consists of several bytes
   * appears as a whole, with its last byte.
   */
  reader(): (id: number) => string {
    if (this.encoding !== 'bytes') return (id) => this.character(id);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return (id) => decoder.decode(Buffer.from(this.character(id), 'latin1'), { stream: true });
  }

  /** Makes what `decode` returns readable: bytes become UTF-8, without a last character that is cut off. */
  readable(decoded: string): string {
    if (this.encoding !== 'bytes') return decoded;
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return decoder.decode(Buffer.from(decoded, 'latin1'), { stream: true });
  }

  /**
   * Returns the characters of a text, for rules about letters, capitals or quotation marks. With `bytes`, a
   * byte from 0x80 is none of these by itself. It becomes a letter without case if it is part of a letter or
   * digit in UTF-8, and otherwise a private-use character; different bytes stay different.
   * @returns a string of one code point per id
   */
  characters(ids: ArrayLike<number>): string[] {
    const characters = Array.from(ids, (id) => this.character(id));
    if (this.encoding !== 'bytes') return characters;
    const text = characters.join('').replace(/[\xc2-\xf4][\x80-\xbf]+|[\x80-\xff]/g, (bytes) => {
      const isOfWord = /^[\p{L}\p{M}\p{N}]$/u.test(Buffer.from(bytes, 'latin1').toString());
      const first = isOfWord ? 0x3400 : 0xe000;
      return Array.from(bytes, (byte) => String.fromCharCode(first + byte.charCodeAt(0))).join('');
    });
    return [...text];
  }

  /** The characters of a text: its code points, or with `bytes` its UTF-8 bytes. */
  #charactersOf(text: string): number[] {
    return this.encoding === 'bytes' ? [...Buffer.from(text)] : Array.from(text, (c) => c.codePointAt(0)!);
  }

  /**
   * Converts a text to ids.
   * @param unknown how to treat unknown characters; `nearest` skips those without a known relative
   * @throws UserError that names them and their nearest known relatives
   */
  encode(text: string, unknown: Unknown = 'error'): Uint32Array {
    const strange = unknown === 'error' ? this.unknownIn(text) : [];
    if (strange.length > 0) throw this.unknownCharacters(strange);
    const ids = this.#charactersOf(text).flatMap((c) => this.idOf(c) ?? this.standIns(c, unknown));
    return Uint32Array.from(ids);
  }

  /**
   * Returns the ids that replace a character that was not in the corpus, at most MOST_STAND_INS.
   * @throws UserError if `unknown` is `error`
   */
  standIns(codePoint: number, unknown: Unknown): readonly number[] {
    if (unknown === 'error') throw this.unknownCharacters([codePoint]);
    const relative = unknown === 'nearest' ? this.relativeOf(codePoint) : undefined;
    return Array.from(relative ?? '', (c) => this.idOf(c.codePointAt(0)!)!);
  }

  /** Returns the characters of a text that were not in the corpus, each once. */
  unknownIn(text: string): number[] {
    return [...new Set(this.#charactersOf(text).filter((c) => this.idOf(c) === undefined))];
  }

  /** Finds the known character nearest to an unknown one: of other case, not typographic, unaccented. */
  relativeOf(codePoint: number): string | undefined {
    if (this.encoding === 'bytes') return undefined;
    const character = String.fromCodePoint(codePoint);
    const expansion = EXPANSIONS[character] ?? '';
    const alike = FAMILIES.filter((family) => family.includes(character)).flatMap((family) => [...family]);
    const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
    // In capitals 'ß' is two letters, so that is not a relative.
    const otherCase = [character.toLowerCase(), character.toUpperCase()].filter(
      (c) => Array.from(c).length === 1,
    );
    return [...otherCase, expansion, ...alike, bare, bare.toLowerCase(), bare.toUpperCase()].find(
      (candidate) =>
        candidate !== '' && Array.from(candidate).length <= MOST_STAND_INS && this.#knows(candidate),
    );
  }

  #knows(text: string): boolean {
    return Array.from(text).every((c) => this.idOf(c.codePointAt(0)!) !== undefined);
  }

  /** Names the first ten unknown characters for a message, with their nearest known relatives. */
  nameUnknown(codePoints: readonly number[]): string {
    const names = codePoints.slice(0, 10).map((codePoint) => this.#nameOne(codePoint));
    return names.join(', ') + (codePoints.length > 10 ? ` and ${codePoints.length - 10} more` : '');
  }

  #nameOne(codePoint: number): string {
    const relative = this.relativeOf(codePoint);
    const name =
      this.encoding === 'bytes' ? `byte 0x${codePoint.toString(16).toUpperCase()}` : nameCharacter(codePoint);
    return name + (relative ? ` (nearest known: ${JSON.stringify(relative)})` : '');
  }

  /** Makes the error for characters outside the vocabulary. */
  unknownCharacters(strange: readonly number[]): UserError {
    return new UserError(
      `the text has characters this model never saw: ${this.nameUnknown(strange)}`,
      'Replace them, or use --unknown nearest or --unknown skip.',
      ExitCode.badData,
    );
  }
}

/** Characters that can replace each other, the plainest first. */
const FAMILIES = [
  "'’‘‚‛′`´ʼ",
  '"“„‟«″',
  '"”»″',
  '-–—‐‑‒―−',
  ' \u00a0\u2002\u2003\u2009\t',
  '\n\r\u2028\u2029',
  '.…',
];

/** Characters that a sequence of others can replace. */
const EXPANSIONS: Readonly<Record<string, string>> = { '…': '...', ß: 'ss', æ: 'ae', œ: 'oe' };

/** Names a character for a message: by its code point, and itself if it is visible. */
export function nameCharacter(codePoint: number): string {
  const code = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const character = String.fromCodePoint(codePoint);
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `'${character}' ${code}` : code;
}
