import { grouped } from '../../numbers.js';
import type { Axis, Series } from './chart.js';
import { type AxisScale, placeOf, ticks } from './scale.js';

/** A labelled number of an axis; its place is from 0 to 1. */
export interface Tick {
  readonly place: number;
  readonly label: string;
}

/** A span that is a smaller share of its values is rounding, not data. */
const LEAST_SPAN = 1e-9;
/** The margin beyond the values, as a share of the span. */
const MARGIN = 0.05;

/** Returns the scale of the values. It includes 0 if there are bars, unless it is logarithmic. */
export function verticalScale(axis: Axis, series: readonly Series[]): AxisScale {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const hasBars = !axis.log && series.some(({ kind }) => kind === 'bars');
  return scaleOf(axis, hasBars ? [...values, 0] : values, MARGIN);
}

/** Returns the scale of the x axis, with a margin around points and bars; lines fill it. */
export function horizontalScale(axis: Axis, series: readonly Series[]): AxisScale {
  const values = series.flatMap(({ points }) => points.map(([x]) => x));
  const bars = Math.max(0, ...series.map(({ kind, points }) => (kind === 'bars' ? points.length : 0)));
  const margin = bars > 1 ? 0.6 / (bars - 1) : series.every(({ kind }) => kind === 'line') ? 0 : MARGIN;
  return { ...scaleOf(axis, values, margin), whole: axis.whole ?? false };
}

function scaleOf({ from, to, log = false }: Axis, values: readonly number[], margin: number): AxisScale {
  const start = from ?? (values.length > 0 ? values.reduce((a, b) => Math.min(a, b)) : log ? 1 : 0);
  const end = to ?? (values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : log ? 10 : 1);
  const isFlat = !(end - start > LEAST_SPAN * Math.max(Math.abs(start), Math.abs(end)));
  if (isFlat) return around(start, log);
  if (log) {
    const more = (end / start) ** margin;
    return { from: from ?? start / more, to: to ?? end * more, log };
  }
  const more = margin * (end - start);
  // The axis does not extend below 0 if no value is negative, nor above 0 if none is positive.
  const lowest = start >= 0 ? Math.max(0, start - more) : start - more;
  const highest = end <= 0 ? Math.min(0, end + more) : end + more;
  return { from: from ?? lowest, to: to ?? highest, log };
}

/** Returns a scale with a value in its middle. */
function around(value: number, log: boolean): AxisScale {
  if (log) return { from: value / 3, to: value * 3, log };
  const half = Math.abs(value) / 2;
  return value === 0 ? { from: 0, to: 1, log } : { from: value - half, to: value + half, log };
}

/** Returns about `most` round numbers of a scale. */
export function ticksOf(scale: AxisScale, most: number): Tick[] {
  const powers = scale.log ? powersOf(scale, most) : [];
  if (powers.length > 1) {
    const label = powers.every(isPlain) ? (value: number) => bare(written(value)) : raised;
    return powers.map((value) => ({ place: placeOf(value, scale), label: label(value) }));
  }
  const few = ticks({ ...scale, log: false }, most);
  // A single number does not show a scale.
  const values = few.length < 2 ? ticks({ ...scale, log: false }, most + 1) : few;
  const labels = labelsOf(values);
  return values.map((value, i) => ({ place: placeOf(value, scale), label: labels[i]! }));
}

/** Returns powers of ten; if there are few, also multiples of them. */
function powersOf({ from, to }: AxisScale, most: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const decades = last - first + 1;
  if (decades >= 3) {
    // Twice a step contains at least two powers, wherever it starts.
    const step = Math.min(Math.ceil(decades / Math.max(2, most)), Math.floor(decades / 2));
    const lowest = Math.ceil(first / step) * step;
    const count = Math.floor((last - lowest) / step) + 1;
    return Array.from({ length: count }, (_, i) => Number(`1e${lowest + i * step}`));
  }
  for (const factors of FACTORS) {
    const all = [first - 1, first, last].flatMap((power) => factors.map((n) => Number(`${n}e${power}`)));
    const isInside = (value: number) => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9);
    const inside = [...new Set(all)].filter(isInside);
    if (inside.length <= Math.max(2, most)) return inside.sort((a, b) => a - b);
  }
  return [];
}

