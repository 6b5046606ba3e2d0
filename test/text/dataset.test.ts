import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.js';
import { arrangeWhole } from '../../src/text/arrange.js';
import { Batches, readWindow, windowsAlong } from '../../src/text/batches.js';
import { Dataset } from '../../src/text/dataset.js';
import type { DecodeOptions } from '../../src/text/encoding/decode.js';
import { DEFAULT_CORPUS, locateCorpus, readCatalogue } from '../../src/text/files/catalogue.js';
import type { Source } from '../../src/text/files/source.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { type Shares, splitCorpus } from '../../src/text/split.js';
import { Vocabulary } from '../../src/text/vocabulary.js';
import { writeIds } from '../../src/text/write-ids.js';
import { temporaryFolder } from '../helpers/cli.js';
import { errorOf } from '../helpers/files.js';

const root = await temporaryFolder();
const UTF8: DecodeOptions = { encoding: 'utf8', normalizeNewlines: false };
const newFolder = () => mkdtemp(join(root, 'x-'));

/** Writes files, given by path, to a folder of their own. */
async function files(contents: Record<string, string | Uint8Array>): Promise<string[]> {
  const folder = await newFolder();
  const paths = Object.keys(contents).map((name) => join(folder, name));
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return paths;
}

/** Prepares the named corpus and reads it back from disk. */
async function prepare(names: readonly string[], options: Partial<DecodeOptions> = {}) {
  const folder = await newFolder();
  const { sources } = await resolveCorpus(names);
  const prepared = await prepareDataset(sources, { ...UTF8, ...options }, folder);
  const dataset = new Dataset(folder, prepared.vocabulary.size);
  expect(dataset.length).toBe(prepared.length);
  const text = prepared.vocabulary.decode(dataset.read(0, dataset.length));
  const hash = dataset.hash();
  dataset.close();
  return { ...prepared, folder, text, datasetHash: hash };
}

/** A text of the first `count` characters of Unicode. */
function distinct(count: number): string {
  let text = '';
  for (let codePoint = 1, n = 0; n < count; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    text += String.fromCodePoint(codePoint);
    n++;
  }
  return text;
}

describe('ids on disk', () => {
  it.each([
    [256, 'corpus.u8', 1],
    [257, 'corpus.u16', 2],
    [65536, 'corpus.u16', 2],
    [65537, 'corpus.u32', 4],
  ])('of %i distinct characters are stored in %s', async (count, name, width) => {
    const text = `${distinct(count)}abcabc`;
    const prepared = await prepare(await files({ 'a.txt': text }));
    expect(prepared.vocabulary.size).toBe(count);
    expect(basename(prepared.path)).toBe(name);
    expect(prepared.length).toBe(count + 6);
    expect(statSync(prepared.path).size).toBe((count + 6) * width);
    expect(prepared.text === text).toBe(true);
    const hash = createHash('sha256').update(readFileSync(prepared.path)).digest('hex');
    expect(prepared.hash).toBe(hash);
    expect(prepared.datasetHash).toBe(hash);
  });

  it('count characters, not bytes or UTF-16 units', async () => {
    const { length, vocabulary, text } = await prepare(await files({ 'a.txt': 'é😀é😀' }));
    expect(length).toBe(4);
    expect(vocabulary.codePoints).toEqual([0xe9, 0x1f600]);
    expect(text).toBe('é😀é😀');
  });

  it('are the same if the text is read in several chunks', async () => {
    const text = 'aé😀\r\n'.repeat(300_000); // 2.7 MB
    const { text: found } = await prepare(await files({ 'a.txt': text }), { normalizeNewlines: true });
    expect(found === text.replaceAll('\r\n', '\n')).toBe(true);
  });

  it('can be read from any position', async () => {
    const { folder, vocabulary } = await prepare(await files({ 'a.txt': distinct(300) }));
    const dataset = new Dataset(folder, vocabulary.size);
    expect([...dataset.read(7, 3)]).toEqual([7, 8, 9]);
    expect([...dataset.read(299, 1)]).toEqual([299]);
    expect([...dataset.read(300, 0)]).toEqual([]);
    dataset.close();
  });

  it.each(['latin1', 'bytes', 'utf8-lossy'] as const)('follow the encoding %s', async (encoding) => {
    const paths = await files({ 'a.txt': Uint8Array.of(0x61, 0xe9, 0x62) });
    const { text, findings } = await prepare(paths, { encoding });
    expect(text).toBe(encoding === 'utf8-lossy' ? 'a\ufffdb' : 'aéb');
    expect(findings.malformed).toBe(encoding === 'utf8-lossy' ? 1 : 0);
    expect((await errorOf(prepare(paths))).message).toMatch(/a\.txt is not UTF-8: at offset 1 /);
  });
});

