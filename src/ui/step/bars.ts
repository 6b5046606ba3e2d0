import { decimal } from '../../format.js';
import type { Quantity } from '../../insight/equations.js';
import { clamped } from '../../numbers.js';
import { Canvas } from '../plot/canvas.js';
import { PARTS } from '../plot/terminal-bars.js';
import type { Line, Segment } from '../text/line.js';
import type { Color } from '../text/palette.js';

/** A bar from the left in eighths of a column, filled up with spaces. @param share of its full length, 0 to 1 */
export function bar(share: number, width: number, color: Color): Segment {
  const eighths = Math.round(
    8 * width * clamped(Number.isNaN(share) ? 0 : share, { minimum: 0, maximum: 1 }),
  );
  const text = '█'.repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]!;
  return { text: text.padEnd(width), color };
}

/** Of a number with a sign. The figure beside it says it without colours, too. */
export function signColor(value: number): 'training' | 'validation' {
  return value < 0 ? 'training' : 'validation';
}

/** Of a gate, or of a number with a sign. */
export function quantityColor({ kind }: Quantity, value: number): 'accent' | 'training' | 'validation' {
  return kind === 'share' ? 'accent' : signColor(value);
}

/**
 * Many numbers as upright bars side by side, up from the middle or down from it; the first ones, where there is not room
 * for all.
 */
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

/** A number set to the right in its column. */
export function number(value: number, width: number, decimals: number): string {
  return decimal(value, decimals).padStart(width);
}
