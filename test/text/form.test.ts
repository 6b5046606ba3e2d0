// Text that was typed, pasted or piped in meets a network that knows it in another form.

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/text/dataset.js';
import type { LineEnd } from '../../src/text/encoding/decode.js';
import type { Encoding } from '../../src/text/encoding/names.js';
import { TextForm } from '../../src/text/form.js';
import { writeIds } from '../../src/text/write-ids.js';
import { temporaryFolder } from '../helpers/cli.js';
import { vocabularyOf } from '../helpers/models.js';

const folder = await temporaryFolder();

interface Known {
  readonly encoding?: Encoding;
  /** What a network that knows both CR and LF usually writes. */
  readonly usual?: LineEnd | undefined;
}

/** The form of a network that knows the characters of a text; with `bytes`, its bytes. */
function formFor(text: string, { encoding = 'utf8', usual }: Known = {}): TextForm {
  const characters = encoding === 'bytes' ? Buffer.from(text).toString('latin1') : text;
  return new TextForm(vocabularyOf(characters, encoding), () => usual);
}

/** Reads a file that comes in chunks split at `cuts`. */
async function readFile(form: TextForm, text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const source = {
    label: 'the file',
    stats: undefined,
    mustBeReadWhole: () => false,
    identity: undefined,
    async *read() {
      for (const [i, border] of borders.slice(1).entries()) yield bytes.subarray(borders[i]!, border);
    },
  };
  const { vocabulary } = form;
  const decoding = { encoding: vocabulary.encoding, normalizeNewlines: false };
  const own = await mkdtemp(join(folder, 'ids-'));
  const written = await writeIds({ sources: [source], decoding, collection: undefined, form }, own, {
    vocabulary,
    standIns: () => [],
  });
  const dataset = new Dataset(own, vocabulary.size);
  const ids = dataset.read(0, dataset.length);
  dataset.close();
  const decoded = vocabulary.decode(ids);
  const read = vocabulary.encoding === 'bytes' ? Buffer.from(decoded, 'latin1').toString() : decoded;
  return { text: read, inOtherForm: written.inOtherForm };
}

const NFC = 'é\u1ec7\u00c5한';
const NFD = NFC.normalize('NFD');

describe.each(['utf8', 'bytes'] as const)('line ends, encoding %s', (encoding) => {
  it.each<[known: string, usual: LineEnd | undefined, read: string]>([
    ['ab\n', undefined, '\n'],
    ['ab\r', undefined, '\r'],
    ['ab\r\n', '\r\n', '\r\n'],
    ['ab\r\n', '\n', '\n'],
  ])('of any kind are read as a network knows them that knows %j and usually writes %j', async (...args) => {
    const [known, usual, lineEnd] = args;
    const form = formFor(known, { encoding, usual });
    const expected = ['a', '', 'b', '', '', 'a', ''].join(lineEnd);
    for (const given of ['\n', '\r\n', '\r']) {
      const text = ['a', '', 'b', '', '', 'a', ''].join(given);
      expect(form.adapt(text)).toBe(expected);
      for (let cut = 0; cut <= text.length; cut++) {
        expect(await readFile(form, text, [cut])).toEqual({ text: expected, inOtherForm: 0 });
      }
    }
    expect(form.adapt('a\r\nb\rb\n\ra')).toBe(['a', 'b', 'b', '', 'a'].join(lineEnd));
  });

  it('stay as they are where a network knows several and has no usual one', async () => {
    const form = formFor('ab\r\n', { encoding });
    const text = 'a\rb\r\nb\n\ra\r\n';
    expect(form.adapt(text)).toBe(text);
    expect((await readFile(form, text, [2, 4])).text).toBe(text);
  });

  it('are dropped at the end of a file, once, for a network that knows none', async () => {
    const form = formFor('ACGT', { encoding });
    for (const end of ['', '\n', '\r\n', '\r']) {
      expect(form.withoutLastLineEnd(`ACGT${end}`)).toBe('ACGT');
      for (let cut = 0; cut <= 6; cut++)
        expect((await readFile(form, `ACGT${end}`, [cut])).text).toBe('ACGT');
    }
    expect(form.withoutLastLineEnd('ACGT\n\n')).toBe('ACGT\n');
    expect(form.unknownIn('ACGT\n')).toEqual([10]);
    expect(formFor('ACGT\n', { encoding }).withoutLastLineEnd('ACGT\n')).toBe('ACGT\n');
  });
});

