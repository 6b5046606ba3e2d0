import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scan } from '../../../src/text/encoding/scan.js';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('UTF-8 is recognised wherever chunks are cut, and so is what is not UTF-8', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (text, size, isDamaged) => {
      const bytes = Buffer.concat([Buffer.from(text), Buffer.from(isDamaged ? [0xe9] : [])]);
      const found = await scan(cut(bytes, size));
      expect(found.isUtf8).toBe(!isDamaged);
      expect(found.isAscii).toBe(bytes.every((byte) => byte < 0x80));
      if (isDamaged && !found.hasZeros) expect(found.sample).toContain(0xe9);
    }),
    { numRuns: 40 },
  );
});

test('a sample has the bytes beyond ASCII and what is around them, not all of a long file', async () => {
  const plain = 'All of this is plain. '.repeat(20_000);
  const bytes = Buffer.from(`${plain}The caf\xe9 was empty. ${plain}`, 'latin1');
  const { sample } = await scan(cut(bytes, 1 << 18));
  expect(Buffer.from(sample).toString('latin1')).toContain('The caf\xe9 was empty.');
  expect(sample.length).toBeLessThan(200);
});

test('marks of byte order are recognised', async () => {
  const markOf = async (...bytes: number[]) => (await scan(cut(Uint8Array.from(bytes), 64))).mark;
  expect(await markOf(0xff, 0xfe, 0x41, 0)).toBe('utf-16le');
  expect(await markOf(0xfe, 0xff, 0, 0x41)).toBe('utf-16be');
  expect(await markOf(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0)).toBe('utf-32');
  expect(await markOf(0xef, 0xbb, 0xbf, 0x41)).toBeUndefined();
});
