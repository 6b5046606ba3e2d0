// The examples of docs/guide/texts.md: each command is run, and must print the notes that the page shows.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { run, temporaryFolder } from '../helpers/cli.js';
import { COLLECTIONS } from '../text/collection/recognition/collections.js';

const page = readFileSync(new URL('../../docs/guide/texts.md', import.meta.url), 'utf8');
const folder = await temporaryFolder();
const of = (name: string) => COLLECTIONS[name]!.text;
const many = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i));

const cards = many(12, (i) => {
  const name = `${['Ember', 'Moss', 'Tide'][i % 3]} ${['Drake', 'Warden', 'Imp', 'Sage'][i % 4]}`;
  return `Name: ${name}\nCost: ${(i % 5) + 1}\nText: Draw ${['a card', 'a card', 'two cards'][i % 3]}, then rest.`;
});
const verses = many(30, (i) =>
  i % 2 === 0
    ? `haiku,${i % 3 ? 'sky' : 'sea'},Salt on the window ${i}`
    : `couplet,${i % 3 ? 'sky' : 'sea'},The keeper counts the clouds again ${i}`,
);
const level = (i: number) =>
  `----o-----------\n--${i ? 'abcdefghijkl'[i] : '?'}-------------\nXXXXXXXXXXXXXXXX\n`;
const PLACES = [
  'cave',
  'bridge',
  'castle',
  'swamp',
  'tower',
  'ruin',
  'forest',
  'mine',
  'roof',
  'lake',
  'peak',
  'gate',
];

const FILES: Readonly<Record<string, string>> = {
  'names.txt': `${of('names in order')}\n`,
  'cards.txt': `${cards.join('\n\n')}\n`,
  'stories.txt': of('texts with <|endoftext|> in lines of their own'),
  'verses.csv': `genre,theme,text\n${verses.join('\n')}\n`,
  ...Object.fromEntries(PLACES.map((name, i) => [`levels/${name}.txt`, level(i)])),
  ...Object.fromEntries(
    many(30, (i) => `poems/${i}.txt`).map((path, i) => [
      path,
      `Rain over the roof,\n${i} drops on the sill.\n`,
    ]),
  ),
};
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

it('the files shown are the beginnings of those that are tried', () => {
  const shown = [...page.matchAll(/^```text (\S+)\n([\s\S]*?)^```$/gm)];
  expect(shown.length).toBeGreaterThan(4);
  for (const [, path, text] of shown) expect(FILES[path!]!.slice(0, text!.length), path).toBe(text);
});

const TINY = '--hidden 4 --layers 1 --embedding 2 --batch-size 2 --seq-length 4 --steps 1'.split(' ');
const commands = [...page.matchAll(/^ {4}\$ charlstm (train .*)\n((?: {4}note .*\n)*)/gm)];
const distinct = new Map(commands.map(([, line, notes]) => [line!, notes!]));

it.each([...distinct])('"charlstm %s" recognises what the page says', async (line, notes) => {
  const args = line.split(' ').map((word) => word.replaceAll('"', ''));
  const out = `run-${[...distinct.keys()].indexOf(line)}`;
  const { code, stderr } = await run(folder, [...args, ...TINY, '--out', out]);
  expect(code, stderr).toBe(0);
  const said = stderr.split('\n').filter((one) => one.startsWith('note texts:'));
  expect(said).toEqual(
    notes
      .trimEnd()
      .split('\n')
      .flatMap((one) => one.trim() || []),
  );
});
