// `charlstm inspect surprise`: the classes on texts made by hand, and the command as a user runs it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ngrams } from '../../../src/baseline/ngram.js';
import { readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { resolveCheckpoint } from '../../../src/checkpoint/run.js';
import { withText } from '../../../src/cli/input/text.js';
import { load } from '../../../src/index.js';
import { surprises } from '../../../src/insight/scored.js';
import { byGain, type ClassLoss, largestShare, lossByClass } from '../../../src/insight/surprise.js';
import { REPEATED, repeatDistances, type TextClass, textClasses } from '../../../src/insight/text-classes.js';
import { wordPositions } from '../../../src/insight/words.js';
import { textStart } from '../../../src/sample/writer.js';
import { Dataset } from '../../../src/text/dataset.js';
import { inMemory } from '../../../src/text/ids.js';
import { expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';

/** The places of a class, as a row of marks below the text. */
function markedIn(text: string, name: string): string {
  const found = textClasses(Array.from(text)).find((one) => one.name === name);
  return found ? Array.from(found.marks, (mark) => (mark ? '^' : '.')).join('') : 'absent';
}

const namesIn = (text: string) => textClasses(Array.from(text)).map(({ name }) => name);

describe('the classes of a text', () => {
  it.each([
    ['first of a word', "It's 7, a-b", '^....^..^.^'],
    ['within a word', "It's 7, a-b", '.^^^.......'],
    ['first after a word', "It's 7, a-b", '....^.^..^.'],
    ['between words', "It's 7, a-b", '.......^...'],
    ['second of a word', 'abcdef gh', '.^......^'],
    ['third of a word', 'abcdef gh', '..^......'],
    ['fourth of a word on', 'abcdef gh', '...^^^...'],
    ['after no letter', 'abcdef gh', '^......^.'],
    ['after 1 letter', 'abcdef gh', '.^......^'],
    ['after 2 letters', 'abcdef gh', '..^......'],
    ['after 3 letters or more', 'abcdef gh', '...^^^^..'],
    ['first of a line', 'a\n\nb c\nd', '..^^...^'],
    ['in quotation marks', 'a "bc" d', '...^^^..'],
    ['in brackets', 'a (bc) d', '...^^^..'],
    ['capital letters', 'Ab ÉC 1', '^..^^..'],
    ['digits', 'a1, 2.5', '.^..^.^'],
    ['frequent characters', 'aaaaaaabcc', '^^^^^^^.^^'],
    ['rare characters', 'aaaaaaabcc', '.......^..'],
  ])('%s', (name, text, marks) => {
    expect(markedIn(text, name)).toBe(marks);
  });

  it('know where the last 8 characters stood before, and how far back', () => {
    const text = `abcdefghX${'-'.repeat(3)}abcdefghY`;
    expect(markedIn(text, '8 seen 1 to 64 ago')).toBe(`${'.'.repeat(20)}^`);
    const far = (gap: string) => namesIn(`abcdefgh${gap}abcdefghX`).filter((name) => /^8 seen/.test(name));
    const gap = (length: number) =>
      Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(far(gap(56))).toEqual(['8 seen 1 to 64 ago']);
    expect(far(gap(57))).toEqual(['8 seen 65 to 256 ago']);
    expect(far(gap(249))).toEqual(['8 seen 257 to 1,024 ago']);
    expect(far(gap(1017))).toEqual(['8 seen over 1,024 ago']);
  });

  it('tell distances as a search does', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '鯨'), { maxLength: 120 });
    fc.assert(
      fc.property(text, (characters) => {
        const joined = characters.join('');
        const expected = characters.map((_, i) => {
          if (i < REPEATED) return 0;
          const before = joined.slice(0, i - 1).lastIndexOf(joined.slice(i - REPEATED, i));
          return before < 0 ? 0 : i - REPEATED - before;
        });
        expect(Array.from(repeatDistances(characters))).toEqual(expected);
      }),
    );
  });

  it('leave nothing out of a group that divides the text, and name none that is absent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
        const classes = textClasses(Array.from(text));
        for (const group of ['frequency', 'word', 'read', 'repeat', 'start']) {
          const marks = classes.filter((one) => one.group === group).map((one) => one.marks);
          Array.from(text).forEach((_, i) => {
            expect(marks.reduce((sum, mark) => sum + mark[i]!, 0)).toBe(1);
          });
        }
        for (const { marks } of classes) expect(marks).toContain(1);
      }),
    );
    expect(namesIn('abc')).not.toContain('digits');
    expect(namesIn('abc')).not.toContain('in quotation marks');
  });

  it('count an apostrophe to its word where letters are on both sides', () => {
    expect([...wordPositions(Array.from("'tis don't dogs'"))]).toEqual([
      ...[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 0],
    ]);
  });
});

