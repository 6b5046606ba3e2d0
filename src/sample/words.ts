import { IN_WORD, UNSPACED, wordPieces } from '../words.js';
import type { WideCharacter } from './characters.js';

/** Letters in a row without a space are divided into words at the latest when there are this many. */
const LONGEST_RUN = 64;
/** The last pieces of such a run are left for later, as what follows may change them. */
const UNCERTAIN = 2;

const OPENS = /[\p{Ps}\p{Pi}]/u;

/**
 * Counts words: what stands between spaces, or in scripts without spaces what a dictionary says. A word ends
 * with the punctuation after it, and before the next word, space or opening bracket.
 */
export class WordCount {
  /** How many trailing ids lie behind the last word, or may turn out to. */
  tail = 0;
  #words = 0;
  /** What follows the last counted word, up to a space. */
  #run: WideCharacter[] = [];
  #isUnspaced = false;

  constructor(readonly most: number) {}

  copy(): WordCount {
    const copy = new WordCount(this.most);
    copy.tail = this.tail;
    copy.#words = this.#words;
    copy.#run = [...this.#run];
    copy.#isUnspaced = this.#isUnspaced;
    return copy;
  }

  /** Adds a character. @returns whether the last word has ended before it */
  take(next: WideCharacter): boolean {
    const { character } = next;
    const isSpace = /^\s$/u.test(character);
    const isInWord = IN_WORD.test(character);
    if (this.#isUnspaced && !isInWord && this.#divide(0)) return this.#end(next.ids);
    if (this.#words >= this.most && (isSpace || isInWord || OPENS.test(character)))
      return this.#end(next.ids);
    if (isSpace) {
      if (!this.#isUnspaced && this.#run.length > 0) this.#words++;
      this.#run = [];
      if (this.#words >= this.most) return this.#end(next.ids);
      this.#isUnspaced = false;
    } else if (isInWord || !this.#isUnspaced) {
      this.#run.push(next);
      this.#isUnspaced ||= UNSPACED.test(character);
      if (this.#isUnspaced && this.#run.length >= LONGEST_RUN && this.#divide(UNCERTAIN)) return this.#end(0);
    }
    const mayEnd = this.#isUnspaced && this.#words + this.#run.length > this.most;
    this.tail = mayEnd ? idsOf(this.#run) : 0;
    return false;
  }

  /** Ends the text here. @returns whether the last word has ended before */
  end(): boolean {
    return this.#isUnspaced && this.#divide(0) && this.#end(0);
  }

  #end(ids: number): true {
    this.tail = idsOf(this.#run) + ids;
    return true;
  }

  /**
   * Counts the words of a run without spaces and forgets what it has counted.
   * @param uncertain how many pieces to leave at its end
   * @returns whether the last word has ended and other text follows it
   */
  #divide(uncertain: number): boolean {
    const pieces = wordPieces(this.#run.map(({ character }) => character).join(''));
    for (const { at, end, isWord } of pieces.slice(0, pieces.length - uncertain)) {
      if (this.#words >= this.most && (isWord || OPENS.test(this.#run[0]!.character))) return true;
      if (isWord) this.#words++;
      for (let units = at; units < end; ) units += this.#run.shift()!.character.length;
    }
    return false;
  }
}

function idsOf(run: readonly WideCharacter[]): number {
  return run.reduce((sum, { ids }) => sum + ids, 0);
}
