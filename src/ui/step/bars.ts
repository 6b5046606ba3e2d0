import { decimal } from '../../format.js';
import type { Quantity } from '../../insight/equations.js';
import { clamped } from '../../numbers.js';
import { Canvas } from '../plot/canvas.js';
import { PARTS } from '../plot/terminal-bars.js';
import type { Line, Segment } from '../text/line.js';
import type { Color } from '../text/palette.js';

/**
 * Draws a horizontal bar in eighths of a column, padded with spaces.
 * @param share of the full length, from 0 to 1
 */
export function bar(share: number, width: number, color: Color): Segment {
  const eighths = Math.round(
    8 * width * clamped(Number.isNaN(share) ? 0 : share, { minimum: 0, maximum: 1 }),
  );
  const text = '█'.repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]!;
  return { text: text.padEnd(width), color };
}

/** Returns the colour of a signed number; the figure next to it shows the sign without colours, too. */
export function signColor(value: number): 'training' | 'validation' {
  return value < 0 ? 'training' : 'validation';
}

/** Returns the colour of a gate or of a signed number. */
export function quantityColor({ kind }: Quantity, value: number): 'accent' | 'training' | 'validation' {
  return kind === 'share' ? 'accent' : signColor(value);
}

/** Draws numbers as vertical bars up or down from the middle; those that do not fit are omitted. */
export function columns(values: ArrayLike<number>, width: number, height: number): Line[] {
  const canvas = new Canvas(width, height);
  const layers = { validation: canvas.layer('validation'), training: canvas.layer('training') };
  const thick = values.length <= width ? 2 : 1;
  const half = canvas.dotsHigh / 2;
  const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  for (let i = 0; i < values.length; i++) {
    const length = Math.round((half * Math.abs(values[i]!)) / largest);
    if (length === 0) continue;
    const [from, to] = values[i]! > 0 ? [half - length, half - 1] : [half, half + length - 1];
    for (let dot = 0; dot < thick; dot++) layers[signColor(values[i]!)].column(thick * i + dot, from, to);
  }
  return canvas.rows();
}

/** Formats a number, right-aligned. */
export function number(value: number, width: number, decimals: number): string {
  return decimal(value, decimals).padStart(width);
}
