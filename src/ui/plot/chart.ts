import type { Color } from '../text/palette.js';

/** What an axis measures. */
export interface Axis {
  readonly label: string;
  /** Equal ratios take equal room, and values that are not above 0 are left out. */
  readonly log?: boolean;
  /** What is counted has no places between whole numbers that could be named. */
  readonly whole?: boolean;
  /** The ends, where they do not follow from the values. */
  readonly from?: number;
  readonly to?: number;
  /** Of `x` only: names instead of numbers, x being an index. Such a chart has bars alone, which lie. */
  readonly categories?: readonly string[];
}

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'points' | 'bars';
  /** In the order in which a line joins them. */
  readonly points: readonly Point[];
  readonly color: Color;
  /** Drawn heavier than the others. */
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
  /** Charts a row. */
  readonly columns: number;
}

/** Colours for series that have no role of their own, in the order in which they are best told apart. */
export const SERIES_COLORS: readonly Color[] = ['training', 'validation', 'good', 'further', 'bad', 'accent'];

/** Numbers beyond are as good as infinite (a span of them would be), and those below its inverse are as good as 0. */
const LARGEST = 1e100;

/** The series without what cannot be drawn: what is not finite, not above 0 on a log axis, or of no category. */
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

/** A figure of the chart alone. */
export function figureOf(chart: Chart): Figure {
  return { title: '', charts: [chart], columns: 1 };
}

/** Names with their looks that tell series apart, each once, in the order in which they come. */
export function namesOf(charts: readonly Chart[]): Series[] {
  const names = new Map<string, Series>();
  for (const one of charts.flatMap(({ series }) => series)) {
    const key = `${one.color} ${one.kind} ${one.name}`;
    if (!names.has(key)) names.set(key, one);
  }
  return [...names.values()];
}
