import { makeTemporaryFolder, removeFolder } from '../../files.js';
import { breathe } from './console.js';
import { endBySignal, SIGNAL_NAMES, type Signal } from './endings.js';

/**
 * Makes a folder for `use` and removes it afterwards, however the process ends.
 * @throws UserError if it cannot be created
 */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  let folder: string | undefined;
  const cleanUp = () => {
    if (folder !== undefined) removeFolder(folder);
  };
  return withCleanup(cleanUp, () => {
    folder = makeTemporaryFolder(); // not earlier: signals must be listened for
    return use(folder);
  });
}

/** Runs `use`, then cleans up, even if a signal or the loss of the reader ends the process first. */
export async function withCleanup<T>(cleanUp: () => void, use: () => Promise<T>): Promise<T> {
  process.once('exit', cleanUp);
  try {
    return await undoneOnSignal(async () => cleanUp(), use);
  } finally {
    process.off('exit', cleanUp);
    cleanUp();
  }
}

/** Runs `use`. If a signal comes, undoes the partial work and then lets the signal end the process. */
export async function undoneOnSignal<T>(undo: () => Promise<void>, use: () => Promise<T>): Promise<T> {
  let ending: Promise<void> | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    for (const name of SIGNAL_NAMES) process.off(name, onSignal);
    ending = undo().finally(() => endBySignal(signal as Signal));
  };
  for (const signal of SIGNAL_NAMES) process.on(signal, onSignal);
  try {
    return await use();
  } finally {
    // A signal that came during the last of the work would be lost with its listeners. It is reported in the
    // next turn of the event loop, and the first breath may still belong to this one.
    for (let turns = 0; turns < 2; turns++) await breathe();
    await ending;
    for (const signal of SIGNAL_NAMES) process.off(signal, onSignal);
  }
}
