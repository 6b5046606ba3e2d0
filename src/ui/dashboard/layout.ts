import type { Size } from '../text/line.js';

/** Smaller terminals show a single line. */
const LEAST = { columns: 40, rows: 12 };
/** The least columns for chart and sample side by side; otherwise they are stacked. */
const BESIDE = 72;
/** The least rows of a panel with a frame. */
const FRAMED = 8;

/** Divides the screen; returns undefined if it is too small for more than a line. */
export function layoutOf({ columns, rows }: Size, headerLines: number) {
  if (columns < LEAST.columns || rows < LEAST.rows) return undefined;
  const beside = columns >= BESIDE;
  const progressLines = beside && rows >= 18 ? 4 : 3;
  // Rows between header and progress.
  const middle = rows - headerLines - progressLines - 1;
  const framed = middle >= (beside ? FRAMED : 2 * FRAMED);
  const width = Math.round(columns * 0.55);
  const height = Math.ceil(middle * (framed ? 0.55 : 0.7));
  return {
    progressLines,
    middle,
    beside,
    framed,
    chart: beside ? { width, height: middle } : { width: columns, height },
    sample: beside ? { width: columns - width, height: middle } : { width: columns, height: middle - height },
  };
}
