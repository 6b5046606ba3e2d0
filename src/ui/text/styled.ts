import chalk from 'chalk';
import type { Segment } from './line.js';
import { type Color, PALETTE } from './palette.js';
import { painted } from './tint.js';

/**
 * With sixteen colours, the one nearest to faint is black, which is invisible on black: text is dimmed
 * instead.
 */
function isDimmed(color: Color | undefined): boolean {
  return color === 'faint' && chalk.level === 1;
}

/** Adds escape codes to a segment; returns plain text where standard output has no colours. */
export function styled({ text, color, bold, tint }: Segment): string {
  const style = isDimmed(color) ? chalk.dim : color && chalk.hex(PALETTE[color]);
  const colored = style ? style(text) : painted(text, tint);
  return bold ? chalk.bold(colored) : colored;
}
