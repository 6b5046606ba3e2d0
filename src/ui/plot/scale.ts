/** The range of an axis. */
export interface AxisScale {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  /** Only whole numbers are ticks. */
  readonly whole?: boolean;
}

/** Returns the place of a number: 0 at `from`, 1 at `to`. */
export function placeOf(value: number, { from, to, log }: AxisScale): number {
  if (to === from) return 0.5;
  // Subtracting logarithms avoids an infinite ratio.
  if (log) return (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from));
  return (value - from) / (to - from);
}

/** Returns where bars start: at 0, or at the end of the axis that is nearest to it. */
export function footOf({ from, to }: AxisScale): number {
  return Math.max(from, Math.min(to, 0));
}

/** Returns round numbers of an axis: at most `most` and, if possible, at least two. */
export function ticks({ from, to, whole = false }: AxisScale, most: number): number[] {
  if (!(to > from) || most < 1) return [];
  const power = 10 ** Math.floor(Math.log10((to - from) / most));
  const least = whole ? 1 : 0;
  for (const step of [1, 2, 5, 10, 20, 50].map((n) => n * power)) {
    if (step < least) continue;
    const first = Math.ceil(from / step - 1e-9);
    const count = Math.floor(to / step + 1e-9) - first + 1;
    if (count <= most) return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
  }
  return [];
}