describe('many files', () => {
  it('are joined with a newline if the first does not end in one', async () => {
    const paths = await files({ 1: 'a', 2: 'b\n', 3: '\ufeffc', 4: 'd' });
    expect((await prepare(paths)).text).toBe('a\nb\nc\nd');
    const bytes = await prepare([paths[0]!, paths[1]!, paths[3]!], { encoding: 'bytes' });
    expect(bytes.text).toBe('ab\nd');
  });

  it('are joined with one newline across an empty file', async () => {
    expect((await prepare(await files({ 1: 'a', 2: '', 3: 'c' }))).text).toBe('a\nc');
  });

  it('are joined with a newline after a character that is cut off at the end of a file', async () => {
    const paths = await files({ 1: Uint8Array.of(0x61, 0x0a, 0xc3), 2: 'b' });
    expect((await prepare(paths, { encoding: 'utf8-lossy' })).text).toBe('a\n\ufffd\nb');
  });
});

describe('finding a corpus', () => {
  const labels = async (names: readonly string[]) =>
    (await resolveCorpus(names)).sources.map((source) => basename(source.label));

  it('accepts a file, a folder, a glob and a name from the catalogue', async () => {
    const text = 'text';
    const [b] = await files({
      'b.txt': text,
      'a.md': text,
      'c/d.txt': text,
      '.hidden': text,
      '.git/e.txt': text,
      'node_modules/f.txt': text,
      empty: '',
      'picture.txt': Uint8Array.of(1, 0, 2),
    });
    const folder = dirname(b!);
    expect(await labels([b!])).toEqual(['b.txt']);
    expect(await labels([folder])).toEqual(['a.md', 'b.txt', 'd.txt']);
    expect(await labels([`${folder}/*.md`])).toEqual(['a.md']);
    expect(await labels([`${folder}/**/{b,d}.txt`])).toEqual(['b.txt', 'd.txt']);
    expect(await labels(['lighthouse'])).toEqual(['lighthouse.txt']);
    expect(await labels([b!, 'lighthouse'])).toEqual(['b.txt', 'lighthouse.txt']);
    expect((await prepare([`${folder}/*.md`, b!])).text).toBe('text\ntext');
  });

  it('derives a short name for the run folder', async () => {
    const [a, b, c, d] = await files({
      'My Nôvel, Part 1.txt': 'a',
      '漢.txt': 'b',
      '!!.txt': 'c',
      'हिन्दी.txt': 'd',
    });
    expect((await resolveCorpus([a!])).name).toBe('my-nôvel-part-1');
    expect((await resolveCorpus([b!])).name).toBe('漢');
    expect((await resolveCorpus([c!])).name).toBe('text');
    expect((await resolveCorpus([d!])).name).toBe('हिन्दी');
    expect((await resolveCorpus(['lighthouse', a!, b!])).name).toBe('lighthouse-and-2-more');
  });

  it('names several texts of one folder after the folder', async () => {
    const paths = await files({
      'my.thesis/back.tex': 'a',
      'my.thesis/ch/1.tex': 'b',
      'my.thesis/ch/2.tex': 'c',
    });
    const folder = dirname(paths[0]!);
    const name = async (...names: string[]) => (await resolveCorpus(names)).name;
    expect(await name(folder)).toBe('my-thesis');
    expect(await name(`${folder}/.`)).toBe('my-thesis');
    expect(await name(paths[1]!, paths[2]!)).toBe('ch');
    expect(await name(`${folder}/ch/*.tex`)).toBe('ch');
    expect(await name(`${folder}/**/*.tex`)).toBe('my-thesis');
    expect(await name(`${folder}/b*.tex`)).toBe('back');
    expect(await name(folder, `${folder}/ch`)).toBe('my-thesis');
    // The folder above both is not the working folder's, and may hold anything.
    expect(await name(paths[0]!, paths[1]!)).toBe('back-and-1-more');
    expect(await name('corpora/lighthouse.txt', 'corpora/catalogue.json')).toBe('corpora');
    expect(await name('docs/guide/step.md', 'docs/api.md')).toBe('docs');
    expect(await name('README.md', 'docs/api.md')).toBe('readme-and-1-more');
  });

  it('counts a file once, however it is named, and says so', async () => {
    const [a, b] = await files({ 'a.txt': 'ab', 'b.txt': 'ab' });
    const folder = dirname(a!);
    linkSync(a!, join(folder, 'hard.txt'));
    symlinkSync('a.txt', join(folder, 'soft.txt'));
    const soft = join(folder, 'soft.txt');
    const once = await resolveCorpus([a!, a!, `${folder}/./a.txt`, soft]);
    expect(once.name).toBe('a');
    expect(once.sources.map(({ label }) => label)).toEqual([a]);
    expect(once.notices).toEqual([
      `${a} is given 4 times (also as ${folder}/./a.txt, ${soft}), and counts once`,
    ]);
    expect((await resolveCorpus([a!, a!])).notices).toEqual([`${a} is given 2 times, and counts once`]);
    // Equal contents are not the same file.
    expect(await labels([b!, folder, `${folder}/*`])).toEqual(['b.txt', 'a.txt']);
    expect((await resolveCorpus([b!, folder, `${folder}/*`])).notices).toEqual([
      `2 files are given more than once, and count once: ${b}, ${a}`,
    ]);
  });

  it('reads the files of a folder and of a glob in natural order', async () => {
    const names = ['10.txt', '2.txt', 'b/1.txt', 'B/10.txt', 'b/9.txt', '1.txt', 'a b.txt', 'é.txt', 'z.txt'];
    const paths = await files(Object.fromEntries(names.map((name) => [name, name])));
    const folder = dirname(paths[0]!);
    const expected = ['1.txt', '2.txt', '10.txt', 'a b.txt', '1.txt', '9.txt', '10.txt', 'é.txt', 'z.txt'];
    expect(await labels([folder])).toEqual(expected);
    expect(await labels([`${folder}/**`])).toEqual(expected);
  });

  it('names what it leaves out of a folder, and why', async () => {
    const text = 'text';
    const pictures = Object.fromEntries([1, 2, 3, 10].map((n) => [`p/${n}.png`, Uint8Array.of(1, 0)]));
    const [a] = await files({
      ...{ 'a.txt': text, '.git/x': text, 'sub/.hidden': text, 'node_modules/y': text, 'empty.txt': '' },
      ...{ 'checkpoints/a-1/corpus.u8': 'a', 'checkpoints/a-1/log.jsonl': text, ...pictures },
    });
    const folder = dirname(a!);
    symlinkSync('nowhere', join(folder, 'gone'));
    symlinkSync('self', join(folder, 'self'));
    symlinkSync('p', join(folder, 'pictures'));
    expect(await labels([folder])).toEqual(['a.txt']);
    expect((await resolveCorpus([folder])).notices).toEqual([
      `12 left out of ${folder}: .git, sub/.hidden (hidden); node_modules (installed packages); ` +
        'checkpoints/a-1 (a run); empty.txt (empty); gone (a link that leads nowhere); ' +
        'pictures (a link to a folder); self (a link that leads back to itself); ' +
        'p/1.png, p/2.png, p/3.png and 1 more (binary)',
    ]);
    expect((await errorOf(resolveCorpus([join(folder, 'p')]))).message).toMatch(
      /p is a folder without text files: 4 left out of .*p: 1\.png, 2\.png, 3\.png and 1 more \(binary\)$/,
    );
    expect((await resolveCorpus([a!])).notices).toEqual([]);
  });

  it('prefers an existing file to a glob of the same name', async () => {
    const [path] = await files({ 'a[1]*.txt': 'ab' });
    expect((await prepare([path!])).text).toBe('ab');
  });

  it.each<
    [what: string, name: string, code: number, message: RegExp, content?: Record<string, string | Uint8Array>]
  >([
    ['a missing file', 'missing.txt', ExitCode.noInput, /missing\.txt does not exist$/],
    ['a path below a file', 'a/b', ExitCode.noInput, /a\/b does not exist/, { a: 'text' }],
    ['a glob without a match', '*.nothing', ExitCode.noInput, /^no file matches .*\*\.nothing$/],
    ['an empty folder', '', ExitCode.noInput, /is a folder without text files: .*\.keep \(hidden\)$/],
    [
      'a folder of pictures',
      '',
      ExitCode.noInput,
      /without text files: .*: \.keep \(hidden\); a \(binary\)$/,
      { a: Uint8Array.of(1, 0) },
    ],
    ['an empty file', 'a', ExitCode.badData, /a: there is no text in it$/, { a: '' }],
    ['a byte order mark alone', 'a', ExitCode.badData, /a: there is no text in it$/, { a: '\ufeff' }],
    ['one distinct character', 'a', ExitCode.badData, /one repeated character, 'b' U\+0062$/, { a: 'bbbb' }],
    ['a binary file', 'a', ExitCode.badData, /a looks like a binary file/, { a: 'b\0c' }],
  ])('refuses %s', async (_what, name, code, message, content = {}) => {
    const folder = dirname((await files({ ...content, '.keep': '' })).at(-1)!);
    const error = await errorOf(prepare([join(folder, name)]));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(code);
    expect(error.hint.length).toBeGreaterThan(0);
  });

  it('refuses a file that has disappeared since', async () => {
    const [path] = await files({ a: 'text' });
    const { sources } = await resolveCorpus([path!]);
    rmSync(path!);
    const { message, exitCode } = await errorOf(prepareDataset(sources, UTF8, root));
    expect(message).toBe(`${path} does not exist`);
    expect(exitCode).toBe(ExitCode.noInput);
  });

  it('says how to install a missing corpus of the catalogue', async () => {
    for (const entry of readCatalogue().filter((candidate) => !locateCorpus(candidate))) {
      const { hint, exitCode } = await errorOf(resolveCorpus([entry.name]));
      expect(hint).toContain(`npm install ${entry.parts[0]!.package}`);
      expect(exitCode).toBe(ExitCode.noInput);
    }
  });
});

