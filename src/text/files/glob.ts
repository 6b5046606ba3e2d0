import { existsSync } from 'node:fs';
import path, { type PlatformPath } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';

/**
 * Globs. On Windows either slash separates folders; elsewhere a backslash takes the meaning from the character
 * after it.
 */

/** A glob, divided where its first pattern begins. */
export interface Glob {
  /** The folder that is searched. */
  readonly folder: string;
  /** The rest, relative to the folder, with forward slashes. */
  readonly pattern: string;
}

const isWindows = ({ sep }: PlatformPath) => sep === '\\';

/** Whether a name is a pattern for the names of files. */
export function isGlob(name: string, paths: PlatformPath = path): boolean {
  return isDynamicPattern(isWindows(paths) ? name.replaceAll('\\', '/') : name);
}

/**
 * Divides a glob. A folder that exists is taken by its name, even if that could be a pattern, as in
 * "Program Files (x86)".
 * @param paths the rules for paths, those of this system by default
 */
export function divideGlob(name: string, paths: PlatformPath = path, exists = existsSync): Glob {
  const { root } = paths.parse(name);
  const segments = name.slice(root.length).split(isWindows(paths) ? /[\\/]+/ : /\/+/);
  // With the dot, the "C:" of "C:*.txt" stays the working folder of the drive.
  const folderOf = (names: readonly string[]) => `${root}${names.join(paths.sep) || '.'}`;
  const named: string[] = [];
  while (segments.length > 1) {
    const segment = segments[0]!;
    const isName = exists(folderOf([...named, segment]));
    if (!isName && isDynamicPattern(segment)) break;
    named.push(isName || isWindows(paths) ? segment : segment.replace(/\\(.)/gu, '$1'));
    segments.shift();
  }
  return { folder: folderOf(named), pattern: segments.join('/') };
}

/** Lists the files that match a glob, in an order that is the same on every system. */
export async function filesMatching({ folder, pattern }: Glob): Promise<string[]> {
  // A "!" at its beginning would exclude files.
  const found = await glob(pattern.replace(/^!(?!\()/, '\\!'), {
    cwd: path.resolve(folder),
    caseSensitiveMatch: !isWindows(path),
  });
  return found.sort().map((file) => path.join(folder, file));
}
