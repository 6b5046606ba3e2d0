import { once } from 'node:events';

/** What becomes of a program whose standard output nobody reads any more: it ends, unless a command ends in good order. */
export const output: { onUnread: () => void } = { onUnread: () => process.exit() };

/** Writes to standard output, and waits while its reader is slow; says nothing to one that has gone. */
export async function print(text: string | Uint8Array): Promise<void> {
  const { stdout } = process;
  if (text.length === 0 || stdout.errored || stdout.write(text)) return;
  await once(stdout, 'drain').catch(() => {}); // main sees to what is wrong with standard output
}

/** Gives signals and events of standard output a turn in the middle of a long piece of work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How the program was called, for commands suggested to the user. */
export const PROGRAM = process.env.npm_command === 'exec' ? 'npx charlstm' : 'charlstm';
