// Text from a model, a file or a name never acts on a real terminal and never becomes a path.

import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { run as runHere, temporaryFolder } from '../helpers/cli.js';
import { assemble, takeApart } from '../helpers/files.js';
import { PseudoTerminal } from '../helpers/terminal.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/**
 * Sequences that a terminal obeys: titles, hidden text, reset, bell, bidi overrides, in their 7- and 8-bit
 * forms.
 */
const ESCAPES = '\u001b]0;owned\u0007\u001b[8m\u009b8m\u009d0;owned\u009c\u001bc\b\u007f\u202e\u2066\u0085';
const HOSTILE = `${ESCAPES}\r\nforged row\t../../escaped/`;
const NAME = `${ESCAPES}\nforged row`;

const root = await temporaryFolder();
const folder = join(root, 'a', 'b');
const run = join('checkpoints', NAME);
const env = { RUN: run, TEXT: `${NAME}.txt`, NO_COLOR: '1' };

/** All paths below the root, except for the contents of runs. */
const tree = () =>
  (readdirSync(root, { recursive: true }) as string[]).filter((path) => !path.includes('step-')).sort();

beforeAll(async () => {
  await mkdir(join(folder, 'checkpoints'), { recursive: true });
  await writeFile(join(folder, `${NAME}.txt`), `${HOSTILE}\u0001 a line of text\n`.repeat(60));
  const options = '--hidden 8 --layers 1 --batch-size 4 --seq-length 16 --steps 8 --eval-every 4'.split(' ');
  const trained = await runHere(folder, ['train', `${NAME}.txt`, ...options, '--out', run]);
  expect(trained.code, trained.stderr).toBe(0);
  for (const name of readdirSync(join(folder, run)).filter((file) => file.startsWith('step-'))) {
    const path = join(folder, run, name);
    const { header, data } = takeApart(readFileSync(path));
    const metadata = header.__metadata__ as Record<string, string>;
    const corpus = { ...JSON.parse(metadata.corpus!), name: `${HOSTILE}\u0000` };
    const strings = { ...metadata, engine: HOSTILE, corpus: JSON.stringify(corpus) };
    await writeFile(path, assemble({ ...header, __metadata__: strings }, data));
    const unknown = { ...strings, [HOSTILE]: HOSTILE };
    await writeFile(
      join(folder, 'unknown.safetensors'),
      assemble({ ...header, __metadata__: unknown }, data),
    );
  }
});

/** Returns what a command writes to a terminal. */
async function written(command: string, more: Record<string, string | undefined> = {}): Promise<string> {
  const terminal = new PseudoTerminal(folder, command, { columns: 200, rows: 50, env: { ...env, ...more } });
  onTestFinished(() => terminal.kill());
  await terminal.ended;
  return terminal.raw;
}

