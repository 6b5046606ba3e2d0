// Texts of every kind, read as a corpus and by the real command: each works or is refused with a message.

import { appendFileSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { Dataset } from '../../src/text/dataset.js';
import type { DecodeOptions } from '../../src/text/encoding/decode.js';
import type { Source } from '../../src/text/files/source.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { Vocabulary } from '../../src/text/vocabulary.js';
import { expectFailure, PROGRAM, run, temporaryFolder } from '../helpers/cli.js';
import { errorOf } from '../helpers/files.js';
import { tries } from './scale.js';

const root = await temporaryFolder();
const UTF8: DecodeOptions = { encoding: 'utf8', normalizeNewlines: false };
const NETWORK = ['--hidden', '8', '--layers', '1', '--steps', '2', '--ui', 'plain'];
/** Bytes per read of a file. */
const CHUNK = 1 << 18;

async function reread(bytes: Uint8Array | string, options: DecodeOptions): Promise<string> {
  const folder = await mkdtemp(join(root, 'x-'));
  const path = join(folder, 'text.txt');
  writeFileSync(path, bytes);
  const { sources } = await resolveCorpus([path]);
  const { vocabulary } = await prepareDataset(sources, options, folder);
  const dataset = new Dataset(folder, vocabulary.size);
  const text = vocabulary.decode(dataset.read(0, dataset.length));
  dataset.close();
  return text;
}

describe('malformed UTF-8 across two chunks', () => {
  const all: [what: string, bytes: number[]][] = [
    ['a lone continuation', [0x80]],
    ['overlong, two bytes', [0xc0, 0xaf]],
    ['overlong, three bytes', [0xe0, 0x80, 0xaf]],
    ['overlong, four bytes', [0xf0, 0x80, 0x80, 0xaf]],
    ['a high surrogate', [0xed, 0xa0, 0x80]],
    ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['past U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['the byte FF', [0xff]],
    ['one of two bytes', [0xc3]],
    ['two of three bytes', [0xe2, 0x82]],
    ['three of four bytes', [0xf0, 0x9f, 0x92]],
    ['an extra continuation', [0xc3, 0xa9, 0xa9]],
  ];
  const cases = all.filter((_, i) => i % tries(1, 4) === 0);

  it.each(cases)('%s', { timeout: 60_000 }, async (_what, sequence) => {
    for (let before = 0; before <= sequence.length; before++) {
      for (const filler of ['ab', 'é']) {
        const start = Buffer.from(filler.repeat(CHUNK / 2)).subarray(0, CHUNK - before);
        const lead = start.toString().endsWith('\ufffd') ? start.subarray(0, -1) : start;
        const bytes = Buffer.concat([lead, Buffer.from(sequence), Buffer.from('end')]);
        const lossy = new TextDecoder().decode(bytes);
        expect((await reread(bytes, { ...UTF8, encoding: 'utf8-lossy' })) === lossy).toBe(true);
        const { message, exitCode } = await errorOf(reread(bytes, UTF8));
        const at = lead.length + (sequence[0] === 0xc3 && sequence.length === 3 ? 2 : 0);
        expect(message).toContain(`is not UTF-8: at offset ${at} `);
        expect(exitCode).toBe(ExitCode.badData);
      }
    }
  });

  it.each(['é', '€', '😀'])('%s stays whole wherever it is split', async (character) => {
    for (let before = 0; before < 4; before++) {
      const text = `${'a'.repeat(CHUNK - before)}${character.repeat(9)}z`;
      expect((await reread(text, UTF8)) === text).toBe(true);
    }
  });
});

describe('unusual characters', () => {
  it.each<[what: string, text: string]>([
    ['bidirectional text and marks', '\u202eabc\u202c \u2066def\u2069 \u200fשלום\u200e'],
    ['zero-width', 'a\u200bb\u200cc\u200dd\u2060e\ufeff'],
    ['combining characters', 'e\u0301 a\u0308\u0323 \u1112\u1161\u11ab Z\u0351\u036b\u0343\u036a'],
    ['composed emoji', '👩‍👩‍👧‍👦 🇩🇪 ❤️ 👍🏽'],
    ['carriage returns', 'a\r\nb\rc\n'],
    ['control characters', 'a\u0001b\u001b[31mc\u007f\u0085'],
    ['private-use characters and noncharacters', '\ue000\uffff\u{10ffff}\ufffd'],
  ])('%s are kept unchanged', async (_what, text) => {
    expect(await reread(text, UTF8)).toBe(text);
    expect(await reread(text.repeat(CHUNK / 4), UTF8)).toBe(text.repeat(CHUNK / 4));
  });

  it('half a surrogate pair in an argument is an unknown character', () => {
    const vocabulary = new Vocabulary([97, 0x1f600], 'utf8');
    expect(() => vocabulary.encode('a\ud83d')).toThrow(/never saw: U\+D83D$/);
    expect([...vocabulary.encode('a\ud83d\ude00\ude00', 'skip')]).toEqual([0, 1]);
  });

  it.skipIf(process.platform !== 'linux')('arguments that are not UTF-8 are refused', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    const shell = (command: string) =>
      execa('sh', ['-c', `"$0" "$1" ${command}`, process.execPath, PROGRAM], {
        cwd: folder,
        reject: false,
        stripFinalNewline: false,
        env: { NO_COLOR: '1' },
      });
    const result = await shell(`train "$(printf 'a\\355\\240\\275.txt')"`);
    expectFailure({ ...result, code: result.exitCode }, 66, 'does not exist');
    expect((await run(folder, ['train', 'lighthouse', ...NETWORK, '--out', 'run'])).code).toBe(0);
    const prompted = await shell(`sample run --prompt "$(printf 'a\\355\\240\\275')"`);
    expectFailure({ ...prompted, code: prompted.exitCode }, 65, 'U+FFFD');
  });
});

describe('unusual lengths', () => {
  it.each<[what: string, text: string, code: number, stderr: RegExp]>([
    ['nothing', '', 65, /there is no text in it/],
    ['one character', 'a', 65, /one repeated character, 'a'/],
    ['a line break', '\n', 65, /one repeated character, U\+000A/],
    ['a short line', 'just a line', 65, /11 characters, too few/],
    ['less than a window', 'a line without an end, but long enough', 0, /it shrinks to/],
    ['one long line', 'no newline '.repeat(500), 0, /done at step 2/],
    ['nothing but newlines and a letter', `${'\n'.repeat(5000)}a`, 0, /done at step 2/],
  ])('%s', async (_what, text, code, stderr) => {
    const folder = await mkdtemp(join(root, 'x-'));
    writeFileSync(join(folder, 'text.txt'), text);
    for (const [name, input] of [
      ['text.txt', undefined],
      ['-', text],
    ] as const) {
      const result = await run(folder, ['train', name, ...NETWORK], input === undefined ? {} : { input });
      expect(result.stderr).toMatch(stderr);
      expect(result.code).toBe(code);
      if (code !== 0) expect(readdirSync(folder)).toEqual(['text.txt']);
    }
  });
});

describe('unusual files', () => {
  it('a link to itself, a socket and a dangling link are refused', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    symlinkSync('nowhere', join(folder, 'c'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve));
    expectFailure(await run(folder, ['train', 'a']), 66, 'a is a link that leads back to itself');
    expectFailure(await run(folder, ['train', 'c']), 66, 'c does not exist');
    expectFailure(await run(folder, ['train', 's']), 66, 's is a socket, not a text');
    expectFailure(await run(folder, ['train', '.']), 66, 'a folder without text files');
    await execa('mkfifo', ['p'], { cwd: folder });
    writeFileSync(join(folder, 'text.txt'), 'a text among other things '.repeat(30));
    for (const where of [folder, join(folder, '*')]) {
      const { sources } = await resolveCorpus([where]);
      expect(sources.map(({ label }) => basename(label))).toEqual(['text.txt']);
    }
    expect((await resolveCorpus([folder])).notices).toEqual([
      expect.stringMatching(/^5 left out of .*s \(not a file\)/),
    ]);
    await new Promise((resolve) => server.close(resolve));
  });

  it.skipIf(process.platform === 'win32')('process substitution is read like a file', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    writeFileSync(join(folder, 'a'), 'one text '.repeat(20));
    const result = await execa(
      'bash',
      ['-c', `"$0" "$1" train <(cat a a) ${NETWORK.join(' ')} --out run`, process.execPath, PROGRAM],
      { cwd: folder, reject: false },
    );
    expect(result.exitCode).toBe(0);
    expect(readFileSync(join(folder, 'run/corpus.u8')).length).toBe(360);
    expect(readdirSync(join(folder, 'run')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('if the writer of standard input dies, what it wrote is used if it is text', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    const shell = (text: string) =>
      run(folder, ['train', '-', ...NETWORK], { input: Buffer.from(text, 'latin1') });
    expect((await shell('as much as there was '.repeat(9))).code).toBe(0);
    expectFailure(await shell(`${'as much '.repeat(9)}\xe2\x82`), 65, 'the last character is cut off');
  });
});

describe('a file that changes while it is read', () => {
  const TEXT = 'as it was at first '.repeat(CHUNK / 4);
  /** The sources of a file that changes while the first chunk of the given pass is read. */
  async function changing(pass: number, change: (path: string) => void) {
    const folder = await mkdtemp(join(root, 'x-'));
    const path = join(folder, 'text.txt');
    writeFileSync(path, TEXT);
    const { sources } = await resolveCorpus([path]);
    let passes = 0;
    const changed: Source[] = sources.map((source) => ({
      ...source,
      async *read(where) {
        let isDue = ++passes === pass;
        for await (const chunk of source.read(where)) {
          if (isDue) change(path);
          isDue = false;
          yield chunk;
        }
      },
    }));
    return { folder, sources: changed };
  }

  it.each([1, 2])('is refused, whatever changes in pass %i', async (pass) => {
    for (const change of [
      (path: string) => appendFileSync(path, 'more'),
      (path: string) => appendFileSync(path, TEXT),
      (path: string) => truncateSync(path, 100),
      (path: string) => truncateSync(path, 0),
      (path: string) => writeFileSync(path, TEXT.replaceAll('first', 'last!')),
    ]) {
      const { folder, sources } = await changing(pass, change);
      const { message, exitCode, hint } = await errorOf(prepareDataset(sources, UTF8, folder));
      expect(message).toMatch(/text(\.txt)? changed while it was read/);
      expect(hint).toContain('when nothing is writing to');
      expect(exitCode).toBe(ExitCode.badData);
      expect(readdirSync(folder).filter((name) => /^corpus\.u\d+$/.test(name))).toEqual([]);
    }
  });
});

it('a run folder may have an unusual name', async () => {
  const folder = await mkdtemp(join(root, 'x-'));
  const name = 'a \u202e b\u200b\n"c".txt';
  await mkdir(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts', name), 'a text of some length '.repeat(30));
  const result = await run(folder, ['train', join('texts', name), ...NETWORK]);
  expect(result.code).toBe(0);
  expect(result.stdout).not.toContain('\u202e');
});
