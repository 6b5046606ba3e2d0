/**
 * Builds the Node addon for all platforms, or for those named: `npm run prebuilds [linux-x64 ...]`. Releases
 * and CI use it; it needs the tools of LLVM 19, but none of the platforms.
 */
import { spawnSync } from 'node:child_process';
import { buildAddons } from './addon.js';
import { crossTools, PROGRAMS } from './cross.js';
import { nameOf, PLATFORMS } from './platforms.js';

const names = process.argv.slice(2);
const known = PLATFORMS.map(nameOf);

/** @returns what stands in the way, if anything */
async function obstacle(): Promise<string | undefined> {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return `there is no platform ${unknown}; known: ${known.join(', ')}`;
  const isMissing = (program: string) => 'error' in spawnSync(program, ['--version']);
  const missing = PROGRAMS.filter(isMissing);
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not found: apt-get install clang-19 lld-19 llvm-19`;
}

async function build(): Promise<void> {
  const platforms = PLATFORMS.filter((platform) => names.length === 0 || names.includes(nameOf(platform)));
  await buildAddons(await Promise.all(platforms.map(crossTools)));
  process.stdout.write(`native kernels: built for ${platforms.map(nameOf).join(', ')}\n`);
}

try {
  const reason = await obstacle();
  if (reason !== undefined) throw new Error(reason);
  await build();
} catch (error) {
  process.stderr.write(`no native kernels: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
