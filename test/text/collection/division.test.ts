import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Collection } from '../../../src/text/collection/collection.js';
import { divisionOf } from '../../../src/text/collection/division.js';
import { pointsOf, stringOf } from '../../../src/text/points.js';

const UTF8 = { encoding: 'utf8', normalizeNewlines: false } as const;

/** Returns the texts of one file that comes in chunks; before each of them its labels, if it has some. */
async function textsOf(
  name: string,
  chunks: readonly string[],
  collection: Omit<Collection, 'labels'> & Partial<Collection>,
  isForeign = false,
) {
  const division = divisionOf(name, { labels: [], ...collection }, UTF8, isForeign);
  const texts: string[] = [];
  let open: string | undefined;
  const take = async (pieces: ReturnType<typeof division.push>) => {
    for (const { points, ends, labels } of await pieces) {
      open = (open ?? (labels ? `${labels}: ` : '')) + stringOf(Uint32Array.from(points));
      if (ends) texts.push(open);
      if (ends) open = undefined;
    }
  };
  for (const chunk of chunks) await take(division.push(pointsOf(chunk)));
  await take(division.end());
  return texts;
}

const GAMES = [1, 2, 3].map((i) => `[Event "Club ${i}"]\n[Result "1-0"]\n\n1. e4 e5 2. Nf3\nNc6 1-0`);

test('the tags and the moves of a game of chess are one paragraph, however the file comes', async () => {
  const file = GAMES.join('\n\n');
  const cuts = fc.array(fc.integer({ min: 0, max: file.length }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const sorted = [0, ...places.sort((a, b) => a - b), file.length];
      const chunks = sorted.slice(1).map((end, i) => file.slice(sorted[i], end));
      expect(await textsOf('games.pgn', chunks, { division: 'paragraph' })).toEqual(GAMES);
    }),
  );
});

test('a line in brackets that is no tag ends its paragraph', async () => {
  expect(await textsOf('song.txt', ['[Verse 1]\n\nla la\n'], { division: 'paragraph' })).toEqual([
    '[Verse 1]',
    'la la',
  ]);
});

test('grids are turned, each by itself, with their labels', async () => {
  const grids = { byColumn: true } as const;
  expect(await textsOf('a.txt', ['ab\n', 'cd\n'], { division: 'file', ...grids })).toEqual(['ac\nbd']);
  expect(await textsOf('a.txt', ['ab\ncd\n\nxyz\n'], { division: 'paragraph', ...grids })).toEqual([
    'ac\nbd',
    'x\ny\nz',
  ]);
  const csv = 'level,kind\n"ab\ncd",cave\n';
  const labels = [{ column: 'kind', values: [] }];
  expect(await textsOf('a.csv', [csv], { division: 'record', column: 'level', labels, ...grids })).toEqual([
    'cave: ac\nbd',
  ]);
});

test('a grid with lines of different lengths is named', async () => {
  const texts = textsOf('a.txt', ['ab\ncd\n\nab\nc\n'], { division: 'paragraph', byColumn: true });
  await expect(texts).rejects.toThrow('text 2 of a.txt is no grid: its line 2 has 1 character');
});

test('a file without records is one text to a network that has learned records', async () => {
  const records = { division: 'record', column: 'text' } as const;
  expect(await textsOf('poem.txt', ['one\ntwo\n'], records, true)).toEqual(['one\ntwo']);
  expect(await textsOf('poem.csv', ['text\none\ntwo\n'], records, true)).toEqual(['one', 'two']);
});

test('records of bytes stay bytes', async () => {
  const division = divisionOf(
    'a.jsonl',
    { division: 'record', column: 'text', labels: [] },
    { encoding: 'bytes', normalizeNewlines: false },
    false,
  );
  const pieces = [...(await division.push(Buffer.from('{"text":"é\\u4e2d"}\n')))];
  expect(pieces.flatMap(({ points }) => [...points])).toEqual([...Buffer.from('é中')]);
});
