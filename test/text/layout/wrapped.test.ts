import { describe, expect, it, test } from 'vitest';
import { wrappingOf } from '../../../src/text/layout/wrapped.js';
import { wrapped } from '../../helpers/filters.js';
import { COLLECTIONS } from '../collection/recognition/collections.js';
import { WHOLES } from '../collection/recognition/wholes.js';
import { PARAGRAPHS, TALE, varied } from './tale.js';

const WRAPPED = ['a novel in wrapped lines', 'wrapped prose without blank lines'];

/** The width at which a text is recognised to be broken. */
const width = (text: string, isCut = false) => wrappingOf(text, isCut)?.width.columns;

describe('hard-wrapped prose is recognised', () => {
  test.each([40, 60, 72, 100])('at a width of %i', (columns) => {
    expect(width(wrapped(PARAGRAPHS, columns))).toBe(columns);
  });

  test.each(WRAPPED)('in %s', (name) => {
    expect(width(WHOLES[name]!)).toBeGreaterThan(50);
  });

  test('with indented paragraphs and no blank lines', () => {
    expect(width(wrapped(PARAGRAPHS, 60, '   ').replaceAll('\n\n', '\n'))).toBe(60);
  });

  test('where all of it is indented', () => {
    expect(wrappingOf(wrapped(PARAGRAPHS, 60, '    ', '    '), false)).toMatchObject({ indent: 4 });
  });

  test('in German, whose nouns begin with capital letters', () => {
    const paragraph =
      'Der alte Müller ging am Morgen mit seinem Hund über die Brücke und sah dem Wasser nach, das in der Nacht gestiegen war. Am anderen Ufer stand die Tochter des Wirts mit einem Korb voller Brot und rief ihm zu, der Wagen aus der Stadt sei noch immer nicht gekommen, und die Leute im Saal hätten Hunger.';
    expect(width(wrapped(varied(paragraph, 4), 64))).toBe(64);
  });

  test('in Russian, by characters as by bytes', () => {
    const paragraph =
      'Старый мельник утром пошёл с собакой через мост и долго смотрел на воду, которая за ночь поднялась до самых досок. На другом берегу стояла дочь трактирщика с полной корзиной хлеба и кричала ему, что телега из города всё ещё не приехала, а люди в зале давно хотят есть.';
    const lines = wrapped(varied(paragraph, 4), 64);
    expect(width(lines)).toBe(64);
    const bytes = wrapped(varied(Buffer.from(paragraph).toString('latin1'), 4), 72);
    expect(wrappingOf(Buffer.from(bytes, 'latin1').toString(), false)?.width).toMatchObject({
      unit: 'bytes',
      limit: 72,
    });
  });

  test('if its end was not read', () => {
    expect(width(wrapped(PARAGRAPHS, 60).slice(0, -20), true)).toBe(60);
  });

  test('with verse and headings between its paragraphs', () => {
    const verse = '  The heron keeps the book,\n  And turns a page of stone;\n\n';
    const parts = PARAGRAPHS.map((one, i) => `CHAPTER ${i + 1}\n\n${wrapped([one], 66)}\n${verse}`);
    expect(width(parts.join(''))).toBe(66);
  });
});

describe('nothing is recognised as hard-wrapped in', () => {
  test.each(Object.keys(WHOLES).filter((name) => !WRAPPED.includes(name)))('%s', (name) => {
    expect(wrappingOf(WHOLES[name]!, false)).toBeUndefined();
  });

  test.each(Object.keys(COLLECTIONS))('%s', (name) => {
    expect(wrappingOf(COLLECTIONS[name]!.text, false)).toBeUndefined();
  });

  test('prose with one line per paragraph', () => {
    expect(wrappingOf(TALE, false)).toBeUndefined();
    expect(wrappingOf(TALE.replaceAll('\n\n', '\n'), false)).toBeUndefined();
  });

  test('prose with one sentence per line', () => {
    expect(wrappingOf(TALE.replaceAll(/([.?!]) /g, '$1\n'), false)).toBeUndefined();
  });

  test('a few lines', () => {
    expect(wrappingOf('', false)).toBeUndefined();
    expect(wrappingOf(wrapped(PARAGRAPHS.slice(0, 1), 80), false)).toBeUndefined();
  });

  test('lines of words as long as each other', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${'x'.repeat(40)}${i}`);
    expect(wrappingOf(lines.join('\n'), false)).toBeUndefined();
  });
});

it('judges a text by its beginning', () => {
  const beginning = wrapped(
    PARAGRAPHS.flatMap((one) => varied(one, 200)),
    60,
  );
  expect(beginning.length).toBeGreaterThan(1 << 18);
  expect(width(beginning + TALE.repeat(1000))).toBe(60);
});
