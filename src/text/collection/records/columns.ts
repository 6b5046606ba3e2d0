import { ExitCode, UserError } from '../../../errors.js';
import { meanOf } from '../../../numbers.js';
import { type Row, textOf } from './row.js';

/** What columns of texts are called. */
const TEXT_NAMES = ['text', 'texts', 'content', 'body', 'lines', 'paragraphs'];
/** By far the longest: this many times as long as the next, on average, and of this many characters. */
const TIMES = 3;
const LEAST = 12;

/** The column that holds the texts, and why it was chosen. */
export interface ChosenColumn {
  readonly column: string;
  readonly evidence: string;
}

/**
 * Chooses the column that holds the texts: the only one, one that is called so, or by far the longest.
 * @param rows the first rows of the file
 * @param labels columns that are labels
 * @throws UserError listing the columns if it is not clear
 */
export function chooseColumn(source: string, rows: readonly Row[], labels: readonly string[]): ChosenColumn {
  const names = [...(rows[0]?.values.keys() ?? [])];
  const candidates = names.filter((name) => !labels.includes(name));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return { column: only, evidence: names.length === 1 ? 'the only one' : 'the only one that is no label' };
  }
  const called = candidates.filter((name) => TEXT_NAMES.includes(name.toLowerCase()));
  if (called.length === 1) return { column: called[0]!, evidence: 'by its name' };
  const [first, second] = candidates
    .map((name) => ({ name, length: meanOf(rows.map(({ values }) => lengthOf(values.get(name)))) }))
    .sort((a, b) => b.length - a.length);
  if (first && first.length >= LEAST && first.length >= TIMES * (second?.length ?? 0)) {
    return { column: first.name, evidence: 'by far the longest' };
  }
  throw new UserError(
    `it is not clear which column of ${source} holds the texts`,
    `Name one with --column, or read the file as it is with --texts whole. Its columns are: ${names.join(', ')}.`,
    ExitCode.badData,
  );
}

function lengthOf(value: unknown): number {
  const text = textOf(value);
  return typeof text === 'string' ? text.length : 0;
}
