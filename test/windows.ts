/**
 * Tries the packed program for Windows under wine: `npm run test:windows`. It trains to the same bits as on
 * Linux, and does what it does there. Screens are not tried: the console of wine shows escape codes as text.
 */
import assert from 'node:assert/strict';
import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readPrebuilds } from '../src/engine/prebuilds.js';
import { sourceHash } from '../src/kernels/source.js';
import { findWindows, WindowsNode } from './helpers/wine.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PLATFORM = 'win32-x64';
/** Two layers, dropout, and checkpoints at the steps 10, 20 and so on. */
const SHORT = [
  ...[
    '--hidden',
    '48',
    '--layers',
    '2',
    '--embedding',
    '8',
    '--dropout',
    '0.3',
    '--seed',
    '7',
    '--threads',
    '2',
  ],
  ...['--batch-size', '16', '--seq-length', '64', '--eval-every', '10', '--val', '0.05', '--ui', 'json'],
];
const LINES = ['It was a dark night.', 'The lamp burned, and nobody came.', 'Then the sea was quiet again.'];

/** Makes the package and installs it for Windows. @returns why it cannot, if so */
function install(folder: string): string | undefined {
  const inherit: ExecFileSyncOptions = { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] };
  if (readPrebuilds()[PLATFORM]?.source !== sourceHash()) {
    if (spawnSync('.ci/tools', { cwd: ROOT, stdio: 'ignore' }).status !== 0) {
      return 'the native kernels cannot be built: apt-get install clang-19 lld-19 llvm-19';
    }
    execFileSync('npm', ['run', 'prebuilds', PLATFORM], inherit);
  }
  execFileSync('npm', ['run', 'copy-texts'], inherit);
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], inherit);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--os=win32', '--cpu=x64'];
  writeFileSync(join(folder, 'package.json'), '{}');
  execFileSync('npm', ['install', ...quietly, tarball], { ...inherit, cwd: folder });
  return undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'charlstm-windows-'));
const installed = join(folder, 'node_modules', 'charlstm');
const program = join(installed, 'bin', 'charlstm.js');
let windows: WindowsNode;

