import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stepOf } from '../../../src/cli/output/tint.js';
import { events, expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal } from '../../helpers/terminal.js';

const folder = await temporaryFolder();
const CORPUS = 'The sea, the sea! Ann has 12 cats.\nBob "sat" here;\n\nZoe ran.\n'.repeat(40);

/** A small model that memorises its text. */
beforeAll(async () => {
  await writeFile(join(folder, 'text.txt'), CORPUS);
  const size = ['--hidden', '24', '--layers', '1', '--batch-size', '8', '--seq-length', '16'];
  const trained = await run(folder, ['train', 'text.txt', ...size, '--steps', '150', '--out', 'model']);
  expect(trained.code).toBe(0);
});

const sample = (...args: string[]) => run(folder, ['sample', 'model', '--seed', '1', ...args]);

describe('several texts', () => {
  it('are those of their seeds, one line each, in order', async () => {
    const { stdout, code } = await sample('-n', '5', '--until', 'line', '--temp', '1.2');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.length).toBe(6);
    expect(lines[5]).toBe('');
    for (const [i, line] of lines.slice(0, 5).entries()) {
      const alone = await run(folder, [
        ...['sample', 'model', '--until', 'line', '--temp', '1.2', '--seed', String(1 + i)],
      ]);
      expect(alone.stdout).toBe(line);
    }
  });

  it('have a line or the requested separator between them', async () => {
    const three = await sample('-n', '3', '--length', '20');
    expect(three.stdout.split('\n---\n').length).toBe(3);
    const zero = await sample('-n', '3', '--length', '20', '--separator', '\\t|\\n');
    expect(zero.stdout.split('\t|\n').length).toBe(3);
    expect(zero.stdout.replaceAll('\t|\n', '')).toBe(three.stdout.replaceAll('\n---\n', '').slice(0, -1));
  });

  it('have seed, reason and log probabilities as JSON, which add up to the loss that eval reports', async () => {
    const { stdout } = await sample('-n', '3', '--length', '60', '--json', '--logprobs', '--prompt', 'The ');
    const texts = events(stdout) as { prompt: string; text: string; logprobs: number[] }[];
    expect(texts.map(({ prompt }) => prompt)).toEqual(['The ', 'The ', 'The ']);
    expect(texts).toMatchObject([1, 2, 3].map((seed) => ({ seed, reason: 'length' })));
    const { text, logprobs } = texts[0]!;
    expect(logprobs.length).toBe(Array.from(text).length);
    // Without a prompt, both start after a line break.
    const flags = ['--no-lead-in', '--length', '200', '--json', '--logprobs'];
    const plain = events((await sample(...flags)).stdout)[0]!;
    await writeFile(join(folder, 'written.txt'), plain.text as string);
    const evaluated = await run(folder, [
      ...['eval', 'model', '--text', 'written.txt', '--protocol', 'once', '--json'],
    ]);
    const { loss, characters } = JSON.parse(evaluated.stdout) as { loss: number; characters: number };
    const total = (plain.logprobs as number[]).reduce((sum, nats) => sum + nats, 0);
    expect(characters).toBe(200);
    expect(Math.abs(-total / 200 - loss)).toBeLessThan(1e-4);
  });

  it('are the same with any number of threads', async () => {
    const args = ['-n', '4', '--length', '50', '--json', '--logprobs'];
    const one = await sample(...args, '--threads', '1');
    const three = await sample(...args, '--threads', '3');
    expect(three.stdout).toBe(one.stdout);
  });
});

