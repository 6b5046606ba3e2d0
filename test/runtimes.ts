/**
 * Runs the program under all versions of Node that it supports, Bun and Deno, and the tests of the kernels under
 * all versions of Node, whose V8 compile WebAssembly differently. All must give what Node 20 gives, bit for bit.
 * Arguments choose some of them: `npm run test:runtimes -- node-26 bun`.
 */
import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Binary, fetchBinaries, nodeBinary } from './helpers/binaries.js';
import { type Outcome, PROGRAM, tellStory } from './helpers/story.js';

interface Runtime {
  readonly binary: Binary;
  /** Arguments before those of the program. */
  readonly args?: readonly string[];
}

const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.12.1' };
const RUNTIMES: ReadonlyMap<string, Runtime> = new Map([
  ...Object.entries(NODES).map(
    ([major, version]) => [`node-${major}`, { binary: nodeBinary('linux-x64', version) }] as const,
  ),
  ['bun', { binary: { package: '@oven/bun-linux-x64', version: '1.4.5', file: 'bin/bun' } }],
  [
    'deno',
    {
      binary: { package: '@deno/linux-x64-glibc', version: '2.9.6', file: 'deno' },
      args: ['run', '--allow-all'],
    },
  ],
]);
const TOO_OLD = nodeBinary('linux-x64', '18.20.8');
const ENGINES = ['wasm-simd', 'native-1'];

const KERNEL_TESTS = ['kernels', 'nan', 'bits'].map((name) => `test/engine/${name}.test.ts`);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const here = `${process.platform}-${process.arch}`;
const chosen = process.argv.slice(2);
const names = [...RUNTIMES.keys()].filter((name) => chosen.length === 0 || chosen.includes(name));
const unknown = chosen.filter((name) => !RUNTIMES.has(name));
if (unknown.length > 0)
  throw new Error(`unknown: ${unknown.join(', ')}; known: ${[...RUNTIMES.keys()].join(', ')}`);

const isHere = here === 'linux-x64';
const fetched = isHere
  ? fetchBinaries([
      TOO_OLD,
      RUNTIMES.get('node-20')!.binary,
      ...names.map((name) => RUNTIMES.get(name)!.binary),
    ])
  : { missing: `the binaries are for linux-x64, and this is ${here}` };
if ('missing' in fetched) console.log(`skipped: nothing runs under ${names.join(', ')}: ${fetched.missing}`);
else await testAll(fetched.paths);

async function testAll([tooOld, reference, ...paths]: string[]): Promise<void> {
  const refused = spawnSync(tooOld!, [PROGRAM, '--help'], { encoding: 'utf8' });
  assert.equal(refused.stderr, 'charlstm: Node 18.20.8 is too old. Install Node 20 or later.\n');
  assert.equal(refused.status, 2);

  const expected = new Map<string, Outcome>();
  for (const engine of ENGINES) expected.set(engine, await tellStory([reference!], engine));
  for (const [i, name] of names.entries()) {
    const { binary, args = [] } = RUNTIMES.get(name)!;
    if (name.startsWith('node-')) {
      execFileSync(paths[i]!, [vitest, 'run', ...KERNEL_TESTS], { stdio: 'inherit' });
    }
    for (const engine of name === 'node-20' ? [] : ENGINES) {
      assert.deepEqual(await tellStory([paths[i]!, ...args], engine), expected.get(engine));
    }
    console.log(`${name} (${binary.version}): trains, is interrupted and resumed, samples, evaluates`);
  }
}
