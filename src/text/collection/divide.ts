import type { CodePoints, DecodeOptions } from '../encoding/decode.js';
import type { Collection } from './collection.js';

const LF = 10;
const CR = 13;
/** Line ends and blanks between two lines are kept up to this many, so that memory is bounded. */
const LONGEST_GAP = 1 << 16;

/** Consecutive characters of one text. */
export interface Piece {
  readonly points: CodePoints;
  /** Whether the text ends with this piece, which may be empty. */
  readonly ends: boolean;
  /** The values of its labels, on the first piece of a text that has some. */
  readonly labels?: readonly string[];
}

const NOTHING: CodePoints = new Uint32Array(0);

/**
 * Divides characters into texts, chunk by chunk. Texts without ink do not count, nor do line ends before and
 * after a text. Otherwise its characters stay as they are.
 */
export class Divider {
  /** How many line ends in a row end a text. */
  readonly #most: number;
  /** Whether a line of spaces and tabs is blank; in a grid it may be a row. */
  readonly #hasBlanks: boolean;
  /** Line ends and the blanks that begin a line; they belong to the text if ink follows in it. */
  #gap: number[] = [];
  #lineEnds = 0;
  #isOpen = false;
  /** Whether the current line has ink. */
  #inLine = false;
  /** The first character of the last line with ink, and its last two. */
  #first = 0;
  #last: readonly [number, number] = [0, 0];

  constructor(division: Collection['division']) {
    this.#most = division === 'line' ? 1 : division === 'paragraph' ? 2 : Number.POSITIVE_INFINITY;
    this.#hasBlanks = this.#most < Number.POSITIVE_INFINITY;
  }

  /** Reads further characters. The pieces are views of them. */
  *push(chunk: CodePoints): Generator<Piece, void, void> {
    const points = plain(chunk);
    let from = 0;
    for (let i = 0; i < points.length; i++) {
      const point = points[i]!;
      const isLineEnd = point === LF || point === CR;
      if (this.#inLine) {
        if (!isLineEnd) continue;
        if (this.#most === 2) this.#remember(points, i);
        yield { points: points.subarray(from, i), ends: false };
        this.#inLine = false;
      } else if (!isLineEnd && !(this.#hasBlanks && isBlank(point))) {
        yield* this.#begin();
        this.#inLine = true;
        this.#first = point;
        from = i;
        continue;
      }
      if (isLineEnd && !(point === LF && this.#gap.at(-1) === CR)) this.#lineEnds++;
      if (this.#gap.length < LONGEST_GAP) this.#gap.push(point);
    }
    if (!this.#inLine) return;
    this.#remember(points, points.length);
    if (from < points.length) yield { points: points.subarray(from), ends: false };
  }

  /** Keeps the last two characters before `end`. */
  #remember(points: CodePoints, end: number): void {
    const [, before] = this.#last;
    if (end >= 2) this.#last = [points[end - 2]!, points[end - 1]!];
    else if (end === 1) this.#last = [before, points[0]!];
  }

  /** Ends the current text. */
  *end(): Generator<Piece, void, void> {
    if (this.#isOpen) yield { points: NOTHING, ends: true };
    this.#isOpen = this.#inLine = false;
    this.#gap = [];
    this.#lineEnds = 0;
  }

  /**
   * Whether the last line is a tag such as `[Event "Open"]`: in a game of chess (PGN), a blank line stands
   * between the tags and the moves.
   */
  #isTag(): boolean {
    const [quote, bracket] = this.#last;
    return this.#most === 2 && this.#first === 0x5b && quote === 0x22 && bracket === 0x5d;
  }

  /** Passes the gap before ink on, unless the ink begins a text. */
  *#begin(): Generator<Piece, void, void> {
    const isBorder = this.#isOpen && this.#lineEnds >= this.#most && !this.#isTag();
    if (isBorder) yield { points: NOTHING, ends: true };
    const lastEnd = this.#gap.findLastIndex((point) => point === LF || point === CR);
    const gap = this.#isOpen && !isBorder ? this.#gap : this.#gap.slice(lastEnd + 1);
    if (gap.length > 0) yield { points: Uint32Array.from(gap), ends: false };
    this.#isOpen = true;
    this.#gap = [];
    this.#lineEnds = 0;
  }
}

/** Returns the same characters without the methods of a Buffer, whose views take several times as long. */
function plain(points: CodePoints): CodePoints {
  return Buffer.isBuffer(points) ? new Uint8Array(points.buffer, points.byteOffset, points.length) : points;
}

/** Whether a character is blank space within a line. */
function isBlank(point: number): boolean {
  return point === 0x20 || point === 0x09 || point === 0xa0 || point === 0x3000;
}

/** Finds a text that separates others in characters that come chunk by chunk. */
export class Separator {
  readonly #wanted: readonly number[];
  /** The last characters, which may be the beginning of a separator. */
  #held: CodePoints = NOTHING;

  constructor(text: string, { encoding }: DecodeOptions) {
    this.#wanted =
      encoding === 'bytes'
        ? [...Buffer.from(text)]
        : Array.from(text, (character) => character.codePointAt(0)!);
  }

  /** Reads further characters; `ends` means that a separator follows the piece. */
  *push(points: CodePoints): Generator<Piece, void, void> {
    const all = new Uint32Array(this.#held.length + points.length);
    all.set(this.#held);
    all.set(points, this.#held.length);
    let from = 0;
    for (let at = this.#find(all, 0); at >= 0; at = this.#find(all, from)) {
      yield { points: all.subarray(from, at), ends: true };
      from = at + this.#wanted.length;
    }
    const sure = Math.max(from, all.length - this.#wanted.length + 1);
    if (sure > from) yield { points: all.subarray(from, sure), ends: false };
    this.#held = all.slice(sure);
  }

  /** Returns the characters that were held back. */
  rest(): CodePoints {
    return this.#held;
  }

  #find(points: CodePoints, from: number): number {
    const [first] = this.#wanted;
    for (let at = points.indexOf(first!, from); at >= 0; at = points.indexOf(first!, at + 1)) {
      if (this.#wanted.every((point, i) => points[at + i] === point)) return at;
    }
    return -1;
  }
}
