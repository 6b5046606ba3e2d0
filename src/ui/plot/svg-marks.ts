import type { Point } from './chart.js';
import { type AxisScale, placeOf } from './scale.js';

/** The area of a drawing in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Lines with more points keep the lowest and the highest point of each section. */
const MOST_ON_LINE = 2000;
/** If there are more points, those that nearly coincide are merged. */
const MOST_POINTS = 4000;
/** Pixels outside the drawing at which lines and bars are cut off. */
const OFF = 2000;

/** Formats a coordinate with at most one decimal. */
export function short(pixels: number): string {
  return String(Math.round(10 * pixels) / 10 + 0);
}

/** Returns the horizontal pixel of a value. */
export function across(value: number, scale: AxisScale, { left, width }: Box): number {
  return bounded(left + placeOf(value, scale) * width);
}

/** Returns the vertical pixel of a value. */
export function upwards(value: number, scale: AxisScale, { top, height }: Box): number {
  return bounded(top + (1 - placeOf(value, scale)) * height);
}

function bounded(pixels: number): number {
  return Math.max(-OFF, Math.min(2 * OFF, pixels));
}

/** Returns the path of a line through points in pixels; a single point becomes a dot. */
export function linePath(points: readonly Point[]): string {
  const shown = points.length > MOST_ON_LINE ? extremes(points, MOST_ON_LINE / 2) : points;
  const steps = shown.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`);
  return shown.length === 1 ? `${steps[0]}h0` : steps.join('');
}

/** Returns a path of dots, which are as wide as its stroke, from points in pixels. */
export function dotsPath(points: readonly Point[]): string {
  let shown = distinct(points, 0.1);
  for (let grid = 0.5; shown.length > MOST_POINTS; grid *= 2) shown = distinct(points, grid);
  return shown.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join('');
}

/** Keeps one point per square of a grid, so outliers remain. */
function distinct(points: readonly Point[], grid: number): Point[] {
  const squares = new Map<string, Point>();
  for (const point of points) {
    const key = point.map((at) => Math.round(at / grid)).join(' ');
    if (!squares.has(key)) squares.set(key, point);
  }
  return [...squares.values()];
}

/** Keeps the lowest and the highest point of each section of a line, in order. */
function extremes(points: readonly Point[], sections: number): Point[] {
  const size = points.length / sections;
  return Array.from({ length: sections }, (_, i) => {
    const section = points.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    const at = (better: (a: number, b: number) => boolean) =>
      section.reduce((best, [, y], j) => (better(y, section[best]![1]) ? j : best), 0);
    return [...new Set([at((a, b) => a < b), at((a, b) => a > b)])]
      .sort((a, b) => a - b)
      .map((j) => section[j]!);
  }).flat();
}

/** Returns the path of a bar between two corners. */
export function barPath(x0: number, y0: number, x1: number, y1: number): string {
  return `M${short(x0)} ${short(y0)}H${short(x1)}V${short(y1)}H${short(x0)}z`;
}
