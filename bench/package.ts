// What the packed program loses against a checkout with a compiler: packs this checkout, installs the tarball in
// an empty folder, clones the last commit and runs `npm ci` there, and alternates the same training (2 x 256)
// between the two. Run `npm run prebuilds` before it, so that the tarball has what a release has.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import manifest from '../package.json' with { type: 'json' };
import { median, spread } from './measure.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const TRAINING = '--hidden 256 --layers 2 --batch-size 32 --seq-length 64 --steps 60 --ui json'.split(' ');
/** The first steps are left out: meanwhile the program is compiled. */
const WARM_UP = 20;

const folder = await mkdtemp(join(tmpdir(), 'charlstm-package-'));

/** Installs the packed tarball; no compiler is found there. Returns the program. */
async function installed(): Promise<string> {
  const home = join(folder, 'installed');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{}');
  await execa('npm', ['run', 'copy-texts'], { cwd: ROOT });
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
  await execa('npm', ['install', '--prefer-offline', tarball], { cwd: home });
  return join(home, 'node_modules', manifest.name, 'bin/charlstm.js');
}

/** Clones this checkout and builds it with the compiler of this machine. Returns the program. */
async function checkedOut(): Promise<string> {
  const clone = join(folder, 'checkout');
  await execa('git', ['clone', '--quiet', ROOT, clone]);
  await execa('npm', ['ci', '--prefer-offline'], { cwd: clone });
  return join(clone, 'bin/charlstm.js');
}

let runs = 0;

/** Trains and returns the median of characters per second. */
async function speed(program: string): Promise<number> {
  const out = join(folder, `run-${runs++}`);
  const { stdout } = await execa('node', [program, 'train', '--out', out, ...TRAINING], { cwd: folder });
  const speeds = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; charsPerSecond: number })
    .flatMap((event) => (event.type === 'step' ? event.charsPerSecond : []));
  return median(speeds.slice(WARM_UP));
}

try {
  const programs = { package: await installed(), checkout: await checkedOut() };
  for (const [name, program] of Object.entries(programs)) {
    const { stdout } = await execa('node', [program, 'engine', '--json']);
    const { used, native } = JSON.parse(stdout) as { used: string; native: { compiler: string } | null };
    console.log(`${name}: ${used}, compiled by ${native?.compiler ?? 'nobody'}`);
  }
  const speeds = { package: [] as number[], checkout: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    speeds.package.push(await speed(programs.package));
    speeds.checkout.push(await speed(programs.checkout));
  }
  for (const [name, values] of Object.entries(speeds)) {
    console.log(`${name}: ${spread(values.map((value) => value / 1000))} thousand characters per second`);
  }
  console.log(`package / checkout: ${(median(speeds.package) / median(speeds.checkout)).toFixed(3)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
