import { UserError } from '../../errors.js';

const HINT =
  'A pattern is a JavaScript regular expression for the whole text; \\ makes the next character literal.';

/** Reads the source of a pattern, one code point at a time. */
export class Reader {
  readonly #characters: readonly string[];
  at = 0;

  constructor(source: string) {
    this.#characters = Array.from(source);
  }

  /** The next character, or one further on; undefined at the end. */
  peek(ahead = 0): string | undefined {
    return this.#characters[this.at + ahead];
  }

  /** Skips a text if it comes next. @returns whether it did */
  skip(text: string): boolean {
    const characters = Array.from(text);
    if (!characters.every((character, i) => this.peek(i) === character)) return false;
    this.at += characters.length;
    return true;
  }

  /** Returns the next characters of a kind, and skips them. */
  take(kind: RegExp, most = Number.POSITIVE_INFINITY): string {
    const start = this.at;
    while (this.at - start < most && kind.test(this.peek() ?? '')) this.at++;
    return this.from(start);
  }

  /** Returns what was read since a place. */
  from(start: number): string {
    return this.#characters.slice(start, this.at).join('');
  }

  /** Makes an error about a place, by default the last one read. */
  error(what: string, at = this.at - 1, hint = HINT): UserError {
    return new UserError(`pattern, character ${at + 1}: ${what}`, hint);
  }
}
