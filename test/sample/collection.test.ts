// Whole texts of a collection: where they begin and end, their labels, and which of them are left out.

import { describe, expect, it, vi } from 'vitest';
import { generate } from '../../src/api/generate.js';
import { Random, Stream } from '../../src/random.js';
import { beamSearch } from '../../src/sample/beam.js';
import { fillIn } from '../../src/sample/fill.js';
import { Novelty, streamNovel, writeNovel } from '../../src/sample/novelty.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { Plan } from '../../src/sample/plan.js';
import { type Reader, withReader } from '../../src/sample/reader.js';
import { Recall } from '../../src/sample/recall.js';
import { inRows, restInRows, shownTexts } from '../../src/sample/shown.js';
import { Suggester } from '../../src/sample/suggest.js';
import { Writer } from '../../src/sample/writer.js';
import type { Collection } from '../../src/text/collection/collection.js';
import { KnownTexts } from '../../src/text/collection/known-texts.js';
import { thrownBy } from '../helpers/files.js';
import { corpusOf, modelOf, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const LINES: Collection = { division: 'line', labels: [] };
const KINDS: Collection = {
  division: 'record',
  column: 'text',
  labels: [
    {
      column: 'kind',
      values: [
        { value: 'a=b', texts: 30 },
        { value: 'c', texts: 70 },
      ],
    },
    {
      column: 'author',
      values: [
        { value: 'x', texts: 1 },
        { value: 'y', texts: 1 },
        { value: 'z', texts: 2 },
      ],
    },
  ],
};
const lines = modelOf('abcdef', { collection: LINES });
const end = lines.vocabulary.end!;
const kinds = modelOf('abcdef', { collection: KINDS });

/** Writes the likeliest text after ids that are read from zero state. */
function likeliest(before: readonly number[], { vocabulary, ...model } = lines): string {
  return withReader({ vocabulary, ...model }, 1, (reader: Reader) => {
    reader.start();
    reader.read(Uint32Array.from(before));
    let text = '';
    while (text.length < 60) {
      const logits = [...reader.logits()].slice(0, end + 1);
      if (text === '') logits[end] = Number.NEGATIVE_INFINITY;
      const id = logits.indexOf(Math.max(...logits));
      if (id === end) break;
      text += vocabulary.character(id);
      reader.read(Uint32Array.of(id));
    }
    return text;
  });
}

describe('a text of a collection', () => {
  it('begins as every text does, and ends where the network ends it', async () => {
    const [text] = await writeMany({ temperature: 0, length: 60, leadIn: true }, 1, lines);
    expect(text!.text).toBe(likeliest([end]));
    const texts = await writeMany({ length: 1000 }, 200, lines);
    for (const { text, reason } of texts) {
      expect(text).toMatch(/^[a-f]+$/);
      expect(reason).toBe('end');
    }
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(50);
  });

  it('is what its seed gives alone', async () => {
    const options = { length: 500, prompt: 'be' };
    const texts = await writeMany({ ...options, seed: 7 }, 70, kinds);
    for (const { text, seed, labels } of [texts[0]!, texts[69]!]) {
      let alone = '';
      for await (const piece of generate(kinds, { ...options, seed })) alone += piece;
      expect(alone).toBe(`be${text}`);
      const label = Object.entries(labels).map(([column, value]) => `${column}=${value}`);
      const [same] = await writeMany({ ...options, seed, label }, 1, kinds);
      expect(same!.text).toBe(text);
    }
  });

  it('may be only its prompt, but is never empty', async () => {
    const isEmpty = ({ text }: { text: string }) => text === '';
    expect((await writeMany({ prompt: 'fad' }, 300, lines)).some(isEmpty)).toBe(true);
    expect((await writeMany({}, 300, lines)).some(isEmpty)).toBe(false);
  });

  it('ends wherever other rules allow it', async () => {
    const ends = async (options: GenerateOptions) =>
      new Set((await writeMany({ length: 200, ...options }, 60, lines)).map(({ reason }) => reason));
    expect(await ends({ allow: 'ab' })).toEqual(new Set(['end']));
    expect(await ends({ until: 'line', corpus: corpusOf(lines, 'abcdef'), noCopy: 2 })).toEqual(
      new Set(['end']),
    );
    expect(await ends({ words: 2 })).toEqual(new Set(['end']));
    expect(await ends({ stop: ['a'] })).toEqual(new Set(['end', 'stop']));
    expect(await ends({ length: 2 })).toEqual(new Set(['end', 'length']));
  });

  it('matches a pattern as a whole', async () => {
    const texts = await writeMany({ match: '(ab|c|f)+', length: 400 }, 60, lines);
    for (const { text, reason } of texts) {
      expect(text).toMatch(/^(ab|c|f)+$/);
      expect(reason).toBe('match');
    }
    expect(new Set(texts.map(({ text }) => text.length)).size).toBeGreaterThan(3);
  });

  it('is found by a beam of width 1 as at temperature 0', async () => {
    for (const options of [{}, { prompt: 'a' }, { match: '[a-c]+' }, { label: ['author=x'] }]) {
      const model = 'label' in options ? kinds : lines;
      const [text] = await writeMany({ length: 60, temperature: 0, ...options }, 1, model);
      expect(beamSearch(new Plan(model, { length: 60, ...options }), 1)[0]).toEqual(text);
    }
  });

  it('ends with the ending that is filled in to', () => {
    const plan = new Plan(lines, { prompt: 'a', length: 30, logProbabilities: true });
    const found = fillIn(plan, lines.vocabulary.encode('fed'), 64, 5);
    expect(found).toHaveLength(5);
    for (const { text, reason, logProbabilities } of found) {
      expect(text).toMatch(/^[a-f]+fed$/);
      expect(reason).toBe('ending');
      expect(logProbabilities).toHaveLength(text.length);
    }
  });
});

describe('samples of training', () => {
  const draws = () => ({ text: new Random(1, Stream.sampling), leadIn: new Random(1, Stream.leadIn) });
  const shown = (model: typeof lines, prompt: string, length: number) => {
    const ids = new Writer(model).write(model.vocabulary.encode(prompt), length, { temperature: 1 }, draws());
    return shownTexts(model, [...ids]);
  };

  it('are whole texts one below the other, as many as fit', () => {
    const texts = shown(lines, '', 500);
    expect(texts.length).toBeLessThanOrEqual(500);
    expect(texts).toMatch(/^([a-f]+\n){2,}[a-f]+$/);
    expect(shown(kinds, 'ab', 200)).toMatch(/^([a-f]*\n)+[a-f]*$/);
    expect(shown(lines, '', 1)).toMatch(/^[a-f]$/);
  });

  it('are separated as the texts of the corpus are', () => {
    const of = (collection: Collection) => shown(modelOf('ab\n', { collection }), '', 100);
    expect(of({ division: 'paragraph', labels: [] })).toContain('\n\n');
    expect(of({ division: 'file', labels: [] })).toContain('\n---\n');
    expect(of({ division: 'separator', textsEnd: '%', labels: [] })).toContain('\n%\n');
  });

  it('are turned back if the network writes column by column', () => {
    const model = modelOf('ab\n', { collection: { division: 'file', byColumn: true, labels: [] } });
    const ids = [...model.vocabulary.encode('ab\nba\naa'), model.vocabulary.end!];
    const [grid] = [
      ...writeNovel(new Plan(model, { prompt: 'ab\nab', length: 40 }), new Novelty(undefined, true), {
        seed: 1,
        count: 1,
      }),
    ];
    expect(inRows(model, `aa\nbb${grid!.text}`)).toMatch(/^ab.*\nab/);
    expect(restInRows(model, '\nab\nbb\nb')).toBe('abb\nbb ');
    expect(shownTexts(model, [...ids, model.vocabulary.idOf(0x61)!])).toBe('aba\nbaa\n---\na');
  });
});

describe('in a file that is written with suggestions', () => {
  const PARAGRAPHS: Collection = { division: 'paragraph', labels: [] };
  const SEPARATED: Collection = { division: 'separator', textsEnd: '|*|', labels: [] };
  const logitsAfter = (model: typeof lines, text: string) => {
    const reading = new Recall(model).read(text);
    let step = reading.next();
    while (!step.done) step = reading.next();
    return step.value.logits;
  };

  it('only the text under the cursor is read', () => {
    const cards = modelOf('abc\n', { collection: PARAGRAPHS });
    const parts = modelOf('abc\n', { collection: SEPARATED });
    const files = modelOf('abc\n', { collection: { division: 'file', labels: [] } });
    const cases: [model: typeof lines, before: string, text: string][] = [
      [lines, 'ab\ncd\r\n', 'fe'],
      [lines, 'abcdef\n'.repeat(500), ''],
      [cards, 'a\nb\n \n\n', 'a\nb'],
      [parts, 'a\n\nb\n|*|\n', 'c\n\na'],
    ];
    for (const [model, before, text] of cases) {
      expect(logitsAfter(model, before + text)).toEqual(logitsAfter(model, text));
      expect(logitsAfter(model, before + text)).not.toEqual(logitsAfter(model, 'ba'));
    }
    expect(logitsAfter(files, 'a\n\nb')).not.toEqual(logitsAfter(files, 'b'));
  });

  it('the end of a text is followed by the beginning of another one', () => {
    const suggester = new Suggester(lines, 3);
    const last = (before: string, seed: number) =>
      [...suggester.suggest(before, { temperature: 1, seed })].at(-1)!.alternatives;
    let next = 0;
    for (let seed = 0; seed < 40; seed++) {
      const [suggested] = last('be\nfad', seed) as [string];
      expect(suggested).toMatch(/^\n?[a-f]+$/);
      if (!suggested.startsWith('\n') || suggested.length < 5) continue;
      next++;
      expect(last(`be\nfad${suggested.slice(0, 4)}`, seed)[0]).toBe(suggested.slice(4));
    }
    expect(next).toBeGreaterThan(0);
    expect(last('be\n', 5).every((text) => /^[a-f]/.test(text))).toBe(true);
  });
});

describe('labels', () => {
  const labelsOf = async (options: GenerateOptions, count = 400) =>
    (await writeMany({ length: 1, ...options }, count, kinds)).map(({ labels }) => labels);

  it('are read before the text, in the order of their columns', async () => {
    const id = (column: string, value: string) => kinds.vocabulary.labelId(column, value)!;
    for (const author of ['x', 'y', 'z']) {
      const label = [`author=${author}`, 'kind=a=b'];
      const [text] = await writeMany({ temperature: 0, length: 60, label }, 1, kinds);
      expect(text!.labels).toEqual({ kind: 'a=b', author });
      const before = [end, id('kind', 'a=b'), id('author', author)];
      expect(text!.text).toBe(likeliest(before, kinds));
    }
  });

  it('are drawn as often as texts have them, unless they are given', async () => {
    const drawn = await labelsOf({ label: ['author=y'] });
    expect(drawn.every(({ author }) => author === 'y')).toBe(true);
    const share = drawn.filter(({ kind }) => kind === 'c').length / drawn.length;
    expect(Math.abs(share - 0.7)).toBeLessThan(0.08);
    expect(new Set((await labelsOf({})).map(({ author }) => author)).size).toBe(3);
    expect(await labelsOf({ temperature: 0 }, 2)).toEqual(Array(2).fill({ kind: 'c', author: 'z' }));
  });

  it('that no text has are refused, and those that exist are named', () => {
    const refused = (model: typeof lines, ...label: string[]) => thrownBy(() => new Plan(model, { label }));
    const { message, hint } = refused(kinds, 'author=xx');
    expect(message).toContain("no label 'author=xx'");
    expect(hint).toBe('Give one of these: author=x, author=y, author=z.');
    expect(refused(kinds, 'c').hint).toContain("kind='a=b', kind=c, author=x");
    expect(refused(kinds, 'kind=c', 'kind=a=b').message).toContain('one kind');
    expect(refused(lines, 'kind=c').hint).toContain('Leave it out');
  });
});

describe('of the texts that are drawn', () => {
  const ids = (texts: readonly string[]) =>
    Uint32Array.from([end, ...texts.flatMap((text) => [...lines.vocabulary.encode(text), end])]);
  const inMemory = (all: Uint32Array) => ({
    length: all.length,
    read: (from: number, count: number) => all.subarray(from, from + count),
  });
  const known = (texts: readonly string[]) => {
    const all = ids(texts);
    return new KnownTexts(inMemory(all), end);
  };
  const novel = (novelty: Novelty, count: number, options: GenerateOptions = {}) => [
    ...writeNovel(new Plan(lines, options), novelty, { seed: 3, count }),
  ];

  it('those that are in the corpus are left out, and none is written twice', async () => {
    const first = await writeMany({ seed: 3 }, 200, lines);
    const corpus = first.filter((_, i) => i % 3 === 0).map(({ text }) => text);
    const novelty = new Novelty(known(corpus), true);
    const texts = novel(novelty, 150);
    const expected = new Set((await writeMany({ seed: 3 }, 2000, lines)).map(({ text }) => text));
    for (const text of corpus) expected.delete(text);
    expect(texts.map(({ text }) => text)).toEqual([...expected].slice(0, 150));
    expect(novelty.known).toBeGreaterThan(20);
    expect(novelty.repeats).toBeGreaterThan(0);
  });

  it('all are kept if that is asked for', async () => {
    const expected = await writeMany({ seed: 3 }, 90, lines);
    expect(novel(new Novelty(undefined, false), 90)).toEqual(expected);
  });

  it('the prompt is a part, and labels are none', () => {
    const labelled = Uint32Array.of(end, end + 3, 0, 1, 2, end, end + 1, end);
    const texts = new KnownTexts(inMemory(labelled), end);
    const novelty = new Novelty(texts, true);
    expect(novelty.accepts([0, 1, 2])).toBe(false);
    expect(novelty.accepts([0, 1])).toBe(true);
    expect(novelty.accepts([])).toBe(false);
    for (const { text } of novel(new Novelty(known(['abc', 'abcd']), true), 20, { prompt: 'ab' }))
      expect(text).not.toMatch(/^cd?$/);
  });

  it('a single one is written from where it is certain to be new', () => {
    const options = { length: 300, temperature: 0.3 };
    const all = novel(new Novelty(undefined, false), 40, options).map(({ text }) => text);
    const corpus = [...all.slice(0, 20), ...all.slice(20).map((text) => `${text.slice(0, -1)}aa`)];
    const plan = new Plan(lines, options);
    const novelty = new Novelty(known(corpus), true);
    const drafts = [...streamNovel(plan, novelty, 3)].map(({ ids, length, reason }) => ({
      ids,
      length,
      reason,
    }));
    const [expected] = novel(new Novelty(known(corpus), true), 1, options);
    const last = drafts.at(-1)!;
    expect(lines.vocabulary.decode(last.ids.slice(0, last.length))).toBe(expected!.text);
    expect(novelty.known).toBe(all.indexOf(expected!.text));
  });

  it('the beginnings of known ones are known, however they are read', () => {
    const random = new Random(1, Stream.sampling);
    const texts = Array.from({ length: 3000 }, (_, i) =>
      Array.from({ length: i % 97 }, () => random.below(6)),
    );
    const all = Uint32Array.from([end, ...texts.flatMap((text) => [...text, end])]);
    const corpus = new KnownTexts(inMemory(all), end);
    for (const text of texts) {
      expect(corpus.has(text)).toBe(true);
      expect(corpus.mayHave(text)).toBe(true);
      if (text.length > 64) expect(corpus.mayHave(text.map((id) => 5 - id))).toBe(false);
      if (text.length > 20) expect(corpus.has(text.slice(1))).toBe(false);
    }
  });

  it('nearly all may be known: then it ends', () => {
    const novelty = new Novelty(known(['a', 'b']), true);
    const texts = novel(novelty, 50, { match: '[a-f]', length: 1 });
    expect(texts.map(({ text }) => text).sort()).toEqual(['c', 'd', 'e', 'f']);
    expect(novelty.isExhausted).toBe(true);
    expect(novel(new Novelty(undefined, true), 50, { temperature: 0 })).toHaveLength(1);
  });
});
