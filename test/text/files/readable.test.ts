// Files of all kinds, from their names to their characters.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { formatOfName } from '../../../src/text/collection/records/row.js';
import { readable } from '../../../src/text/files/readable.js';
import { resolveCorpus } from '../../../src/text/files/sources.js';
import { decodedChunks } from '../../../src/text/pieces.js';
import { stringOf } from '../../../src/text/points.js';
import { temporaryFolder } from '../../helpers/cli.js';
import { docx, epub, odt } from '../../helpers/documents.js';
import { errorOf } from '../../helpers/files.js';

const folder = await temporaryFolder();
const PARAGRAPHS = Array.from(
  { length: 40 },
  (_, i) =>
    `The keeper lit lamp ${i * 37} and wrote into the log that the sea was ${i % 3 ? 'calm' : 'rough'}.`,
);
const TEXT = `${PARAGRAPHS.join('\n\n')}\n`;
const PAGE = `<!DOCTYPE html><html><body>${PARAGRAPHS.map((text) => `<p>${text}</p>`).join('\n')}</body></html>`;
const FILES: Record<string, string | Uint8Array> = {
  'novel.txt': TEXT,
  'novel.docx': docx(PARAGRAPHS),
  'novel.odt': odt(PARAGRAPHS),
  'novel.epub': epub({ chapters: PARAGRAPHS.map((text) => `<p>${text}</p>`) }),
  'novel.html': PAGE,
  'novel.txt.gz': gzipSync(TEXT),
  'novel.html.gz': gzipSync(PAGE),
  'a.pdf': '%PDF-1.4\n',
  'mixed/a.txt': TEXT,
  'mixed/b.docx': docx(PARAGRAPHS),
  'mixed/c.docx': docx(PARAGRAPHS),
  'mixed/d.pdf': '%PDF-1.4\n',
  'mixed/e.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]),
};

beforeAll(async () => {
  await mkdir(join(folder, 'mixed'));
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), content);
});

interface How {
  readonly encoding?: 'bytes' | undefined;
  readonly strip?: boolean;
}

/** Reads a text as a new run would: its files, the notices about them, and all characters. */
async function read(name: string, { encoding, strip = true }: How = {}) {
  const corpus = await resolveCorpus([join(folder, name)]);
  const found = await readable(corpus.sources, { encoding, strip, folder, most: 1e9 });
  let text = '';
  const decoding = { encoding: found.encoding, normalizeNewlines: encoding !== 'bytes', strip };
  for (const source of found.sources) {
    for await (const points of decodedChunks(source, decoding, folder)) text += stringOf(points);
  }
  const notices = [...corpus.notices, ...found.notices].map((notice) => notice.replaceAll(`${folder}/`, ''));
  return { name: corpus.name, text, notices };
}

it.each([
  ['novel.docx', 'a Word document, read as text'],
  ['novel.odt', 'an OpenDocument text, read as text'],
  ['novel.epub', 'an EPUB book, read as text'],
  ['novel.html', 'a page of HTML, read without tags, which --no-strip keeps'],
  ['novel.txt.gz', 'compressed with gzip, read as text'],
  ['novel.html.gz', 'a page of HTML, compressed with gzip, read without tags, which --no-strip keeps'],
])('%s is read as text, and one line says so', async (file, notice) => {
  const { name, text, notices } = await read(file);
  expect(notices).toEqual([`${file}: ${notice}`]);
  expect(text).toBe(TEXT);
  expect(name).toBe('novel');
});

it('HTML keeps its tags if it is asked to, and bytes are bytes', async () => {
  expect(await read('novel.html', { strip: false })).toMatchObject({ text: PAGE, notices: [] });
  const { text, notices } = await read('novel.docx', { encoding: 'bytes' });
  expect(Buffer.from(text, 'latin1').equals(FILES['novel.docx'] as Buffer)).toBe(true);
  expect(notices).toEqual([]);
});

it.each([['mixed'], ['mixed/*']])('%s may hold all kinds, and what is left out is named', async (name) => {
  const { text, notices } = await read(name);
  expect(text).toBe(TEXT.repeat(3));
  const [leftOut, documents] = notices.map((notice) => notice.replace(/[^ ]*\/(?=.)/g, ''));
  expect(leftOut).toMatch(/^2 left out of .*: d\.pdf \(a PDF\); e\.png \(a PNG picture\)$/);
  expect(documents).toBe('b.docx, c.docx: Word documents, read as text');
});

it('a single file of another kind is refused with what makes text of it', async () => {
  const { message, hint, exitCode } = await errorOf(read('a.pdf'));
  expect(message).toMatch(/a\.pdf is a PDF, not a text$/);
  expect(hint).toMatch(/pdftotext .*a\.pdf/);
  expect(exitCode).toBe(65);
});

it('the name of a compressed table tells its format', () => {
  expect(['a.csv.gz', 'a.jsonl.GZ', 'a.txt.gz', 'csv.gz'].map(formatOfName)).toEqual([
    'csv',
    'jsonl',
    undefined,
    undefined,
  ]);
});
