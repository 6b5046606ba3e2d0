// `charlstm inspect gates` as a user runs it.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../../src/index.js';
import { gateStatistics } from '../../../src/insight/gates.js';
import { expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';
import { expectWellFormed } from '../../helpers/xml.js';

describe('charlstm inspect gates', () => {
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

  it('prints in JSON what the API returns', async () => {
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

  it('prints tables and charts, without colours when piped', async () => {
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

  it('prints the same in colour when colours are forced', async () => {
    const env = { NO_COLOR: undefined, FORCE_COLOR: '3', COLORTERM: 'truecolor', TERM: 'xterm-256color' };
    const { stdout } = await start(folder, ['inspect', 'gates', 'plain'], { env });
    expect(stdout).toContain('\x1b[38;2;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout.replace(/\x1b\[[\d;]*m/g, '')).toBe((await gates('plain')).stdout);
  });

  it('does not mention memory if no gate keeps it', async () => {
    const { stdout } = await gates('rnn', '--svg', 'rnn.svg');
    expect(stdout).toMatch(/ 0 {2}h {5}tanh +[\d.]+% below -0.9/);
    expect(stdout).not.toMatch(/memory|keeps/);
    expect(readFileSync(join(folder, 'rnn.svg'), 'utf8')).not.toContain('memory');
    expect(JSON.parse((await gates('rnn', '--json')).stdout).layers[0]).not.toHaveProperty('memory');
  });

  it('draws all charts into an SVG in addition to its output', async () => {
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

  it('reads a text of one character with a model of bytes', async () => {
    await writeFile(join(folder, 'one.txt'), 'T');
    const { stdout, code } = await gates('bytes', '--text', 'one.txt');
    expect(code).toBe(0);
    expect(stdout).toContain('1 character read');
    expect(stdout).toMatch(/\nT +0\.\d{3}/);
  });

  it('reports errors in one line', async () => {
    expectFailure(await gates('nowhere'), 66, 'nowhere');
    expectFailure(await gates('plain', '--text', 'none.txt'), 66, 'none.txt');
    expectFailure(await gates('plain', '--svg', 'missing/gates.svg'), 73, 'missing');
    expectFailure(await gates('plain', '--text', 'some.txt', '--svg', 'some.txt'), 2, 'some.txt', 'read by');
    expectFailure(await gates('plain', '--layer', '0'), 2, '--layer');
  });
});
