import { painted, type Scale, type Tint } from './tint.js';

/** The looks of a cell state whose distance from 0 is at least so much. */
interface Pair {
  readonly from: number;
  readonly below: Tint;
  readonly above: Tint;
}

/**
 * Blue below 0, orange above, which no common colour blindness confuses: first coloured letters, of a contrast of at
 * least 4.5 to 1 to black and to white, then dark blocks, then light ones, each with its ink.
 */
const PAIRS: readonly Pair[] = [
  {
    from: 0.2,
    below: { color: '#0374df', basic: 'blueBright' },
    above: { color: '#ba5c00', basic: 'yellow' },
  },
  {
    from: 0.5,
    below: { color: '#1b4fa8', ink: '#ffffff', basic: 'bgBlue' },
    above: { color: '#9c4300', ink: '#ffffff', basic: 'bgRed' },
  },
  {
    from: 0.8,
    below: { color: '#74b9ff', ink: '#000000', basic: 'bgCyan' },
    above: { color: '#ff9f33', ink: '#000000', basic: 'bgYellow' },
  },
];

function tintOf(value: number): Tint | undefined {
  const pair = PAIRS.findLast(({ from }) => Math.abs(value) >= from);
  return value < 0 ? pair?.below : pair?.above;
}

/** Tenths, as a digit above 0 and as a letter below it; a space for less than a tenth. */
function markOf(value: number): string {
  const tenths = Math.min(9, Math.floor(10 * Math.abs(value)));
  return (value < 0 ? ' abcdefghi' : ' 123456789')[tenths]!;
}

/** Cell states from -1 to 1. */
export const CELLS: Scale = { tintOf, markOf };

/**
 * What the tints mean, for a terminal.
 * @param what the number that is shown
 */
export function cellLegend(what: string): string {
  const below = PAIRS.map((pair) => painted(` -${pair.from} `, pair.below)).reverse();
  const above = PAIRS.map((pair) => painted(` ${pair.from} `, pair.above));
  return `${what} ${[...below, ' 0 ', ...above].join(' ')}`;
}

/** The same for the marks. */
export function markLegend(what: string): string {
  return `the mark under a character is ${what} in tenths: 1 to 9 above zero, a to i below it, none near it`;
}
