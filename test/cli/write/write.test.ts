// `charlstm write` in a real terminal: typing, suggestions, settings and every way to leave. No text is lost.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal, type TerminalOptions } from '../../helpers/terminal.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
let files = 0;

beforeAll(async () => {
  const tiny =
    '--hidden 16 --layers 1 --embedding 8 --batch-size 4 --seq-length 16 --steps 60 --eval-every 60';
  const { code } = await run(folder, ['train', 'lighthouse', ...tiny.split(' '), '--out', 'model']);
  expect(code).toBe(0);
  for (const [name, lineEnd] of [
    ['lf', '\n'],
    ['crlf', '\r\n'],
  ] as const) {
    writeFileSync(join(folder, `${name}.txt`), `one two${lineEnd}three four${lineEnd}`.repeat(150));
    const trained = await run(folder, ['train', `${name}.txt`, ...tiny.split(' '), '--out', name]);
    expect(trained.code).toBe(0);
  }
});

interface WriteOptions extends TerminalOptions {
  readonly model?: string;
  readonly text?: string | Uint8Array;
  readonly flags?: string;
}

/** A file that is edited in a terminal; the shell prints the exit code. */
async function write({ text, model = 'model', flags = '', env, ...options }: WriteOptions = {}) {
  const name = `draft-${files++}.txt`;
  const path = join(folder, name);
  if (text !== undefined) writeFileSync(path, text);
  // The shell is replaced by the program, so the process id is the same.
  const inner = `echo $$ > ${name}.pid; exec $charlstm write ${model} --file ${name} --seed 1 ${flags}`;
  const command = `sh -c '${inner}'; echo "code $?"; stty -a`;
  const terminal = new PseudoTerminal(folder, command, {
    ...options,
    env: { COLORTERM: 'truecolor', ...env },
  });
  onTestFinished(() => terminal.kill());
  const pid = () => Number(readFileSync(`${path}.pid`, 'utf8'));
  return { terminal, name, path, pid, content: () => readFileSync(path, 'utf8') };
}

async function opened(options: WriteOptions = {}) {
  const writing = await write(options);
  await writing.terminal.until(/\d of \d+$/m); // all that is suggested is there
  return writing;
}

