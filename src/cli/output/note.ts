import { chalkStderr as chalk } from 'chalk';
import { harmlessLine } from '../../format.js';

/** Says on stderr what a person should know and need not act on. */
export function note(text: string): void {
  process.stderr.write(`${chalk.yellow('note')} ${harmlessLine(text)}\n`);
}
