import { once } from 'node:events';
import { harmlessJson } from '../../format.js';

/** Called when nobody reads standard output any more. Exits, unless a command has work to finish first. */
export const output: { onUnread: () => void } = { onUnread: () => process.exit() };

/** Writes to standard output and waits while its reader is slow. Does nothing once the reader has gone. */
export async function print(text: string | Uint8Array): Promise<void> {
  const { stdout } = process;
  if (text.length === 0 || stdout.errored || stdout.write(text)) return;
  await once(stdout, 'drain').catch(() => {}); // main handles errors of standard output
}

/** Prints a report as JSON (`--json`) or as text. */
export function printReport(asJson: true | undefined, report: unknown, text: () => string): void {
  process.stdout.write(asJson ? `${harmlessJson(report, 2)}\n` : text());
}

/** Lets signals and the events of standard output be handled in the middle of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How the program was called, for commands suggested to the user. */
export const PROGRAM = process.env.npm_command === 'exec' ? 'npx charlstm' : 'charlstm';
