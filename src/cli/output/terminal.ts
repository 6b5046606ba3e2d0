/** Columns that are taken where nobody says how many there are. */
const USUAL_COLUMNS = 80;

/** How wide what is printed to standard output may be. */
export function columnsToPrint(): number {
  return process.stdout.columns || USUAL_COLUMNS;
}

/**
 * Whether the dashboard can be shown: it needs a terminal to draw on and one to hear keys from, and somebody who
 * watches.
 */
export function hasTerminal(): boolean {
  const { CI, TERM } = process.env;
  const automated = CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !automated && TERM !== 'dumb';
}

/** Longer lines of text are hard to read. */
const WIDEST = 100;

/**
 * Breaks a text at spaces for standard output, and indents its lines.
 * @param first columns that the first one is indented by
 */
export function wrappedWords(text: string, indent: number, first = indent): string {
  const width = Math.min(WIDEST, process.stdout.columns || WIDEST);
  const lines: string[] = [];
  let line = ' '.repeat(first);
  for (const word of text.split(' ')) {
    const isEmpty = line.trim() === '';
    if (!isEmpty && line.length + word.length + 1 > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += (isEmpty ? '' : ' ') + word;
  }
  return [...lines, line].join('\n');
}

/** Lines that are broken at spaces where a terminal would break them anywhere; whole elsewhere, since a program may read them. */
export function atWords(lines: string): string {
  if (!process.stdout.isTTY) return lines;
  return lines
    .split('\n')
    .map((line) => wrappedWords(line, 2, 0))
    .join('\n');
}
