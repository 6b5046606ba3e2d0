import type { Line, Segment } from '../line.js';
import { bar, number, quantityColor } from './bars.js';
import { fullLength, type Shown } from './shown.js';

const LABEL = 6;
const GAP = 1;
const WIDEST_BAR = 12;
/** Columns of a number with three decimals and with two, sign and all. */
const NUMBER = { 3: 7, 2: 6 } as const;
/** A bar says little in fewer columns: then numbers are shorter, then there are none. */
const LEAST_BAR = { 3: 3, 2: 2 } as const;

/** Columns from which on there are bars of so many quantities. */
export function leastWidth(quantities: number): number {
  return LABEL + quantities * (GAP + NUMBER[2] + LEAST_BAR[2]);
}

/** The first of the units that are shown where there is room for so many: by pages, so that few keys move them. */
export function firstUnit(unit: number, hidden: number, room: number): number {
  return Math.max(0, Math.min(hidden - room, Math.floor(unit / room) * room));
}

/** Units of a layer, one a line below a line of names: gates and states as bars and numbers. */
export function unitTable(
  shown: Shown,
  { unit, first, count }: { readonly unit: number; readonly first: number; readonly count: number },
  width: number,
): Line[] {
  const { quantities } = shown;
  const cell = Math.floor((width - LABEL) / quantities.length);
  const decimals = cell >= GAP + NUMBER[3] + LEAST_BAR[3] ? 3 : 2;
  const barWidth = Math.min(WIDEST_BAR, cell - NUMBER[decimals] - GAP);
  const fits = quantities.slice(0, Math.max(1, Math.floor((width - LABEL) / (GAP + NUMBER[2]))));
  const lengths = fits.map((quantity) => fullLength(shown, quantity));
  const hasBars = barWidth >= LEAST_BAR[2];
  const numberWidth = hasBars ? NUMBER[decimals] : Math.max(NUMBER[2], cell - GAP);
  const cellWidth = GAP + numberWidth + (hasBars ? barWidth : 0);
  const head: Line = [
    { text: 'unit'.padStart(LABEL), color: 'faint' },
    ...fits.map(({ name }): Segment => ({ text: name.padStart(cellWidth), bold: true })),
  ];
  const rowOf = (at: number): Line => {
    const isChosen = at === unit;
    return [
      {
        text: `${isChosen ? '▸' : ' '}${String(at).padStart(LABEL - 1)}`,
        color: isChosen ? 'accent' : 'faint',
        bold: isChosen,
      },
      ...fits.flatMap((quantity, i): Line => {
        const value = quantity.values[at]!;
        const text = { text: number(value, numberWidth, decimals), bold: isChosen };
        const share = Math.abs(value) / lengths[i]!;
        return [
          { text: ' '.repeat(GAP) },
          ...(hasBars ? [bar(share, barWidth, quantityColor(quantity.name, value))] : []),
          text,
        ];
      }),
    ];
  };
  return [head, ...Array.from({ length: count }, (_, row) => rowOf(first + row))];
}
