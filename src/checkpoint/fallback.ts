import { ExitCode, fileError, UserError } from '../errors.js';
import type { BeforeRename } from '../files.js';
import { renameFile } from '../rename.js';
import { ForeignFileError } from './foreign.js';
import { NewerFormatError } from './header.js';
import { type CheckpointFile, runOf } from './run.js';

/** A checkpoint that could not be used. */
export interface Damaged {
  readonly path: string;
  /** The problem, with the path. */
  readonly message: string;
}

/** Naming all damaged checkpoints of a run could fill screens. */
const MOST_NAMED = 3;

/**
 * Reads the first intact checkpoint.
 * @param files at least one; the checkpoints of a run in the order to try them
 * @param read reads a checkpoint and throws if it is damaged
 * @returns the value, the checkpoint's path, and the damaged ones that were skipped
 * @throws UserError if none is intact, or if damage is not the cause: a newer format, no permission
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
    `none of the ${files.length} checkpoints of ${runOf(files[0]!.path)} is intact: ${named.join('; ')}${more}`,
    'Restore them from a backup, or start a new run.',
    ExitCode.badData,
  );
}

/** Whether an error means that a checkpoint is damaged, so that another one may be used instead. */
export function isDamage(error: unknown): error is UserError {
  if (!(error instanceof UserError) || error instanceof NewerFormatError) return false;
  if (error instanceof ForeignFileError) return false;
  return error.exitCode === ExitCode.badData || error.exitCode === ExitCode.io;
}

/**
 * Renames a damaged checkpoint so that it no longer counts as one of its run. By its name it could be the
 * best, and would outlive the intact ones.
 * @throws UserError if that is not possible
 */
export async function setAside({ path }: Damaged, beforeRename: BeforeRename): Promise<void> {
  beforeRename();
  try {
    await renameFile(path, `${path}.damaged`);
  } catch (error) {
    throw fileError(error, path, 'Check the permissions of the run folder.', 'write');
  }
}
