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
