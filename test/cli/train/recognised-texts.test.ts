import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const TINY = ['--hidden', '4', '--layers', '1', '--steps', '1', '--engine', 'wasm', '--threads', '1'];

/** Trains one step on a text and returns the notices. */
async function noticesOf(args: readonly string[], input?: string): Promise<string[]> {
  const { stderr, code } = await run(
    folder,
    ['train', ...args, ...TINY, '--ui', 'json'],
    input === undefined ? {} : { input },
  );
  expect(code).toBe(0);
  return stderr.split('\n').flatMap((line) => /^note (.*)$/.exec(line)?.[1] ?? []);
}

const KINDS = ['haiku', 'ode'];
const WORDS = ['rain', 'gate', 'lamp', 'goose', 'stone'];
const poem = (i: number) => `${WORDS[i % 5]} and ${WORDS[(i * 2) % 5]}, number ${i}, are here`;
const TABLE = ['id,kind,poem', ...Array.from({ length: 40 }, (_, i) => `${i},${KINDS[i % 2]},"${poem(i)}"`)];
await writeFile(join(folder, 'poems.csv'), `${TABLE.join('\n')}\n40,ode,\n41,ode,"${poem(1)}"\n`);
await writeFile(join(folder, 'pairs.csv'), 'de,en\nein Haus,a house\nein Hof,a yard\n');
await writeFile(join(folder, 'broken.csv'), 'id,poem\n1,"one\n2,two\n');
await writeFile(join(folder, 'header.csv'), 'id,poem\n');
await writeFile(join(folder, 'one.csv'), `poem\n"${poem(1).repeat(9)}"\n`);

test('a list is recognised, with the evidence and the option that says otherwise', async () => {
  expect(await noticesOf(['names'])).toContain(
    'texts: 8,849 lines, 427 of which repeat an earlier one, each a text of its own (nearly all are one word); ' +
      '--texts whole reads them as one',
  );
});

test('the column of the texts is found, and records without text are left out', async () => {
  const notices = await noticesOf(['poems.csv', '--label', 'kind']);
  expect(notices).toContain(
    'texts: 41 records in the column poem, labelled by kind (2 values), 1 of which repeats an earlier one, each a text of its own ' +
      '(by far the longest); --column NAME takes another, --texts whole reads the file as it is',
  );
  expect(notices).toContain('1 record without text in the column poem left out');
});

test('what is asked for is counted without further remarks', async () => {
  const table = `${TABLE.join('\n')}\n`;
  expect(await noticesOf(['-', '--column', 'poem'], table)).toContain('texts: 40 records in the column poem');
  expect((await noticesOf(['poems.csv', '--texts', 'whole'])).join()).not.toContain('texts:');
});

test('levels of games are read column by column', async () => {
  await mkdir(join(folder, 'levels'));
  for (let i = 0; i < 6; i++) {
    const level = `${'-'.repeat(30)}\n${'-'.repeat(i)}?${'-'.repeat(29 - i)}\n${'X'.repeat(30)}\n`;
    await writeFile(join(folder, 'levels', `${i}.txt`), level);
  }
  expect((await noticesOf(['levels'])).join()).toContain('texts: 6 files, each a text of its own');
  expect((await noticesOf(['levels', '--by-column'])).join()).toContain('texts: 6 files');
});

test('tables that cannot be read are refused with what to do', async () => {
  const failure = (...args: string[]) => run(folder, ['train', ...args, ...TINY]);
  expectFailure(await failure('pairs.csv'), 65, 'not clear which column', '--column', 'columns are: de, en.');
  expectFailure(await failure('pairs.csv', '--column', 'fr'), 65, 'no column "fr"', 'columns are: de, en.');
  expectFailure(await failure('poems.csv', '--label', 'genre'), 65, 'no column genre for --label');
  expectFailure(
    await failure('poems.csv', '--column', 'poem', '--label', 'poem'),
    2,
    'by --column and by --label',
  );
  expectFailure(await failure('header.csv'), 65, 'header.csv has no records');
  expectFailure(await failure('broken.csv'), 65, 'broken.csv: a quote is opened in or after line 2');
  expectFailure(await failure('one.csv'), 65, 'only 1 text', '--texts whole');
  expectFailure(await failure('names', '--texts', 'line', '--label', 'kind'), 2, '--label kind', '--column');
  expectFailure(
    await failure('names', '--texts', 'line', '--by-column'),
    2,
    '--by-column reads texts of several',
  );
  expectFailure(await failure('names', '--by-column'), 65, 'is no grid');
});