/** Factors of powers of ten, if there are few powers: the first that fit are used. */
const FACTORS = [[1, 2, 5], [1, 3], [1]] as const;

/** Formats the numbers of a linear axis with enough digits to tell neighbours apart. */
function labelsOf(values: readonly number[]): string[] {
  const gap = values.length > 1 ? values[1]! - values[0]! : Math.abs(values[0] ?? 1) || 1;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const digitsBelow = (power: number) => Math.max(0, power - Math.floor(Math.log10(gap) + 1e-9));
  if (isPlain(largest)) return values.map((value) => fixed(nearZero(value, gap), digitsBelow(0)));
  const power = powerOf(largest);
  return values.map((value) => {
    const zeroed = nearZero(value, gap);
    return zeroed === 0 ? '0' : timesTen((zeroed / 10 ** power).toFixed(digitsBelow(power)), power);
  });
}

/** Corrects a sum of steps that missed 0 by rounding. */
function nearZero(value: number, gap: number): number {
  return Math.abs(value) < 1e-6 * gap ? 0 : value;
}

/** Formats a number with about three digits. */
export function written(value: number): string {
  const size = Math.abs(value);
  return isPlain(size) ? fixed(value, Math.max(0, 2 - powerOf(size))) : raised(value);
}

function powerOf(size: number): number {
  return size === 0 ? 0 : Math.floor(Math.log10(size) + 1e-9);
}

/** Formats a number in scientific notation. */
function raised(value: number): string {
  const power = powerOf(Math.abs(value));
  const factor = bare((value / 10 ** power).toFixed(2));
  return power === 0 ? factor : timesTen(factor, power);
}

/** Removes trailing zeros of a fraction. */
function bare(number: string): string {
  return /\.\d+$/.test(number) ? number.replace(/\.?0+$/, '') : number;
}

function isPlain(size: number): boolean {
  return size === 0 || (size >= 1e-3 * (1 - 1e-9) && size < 1e6);
}

function fixed(value: number, digits: number): string {
  return digits === 0 ? grouped(Math.round(value)) : value.toFixed(digits);
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function timesTen(factor: string, power: number): string {
  const ten = `10${String(power).replace(/./g, (sign) => (sign === '-' ? '⁻' : RAISED[Number(sign)]!))}`;
  return factor === '1' ? ten : factor === '-1' ? `-${ten}` : `${factor}×${ten}`;
}

/**
 * Spreads labels from `from` to `to`, at least `gap` apart and as close as possible to their wanted places,
 * by isotonic regression (pool adjacent violators; Ayer et al. 1955). There must be room for all of them.
 * @param wanted places in any order
 * @returns the places in the same order
 */
export function spreadOut(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const groups: { sum: number; count: number }[] = [];
  const mean = ({ sum, count }: (typeof groups)[number]) => sum / count;
  for (const [rank, i] of order.entries()) {
    let group = { sum: wanted[i]! - rank * gap, count: 1 };
    while (groups.length > 0 && mean(groups.at(-1)!) >= mean(group)) {
      const last = groups.pop()!;
      group = { sum: last.sum + group.sum, count: last.count + group.count };
    }
    groups.push(group);
  }
  const highest = to - (wanted.length - 1) * gap;
  const places = groups.flatMap((group) =>
    Array<number>(group.count).fill(Math.max(from, Math.min(highest, mean(group)))),
  );
  const result = [...wanted];
  for (const [rank, i] of order.entries()) result[i] = places[rank]! + rank * gap;
  return result;
}
