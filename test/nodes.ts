/**
 * Runs the tests of the kernels under later versions of Node, whose V8 compiles WebAssembly differently.
 * The binaries are packages of npm for Linux on x64; nothing is installed in the project.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fetchBinaries, nodeBinary } from './helpers/binaries.js';

const VERSIONS = ['22.23.3', '24.21.0', '26.12.1'];
const TESTS = ['kernels', 'nan', 'bits'].map((name) => `test/engine/${name}.test.ts`);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const here = `${process.platform}-${process.arch}`;
const fetched =
  here === 'linux-x64'
    ? fetchBinaries(VERSIONS.map((version) => nodeBinary('linux-x64', version)))
    : { missing: `the binaries are for linux-x64, and this is ${here}` };
if ('missing' in fetched) {
  console.log(`skipped: the kernels are not tested under Node ${VERSIONS.join(', ')}: ${fetched.missing}`);
} else {
  for (const node of fetched.paths) execFileSync(node, [vitest, 'run', ...TESTS], { stdio: 'inherit' });
}
