import type { Segment } from '../text/line.js';
import type { Scale, Tint } from '../text/tint.js';

/** The tints of states whose absolute value is at least `from`. */
interface Pair {
  readonly from: number;
  readonly below: Tint;
  readonly above: Tint;
}

/**
 * Blue below 0 and orange above, which no common colour blindness confuses: first coloured letters, with a
 * contrast of at least 4.5 to 1 to black and white, then dark and light blocks with letters of the given ink.
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

/** Returns tenths as a digit above 0 or a letter below; a space for less than a tenth. */
function markOf(value: number): string {
  const tenths = Math.min(9, Math.floor(10 * Math.abs(value)));
  return (value < 0 ? ' abcdefghi' : ' 123456789')[tenths]!;
}

/** The tints and marks of states from -1 to 1. */
export const STATE_SCALE: Scale = { tintOf, markOf };

/** Returns the tints and the values at which they start, in ascending order. */
export function tintSamples(): Segment[] {
  const below = PAIRS.map((pair) => ({ text: ` -${pair.from} `, tint: pair.below })).reverse();
  const above = PAIRS.map((pair) => ({ text: ` ${pair.from} `, tint: pair.above }));
  return [...below, { text: ' 0 ' }, ...above];
}

/**
 * Explains the marks, from the longest variant to the shortest.
 * @param what a description of the numbers
 */
export function markLegends(what: string): [string, ...string[]] {
  return [
    `the mark under a character is ${what} in tenths: 1 to 9 above zero, a to i below, none near zero`,
    `${what}, below: 1 to 9 tenths above zero, a to i below`,
    `${what}: 1-9 tenths, a-i below zero`,
  ];
}
