import type { CodePoints } from '../encoding/decode.js';
import type { FileFindings } from '../findings.js';
import { pointsOf, stringOf } from '../points.js';
import type { Filter } from './filter.js';
import { joinLines } from './paragraph.js';
import { WholeLines } from './whole-lines.js';
import { Words } from './words.js';
import { type Wrapping, wrappingOf } from './wrapped.js';

/** Characters at the beginning of a file by which it is judged, and whose words are known. */
const JUDGED = 1 << 22;
/** Longer blocks of lines are divided. */
const LONGEST_BLOCK = 1000;

/**
 * Joins the lines of one file of hard-wrapped prose within its paragraphs. A file that is not hard-wrapped passes
 * unchanged.
 */
export class Unwrap implements Filter {
  /** What is to be judged; undefined once it has been. */
  #beginning: string | undefined = '';
  #wrapping: Wrapping | undefined;
  #words: Words | undefined;
  readonly #lines = new WholeLines();
  /** Lines since the last blank one. */
  #block: string[] = [];

  #breaks = 0;
  #hyphens = 0;

  get findings(): Partial<FileFindings> {
    return { width: this.#wrapping?.width.columns ?? 0, breaks: this.#breaks, hyphens: this.#hyphens };
  }

  push(points: CodePoints): CodePoints {
    if (this.#beginning === undefined) {
      return this.#wrapping ? pointsOf(this.#unwrapped(stringOf(points))) : points;
    }
    this.#beginning += stringOf(points);
    return this.#beginning.length < JUDGED ? new Uint32Array(0) : this.#judge(true);
  }

  end(): CodePoints {
    const start = this.#beginning === undefined ? new Uint32Array(0) : this.#judge(false);
    if (!this.#wrapping) return start;
    const rest = this.#joinedUpTo(this.#lines.end(), true);
    return pointsOf(stringOf(start) + rest);
  }

  #judge(isCut: boolean): CodePoints {
    const text = this.#beginning!;
    this.#beginning = undefined;
    // Where a chunk ends must make no difference.
    const judged = text.slice(0, JUDGED);
    this.#wrapping = wrappingOf(judged, isCut);
    if (!this.#wrapping) return pointsOf(text);
    this.#words = new Words(judged);
    return pointsOf(this.#unwrapped(text));
  }

  #unwrapped(text: string): string {
    return this.#joinedUpTo(this.#lines.push(text), false);
  }

  /** Joins the blocks that end in some lines. */
  #joinedUpTo(lines: readonly string[], isEnd: boolean): string {
    let text = '';
    for (const line of lines) {
      const isBlank = line.trim() === '';
      if (!isBlank) this.#block.push(line);
      // A line without an end is part of one that is very long.
      if (isBlank || this.#block.length === LONGEST_BLOCK || !line.endsWith('\n')) text += this.#joined();
      if (isBlank) text += line;
    }
    return isEnd ? text + this.#joined() : text;
  }

  #joined(): string {
    const { text, breaks, hyphens } = joinLines(this.#block, this.#wrapping!, this.#words!);
    this.#block = [];
    this.#breaks += breaks;
    this.#hyphens += hyphens;
    return text;
  }
}
