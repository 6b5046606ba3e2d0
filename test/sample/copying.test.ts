import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import { Random, Stream } from '../../src/random.js';
import { CopyGuard, copyReport } from '../../src/sample/copying.js';
import { Dataset } from '../../src/text/dataset.js';
import { isSuffixArray, suffixArray } from '../../src/text/suffix-array.js';
import { openSuffixIndex } from '../../src/text/suffix-file.js';
import { SuffixIndex } from '../../src/text/suffix-index.js';
import type { IdArray } from '../../src/text/vocabulary.js';
import { temporaryFolder } from '../helpers/cli.js';
import { thrownBy } from '../helpers/files.js';

const root = await temporaryFolder();

/** Texts of few distinct ids, whose repetitions make suffixes hard to sort. */
const texts = (maxLength: number): fc.Arbitrary<number[]> => {
  const plain = fc.integer({ min: 1, max: 5 }).chain((alphabet) => arrays(alphabet, maxLength));
  const repeated = fc
    .tuple(arrays(3, 6), fc.integer({ min: 1, max: 8 }), arrays(3, 4))
    .map(([unit, times, rest]) => [...Array.from({ length: times }, () => unit).flat(), ...rest]);
  return fc.oneof(plain, repeated);
};
const arrays = (alphabet: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: alphabet - 1 }), { maxLength });

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function sortedNaively(ids: readonly number[]): number[] {
  return [...ids.keys()].sort((a, b) => compare(ids.slice(a), ids.slice(b)));
}

const occursAt = (corpus: ArrayLike<number>, part: ArrayLike<number>, position: number) =>
  position + part.length <= corpus.length && Array.from(part).every((id, i) => corpus[position + i] === id);

const placesOf = (corpus: readonly number[], part: readonly number[]) =>
  [...corpus.keys()].filter((position) => occursAt(corpus, part, position));

const indexOf = (ids: readonly number[]) =>
  new SuffixIndex(Uint8Array.from(ids), suffixArray(Uint8Array.from(ids), 256));

/** The ids that `mark` is called with. */
function marked(action: (mark: (id: number) => void) => void): number[] {
  const ids: number[] = [];
  action((id) => ids.push(id));
  return ids;
}

/** The Fibonacci string, whose suffixes have long common prefixes, and similar ones. */
function grown(rule: (last: number[], former: number[]) => number[], length: number): number[] {
  let [former, last] = [[0], [1]];
  while (last.length < length) [former, last] = [last, rule(last, former)];
  return last.slice(0, length);
}

