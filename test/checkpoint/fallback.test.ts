// Runs with damaged checkpoints: what is reported, and what is used instead.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, run, temporaryFolder } from '../helpers/cli.js';
import { assemble, takeApart } from '../helpers/files.js';

const folder = await temporaryFolder();
const OPTIONS = '--hidden 8 --layers 1 --batch-size 4 --eval-every 4 --engine wasm --keep 9'.split(' ');

beforeAll(async () => {
  const { code } = await run(folder, ['train', 'lighthouse', ...OPTIONS, '--steps', '12', '--out', 'whole']);
  expect(code).toBe(0);
});

const checkpoints = (name: string) =>
  readdirSync(join(folder, name)).filter((file) => file.startsWith('step-'));
const newest = (name: string) => join(folder, name, checkpoints(name).at(-1)!);
const bytesOf = (path: string) => readFileSync(path);

type Damage = (file: Buffer) => Uint8Array;
const inData: Damage = (file) => Buffer.concat([file.subarray(0, -1), Buffer.of(file.at(-1)! ^ 4)]);
const inHeader: Damage = (file) => Buffer.from(file).fill('9', 300, 301);
const emptied: Damage = () => Buffer.alloc(0);

let copies = 0;

/** Copies the run and damages its last checkpoints, starting with the last. */
async function damaged(...damages: Damage[]): Promise<string> {
  const name = `copy-${copies++}`;
  await cp(join(folder, 'whole'), join(folder, name), { recursive: true });
  for (const [i, damage] of damages.entries()) {
    const path = join(folder, name, checkpoints(name).at(-1 - i)!);
    writeFileSync(path, damage(readFileSync(path)));
  }
  return name;
}

describe('resume', () => {
  it.each([
    ['in its data', inData],
    ['in its header', inHeader],
    ['to nothing', emptied],
  ])(
    'continues from the checkpoint before if the newest is damaged %s, with the same bits',
    async (_where, damage) => {
      const name = await damaged(damage);
      const [before, last] = checkpoints(name).slice(-2);
      const result = await run(folder, ['train', '--resume', name, '--engine', 'wasm']);
      expect(result.code).toBe(0);
      const note = result.stderr.split('\n')[0]!;
      expect(note).toMatch(/^note /);
      expect(note).toContain(`${last} is not a checkpoint of charlstm: `);
      expect(note).toContain(
        `the run continues from the one before, ${before}; the damaged file is now ${last}.damaged`,
      );
      expect(bytesOf(newest(name).replace('.damaged', ''))).toEqual(bytesOf(newest('whole')));
      expect(checkpoints(name)).toEqual([...checkpoints('whole'), `${last}.damaged`]);
    },
  );

  it('skips all damaged checkpoints, and leaves them alone when it continues elsewhere', async () => {
    const name = await damaged(inData, emptied);
    const there = checkpoints(name);
    const result = await run(folder, ['train', '--resume', name, '--engine', 'wasm', '--out', `${name}-on`]);
    expect(result.code).toBe(0);
    for (const file of there.slice(-2)) expect(result.stderr).toContain(`${file} is not a checkpoint`);
    expect(result.stderr).not.toContain('.damaged');
    expect(checkpoints(name)).toEqual(there);
    expect(bytesOf(newest(`${name}-on`))).toEqual(bytesOf(newest('whole')));
  });

  it('reports what it found if none is intact, and changes nothing', async () => {
    const name = await damaged(emptied, emptied, inData);
    const there = checkpoints(name);
    const result = await run(folder, ['train', '--resume', name]);
    expectFailure(result, 65, `none of the 3 checkpoints of ${name} is intact`, 'it is empty', 'checksum');
    expect(checkpoints(name)).toEqual(there);
  });

  it('does not replace a checkpoint that was named or is newer than the program', async () => {
    const name = await damaged(inData);
    const file = join(name, basename(newest(name)));
    expectFailure(await run(folder, ['train', '--resume', file]), 65, `${file} is not a checkpoint`);
    const newer = await damaged((bytes) => {
      const { header, data } = takeApart(bytes);
      return assemble({ ...header, __metadata__: { ...header.__metadata__, version: '5' } }, data);
    });
    const there = checkpoints(newer);
    for (const command of [['train', '--resume'], ['sample'], ['eval'], ['info']]) {
      const result = await run(folder, [...command, join(newer, there.at(-1)!)]);
      expectFailure(result, 65, 'has version 5 of the checkpoint format', 'up to version 4');
    }
    expectFailure(await run(folder, ['train', '--resume', newer]), 65, 'has version 5');
    expect(checkpoints(newer)).toEqual(there);
  });
});

