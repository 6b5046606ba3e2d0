/** Conditions that end a text; its length is counted elsewhere. */
export interface StopOptions {
  /** Texts (as ids) before which it ends, the longest first: it wins over others with the same end. */
  readonly texts: readonly (readonly number[])[];
  readonly sentence: boolean;
  readonly paragraph: boolean;
  /** Most words and most lines that are not blank; Infinity for no limit. */
  readonly words: number;
  readonly lines: number;
}

export type StopReason = 'stop' | 'sentence' | 'paragraph' | 'words' | 'lines';

/**
 * The role of a character in ending words, lines and sentences. A `return` may begin a line end (CR LF); in a
 * text without line feeds, CR is a `newline`.
 */
export type CharacterKind = 'newline' | 'return' | 'space' | 'terminal' | 'closer' | 'ink';

/** @param hasLineFeeds whether the network knows line feeds */
export function kindOf(character: string, hasLineFeeds: boolean): CharacterKind {
  if (character === '\n') return 'newline';
  if (character === '\r') return hasLineFeeds ? 'return' : 'newline';
  if (/^\s$/u.test(character)) return 'space';
  if ('.!?…。！？'.includes(character)) return 'terminal';
  return `"'”’»)]`.includes(character) ? 'closer' : 'ink';
}

/** Follows a text character by character and finds where it ends. */
export class Stops {
  /** How many trailing characters belong to the end, or may turn out to, and not to the text. */
  tail = 0;
  readonly #recent: number[] = [];
  readonly #longest: number;
  /** `blank`: the length of the trailing blank space from its first line end on, or 0. */
  #seen = {
    ink: false,
    inkInLine: false,
    inWord: false,
    sentenceEnd: false,
    words: 0,
    lines: 0,
    blank: 0,
    /** Whether the blank space has a newline, and whether it ends with a return. */
    isBroken: false,
    isReturn: false,
  };

  constructor(readonly options: StopOptions) {
    this.#longest = Math.max(0, ...options.texts.map((text) => text.length));
  }

  /** Returns a copy that continues the same text independently. */
  copy(): Stops {
    const copy = new Stops(this.options);
    copy.tail = this.tail;
    copy.#recent.push(...this.#recent);
    copy.#seen = { ...this.#seen };
    return copy;
  }

  /** Adds a character. @returns why the text ends before it, if it does */
  take(id: number, kind: CharacterKind): StopReason | undefined {
    const stopped = this.#takeRecent(id);
    if (stopped) return stopped;
    if (kind === 'newline' || kind === 'return' || kind === 'space') {
      const reason = this.#takeSpace(kind);
      if (reason) return reason;
    } else {
      const seen = this.#seen;
      seen.ink = seen.inkInLine = seen.inWord = true;
      seen.sentenceEnd = kind === 'terminal' || (kind === 'closer' && seen.sentenceEnd);
      seen.blank = 0;
      seen.isBroken = seen.isReturn = false;
    }
    const { paragraph, lines } = this.options;
    const mayEndLine = lines < Number.POSITIVE_INFINITY && this.#seen.isReturn;
    this.tail = Math.max(paragraph ? this.#seen.blank : 0, mayEndLine ? 1 : 0, this.#begunStop());
    return undefined;
  }

  #takeSpace(kind: 'newline' | 'return' | 'space'): StopReason | undefined {
    const { sentence, paragraph, words, lines } = this.options;
    const seen = this.#seen;
    const isNewline = kind === 'newline';
    this.tail = isNewline && seen.isReturn ? 2 : 1;
    seen.isReturn = kind === 'return';
    if (sentence && seen.sentenceEnd) return 'sentence';
    if (seen.inWord && ++seen.words >= words) return 'words';
    seen.inWord = seen.sentenceEnd = false;
    if (isNewline && seen.inkInLine && ++seen.lines >= lines) return 'lines';
    if (isNewline && paragraph && seen.isBroken) {
      this.tail = seen.blank + 1;
      return 'paragraph';
    }
    if (isNewline) seen.inkInLine = false;
    if (isNewline) seen.isBroken = seen.ink;
    if (seen.blank > 0 || (kind !== 'space' && seen.ink)) seen.blank++;
    return undefined;
  }

  #takeRecent(id: number): StopReason | undefined {
    this.#recent.push(id);
    if (this.#recent.length > this.#longest) this.#recent.shift();
    const found = this.options.texts.find((text) => this.#endsWith(text, text.length));
    if (!found) return undefined;
    this.tail = found.length;
    return 'stop';
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
