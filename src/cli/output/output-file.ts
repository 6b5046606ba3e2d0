import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname } from 'node:path';
import { ExitCode, fileError, UserError } from '../../errors.js';
import { hiddenTemporary, replaceFile } from '../../files.js';
import { withCleanup } from './temporary.js';

/** A file to write, as messages describe it. */
interface OutputFile {
  /** The flag that names its path. */
  readonly flag: string;
  readonly example: string;
  readonly what: string;
  /** Files that it must not replace. */
  readonly inputs: readonly string[];
}

/**
 * Checks that a file can be written, before the work of making it.
 * @returns its path, with links followed
 * @throws UserError if it cannot
 */
export function checkOutputFile(path: string, { flag, example, what, inputs }: OutputFile): string {
  const hint = hintFor(flag);
  if (path === '') throw new UserError(`${flag} is ""`, `Give a path: ${flag} ${example}.`);
  const { existing, target } = attempt(path, hint, () => {
    const existing = statSync(path, { bigint: true, throwIfNoEntry: false }); // as numbers, ids are inexact
    // A link stays, and its target is replaced.
    return { existing, target: existing ? realpathSync(path) : path };
  });
  if (existing && !existing.isFile()) {
    const kind = existing.isDirectory() ? 'a folder' : 'a device';
    throw new UserError(`${path} is ${kind}, not a file for ${what}`, hint, ExitCode.cannotCreate);
  }
  const isExisting = (input: string) => {
    const other = statSync(input, { bigint: true, throwIfNoEntry: false });
    return other !== undefined && other.ino === existing?.ino && other.dev === existing.dev;
  };
  if (existing && inputs.some(isExisting)) {
    throw new UserError(`${path} is read by this command, and ${what} must not replace it`, hint);
  }
  if (existing && extname(target) !== extname(example)) {
    throw new UserError(
      `${path} already exists and is not ${what}`,
      `${hint.slice(0, -1)}, or one that ends in ${extname(example)}.`,
      ExitCode.cannotCreate,
    );
  }
  attempt(path, hint, () => accessSync(dirname(target), constants.W_OK));
  return target;
}

/**
 * Lends a function that writes to a file. The file appears, complete, only once `use` has succeeded.
 * @throws UserError if it cannot be written
 */
export async function withOutputFile(
  path: string,
  output: OutputFile,
  use: (write: (text: string) => void) => Promise<void>,
): Promise<void> {
  const target = checkOutputFile(path, output);
  const temporary = hiddenTemporary(target);
  const fill = async () => {
    const file = openSync(temporary, 'w');
    try {
      await use((text) => writeFileSync(file, text));
    } finally {
      closeSync(file);
    }
  };
  try {
    await withCleanup(
      () => rmSync(temporary, { force: true }),
      () => replaceFile(target, fill, { temporary }),
    );
  } catch (error) {
    throw fileError(error, path, hintFor(output.flag), 'create');
  }
}

function hintFor(flag: string): string {
  return `Name another path with ${flag}.`;
}

function attempt<R>(path: string, hint: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, hint, 'create');
  }
}
