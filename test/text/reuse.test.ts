import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DecodeOptions } from '../../src/text/encoding/decode.js';
import { type Source, textSource } from '../../src/text/files/source.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { corpusKey, noteCorpus, reuseDataset, shareFile } from '../../src/text/reuse.js';
import { temporaryFolder } from '../helpers/cli.js';

const root = await temporaryFolder();
const UTF8: DecodeOptions = { encoding: 'utf8', normalizeNewlines: false };
const keyOf = (sources: readonly Source[], decoding: DecodeOptions) =>
  corpusKey(sources, { decoding, known: [], shares: { validation: 0.1, test: 0 } });
const TEXT = 'The lamp and the sea.\n'.repeat(500_000);

/** Makes a text of 11 MB, and a folder of runs with a run that has read the text. */
async function readOnce(options: DecodeOptions = UTF8) {
  const folder = await mkdtemp(join(root, 'x-'));
  const path = join(folder, 'text.txt');
  const runs = join(folder, 'runs');
  const first = join(runs, 'first');
  await mkdir(first, { recursive: true });
  writeFileSync(path, TEXT);
  const { sources } = await resolveCorpus([path]);
  const prepared = await prepareDataset(sources, options, first);
  await noteCorpus(first, keyOf(sources, options)!, prepared);
  /** Starts a second run on the text in its current state. */
  const again = async (name: string, nowOptions: DecodeOptions = UTF8) => {
    const run = join(runs, name);
    await mkdir(run);
    const key = keyOf((await resolveCorpus([path])).sources, nowOptions)!;
    return reuseDataset({ key, options: nowOptions, folders: [runs] }, run, () => {});
  };
  return { path, first, prepared, again };
}

describe('a text that a run has read', () => {
  it.runIf(process.platform !== 'win32')(
    'is read again if a file of that run became something else',
    async () => {
      const { again, first } = await readOnce();
      const note = join(first, 'corpus.json');
      const text = readFileSync(note, 'utf8');
      const many = Array.from({ length: 600_000 }, (_, i) => i + 0xe000);
      const notes = [
        ['"pairs":[]', `"pairs":${JSON.stringify(many.map((one) => one + 0x110000))}`],
        ['"pairs":[]', '"pairs":[97]'],
        ['"pairs":[]', '"pairs":[[]]'],
        ['"counts":[', '"counts":[1,'],
        ['"findings":[', '"findings":[1,'],
      ].map(
        ([was, is]) =>
          () =>
            writeFileSync(note, text.replace(was!, is!)),
      );
      const pipe = (path: string) => execFileSync('mkfifo', [path]);
      const endless = (path: string) => symlinkSync('/dev/zero', path);
      const others = [note, join(first, 'corpus.u8')].flatMap((path) =>
        [pipe, endless].map((make) => () => {
          rmSync(path);
          make(path);
        }),
      );
      for (const [i, change] of [...notes, ...others].entries()) {
        if (i === notes.length + 2) {
          rmSync(note);
          writeFileSync(note, text);
        }
        change();
        expect(await again(`second-${i}`)).toBeUndefined();
      }
    },
  );

  it('is not read again', async () => {
    const { prepared, again, first } = await readOnce();
    const second = (await again('second'))!;
    const { arrange: _, ...learned } = prepared;
    expect(second).toMatchObject({ ...learned, path: second.path });
    // Each run has its own ids.
    rmSync(first, { recursive: true });
    expect(readFileSync(second.path).length).toBe(TEXT.length);
  });

  it.each<[what: string, change: (path: string) => void]>([
    ['has other characters', (path) => writeFileSync(path, TEXT.replaceAll('sea', 'sky'))],
    [
      'has other characters but the same modification time',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, TEXT.replaceAll('sea', 'sky'));
        utimesSync(path, atime, mtime);
      },
    ],
    ['is longer', (path) => appendFileSync(path, 'x')],
    [
      'is another file',
      (path) => {
        rmSync(path);
        writeFileSync(path, TEXT);
      },
    ],
  ])('is read when it %s', async (_what, change) => {
    const { path, again } = await readOnce();
    change(path);
    expect(await again('second')).toBeUndefined();
  });

  it('is read when it is decoded differently', async () => {
    const { again } = await readOnce();
    expect(await again('second', { ...UTF8, normalizeNewlines: true })).toBeUndefined();
    expect(await again('third', { ...UTF8, encoding: 'latin1' })).toBeUndefined();
  });

  it.each<[what: string, damage: (run: string) => void]>([
    ['are gone', (run) => rmSync(join(run, 'corpus.u8'))],
    ['are cut short', (run) => writeFileSync(join(run, 'corpus.u8'), Buffer.alloc(100))],
    ['are different', (run) => writeFileSync(join(run, 'corpus.u8'), Buffer.alloc(TEXT.length))],
    ['have no note', (run) => rmSync(join(run, 'corpus.json'))],
    ['have half a note', (run) => writeFileSync(join(run, 'corpus.json'), '{"key": "')],
    ['have an empty note', (run) => writeFileSync(join(run, 'corpus.json'), 'null')],
    [
      'have a note without a vocabulary',
      (run) => {
        const { codePoints: _, ...note } = JSON.parse(readFileSync(join(run, 'corpus.json'), 'utf8'));
        writeFileSync(join(run, 'corpus.json'), JSON.stringify(note));
      },
    ],
  ])('is read when the ids %s', async (_what, damage) => {
    const { first, again } = await readOnce();
    damage(first);
    expect(await again('second')).toBeUndefined();
    expect(() => statSync(join(first, '../second/corpus.u8'))).toThrow(/ENOENT/);
  });
});

it('the key of a text depends on everything that changes its characters', async () => {
  const stats = statSync(root, { bigint: true });
  const file = (label: string): Source => ({
    ...textSource(label, ''),
    stats: Object.assign(stats, { size: 20_000_000n }),
  });
  const keys = [
    keyOf([file('a.txt')], UTF8),
    keyOf([file('a.html')], UTF8),
    keyOf([file('a.txt')], { ...UTF8, normalizeNewlines: true }),
    keyOf([file('a.txt')], { ...UTF8, strip: true }),
    keyOf([file('a.txt')], { ...UTF8, unwrap: true }),
    keyOf([file('a.txt')], { ...UTF8, normalize: 'nfc' }),
    keyOf([file('a.txt')], { ...UTF8, encoding: 'auto' }),
  ];
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(keys.length);
});

it('a small text and standard input are always read', async () => {
  const path = join(root, 'small.txt');
  writeFileSync(path, 'small');
  const { sources } = await resolveCorpus([path]);
  expect(keyOf(sources, UTF8)).toBeUndefined();
  const once = { ...sources[0]!, stats: undefined };
  expect(keyOf([once], UTF8)).toBeUndefined();
});

it('a shared file replaces an existing one', async () => {
  const [from, to, other] = ['from', 'to', 'other'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(from, 'new');
  writeFileSync(to, 'old');
  linkSync(to, other);
  await shareFile(from, to);
  expect(readFileSync(to, 'utf8')).toBe('new');
  expect(readFileSync(other, 'utf8')).toBe('old');
});
