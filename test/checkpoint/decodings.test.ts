// Checkpoints of formats 3 and 4, for each way to read a text: what they mean does not change.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run, temporaryFolder } from '../helpers/cli.js';
import { takeApart } from '../helpers/files.js';

interface Expected {
  readonly sample: string;
  readonly loss: number;
  /** Of the first file of the text, read as a foreign text. */
  readonly text: { readonly characters: number; readonly loss: number };
  /** SHA-256 of the tensors three steps later. */
  readonly resumed: string;
}

const folder = await temporaryFolder();
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
// `expected.json` has what programs made of these runs: the last that wrote format 3, and the first that wrote 4.
const runs = [3, 4].flatMap((format) => {
  const path = join(fixtures, `format-${format}-decodings`);
  const expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8')) as Record<string, Expected>;
  return Object.entries(expected).map(([kind, was]) => [format, kind, join(path, kind), was] as const);
});

it.each(runs)(
  'a run of format %d on a text read as "%s" samples, reads its text and continues as before',
  async (_format, kind, path, was) => {
    await cp(path, join(folder, kind), { recursive: true });
    const texts = readdirSync(join(folder, kind)).filter((name) => /^(log|[abc])\./.test(name));
    const files = texts.map((name) => join(kind, name));
    const wasm = [kind, '--engine', 'wasm'];
    const json = async (...args: string[]) => JSON.parse((await run(folder, [...args, '--json'])).stdout);

    const drawn = await json('sample', ...wasm, '--seed', '1', '--length', '60');
    expect(drawn.text).toBe(was.sample);
    expect((await json('eval', ...wasm)).loss).toBeCloseTo(was.loss, 5);
    const read = await json('eval', ...wasm, '--text', files[0]!);
    expect(read.characters).toBe(was.text.characters);
    expect(read.loss).toBeCloseTo(was.text.loss, 5);

    const resumed = await run(folder, ['train', '--resume', ...wasm, ...files, '--steps', '9']);
    expect(resumed.code, resumed.stderr).toBe(0);
    const newest = readdirSync(join(folder, kind)).find((name) => name.startsWith('step-0000009'))!;
    const { header, data } = takeApart(readFileSync(join(folder, kind, newest)));
    // Other builds round differently.
    if ((header.__metadata__ as Record<string, string>).engine !== 'wasm-simd') return;
    expect(createHash('sha256').update(data).digest('hex')).toBe(was.resumed);
  },
);
