import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../src/errors.js';
import { Records } from '../../../../src/text/collection/records/records.js';
import { pointsOf, stringOf } from '../../../../src/text/points.js';

interface Text {
  readonly text: string;
  readonly labels?: readonly string[];
}

/** Reads the records of a file that comes in these chunks. */
async function read(
  source: string,
  chunks: readonly string[],
  column: string,
  labels: readonly string[] = [],
) {
  const records = new Records(source, {
    column,
    labels: labels.map((name) => ({ column: name, values: [] })),
  });
  const texts: Text[] = [];
  let text: string | undefined;
  let given: readonly string[] | undefined;
  const take = (pieces: Awaited<ReturnType<Records['push']>>) => {
    for (const piece of pieces) {
      if (text === undefined) given = piece.labels;
      text = `${text ?? ''}${stringOf(piece.points)}`;
      if (!piece.ends) continue;
      texts.push({ text, ...(given && { labels: given }) });
      text = undefined;
    }
  };
  for (const chunk of chunks) take(await records.push(pointsOf(chunk)));
  take(await records.end());
  return { texts, empty: records.empty };
}

const FORMS: Record<string, string> = {
  'poems.csv': 'kind,text\nhaiku,"rain, ""again"""\node,"O gate\nof tin"\nhaiku,🙂\nnone,\n',
  'poems.tsv': 'kind\ttext\nhaiku\t"rain, ""again"""\node\t"O gate\nof tin"\nhaiku\t🙂\nnone\t\n',
  'poems.jsonl':
    '{"kind":"haiku","text":"rain, \\"again\\""}\n{"kind":"ode","text":"O gate\\nof tin"}\n\n{"kind":"haiku","text":"🙂"}\n{"kind":"none","text":null}',
  'poems.json':
    '[{"kind":"haiku","text":"rain, \\"again\\""},\n{"kind":"ode","text":"O gate\\nof tin"},{"kind":"haiku","text":"🙂"},{"kind":"none"}]',
};

describe.each(Object.entries(FORMS))('in %s', (name, file) => {
  test('each record is a text with its labels, and one without text is left out', async () => {
    expect(await read(name, [file], 'text', ['kind'])).toEqual({
      texts: [
        { text: 'rain, "again"', labels: ['haiku'] },
        { text: 'O gate\nof tin', labels: ['ode'] },
        { text: '🙂', labels: ['haiku'] },
      ],
      empty: 1,
    });
  });

  test('the format is recognised from the content, too', async () => {
    expect(await read('standard input', [file], 'text', ['kind'])).toEqual(
      await read(name, [file], 'text', ['kind']),
    );
  });

  test('chunks make no difference', async () => {
    const whole = await read(name, [file], 'text', ['kind']);
    const cuts = fc.uniqueArray(fc.integer({ min: 30, max: file.length }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const points = Array.from(file);
        const sorted = [0, ...places.sort((a, b) => a - b), points.length];
        const chunks = sorted.slice(1).map((end, i) => points.slice(sorted[i], end).join(''));
        expect(await read(name, chunks, 'text', ['kind'])).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  test('a column that is not there is refused with those that are', async () => {
    const error = await read(name, [file], 'txet').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: `${name} has no column "txet"`,
      hint: 'Its columns are: kind, text.',
    });
    await expect(read(name, [file], 'text', ['gnere'])).rejects.toThrow('has no column "gnere"');
  });
});

test('CR LF, a single CR and blank lines end rows as LF does', async () => {
  const { texts } = await read('a.csv', ['text\r\none\r\n\r\ntwo\rthree\n'], 'text');
  expect(texts.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
});

test('semicolons separate columns where the header has them', async () => {
  const { texts } = await read('a.csv', ['nr;text\n1;one, or so\n'], 'text');
  expect(texts).toEqual([{ text: 'one, or so' }]);
});

test('numbers and yes and no become text, and a list of texts is a column called text', async () => {
  expect((await read('a.jsonl', ['{"n":1.5}\n{"n":true}\n{"n":-0}'], 'n')).texts).toEqual([
    { text: '1.5' },
    { text: 'true' },
    { text: '0' },
  ]);
  expect((await read('a.json', ['["one", "two"]'], 'text')).texts).toEqual([
    { text: 'one' },
    { text: 'two' },
  ]);
});

test('a list of lines is one text, and no label', async () => {
  const verse = '[{"lines":["Salt on the window,","and rain."],"tags":["sea"]}]';
  expect((await read('a.json', [verse], 'lines')).texts).toEqual([
    { text: 'Salt on the window,\nand rain.' },
  ]);
  await expect(read('a.json', [verse], 'lines', ['tags'])).rejects.toThrow('has a list in the column "tags"');
});

test('half a character, which JSON can have, becomes U+FFFD', async () => {
  expect((await read('a.jsonl', ['{"text":"a\\ud83d"}'], 'text')).texts).toEqual([{ text: 'a\ufffd' }]);
});

test('a file with a header only, or nothing, has no texts', async () => {
  expect((await read('a.csv', ['kind,text\n'], 'text')).texts).toEqual([]);
  expect((await read('a.json', ['[]'], 'text')).texts).toEqual([]);
  expect((await read('a.json', [' '], 'text')).texts).toEqual([]);
  expect((await read('a.csv', [], 'text')).texts).toEqual([]);
});

test('a field of 2 MB is one text', async () => {
  const long = 'a river '.repeat(250_000);
  const { texts } = await read('a.csv', ['text\n"', long, '"\n'], 'text');
  expect(texts[0]!.text.length).toBe(2_000_000);
});

test('two columns with one name are refused', async () => {
  const error = await read('a.csv', ['text, text\none,two\n'], 'text').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toBe('a.csv has two columns "text"');
});

test.each([
  ['a.csv', 'a,text\n1,"two\n3,four\n', 'a quote is opened in or after line 2 and not closed'],
  ['a.csv', 'a,text\n1,tw"o\n', 'line 2 has a quote within a field'],
  ['a.csv', 'a,text\n1,"tw"o\n', 'line 2 has more characters after a closing quote'],
  ['a.csv', 'a,text\n1,two\n3\n', 'line 3 has 1 column, and the header 2'],
  ['a.csv', 'a,text\n1,two,3\n', 'line 2 has 3 columns, and the header 2'],
  ['a.jsonl', '{"text":"one"}\n{"text":"two"\n', 'line 2 is not JSON: {"text":"two"'],
  ['a.jsonl', '{"text":"one"}\n[1]\n', 'line 2 is not an object with columns'],
  ['a.jsonl', '{"text":{"de":"eins"}}\n', 'line 1 has an object in the column "text"'],
  ['a.json', '[{"text":"one"},{"text":["two", 3]}]', 'record 2 has a list in the column "text"'],
  ['a.json', '[{"text":"one"},{"text":"two"]', 'after record 1 it is not JSON'],
  ['a.json', '[{"text":"one"},', 'after record 1 it is not JSON'],
  ['a.json', '{"text":"one"}', 'it is not a list in square brackets'],
  ['a.json', '[1]', 'record 1 is not an object with columns'],
])('what is wrong with %s is said with its place: %s', async (name, file, message) => {
  const error = await read(name, [file], 'text').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toContain(`${name}: ${message}`);
});
