import isInCi from 'is-in-ci';
import wrapAnsi from 'wrap-ansi';

/** Columns to assume when standard output is not a terminal. */
const USUAL_COLUMNS = 80;

/** The width available for printing to standard output. */
export function columnsToPrint(): number {
  return process.stdout.columns || USUAL_COLUMNS;
}

/** Whether a full screen can be shown: it takes a terminal to draw on, keys, and someone to watch. */
export function hasTerminal(): boolean {
  const { CI, TERM } = process.env;
  const isAutomated = Boolean(CI) && isInCi; // an empty CI counts as unset here, but not in is-in-ci
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !isAutomated && TERM !== 'dumb';
}

/** Longer lines of prose are hard to read. */
const WIDEST = 100;

/** Wraps text between words to fit standard output; lines after the first are indented. */
export function wrapped(text: string, indent = 0, widest = WIDEST): string {
  const width = Math.min(widest, process.stdout.columns || widest);
  return wrapAnsi(text, Math.max(1, width - indent)).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** Wraps lines in a terminal, and leaves them whole elsewhere, where a program may read them. */
export function wrappedLines(lines: string): string {
  if (!process.stdout.isTTY) return lines;
  return lines
    .split('\n')
    .map((line) => wrapped(line, 2))
    .join('\n');
}
