// `charlstm inspect surprise` as a user runs it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ngrams } from '../../../src/baseline/ngram.js';
import { readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { resolveCheckpoint } from '../../../src/checkpoint/run.js';
import { withTemporaryFolder } from '../../../src/cli/output/temporary.js';
import { load } from '../../../src/index.js';
import { type ClassLoss, surprises } from '../../../src/insight/surprise.js';
import { withText } from '../../../src/prepare/text.js';
import { formOf } from '../../../src/sample/form.js';
import { textStart } from '../../../src/sample/opening.js';
import { Dataset } from '../../../src/text/dataset.js';
import { inMemory } from '../../../src/text/ids.js';
import { expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const TEXT =
  'The lamp was lit at 7.\n\n"The wind," said he, "went north, and it\'s the sea that was rough."\n'.repeat(
    3,
  );
const CORPUS = new URL('../../../corpora/lighthouse.txt', import.meta.url);
const CLASSES = ['group', 'class', 'places', 'share', 'bpc', 'lossShare', 'baseline', 'gain', 'gainError'];

interface Answer {
  readonly characters: number;
  readonly loss: number;
  readonly bpc: number;
  readonly baseline?: string;
  readonly classes: ClassLoss[];
}

const surprise = (...args: string[]) => run(folder, ['inspect', 'surprise', ...args]);
const json = async (...args: string[]) => JSON.parse((await surprise(...args, '--json')).stdout) as Answer;

beforeAll(async () => {
  await writeFile(join(folder, 'text.txt'), TEXT);
  const tiny = ['--hidden', '16', '--layers', '2', '--embedding', '8', '--batch-size', '4', '--steps', '30'];
  await run(folder, ['train', 'lighthouse', ...tiny, '--out', 'plain']);
  // A checkpoint without its text.
  mkdirSync(join(folder, 'alone'));
  const { path } = resolveCheckpoint(join(folder, 'plain'), 'best');
  copyFileSync(path, join(folder, 'alone', basename(path)));
});

describe('charlstm inspect surprise', () => {
  it('reports the figures of eval --protocol once', async () => {
    const evaluated = await run(folder, [
      'eval',
      'plain',
      '--text',
      'text.txt',
      '--protocol',
      'once',
      '--json',
    ]);
    const answer = await json('plain', '--text', 'text.txt');
    expect(answer.characters).toBe(TEXT.length);
    expect(answer.loss).toBeCloseTo(JSON.parse(evaluated.stdout).loss, 5);
    expect(answer.bpc).toBeCloseTo(answer.loss / Math.LN2, 12);
  });

  it('compares nothing on a text that was trained on, and says so', async () => {
    const own = readFileSync(CORPUS, 'utf8').slice(1000, 9000);
    await writeFile(join(folder, 'own.txt'), own);
    await writeFile(join(folder, 'partly.txt'), own + TEXT.repeat(100));
    const whole = await surprise('plain', '--text', 'own.txt', '--json');
    expect(JSON.parse(whole.stdout)).toMatchObject({ learned: 1 });
    expect(JSON.parse(whole.stdout)).not.toHaveProperty('baseline');
    expect(whole.stderr).toContain('note 100% of this text is also in the training text');
    const partly = await surprise('plain', '--text', 'partly.txt', '--json');
    expect(JSON.parse(partly.stdout)).toHaveProperty('baseline', '6-gram');
    const share = 8000 / (8000 + 100 * TEXT.length);
    expect(Math.abs(JSON.parse(partly.stdout).learned - share)).toBeLessThan(0.02);
    expect(partly.stderr).toContain(`note ${Math.round(100 * share)}% of this text`);
    expect((await surprise('plain', '--text', 'text.txt')).stderr).toBe('');
  });

  it('gives each class the mean of its own losses', async () => {
    const { characters, baseline, classes } = await json('plain');
    const model = await load(join(folder, 'plain'));
    const { record } = await readCheckpoint(resolveCheckpoint(join(folder, 'plain'), 'best').path);
    const { trainLength, length } = record.corpus;
    const dataset = new Dataset(join(folder, 'plain'), model.vocabulary.size);
    const stretch = { dataset, start: trainLength, end: length };
    const losses: number[] = [];
    for (const scored of surprises(model, stretch, textStart(model))) losses.push(...scored.losses);
    const ids = Uint32Array.from(dataset.read(trainLength, length - trainLength));
    expect(characters).toBe(ids.length);

    const text = inMemory(ids);
    const ngrams = new Ngrams(model.vocabulary.size, 6);
    ngrams.prepare(text, 0, ids.length);
    ngrams.learn(dataset, 0, trainLength);
    const others = ngrams.lossesAt(text, 0, ids.length);
    expect(baseline).toBe('6-gram');
    expect(classes[0]!.baseline! * ids.length * Math.LN2).toBeCloseTo(
      ngrams.losses(text, 0, ids.length)[5]!,
      6,
    );

    const written = model.vocabulary.decode(ids);
    const places = (pattern: RegExp) => [...written.matchAll(pattern)].map(({ index }) => index);
    for (const [name, pattern] of [
      ['capital letters', /[A-Z]/g],
      ['digits', /[0-9]/g],
      ['first of a line', /(?<=\n)./gs],
      ['all', /./gs],
    ] as const) {
      const found = classes.find((one) => one.class === name)!;
      const bits = (from: ArrayLike<number>) =>
        places(pattern).reduce((sum, at) => sum + from[at]! / Math.LN2, 0);
      expect(found.places).toBe(places(pattern).length);
      expect(found.bpc).toBeCloseTo(bits(losses) / found.places, 6);
      expect(found.baseline).toBeCloseTo(bits(others) / found.places, 6);
    }
  });

  it('divides the text and its loss among the classes of a group', async () => {
    const { bpc, classes } = await json('plain', '--text', 'text.txt');
    for (const entry of classes) {
      expect(Object.keys(entry)).toEqual(CLASSES);
      expect(entry.gain).toBeCloseTo(entry.baseline! - entry.bpc, 12);
      expect(entry.share).toBeCloseTo(entry.places / TEXT.length, 12);
      expect(entry.lossShare).toBeCloseTo((entry.bpc * entry.places) / (bpc * TEXT.length), 9);
    }
    for (const group of ['frequency', 'word', 'read', 'repeat', 'start']) {
      const members = classes.filter((one) => one.group === group);
      expect(members.reduce((sum, { places }) => sum + places, 0)).toBe(TEXT.length);
      expect(members.reduce((sum, { lossShare }) => sum + lossShare, 0)).toBeCloseTo(1, 9);
    }
  });

  it('prints the same as a table with a summary', async () => {
    const { code, stdout, stderr } = await surprise('plain');
    expect([code, stderr]).toEqual([0, '']);
    const answer = await json('plain');
    for (const one of answer.classes) {
      const line = stdout.split('\n').find((row) => row.startsWith(`${one.class}  `))!;
      expect(line).toContain(one.bpc.toFixed(3));
      expect(line).toContain(one.gain!.toFixed(3));
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(stdout).toMatch(/The network needs [\d.]+ bits (fewer|more) per character than the 6-gram\./);
    expect(stdout).toContain('costs the most');
  });

  it('withText closes its text afterwards, even after an error', async () => {
    const model = await load(join(folder, 'plain'));
    const { record } = await readCheckpoint(resolveCheckpoint(join(folder, 'plain'), 'best').path);
    for (const text of [undefined, join(folder, 'text.txt')]) {
      const choice = { text, run: join(folder, 'plain'), record, unknown: 'error' } as const;
      const lent = await withText(choice, formOf(model), 1, withTemporaryFolder, async (stretch) => stretch);
      expect(() => lent.dataset.read(lent.start, 1)).toThrow();
      const failing = withText(choice, formOf(model), 1, withTemporaryFolder, async ({ dataset, start }) => {
        throw dataset.read(start, 1);
      });
      await expect(failing).rejects.toHaveLength(1);
    }
  });

  it('continues without n-grams if the training text is missing, and says so', async () => {
    const { code, stdout, stderr } = await surprise('alone', '--text', 'text.txt');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^note the training text cannot be read.*: alone\/corpus\.u8 does not exist\n$/);
    expect(stdout).not.toMatch(/6-gram|gain/);
    const answer = await json('alone', '--text', 'text.txt');
    const whole = await json('plain', '--text', 'text.txt');
    expect(answer).not.toHaveProperty('baseline');
    expect(answer.classes.map(({ bpc }) => bpc)).toEqual(whole.classes.map(({ bpc }) => bpc));
    expectFailure(await surprise('alone'), 66, /corpus\.u8 does not exist/);
  });

  it('draws the same classes', async () => {
    const { code, stderr } = await surprise('plain', '--text', 'text.txt', '--svg', 'x.svg');
    expect([code, stderr]).toEqual([0, 'drawing x.svg\n']);
    const svg = readFileSync(join(folder, 'x.svg'), 'utf8');
    expect(svg).toContain('>where the loss comes from<');
    const { classes } = await json('plain', '--text', 'text.txt');
    for (const one of classes) expect(svg).toContain(`>${one.class}</text>`);
    expect(svg.match(/class="bars c-/g)).toHaveLength(2 * classes.length + 2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('reads a text of one character from a pipe', async () => {
    const piped = await start(folder, ['inspect', 'surprise', 'plain', '--text', '-', '--json'], {
      input: 'a',
    });
    const { characters, classes } = JSON.parse(piped.stdout) as Answer;
    expect(characters).toBe(1);
    expect(classes.every(({ places }) => places === 1)).toBe(true);
  });

  it('rejects invalid requests with a hint', async () => {
    expectFailure(await surprise('plain', '--svg', ''), 2, /--svg is ""/, /chart\.svg/);
    expectFailure(await surprise('plain', '--svg', '.'), 73, /a folder/, /--svg/);
    expectFailure(
      await surprise('plain', '--text', 'text.txt', '--svg', 'text.txt'),
      2,
      /read by this command/,
    );
    expectFailure(await surprise('plain', '--text', 'none.txt'), 66, /none\.txt/);
    expectFailure(await surprise('none'), 66, /none/);
  });
});