/** Expects no control characters except the terminal's line breaks and tabs. */
function expectHarmless(raw: string): void {
  expect(raw.length).toBeGreaterThan(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this searches for
  const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(
    raw.replaceAll('\r\n', '\n'),
  );
  expect(found && raw.slice(Math.max(0, found.index - 40), found.index + 40)).toBeNull();
}

const COMMANDS = [
  ['info', '$charlstm info "$RUN"'],
  ['info --json', '$charlstm info "$RUN" --json'],
  ['runs', '$charlstm runs'],
  ['runs --json', '$charlstm runs --json'],
  ['sample', '$charlstm sample --temp 2 --length 300 --seed 1'],
  ['sample --json', '$charlstm sample "$RUN" --temp 2 -n 3 --json --logprobs'],
  ['sample --copy-report', '$charlstm sample "$RUN" --prompt @"$TEXT" --copy-report --length 60'],
  ['eval', '$charlstm eval "$RUN"'],
  ['eval --text', '$charlstm eval "$RUN" --text "$TEXT"'],
  ['eval --text --json', '$charlstm eval "$RUN" --text "$TEXT" --json'],
  ['eval --lines', '$charlstm eval "$RUN" --lines --html "$RUN".html'],
  ['eval --lines --json', '$charlstm eval "$RUN" --lines --json'],
  ['eval --heat', '$charlstm eval "$RUN" --heat'],
  ['a model that is missing', '$charlstm sample "$RUN/$TEXT"'],
  ['a missing text', '$charlstm eval "$RUN" --text "$RUN/$TEXT"'],
  ['a resume of a finished run', '$charlstm train --resume --ui plain'],
  ['another text', '$charlstm train corpus.txt --resume --ui plain'],
  ['a resume', '$charlstm train --resume "$RUN" --steps 12 --ui plain --out "$RUN"-1'],
  ['a resume, as JSON', '$charlstm train --resume "$RUN" --steps 12 --ui json --out "$RUN"-2'],
  ['training', '$charlstm train "$TEXT" --hidden 8 --steps 4 --ui plain --batch-size 4 --out "$RUN"-3'],
] as const;

describe('nothing that comes from a file or a model acts on a terminal', () => {
  it.each(COMMANDS.filter((_, i) => i % tries(1, 4) === 0))('%s', async (_what, command) => {
    await writeFile(join(folder, 'corpus.txt'), 'another text\n'.repeat(400));
    const raw = await written(command);
    expectHarmless(raw);
    expect(raw).toMatch(/\u241b|\\u001b/);
  });

  it('with eval --heat and sample --color', async () => {
    for (const command of ['eval "$RUN" --heat', 'sample "$RUN" --temp 2 --color']) {
      const raw = await written(`$charlstm ${command}`, { NO_COLOR: undefined, FORCE_COLOR: '3' });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the program itself
      expectHarmless(raw.replace(/\u001b\[(?:[34]8;(?:2;\d+;\d+|5);\d+|39|49)m/g, ''));
    }
  });

  it('with a damaged checkpoint', async () => {
    await cp(join(folder, run), join(folder, `${run}-cut`), { recursive: true });
    for (const name of readdirSync(join(folder, `${run}-cut`)).filter((file) => file.startsWith('step-'))) {
      await writeFile(join(folder, `${run}-cut`, name), HOSTILE);
    }
    for (const command of ['sample', 'info', 'eval', 'train --resume'].slice(0, tries(4, 1))) {
      expectHarmless(await written(`$charlstm ${command} "$RUN"-cut`));
    }
    expectHarmless(await written('$charlstm runs; $charlstm info unknown.safetensors'));
  });

  it('with the dashboard', async () => {
    const options = '--steps 40 --out "$RUN"-4';
    const raw = await written(`$charlstm train --resume "$RUN" ${options}`, { NO_COLOR: undefined });
    expect(raw).toContain('\u001b[?1049h');
    expect(raw).toContain('\u241b]0;owned\u2407');
    for (const sign of [
      '\u001b]',
      '\u0007',
      '\u001b[8m',
      '\u009b',
      '\u009d',
      '\u001bc',
      '\b',
      '\u007f',
      '\u202e',
      '\u2066',
    ]) {
      expect(raw, JSON.stringify(sign)).not.toContain(sign);
    }
  });
});

describe('a name with a line break', () => {
  it('cannot forge a row of a table', async () => {
    const raw = await written('$charlstm runs');
    expect(raw).not.toMatch(/^\s*forged/m);
    expect(await written('$charlstm info "$RUN"')).not.toMatch(/^\s*forged/m);
  });
});

describe('a name', () => {
  it('of a checkpoint does not become a path', async () => {
    const before = tree();
    const copies = ['resumed', 'resumed.html'].map((name) => join('a', 'b', name));
    const commands = [
      '$charlstm train --resume "$RUN" --steps 10 --out resumed --ui plain',
      '$charlstm eval "$RUN" --html resumed.html',
      '$charlstm sample "$RUN" --no-copy 5',
      '$charlstm info "$RUN"; $charlstm runs',
    ];
    for (const command of commands) await written(command);
    const made = tree().filter((path) => !before.includes(path));
    for (const path of made) {
      expect(copies.some((copy) => path.startsWith(copy)) || basename(path) === 'corpus.suffixes', path).toBe(
        true,
      );
    }
    expect(made).toEqual(expect.arrayContaining(copies));
  });

  it('of a text becomes letters, digits and dashes in the name of its run', async () => {
    await rename(join(folder, 'checkpoints'), join(folder, 'elsewhere'));
    const names = [`${NAME}.txt`, '...txt', '-rf.txt', `${'x'.repeat(250)}.txt`];
    for (const name of names.slice(0, tries(4, 1))) {
      await writeFile(join(folder, name), 'some text to learn\n'.repeat(100));
      const options = ['--hidden', '8', '--steps', '2', '--batch-size', '4', '--ui', 'plain'];
      expect((await runHere(folder, ['train', `./${name}`, ...options])).code).toBe(0);
    }
    for (const made of readdirSync(join(folder, 'checkpoints')))
      expect(made).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}-]{0,50}$/u);
  });
});