describe('the suffix array', () => {
  const agrees = (ids: readonly number[], alphabet: number, make: (ids: readonly number[]) => IdArray) => {
    const suffixes = suffixArray(make(ids), alphabet);
    expect([...suffixes]).toEqual(sortedNaively(ids));
    expect(isSuffixArray(suffixes, make(ids), alphabet)).toBe(true);
  };

  it('equals sorting, for any text', () => {
    fc.assert(
      fc.property(texts(80), (ids) => agrees(ids, 5, (values) => Uint8Array.from(values))),
      { numRuns: 1000 },
    );
  });

  it('equals sorting, for large alphabets', () => {
    const wide = (max: number) => fc.array(fc.integer({ min: 0, max }), { maxLength: 60 });
    fc.assert(fc.property(wide(999), (ids) => agrees(ids, 1000, (values) => Uint16Array.from(values))));
    fc.assert(
      fc.property(wide(69_999), (ids) => agrees(ids, 70_000, (values) => Uint32Array.from(values))),
      { numRuns: 20 },
    );
  });

  it.each([
    ['nothing', []],
    ['one character', [3]],
    ['two, rising', [0, 1]],
    ['two, falling', [1, 0]],
    ['two alike', [4, 4]],
    ['a run of one letter', new Array<number>(300).fill(2)],
    ['a run and its end', [...new Array<number>(300).fill(0), 1]],
    ["Fibonacci's string", grown((last, former) => [...last, ...former], 987)],
    ['its mirror image', grown((last, former) => [...former, ...last], 987)],
    [
      'the Thue-Morse string',
      Array.from({ length: 1024 }, (_, i) => i.toString(2).replaceAll('0', '').length % 2),
    ],
    ['a ruler', Array.from({ length: 1023 }, (_, i) => Math.clz32((i + 1) & -(i + 1)))],
  ])('equals sorting, for %s', (_, ids) => {
    agrees(ids, 32, (values) => Uint8Array.from(values));
  });

  it('is correct for a text that needs many levels of recursion', () => {
    const random = new Random(1, Stream.sampling);
    const ids = Uint8Array.from({ length: 200_000 }, () => random.below(2));
    ids.copyWithin(100_000, 0, 90_000);
    expect(isSuffixArray(suffixArray(ids, 2), ids, 2)).toBe(true);
  });

  it('is recognised among all other arrays', () => {
    const words = (letters: number[], length: number): number[][] =>
      length === 0 ? [[]] : words(letters, length - 1).flatMap((word) => letters.map((id) => [...word, id]));
    for (let length = 0; length <= 4; length++) {
      const candidates = words([-1, 0, 1, 2, 3, 4], length);
      for (const ids of words([0, 1], length)) {
        const found = candidates.filter((entries) =>
          isSuffixArray(Int32Array.from(entries), Uint8Array.from(ids), 2),
        );
        expect(found).toEqual([sortedNaively(ids)]);
      }
    }
  });

  it('is distinguished from one with two entries swapped or of another length', () => {
    fc.assert(
      fc.property(arrays(3, 30), fc.nat(), fc.nat(), (text, a, b) => {
        const ids = [...text, 0];
        const right = sortedNaively(ids);
        const [x, y] = [a % right.length, b % right.length];
        const swapped = right.with(x, right[y]!).with(y, right[x]!);
        const isRight = (entries: number[]) =>
          isSuffixArray(Int32Array.from(entries), Uint8Array.from(ids), 3);
        expect(isRight(swapped)).toBe(x === y);
        expect(isRight(right.slice(1))).toBe(false);
        expect(isRight([...right, right.length])).toBe(false);
      }),
    );
  });
});

