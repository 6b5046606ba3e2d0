import type { Segment } from '../text/line.js';
import type { Scale, Tint } from '../text/tint.js';

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

/** What units hold, from -1 to 1. */
export const STATE_SCALE: Scale = { tintOf, markOf };

/** The tints and the values at which they begin, from the lowest to the highest. */
export function tintSamples(): Segment[] {
  const below = PAIRS.map((pair) => ({ text: ` -${pair.from} `, tint: pair.below })).reverse();
  const above = PAIRS.map((pair) => ({ text: ` ${pair.from} `, tint: pair.above }));
  return [...below, { text: ' 0 ' }, ...above];
}

/**
 * What the marks mean, in ever fewer words.
 * @param what the number that is shown
 */
export function markLegends(what: string): [string, ...string[]] {
  return [
    `the mark under a character is ${what} in tenths: 1 to 9 above zero, a to i below it, none near it`,
    `${what}, below: 1 to 9 tenths above zero, a to i below it`,
    `${what}: 1-9 tenths, a-i below zero`,
  ];
}
