import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ExitCode, fileError, UserError } from '../../errors.js';
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
 * Makes sure that a file can be put at a place, before the work that it is for.
 * @returns the path that it gets there
 * @throws UserError where it cannot
 */
export function pagePlace(path: string, { flag, example, what, inputs }: Asked): string {
  const hint = hintFor(flag);
  if (path === '') throw new UserError(`${flag} is ""`, `Give a path: ${flag} ${example}.`);
  const { existing, target } = attempt('create', path, hint, () => {
    const existing = statSync(path, { throwIfNoEntry: false });
    // A link stays, and what it leads to is replaced.
    return { existing, target: existing ? realpathSync(path) : path };
  });
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
  if (existing && extname(target) !== extname(example)) {
    throw new UserError(
      `${path} is there already, and is not ${what}`,
      `${hint.slice(0, -1)}, or one that ends in ${extname(example)}.`,
      ExitCode.cannotCreate,
    );
  }
  attempt('create', path, hint, () => accessSync(dirname(target), constants.W_OK));
  return target;
}

/**
 * Lends a function that writes to a file; the file is there, whole, only once `use` has ended well.
 * @throws UserError where it cannot be written
 */
export async function withPage<T>(
  path: string,
  asked: Asked,
  use: (write: (text: string) => void) => Promise<T>,
): Promise<T> {
  const target = pagePlace(path, asked);
  const hint = hintFor(asked.flag);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = attempt('create', path, hint, () => openSync(temporary, 'w'));
  const remove = () => rmSync(temporary, { force: true });
  return withCleanup(remove, async () => {
    try {
      const result = await use((text) => attempt('write', path, hint, () => writeWhole(file, text)));
      attempt('create', path, hint, () => renameSync(temporary, target));
      return result;
    } finally {
      closeSync(file);
    }
  });
}

function hintFor(flag: string): string {
  return `Name another place with ${flag}.`;
}

function attempt<R>(purpose: 'write' | 'create', path: string, hint: string, action: () => R): R {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, hint, purpose);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
