// What gates do while a network reads: against loops over the activations, and `charlstm inspect gates` as a user runs it.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../../src/index.js';
import { gateStatistics } from '../../../src/insight/gates.js';
import { CELL_NAMES, CELLS } from '../../../src/model/cells.js';
import { Network } from '../../../src/model/network.js';
import { expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';
import { modelOf } from '../../helpers/models.js';
import { expectWellFormed } from '../../helpers/xml.js';

const TEXT = 'the whale, the sea: a wide white wail was what we saw there.\n'.repeat(3);
const KINDS = CELL_NAMES.flatMap((cell) =>
  (CELLS[cell].canBeCoupled ? [false, true] : [false]).map((coupled) => ({ cell, coupled })),
);

/** Weights so large that activations come near their ends. */
function saturatedModel(cell: (typeof CELL_NAMES)[number], coupled: boolean) {
  const model = modelOf(TEXT, { cell, coupled, hidden: 7, layers: 2 });
  const { values } = model.weights;
  values.set(values.map((x) => 4 * x));
  model.weights.pack();
  return model;
}

describe.each(KINDS)('the gates of $cell, coupled: $coupled', ({ cell, coupled }) => {
  const model = saturatedModel(cell, coupled);
  const { vocabulary, weights, config } = model;
  const gates = CELLS[cell].gates(coupled);
  const statistics = gateStatistics(model, TEXT);
  const ids = vocabulary.encode(TEXT);
  const { hidden } = config;

  /** Activations by layer, gate, unit and place, read one character at a time. */
  const seen = Array.from({ length: config.layers }, () =>
    gates.map(() => Array.from({ length: hidden }, () => [] as number[])),
  );
  const network = new Network(weights, { rows: 1, steps: 1, training: false });
  network.resetState();
  for (const id of ids) {
    network.forward(Uint32Array.of(id));
    seen.forEach((ofLayer, layer) => {
      const row = network.gates(layer);
      ofLayer.forEach((units, gate) => {
        for (const [unit, values] of units.entries()) values.push(row[gate * hidden + unit]!);
      });
    });
    network.carry();
  }
  const share = (values: readonly number[], is: (value: number) => boolean) =>
    values.filter(is).length / values.length;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

  it('are saturated as often as the activations say', () => {
    seen.forEach((ofLayer, layer) => {
      ofLayer.forEach((units, index) => {
        const { name, activation, left, right } = statistics.layers[layer]!.gates[index]!;
        expect(name).toBe(gates[index]!.name);
        const [low, high] = activation === 'sigmoid' ? [0.1, 0.9] : [-0.9, 0.9];
        expect([...left]).toEqual(units.map((values) => share(values, (x) => x < low)));
        expect([...right]).toEqual(units.map((values) => share(values, (x) => x > high)));
      });
    });
    const all = statistics.layers.flatMap((layer) => layer.gates.flatMap(({ left, right }) => [left, right]));
    expect(all.some((shares) => shares.some((one) => one > 0.2))).toBe(true);
  });

  it('have the means of the activations, over all and by character', () => {
    seen.forEach((ofLayer, layer) => {
      ofLayer.forEach((units, index) => {
        const gate = statistics.layers[layer]!.gates[index]!;
        expect(gate.mean).toBeCloseTo(mean(units.flat()), 10);
        for (const [id, found] of gate.byCharacter.entries()) {
          const at = units.flatMap((values) => values.filter((_, t) => ids[t] === id));
          expect(found).toBeCloseTo(mean(at), 10);
        }
      });
    });
    expect(statistics.characters).toBe(ids.length);
    expect([...statistics.counts]).toEqual(
      Array.from(statistics.counts, (_, id) => ids.filter((one) => one === id).length),
    );
  });

  it('tell how long a unit remembers by the one that keeps the memory, if there is one', () => {
    const keeping = gates.findIndex(({ keeps }) => keeps);
    expect(keeping < 0).toBe(cell === 'rnn');
    seen.forEach((ofLayer, layer) => {
      const { memory } = statistics.layers[layer]!;
      if (keeping < 0) expect(memory).toBeUndefined();
      else {
        ofLayer[keeping]!.forEach((values, unit) => {
          expect(memory![unit]! * mean(values.map(Math.log))).toBeCloseTo(-1, 10);
        });
      }
    });
  });
});

it.each([
  [0.99, 99.499],
  [0.5, Math.LOG2E],
])('a forget gate that is always at %d makes for a memory of %d characters', (f, characters) => {
  const model = modelOf(TEXT, { hidden: 5, layers: 1 });
  const { table, values } = model.weights;
  values.fill(0);
  const { start } = table.named('lstm.bias_ih_l0');
  values.fill(Math.log(f / (1 - f)), start + 5, start + 10);
  model.weights.pack();
  const { memory, gates } = gateStatistics(model, TEXT).layers[0]!;
  for (const unit of memory!) expect(unit / characters).toBeCloseTo(1, 3);
  expect([...gates[1]!.right]).toEqual(Array(5).fill(f > 0.9 ? 1 : 0));
});

it('a memory that nothing is lost of is infinite, and one that is gone at once is 0', () => {
  for (const [bias, expected] of [
    [1000, Number.POSITIVE_INFINITY],
    [-1000, 0],
  ] as const) {
    const model = modelOf(TEXT, { hidden: 3, layers: 1 });
    const { table, values } = model.weights;
    values.fill(0);
    values.fill(bias, table.named('lstm.bias_ih_l0').start + 3, table.named('lstm.bias_ih_l0').start + 6);
    model.weights.pack();
    const { memory } = gateStatistics(model, TEXT).layers[0]!;
    // A gate is never below e^-30 (kernels/vector.h): what is gone at once has a memory of 1/30.
    for (const unit of memory!) expect(Math.abs(unit - expected) < 0.034 || unit === expected).toBe(true);
  }
});

describe('the command', () => {
  let folder: string;
  const made = temporaryFolder().then((path) => {
    folder = path;
  });

  beforeAll(async () => {
    await made;
    await writeFile(
      join(folder, 'some.txt'),
      'The lamp was lit.\n\nThe wind went north, and the sea was rough.',
    );
    const tiny = [
      '--hidden',
      '12',
      '--layers',
      '2',
      '--embedding',
      '8',
      '--batch-size',
      '4',
      '--steps',
      '20',
    ];
    await run(folder, ['train', 'lighthouse', ...tiny, '--out', 'plain']);
    await run(folder, ['train', 'lighthouse', ...tiny, '--cell', 'rnn', '--out', 'rnn']);
    await run(folder, ['train', 'some.txt', ...tiny, '--encoding', 'bytes', '--out', 'bytes']);
  });

  const gates = (...args: string[]) => run(folder, ['inspect', 'gates', ...args]);

  it('has in JSON what the programming interface gives', async () => {
    const answer = JSON.parse((await gates('plain', '--text', 'some.txt', '--json')).stdout);
    const model = await load(join(folder, 'plain'));
    const text = readFileSync(join(folder, 'some.txt'), 'utf8');
    const expected = gateStatistics(model, text);
    expect(answer).toMatchObject({ text: 'some.txt', characters: text.length, cell: 'lstm' });
    expect(answer.vocabulary[0]).toEqual({
      character: ' ',
      codePoint: 32,
      count: text.split(' ').length - 1,
    });
    expected.layers.forEach((layer, index) => {
      const found = answer.layers[index];
      expect(found.layer).toBe(index);
      expect(found.memory).toEqual([...layer.memory!]);
      layer.gates.forEach((gate, i) => {
        const { left, right, mean, byCharacter, name } = found.gates[i];
        expect({ left, right, mean, name }).toEqual({
          left: [...gate.left],
          right: [...gate.right],
          mean: gate.mean,
          name: gate.name,
        });
        const ids = answer.vocabulary.map((one: { codePoint: number }) =>
          model.vocabulary.idOf(one.codePoint),
        );
        expect(byCharacter).toEqual(ids.map((id: number) => gate.byCharacter[id]));
      });
    });
  });

  it('prints tables and charts, plain where it is piped', async () => {
    const { stdout, stderr, code } = await gates('plain');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /^plain\/step-\S+ on validation, [\d,]+ characters read\n\nlayer {2}gate {2}activation/,
    );
    expect(stdout).toMatch(/\n {4}1 {2}f {5}sigmoid +[\d.]+% below 0.1 +[\d.]+% above 0.9 +0\.\d{3}\n/);
    for (const name of ['0, i', '0, f', '0, g', '0, o', '1, f', '1, memory'])
      expect(stdout).toContain(`layer ${name}`);
    expect(stdout).toMatch(/\ncharacter +0 i +0 f +0 g +0 o +1 i +1 f +1 g +1 o\n␣ +0\.\d{3} /);
    expect(stdout).toMatch(/layer 0, f keeps the most at {3}\S+ 0\.\d\d {3}/);
    expect(stdout).toMatch(/\nlayer +10% +25% +50% +75% +90% +longest\n/);
    expect(stdout).not.toContain('\x1b');
    for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has colours where they are wanted', async () => {
    const env = { NO_COLOR: undefined, FORCE_COLOR: '3', COLORTERM: 'truecolor', TERM: 'xterm-256color' };
    const { stdout } = await start(folder, ['inspect', 'gates', 'plain'], { env });
    expect(stdout).toContain('\x1b[38;2;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout.replace(/\x1b\[[\d;]*m/g, '')).toBe((await gates('plain')).stdout);
  });

  it('says nothing of a memory that no gate keeps', async () => {
    const { stdout } = await gates('rnn', '--svg', 'rnn.svg');
    expect(stdout).toMatch(/ 0 {2}h {5}tanh +[\d.]+% below -0.9/);
    expect(stdout).not.toMatch(/memory|keeps/);
    expect(readFileSync(join(folder, 'rnn.svg'), 'utf8')).not.toContain('memory');
    expect(JSON.parse((await gates('rnn', '--json')).stdout).layers[0]).not.toHaveProperty('memory');
  });

  it('draws all charts into an SVG, beside what it prints', async () => {
    const { stdout, stderr } = await gates('plain', '--svg', 'gates.svg', '--json');
    expect(stderr).toBe('drawing gates.svg\n');
    expect(JSON.parse(stdout).layers.length).toBe(2);
    const svg = readFileSync(join(folder, 'gates.svg'), 'utf8');
    expectWellFormed(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    for (const title of ['layer 0, i', 'layer 1, o', 'layer 1, memory', 'layer 0, f by character']) {
      expect(svg).toContain(`>${title}<`);
    }
  });

  it('names bytes that are no characters, and reads a text of one character', async () => {
    await writeFile(join(folder, 'one.txt'), 'T');
    const { stdout, code } = await gates('bytes', '--text', 'one.txt');
    expect(code).toBe(0);
    expect(stdout).toContain('1 character read');
    expect(stdout).toMatch(/\nT +0\.\d{3}/);
  });

  it('says in one line what cannot be done', async () => {
    expectFailure(await gates('nowhere'), 66, 'nowhere');
    expectFailure(await gates('plain', '--text', 'none.txt'), 66, 'none.txt');
    expectFailure(await gates('plain', '--svg', 'missing/gates.svg'), 73, 'missing');
    expectFailure(await gates('plain', '--text', 'some.txt', '--svg', 'some.txt'), 2, 'some.txt', 'read by');
    expectFailure(await gates('plain', '--layer', '0'), 2, '--layer');
  });
});