it('all letters are composed for a network that has learned them so, though it knows the marks', () => {
  const vocabulary = vocabularyOf('Café, the x\u0301', 'utf8');
  const known = new TextForm(vocabulary, () => undefined);
  expect(known.adapt('Cafe\u0301 x\u0301')).toBe('Cafe\u0301 x\u0301');
  const composed = new TextForm(vocabulary, () => undefined, 'nfc');
  expect(composed.adapt('Cafe\u0301 x\u0301')).toBe('Café x\u0301');
});

describe.each(['utf8', 'bytes'] as const)('composed and decomposed, encoding %s', (encoding) => {
  it.each([
    ['composed', NFC, NFD],
    ['decomposed', NFD, NFC],
  ])('letters are read as a network knows them that knows them %s', async (_, known, foreign) => {
    const form = formFor(`${known}xy `, { encoding });
    const text = `x${foreign}y ${known}${foreign} x`;
    const expected = `x${known}y ${known}${known} x`;
    expect(form.adapt(text)).toBe(expected);
    expect(form.unknownIn(text)).toEqual([]);
    const bytes = Buffer.from(text).length;
    for (let cut = 0; cut <= bytes; cut++) {
      expect(await readFile(form, text, [cut, cut + 1])).toEqual({ text: expected, inOtherForm: 8 });
    }
  });

  it('letters stay as they are if they are known like that, or in no form', async () => {
    const both = formFor(`é${'é'.normalize('NFD')}`, { encoding });
    for (const text of ['é', 'é'.normalize('NFD')]) {
      expect(both.adapt(text)).toBe(text);
      expect(await readFile(both, text)).toEqual({ text, inOtherForm: 0 });
    }
    const plain = formFor('e x', { encoding });
    expect(plain.adapt('é x')).toBe('é x');
    expect(await readFile(plain, 'x e\u0301 x')).toEqual({ text: 'x e x', inOtherForm: 0 });
  });
});

it('a letter that is equal to another one is read as that one', () => {
  expect(formFor('Ωå').adapt('\u2126\u0061\u030a')).toBe('Ωå');
});

it('any text is read from a file as from an argument, wherever it is cut', async () => {
  const piece = fc.constantFrom(
    'a',
    'e',
    'é',
    'e\u0301',
    '\u0301',
    '\u0323',
    'ệ',
    '한',
    '\u1112',
    '\u1161',
    '\u11ab',
  );
  const text = fc.array(fc.oneof(piece, fc.constantFrom('\r', '\n', '\r\n', '漢', '😀')), { maxLength: 30 });
  const cuts = fc.array(fc.nat(100), { maxLength: 6 });
  const usual = fc.constantFrom<LineEnd | undefined>('\n', '\r\n', undefined);
  const encoding = fc.constantFrom<Encoding>('utf8', 'bytes');
  await fc.assert(
    fc.asyncProperty(text, text, cuts, usual, encoding, async (known, given, at, lineEnd, how) => {
      const form = formFor(`${known.join('')}aé`, { usual: lineEnd, encoding: how });
      const foreign = form.withoutLastLineEnd(given.join(''));
      const expected = form.vocabulary.decode(form.encode(foreign, 'skip'));
      const { text: read } = await readFile(form, given.join(''), at);
      expect(read).toBe(how === 'bytes' ? Buffer.from(expected, 'latin1').toString() : expected);
    }),
    { numRuns: 300 },
  );
});

it('what is known is never changed but for its line ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      expect(formFor(`${text}ab`, { usual: undefined }).adapt(text)).toBe(text);
    }),
  );
});