describe('the loss by class', () => {
  const one = (name: string, marks: number[]): TextClass => ({
    group: 'word',
    name,
    marks: Uint8Array.from(marks),
  });

  it('is the mean of its places, and its shares are those of the whole', () => {
    const classes = [one('a', [1, 1, 0, 0]), one('b', [0, 0, 1, 1])];
    const nats = [1, 2, 3, 6].map((bits) => bits * Math.LN2);
    const [all, a, b] = lossByClass(
      classes,
      nats,
      nats.map((loss) => 2 * loss),
    );
    expect(all).toMatchObject({ group: 'all', places: 4, share: 1, lossShare: 1 });
    expect(all!.bpc).toBeCloseTo(3, 12);
    expect(a).toMatchObject({ class: 'a', places: 2, share: 0.5, lossShare: 0.25 });
    expect([a!.bpc, a!.baseline!, a!.gain!, b!.bpc]).toEqual(
      [1.5, 3, 1.5, 4.5].map((x) => expect.closeTo(x, 12)),
    );
    expect(lossByClass(classes, nats)[1]).not.toHaveProperty('gain');
  });

  it('has gains whose error is that of means of blocks, where all blocks have as many places', () => {
    const marks = Array.from({ length: 640 }, (_, i) => i % 2);
    const other = marks.map((_, i) => Math.LN2 * Math.sin(i * i));
    const [, a] = lossByClass([one('a', marks)], new Array(640).fill(0), other);
    const means = Array.from({ length: 10 }, (_, block) => {
      const places = other.slice(64 * block, 64 * block + 64).filter((_, i) => i % 2 === 1);
      return places.reduce((sum, nats) => sum + nats / Math.LN2, 0) / 32;
    });
    const mean = means.reduce((sum, value) => sum + value) / 10;
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9;
    expect(a!.gain).toBeCloseTo(mean, 12);
    expect(a!.gainError).toBeCloseTo(Math.sqrt(variance / 10), 12);
    const near = marks.map((_, i) => Number(i < 64));
    expect(lossByClass([one('near', near)], new Array(640).fill(0), other)[1]!.gainError).toBeNull();
  });

  it('is summed up by what was read, without what may be chance or is most of the text', () => {
    const entry = (name: string, more: Partial<ClassLoss>): ClassLoss => ({
      ...{ group: 'read', class: name, places: 1000, share: 0.1, bpc: 1, lossShare: 0.1, gainError: 0.4 },
      ...more,
    });
    const classes = [
      entry('all', { group: 'all', gain: 9, share: 1, lossShare: 1 }),
      entry('few', { places: 99, gain: 5 }),
      entry('vague', { gain: 5, gainError: 2.6 }),
      entry('unknown', { gain: 5, gainError: null }),
      entry('by the outcome', { group: 'word', gain: 5 }),
      entry('worse', { gain: -1 }),
      entry('better', { gain: 2, lossShare: 0.3 }),
      entry('most', { gain: 1, share: 0.6, lossShare: 0.7 }),
    ];
    expect(byGain(classes).map((found) => found.class)).toEqual(['better', 'most', 'worse']);
    expect(largestShare(classes)?.class).toBe('better');
  });
});

