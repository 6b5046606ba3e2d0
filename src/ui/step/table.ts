import type { Quantity } from '../../insight/equations.js';
import type { Line, Segment } from '../text/line.js';
import { bar, number, quantityColor } from './bars.js';
import { fullLength, type StepContents } from './contents.js';

const LABEL = 6;
const GAP = 1;
const WIDEST_BAR = 12;
/**
 * The least columns of a bar, by the decimals of its number; otherwise numbers are shortened, then bars
 * omitted.
 */
const LEAST_BAR = { 3: 3, 2: 2 } as const;

type Decimals = keyof typeof LEAST_BAR;

/**
 * Columns of a number in addition to its decimals, with a space before it: cell states may have two digits.
 */
const BEFORE_DECIMALS = { share: 3, signed: 4, state: 5 } as const;

function numberWidth({ kind }: Quantity, decimals: Decimals): number {
  return decimals + BEFORE_DECIMALS[kind];
}

/** The end of a line of names that do not all fit. */
const OMITTED = ' …';

/** Returns the quantities that fit without bars: previous states are omitted first, then the last ones. */
function fitting(quantities: readonly Quantity[], width: number): readonly Quantity[] {
  const fits = (some: readonly Quantity[], room: number) =>
    some.reduce((sum, one) => sum + GAP + numberWidth(one, 2), LABEL) <= room;
  if (fits(quantities, width)) return quantities;
  const some = [...quantities];
  while (some.length > 1 && !fits(some, width - OMITTED.length)) {
    const before = some.findLastIndex(({ name }) => name.endsWith("'"));
    some.splice(before < 0 ? some.length - 1 : before, 1);
  }
  return some;
}

/** Returns the columns of each bar. */
function barWidth(quantities: readonly Quantity[], width: number, decimals: Decimals): number {
  const taken = quantities.reduce((sum, one) => sum + GAP + numberWidth(one, decimals), LABEL);
  return Math.min(WIDEST_BAR, Math.floor((width - taken) / quantities.length));
}

/** Returns whether there is room for bars. */
export function hasRoom({ quantities }: StepContents, width: number): boolean {
  return barWidth(quantities, width, 2) >= LEAST_BAR[2];
}

/**
 * Returns the first unit on the screen. Units are shown in pages, so that few keys scroll them.
 * @param room units per page
 */
export function firstUnit(unit: number, hidden: number, room: number): number {
  return Math.max(0, Math.min(hidden - room, Math.floor(unit / room) * room));
}

/** Draws the gates and states of units as bars and numbers, one unit per line. */
export function unitTable(
  shown: StepContents,
  { unit, first, count }: { readonly unit: number; readonly first: number; readonly count: number },
  width: number,
): Line[] {
  const quantities = fitting(shown.quantities, width);
  const decimals = barWidth(quantities, width, 3) >= LEAST_BAR[3] ? 3 : 2;
  const bars = barWidth(quantities, width, decimals);
  const isWhole = quantities.length === shown.quantities.length;
  const barColumns = isWhole && bars >= LEAST_BAR[2] ? bars : 0;
  const columns = quantities.map((quantity) => ({
    quantity,
    length: fullLength(shown, quantity),
    width: numberWidth(quantity, decimals),
  }));
  const head: Line = [
    { text: 'unit'.padStart(LABEL), color: 'faint' },
    ...columns.map(
      ({ quantity, width: own }): Segment => ({
        text: quantity.name.padStart(GAP + barColumns + own),
        bold: true,
      }),
    ),
    ...(isWhole ? [] : [{ text: OMITTED, color: 'faint' } as const]),
  ];
  const rowOf = (at: number): Line => {
    const isChosen = at === unit;
    const label = `${isChosen ? '▸' : ' '}${String(at).padStart(LABEL - 1)}`;
    return [
      { text: label, color: isChosen ? 'accent' : 'faint', bold: isChosen },
      ...columns.flatMap(({ quantity, length, width: own }): Line => {
        const value = quantity.values[at]!;
        return [
          { text: ' '.repeat(GAP) },
          bar(Math.abs(value) / length, barColumns, quantityColor(quantity, value)),
          { text: number(value, own, decimals), bold: isChosen },
        ];
      }),
    ];
  };
  return [head, ...Array.from({ length: count }, (_, row) => rowOf(first + row))];
}
