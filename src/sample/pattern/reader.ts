import { UserError } from '../../errors.js';

const HINT =
  'A pattern is a regular expression as in JavaScript, for the whole text; \\ before a sign lets it stand for itself.';

/** The source of a pattern, read one code point at a time. */
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

  /** Goes past a text if it comes next. */
  skip(text: string): boolean {
    const characters = Array.from(text);
    if (!characters.every((character, i) => this.peek(i) === character)) return false;
    this.at += characters.length;
    return true;
  }

  /** Goes past all characters of a kind, and gives them. */
  take(kind: RegExp, most = Number.POSITIVE_INFINITY): string {
    const start = this.at;
    while (this.at - start < most && kind.test(this.peek() ?? '')) this.at++;
    return this.from(start);
  }

  /** What was read since a place. */
  from(start: number): string {
    return this.#characters.slice(start, this.at).join('');
  }

  /** The error about a place: the last one that was read if none is given. */
  error(what: string, at = this.at - 1, hint = HINT): UserError {
    return new UserError(`pattern, character ${at + 1}: ${what}`, hint);
  }
}
