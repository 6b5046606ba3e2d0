// `charlstm import`, and what every other command does with an imported run.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { listCheckpoints } from '../../../src/checkpoint/run.js';
import { charactersOf } from '../../../src/cli/import/vocabulary.js';
import { Network } from '../../../src/model/network.js';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';
import { errorOf, foreignFile } from '../../helpers/files.js';
import { fixture, fixtureWindow, formulaParameters, MODULES, type Module } from '../../helpers/pytorch.js';

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const command = (...args: string[]) => run(folder, args);
const { rows, steps, vocabulary, embedding, hidden, layers } = fixture.config;
const fixtureConfig = { cell: 'gru', vocabulary, embedding, hidden, layers, dropout: 0 } as const;

/** In the order of their ids, which differs from the order of the code points. */
const CHARACTERS = ['z', '\n', 'é', 'a', '😀', ' ', 'b', '"', '\\', 'c', 'Z'];
const VOCABULARY = { vocabulary: JSON.stringify(CHARACTERS) };

async function weights(name: string, cell: Module, metadata?: Record<string, string>): Promise<void> {
  const shapes = Object.entries(fixture.modules[cell].shapes);
  const values = formulaParameters(shapes);
  const tensors = shapes.map(([tensor, shape]) => ({ name: tensor, shape, data: values.get(tensor)! }));
  await writeFile(at(name), foreignFile(tensors, metadata));
}

beforeAll(async () => {
  for (const cell of MODULES) {
    await weights(`${cell}.safetensors`, cell, VOCABULARY);
    await command('import', `${cell}.safetensors`, '--out', cell);
  }
  await weights('bare.safetensors', 'gru');
  await writeFile(at('text.txt'), `${CHARACTERS.join('')}abc cab\n`.repeat(40));
});

/** A run's logits for the first row of the fixture's first window, in the order of PyTorch's ids. */
async function logitsOf(name: string): Promise<number[][]> {
  const model = modelOf(await readCheckpoint(listCheckpoints(at(name))[0]!.path));
  const network = new Network(model.weights, { rows: 1, steps, training: false });
  const ours = CHARACTERS.map((character) => model.vocabulary.idOf(character.codePointAt(0)!)!);
  const row = fixtureWindow(0).inputs.filter((_, i) => i % rows === 0);
  network.forward(Uint32Array.from(row, (id) => ours[id]!));
  const { logits } = network;
  return row.map((_, t) => ours.map((id) => logits[t * CHARACTERS.length + id]!));
}

async function expectPyTorch(name: string, cell: Module): Promise<void> {
  const logits = await logitsOf(name);
  fixture.modules[cell].logits.forEach((row, t) => {
    row.forEach((logit, id) => {
      expect(Math.abs(logits[t]![id]! - logit)).toBeLessThan(2e-6);
    });
  });
}

