import { once } from 'node:events';

/** Called when nobody reads standard output any more. Exits, unless a command has work to finish first. */
export const output: { onUnread: () => void } = { onUnread: () => process.exit() };

/** Writes to standard output and waits while its reader is slow. Does nothing once the reader has gone. */
export async function print(text: string | Uint8Array): Promise<void> {
  const { stdout } = process;
  if (text.length === 0 || stdout.errored || stdout.write(text)) return;
  await once(stdout, 'drain').catch(() => {}); // main handles errors of standard output
}

/** Lets signals and the events of standard output be handled in the middle of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How the program was called, for commands suggested to the user. */
export const PROGRAM = process.env.npm_command === 'exec' ? 'npx charlstm' : 'charlstm';