describe('writeIds', () => {
  const vocabulary = new Vocabulary([10, 97, 98], 'utf8');
  const whole = (sources: readonly Source[]) => ({ sources, decoding: UTF8, collection: undefined });

  it('skips unknown characters or throws', async () => {
    const { sources } = await resolveCorpus(await files({ a: 'abca' }));
    const strange: number[] = [];
    const skip = (codePoint: number) => {
      strange.push(codePoint);
      return [];
    };
    const folder = await newFolder();
    const { length, path } = await writeIds(whole(sources), folder, { vocabulary, standIns: skip });
    expect(length).toBe(3);
    expect([...readFileSync(path)]).toEqual([1, 2, 1]);
    expect(strange).toEqual([99]);
    const refuse = (codePoint: number) => vocabulary.standIns(codePoint, 'error');
    const { message } = await errorOf(
      writeIds(whole(sources), await newFolder(), { vocabulary, standIns: refuse }),
    );
    expect(message).toContain("'c' U+0063");
  });

  it('replaces unknown characters, possibly with more than one each', async () => {
    const { sources } = await resolveCorpus(await files({ a: 'ccca' }));
    const folder = await newFolder();
    const { length, path } = await writeIds(whole(sources), folder, {
      vocabulary,
      standIns: () => [2, 2, 1],
    });
    expect(length).toBe(10);
    expect([...readFileSync(path)]).toEqual([2, 2, 1, 2, 2, 1, 2, 2, 1, 1]);
  });

  it('reports a folder that cannot be written', async () => {
    const [path] = await files({ a: 'ab' });
    const { sources } = await resolveCorpus([path!]);
    for (const folder of [join(root, 'missing'), path!]) {
      await expect(writeIds(whole(sources), folder, { vocabulary, standIns: () => [] })).rejects.toThrow(
        UserError,
      );
    }
  });
});