describe('import', { timeout: 30_000 }, () => {
  it.each(MODULES)(
    'makes a run from %s weights that predicts what PyTorch does, character for character',
    (cell) => expectPyTorch(cell, cell),
  );

  it('names the run after the file, and reports what it found and what to do next', async () => {
    const { code, stdout, stderr } = await command('import', 'gru.safetensors');
    expect(stdout).toBe(
      'imported 2 x 9 GRU, 1,175 parameters, 11 characters: checkpoints/gru-1\n' +
        'to sample from it: charlstm sample checkpoints/gru-1\n',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect((await command('runs')).stdout).toMatch(/checkpoints\/gru-1 +2 x 9 GRU +gru +0 +-\n/);
  });

  it('reads the characters from JSON or from a text, with or without a final line feed', async () => {
    await writeFile(at('characters.json'), `${VOCABULARY.vocabulary}\n`);
    await writeFile(at('characters.txt'), CHARACTERS.join(''));
    await writeFile(at('ended.txt'), `${CHARACTERS.join('').replace('\n', 'x')}\n`);
    for (const file of ['characters.json', 'characters.txt']) {
      await command('import', 'bare.safetensors', '--vocabulary', file, '--out', `by-${file}`);
      await expectPyTorch(`by-${file}`, 'gru');
    }
    await command('import', 'gru.safetensors', '--vocabulary', 'ended.txt', '--out', 'ended');
    const { record } = await readCheckpoint(listCheckpoints(at('ended'))[0]!.path);
    expect(record.codePoints).toContain('x'.codePointAt(0));
    expect(record.codePoints).not.toContain(10);
  });

  it.each<[what: string, file: string, content: string, reason: string]>([
    [
      'too few characters',
      'few.txt',
      'abc',
      'few.txt names 3 characters, but the network in w.safetensors has 11',
    ],
    [
      'too many characters',
      'many.json',
      JSON.stringify([...CHARACTERS, 'q']),
      'many.json names 12 characters',
    ],
    ['a repeated character', 'twice.txt', 'aabcdefghij', "twice.txt names the character 'a' U+0061 twice"],
    ['a word', 'word.json', JSON.stringify(CHARACTERS.with(3, '<unk>')), 'names "<unk>", which is not one'],
    ['half a character', 'half.json', JSON.stringify(CHARACTERS.with(3, '\ud83d')), 'which is not one'],
    ['numbers', 'numbers.json', '[1,2,3,4,5,6,7,8,9,10,11]', 'names 1, which is not one character'],
    ['an object', 'object.json', '{"a":1}', 'object.json is not a JSON array'],
    ['malformed JSON', 'broken.json', '["a",', 'broken.json is not JSON'],
    ['nested lists', 'deep.json', '[["a"]]', 'deep.json is nested more than 1 deep'],
  ])('refuses a vocabulary of %s', async (_what, file, content, reason) => {
    await writeFile(at(file), content);
    const network = { config: fixtureConfig, metadata: new Map<string, string>() };
    const { message, hint, exitCode } = await errorOf(() => charactersOf(at(file), 'w.safetensors', network));
    expect(message).toContain(reason);
    expect(hint).toContain('in the order of their ids');
    expect(exitCode).toBe(65);
  });

  it('needs no metadata if the characters are given', async () => {
    await weights('empty.safetensors', 'gru', {});
    await writeFile(at('given.txt'), CHARACTERS.join(''));
    const { code, stderr } = await command('import', 'empty.safetensors', '--vocabulary', 'given.txt');
    expect([code, stderr]).toEqual([0, '']);
    expectFailure(await command('import', 'empty.safetensors'), 2, 'does not say which', '--vocabulary');
  });

  it('refuses missing, damaged and existing files, and leaves nothing behind', async () => {
    expectFailure(await command('import'), 2, 'weights');
    expectFailure(await command('import', 'gone.safetensors'), 66, 'gone.safetensors does not exist');
    expectFailure(await command('import', '.'), 66, '. is a folder, not a file');
    expectFailure(await command('import', 'text.txt'), 65, 'text.txt cannot be imported');
    expectFailure(await command('import', 'bare.safetensors'), 2, 'does not say which', '--vocabulary');
    const gone = await command('import', 'bare.safetensors', '--vocabulary', 'gone.txt');
    expectFailure(gone, 66, 'gone.txt does not exist');
    await weights('odd.safetensors', 'gru', { vocabulary: '["a"' });
    expectFailure(await command('import', 'odd.safetensors'), 65, '"vocabulary" in the metadata', 'not JSON');
    const taken = await command('import', 'gru.safetensors', '--out', 'gru');
    expectFailure(taken, 73, /gru already holds a run, which would be overwritten. Choose another folder/);
    expect(existsSync(at('checkpoints/odd-1'))).toBe(false);
  });
});

describe('an imported run', { timeout: 30_000 }, () => {
  it('can be sampled, evaluated and inspected', async () => {
    for (const cell of MODULES) {
      const sample = await command('sample', cell, '--prompt', 'a é', '--length', '20', '--seed', '1');
      expect(sample).toMatchObject({ code: 0, stderr: '' });
      expect(Array.from(sample.stdout).length).toBeGreaterThanOrEqual(20);
      const measured = await command('eval', cell, '--text', 'text.txt', '--json');
      expect(JSON.parse(measured.stdout)).toMatchObject({ characters: expect.any(Number) });
      const { stdout } = await command('info', cell);
      expect(stdout).toMatch(/corpus +unknown: the weights were imported\n/);
      expect(stdout).toMatch(new RegExp(`weights from +${cell}.safetensors \\(PyTorch\\)\n`));
      expect(stdout).not.toMatch(/epochs|best validation|step 0|history/);
    }
    const cells = await command('inspect', 'cells', 'lstm', '--text', 'text.txt', '--unit', '3', '--json');
    expect(JSON.parse(cells.stdout).shown).toMatchObject({ layer: 0, unit: 3 });
  });

  it('has no training for the doctor to check', async () => {
    const { code, stdout } = await command('doctor', 'gru');
    expect(stdout).toMatch(
      /^gru\/step-0000000.safetensors: 2 x 9 GRU, imported from gru.safetensors\n\nNothing can be checked/,
    );
    expect(stdout).not.toMatch(/epochs|not checked|yet/);
    const { findings, fine, unchecked } = JSON.parse((await command('doctor', 'gru', '--json')).stdout);
    expect([findings, fine]).toEqual([[], []]);
    for (const { reason } of unchecked) expect(reason).toBe('the weights were imported');
    expect(code).toBe(0);
  });

  it('refuses what needs its training text, and says what to do instead', async () => {
    const cases: [args: string[], code: number, ...parts: string[]][] = [
      [['sample', 'gru', '--no-copy', '9'], 66, 'gru was imported', 'Leave out', '--no-copy'],
      [['sample', 'gru', '--copy-report'], 66, 'gru was imported', '--copy-report'],
      [['eval', 'gru'], 66, 'kept no text for validation', '--text FILE'],
      [['inspect', 'cells', 'lstm'], 66, 'kept no text for validation', '--text FILE'],
      [['train', '--resume', 'gru'], 2, 'gru was imported', 'charlstm train TEXT --from gru'],
      [['train', 'text.txt', '--resume', 'gru'], 2, 'gru was imported', '--from gru'],
      [['train', '--resume', 'gru', '--out', 'other'], 2, 'gru was imported'],
    ];
    for (const [args, code, ...parts] of cases) expectFailure(await command(...args), code, ...parts);
    expect(existsSync(at('other'))).toBe(false);
  });

  it('can be the start of a new run, which keeps its cell', async () => {
    const tuned = ['train', 'text.txt', '--from', 'gru', '--batch-size', '4', '--seq-length', '8'];
    const { code, stderr } = await command(...tuned, '--steps', '6', '--stop-at', '1', '--out', 'tuned');
    expect(stderr).toContain('weights from gru/step-0000000.safetensors (gru, step 0)');
    expect(code).toBe(0);
    await expectPyTorch('tuned', 'gru');
    expectFailure(await command(...tuned, '--cell', 'peephole'), 2, '--cell gru', '--cell peephole');
    const other = await command('train', '--resume', 'tuned', '--cell', 'peephole');
    expectFailure(other, 2, 'started with --cell gru', '--cell peephole');
    expect((await command('train', '--resume', 'tuned', '--cell', 'gru')).code).toBe(0);
    const info = await command('info', 'tuned', '--json');
    expect(JSON.parse(info.stdout)).toMatchObject({ model: { cell: 'gru' } });
    expect(listCheckpoints(at('tuned')).at(-1)!.step).toBe(6);
  });
});
