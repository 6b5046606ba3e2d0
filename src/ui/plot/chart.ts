import type { Color } from '../text/palette.js';

/** The quantity along an axis. */
export interface Axis {
  readonly label: string;
  /** Whether the scale is logarithmic: values that are not above 0 are omitted. */
  readonly log?: boolean;
  /** Whether only whole numbers get labels. */
  readonly whole?: boolean;
  /** The ends, if they do not follow from the values. */
  readonly from?: number;
  readonly to?: number;
  /** For `x` only: names instead of numbers, with x as the index. Such a chart has horizontal bars only. */
  readonly categories?: readonly string[];
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'points' | 'bars';
  /** In the order in which a line connects them. */
  readonly points: readonly Point[];
  readonly color: Color;
  /** Whether it is drawn heavier than the others. */
  readonly emphasis?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** Charts side by side, row after row, that share a legend. */
export interface Figure {
  readonly title: string;
  readonly charts: readonly Chart[];
  /** Charts per row. */
  readonly columns: number;
}

/** Colours for series without a role of their own, the most distinct first. */
export const SERIES_COLORS: readonly Color[] = ['training', 'validation', 'good', 'further', 'bad', 'accent'];

/** Larger numbers count as infinite, since their span would overflow; those below the inverse count as 0. */
const LARGEST = 1e100;

/** Returns the series without points that are not finite, not above 0 on a log axis, or of no category. */
export function plottable({ x, y, series }: Chart): Series[] {
  const count = x.categories?.length;
  const isOn = (value: number, { log = false }: Axis) => Math.abs(value) <= LARGEST && (!log || value > 0);
  const isPlace = (at: number) =>
    count === undefined ? isOn(at, x) : Number.isInteger(at) && at >= 0 && at < count;
  const rounded = (value: number) => (Math.abs(value) < 1 / LARGEST ? 0 : value);
  return series
    .filter(({ kind }) => count === undefined || kind === 'bars')
    .map((one) => ({
      ...one,
      points: one.points
        .map(([at, value]): Point => [rounded(at), rounded(value)])
        .filter(([at, value]) => isPlace(at) && isOn(value, y)),
    }));
}

/** Returns the series that are drawn as lines. */
export function linesIn(series: readonly Series[]): Series[] {
  return series.filter(({ kind, points }) => kind === 'line' && points.length > 0);
}

/** Returns whether there is nothing to draw. */
export function isEmpty(series: readonly Series[]): boolean {
  return series.every(({ points }) => points.length === 0);
}

/** Returns the least horizontal distance of two points, but at most `most`. */
export function leastGap(points: readonly Point[], most: number): number {
  const places = points.map(([x]) => x).sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, i) => place - places[i]!);
  return gaps.filter((gap) => gap > 0).reduce((a, b) => Math.min(a, b), most);
}

/** Returns a figure with a single chart. */
export function figureOf(chart: Chart): Figure {
  return { title: '', charts: [chart], columns: 1 };
}

/** Returns series that differ in name, colour or kind, in their original order. */
export function namesOf(charts: readonly Chart[]): Series[] {
  const names = new Map<string, Series>();
  for (const one of charts.flatMap(({ series }) => series)) {
    const key = `${one.color} ${one.kind} ${one.name}`;
    if (!names.has(key)) names.set(key, one);
  }
  return [...names.values()];
}
