// A validation text that the training text has, too.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random, Stream } from '../../../src/random.js';
import { run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();

/** Poems of 30 random words each. */
function poems(count: number): string[] {
  const random = new Random(1, Stream.sampling);
  const word = () =>
    Array.from({ length: 2 + random.below(6) }, () => String.fromCharCode(97 + random.below(26))).join('');
  return Array.from({ length: count }, () => Array.from({ length: 30 }, word).join(' '));
}

it('is announced before training, and found in the summary and by the doctor', async () => {
  const all = poems(900);
  const under = (heading: string) => all.map((poem, i) => `${heading} ${i}\n${poem}\n`).join('\n');
  await writeFile(join(folder, 'twice.txt'), `${under('Poem')}\n${under('Song')}`);
  await writeFile(join(folder, 'once.txt'), under('Poem'));
  const tiny = ['--texts', 'whole', '--hidden', '4', '--layers', '1', '--steps', '2', '--eval-every', '2'];
  const known = /the training text has 8\d% of the validation text, too: the validation loss says little/gi;
  const { stderr } = await run(folder, ['train', 'twice.txt', ...tiny, '--out', 'twice']);
  expect(stderr.replaceAll('\n', ' ').match(known)).toHaveLength(2);
  expect(stderr.search(known)).toBeLessThan(stderr.indexOf('parameters'));
  const once = await run(folder, ['train', 'once.txt', ...tiny, '--out', 'once']);
  expect(once.stderr).not.toMatch('the training text has');
  const outcomes = async (name: string) =>
    JSON.parse((await run(folder, ['doctor', name, '--json'])).stdout) as Record<string, { id: string }[]>;
  const isKnown = ({ id }: { id: string }) => id === 'validation-known';
  expect((await outcomes('twice')).findings!.find(isKnown)).toMatchObject({ severity: 'serious' });
  expect((await outcomes('once')).fine!.some(isKnown)).toBe(true);
});
