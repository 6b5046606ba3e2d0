import chalk from 'chalk';
import type { Segment } from './line.js';
import { PALETTE } from './palette.js';
import { painted } from './tint.js';

/** A piece of a line as a terminal takes it; as it is where standard output has no colours. */
export function styled({ text, color, bold, tint }: Segment): string {
  const colored = color ? chalk.hex(PALETTE[color])(text) : painted(text, tint);
  return bold ? chalk.bold(colored) : colored;
}
