import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { codecOf } from '../../../src/text/encoding/codec.js';
import { detectEncoding } from '../../../src/text/encoding/detect.js';
import { isNamed, type NamedEncoding } from '../../../src/text/encoding/names.js';
import { LANGUAGES } from './languages.js';

/** Letters with marks as windows-1258 has them: some composed, the tones apart. */
function vietnamese(text: string): string {
  return text.normalize('NFD').replace(/[a-z][\u0302\u0306\u031b]/gi, (letter) => letter.normalize('NFC'));
}

async function encoded(text: string, encoding: NamedEncoding): Promise<Uint8Array> {
  const bytes = (await codecOf(encoding)).encode(text);
  if (typeof bytes === 'string') throw new Error(`${encoding} has no ${bytes}`);
  return bytes;
}

/** What bytes become in the encoding that is found. */
async function readAs(bytes: Uint8Array): Promise<string> {
  const found = await detectEncoding(bytes);
  if (!found || !isNamed(found.encoding)) return `nothing (${found?.encoding})`;
  return (await codecOf(found.encoding)).decode(bytes).text;
}

test.each(
  LANGUAGES.flatMap(({ name, encodings, sentences }) =>
    encodings.map((encoding) => ({ name, encoding, sentences })),
  ),
)('one sentence of $name in $encoding is read, and so are several', async ({ encoding, sentences }) => {
  for (const sentence of [...sentences, sentences.join('\r\n')]) {
    const isDash = /[—–]/g;
    const usual = encoding === 'windows-1258' ? vietnamese(sentence) : sentence;
    // Older encodings have no dashes.
    const text = /^(?:koi8|ibm|iso)/.test(encoding) ? usual.replace(isDash, '-') : usual;
    expect(await readAs(await encoded(text, encoding))).toBe(text);
  }
});

test('quotes and an apostrophe of Windows are not taken for control characters', async () => {
  expect(await detectEncoding(Buffer.from('She said \x93don\x92t\x94.\n', 'latin1'))).toEqual({
    encoding: 'windows-1252',
    line: 'She said “don’t”.',
  });
});

test('UTF-16 without a mark is found by its zeros, in both orders', async () => {
  const text = 'A line of text.\nÜber den Dächern.\n';
  const little = Buffer.from(text, 'utf16le');
  const line = 'Über den Dächern.';
  expect(await detectEncoding(little)).toEqual({ encoding: 'utf-16le', line });
  expect(await detectEncoding(Buffer.from(little).swap16())).toEqual({ encoding: 'utf-16be', line });
});

test('UTF-8 with damaged places is UTF-8 with damaged places', async () => {
  const bytes = Buffer.from(
    'Über den Dächern lag schon früh der große Nebel, und die Glocken hörte später niemand.',
  );
  bytes[bytes.indexOf(0xb6)] = 0x20;
  expect((await detectEncoding(bytes))?.encoding).toBe('utf8-lossy');
});

test('a long line is cut between words, around a letter beyond ASCII', async () => {
  const words = 'one two three four five six seven eight nine ten eleven twelve ';
  const found = await detectEncoding(Buffer.from(`${words}thirteen caf\xe9 ${words}`, 'latin1'));
  expect(found?.line).toBe('…eleven twelve thirteen café one two three four five six…');
});

test('random bytes are nothing, with and without zeros', async () => {
  for (let size = 64; size < 4096; size *= 2) {
    const bytes = randomBytes(size);
    expect(await detectEncoding(bytes.map((byte) => byte || 1))).toBeUndefined();
    expect(await detectEncoding(bytes.map((byte, i) => (i % 7 === 0 ? 0 : byte)))).toBeUndefined();
  }
});

test('text with a stray zero is not UTF-16, and text in other scripts is', async () => {
  const english = Buffer.from('A quiet sailor repaired every lamp.\n'.repeat(40));
  expect(await detectEncoding(Buffer.concat([english, Buffer.from('\0'), english]))).toBeUndefined();
  for (const line of ['Старый пекарь нёс корзину слив.', 'みんなでうたいながらあるきました。']) {
    expect(await detectEncoding(Buffer.from(`${line}\n`.repeat(40), 'utf16le'))).toEqual({
      encoding: 'utf-16le',
      line,
    });
  }
});
