import { describe, expect, test } from 'vitest';
import { recognise } from '../../../../src/text/collection/recognition/recognise.js';
import { COLLECTIONS } from './collections.js';
import { WHOLES } from './wholes.js';

const one = (text: string, name = 'corpus.txt', isCut = false) =>
  recognise([{ name, text, isCut }], { count: 1, sizes: [text.length] });

/** Recognises a folder of files with these names and texts. */
const folder = (files: readonly (readonly [name: string, text: string])[], size?: number) =>
  recognise(
    files.map(([name, text]) => ({ name: `folder/${name}`, text, isCut: size !== undefined })),
    { count: files.length, sizes: files.map(([, text]) => size ?? text.length) },
  );

describe('one whole text is', () => {
  test.each(Object.keys(WHOLES))('%s', (name) => {
    expect(one(WHOLES[name]!)).toMatchObject({ division: 'whole' });
  });

  test('a text whose end was not read', () => {
    expect(one(WHOLES['a novel in wrapped lines']!, 'novel.txt', true)).toMatchObject({ division: 'whole' });
  });

  test('a file of source code or a document, by its name', () => {
    const functions = WHOLES['functions in C with blank lines between']!;
    expect(one(functions, 'adders.c')).toMatchObject({ division: 'whole', evidence: 'code' });
    const { text } = COLLECTIONS['cards with labels']!;
    expect(one(text, 'cards.md')).toMatchObject({ division: 'whole' });
  });

  test('a file that is not text', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 2000 }, (_, i) => (i * 7919) % 251));
    expect(one(bytes)).toMatchObject({ division: 'whole' });
    expect(one('')).toMatchObject({ division: 'whole' });
  });
});

describe('a collection is recognised from', () => {
  test.each(Object.keys(COLLECTIONS))('%s', (name) => {
    const { text, texts } = COLLECTIONS[name]!;
    const { division, textsEnd } = one(text);
    expect(textsEnd ?? division).toBe(texts);
  });

  test('the same text when only its beginning was read', () => {
    const { text } = COLLECTIONS['names in no order']!;
    expect(one(text.slice(0, -2), 'names.txt', true)).toMatchObject({ division: 'line' });
  });
});

test('a list is whole with a hint if many of its lines recur, or many end like sentences', () => {
  const words = COLLECTIONS.words!.text;
  const hint = '--texts line would read each line as a text of its own';
  expect(one(`${words}\n${words}`)).toMatchObject({ division: 'whole', hint });
  expect(one(words.replaceAll('\n', '!\n'))).toMatchObject({ division: 'whole', hint });
});

describe('of several files', () => {
  const poem = (i: number) =>
    `Poem ${i}\n\nThe gate is shut,\nthe lamp is blown,\nand number ${i} walks alone.\n`;
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

  test('200 short poems are a text each', () => {
    expect(folder(many(200, (i) => [`${i}.txt`, poem(i)]))).toMatchObject({ division: 'file' });
  });

  test('levels of a game are a text each, also few of them', () => {
    const level = (i: number) =>
      `${'-'.repeat(40)}\n${'-'.repeat(20)}${'X'.repeat(20)}\n${'-'.repeat(i)}?${'X'.repeat(39 - i)}\n`;
    expect(folder(many(8, (i) => [`level-${i}.txt`, level(i)]))).toMatchObject({ division: 'file' });
  });

  test('chapters are one whole text, by their size or their names', () => {
    const long = WHOLES['a novel in wrapped lines']!;
    expect(
      folder(
        many(30, (i) => [`${i}.txt`, long]),
        30_000,
      ),
    ).toMatchObject({ division: 'whole' });
    expect(folder(many(30, (i) => [`chapter-${i}.txt`, long]))).toMatchObject({ division: 'whole' });
    expect(folder(many(30, (i) => [`Kapitel ${i}.txt`, long]))).toMatchObject({ division: 'whole' });
  });

  test('source code is one whole text', () => {
    const code = WHOLES.Python!;
    expect(folder(many(40, (i) => [`part${i}.py`, code]))).toMatchObject({ division: 'whole' });
    expect(folder(many(40, (i) => [`part${i}`, code]))).toMatchObject({ division: 'whole' });
  });

  test('lists are lists', () => {
    const names = COLLECTIONS['names in order']!.text;
    const files = [['girls.txt', names] as const, ['boys.txt', names.toLowerCase()] as const];
    expect(folder(files)).toMatchObject({ division: 'line' });
  });

  test('a few short files are one whole text, with a hint', () => {
    const { division, hint } = folder(many(6, (i) => [`${i}.txt`, poem(i)]));
    expect(division).toBe('whole');
    expect(hint).toContain('--texts file');
  });
});

test('where the evidence is weak, a hint names the option', () => {
  const { text } = COLLECTIONS.titles!;
  const headlines = text.toLowerCase();
  expect(one(headlines).hint).toContain('--texts line');
  const haiku = Array.from(
    { length: 15 },
    (_, i) => `rain on the tin roof\nnumber ${'abcdefghijklmno'[i]}\nis asleep`,
  );
  expect(one(haiku.join('\n\n')).hint).toContain('--texts paragraph');
  const scenes = WHOLES['chapters with scenes divided by stars']!;
  expect(one(scenes).hint).toContain('--texts-end "* * *"');
  expect(one(WHOLES['a novel in wrapped lines']!).hint).toBeUndefined();
});
