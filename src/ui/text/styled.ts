import chalk from 'chalk';
import type { Segment } from './line.js';
import { type Color, PALETTE } from './palette.js';
import { painted } from './tint.js';

/** The colour nearest to faint of a terminal that has sixteen is black, which cannot be seen on black. */
export function isDimmed(color: Color | undefined): boolean {
  return color === 'faint' && chalk.level === 1;
}

/** A piece of a line as a terminal takes it; as it is where standard output has no colours. */
export function styled({ text, color, bold, tint }: Segment): string {
  const style = isDimmed(color) ? chalk.dim : color && chalk.hex(PALETTE[color]);
  const colored = style ? style(text) : painted(text, tint);
  return bold ? chalk.bold(colored) : colored;
}
