import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { unlessRefused } from './errors.js';

/** Where systems keep what can be made again, in the home folder. */
const IN_HOME: Readonly<Record<string, string>> = { darwin: 'Library/Caches', win32: 'AppData/Local' };

/** Returns the cache folder of this user; undefined for a user without a home, as in many containers. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  system: string = platform(),
): string | undefined {
  const given = system === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  const folder = given || unlessRefused(() => join(homedir(), IN_HOME[system] ?? '.cache'));
  return folder !== undefined && isAbsolute(folder) ? folder : undefined;
}
