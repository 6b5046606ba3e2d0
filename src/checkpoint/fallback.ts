import { rename } from 'node:fs/promises';
import { ExitCode, fileError, UserError } from '../errors.js';
import { NewerFormatError } from './header.js';
import { type CheckpointFile, runOf } from './run.js';

/** A checkpoint that could not be used. */
export interface Damaged {
  readonly path: string;
  /** What was found, with the path. */
  readonly message: string;
}

/** The names of all that is wrong with a run would fill screens. */
const MOST_NAMED = 3;

/**
 * Reads the first of some checkpoints that is whole.
 * @param files at least one; those of a run, in the order in which they are to be tried
 * @param read what is needed of one
 * @returns what was read and where, and what was passed over
 * @throws UserError where none is whole, or the fault is not the file's: a newer format, no permission
 */
export async function readFirst<T>(
  files: readonly CheckpointFile[],
  read: (path: string) => Promise<T>,
): Promise<{ path: string; value: T; damaged: readonly Damaged[] }> {
  const damaged: Damaged[] = [];
  for (const { path } of files) {
    try {
      return { path, value: await read(path), damaged };
    } catch (error) {
      if (!isDamage(error) || files.length === 1) throw error;
      damaged.push({ path, message: error.message });
    }
  }
  const named = damaged.slice(0, MOST_NAMED).map(({ message }) => message);
  const more = damaged.length > MOST_NAMED ? `; and ${damaged.length - MOST_NAMED} more` : '';
  throw new UserError(
    `none of the ${files.length} checkpoints of ${runOf(files[0]!.path)} is whole: ${named.join('; ')}${more}`,
    'Take them from a backup, or begin a new run.',
    ExitCode.badData,
  );
}

function isDamage(error: unknown): error is UserError {
  if (!(error instanceof UserError) || error instanceof NewerFormatError) return false;
  return error.exitCode === ExitCode.badData || error.exitCode === ExitCode.io;
}

/**
 * Renames a damaged checkpoint, so that it no longer counts as one of its run: it could be the best by its name, and
 * outlive those that are whole.
 * @throws UserError where that is not possible
 */
export async function setAside({ path }: Damaged): Promise<void> {
  try {
    await rename(path, `${path}.damaged`);
  } catch (error) {
    throw fileError(error, path, 'Check the permissions of the run folder.', 'write');
  }
}