describe('the index', () => {
  it('finds the characters that follow a string', () => {
    fc.assert(
      fc.property(texts(40), arrays(5, 5), fc.nat(), fc.nat(6), (corpus, other, at, length) => {
        const index = indexOf(corpus);
        for (const context of [other, corpus.slice(at % (corpus.length + 1)).slice(0, length), corpus]) {
          const next = placesOf(corpus, context).map((place) => corpus[place + context.length]);
          const all = [...new Set(context.length === 0 ? corpus : next)].filter((id) => id !== undefined);
          expect(marked((mark) => index.followers(context, mark))).toEqual(all.sort((a, b) => a - b));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('finds all of many followers, rare and frequent', () => {
    const random = new Random(2, Stream.sampling);
    const corpus = Array.from({ length: 5000 }, () => Math.floor(200 * random.uniform() ** 4));
    const index = indexOf(corpus);
    for (const context of [[0], [1], [0, 0], [199], []]) {
      const all = new Set(
        corpus.filter((_, i) => i >= context.length && occursAt(corpus, context, i - context.length)),
      );
      expect(marked((mark) => index.followers(context, mark))).toEqual([...all].sort((a, b) => a - b));
    }
  });

  it('finds the longest match', () => {
    fc.assert(
      fc.property(texts(40), texts(12), (corpus, text) => {
        const index = indexOf(corpus);
        for (let from = 0; from <= text.length; from++) {
          let longest = 0;
          while (
            from + longest < text.length &&
            placesOf(corpus, text.slice(from, from + longest + 1)).length > 0
          )
            longest++;
          const { position, length } = index.longestMatch(text, from);
          expect(length).toBe(longest);
          expect(occursAt(corpus, text.slice(from, from + length), position)).toBe(true);
          for (let to = from + 1; to <= text.length; to++)
            expect(index.occurs(text, from, to)).toBe(to - from <= longest);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not find characters that the corpus lacks', () => {
    const index = indexOf([0, 1, 2, 0xff]);
    for (const stranger of [3, 256, 0xffffffff, -1]) {
      expect(index.longestMatch([1, 2, stranger], 0)).toEqual({ position: 1, length: 2 });
      expect(index.longestMatch([stranger, 1], 0).length).toBe(0);
      expect(marked((mark) => index.followers([stranger], mark))).toEqual([]);
    }
  });
});

describe('the guard', () => {
  it('forbids exactly the characters that would complete a run of the corpus', () => {
    const walks = fc.record({
      corpus: fc.oneof(arrays(2, 60), arrays(3, 60), texts(60)),
      prompt: arrays(3, 12),
      limit: fc.integer({ min: 2, max: 9 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(walks, ({ corpus, prompt, limit, seed }) => {
        const guard = new CopyGuard(indexOf(corpus), limit);
        const random = new Random(seed, Stream.sampling);
        const text = [...prompt];
        for (const id of prompt) guard.read(id);
        const completesRun = (id: number) => {
          const run = [...text, id].slice(-limit);
          return run.length === limit && placesOf(corpus, run).length > 0;
        };
        while (text.length < prompt.length + 30) {
          const forbidden = marked((mark) => guard.forbid(mark));
          expect(forbidden).toEqual([0, 1, 2, 3, 4].filter(completesRun));
          const free = [0, 1, 2].filter((id) => !forbidden.includes(id));
          if (free.length === 0) break;
          const id = free[random.below(free.length)]!;
          guard.read(id);
          text.push(id);
        }
        for (let end = Math.max(prompt.length + 1, limit); end <= text.length; end++)
          expect(placesOf(corpus, text.slice(end - limit, end))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('forbids nothing if its limit exceeds the corpus', () => {
    const corpus = [0, 1, 2, 0, 1];
    const index = indexOf(corpus);
    for (const limit of [6, 7, 1e9]) {
      const guard = new CopyGuard(index, limit);
      for (const id of [...corpus, ...corpus]) {
        expect(marked((mark) => guard.forbid(mark))).toEqual([]);
        guard.read(id);
      }
    }
  });
});

describe('the report', () => {
  /** All passages that occur in the corpus and cannot be extended. */
  function overlapsNaively(corpus: readonly number[], text: readonly number[], least: number) {
    const has = (from: number, to: number) =>
      from >= 0 && to <= text.length && placesOf(corpus, text.slice(from, to)).length > 0;
    const found = [];
    for (let from = 0; from < text.length; from++) {
      for (let to = from + least; to <= text.length; to++) {
        if (has(from, to) && !has(from - 1, to) && !has(from, to + 1))
          found.push({ start: from, length: to - from });
      }
    }
    return found.sort((a, b) => b.length - a.length || a.start - b.start);
  }

  it('has all overlaps that cannot be extended and the share they cover', () => {
    fc.assert(
      fc.property(texts(30), texts(24), fc.integer({ min: 1, max: 6 }), (corpus, text, least) => {
        const { overlaps, share } = copyReport(indexOf(corpus), text, { least });
        const expected = overlapsNaively(corpus, text, least);
        expect(overlaps.map(({ start, length }) => ({ start, length }))).toEqual(expected);
        for (const { start, length, position } of overlaps)
          expect(occursAt(corpus, text.slice(start, start + length), position)).toBe(true);
        const covered = text.filter((_, at) =>
          expected.some(({ start, length }) => start <= at && at < start + length),
        );
        expect(share).toBe(text.length > 0 ? covered.length / text.length : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('reports overlaps of at least 20 characters by default', () => {
    const random = new Random(3, Stream.sampling);
    const corpus = Array.from({ length: 1000 }, () => random.below(50));
    const text = [
      99,
      ...corpus.slice(100, 119),
      99,
      ...corpus.slice(200, 220),
      99,
      ...corpus.slice(300, 340),
    ];
    const { overlaps, share } = copyReport(indexOf(corpus), text);
    expect(overlaps).toEqual([
      { start: 42, length: 40, position: 300 },
      { start: 21, length: 20, position: 200 },
    ]);
    expect(share).toBe(60 / text.length);
  });

  it('has one overlap for a long text that is copied as a whole', () => {
    const corpus = Array.from({ length: 50_000 }, (_, i) => ((i * i) % 251) & 7);
    const { overlaps, share } = copyReport(indexOf(corpus), corpus);
    expect(overlaps).toEqual([{ start: 0, length: 50_000, position: 0 }]);
    expect(share).toBe(1);
  });
});

describe('the index of a run', () => {
  const random = new Random(4, Stream.sampling);
  const CORPUS = Uint8Array.from({ length: 3000 }, () => random.below(7));
  const NAME = 'corpus.suffixes';

  function newRun(ids: IdArray = CORPUS, vocabulary = 7) {
    const folder = mkdtempSync(join(root, 'run-'));
    writeFileSync(join(folder, `corpus.u${8 * ids.BYTES_PER_ELEMENT}`), ids);
    const hash = createHash('sha256').update(ids).digest('hex');
    return { folder, path: join(folder, NAME), vocabulary, corpus: { hash, length: ids.length } };
  }

  /** Opens the index and returns whether it was built for that; it has to be correct in any case. */
  function open({ folder, vocabulary, corpus }: ReturnType<typeof newRun>): 'built' | 'kept' {
    const dataset = new Dataset(folder, vocabulary);
    let how: 'built' | 'kept' = 'kept';
    const index = openSuffixIndex(dataset, corpus, () => {
      how = 'built';
    });
    const ids = Array.from(dataset.read(0, dataset.length));
    dataset.close();
    for (let at = 0; at + 5 < ids.length; at += 97) {
      const part = ids.slice(at, at + 5);
      const { position, length } = index.longestMatch(part, 0);
      expect([length, occursAt(ids, part, position)]).toEqual([5, true]);
      const next = new Set(placesOf(ids, part.slice(0, 3)).flatMap((place) => ids[place + 3] ?? []));
      expect(marked((mark) => index.followers(part.slice(0, 3), mark))).toEqual(
        [...next].sort((a, b) => a - b),
      );
    }
    return how;
  }

  it('is built once and kept', () => {
    const run = newRun();
    expect(open(run)).toBe('built');
    const first = statSync(run.path, { bigint: true });
    expect(open(run)).toBe('kept');
    const second = statSync(run.path, { bigint: true });
    expect([second.ino, second.mtimeNs]).toEqual([first.ino, first.mtimeNs]);
    expect(readdirSync(run.folder).sort()).toEqual([NAME, 'corpus.u8']);
  });

  it.each([
    ['u16', Uint16Array.from({ length: 500 }, () => random.below(300)), 300],
    ['u32', Uint32Array.from({ length: 500 }, () => random.below(70_000)), 70_000],
    ['u8 and two characters', Uint8Array.of(1, 0), 2],
  ])('is kept for ids of %s', (_, ids, vocabulary) => {
    const run = newRun(ids, vocabulary);
    expect([open(run), open(run)]).toEqual(['built', 'kept']);
  });

  const HEAD = `charlstm suffixes 1 ${newRun().corpus.hash} 3000\n`.length;

  it.each<[string, (path: string) => void]>([
    ['empty', (path) => truncateSync(path, 0)],
    ['cut short', (path) => truncateSync(path, statSync(path).size - 4)],
    ['cut within its first line', (path) => truncateSync(path, 10)],
    ['too long', (path) => appendFileSync(path, '\0\0\0\0')],
    ['garbage', (path) => writeFileSync(path, createHash('sha256').update('x').digest())],
    ['garbage of the right size', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 0xa5))],
    ['all zeros after its first line', (path) => edit(path, (bytes) => bytes.fill(0, HEAD))],
    ['of another format', (path) => edit(path, (bytes) => bytes.write('2', 'charlstm suffixes '.length))],
    ['of another text', (path) => edit(path, (bytes) => bytes.write('z', 'charlstm suffixes 1 '.length))],
    ['of another length', (path) => edit(path, (bytes) => bytes.write('9', HEAD - 2))],
    ['in another order', (path) => edit(path, (bytes) => bytes.subarray(HEAD).swap32())],
    ['that of another text of this length', (path) => edit(path, (bytes) => exchange(bytes, HEAD))],
  ])('is rebuilt if the kept file is %s', (_, damage) => {
    const run = newRun();
    expect(open(run)).toBe('built');
    const intact = readFileSync(run.path);
    damage(run.path);
    expect(open(run)).toBe('built');
    expect(readFileSync(run.path).equals(intact)).toBe(true);
    expect(open(run)).toBe('kept');
    expect(readdirSync(run.folder).sort()).toEqual([NAME, 'corpus.u8']);
  });

  function edit(path: string, change: (bytes: Buffer) => void): void {
    const bytes = readFileSync(path);
    change(bytes);
    writeFileSync(path, bytes);
  }

  /** Replaces the suffixes with those of another text, so that each entry is valid by itself. */
  function exchange(bytes: Buffer, head: number): void {
    const others = suffixArray(CORPUS.toReversed(), 7);
    bytes.set(new Uint8Array(others.buffer), head);
  }

  it('is rebuilt after a flip of any bit', () => {
    const run = newRun(CORPUS.subarray(0, 60));
    open(run);
    const bits = 8 * statSync(run.path).size;
    fc.assert(
      fc.property(fc.nat(bits - 1), (bit) => {
        edit(run.path, (bytes) => {
          bytes[bit >> 3]! ^= 1 << (bit & 7);
        });
        expect([open(run), open(run)]).toEqual(['built', 'kept']);
      }),
      { numRuns: 100 },
    );
  });

  it('is rebuilt for a text that has changed', () => {
    const run = newRun();
    open(run);
    const other = newRun(CORPUS.toReversed());
    writeFileSync(other.path, readFileSync(run.path));
    expect([open(other), open(other)]).toEqual(['built', 'kept']);
  });

  it('works if nothing can be kept', () => {
    const run = newRun();
    mkdirSync(run.path); // in the way, even of a user who may write everywhere
    expect([open(run), open(run)]).toEqual(['built', 'built']);
    expect(readdirSync(run.folder).sort()).toEqual([NAME, 'corpus.u8']);
  });

  it.skipIf(process.getuid?.() === 0)('works in a read-only folder', () => {
    const run = newRun();
    chmodSync(run.folder, 0o500);
    expect([open(run), open(run)]).toEqual(['built', 'built']);
    expect(readdirSync(run.folder)).toEqual(['corpus.u8']);
    chmodSync(run.folder, 0o700);
  });

  it('is refused for a text other than that of the run', () => {
    const run = newRun();
    for (const corpus of [
      { ...run.corpus, hash: newRun(Uint8Array.of(0, 1)).corpus.hash },
      { ...run.corpus, length: 2999 },
    ]) {
      const error = thrownBy(() => open({ ...run, corpus }));
      expect([error.message, error.exitCode]).toEqual([
        `${join(run.folder, 'corpus.u8')} is not the text that the run started with`,
        ExitCode.badData,
      ]);
    }
    expect(readdirSync(run.folder)).toEqual(['corpus.u8']);
  });

  it('is refused for a text that is too long for memory', () => {
    const run = newRun();
    const corpus = { ...run.corpus, length: 256_000_001 };
    truncateSync(join(run.folder, 'corpus.u8'), corpus.length); // a hole on the disk
    expect(thrownBy(() => open({ ...run, corpus })).message).toBe(
      'the text of the run has 256,000,001 characters, too many to search for copies',
    );
  });
});
