// Training on documents, through the program.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectFailure, run, runAlone, temporaryFolder } from '../../helpers/cli.js';
import { docx, epub } from '../../helpers/documents.js';

const folder = await temporaryFolder();
const PARAGRAPHS = Array.from({ length: 40 }, (_, i) => `The keeper lit lamp ${i * 37} and went to bed.`);
const TINY = ['--steps', '1', '--hidden', '4', '--layers', '1', '--batch-size', '2', '--threads', '1'];

it('a run on a document is resumed with it, and its model reads other documents', async () => {
  await writeFile(join(folder, 'novel.docx'), docx(PARAGRAPHS));
  await writeFile(join(folder, 'novel.epub'), epub({ chapters: PARAGRAPHS.map((text) => `<p>${text}</p>`) }));
  const trained = await run(folder, ['train', 'novel.docx', ...TINY, '--out', 'run']);
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stderr).toContain('note novel.docx: a Word document, read as text');
  const same = await run(folder, ['train', 'novel.docx', '--resume', 'run', '--steps', '2']);
  expect(same.code, same.stderr).toBe(0);
  await writeFile(join(folder, 'novel.docx'), docx(PARAGRAPHS.slice(1)));
  const other = await run(folder, ['train', 'novel.docx', '--resume', 'run', '--steps', '3']);
  expectFailure(other, 2, /novel\.docx (shrank|has changed)/);
  const { code, stdout, stderr } = await run(folder, ['eval', 'run', '--text', 'novel.epub']);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('novel.epub');
  expect(stderr).toContain('novel.epub: an EPUB book, read as text');
});

it('a document may come through a pipe', async () => {
  const { code, stderr } = await runAlone(folder, ['train', '-', ...TINY], {
    input: docx(PARAGRAPHS),
  });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('note standard input: a Word document, read as text');
});

it('a file of another kind is refused with what makes text of it, and leaves nothing behind', async () => {
  await writeFile(join(folder, 'a.pdf'), '%PDF-1.4\n');
  expectFailure(
    await run(folder, ['train', 'a.pdf', '--out', 'none']),
    65,
    'a.pdf is a PDF',
    'pdftotext a.pdf',
  );
  expectFailure(await run(folder, ['info', 'none']), 66, 'none does not exist');
});
