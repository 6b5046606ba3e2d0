import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, fileError } from '../errors.js';

/**
 * Lends a folder that is gone afterwards, also if a signal ends the process meanwhile.
 * @throws UserError where none can be made
 */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'charlstm-'));
  } catch (error) {
    throw fileError(
      error,
      `a folder in ${tmpdir()}`,
      'Name another folder for temporary files in TMPDIR.',
      'create',
    );
  }
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const codes = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated } as const;
  const leave = (signal: NodeJS.Signals) => {
    remove();
    process.exit(codes[signal as keyof typeof codes]);
  };
  const signals = Object.keys(codes) as (keyof typeof codes)[];
  for (const signal of signals) process.once(signal, leave);
  try {
    return await use(folder);
  } finally {
    for (const signal of signals) process.off(signal, leave);
    remove();
  }
}
