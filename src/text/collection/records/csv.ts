import type { CsvError, Parser } from 'csv-parse';
import { ExitCode, UserError } from '../../../errors.js';
import { amountOf } from '../../../numbers.js';
import type { Row, RowParser } from './row.js';

/** In bytes. A quote that is never closed would otherwise take the rest of the file into memory. */
const LONGEST_ROW = 1 << 26;

const HINT =
  'Mend that line, or read the file as it is: --texts whole. A quote within a quoted field is written twice.';

/** Parses comma-separated (or semicolon-, tab-separated) values after RFC 4180; the first row is the header. */
export class CsvRows implements RowParser {
  #parser: Parser | undefined;
  #header: readonly string[] | undefined;
  #rows: Row[] = [];
  /** The line on which the last row ended. */
  #line = 0;

  /** @param source the file's name, for errors */
  constructor(
    readonly source: string,
    readonly hasTabs: boolean,
  ) {}

  async push(text: string): Promise<readonly Row[]> {
    this.#parser ??= await this.#open(this.hasTabs ? '\t' : delimiterOf(text));
    const parser = this.#parser;
    await new Promise<void>((resolve, reject) => {
      parser.write(text, (error) => (error ? reject(this.#broken(error)) : resolve()));
    });
    return this.#take();
  }

  async end(): Promise<readonly Row[]> {
    const parser = this.#parser;
    if (!parser) return [];
    await new Promise<void>((resolve, reject) => {
      parser.once('error', (error) => reject(this.#broken(error)));
      parser.once('end', resolve);
      parser.resume();
      parser.end();
    });
    return this.#take();
  }

  async #open(delimiter: string): Promise<Parser> {
    const { parse } = await import('csv-parse');
    const parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      max_record_size: LONGEST_ROW,
      // Rows that are not passed on never make the stream wait for a reader.
      on_record: (row: string[], { lines }: { lines: number }) => {
        this.#add(row, lines);
        return null;
      },
    });
    parser.on('error', () => {}); // also passed to whoever waits for it
    return parser;
  }

  #add(row: readonly string[], line: number): void {
    this.#line = line;
    if (this.#header) {
      const values = new Map(this.#header.map((name, i) => [name, row[i]]));
      this.#rows.push({ values, place: `line ${line}` });
      return;
    }
    this.#header = row.map((name) => name.trim());
    const twice = this.#header.find((name, i, all) => name !== '' && all.indexOf(name) < i);
    if (twice === undefined) return;
    throw new UserError(
      `${this.source} has two columns "${twice}"`,
      'Rename one of them, or read the file as it is: --texts whole.',
      ExitCode.badData,
    );
  }

  #take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #broken(error: Error): Error {
    const { code, lines = 0, message } = error as CsvError & { lines?: number };
    const refuse = (what: string) => new UserError(`${this.source}: ${what}`, HINT, ExitCode.badData);
    switch (code) {
      case 'CSV_QUOTE_NOT_CLOSED':
      case 'CSV_MAX_RECORD_SIZE':
        return refuse(`a quote is opened in or after line ${this.#line + 1} and not closed`);
      case 'INVALID_OPENING_QUOTE':
        return refuse(`line ${lines} has a quote within a field that does not begin with one`);
      case 'CSV_INVALID_CLOSING_QUOTE':
        return refuse(`line ${lines} has more characters after a closing quote`);
      case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
        const [, had = '', has = ''] = /expect (\d+), got (\d+)/.exec(message) ?? [];
        return refuse(`line ${lines} has ${amountOf(Number(has), 'column')}, and the header ${had}`);
      }
      default:
        return error;
    }
  }
}

/** Returns the sign that separates the columns, by the header. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  const count = (sign: string) => header.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}