const folder = await temporaryFolder();
const TEXT =
  'The lamp was lit at 7.\n\n"The wind," said he, "went north, and it\'s the sea that was rough."\n'.repeat(
    3,
  );
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
  // A checkpoint whose text was left behind.
  mkdirSync(join(folder, 'alone'));
  const { path } = resolveCheckpoint(join(folder, 'plain'), 'best');
  copyFileSync(path, join(folder, 'alone', basename(path)));
});

describe('charlstm inspect surprise', () => {
  it('has the figures of eval --protocol once', async () => {
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

  it('gives each class what adding up by hand gives', async () => {
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

  it('divides the text and its loss', async () => {
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

  it('prints the same as a table, and sums it up', async () => {
    const { code, stdout, stderr } = await surprise('plain');
    expect([code, stderr]).toEqual([0, '']);
    const answer = await json('plain');
    for (const one of answer.classes) {
      const line = stdout.split('\n').find((row) => row.startsWith(`${one.class}  `))!;
      expect(line).toContain(one.bpc.toFixed(3));
      expect(line).toContain(one.gain!.toFixed(3));
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(stdout).toMatch(/The network needs [\d.]+ bits (fewer|more) a character than the 6-gram\./);
    expect(stdout).toContain('costs the most');
  });

  it('lends a text that is closed afterwards, whatever became of it', async () => {
    const model = await load(join(folder, 'plain'));
    const { record } = await readCheckpoint(resolveCheckpoint(join(folder, 'plain'), 'best').path);
    for (const text of [undefined, join(folder, 'text.txt')]) {
      const choice = { text, run: join(folder, 'plain'), record, unknown: 'error' } as const;
      const lent = await withText(choice, model.vocabulary, 1, async (stretch) => stretch);
      expect(() => lent.dataset.read(lent.start, 1)).toThrow();
      const failing = withText(choice, model.vocabulary, 1, async ({ dataset, start }) => {
        throw dataset.read(start, 1);
      });
      await expect(failing).rejects.toHaveLength(1);
    }
  });

  it('goes on without n-grams where the training text is gone, and says so', async () => {
    const { code, stdout, stderr } = await surprise('alone', '--text', 'text.txt');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^note the text that the model learned cannot be read.*: alone\/corpus\.u8 does not exist\n$/,
    );
    expect(stdout).not.toMatch(/6-gram|gain/);
    const answer = await json('alone', '--text', 'text.txt');
    const whole = await json('plain', '--text', 'text.txt');
    expect(answer).not.toHaveProperty('baseline');
    expect(answer.classes.map(({ bpc }) => bpc)).toEqual(whole.classes.map(({ bpc }) => bpc));
    expectFailure(await surprise('alone'), 66, /corpus\.u8 does not exist/);
  });

  it('draws the same', async () => {
    const { code, stderr } = await surprise('plain', '--text', 'text.txt', '--svg', 'x.svg');
    expect([code, stderr]).toEqual([0, 'drawing x.svg\n']);
    const svg = readFileSync(join(folder, 'x.svg'), 'utf8');
    expect(svg).toContain('>where the loss comes from<');
    const { classes } = await json('plain', '--text', 'text.txt');
    for (const one of classes) expect(svg).toContain(`>${one.class}</text>`);
    expect(svg.match(/class="bars c-/g)).toHaveLength(2 * classes.length + 2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('reads a pipe, and a text of one character', async () => {
    const piped = await start(folder, ['inspect', 'surprise', 'plain', '--text', '-', '--json'], {
      input: 'a',
    });
    const { characters, classes } = JSON.parse(piped.stdout) as Answer;
    expect(characters).toBe(1);
    expect(classes.every(({ places }) => places === 1)).toBe(true);
  });

  it('refuses what it cannot do, and says how to go on', async () => {
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
