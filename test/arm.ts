/**
 * Runs the kernels on emulated processors: linux-arm64 and an x64 with AVX2 only, whose native builds must give
 * the bits of their name, and an old x64 that has no native build.
 */
import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prebuildPath, readPrebuilds, THIS_PLATFORM } from '../src/engine/prebuilds.js';
import { sourceHash } from '../src/kernels/source.js';
import { fetchBinaries, nodeBinary } from './helpers/binaries.js';
import { PROGRAM } from './helpers/story.js';

/** The emulators, and the libraries that Node needs on arm64. */
const PACKAGES = [
  'qemu-user-static',
  'libc6-arm64-cross',
  'libstdc++6-arm64-cross',
  'libatomic1-arm64-cross',
];
const LIBRARIES = '/usr/aarch64-linux-gnu';
const ARM = 'linux-arm64';
const VERSION = '20.20.2';

const hasPackages = () =>
  spawnSync('qemu-aarch64-static', ['--version']).status === 0 &&
  existsSync(`${LIBRARIES}/lib/libatomic.so.1`);

/** Installs what is missing, where that is possible. @returns why nothing can run, if so */
function prepare(): string | undefined {
  if (THIS_PLATFORM !== 'linux-x64') return `this is ${THIS_PLATFORM}, not linux-x64`;
  if (!hasPackages()) spawnSync('apt-get', ['install', '-y', '-qq', ...PACKAGES], { stdio: 'ignore' });
  if (!hasPackages()) return `apt-get install ${PACKAGES.join(' ')} does not work here`;
  if (readPrebuilds()[ARM]?.source === sourceHash()) return undefined;
  return `the native build for ${ARM} is missing or old; run "npm run prebuilds"`;
}

const missing = prepare();
const fetched =
  missing === undefined
    ? fetchBinaries([nodeBinary('linux-x64', VERSION), nodeBinary(ARM, VERSION)])
    : { missing };
if ('missing' in fetched) console.log(`skipped: nothing runs on emulated processors: ${fetched.missing}`);
else await testAll(fetched.paths as [string, string]);

async function testAll([x64, arm64]: [string, string]): Promise<void> {
  const arm = ['qemu-aarch64-static', '-L', LIBRARIES, arm64];
  const haswell = ['qemu-x86_64-static', '-cpu', 'Haswell', x64];
  const nehalem = ['qemu-x86_64-static', '-cpu', 'Nehalem', x64];

  const trial = fileURLToPath(new URL('../dist/engine/trial-entry.js', import.meta.url));
  for (const [platform, [emulator, ...args]] of [
    [ARM, arm],
    ['linux-x64', haswell],
  ] as const) {
    execFileSync(emulator!, [...args, trial, prebuildPath(platform)], {
      stdio: ['ignore', 'inherit', 'ignore'],
    });
    console.log(`${platform} under ${emulator}: every kernel gives the bits of native-1`);
  }

  const [emulator, ...args] = nehalem;
  const { stdout } = spawnSync(emulator!, [...args, PROGRAM, 'engine'], { encoding: 'utf8' });
  assert.match(stdout, /There is no native engine: this processor has neither AVX2 nor AVX-512/);
  console.log('linux-x64 under qemu-x86_64-static -cpu Nehalem: WebAssembly, and a line that says why');
}
