import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../../errors.js';
import { SIGNAL_NAMES, SIGNALS, type Signal } from './endings.js';

/**
 * Lends a folder that is gone afterwards, however the process ends.
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
  return withCleanup(
    () => rmSync(folder, { recursive: true, force: true }),
    () => use(folder),
  );
}

/** Does something, and cleans up after it, also if a signal or a reader that went away ends the process meanwhile. */
export async function withCleanup<T>(cleanUp: () => void, use: () => Promise<T>): Promise<T> {
  process.once('exit', cleanUp);
  try {
    return await orTakenBack(async () => cleanUp(), use);
  } finally {
    process.off('exit', cleanUp);
    cleanUp();
  }
}

/** Does something that a signal interrupts: then what there is of it is taken back, and the signal ends the process. */
export async function orTakenBack<T>(takeBack: () => Promise<void>, use: () => Promise<T>): Promise<T> {
  // Its default action, since process.exit waits for a pipe that nobody opens at the other end; that of the first process
  // of a container is none.
  const onSignal = (signal: NodeJS.Signals) => {
    for (const name of SIGNAL_NAMES) process.off(name, onSignal);
    void takeBack().finally(() => {
      process.kill(process.pid, signal);
      process.exit(SIGNALS[signal as Signal]);
    });
  };
  for (const signal of SIGNAL_NAMES) process.on(signal, onSignal);
  try {
    return await use();
  } finally {
    for (const signal of SIGNAL_NAMES) process.off(signal, onSignal);
  }
}