describe('a damaged file of ids', () => {
  it.each([
    [3, 1],
    [300, 2],
    [70_000, 4],
  ])('of %i characters is refused', async (count, width) => {
    const { folder, path } = await prepare(await files({ a: distinct(count) }));
    truncateSync(path, (count - 1) * width + (width - 1)); // the last id in part
    const short = new Dataset(folder, count);
    expect([...short.read(0, 2)]).toEqual([0, 1]);
    for (const action of [() => short.read(count - 2, 2), () => short.read(count + 5, 1)]) {
      const { message, exitCode } = await errorOf(action);
      expect(message).toMatch(/is damaged: it ends at \d+ bytes$/);
      expect(exitCode).toBe(ExitCode.badData);
    }
    short.close();
    await writeFile(path, new Uint8Array(count * width).fill(255));
    const wild = new Dataset(folder, count);
    for (const action of [() => wild.read(1, 1), () => wild.hash()]) {
      expect(await errorOf(action)).toMatchObject({
        message: expect.stringMatching(/has an id \d+ at character \d+$/),
        exitCode: ExitCode.badData,
      });
    }
    wild.close();
  });

  it('is reported with its actual length', async () => {
    const { folder } = await prepare(await files({ a: 'abcabcab' }));
    const dataset = new Dataset(folder, 3);
    expect((await errorOf(() => dataset.read(6, 3))).message).toMatch(/ends at 8 bytes$/);
    expect((await errorOf(() => dataset.read(20, 3))).message).toMatch(/ends at 8 bytes$/);
    dataset.close();
  });

  it('that is missing is reported as missing input', async () => {
    const { message, exitCode } = await errorOf(() => new Dataset(root, 3));
    expect(message).toMatch(/corpus\.u8 does not exist$/);
    expect(exitCode).toBe(ExitCode.noInput);
  });
});

