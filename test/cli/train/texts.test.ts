// Collections of texts through the real command: what they are measured on, and what --from takes over.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { modelOf, readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { listCheckpoints } from '../../../src/checkpoint/run.js';
import { Network } from '../../../src/model/network.js';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const SMALL = ['--batch-size', '4', '--seq-length', '16', '--steps', '6', '--threads', '1'];
const NETWORK = ['--hidden', '12', '--layers', '1', '--embedding', '6'];
const train = (...args: string[]) => run(folder, ['train', ...args]);
const evaluated = async (...args: string[]) =>
  JSON.parse((await run(folder, ['eval', 'lines', '--json', ...args])).stdout.trim().split('\n').at(-1)!);

beforeAll(async () => {
  const words = Array.from({ length: 300 }, (_, i) => `${['lamp', 'sea', 'gull'][i % 3]} ${i}`);
  await writeFile(join(folder, 'words.txt'), words.join('\n'));
  await writeFile(join(folder, 'few.txt'), 'sea 1\r\n\r\ngull\n');
  await train('words.txt', '--texts', 'line', '--test', '0.2', ...NETWORK, ...SMALL, '--out', 'lines');
});

it('a foreign text is divided as the run was, and every character and end counts once', async () => {
  const stream = await evaluated('--text', 'few.txt');
  const once = await evaluated('--text', 'few.txt', '--protocol', 'once');
  expect([stream.characters, once.characters]).toEqual([11, 11]);
  expect(Math.abs(stream.loss - once.loss)).toBeLessThan(1e-4);
  const { stdout } = await run(folder, ['eval', 'lines', '--text', 'few.txt', '--lines', '--json']);
  const lines = stdout.trim().split('\n').slice(0, -1);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { line: 1, text: 'sea 1', characters: 6 },
    { line: 2, text: 'gull', characters: 5 },
  ]);
});

it('--split test reads texts that were neither trained on nor validated on', async () => {
  const { corpus } = (await readCheckpoint(listCheckpoints(join(folder, 'lines')).at(-1)!.path)).record;
  const test = await evaluated('--split', 'test');
  const validation = await evaluated();
  expect(test).toMatchObject({ text: 'test', characters: corpus.length - corpus.validationEnd! - 1 });
  expect(test.characters / corpus.length).toBeCloseTo(0.2, 1);
  expect(validation.characters).toBe(corpus.validationEnd! - corpus.trainLength - 1);
});

it('--from adds the end of a text to weights that learned one text, and takes it away again', async () => {
  const whole = ['words.txt', '--texts', 'whole', ...NETWORK, ...SMALL, '--out', 'whole'];
  await train(...whole);
  const lines = ['words.txt', '--texts', 'line', '--from', 'whole', ...SMALL, '--out', 'grown'];
  const grown = await train(...lines, '--stop-at', '1', '--keep', '9');
  expect(grown.stderr).toContain('do not know yet where texts begin and end');
  const back = ['words.txt', '--texts', 'whole', '--from', 'grown', ...SMALL, '--out', 'back'];
  expect((await train(...back)).stderr).toContain('they will forget where texts end');
  const logitsOf = async (name: string, index: number) => {
    const model = modelOf(await readCheckpoint(listCheckpoints(join(folder, name)).at(index)!.path));
    const network = new Network(model.weights, { rows: 1, steps: 4, training: false });
    network.resetState();
    network.forward(model.vocabulary.encode('lamp'));
    const { size, codePoints } = model.vocabulary;
    expect(size - codePoints.length).toBe(name === 'grown' ? 1 : 0);
    return Array.from({ length: 4 }, (_, t) =>
      Array.from(network.logits.slice(t * size, t * size + codePoints.length)),
    );
  };
  const [best] = listCheckpoints(join(folder, 'whole')).sort((a, b) => a.validation! - b.validation!);
  const before = await logitsOf('whole', listCheckpoints(join(folder, 'whole')).indexOf(best!));
  expect(listCheckpoints(join(folder, 'grown'))[0]!.step).toBe(0);
  expect(await logitsOf('grown', 0)).toEqual(before);
});

it('says what is wrong with a division', async () => {
  expectFailure(await train('few.txt', '--texts', 'line', '--column', 'x'), 2, '--texts line', '--column x');
  expectFailure(await train('words.txt', '--texts-end', ''), 2, '--texts-end is empty');
  expectFailure(await train('words.txt', '--texts', 'paragraph'), 65, 'only 1 text', '--texts whole');
  expectFailure(await train('--resume', 'lines', '--texts', 'whole'), 2, '--texts line', '--texts whole');
});
