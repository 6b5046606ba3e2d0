import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { quoted } from '../../src/format.js';
import { run, temporaryFolder } from '../helpers/cli.js';
import { allCommands, commandLines } from './command-lines.js';
import { tries } from './scale.js';

const SERVER = fileURLToPath(new URL('line-server.js', import.meta.url));
const LINES = tries(20_000, 500);
/** Lines that share a process and a folder. */
const BATCH = 50;
const AT_ONCE = 2;
const LONGEST_MS = 20_000;

const root = await temporaryFolder();

interface Outcome {
  /** The exit code, a signal, or "hangs". */
  readonly code: string;
  readonly output: string;
}

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

/** Runs command lines in one process, which is replaced when a line has ended it. */
class LineServer {
  #child: ChildProcess | undefined;

  constructor(readonly folder: string) {}

  run(argv: readonly string[]): Promise<Outcome> {
    this.#child ??= this.#start();
    const child = this.#child;
    return new Promise((resolve) => {
      const texts = ['', ''];
      const end = (code: string) => {
        clearTimeout(timer);
        for (const stream of [child.stdout!, child.stderr!]) stream.removeAllListeners('data');
        child.removeAllListeners('close');
        resolve({ code, output: texts.join('') });
      };
      const stop = (code: string) => {
        this.#child = undefined;
        child.kill('SIGKILL');
        end(code);
      };
      const timer = setTimeout(() => stop('hangs'), LONGEST_MS);
      [child.stdout!, child.stderr!].forEach((stream, i) => {
        stream.on('data', (chunk: string) => {
          texts[i] += chunk;
          const codes = texts.map((text) => /\n== ended with (\d+)\n$/.exec(text)?.[1]);
          if (codes.every((code) => code !== undefined)) end(codes[0]!);
        });
      });
      child.on('close', (code, signal) => stop(String(code ?? signal)));
      child.send(argv);
    });
  }

  /** Lets the process end. @returns whether it does, which nothing that a line has left may prevent */
  async close(): Promise<boolean> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return true;
    const hasEnded = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), LONGEST_MS);
      child.on('exit', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.resume();
    child.disconnect();
    if (await hasEnded) return true;
    child.kill('SIGKILL');
    return false;
  }

  #start(): ChildProcess {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', NODE_ENV: 'production' };
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    const child = spawn(process.execPath, [SERVER], { cwd: this.folder, env, stdio: [...stdio] });
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8');
    return child;
  }
}

/** The codes with which a command line may end. */
const CODES = Object.values(ExitCode)
  .filter((code) => code !== ExitCode.internal)
  .map(String)
  .concat('0');

function isFault({ code, output }: Outcome): boolean {
  return !CODES.includes(code) || /internal error|\n {4}at \S/.test(output);
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
        const server = new LineServer(folder);
        for (const argv of batch) {
          const outcome = await server.run(argv);
          if (isFault(outcome)) faults.push(describe(argv, outcome));
        }
        const lines = batch.map((argv) => argv.map(quoted).join(' ')).join('\n');
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
function describe(argv: readonly string[], { code, output }: Outcome): string {
  return `charlstm ${argv.map(quoted).join(' ')}\n  ended with ${code}: ${output.slice(-1500)}`;
}
