import type { JSONParser } from '@streamparser/json';
import { ExitCode, UserError } from '../../../errors.js';
import { excerpt, harmlessLine } from '../../../format.js';
import type { Row, RowParser } from './row.js';

const HINT = 'Mend it, or read the file as it is: --texts whole.';

/** Parses one JSON value a line. */
export class JsonLines implements RowParser {
  #rest = '';
  #line = 0;

  /** @param source the file's name, for errors */
  constructor(readonly source: string) {}

  async push(text: string): Promise<readonly Row[]> {
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#row(line));
  }

  async end(): Promise<readonly Row[]> {
    return this.#row(this.#rest);
  }

  #row(line: string): Row[] {
    this.#line++;
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new UserError(
        `${this.source}: line ${this.#line} is not JSON: ${harmlessLine(excerpt(line))}`,
        HINT,
        ExitCode.badData,
      );
    }
    return [rowOf(value, this.source, `line ${this.#line}`)];
  }
}

/** Parses the elements of one JSON list. */
export class JsonList implements RowParser {
  #parser: JSONParser | undefined;
  #rows: Row[] = [];
  #count = 0;
  #hasText = false;

  /** @param source the file's name, for errors */
  constructor(readonly source: string) {}

  async push(text: string): Promise<readonly Row[]> {
    if (!this.#hasText) {
      const [first] = text.trimStart();
      if (first === undefined) return [];
      this.#hasText = true;
      if (first !== '[') throw this.#refuse('it is not a list in square brackets');
    }
    this.#parser ??= await this.#open();
    const parser = this.#parser;
    this.#attempt(() => parser.write(text));
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  async end(): Promise<readonly Row[]> {
    const parser = this.#parser;
    if (parser && !parser.isEnded) {
      this.#attempt(() => parser.end());
    }
    return [];
  }

  async #open(): Promise<JSONParser> {
    const { JSONParser } = await import('@streamparser/json');
    const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
    parser.onValue = ({ value }) => {
      this.#count++;
      this.#rows.push(rowOf(value, this.source, `record ${this.#count}`));
    };
    return parser;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw this.#refuse(`after record ${this.#count} it is not JSON`);
    }
  }

  #refuse(what: string): UserError {
    return new UserError(`${this.source}: ${what}`, HINT, ExitCode.badData);
  }
}

/** What a list of plain texts is called as a column. */
const ONLY = 'text';

/** An element of a list as a row; a text by itself is a row with one column. */
function rowOf(value: unknown, source: string, place: string): Row {
  if (typeof value === 'string') return { values: new Map([[ONLY, value]]), place };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${source}: ${place} is not an object with columns`, HINT, ExitCode.badData);
  }
  return { values: new Map(Object.entries(value)), place };
}
