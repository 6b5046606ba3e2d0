/**
 * Builds the Node addon of this platform with its own C compiler, if it has one. The `build` script runs this;
 * it skips what is up to date. A failed build is not an error, since WebAssembly can be used instead.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { prebuildPath, sha256Of, THIS_PLATFORM } from '../engine/prebuilds.js';
import { buildAddons, type Command, FILE, knownPrebuilds, record, type Tools, versionOf } from './addon.js';
import { nameOf, PLATFORMS, type Platform } from './platforms.js';
import { sourceHash } from './source.js';

const LINK: Partial<Record<Platform['system'], readonly string[]>> = {
  linux: ['-shared', '-nostdlib', '-s', '-Wl,-z,noexecstack'],
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
};

/** What the compiler of this machine does for a platform. @throws Error with code ENOENT if there is none */
async function hostTools(platform: Platform, compiler: string, link: readonly string[]): Promise<Tools> {
  return {
    platform,
    compiler: await versionOf(compiler),
    compile: [compiler, '-fPIC'],
    sources: [],
    link: (objects): Command[] => [[compiler, ...link, '-o', FILE, ...objects]],
  };
}

/** @returns why there is no build, if so */
async function build(platform: Platform): Promise<string | undefined> {
  const link = LINK[platform.system];
  if (!link) return 'on Windows, "npm run prebuilds" makes it, on a Linux machine';
  // Without the command line tools of Xcode, `cc` opens a dialog that offers to install them.
  if (platform.system === 'darwin' && !(await succeeds('xcode-select', '-p'))) {
    return 'there are no command line tools: "xcode-select --install" installs them';
  }
  let reason = 'no C compiler was found (cc, gcc, clang, or $CC)';
  for (const compiler of [process.env.CC, 'cc', 'gcc', 'clang']) {
    if (!compiler || !(await succeeds(compiler, '--version'))) continue;
    try {
      await buildAddons([await hostTools(platform, compiler, link)]);
      return undefined;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  return reason;
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  return promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
}

function isUpToDate(): boolean {
  const path = prebuildPath(THIS_PLATFORM);
  const known = knownPrebuilds()[THIS_PLATFORM];
  return existsSync(path) && known?.source === sourceHash() && known.sha256 === sha256Of(path);
}

async function main(): Promise<void> {
  if (isUpToDate()) return;
  const platform = PLATFORMS.find((one) => nameOf(one) === THIS_PLATFORM);
  const reason = platform ? await build(platform) : `there are none for ${THIS_PLATFORM}`;
  if (reason === undefined) {
    process.stdout.write(`native kernels: built with ${knownPrebuilds()[THIS_PLATFORM]!.compiler}\n`);
    return;
  }
  // A file of another source would not fit the program.
  await rm(prebuildPath(THIS_PLATFORM), { force: true });
  if (THIS_PLATFORM in knownPrebuilds()) await record(THIS_PLATFORM, undefined);
  process.stdout.write(`no native kernels: ${reason}\n`);
}

await main();
