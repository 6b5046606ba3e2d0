import { CharacterReader } from './characters.js';
import { SentenceEnd } from './sentences.js';
import { WordCount } from './words.js';

/** Conditions that end a text; its length is counted elsewhere. */
export interface StopOptions {
  /** Texts (as ids) before which it ends, the longest first: it wins over others with the same end. */
  readonly texts: readonly (readonly number[])[];
  readonly sentence: boolean;
  readonly paragraph: boolean;
  /** Most words and most lines that are not blank; Infinity for no limit. */
  readonly words: number;
  readonly lines: number;
  /** The prompt, whose last line and word the text continues. */
  readonly before: string;
  /** (V): the characters of the vocabulary; with `isBytes`, its bytes. */
  readonly characters: readonly string[];
  readonly isBytes: boolean;
}

export type StopReason = 'stop' | 'sentence' | 'paragraph' | 'words' | 'lines';

/**
 * The role of a character in ending lines. A `return` may begin a line end (CR LF); in a text without line
 * feeds, CR is a `newline`.
 */
export type CharacterKind = 'newline' | 'return' | 'space' | 'ink';

/** @param hasLineFeeds whether the network knows line feeds */
export function kindOf(character: string, hasLineFeeds: boolean): CharacterKind {
  if (character === '\n') return 'newline';
  if (character === '\r') return hasLineFeeds ? 'return' : 'newline';
  return /^\s$/u.test(character) ? 'space' : 'ink';
}

/** Follows a text character by character and finds where it ends. */
export class Stops {
  /** How many trailing characters belong to the end, or may turn out to, and not to the text. */
  tail = 0;
  readonly #recent: number[] = [];
  readonly #longest: number;
  /** Whether any condition is set. */
  readonly #isSet: boolean;
  #reader: CharacterReader | undefined;
  #sentence: SentenceEnd | undefined;
  #words: WordCount | undefined;
  /** `blank`: the length of the trailing blank space from its first line end on, or 0. */
  #seen = {
    ink: false,
    inkInLine: false,
    lines: 0,
    blank: 0,
    /** Whether the blank space has a newline, and whether it ends with a return. */
    isBroken: false,
    isReturn: false,
  };

  constructor(readonly options: StopOptions) {
    const { texts, sentence, paragraph, words, lines, before, characters, isBytes } = options;
    this.#isSet =
      texts.length > 0 || sentence || paragraph || Math.min(words, lines) < Number.POSITIVE_INFINITY;
    this.#longest = Math.max(0, ...texts.map((text) => text.length));
    this.#seen.ink = /\S/.test(before);
    this.#seen.inkInLine = /\S/.test(before.split(/[\n\r]/).at(-1)!);
    if (sentence) {
      const hasCapitals = isBytes || characters.some((character) => /\p{Lu}/u.test(character));
      this.#sentence = new SentenceEnd(before.split(/\s/).at(-1)!, hasCapitals);
    }
    if (words < Number.POSITIVE_INFINITY) this.#words = new WordCount(words);
    if (this.#sentence || this.#words) this.#reader = new CharacterReader(characters, isBytes);
  }

  /** Returns a copy that continues the same text independently. */
  copy(): Stops {
    const copy = new Stops(this.options);
    copy.tail = this.tail;
    copy.#recent.push(...this.#recent);
    copy.#seen = { ...this.#seen };
    copy.#reader = this.#reader?.copy();
    copy.#sentence = this.#sentence?.copy();
    copy.#words = this.#words?.copy();
    return copy;
  }

  /** Adds a character. @returns why the text ends before it, if it does; the first end counts */
  take(id: number, kind: CharacterKind): StopReason | undefined {
    if (!this.#isSet) return undefined;
    const ends: [reason: StopReason, tail: number][] = [];
    const stopped = this.#takeRecent(id);
    if (stopped !== undefined) ends.push(['stop', stopped]);
    for (const character of this.#reader?.read(id) ?? []) {
      if (this.#sentence?.take(character)) ends.push(['sentence', this.#sentence.tail]);
      if (this.#words?.take(character)) ends.push(['words', this.#words.tail]);
    }
    const line = this.#takeLine(kind);
    if (line) ends.push(line);
    if (ends.length > 0) return this.#end(ends);
    const { paragraph, lines } = this.options;
    const mayEndLine = lines < Number.POSITIVE_INFINITY && this.#seen.isReturn;
    const undecided = Math.max(this.#sentence?.tail ?? 0, this.#words?.tail ?? 0);
    this.tail = Math.max(
      undecided > 0 ? undecided + this.#reader!.pending : 0,
      paragraph ? this.#seen.blank : 0,
      mayEndLine ? 1 : 0,
      this.#begunStop(),
    );
    return undefined;
  }

  /** Ends the text here. @returns why it has ended before, if an end was still undecided */
  end(): StopReason | undefined {
    const ends: [reason: StopReason, tail: number][] = [];
    const pending = this.#reader?.pending ?? 0;
    if (this.#sentence?.end()) ends.push(['sentence', this.#sentence.tail + pending]);
    if (this.#words?.end()) ends.push(['words', this.#words.tail + pending]);
    return ends.length > 0 ? this.#end(ends) : undefined;
  }

  /** Chooses the end that comes first, and of several the first in the list. */
  #end(ends: readonly [reason: StopReason, tail: number][]): StopReason {
    const [reason, tail] = ends.reduce((first, end) => (end[1] > first[1] ? end : first));
    this.tail = tail;
    return reason;
  }

  #takeLine(kind: CharacterKind): [reason: StopReason, tail: number] | undefined {
    const { paragraph, lines } = this.options;
    const seen = this.#seen;
    if (kind === 'ink') {
      seen.ink = seen.inkInLine = true;
      seen.blank = 0;
      seen.isBroken = seen.isReturn = false;
      return undefined;
    }
    const isNewline = kind === 'newline';
    const length = isNewline && seen.isReturn ? 2 : 1;
    seen.isReturn = kind === 'return';
    if (isNewline && seen.inkInLine && ++seen.lines >= lines) return ['lines', length];
    if (isNewline && paragraph && seen.isBroken) return ['paragraph', seen.blank + 1];
    if (isNewline) seen.inkInLine = false;
    if (isNewline) seen.isBroken = seen.ink;
    if (seen.blank > 0 || (kind !== 'space' && seen.ink)) seen.blank++;
    return undefined;
  }

  /** Returns the length of the stop text that ends with this character, if any. */
  #takeRecent(id: number): number | undefined {
    this.#recent.push(id);
    if (this.#recent.length > this.#longest) this.#recent.shift();
    return this.options.texts.find((text) => this.#endsWith(text, text.length))?.length;
  }

  /** How many of the last characters are the beginning of a stop text. */
  #begunStop(): number {
    for (let length = Math.min(this.#recent.length, this.#longest - 1); length > 0; length--) {
      if (this.options.texts.some((text) => text.length > length && this.#endsWith(text, length)))
        return length;
    }
    return 0;
  }

  /** Whether the last characters equal the first `length` of `text`. */
  #endsWith(text: readonly number[], length: number): boolean {
    const start = this.#recent.length - length;
    for (let i = 0; i < length; i++) if (this.#recent[start + i] !== text[i]) return false;
    return start >= 0;
  }
}
