/**
 * Whether the dashboard can be shown: it needs a terminal to draw on and one to hear keys from, and somebody who
 * watches.
 */
export function hasTerminal(): boolean {
  const { CI, TERM } = process.env;
  const automated = CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !automated && TERM !== 'dumb';
}
