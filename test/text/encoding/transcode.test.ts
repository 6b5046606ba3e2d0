import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecOf } from '../../../src/text/encoding/codec.js';
import type { NamedEncoding } from '../../../src/text/encoding/names.js';
import { transcoded } from '../../../src/text/encoding/transcode.js';

async function utf8Of(chunks: readonly Uint8Array[], encoding: NamedEncoding): Promise<string> {
  const stream = async function* () {
    yield* chunks;
  };
  const parts: Uint8Array[] = [];
  for await (const part of transcoded(stream(), encoding, 'file.txt')) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A text that each encoding has. */
const SAMPLES: readonly (readonly [NamedEncoding, string])[] = [
  ['windows-1252', '“Naïve” café – 5 €'],
  ['windows-1251', '«Привет», — сказал он'],
  ['utf-16le', '\ufeffA 😀 and a 家'],
  ['utf-16be', '\ufeffA 😀 and a 家'],
  ['shift_jis', 'ソフト、ﾊﾟ and ~ 表示'],
  ['euc-jp', '日本語 and ｶﾅ'],
  ['gbk', '他说：“你好”。'],
  ['gb18030', 'ß 他说 😀 \ufffd'],
  ['big5', '許功蓋 他說'],
  ['euc-kr', '똠방각하 and 집'],
];

test('a text is the same however its bytes are cut into chunks', async () => {
  for (const [encoding, text] of SAMPLES) {
    const bytes = (await codecOf(encoding)).encode(text);
    if (typeof bytes === 'string') throw new Error(`${encoding} has no ${bytes}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i]!, end));
        expect([encoding, await utf8Of(chunks, encoding)]).toEqual([encoding, text]);
      }),
      { numRuns: 20 },
    );
  }
});

test('malformed bytes are refused at their offset, also in a later chunk', async () => {
  const malformed: readonly (readonly [NamedEncoding, readonly number[], number])[] = [
    ['windows-1252', [0x41, 0xe9, 0x81, 0x41], 2],
    ['shift_jis', [0x41, 0x8f, 0xac, 0x81, 0x20, 0x41], 3],
    ['gbk', [0xc4, 0xe3, 0xff, 0x41], 2],
    ['gb18030', [0x81, 0x30, 0x81, 0x30, 0x81, 0x30, 0x41, 0x41], 4],
    ['euc-kr', [0x41, 0xc8, 0x41, 0x30], 1],
    ['utf-16le', [0x41, 0x00, 0x00, 0xdc, 0x41, 0x00], 2],
    ['utf-16be', [0xd8, 0x00, 0x00, 0x41], 0],
  ];
  for (const [encoding, bytes, at] of malformed) {
    const all = Uint8Array.from(bytes);
    for (let cut = 0; cut <= all.length; cut++) {
      const error = await utf8Of([all.subarray(0, cut), all.subarray(cut)], encoding).then(
        () => undefined,
        (reason: Error) => reason.message,
      );
      expect([encoding, error]).toEqual([
        encoding,
        expect.stringContaining(`file.txt is not ${encoding}: at offset ${at} `),
      ]);
    }
  }
});

test('a character that the end of a file cuts off is refused', async () => {
  await expect(utf8Of([Uint8Array.of(0x41, 0xc4)], 'gbk')).rejects.toThrow(
    'file.txt is not gbk: the last character, at offset 1, is cut off',
  );
  await expect(utf8Of([Uint8Array.of(0x41, 0, 0x42)], 'utf-16le')).rejects.toThrow('at offset 2, is cut off');
});

test('bytes that decode are encoded as the same bytes, and a missing character is named', async () => {
  const windows = await codecOf('windows-1252');
  expect(windows.encode('a → b')).toBe('→');
  const some = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(some, (bytes) => {
      const { text, malformedAt } = windows.decode(bytes);
      const encoded = windows.encode(text);
      if (malformedAt === undefined) expect(Buffer.from(encoded)).toEqual(Buffer.from(bytes));
      else expect(text[malformedAt]).toBe('\ufffd');
    }),
    { numRuns: 200 },
  );
});
