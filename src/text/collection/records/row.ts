/** A row of a table, or an object of a list. */
export interface Row {
  /** The value of each column: text from CSV, anything from JSON. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Where it stands, such as "line 3" or "record 2". */
  readonly place: string;
}

/** Returns the text that a value is; a list of lines, as verse often is in JSON, is one text. */
export function textOf(value: unknown): unknown {
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string');
  return isLines ? value.join('\n') : value;
}

/** Parses the rows of one file, chunk by chunk. */
export interface RowParser {
  /** Returns the rows that end in a further chunk. @throws UserError naming the place where the file is broken */
  push(text: string): Promise<readonly Row[]>;
  /** Returns the rows that end with the file. */
  end(): Promise<readonly Row[]>;
}

/** Formats of files with records. */
export const RECORD_FORMATS = ['csv', 'tsv', 'jsonl', 'json'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** Returns the format of a file by its name, also if it is compressed; undefined if the name does not say. */
export function formatOfName(name: string): RecordFormat | undefined {
  const ending = /\.(csv|tsv|tab|jsonl|ndjson|json)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'tab') return 'tsv';
  if (ending === 'ndjson') return 'jsonl';
  return RECORD_FORMATS.find((format) => format === ending);
}

/** Returns the format of a file by its beginning; what is nothing else is taken for CSV. */
export function formatOfText(beginning: string): RecordFormat {
  const [first = ''] = beginning.trimStart().split(/[\r\n]/, 1);
  if (first.startsWith('[')) return 'json';
  if (first.startsWith('{')) return 'jsonl';
  return first.includes('\t') ? 'tsv' : 'csv';
}
