import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { openEngine } from '../../src/engine/engine.js';
import { Weights } from '../../src/model/weights.js';
import { Random, Stream } from '../../src/random.js';
import { type Choice, choose } from '../../src/sample/choose.js';
import { leadInRandom, opening, readOpening } from '../../src/sample/opening.js';
import { Reader } from '../../src/sample/reader.js';
import { Recall, readingStart } from '../../src/sample/recall.js';
import { type Suggested, Suggester, type SuggestOptions } from '../../src/sample/suggest.js';
import type { Encoding } from '../../src/text/encoding/names.js';
import { Vocabulary } from '../../src/text/vocabulary.js';
import { initialiseSmall } from '../helpers/models.js';

const LETTERS = 'abcdefgh \n’é😀';

/** An untrained network with enlarged logits, so that what it writes depends on what it read. */
function modelOf(codePoints: readonly number[], encoding: Encoding = 'utf8'): CharacterModel {
  const vocabulary = new Vocabulary(
    [...codePoints].sort((a, b) => a - b),
    encoding,
  );
  const config = {
    cell: 'lstm',
    vocabulary: vocabulary.size,
    embedding: 6,
    hidden: 10,
    layers: 2,
    dropout: 0,
  } as const;
  const weights = new Weights(openEngine(), config, { training: false });
  initialiseSmall(weights, 3, 20);
  return { config, vocabulary, weights };
}

const model = modelOf(Array.from(LETTERS, (c) => c.codePointAt(0)!));
const OPTIONS: SuggestOptions = { temperature: 1, seed: 5 };

function suggested(suggester: Suggester, before: string, options = OPTIONS): Suggested {
  let last: Suggested | undefined;
  for (const progress of suggester.suggest(before, options)) last = progress;
  return last!;
}

/** What a separate reader writes after a lead-in and a text, up to a line break, or a space after 80 to 120 characters. */
function written(before: string, seed: number, choice: Choice): string {
  const reader = new Reader(model);
  const ids = model.vocabulary.encode(before, 'nearest');
  const random = new Random(seed, Stream.sampling, ids.length);
  readOpening(reader, opening(model, new Uint32Array(), leadInRandom(0)));
  if (ids.length > 0) reader.read(ids);
  let text = '';
  for (let count = 0; count < 120; count++) {
    const id = choose(reader.logits(), choice, random.uniform());
    const character = model.vocabulary.character(id);
    if (character === '\n' && /\S/.test(text)) break;
    if (character === ' ' && count >= 80) break;
    text += character;
    reader.read(Uint32Array.of(id));
  }
  return text;
}

const texts = fc.string({ unit: fc.constantFrom(...Array.from(`${LETTERS}'E鯨`)), maxLength: 150 });

describe('alternatives', () => {
  const suggester = new Suggester(model, 3);

  it('equal those of a separate reader with each seed', () => {
    const choices = fc.constantFrom<Choice>(
      { temperature: 0 },
      { temperature: 0.7, topK: 3 },
      { temperature: 1.5, minP: 0.1 },
    );
    fc.assert(
      fc.property(texts, choices, fc.nat(2 ** 32 - 1), (before, choice, seed) => {
        const { alternatives, done } = suggested(suggester, before, { ...choice, seed });
        const expected = [0, 1, 2].map((i) => written(before, (seed + i) % 2 ** 32, choice));
        expect({ alternatives, done }).toEqual({ alternatives: expected, done: true });
      }),
      { numRuns: 60 },
    );
  });

  it('are the same whatever was suggested before and whenever that was abandoned', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, fc.nat(40)), { maxLength: 4 }), texts, (former, before) => {
        const used = new Suggester(model, 3);
        for (const [text, steps] of former) {
          const work = used.suggest(text, OPTIONS);
          for (let i = 0; i < steps; i++) work.next();
          work.return(undefined);
        }
        expect(suggested(used, before)).toEqual(suggested(suggester, before));
      }),
      { numRuns: 40 },
    );
  });

  it('stay the same while the user types what was suggested', () => {
    for (const before of ['', 'abc', 'a\nb']) {
      const [line] = suggested(suggester, before).alternatives;
      const typed = Array.from(line!).slice(0, 5).join('');
      const [rest] = suggested(suggester, before + typed).alternatives;
      expect(rest!.startsWith(line!.slice(typed.length))).toBe(true);
    }
  });

  it('grow and have line breaks only at their beginning', () => {
    let former = ['', '', ''];
    for (const { alternatives } of suggester.suggest('abc', OPTIONS)) {
      alternatives.forEach((text, i) => {
        expect(text.startsWith(former[i]!)).toBe(true);
        expect(text).toMatch(/^\s*[^\n]*$/);
      });
      former = [...alternatives];
    }
  });

  it('consist of whole characters for a model of bytes', () => {
    const bytes = new Suggester(
      modelOf(
        Array.from({ length: 256 }, (_, i) => i),
        'bytes',
      ),
      2,
    );
    for (const { alternatives } of bytes.suggest('é鯨', { temperature: 2, seed: 1 })) {
      for (const text of alternatives) expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
    }
  });
});

describe('reading', () => {
  const last = (recall: Recall, text: string) => {
    const work = recall.read(text);
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
    }
  };

  it('a changed text from its start gives the same as continuing where it changed', () => {
    const edits = fc.array(fc.tuple(fc.nat(300), fc.nat(20), texts), { maxLength: 6 });
    fc.assert(
      fc.property(edits, (steps) => {
        const recall = new Recall(model);
        let text = '';
        for (const [at, removed, inserted] of steps) {
          text = text.slice(0, at) + inserted + text.slice(at + removed);
          const { logits, state, read } = last(recall, text);
          expect({ logits, state, read }).toEqual(
            (({ logits, state, read }) => ({ logits, state, read }))(last(new Recall(model), text)),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('starts one to two thousand characters before the end of a long text, at places that seldom change', () => {
    const text = '😀'.repeat(4000);
    for (let end = 0; end < text.length; end += 2) {
      const from = readingStart(text, end);
      expect(end - from).toBeLessThan(2000);
      expect(from).toBeLessThanOrEqual(Math.max(0, end - 999));
      expect(from % 2).toBe(0);
    }
    const starts = new Set(Array.from({ length: 8000 }, (_, end) => readingStart('a'.repeat(8000), end)));
    expect([...starts]).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000]);
  });

  it('covers only what is new', () => {
    const recall = new Recall(model);
    const slices = (text: string) => Array.from(recall.read(text)).length;
    const long = 'abcdefgh '.repeat(120);
    expect(slices(long)).toBeGreaterThan(60);
    expect(slices(`${long}a`)).toBe(1);
    expect(slices(`${long}ab`)).toBe(1);
    expect(slices(`${long}a`)).toBe(0);
    expect(slices(long.slice(0, -30))).toBeLessThanOrEqual(5);
    expect(slices(long)).toBeLessThanOrEqual(5);
  });
});
