// What a run learns of line ends and of letters with accents, and what it says about its text.

import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { events, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const TINY =
  '--texts whole --embedding 3 --hidden 4 --layers 1 --batch-size 2 --seq-length 8 --steps 1 --val 0 --threads 1';
const LINES = ['The lamp, Café, was lit at nine;', 'the keeper wrote it down.', 'All was well.'];
/** A text whose lines end in these ways, in turn. */
const withEnds = (...ends: string[]) =>
  Array.from({ length: 12 }, (_, i) => LINES[i % 3]! + ends[i % ends.length]!).join('');

let runs = 0;

/** Trains on a text; returns what was said about it, and what the run records. */
async function learn(text: string | Uint8Array, ...flags: string[]) {
  const out = `run-${runs++}`;
  await writeFile(join(folder, 'text.txt'), text);
  const trained = await run(folder, ['train', 'text.txt', ...TINY.split(' '), '--out', out, ...flags]);
  expect(trained.code, trained.stderr).toBe(0);
  const { stdout } = await run(folder, ['info', out, '--json']);
  const { codePoints, decoding } = JSON.parse(stdout) as { codePoints: number[]; decoding: object };
  return { out, said: trained.stderr, characters: String.fromCodePoint(...codePoints), decoding };
}

describe('line ends', () => {
  it('of one kind become LF without a word', async () => {
    const { said, characters, decoding } = await learn(withEnds('\r\n'));
    expect(said).not.toContain('line ends');
    expect(characters).toMatch(/^\n [^\r]*$/);
    expect(decoding).toMatchObject({ normalizeNewlines: true });
  });

  it('of several kinds become LF, with their counts', async () => {
    const { said, characters } = await learn(withEnds('\r\n', '\r\n', '\r', '\n'));
    expect(said).toContain(
      'note the text mixes line ends (6 CR LF, 3 CR and 3 LF), all read as LF; --no-normalize-newlines keeps them\n',
    );
    expect(characters).not.toContain('\r');
  });

  it('stay with --no-normalize-newlines and as bytes, and where weights have learned them', async () => {
    const mixed = withEnds('\r\n', '\n');
    const kept = await learn(mixed, '--no-normalize-newlines');
    const later = await learn(mixed, '--from', kept.out);
    for (const one of [kept, later, await learn(mixed, '--encoding', 'bytes')]) {
      expect(one.said).not.toContain('line ends');
      expect(one.characters).toMatch(/^\n\r/);
      expect(one.decoding).toMatchObject({ normalizeNewlines: false });
    }
  });

  it('and tags stay as weights of an earlier format have learned them', async () => {
    await cp(new URL('../../fixtures/format-3-decodings/line-ends', import.meta.url), join(folder, 'old'), {
      recursive: true,
    });
    const { decoding } = await learn(withEnds('\r\n'), '--from', 'old');
    expect(decoding).toEqual({ encoding: 'utf8', normalizeNewlines: false });
  });
});

describe('letters in two forms', () => {
  const apart = withEnds('\n').normalize('NFD');
  const both = withEnds('\n').repeat(3) + apart.repeat(2);

  it('are noted, and composed with --normalize nfc, also in what such a model reads', async () => {
    const { said, characters } = await learn(both);
    expect(said).toContain('é is written as one character 12 times and as a letter and a mark 8 times');
    expect(characters).toContain('\u0301');
    const composed = await learn(both, '--normalize', 'nfc');
    expect(composed.said).toContain('note --normalize nfc: 8 letters composed\n');
    expect(composed.said).not.toContain('as a letter and a mark');
    expect(composed.characters).not.toContain('\u0301');
    const { out, decoding } = composed;
    expect(decoding).toMatchObject({ normalize: 'nfc' });
    const resumed = await run(folder, ['train', '--resume', out, 'text.txt', '--steps', '2']);
    expect(resumed.code, resumed.stderr).toBe(0);
    await writeFile(join(folder, 'apart.txt'), apart);
    await writeFile(join(folder, 'whole.txt'), apart.normalize('NFC'));
    const lossOn = async (text: string) => {
      const { stdout } = await run(folder, ['eval', out, '--text', text, '--json']);
      return (JSON.parse(stdout) as { loss: number }).loss;
    };
    expect(await lossOn('apart.txt')).toBe(await lossOn('whole.txt'));
    const further = await learn(apart, '--from', out);
    expect(further.decoding).toMatchObject({ normalize: 'nfc' });
    expect(further.characters).not.toContain('\u0301');
    const sample = ['sample', out, '--seed', '1', '--length', '20', '--prompt'];
    expect(await run(folder, [...sample, 'Cafe\u0301'])).toEqual(await run(folder, [...sample, 'Café']));
  });

  it('cannot be composed in bytes', async () => {
    const { code, stderr } = await run(folder, [
      ...['train', 'text.txt', '--encoding', 'bytes', '--normalize', 'nfc'],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--normalize nfc changes characters, and --encoding bytes learns bytes');
  });
});

describe('trouble in a text', () => {
  it('is noted in at most three lines, which leave standard output to events', async () => {
    const text = `${withEnds('\n')}${'\x1b[1mred\x08\u00ad\ufffd\x85'.repeat(6)}`;
    await writeFile(join(folder, 'log.txt'), text);
    const flags = [...TINY.split(' '), '--out', 'trouble', '--ui', 'json'];
    const { stdout, stderr } = await run(folder, ['train', 'log.txt', ...flags]);
    const notes = stderr.split('\n').filter((line) => /U\+\w{4}/.test(line));
    expect(notes.map((note) => /U\+\w{4}/.exec(note)![0])).toEqual(['U+0080', 'U+FFFD', 'U+001B']);
    expect(events(stdout).at(-1)).toMatchObject({ type: 'end' });
  });
});
