import type { Point } from './chart.js';
import { type AxisScale, placeOf } from './scale.js';

/** Where the drawing of a chart lies: its left upper corner and its size, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Beyond so many points a line keeps the lowest and the highest of each stretch. */
const MOST_ON_LINE = 2000;
/** Beyond so many, points that nearly hide each other become one. */
const MOST_POINTS = 4000;
/** Pixels off the drawing at which lines and bars end that lead away from it. */
const OFF = 2000;

/** A coordinate, short. */
export function short(pixels: number): string {
  return String(Math.round(10 * pixels) / 10 + 0);
}

/** The pixel of a value from left to right. */
export function across(value: number, scale: AxisScale, { left, width }: Box): number {
  return bounded(left + placeOf(value, scale) * width);
}

/** The pixel of a value upwards. */
export function upwards(value: number, scale: AxisScale, { top, height }: Box): number {
  return bounded(top + (1 - placeOf(value, scale)) * height);
}

function bounded(pixels: number): number {
  return Math.max(-OFF, Math.min(2 * OFF, pixels));
}

/** Points in pixels as the path of a line; a single one as a dot. */
export function linePath(points: readonly Point[]): string {
  const shown = points.length > MOST_ON_LINE ? extremes(points, MOST_ON_LINE / 2) : points;
  const steps = shown.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`);
  return shown.length === 1 ? `${steps[0]}h0` : steps.join('');
}

/** Points in pixels as a path of dots, which are as wide as its stroke. */
export function dotsPath(points: readonly Point[]): string {
  let shown = distinct(points, 0.1);
  for (let grid = 0.5; shown.length > MOST_POINTS; grid *= 2) shown = distinct(points, grid);
  return shown.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join('');
}

/** One point of each square of a grid: of many points the outlying ones stay. */
function distinct(points: readonly Point[], grid: number): Point[] {
  const squares = new Map<string, Point>();
  for (const point of points) {
    const key = point.map((at) => Math.round(at / grid)).join(' ');
    if (!squares.has(key)) squares.set(key, point);
  }
  return [...squares.values()];
}

/** Of each of some stretches of a line the lowest and the highest point, in their order. */
function extremes(points: readonly Point[], stretches: number): Point[] {
  const size = points.length / stretches;
  return Array.from({ length: stretches }, (_, i) => {
    const stretch = points.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    const at = (better: (a: number, b: number) => boolean) =>
      stretch.reduce((best, [, y], j) => (better(y, stretch[best]![1]) ? j : best), 0);
    return [...new Set([at((a, b) => a < b), at((a, b) => a > b)])]
      .sort((a, b) => a - b)
      .map((j) => stretch[j]!);
  }).flat();
}

/** A bar between two corners. */
export function barPath(x0: number, y0: number, x1: number, y1: number): string {
  return `M${short(x0)} ${short(y0)}H${short(x1)}V${short(y1)}H${short(x0)}z`;
}

/** The width of upright bars, which leave some room to the nearest neighbour. */
export function barWidth(places: readonly number[], width: number): number {
  const sorted = [...places].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, i) => place - sorted[i]!);
  const least = gaps.filter((gap) => gap > 0).reduce((a, b) => Math.min(a, b), width / 4);
  return Math.max(0.5, 0.85 * least);
}