describe('where a text begins and ends', () => {
  it('--no-echo leaves the prompt out', async () => {
    const whole = await sample('--prompt', 'The sea', '--length', '30');
    const rest = await sample('--prompt', 'The sea', '--length', '30', '--no-echo');
    expect(whole.stdout).toBe(`The sea${rest.stdout}`);
  });

  it('--unknown nearest reads the nearest known character and says so', async () => {
    const { stdout, stderr } = await sample(
      '--prompt',
      '“Thé sea”Ж',
      '--unknown',
      'nearest',
      '--length',
      '5',
    );
    expect(stdout.startsWith('"The sea"')).toBe(true);
    expect(stderr).toContain("'é' U+00E9");
    const skipped = await sample('--prompt', 'Ж', '--unknown', 'skip', '--length', '5');
    expect(skipped.stderr).toContain("left out, as the model never saw them: 'Ж' U+0416");
  });

  it.each([
    [['--stop', 'sea'], (text: string) => !text.includes('sea')],
    [['--stop', '\\n', '--stop', '!'], (text: string) => !/[\n!]/.test(text)],
    [['--words', '3'], (text: string) => text.trim().split(/\s+/).length === 3],
    [['--lines', '2'], (text: string) => text.split('\n').filter((line) => line.trim()).length === 2],
    [['--until', 'sentence'], (text: string) => /[.!?]["')]*$/.test(text)],
    [['--until', 'paragraph'], (text: string) => !/\S\n\s*\n/.test(text)],
    [['--match', '[A-Z][a-z]{2,5}'], (text: string) => /^[A-Z][a-z]{2,5}$/.test(text)],
    [['--ban', 'eE\\n'], (text: string) => !/[eE\n]/.test(text)],
    [['--allow', 'The sa'], (text: string) => /^[The sa]*$/.test(text)],
    [['--ending', ' Zoe ran.'], (text: string) => text.endsWith(' Zoe ran.')],
    [['--temp', '2..0.1', '--temp-start', '3', '--min-p', '0.01'], (text: string) => text.length === 1000],
    [['--typical', '0.5', '--top-k', '9', '--top-p', '0.9'], (text: string) => text.length === 1000],
    [['--target-bits', '2', '--repetition-penalty', '1.3'], (text: string) => text.length === 1000],
  ])('%s', async (args, holds) => {
    const { stdout, code } = await sample(...args);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(0);
    expect(holds(stdout), JSON.stringify(stdout)).toBe(true);
  });

  it('--beam gives the same text for any seed, and with width 1 that of temperature 0', async () => {
    const args = ['--length', '60', '--prompt', 'Bob '];
    const greedy = await sample(...args, '--temp', '0');
    expect((await sample(...args, '--beam', '1')).stdout).toBe(greedy.stdout);
    const wide = await sample(...args, '--beam', '6');
    const again = await run(folder, ['sample', 'model', ...args, '--beam', '6', '--seed', '99']);
    expect(again.stdout).toBe(wide.stdout);
  });
});

describe('copying', () => {
  it('--no-copy never writes a passage of the corpus, and indexes it once', async () => {
    const first = await sample('--no-copy', '8', '--length', '300', '--temp', '0.5');
    const { stdout } = first;
    expect(first.stderr).toContain('indexing the corpus');
    for (let i = 0; i + 8 <= stdout.length; i++) expect(CORPUS).not.toContain(stdout.slice(i, i + 8));
    expect((await sample('--no-copy', '8', '--length', '10')).stderr).not.toContain('indexing');
  });

  it('--copy-report lists what was copied, on stderr or in the JSON', async () => {
    const { stdout, stderr } = await sample('--copy-report', '--temp', '0.1', '--length', '200');
    expect(stdout.length).toBe(200);
    expect(stderr).toMatch(
      /copied from the corpus in passages of at least 20 characters: \d+\.\d% of the text/,
    );
    const json = await sample('--copy-report', '--temp', '0.1', '--length', '200', '--json');
    const { text, copies } = JSON.parse(json.stdout) as {
      text: string;
      copies: { share: number; overlaps: { start: number; length: number; text: string }[] };
    };
    expect(copies.share).toBeGreaterThan(0.5);
    for (const { start, length, text: copied } of copies.overlaps) {
      expect(text.slice(start, start + length)).toBe(copied);
      expect(CORPUS).toContain(copied);
    }
  });

  it('needs the corpus next to the model and says so', async () => {
    await mkdir(join(folder, 'elsewhere'));
    const checkpoint = readdirSync(join(folder, 'model')).find((name) => name.endsWith('.safetensors'))!;
    await copyFile(join(folder, 'model', checkpoint), join(folder, 'elsewhere', checkpoint));
    const result = await run(folder, ['sample', 'elsewhere', '--no-copy', '20']);
    expectFailure(result, 66, 'the text that the model was trained on is not next to it');
  });
});

describe('the user', () => {
  it('is told when the text repeats itself', async () => {
    const { stderr } = await sample('--temp', '0', '--length', '2000');
    expect(stderr).toMatch(/the text repeats a cycle of \d+ characters: try a higher --temp/);
  });

  it('is told when no character is allowed any more', async () => {
    const { stdout, stderr, code } = await sample('--allow', '\\n', '--no-copy', '2');
    expect(code).toBe(0);
    expect(stdout).toBe('\n');
    expect(stderr).toContain('the text ended after 1 character: no further character was allowed');
  });

  it('sees surprise as colours with --color and is told if there are none', async () => {
    const env = { NO_COLOR: undefined, FORCE_COLOR: '1' };
    const args = ['sample', 'model', '--seed', '1', '--length', '80', '--temp', '1.5'];
    const coloured = await start(folder, [...args, '--color'], { env });
    const plain = await run(folder, args);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    expect(coloured.stdout.replace(/\u001b\[[\d;]*m/g, '')).toBe(plain.stdout);
    expect(coloured.stdout).toContain('\u001b[');
    expect(coloured.stderr).toContain('bits');
    expect(stepOf(0.5)).toBe(0);
    const off = await run(folder, [...args, '--color']);
    expect(off.stdout).toBe(plain.stdout);
    expect(off.stderr).toContain('colours are off');
  });

  it.each(['utf8', 'bytes'])(
    'never sees a colour begin inside an emoji or a letter (%s)',
    async (encoding) => {
      await writeFile(join(folder, 'emoji.txt'), '❤️ 🇩🇪🇫🇷 👨‍👩‍👧 cafe\u0301 漢字😀\n'.repeat(60));
      const size = [
        '--hidden',
        '24',
        '--layers',
        '1',
        '--batch-size',
        '4',
        '--seq-length',
        '32',
        '--lr',
        '0.02',
      ];
      const options = ['--encoding', encoding, '--out', encoding, '--steps', '60', '--ui', 'json'];
      const trained = await run(folder, ['train', 'emoji.txt', ...size, ...options]);
      expect(trained.code).toBe(0);
      // The samples of a model of bytes are decoded, too, and not cut within a character.
      const preview = events(trained.stdout).findLast(({ type }) => type === 'sample')!.text as string;
      expect(preview).toMatch(/漢|字|😀|❤/u);
      expect(preview).not.toMatch(/[\x80-\xff]/);

      const env = { NO_COLOR: undefined, FORCE_COLOR: '3' };
      const args = ['sample', encoding, '--seed', '1', '--length', '400', '--temp', '1.2', '--color'];
      const { stdout } = await start(folder, args, { env });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
      const parts = stdout.split(/\u001b\[[\d;]*m/);
      expect(parts.length).toBeGreaterThan(20);
      const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(parts.join(''));
      const starts = new Set(Array.from(graphemes, ({ index }) => index));
      let at = 0;
      for (const part of parts.slice(0, -1)) {
        at += part.length;
        if (at > 0 && at < parts.join('').length) expect(starts.has(at), JSON.stringify(part)).toBe(true);
      }
    },
  );

  it('sees the text as it is written and keeps it at Ctrl-C', async () => {
    const terminal = new PseudoTerminal(folder, '$charlstm sample model --length 1e9 --seed 1');
    onTestFinished(() => terminal.kill());
    await terminal.until('The');
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
    expect(terminal.raw).toContain('The');
  });

  it('can pipe in a prompt that is longer than the buffer of a pipe', async () => {
    await writeFile(join(folder, 'long.txt'), 'The sea! '.repeat(40_000));
    const line =
      'cat long.txt | $charlstm sample model --length 5 --seed 1 --no-echo --prompt - > written.txt';
    const terminal = new PseudoTerminal(folder, line);
    onTestFinished(() => terminal.kill());
    expect(await terminal.ended, terminal.raw).toBe(0);
    expect(readFileSync(join(folder, 'written.txt'), 'utf8')).toHaveLength(5);
  });

  it('can stop reading: | head ends the program cleanly', async () => {
    const child = start(folder, ['sample', 'model', '--length', '1e9', '--seed', '1']);
    for await (const chunk of child.stdout) {
      expect(String(chunk).length).toBeGreaterThan(0);
      break;
    }
    child.stdout.destroy();
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
  });
});

describe('flags that contradict each other are refused', () => {
  it.each([
    [['--beam', '3', '--temp', '1'], '--beam .* --temp does not go with it'],
    [['--beam', '3', '-n', '2'], '--beam finds one text'],
    [['--beam', '3', '--ending', 'a'], '--beam .* --ending does not go'],
    [['--match', 'a', '--until', 'line'], '--match .* --until does not go'],
    [['--ending', 'a', '--match', 'a'], '--ending .* --match does not go'],
    [['--ending', ''], '--ending is empty'],
    [['--logprobs'], '--logprobs means nothing without --json'],
    [['--candidates', '3'], '--candidates means nothing without --ending'],
    [['--repetition-window', '3'], '--repetition-window means nothing without --repetition-penalty'],
    [['--json', '--color'], '--json .* --color does not go'],
    [['--temp', '1..2..3'], '--temp is "1..2..3"'],
    [['--temp', '1..x'], '--temp is "x"'],
    [['--no-copy', '1'], '--no-copy is "1"'],
    [['--match', 'a{2'], 'character 2'],
    [['--match', 'Th', '--length', '1'], 'at least 2 characters'],
    [['--match', 'x§'], '§'],
    [['--allow', '§'], 'no character may be written'],
  ])('%s', async (args, message) => {
    expectFailure(await sample(...args), 2, new RegExp(message));
  });
});
