import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { quoted } from '../../src/format.js';
import { run, temporaryFolder } from '../helpers/cli.js';
import { LineServer, type Outcome } from '../helpers/line-server.js';
import { allCommands, commandLines } from './command-lines.js';
import { tries } from './scale.js';

const LINES = tries(20_000, 100);
/** Lines that share a process and a folder. */
const BATCH = 50;
const AT_ONCE = 2;
const LONGEST_MS = 20_000;

const root = await temporaryFolder();

/** Fills a folder with what a command line may name: see PLACES. */
async function prepareFolder(folder: string): Promise<void> {
  mkdirSync(join(folder, 'folder/sub'), { recursive: true });
  mkdirSync(join(folder, 'vacant'));
  const text = 'The sea was calm, and the light burned all night. Nobody came; we wrote it down.\n'.repeat(
    40,
  );
  const files: Record<string, string | Uint8Array> = {
    ...{ 'text.txt': text, 'naïve Ünïcode 漢.txt': text, 'folder/10.txt': text, 'folder/sub/2.md': text },
    ...{ 'empty.txt': '', 'one.txt': 'a', 'crlf.txt': text.replaceAll('\n', '\r\n') },
    ...{ 'latin1.txt': Buffer.from('café '.repeat(100), 'latin1'), 'binary.bin': new Uint8Array(5000) },
    'vocabulary.json': '["a","b","c"]',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('nowhere', join(folder, 'gone'));
  const tiny = [
    '--hidden',
    '8',
    '--layers',
    '1',
    '--embedding',
    '4',
    '--batch-size',
    '4',
    '--seq-length',
    '16',
  ];
  const { code } = await run(folder, ['train', 'text.txt', ...tiny, '--steps', '4', '--out', 'run']);
  expect(code).toBe(0);
  const checkpoint = (of: string) => readdirSync(join(folder, of)).find((name) => /^step-/.test(name))!;
  cpSync(join(folder, 'run', checkpoint('run')), join(folder, 'run/last.safetensors'));
  for (const copy of ['damaged', 'lost', 'checkpoints/text-1']) {
    cpSync(join(folder, 'run'), join(folder, copy), { recursive: true });
  }
  for (const name of readdirSync(join(folder, 'damaged'))) {
    if (name.endsWith('.safetensors')) truncateSync(join(folder, 'damaged', name), 900);
  }
  rmSync(join(folder, 'lost/corpus.u8'));
}

/** The codes with which a command line may end. */
const CODES = Object.values(ExitCode)
  .filter((code) => code !== ExitCode.internal)
  .map(String)
  .concat('0');

function isFault({ code, stdout, stderr }: Outcome): boolean {
  return !CODES.includes(code) || /internal error|\n {4}at \S/.test(stdout + stderr);
}

it(`${LINES} random command lines end with a known code, without a stack trace, within 20 s`, {
  timeout: LINES * 2_000,
}, async () => {
  const original = join(root, 'original');
  await prepareFolder(original);
  const { seed = Date.now() } = fc.readConfigureGlobal();
  const lines = fc.sample(commandLines(await allCommands()), { numRuns: LINES, seed });
  const faults: string[] = [];
  /** Runs batches until none is left, each in a folder of its own. */
  const work = async (lane: string) => {
    const place = join(root, lane);
    mkdirSync(place);
    const pipe = join(place, 'pipe');
    await execa('mkfifo', [pipe]);
    // Each reader of the pipe gets a text.
    const feeding = ['-c', 'while :; do cat ../original/text.txt > pipe; done'];
    const feeder = spawn('sh', feeding, { cwd: place, stdio: 'ignore', detached: true });
    try {
      for (let batch = lines.splice(0, BATCH); batch.length > 0; batch = lines.splice(0, BATCH)) {
        const folder = join(place, 'folder');
        cpSync(original, folder, { recursive: true, verbatimSymlinks: true });
        symlinkSync('../pipe', join(folder, 'pipe'));
        const server = new LineServer(LONGEST_MS);
        for (const argv of batch) {
          const outcome = await server.run(folder, argv);
          if (isFault(outcome)) faults.push(describe(argv, outcome));
        }
        const lines = batch.map((argv) => argv.map((one) => quoted(one)).join(' ')).join('\n');
        if (!(await server.close())) faults.push(`the process does not end after one of\n${lines}`);
        rmSync(folder, { recursive: true, force: true });
      }
    } finally {
      process.kill(-feeder.pid!, 'SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(`lane-${i}`)));
  expect(faults.join('\n')).toBe('');
});

/** A fault, with the command line ready to paste. */
function describe(argv: readonly string[], { code, stdout, stderr }: Outcome): string {
  return `charlstm ${argv.map((one) => quoted(one)).join(' ')}\n  ended with ${code}: ${(stdout + stderr).slice(-1500)}`;
}
