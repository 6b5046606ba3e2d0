import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../src/cache-folder.js';

/** A program in a package of npm. */
export interface Binary {
  package: string;
  version: string;
  /** its path in the package */
  file: string;
}

/** Returns the binary of a version of Node, such as "22.23.3", for a system such as "linux-x64" or "win-x64". */
export function nodeBinary(system: string, version: string): Binary {
  return { package: `node-${system}`, version, file: `bin/node${system.startsWith('win') ? '.exe' : ''}` };
}

/**
 * Fetches programs from npm into the cache of this user, once. Nothing is installed in the project, and no
 * script of a package runs.
 * @returns the paths of the programs, in the order of the binaries, or why there are none
 */
export function fetchBinaries(binaries: readonly Binary[]): { paths: string[] } | { missing: string } {
  const root = join(cacheFolder() ?? tmpdir(), 'charlstm-test-binaries');
  const paths: string[] = [];
  for (const { package: name, version, file } of binaries) {
    const folder = join(root, `${name.replace('/', '-')}-${version}`);
    const path = join(folder, 'node_modules', name, file);
    if (!existsSync(path)) {
      // Without --force, npm refuses packages for another system.
      const quietly = [
        '--no-audit',
        '--no-fund',
        '--no-save',
        '--ignore-scripts',
        '--force',
        '--loglevel=error',
      ];
      const install = ['install', '--prefix', folder, ...quietly, `${name}@${version}`];
      const shell = process.platform === 'win32';
      const { error, status, stderr } = spawnSync('npm', install, { encoding: 'utf8', shell });
      const reason = error?.message ?? stderr.trim().split('\n')[0] ?? '';
      if (status !== 0) return { missing: `npm cannot fetch ${name}@${version}: ${reason}` };
      if (!existsSync(path)) return { missing: `${name}@${version} has no file ${file}` };
    }
    paths.push(path);
  }
  return { paths };
}
