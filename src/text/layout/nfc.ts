import type { CodePoints } from '../encoding/decode.js';
import type { FileFindings } from '../findings.js';
import { pointsOf, stringOf } from '../points.js';
import type { Filter } from './filter.js';

/** No character below this one combines with the one before it, and all of them are in NFC. */
const FIRST_MARK = 0x300;
/**
 * Characters that may combine with the one before them: marks, the vowels and final consonants of Hangul, and
 * the vowels of Kirat Rai.
 */
const COMBINING = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]$/u;
/** The most characters that are composed together; a letter with more marks is not writing. */
const LONGEST = 1024;
/** The most characters that one becomes, according to Unicode's FAQ on normalisation. */
const MOST_EXPANDED = 3;
const NOTHING: CodePoints = new Uint8Array(0);

/**
 * Composes letters and their marks (Unicode's normalisation form C), chunk by chunk. Text is cut only before
 * characters that combine with none before them, so it makes no difference where chunks end.
 */
export class Composer implements Filter {
  #composed = 0;
  /** The last letter and its marks, of which more may come. */
  #held: CodePoints = NOTHING;

  get findings(): Partial<FileFindings> {
    return { composed: this.#composed };
  }

  push(points: CodePoints): CodePoints {
    if (points.length === 0) return points;
    const all = joined(this.#held, points);
    // Latin-1 is in NFC; only its last character may get a mark.
    if (all instanceof Uint8Array) return this.#hold(all, all.length - 1);
    let start = 0;
    let copied = 0;
    let length = 0;
    let output: Uint32Array | undefined;
    for (let at = 1; at < all.length; at++) {
      if (!isPlain(all[at]!) && at - start < LONGEST) continue;
      const letter = this.#changed(all, start, at);
      if (letter) {
        output ??= new Uint32Array(MOST_EXPANDED * all.length);
        output.set(all.subarray(copied, start), length);
        length += start - copied;
        output.set(letter, length);
        length += letter.length;
        copied = at;
      }
      start = at;
    }
    const unchanged = this.#hold(all, start).subarray(copied);
    if (!output) return unchanged;
    output.set(unchanged, length);
    return output.subarray(0, length + unchanged.length);
  }

  end(): CodePoints {
    const last = this.#changed(this.#held, 0, this.#held.length) ?? this.#held;
    this.#held = NOTHING;
    return last;
  }

  /** Keeps what begins at an index for the next chunk; returns what comes before. */
  #hold(points: CodePoints, from: number): CodePoints {
    this.#held = points.slice(from);
    return points.subarray(0, from);
  }

  /** Returns a letter and its marks composed, or undefined if that is what they are. */
  #changed(points: CodePoints, from: number, to: number): Uint32Array | undefined {
    if (to - from <= 1 && (from === to || isPlain(points[from]!))) return undefined;
    const text = stringOf(points.subarray(from, to));
    const normal = text.normalize('NFC');
    if (normal === text) return undefined;
    this.#composed++;
    return pointsOf(normal);
  }
}

/** For each code point, 1 if it is plain, 2 if it is not, and 0 while that is not known. */
const kinds = new Uint8Array(0x110000);

/** Whether a character is in NFC by itself and combines with none before it. */
function isPlain(point: number): boolean {
  if (point < FIRST_MARK) return true;
  kinds[point] ||= kindOf(String.fromCodePoint(point));
  return kinds[point] === 1;
}

function kindOf(character: string): number {
  return COMBINING.test(character) || character.normalize('NFC') !== character ? 2 : 1;
}

function joined(first: CodePoints, second: CodePoints): CodePoints {
  if (first.length === 0) return second;
  const isBytes = first instanceof Uint8Array && second instanceof Uint8Array;
  const all = new (isBytes ? Uint8Array : Uint32Array)(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