describe('splitCorpus', () => {
  const whole = (length: number) => (shares: Shares) => arrangeWhole([length], shares);

  it("is nanoGPT's split of Shakespeare", () => {
    const request = { validation: 0.1, test: 0, batchSize: 32, sequenceLength: 64 };
    const { split, notices } = splitCorpus(whole(1_115_394), request);
    expect(split).toEqual({ ...request, trainLength: 1_003_854 });
    expect(notices).toEqual([]);
  });

  it('refuses shares that leave nothing to learn from', async () => {
    const request = { validation: 0.1, test: 0.9, batchSize: 4, sequenceLength: 3 };
    const { message, exitCode } = await errorOf(() => splitCorpus(whole(6400), request));
    expect(message).toBe('validation and test text leave 0 characters, too few to learn from');
    expect(exitCode).toBe(ExitCode.badData);
  });

  it('fits any text of 32 or more characters, and never exceeds the request', () => {
    const length = fc.oneof(
      fc.integer({ min: 32, max: 2000 }),
      fc.integer({ min: 32, max: 1e7 }),
      fc.integer({ min: 32, max: 2 ** 45 }),
    );
    const count = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 65536 }));
    const share = fc.oneof(fc.constantFrom(0, 0.1, 0.9), fc.double({ min: 0, max: 0.9, noNaN: true }));
    fc.assert(
      fc.property(length, share, count, count, (characters, validation, batchSize, sequenceLength) => {
        const request = { validation, test: 0, batchSize, sequenceLength };
        const { split, notices } = splitCorpus(whole(characters), request);
        expect(split.batchSize * split.sequenceLength).toBeLessThan(split.trainLength);
        expect(
          Math.floor(Math.floor((split.trainLength - 1) / split.batchSize) / split.sequenceLength),
        ).toBeGreaterThan(0);
        for (const key of ['validation', 'batchSize', 'sequenceLength'] as const) {
          expect(split[key]).toBeLessThanOrEqual(request[key]);
        }
        expect(split.batchSize).toBeGreaterThan(0);
        expect(split.sequenceLength).toBeGreaterThan(0);
        const kept = characters - split.trainLength;
        expect(kept === 0 || kept >= 16).toBe(true);
        expect(kept).toBeLessThanOrEqual(Math.ceil(characters * validation) + 1);
        const { trainLength: _, ...granted } = split;
        expect(notices.length > 0).toBe(JSON.stringify(granted) !== JSON.stringify(request));
        if (batchSize * sequenceLength < split.trainLength) {
          expect(split).toMatchObject({ batchSize, sequenceLength });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([0, 1, 2, 31])('refuses a text of %i characters', async (length) => {
    const request = { validation: 0.1, test: 0, batchSize: 1, sequenceLength: 1 };
    const { message, exitCode } = await errorOf(() => splitCorpus(whole(length), request));
    expect(message).toContain(`the text has ${length} character${length === 1 ? '' : 's'},`);
    expect(exitCode).toBe(ExitCode.badData);
  });
});

describe('batches', async () => {
  // Ids equal to their positions, so that a batch shows where it was read.
  const places = 4000;
  await writeFile(
    join(root, 'corpus.u32'),
    Uint32Array.from({ length: places }, (_, i) => i),
  );
  const dataset = new Dataset(root, 70_000);
  expect(dataset.length).toBe(places);
  const row = (batch: Uint32Array, rows: number, b: number) => [...batch].filter((_, i) => i % rows === b);
  const batches = fc
    .record({
      trainLength: fc.integer({ min: 2, max: 400 }),
      batchSize: fc.integer({ min: 1, max: 8 }),
      sequenceLength: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    })
    .filter(({ trainLength, batchSize, sequenceLength }) => batchSize * sequenceLength < trainLength)
    .map(({ seed, ...split }) => new Batches(dataset, split, seed));

  it('cover the training part in rows that continue from window to window', () => {
    fc.assert(
      fc.property(batches, fc.nat(5), (reader, epoch) => {
        const { batchSize, sequenceLength, trainLength } = reader.split;
        const first = epoch * reader.windowsPerEpoch;
        const seen = new Set<number>();
        for (let b = 0; b < batchSize; b++) {
          let next: number | undefined;
          for (let window = 0; window < reader.windowsPerEpoch; window++) {
            const batch = reader.read(first + window);
            expect(batch.inputs.length).toBe(batchSize * sequenceLength);
            const inputs = row(batch.inputs, batchSize, b);
            const targets = row(batch.targets, batchSize, b);
            next ??= inputs[0]!;
            expect(inputs).toEqual(inputs.map((_, t) => next! + t));
            expect(targets).toEqual(inputs.map((place) => place + 1));
            next = targets.at(-1)!;
            for (const place of targets) seen.add(place);
          }
        }
        // Every target once, all in the training part, with less than a window per row left over.
        expect(seen.size).toBe(reader.windowsPerEpoch * batchSize * sequenceLength);
        expect(Math.max(...seen)).toBeLessThan(trainLength);
        const stream = Math.floor((trainLength - 1) / batchSize);
        expect(trainLength - 1 - seen.size).toBe(
          ((trainLength - 1) % batchSize) + batchSize * (stream % sequenceLength),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('start an epoch only at its first window', () => {
    fc.assert(
      fc.property(batches, (reader) => {
        const epochs = Array.from({ length: 3 * reader.windowsPerEpoch }, (_, step) =>
          reader.startsEpoch(step),
        );
        expect(epochs).toEqual(epochs.map((_, step) => step % reader.windowsPerEpoch === 0));
        expect(epochs.filter((starts) => starts).length).toBe(3);
      }),
    );
  });

  it('are a function of the step', () => {
    fc.assert(
      fc.property(batches, fc.array(fc.nat(1e9), { minLength: 1, maxLength: 6 }), (reader, steps) => {
        const forwards = steps.map((step) => reader.read(step));
        const again = new Batches(dataset, reader.split, reader.seed);
        const backwards = steps.toReversed().map((step) => again.read(step));
        expect(backwards.toReversed()).toEqual(forwards);
      }),
    );
  });

  it('shift with epoch and seed, so that leftover characters are used as well', () => {
    const split = { trainLength: 4 * 100 + 1, batchSize: 4, sequenceLength: 16, validation: 0.1 };
    const starts = (seed: number) =>
      Array.from({ length: 60 }, (_, epoch) => new Batches(dataset, split, seed).read(6 * epoch).inputs[0]!);
    expect(new Set(starts(1))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(starts(2)).not.toEqual(starts(1));
    const reader = new Batches(dataset, split, 1);
    const seen = new Set<number>();
    for (let step = 0; step < 60 * 6; step++) for (const place of reader.read(step).targets) seen.add(place);
    expect(seen.size).toBe(split.trainLength - 1); // all but the very first character, which nothing precedes
  });

  it('are time-major', () => {
    const { inputs, targets } = readWindow(dataset, [10, 50, 90], 2);
    expect([...inputs]).toEqual([10, 50, 90, 11, 51, 91]);
    expect([...targets]).toEqual([11, 51, 91, 12, 52, 92]);
  });

  it('along parts of a text contain each character once, in order, and never span a start', () => {
    const some = fc.record({
      starts: fc.array(fc.integer({ min: 300, max: 3000 }), { minLength: 1, maxLength: 4 }),
      length: fc.integer({ min: 0, max: 300 }),
      warmUp: fc.integer({ min: 0, max: 300 }),
      steps: fc.integer({ min: 1, max: 70 }),
    });
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    fc.assert(
      fc.property(some, ({ starts, length, warmUp, steps }) => {
        const windows = [...windowsAlong(dataset, { starts, length, warmUp, steps })];
        starts.forEach((start, b) => {
          const read = (key: 'inputs' | 'targets') =>
            windows.flatMap((window) => row(window[key], starts.length, b));
          expect(read('inputs')).toEqual(range(start - warmUp, start + length));
          expect(read('targets')).toEqual(range(start - warmUp + 1, start + length + 1));
          for (const { at, inputs } of windows) expect(inputs[b]).toBe(start + at);
        });
        for (const { at, inputs } of windows) {
          const last = at + inputs.length / starts.length - 1;
          expect(last < at + steps && last < 0 === at < 0).toBe(true);
        }
      }),
    );
  });
});

describe('the catalogue', () => {
  const installed = readCatalogue().filter((entry) => locateCorpus(entry));

  it('has the default corpus and our own text', () => {
    expect(installed.map(({ name }) => name)).toEqual(expect.arrayContaining([DEFAULT_CORPUS, 'lighthouse']));
  });

  it.each(installed)('counts the characters of $name', async ({ name, characters }) => {
    const { length, hash, datasetHash } = await prepare([name]);
    expect(length).toBe(characters);
    expect(datasetHash).toBe(hash);
  });
});
