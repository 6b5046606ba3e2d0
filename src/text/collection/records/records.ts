import { ExitCode, UserError } from '../../../errors.js';
import type { CodePoints } from '../../encoding/decode.js';
import type { Encoding } from '../../encoding/names.js';
import { bytesOf, pointsOf, stringOf } from '../../points.js';
import type { Collection } from '../collection.js';
import { Divider, type Piece } from '../divide.js';
import { CsvRows } from './csv.js';
import { JsonLines, JsonList } from './json.js';
import { formatOfName, formatOfText, type Row, type RowParser, textOf } from './row.js';

/** In UTF-16 units. */
const LONGEST_LABEL = 1000;

/** Divides one file with records into the texts of a column, each with its labels. */
export class Records {
  /** How many records have no text, and are left out. */
  empty = 0;
  #parser: RowParser | undefined;
  #hasRows = false;
  readonly #divider = new Divider('record');

  /** @param source the file's name, which may tell its format */
  constructor(
    readonly source: string,
    readonly collection: Pick<Collection, 'column' | 'labels'>,
    readonly encoding: Encoding = 'utf8',
  ) {}

  /** Returns the texts that end in further characters. @throws UserError for what is wrong with the file */
  async push(points: CodePoints): Promise<Piece[]> {
    const text = stringOf(points);
    this.#parser ??= rowParser(this.source, text);
    return this.#texts(await this.#parser.push(text));
  }

  /** Returns the texts that end with the file. */
  async end(): Promise<Piece[]> {
    return this.#texts((await this.#parser?.end()) ?? []);
  }

  #texts(rows: readonly Row[]): Piece[] {
    const { column = '', labels } = this.collection;
    const [first] = rows;
    if (first && !this.#hasRows) {
      this.#hasRows = true;
      for (const name of [column, ...labels.map((label) => label.column)]) this.#refuseMissing(name, first);
    }
    return rows.flatMap((row) => {
      const text = this.#written(textOf(row.values.get(column)), row.place, column);
      const points = this.encoding === 'bytes' ? bytesOf(text) : pointsOf(text);
      const pieces = [...this.#divider.push(points), ...this.#divider.end()];
      const [piece, ...others] = pieces;
      if (!piece) {
        this.empty++;
        return [];
      }
      if (labels.length === 0) return pieces;
      return [{ ...piece, labels: labels.map((label) => this.#label(row, label.column)) }, ...others];
    });
  }

  #refuseMissing(name: string, { values }: Row): void {
    if (values.has(name)) return;
    throw new UserError(
      `${this.source} has no column "${name}"`,
      `Its columns are: ${[...values.keys()].join(', ')}.`,
      ExitCode.badData,
    );
  }

  #label(row: Row, column: string): string {
    const label = this.#written(row.values.get(column), row.place, column).trim();
    if (label.length <= LONGEST_LABEL) return label;
    throw new UserError(
      `${this.source}: ${row.place} has ${label.length} characters in the column "${column}", too many for a label`,
      'Name a column of few values with --label, or leave --label out.',
      ExitCode.badData,
    );
  }

  /** Returns a value as text; what is missing is empty. */
  #written(value: unknown, place: string, column: string): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'object') {
      throw new UserError(
        `${this.source}: ${place} has ${Array.isArray(value) ? 'a list' : 'an object'} in the column "${column}"`,
        'Name a column of texts, lists of lines, numbers or yes and no.',
        ExitCode.badData,
      );
    }
    return `${value}`.replace(/\p{Surrogate}/gu, '\ufffd');
  }
}

/** Returns a parser for a file, by its name or else its beginning. */
export function rowParser(source: string, beginning: string): RowParser {
  const format = formatOfName(source) ?? formatOfText(beginning);
  if (format === 'json') return new JsonList(source);
  if (format === 'jsonl') return new JsonLines(source);
  return new CsvRows(source, format === 'tsv');
}
