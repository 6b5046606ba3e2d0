import { type Line, widthOf } from '../text/line.js';
import type { Tick } from './axis.js';

/**
 * Adds a vertical axis to the left of a drawing.
 * @param indent the columns that the axis takes, its line included
 * @param rowOf returns the row of a place, which is 0 at the bottom and 1 at the top
 */
export function withLeftAxis(
  rows: readonly Line[],
  ticks: readonly Tick[],
  indent: number,
  rowOf: (place: number) => number,
): Line[] {
  return rows.map((line, row): Line => {
    const label = ticks.find(({ place }) => rowOf(place) === row)?.label;
    const axis = `${(label ?? '').padStart(indent - 1)}${label === undefined ? '│' : '┤'}`;
    return [{ text: axis, color: 'faint' }, ...line];
  });
}

/**
 * Returns the labels of a horizontal axis, omitting those that would touch the previous one.
 * @param width the columns of the drawing
 * @param room the columns that labels may take
 * @param gap the columns between two labels, at least
 */
export function labelsBelow(ticks: readonly Tick[], width: number, { room = width, gap = 2 } = {}): string {
  let text = '';
  for (const { place, label } of ticks) {
    const used = widthOf(label);
    const middle = Math.round(place * (width - 1)) - (used >> 1);
    const from = Math.max(0, Math.min(width - used, middle));
    if ((text !== '' && from < text.length + gap) || from + used > room) continue;
    text = text.padEnd(from) + label;
  }
  return text;
}