const start = (args: readonly string[], output?: string) => windows.start(folder, [program, ...args], output);
const run = (...args: string[]) => start(args).ended;
const succeed = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
};
const fail = async (expected: number, message: RegExp, ...args: string[]) => {
  const { code, stdout, stderr } = await run(...args);
  assert.match(stderr, /^charlstm: [^\n]+\n$/);
  assert.match(stderr, message);
  assert.equal(stdout, '');
  assert.equal(code, expected);
};
/** Runs the program of the checkout. */
const onLinux = (...args: string[]) =>
  execFileSync(process.execPath, [join(ROOT, 'bin', 'charlstm.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const at = (...names: string[]) => join(folder, ...names);
/** The checkpoints of a run, by name. */
const checkpoints = (name: string) => readdirSync(at(name)).filter((file) => file.endsWith('.safetensors'));
/** Expects the checkpoint of a step to be the same in two runs, byte for byte. */
const assertSame = (one: string, other: string, step: number) => {
  const find = (name: string) => checkpoints(name).find((file) => Number(/\d+/.exec(file)![0]) === step);
  const file = find(other);
  assert.equal(find(one), file, 'the names of the checkpoints');
  assert.ok(
    readFileSync(at(one, file!)).equals(readFileSync(at(other, file!))),
    'the bytes of the checkpoints',
  );
};
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 120_000;
  for (; !isSo(); await setTimeout(50)) assert.ok(performance.now() < end, 'it takes over two minutes');
}

/** In this order: later ones use the runs of earlier ones. */
const CHECKS: readonly [string, () => Promise<void>][] = [
  [
    'the native engine of the package is used',
    async () => {
      const { stdout } = await succeed('engine', '--json');
      assert.equal(JSON.parse(stdout).used, 'native-1');
    },
  ],
  ...['native-1', 'wasm-simd'].map((engine): [string, () => Promise<void>] => [
    `training with ${engine} gives the checkpoints of Linux`,
    async () => {
      const train = ['train', 'lighthouse', ...SHORT, '--steps', '30', '--engine', engine, '--out'];
      await succeed(...train, `windows-${engine}`);
      onLinux(...train, `linux-${engine}`);
      for (const step of [20, 30]) assertSame(`windows-${engine}`, `linux-${engine}`, step);
    },
  ]),
  [
    'a run that trains is refused to others, and once it is killed continues to the same checkpoint',
    async () => {
      const { child, ended } = start(['train', 'lighthouse', ...SHORT, '--steps', '2000', '--out', 'killed']);
      await until(() => existsSync(at('killed')) && checkpoints('killed').length > 0);
      await fail(73, /killed is being trained by process \d+\. /, 'train', '--resume', 'killed');
      child.kill('SIGKILL');
      await ended;
      assert.ok(existsSync(at('killed', 'lock')), 'the lock is left');
      const step = Math.max(...checkpoints('killed').map((file) => Number(/\d+/.exec(file)![0])));
      const to = ['--stop-at', `${step + 10}`, '--ui', 'json'];
      await succeed('train', '--resume', 'killed', ...to);
      onLinux(
        'train',
        'lighthouse',
        ...SHORT,
        '--steps',
        '2000',
        '--out',
        'whole',
        '--stop-at',
        `${step + 10}`,
      );
      assertSame('killed', 'whole', step + 10);
      assert.deepEqual(
        readdirSync(at('killed')).filter((file) => /lock|tmp/.test(file)),
        [],
      );
    },
  ],
  [
    'Ctrl-C in a console stops and saves',
    async () => {
      const command = ['train', 'lighthouse', ...SHORT, '--ui', 'plain', '--out', 'stopped'];
      const terminal = windows.console(folder, [program, ...command]);
      try {
        await terminal.until('saved stopped');
        terminal.type('\x03');
        assert.equal(await terminal.ended, 130);
        assert.match(terminal.raw, /continue: +charlstm train --resume stopped/);
        assert.ok(!existsSync(at('stopped', 'lock')), 'the lock is gone');
      } finally {
        terminal.kill();
      }
    },
  ],
  [
    'samples and measures are those of Linux',
    async () => {
      for (const args of [
        ['sample', 'linux-native-1', '--length', '300', '--seed', '5'],
        ['eval', 'linux-native-1', '--text', 'lighthouse', '--json'],
        ['info', 'linux-native-1'],
      ]) {
        const { stdout } = await succeed(...args);
        const posix = (text: string) => text.replaceAll('\\\\', '/').replaceAll('\\', '/');
        assert.equal(withoutTime(posix(stdout)), withoutTime(posix(onLinux(...args))), args.join(' '));
      }
    },
  ],
  [
    'globs have backslashes, CR LF is read as LF, and runs have drive letters',
    async () => {
      mkdirSync(at('texts'));
      writeFileSync(at('texts', 'a.txt'), `${LINES.join('\r\n')}\r\n`.repeat(60));
      writeFileSync(at('texts', 'b.txt'), `${LINES.join('\n')}\n`.repeat(60));
      const out = `Z:${at('crlf').replaceAll('/', '\\')}`;
      const options = [...SHORT, '--steps', '2'];
      await succeed('train', 'texts\\*.txt', ...options, '--out', out);
      onLinux('train', 'texts/*.txt', ...options, '--out', 'lf');
      assertSame('crlf', 'lf', 2);
    },
  ],
  [
    'a missing drive, a file for a folder and a full disk are errors of one line',
    async () => {
      await fail(73, /^charlstm: Q:\\x\\y cannot be created/, 'train', 'lighthouse', '--out', 'Q:\\x\\y');
      const below = 'texts\\a.txt\\run';
      await fail(73, /^charlstm: texts\\a\.txt\\run /, 'train', 'lighthouse', '--out', below);
      await fail(66, /no file matches nothing\\\*\.txt\. /, 'train', 'nothing\\*.txt');
      const full = await start(['sample', 'linux-native-1', '--length', '9', '--seed', '1'], '/dev/full')
        .ended;
      assert.match(full.stderr, /^charlstm: standard output could not be written: [^\n]+\n$/);
      assert.equal(full.code, 74);
    },
  ],
  [
    'a damaged native build is noticed before it is used',
    async () => {
      const path = join(installed, 'prebuilds', PLATFORM, 'charlstm.node');
      const whole = at('whole.node');
      cpSync(path, whole);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
      const { stdout } = await succeed('engine', '--json');
      assert.equal(JSON.parse(stdout).used, 'wasm-simd');
      cpSync(whole, path);
    },
  ],
];

/** Without what depends on the clock. */
function withoutTime(text: string): string {
  return text.replace(/^.*(second|trained|modified).*\n/gim, '');
}

try {
  const found = findWindows();
  const missing = 'missing' in found ? found.missing : install(folder);
  if ('missing' in found || missing !== undefined) {
    console.log(`skipped: nothing is tried on Windows: ${missing}`);
  } else {
    windows = new WindowsNode(at('wine-files'), found.wine, found.node);
    for (const [what, check] of CHECKS) {
      try {
        await check();
        console.log(`ok: ${what}`);
      } catch (error) {
        console.log(`FAILED: ${what}\n${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
    windows.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
