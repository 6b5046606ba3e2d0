// Whole texts from a model that was trained on a collection.

import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { indented } from '../../../src/cli/train/reporter.js';
import { events, expectFailure, type Result, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const SYLLABLES = ['ba', 'ko', 'mi', 'ru', 'te', 'la', 'sho', 'vi'];
/** All names of two syllables, and every third one of three. */
const NAMES = SYLLABLES.flatMap((first) =>
  SYLLABLES.flatMap((second, i) => [
    `${first}${second}`,
    ...SYLLABLES.filter((_, j) => (i + j) % 3 === 0).map((third) => `${first}${second}${third}`),
  ]),
);

let trained: Result;
beforeAll(async () => {
  await writeFile(join(folder, 'names.txt'), `${NAMES.join('\n')}\n`);
  const size = ['--hidden', '32', '--layers', '1', '--batch-size', '8', '--seq-length', '16', '--lr', '0.02'];
  const texts = ['--texts', 'line', '--steps', '160', '--eval-every', '40', '--out', 'model'];
  trained = await run(folder, ['train', 'names.txt', ...texts, ...size]);
  expect(trained.code).toBe(0);
});

const sample = (...args: string[]) => run(folder, ['sample', 'model', '--seed', '1', ...args]);

describe('whole texts', () => {
  it('are new, and none is written twice, one a line', async () => {
    const { code, stdout, stderr } = await sample('-n', '60', '--temp', '1');
    expect(code).toBe(0);
    const texts = stdout.trimEnd().split('\n');
    expect(new Set(texts).size).toBe(60);
    expect(texts.filter((text) => NAMES.includes(text))).toEqual([]);
    expect(stderr).toMatch(/^left out [\d,]+ that are in the corpus/m);
  });

  it('are those of consecutive seeds if all are asked for', async () => {
    const all = events((await sample('-n', '300', '--no-new', '--no-unique', '--json')).stdout);
    const chosen = events((await sample('-n', '10', '--json')).stdout) as { seed: number; text: string }[];
    expect(all.map(({ seed }) => seed)).toEqual(Array.from({ length: 300 }, (_, i) => 1 + i));
    for (const { seed, text } of chosen) expect(all[seed - 1]).toMatchObject({ text, reason: 'end' });
    const alone = await run(folder, ['sample', 'model', '--seed', '9', '--no-new']);
    expect(alone.stdout).toBe(`${all[8]!.text}\n`);
    expect(alone.stderr).toBe('');
  });

  it('begin with the prompt', async () => {
    const { stdout } = await sample('-n', '12', '--prompt', 'mi');
    const texts = stdout.trimEnd().split('\n');
    expect(texts.every((text) => text.startsWith('mi') && !NAMES.includes(text))).toBe(true);
    expect(new Set(texts).size).toBe(12);
  });

  it('end early where nearly all are known', async () => {
    const { code, stdout, stderr } = await sample('-n', '99', '--match', '(ba|ko|mi|ru)(ba|ko|x)');
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((text) => NAMES.includes(text))).toEqual([]);
    expect(stderr).toMatch(/^wrote (none|only \d+) of 99 texts: nearly all others are known/m);
    const greedy = await sample('--beam', '3', '--match', 'bako');
    expect([greedy.code, greedy.stdout]).toEqual([0, '']);
    expect(greedy.stderr).toMatch(/^wrote none of 1 text: nothing is left to chance.* --no-new writes/m);
  });

  it('are what the summary and the samples of training show', async () => {
    const [, shown, command] = /^checkpoint \S+\n([\s\S]*?)\n\nwrite text: +charlstm (.*)$/m.exec(
      trained.stderr,
    )!;
    const { stdout } = await run(folder, command!.split(' '));
    expect(shown).toBe(indented(stdout));
    const log = events(readFileSync(join(folder, 'model/log.jsonl'), 'utf8'));
    const samples = log.flatMap(({ type, text }) => (type === 'sample' ? (text as string) : []));
    expect(samples.length).toBe(4);
    for (const text of samples) expect(text).toMatch(/^([a-z]+\n)+[a-z]+$/);
  });

  it('are described by info', async () => {
    expect((await run(folder, ['info', 'model'])).stdout).toMatch(/^texts +one per line$/m);
  });

  it('have the label that is asked for, or those that they draw', async () => {
    const rows = NAMES.map((name, i) => (i % 3 > 0 ? `small,${name}` : `large,${name.toUpperCase()}`));
    await writeFile(join(folder, 'rows.csv'), ['kind,name', ...rows].join('\n'));
    const size = [
      '--hidden',
      '24',
      '--layers',
      '1',
      '--batch-size',
      '8',
      '--seq-length',
      '16',
      '--lr',
      '0.02',
    ];
    const columns = ['--column', 'name', '--label', 'kind', '--steps', '120', '--out', 'labelled'];
    expect((await run(folder, ['train', 'rows.csv', ...columns, ...size])).code).toBe(0);
    const large = await run(folder, [
      'sample',
      'labelled',
      '-n',
      '20',
      '--seed',
      '1',
      '--label',
      'kind=large',
    ]);
    expect(large.stdout.match(/^[A-Z]+$/gm)!.length).toBeGreaterThan(15);
    const drawn = await run(folder, ['sample', 'labelled', '-n', '40', '--seed', '1', '--json', '--no-new']);
    const kinds = new Set(events(drawn.stdout).map(({ labels }) => (labels as { kind: string }).kind));
    expect(kinds).toEqual(new Set(['small', 'large']));
    const none = await run(folder, ['sample', 'labelled', '--label', 'kind=medium']);
    expectFailure(none, 2, /no label 'kind=medium'. Give one of these: kind=large, kind=small/);
    expect((await run(folder, ['info', 'labelled'])).stdout).toMatch(
      /^label kind +large \(\d+\), small \(\d+\)$/m,
    );
  });

  it('have no labels if the corpus has none', async () => {
    const failed = await sample('--label', 'kind=haiku');
    expectFailure(failed, 2, /have no label/);
  });

  it('are written although the texts of the run are gone, with a note', async () => {
    await rm(join(folder, 'model/corpus.u8'));
    const { code, stdout, stderr } = await sample('-n', '5');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
    expect(stderr).toMatch(/^note new texts cannot be told from known ones/m);
  });
});
