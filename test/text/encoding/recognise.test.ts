import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.js';
import type { Encoding } from '../../../src/text/encoding/names.js';
import { type ReadableOptions, readable } from '../../../src/text/files/readable.js';
import type { Source } from '../../../src/text/files/source.js';
import { decodedChunks } from '../../../src/text/pieces.js';

const folder = mkdtempSync(join(tmpdir(), 'charlstm-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function source(label: string, bytes: Uint8Array): Source {
  return {
    label,
    stats: undefined,
    identity: undefined,
    mustBeReadWhole: () => false,
    async *read() {
      yield bytes;
    },
  };
}

const UTF8 = source('utf8.txt', Buffer.from('Über alle Dächer.\n'));
const PLAIN = source('plain.txt', Buffer.from('Over all roofs.\n'));
const WINDOWS = source('windows.txt', Buffer.from('Das Caf\xe9 \x93war\x94 leer.\n', 'latin1'));
const RUSSIAN = source(
  'russian.txt',
  Buffer.from('\xc1\xfb\xeb\xee \xf3\xe6\xe5 \xf2\xe5\xec\xed\xee.\n', 'latin1'),
);
const UTF16 = source('utf16.txt', Buffer.from('\ufeffÜber alle Dächer.\n', 'utf16le'));
const BIG16 = source('big16.txt', Buffer.from('\ufeffÜber alle Dächer.\n', 'utf16le').swap16());
const DAMAGED = source(
  'damaged.txt',
  Buffer.concat([Buffer.from('Über alle Dächer schön grün.\n'), Uint8Array.of(0xe9, 0x0a)]),
);
const NOISE = source(
  'noise.dat',
  Uint8Array.from({ length: 400 }, (_, i) => 1 + ((i * 7919) % 255)),
);
const PAGE = source(
  'page.html',
  Buffer.from('<!doctype html><meta charset="windows-1250"><p>Vl\xe8ek.', 'latin1'),
);

/** Reads files as the learning pass would. */
async function read(
  sources: readonly Source[],
  encoding: Encoding | undefined,
  options: Partial<ReadableOptions> = {},
) {
  const ready = await readable(sources, { encoding, strip: true, folder, most: 1e6, ...options });
  const texts: string[] = [];
  for (const one of ready.sources) {
    let text = '';
    const decoding = { encoding: options.learned ?? ready.encoding, normalizeNewlines: true };
    for await (const points of decodedChunks(one, decoding, folder)) {
      text += String.fromCodePoint(...points);
    }
    texts.push(text.trim());
  }
  return { texts, encoding: ready.encoding, notices: ready.notices };
}

async function refused(sources: readonly Source[], encoding: Encoding | undefined) {
  const error = await read(sources, encoding).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error('it was not refused');
  return `${error.message}. ${error.hint}`;
}

test('a file of UTF-8 is read without a word', async () => {
  for (const encoding of [undefined, 'utf8', 'auto'] as const) {
    expect((await read([UTF8], encoding)).texts).toEqual(['Über alle Dächer.']);
    expect((await read([PLAIN], encoding)).notices).toEqual([]);
  }
  expect((await read([UTF8], undefined)).encoding).toBe('utf8');
});

test('of a file that is not UTF-8, the error says what it most likely is, and offers one option', async () => {
  const offers = [
    [WINDOWS, 'at offset 7 byte 0x20', 'windows-1252 ("Das Café “war” leer.")', '--encoding windows-1252.'],
    [RUSSIAN, 'at offset 0 byte 0xC1', 'windows-1251 ("Было уже темно.")', '--encoding windows-1251.'],
    [DAMAGED, 'at offset 33 byte 0x0A', 'most of it is UTF-8', '--encoding utf8-lossy.'],
    [NOISE, 'noise.dat is not UTF-8', '', '--encoding bytes'],
  ] as const;
  for (const [file, where, what, option] of offers) {
    const message = await refused([file], undefined);
    expect(message).toContain(where);
    expect(message).toContain(what);
    expect(message).toContain(option);
    expect(message.match(/--\w+/g)).toHaveLength(1);
  }
});

test('a mark of UTF-16 is certain: the file is read, with a note, and the run records the encoding', async () => {
  for (const [file, encoding] of [
    [UTF16, 'utf-16le'],
    [BIG16, 'utf-16be'],
  ] as const) {
    expect(await read([file], undefined)).toEqual({
      texts: ['Über alle Dächer.'],
      encoding,
      notices: [`${file.label} is not UTF-8: read as ${encoding} ("Über alle Dächer.")`],
    });
    // The name of the other order changes nothing.
    expect((await read([file], 'utf-16le')).texts).toEqual(['Über alle Dächer.']);
  }
});

test('of several files, each is read in its own encoding, and those that are not UTF-8 are named', async () => {
  const other = source('other.txt', Buffer.from('Un \xe9l\xe8ve.', 'latin1'));
  expect(await read([UTF8, WINDOWS, RUSSIAN, UTF16, other, PLAIN], undefined)).toEqual({
    texts: [
      'Über alle Dächer.',
      'Das Café “war” leer.',
      'Было уже темно.',
      'Über alle Dächer.',
      'Un élève.',
      'Over all roofs.',
    ],
    encoding: 'auto',
    notices: [
      '2 files are not UTF-8: windows.txt, other.txt read as windows-1252 ("Das Café “war” leer.")',
      'russian.txt is not UTF-8: read as windows-1251 ("Было уже темно.")',
      'utf16.txt is not UTF-8: read as utf-16le ("Über alle Dächer.")',
    ],
  });
  expect((await read([WINDOWS], 'auto')).texts).toEqual(['Das Café “war” leer.']);
});

test('the line in a note about several files is of one that has a line', async () => {
  const empty = source('empty.txt', Buffer.from('\ufeff', 'utf16le'));
  expect((await read([empty, UTF16], undefined)).notices).toEqual([
    '2 files are not UTF-8: empty.txt, utf16.txt read as utf-16le ("Über alle Dächer.")',
  ]);
});

test('of several files, one that is nothing is refused by its name', async () => {
  expect(await refused([UTF8, NOISE], undefined)).toContain('noise.dat is not UTF-8');
  expect(await refused([UTF8, DAMAGED], 'auto')).toContain('damaged.txt is not UTF-8');
});

test('an encoding that is named is used, and what speaks against it is said', async () => {
  expect(await read([WINDOWS], 'windows-1252')).toEqual({
    texts: ['Das Café “war” leer.'],
    encoding: 'windows-1252',
    notices: [],
  });
  expect(await read([UTF8], 'windows-1252')).toEqual({
    texts: ['Ãœber alle DÃ¤cher.'],
    encoding: 'windows-1252',
    notices: [expect.stringMatching(/^utf8.txt: valid UTF-8, .*; --encoding utf8 reads it as it is$/)],
  });
  expect(await read([WINDOWS], 'latin1')).toEqual({
    texts: ['Das Café \x93war\x94 leer.'],
    encoding: 'latin1',
    notices: [expect.stringMatching(/^windows.txt: has control characters in latin1 .*windows-1252/)],
  });
  expect(await refused([WINDOWS], 'gbk')).toContain('windows.txt is not gbk: at offset 7 byte 0xE9');
});

test('a page is read in the encoding that it declares', async () => {
  const { texts, encoding, notices } = await read([PAGE], undefined);
  expect(texts).toEqual(['Vlček.']);
  expect(encoding).toBe('windows-1250');
  expect(notices).toContain('page.html is not UTF-8: read as windows-1250 ("Vlček.")');
});

test('foreign text is UTF-8 if it is valid, else what the model has learned, else what it most likely is', async () => {
  const foreign = async (file: Source, learned: Encoding) => {
    const { texts, notices } = await read([file], undefined, { learned, isForeign: true });
    return { texts, isNoted: notices.length > 0 };
  };
  const quotes = ['Das Café “war” leer.'];
  expect(await foreign(WINDOWS, 'utf8')).toEqual({ texts: quotes, isNoted: true });
  expect(await foreign(WINDOWS, 'auto')).toEqual({ texts: quotes, isNoted: true });
  expect(await foreign(WINDOWS, 'windows-1252')).toEqual({ texts: quotes, isNoted: false });
  expect(await foreign(WINDOWS, 'latin1')).toEqual({ texts: ['Das Café \x93war\x94 leer.'], isNoted: false });
  for (const learned of ['utf8', 'latin1', 'windows-1252', 'gbk', 'utf8-lossy'] as const) {
    expect(await foreign(UTF8, learned)).toEqual({ texts: ['Über alle Dächer.'], isNoted: false });
  }
  expect((await foreign(WINDOWS, 'utf8-lossy')).texts).toEqual(['Das Caf\ufffd \ufffdwar\ufffd leer.']);
});