async function expectRestored(terminal: PseudoTerminal, code: number): Promise<void> {
  await terminal.ended;
  await terminal.until(/isig|-isig/);
  expect(terminal.text).toContain(`code ${code}`);
  expect([terminal.isAlternate, terminal.isCursorVisible]).toEqual([false, true]);
  expect(terminal.raw).toMatch(/ icanon /);
  expect(terminal.raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?2004h'));
}

const FAINT = '#757575';
/** The rows of the text, and the suggested part of them. */
const suggestedIn = (terminal: PseudoTerminal) =>
  terminal.cells
    .slice(2, -3)
    .flatMap((row) => row.filter(({ color }) => color === FAINT).map(({ text }) => text))
    .join('');

describe('writing', () => {
  it('shows file, length, suggestion, settings and keys, and saves the text on exit', async () => {
    const { terminal, name, content } = await opened();
    expect([terminal.isAlternate, terminal.isCursorVisible]).toEqual([true, true]);
    expect(terminal.lines[0]).toMatch(new RegExp(`^ ${name} {2}○ empty +0 words · 0 characters$`));
    expect(terminal.lines[22]).toMatch(/^ temp 0\.8 · model, 1 x 16 LSTM +1 of 5$/);
    expect(terminal.lines[23]).toMatch(/^ Tab take the line {2}\^Q save and quit/);
    expect(suggestedIn(terminal)).not.toBe('');
    terminal.type('What light? 鯨\rTwo\x1b[Ds');
    await terminal.until('● unsaved');
    await terminal.until(/skips 鯨/);
    terminal.type('\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('What light? 鯨\nTwso');
    expect(terminal.text).toContain(`saved to ${name}`);
  });

  it('accepts a suggestion at Tab, shows others at the arrow keys, and undoes', async () => {
    const { terminal, content } = await opened({ text: 'The light', columns: 140 });
    const first = suggestedIn(terminal);
    terminal.type('\x1b[B');
    await terminal.until(/2 of \d/);
    const second = suggestedIn(terminal);
    expect(second).not.toBe(first);
    terminal.type('\t');
    await terminal.until('● unsaved');
    terminal.type('\x13');
    await terminal.until('saved to');
    expect(content().replace(/\s+/g, '')).toBe(`The light${second}`.replace(/\s+/g, ''));
    terminal.type('\x1a\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('The light');
  });

  it('suggests the same for the same seed, and other lines at Ctrl-R or another temperature', async () => {
    const shown: string[] = [];
    for (let i = 0; i < 2; i++) {
      const { terminal } = await opened({ text: 'The light' });
      await terminal.until(/1 of \d(?!…)/);
      const seen = [suggestedIn(terminal)];
      for (const [key, told] of [
        ['\x12', /1 of \d(?!…)/],
        ['\x14\x1b[A\x1b[A', /temp 1\.0/],
      ] as const) {
        terminal.type(key);
        await terminal.until((text) => told.test(text) && ![...seen, ''].includes(suggestedIn(terminal)));
        await terminal.until(/\d of \d(?!…)/);
        seen.push(suggestedIn(terminal));
      }
      shown.push(...seen);
      terminal.type('\x11');
      await expectRestored(terminal, 0);
    }
    expect(shown.slice(3)).toEqual(shown.slice(0, 3));
    expect(new Set(shown).size).toBe(3);
  });

  it('has the sampling flags of `charlstm sample`', async () => {
    const flags = '--temp 0.3 --top-k 5 --top-p 0.9 --min-p 0.05 --alternatives 1 --engine wasm';
    const { terminal } = await opened({ flags });

    expect(terminal.lines[22]).toMatch(/^ temp 0\.3 · top-k 5 · top-p 0\.9 · min-p 0\.05 .*1 of 1$/);
  });

  it('does not write a file that was not changed', async () => {
    const { terminal, path, content } = await opened({ text: 'as it was' });
    chmodSync(path, 0o400);
    terminal.type('\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('as it was');
    expect(terminal.text).not.toContain('saved to');
  });

  it('keeps line breaks, byte order mark and mode of the file', async () => {
    const { terminal, path, content } = await opened({ text: '\ufeffone\r\ntwo\r\n' });
    terminal.type('three\r\x11');
    await expectRestored(terminal, 0);
    expect(readFileSync(path, 'utf8')).toBe('\ufeffone\r\ntwo\r\nthree\r\n');
    expect(content().length).toBe(18);
  });

  it.each([
    ['crlf', '\r\n'],
    ['crlf', '\n'],
    ['crlf', '\r'],
    ['lf', '\r\n'],
    ['lf', '\r'],
  ])(
    'a run that learned %s writes into a file with %j, line ends as those of the file',
    async (model, end) => {
      const text = ['one two', 'three four'].join(end);
      const { terminal, content } = await opened({ text, model, flags: '--temp 0' });
      terminal.type('\t');
      await terminal.until('● unsaved');
      terminal.type('\rx\x11');
      await expectRestored(terminal, 0);
      const written = content();
      expect(written.startsWith(text)).toBe(true);
      const lines = written.split(end);
      expect(lines.length).toBeGreaterThanOrEqual(4); // the suggestion began with a line break
      expect(lines.at(-1)).toBe('x');
      expect(lines.join('')).not.toMatch(/[\r\n]/);
    },
  );

  it('keeps line ends of several kinds as they are', async () => {
    const text = 'one two\r\nthree four\none two\rthree\r\n\r\n';
    const { terminal, content } = await opened({ text, model: 'crlf' });
    terminal.type('x\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe(`${text}x`);
  });

  it('names a new file by date and time, and writes none if nothing is typed', async () => {
    const before = readdirSync(folder);
    const terminal = new PseudoTerminal(folder, '$charlstm write model');
    onTestFinished(() => terminal.kill());
    await terminal.until(/writing-\d{4}-\d\d-\d\d-\d{6}\.txt {2}○ empty/);
    terminal.type('\x11');
    await terminal.ended;
    expect(readdirSync(folder)).toEqual(before);
  });

  it('keeps what another program has written meanwhile', async () => {
    const { terminal, name, path, content } = await opened({ text: 'mine' });
    writeFileSync(path, 'of another program');
    terminal.type('!\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('mine!');
    const kept = readdirSync(folder).find((other) => other.startsWith(`${name}.theirs`))!;
    expect(readFileSync(join(folder, kept), 'utf8')).toBe('of another program');
    expect(terminal.text.replaceAll('\n', '')).toContain('another program had changed');
  });
});

describe('the screen', () => {
  it('survives any size', async () => {
    const { terminal, content } = await opened({ text: 'one two three ' });
    for (let i = 0; i < 30; i++) terminal.resize(2 + ((i * 37) % 130), 1 + ((i * 13) % 50));
    for (const [columns, rows] of [
      [20, 5],
      [80, 24],
      [100, 30],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until(
        (text) => /one two three/.test(text) && /temp 0\.8/.test(text.split('\n').at(rows < 8 ? -1 : -2)!),
      );
    }
    terminal.type('!\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('one two three !');
  });

  it('shows the suggestion in brackets and without styles if there are no colours', async () => {
    const { terminal } = await opened({ text: 'The', env: { NO_COLOR: '1' } });
    await terminal.until(/The‹[^›]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(terminal.raw).not.toMatch(/\x1b\[[\d;]*m/);
  });

  it('obeys no escape codes in the file', async () => {
    const { terminal, content } = await opened({ text: '\x1b[2J\x1b]0;title\x07\x9bfoo\u202e end' });
    await terminal.until('␛[2J␛]0;title␇');
    for (const code of ['\x1b[2J\x1b]', '\x1b]0', '\x9b', '\u202e']) expect(terminal.raw).not.toContain(code);
    terminal.type('!\x11');
    await expectRestored(terminal, 0);
    expect(content()).toBe('\x1b[2J\x1b]0;title\x07\x9bfoo\u202e end!');
  });
});

describe('the text is saved', () => {
  it('at Ctrl-C', async () => {
    const { terminal, content } = await opened();
    terminal.type('kept\x03');
    await expectRestored(terminal, 130);
    expect(content()).toBe('kept');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('at %s', async (signal, code) => {
    const { terminal, pid, content } = await opened();
    terminal.type('kept');
    await terminal.until('kept');
    process.kill(pid(), signal);
    await expectRestored(terminal, code);
    expect(content()).toBe('kept');
  });

  it('when the terminal is closed', async () => {
    const { terminal, path, content } = await opened();
    terminal.type('kept');
    await terminal.until('kept');
    terminal.hangUp();
    await vi.waitUntil(() => existsSync(path), { timeout: 30_000 });
    expect(content()).toBe('kept');
  });

  it('before an internal error is reported', async () => {
    writeFileSync(
      join(folder, 'break.mjs'),
      `process.stdin.prependListener('data', (chunk) => {
         if (String(chunk).includes('!')) throw new TypeError('broken on purpose');
       });`,
    );
    const { terminal, content } = await opened({
      env: { NODE_OPTIONS: `--import ${join(folder, 'break.mjs')}` },
    });
    terminal.type('kept');
    await terminal.until('kept');
    terminal.type('!');
    await expectRestored(terminal, 1);
    expect(terminal.text).toContain(
      'charlstm: internal error, please report it\nTypeError: broken on purpose',
    );
    expect(content()).toBe('kept');
  });

  it('elsewhere if the file cannot be written, which is said at once', async () => {
    const { terminal, path } = await opened({ columns: 200 });
    terminal.type('kept');
    await terminal.until('kept');
    mkdirSync(join(path, 'in the way'), { recursive: true });
    terminal.type('\x13');
    await terminal.until(/not saved: draft-\d+\.txt/);
    terminal.type('\x11');
    await expectRestored(terminal, 74);
    const rescued = /The text is in (\S+)\n/.exec(terminal.text)![1]!;
    expect(readFileSync(rescued, 'utf8')).toBe('kept');
  });
});

describe('after kill -9', () => {
  const hidden = () => readdirSync(folder).filter((name) => name.endsWith('.autosave'));

  /** A terminal in which text was typed, and which was then killed. */
  async function killed(text: string | undefined) {
    const { terminal, pid, ...file } = await opened(text === undefined ? {} : { text });
    terminal.type(' kept');
    await vi.waitUntil(() => hidden().some((name) => name.includes(file.name)), { timeout: 30_000 });
    process.kill(pid(), 'SIGKILL');
    await terminal.until('code 137');
    return file;
  }
  const again = (name: string) => {
    const terminal = new PseudoTerminal(folder, `$charlstm write model --file ${name}; echo "code $?"`);
    onTestFinished(() => terminal.kill());
    return terminal;
  };

  it('the next session has the unsaved text, and nothing is left once it is saved', async () => {
    const { name, path, content } = await killed(undefined);
    expect(existsSync(path)).toBe(false);
    const terminal = again(name);
    await terminal.until('recovered unsaved text of a session that was killed');
    await terminal.until('● unsaved');
    terminal.type('!\x11');
    await terminal.until('code 0');
    expect(content()).toBe(' kept!');
    expect(hidden()).toEqual([]);
  });

  it('undoing goes back to what the file has', async () => {
    const { name, content } = await killed('as it was\r\n');
    const terminal = again(name);
    await terminal.until('recovered unsaved text');
    terminal.type('\x1a\x11');
    await terminal.until('code 0');
    expect(content()).toBe('as it was\r\n');
    expect(hidden()).toEqual([]);
  });

  it('the text is put aside if the file was written since', async () => {
    const { name, path, content } = await killed('as it was');
    writeFileSync(path, 'by another program');
    utimesSync(path, new Date(), new Date(Date.now() + 10_000));
    const terminal = again(name);
    await terminal.until('a killed session had unsaved text');
    terminal.type('\x11');
    await terminal.until('code 0');
    expect(content()).toBe('by another program');
    const aside = readdirSync(folder).find((other) => other.startsWith(`${name}.unsaved-`))!;
    expect(readFileSync(join(folder, aside), 'utf8')).toBe('as it was kept');
    expect(hidden()).toEqual([]);
  });
});

describe('it does not start with', () => {
  it('no terminal', async () => {
    expectFailure(await run(folder, ['write', 'model']), 2, /needs a terminal/, /charlstm sample --prompt/);
  });

  it.each<[string, string, string | Uint8Array | undefined, RegExp, number]>([
    [
      'a file that is not text',
      '',
      Uint8Array.from({ length: 300 }, (_, i) => 1 + ((i * 7919) % 255)),
      /is not UTF-8/,
      65,
    ],
    ['a folder', '--file .', undefined, /\. is a folder/, 2],
    [
      'a file in a missing folder',
      '--file no/where.txt',
      undefined,
      /no\/where\.txt cannot be created there/,
      73,
    ],
    ['a wrong number', '--alternatives 0', undefined, /--alternatives is "0"/, 2],
  ])('%s', async (_name, flags, text, message, code) => {
    const { terminal } = await write({ flags, ...(text === undefined ? {} : { text }) });
    await terminal.ended;
    await terminal.until(`code ${code}`);
    expect(terminal.text).toMatch(message);
    expect(terminal.raw).not.toContain('\x1b[?1049h');
  });
});
