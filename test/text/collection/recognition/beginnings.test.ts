import { createReadStream, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBeginnings } from '../../../../src/text/collection/recognition/beginnings.js';
import { recognise } from '../../../../src/text/collection/recognition/recognise.js';
import { onceSource, type Source, textSource } from '../../../../src/text/files/source.js';
import { resolveCorpus } from '../../../../src/text/files/sources.js';
import { temporaryFolder } from '../../../helpers/cli.js';

const folder = await temporaryFolder();
const UTF8 = { encoding: 'utf8', normalizeNewlines: false } as const;

test.each([
  ['names', 'line'],
  ['moby-dick', 'whole'],
  ['lighthouse', 'whole'],
])('the corpus %s is recognised: %s', async (name, division) => {
  const { sources } = await resolveCorpus([name]);
  const sizes = sources.map(({ stats }) => Number(stats!.size));
  const beginnings = await readBeginnings(sources, UTF8, folder);
  expect(recognise(beginnings, { count: sources.length, sizes })).toMatchObject({ division });
});

test('of many files, some are read, from the first on and evenly chosen', async () => {
  const sources = Array.from({ length: 1000 }, (_, i) => textSource(`${i}`, `text ${i} `.repeat(1000)));
  const beginnings = await readBeginnings(sources, UTF8, folder);
  expect(beginnings.length).toBe(64);
  expect(beginnings[0]!.name).toBe('0');
  expect(Number(beginnings[63]!.name)).toBeGreaterThan(950);
  expect(beginnings[1]).toMatchObject({ isCut: true });
  expect(beginnings[1]!.text.length).toBe((1 << 18) / 64);
});

test('what can be read only once is read whole, and can be read again', async () => {
  const path = join(folder, 'long.txt');
  const text = 'a line of the text\n'.repeat(40_000);
  await writeFile(path, text);
  const stats = statSync(path, { bigint: true });
  const source: Source = onceSource('pipe', stats, () => createReadStream(path), 'pipe-1.tmp');
  const [beginning] = await readBeginnings([source], UTF8, folder);
  expect(beginning).toMatchObject({ name: 'pipe', isCut: true });
  let length = 0;
  for await (const chunk of source.read(folder)) length += chunk.length;
  expect(length).toBe(text.length);
});