describe('a model', () => {
  it.each([['sample', '--seed', '1', '--length', '20'], ['eval'], ['info', '--json']])(
    'for %s is the next best if the best is damaged, with a note',
    async (command, ...flags) => {
      const name = await damaged();
      const files = checkpoints(name).sort((a, b) => (a.split('val-')[1]! < b.split('val-')[1]! ? -1 : 1));
      const best = join(folder, name, files[0]!);
      writeFileSync(best, emptied(readFileSync(best)));
      const result = await run(folder, [command, name, ...flags]);
      expect(result.stderr).toMatch(
        new RegExp(`^note ${name}/${files[0]} is not a checkpoint .*; using ${name}/${files[1]} instead\n`),
      );
      const direct = await run(folder, [command, `${name}/${files[1]}`, ...flags]);
      expect(result).toEqual({ ...direct, stderr: result.stderr });
    },
  );

  it('is listed as damaged if its newest checkpoint is', async () => {
    await cp(join(folder, await damaged(inHeader)), join(folder, 'checkpoints/x'), { recursive: true });
    expect((await run(folder, ['runs'])).stdout).toMatch(/checkpoints\/x +damaged/);
  });
});

describe('formats', () => {
  const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

  it.each(['format-1', 'format-2'])('%s is read and continued', async (format) => {
    await cp(join(fixtures, format), join(folder, format), { recursive: true });
    const info = JSON.parse((await run(folder, ['info', format, '--json'])).stdout);
    expect(info).toMatchObject({
      engine: 'wasm-simd',
      model: { cell: 'lstm', vocabulary: 51, embedding: 3, hidden: 4, layers: 2, dropout: 0 },
      corpus: { name: 'lamp', length: 420, trainLength: 399 },
      progress: { step: 6 },
    });
    const loss = Number(/val-([\d.]+)\.s/.exec(newest(format))![1]);
    const measured = JSON.parse((await run(folder, ['eval', format, '--json'])).stdout);
    expect(measured.loss).toBeCloseTo(loss, 3);
    expect((await run(folder, ['sample', format, '--length', '30', '--seed', '1'])).stdout).toHaveLength(30);
    const resumed = await run(folder, ['train', '--resume', format, '--steps', '8', '--ui', 'json']);
    expect(resumed.code).toBe(0);
    expect(takeApart(readFileSync(newest(format))).header.__metadata__).toMatchObject({ version: '4' });
  });

  it('format-3 with records and labels is read and continued', async () => {
    await cp(join(fixtures, 'format-3'), join(folder, 'format-3'), { recursive: true });
    const info = JSON.parse((await run(folder, ['info', 'format-3', '--json'])).stdout);
    expect(info).toMatchObject({
      corpus: { name: 'verses', validationEnd: expect.any(Number) },
      texts: { division: 'record', column: 'text', labels: [{ column: 'genre' }, { column: 'theme' }] },
    });
    const drawn = ['sample', 'format-3', '--label', 'genre=haiku', '--seed', '1', '--length', '20', '--json'];
    expect(JSON.parse((await run(folder, drawn)).stdout)).toMatchObject({ text: expect.any(String) });
    const test = await run(folder, ['eval', 'format-3', '--split', 'test', '--json']);
    expect(JSON.parse(test.stdout).loss).toBeCloseTo(3.9, 0);
    const resumed = await run(folder, ['train', '--resume', 'format-3', '--steps', '8']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(newest('format-3')).toContain('step-0000008');
  });

  const cells = join(fixtures, 'format-2-cells');
  const expected = JSON.parse(readFileSync(join(cells, 'expected.json'), 'utf8')) as Record<
    string,
    { sample: string; loss: number; resumed: string }
  >;

  // `expected.json` has what the last program that wrote format 2 made of these files.
  it.each(Object.entries(expected))(
    'format 2 with the cell %s is read and continued to the same bytes',
    async (kind, was) => {
      await mkdir(join(folder, kind));
      await cp(join(cells, 'corpus.u8'), join(folder, kind, 'corpus.u8'));
      await cp(join(cells, `${kind}.safetensors`), join(folder, kind, 'step-0000006-val-4.0000.safetensors'));
      const wasm = [kind, '--engine', 'wasm'];
      const { stdout } = await run(folder, ['sample', ...wasm, '--seed', '1', '--length', '60']);
      expect(stdout.trimEnd()).toBe(was.sample);
      const { loss } = JSON.parse((await run(folder, ['eval', ...wasm, '--json'])).stdout) as {
        loss: number;
      };
      expect(loss).toBeCloseTo(was.loss, 5);
      const resumed = await run(folder, ['train', '--resume', ...wasm, '--steps', '9']);
      expect(resumed.code, resumed.stderr).toBe(0);
      const { header, data } = takeApart(readFileSync(newest(kind)));
      expect(newest(kind)).toContain('step-0000009');
      // Other builds round differently.
      if ((header.__metadata__ as Record<string, string>).engine !== 'wasm-simd') return;
      expect(createHash('sha256').update(data).digest('hex')).toBe(was.resumed);
    },
  );
});
