import type { CodePoints } from './encoding/decode.js';

/** How often characters occur in a text. */
export interface TextTally {
  /** For each character of the vocabulary, in its order. */
  readonly counts: readonly number[];
  /**
   * Pairs of characters that may be a letter and its accent, or UTF-8 that was once read as another encoding:
   * the two code points and how often they follow each other.
   */
  readonly pairs: readonly CountedPair[];
}

export type CountedPair = readonly [first: number, second: number, count: number];

const CODE_POINTS = 0x110000;
/** The second characters of pairs are below this; a pair has the number of its first times this plus the second. */
const BELOW = 0x3400;
/** The most pairs that are counted. An alphabet with accents has a few hundred. */
const MOST_PAIRS = 20_000;

/** What the second character of a pair may be. */
const MARK = 1;
const CONTINUATION = 2;

/** The characters that windows-1252 has for bytes from 0x80 to 0x9F. */
const WINDOWS_1252 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
/**
 * The Latin-1 characters of the bytes that begin a letter of Western Europe (0xC2, 0xC3), of Russia (0xD0,
 * 0xD1), or a quotation mark or dash (0xE2) in UTF-8.
 */
const LEADS: ReadonlySet<number> = new Set([0xc2, 0xc3, 0xd0, 0xd1, 0xe2]);

/** Counts the characters of a text, piece by piece. */
export class Tally {
  readonly #counts = new Float64Array(CODE_POINTS);
  /** Of characters that come as bytes, in four tables: the processor need not wait when one repeats. */
  readonly #bytes = Array.from({ length: 4 }, () => new Float64Array(256));
  readonly #pairs = new Map<number, number>();
  #last = 0;

  /** Counts the next characters of a text. */
  add(points: CodePoints): void {
    if (points.length === 0) return;
    if (points instanceof Uint8Array) {
      this.#addBytes(points);
    } else {
      const counts = this.#counts;
      const seconds = secondCharacters();
      for (let i = 0; i < points.length; i++) {
        // Without "| 0", and with a comparison that is sometimes true, this takes three times as long.
        const point = points[i]! | 0;
        counts[point]!++;
        if (seconds[point] !== 0) {
          this.#addPair(i > 0 ? points[i - 1]! : this.#last, point);
        }
      }
    }
    this.#last = points[points.length - 1]!;
  }

  /** Returns the characters that have occurred, in ascending order. */
  found(): number[] {
    const found: number[] = [];
    const counts = this.#all();
    for (let point = 0; point < CODE_POINTS; point++) if (counts[point]! > 0) found.push(point);
    return found;
  }

  /** @param codePoints the characters of the vocabulary */
  of(codePoints: readonly number[]): TextTally {
    const counts = this.#all();
    const pairs = Array.from(
      this.#pairs,
      ([pair, count]) => [Math.floor(pair / BELOW), pair % BELOW, count] as const,
    );
    return {
      counts: codePoints.map((point) => counts[point]!),
      pairs: pairs.filter(([first, second]) => LEADS.has(first) || composed(first, second) !== undefined),
    };
  }

  #addBytes(points: Uint8Array): void {
    const [a, b, c, d] = this.#bytes as [Float64Array, Float64Array, Float64Array, Float64Array];
    const whole = points.length - (points.length % 4);
    for (let i = 0; i < whole; i += 4) {
      a[points[i]!]!++;
      b[points[i + 1]!]!++;
      c[points[i + 2]!]!++;
      d[points[i + 3]!]!++;
    }
    for (let i = whole; i < points.length; i++) a[points[i]!]!++;
  }

  /** Returns the counts of all characters, however they came. */
  #all(): Float64Array {
    for (const table of this.#bytes) {
      table.forEach((count, point) => {
        this.#counts[point]! += count;
      });
      table.fill(0);
    }
    return this.#counts;
  }

  #addPair(first: number, second: number): void {
    if (secondCharacters()[second] === CONTINUATION && !LEADS.has(first)) return;
    const pair = first * BELOW + second;
    const count = this.#pairs.get(pair) ?? 0;
    if (count > 0 || this.#pairs.size < MOST_PAIRS) this.#pairs.set(pair, count + 1);
  }
}

/** Returns the one character that a letter and a mark compose to, if there is one. */
export function composed(letter: number, mark: number): number | undefined {
  const [first, ...others] = String.fromCodePoint(letter, mark).normalize('NFC');
  return others.length === 0 ? first!.codePointAt(0) : undefined;
}

let seconds: Uint8Array | undefined;

/** Returns for each character whether it may be the second one of a pair. */
function secondCharacters(): Uint8Array {
  if (seconds) return seconds;
  seconds = new Uint8Array(CODE_POINTS);
  for (let point = 0xc0; point < BELOW; point++) {
    const parts = [...String.fromCodePoint(point).normalize('NFD')].map((part) => part.codePointAt(0)!);
    if (parts.length > 1 && parts.at(-1)! < BELOW) seconds[parts.at(-1)!] = MARK;
  }
  seconds.fill(MARK, 0x1161, 0x1176);
  seconds.fill(MARK, 0x11a8, 0x11c3);
  seconds.fill(CONTINUATION, 0x80, 0xc0);
  for (const character of WINDOWS_1252) seconds[character.codePointAt(0)!] = CONTINUATION;
  return seconds;
}
