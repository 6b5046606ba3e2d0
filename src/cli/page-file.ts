import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ExitCode, fileError, UserError } from '../errors.js';
import { withCleanup } from './temporary.js';

/** What is written, for messages. */
interface Asked {
  /** The flag that names the place. */
  readonly flag: string;
  readonly example: string;
  readonly what: string;
  /** Files that it may not replace. */
  readonly inputs: readonly string[];
}

/**
 * Lends a function that writes to a file; the file is there, whole, only once `use` has ended well.
 * @throws UserError where it cannot be written
 */
export async function withPage<T>(
  path: string,
  { flag, example, what, inputs }: Asked,
  use: (write: (text: string) => void) => Promise<T>,
): Promise<T> {
  const hint = `Name another place with ${flag}.`;
  const attempt = <R>(purpose: 'write' | 'create', action: () => R): R => {
    try {
      return action();
    } catch (error) {
      throw fileError(error, path, hint, purpose);
    }
  };
  if (path === '') throw new UserError(`${flag} is ""`, `Give a path: ${flag} ${example}.`);
  const existing = attempt('create', () => statSync(path, { throwIfNoEntry: false }));
  if (existing && !existing.isFile()) {
    const kind = existing.isDirectory() ? 'a folder' : 'a device';
    throw new UserError(`${path} is ${kind}, not a file for ${what}`, hint, ExitCode.cannotCreate);
  }
  const isExisting = (input: string) => {
    const other = statSync(input, { throwIfNoEntry: false });
    return other !== undefined && other.ino === existing?.ino && other.dev === existing.dev;
  };
  if (existing && inputs.some(isExisting)) {
    throw new UserError(`${path} is read by this command: ${what} may not replace it`, hint);
  }
  // A link stays, and what it leads to is replaced.
  const target = existing ? realpathSync(path) : path;
  if (existing && extname(target) !== extname(example)) {
    throw new UserError(
      `${path} is there already, and is not ${what}`,
      `${hint.slice(0, -1)}, or one that ends in ${extname(example)}.`,
      ExitCode.cannotCreate,
    );
  }
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = attempt('create', () => openSync(temporary, 'w'));
  const remove = () => rmSync(temporary, { force: true });
  return withCleanup(remove, async () => {
    try {
      const result = await use((text) => attempt('write', () => writeWhole(file, text)));
      attempt('create', () => renameSync(temporary, target));
      return result;
    } finally {
      closeSync(file);
    }
  });
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
