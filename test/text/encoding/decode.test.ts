import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../../src/errors.js';
import { type DecodeOptions, Decoder } from '../../../src/text/encoding/decode.js';
import type { Encoding } from '../../../src/text/encoding/names.js';
import { thrownBy } from '../../helpers/files.js';

const FFFD = 0xfffd;

/** Decodes the bytes in chunks split at `cuts`; equal cuts make empty chunks. */
function decode(bytes: Uint8Array, options: Partial<DecodeOptions> = {}, cuts: readonly number[] = []) {
  const decoder = new Decoder('the file', { encoding: 'utf8', normalizeNewlines: false, ...options });
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const points = borders
    .slice(1)
    .flatMap((border, i) => Array.from(decoder.decode(bytes.slice(borders[i]!, border))));
  return [...points, ...decoder.end()];
}

const everyByte = (bytes: Uint8Array) => Array.from(bytes.keys());
const utf8 = (text: string) => new TextEncoder().encode(text);
const codePoints = (text: string) => Array.from(text, (c) => c.codePointAt(0)!);

const text = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((s) => s.replaceAll('\0', '').replace(/^\uFEFF+/, ''));
const cuts = fc.array(fc.nat(400), { maxLength: 12 });
/** Bytes without zeros that are often nearly UTF-8. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 255 }).map((byte) => [byte]),
      fc.integer({ min: 0x80, max: 0xbf }).map((byte) => [byte]),
      fc.constantFrom(0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5).map((byte) => [byte]),
      fc.constantFrom('\ufeff', 'é', '€', '😀', '\u{10ffff}').map((c) => [...utf8(c)]),
    ),
    { maxLength: 24 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

describe('UTF-8', () => {
  it('decodes any text to its code points, wherever it is split', () => {
    fc.assert(
      fc.property(text, cuts, (s, at) => {
        expect(decode(utf8(s), {}, at)).toEqual(codePoints(s));
        expect(decode(utf8(s), { encoding: 'utf8-lossy' }, at)).toEqual(codePoints(s));
      }),
      { numRuns: 500 },
    );
  });

  it('decodes an emoji as one character, even byte by byte', () => {
    const bytes = utf8('a😀b');
    expect(decode(bytes)).toEqual([97, 0x1f600, 98]);
    expect(decode(bytes, {}, everyByte(bytes))).toEqual([97, 0x1f600, 98]);
  });

  it('decodes the first and last character of each length', () => {
    const all = '\x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}';
    expect(decode(utf8(all))).toEqual(codePoints(all));
  });

  it('accepts and refuses the same bytes as TextDecoder', () => {
    const strict = (bytes: Uint8Array) => {
      try {
        return codePoints(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(nearlyUtf8, cuts, (bytes, at) => {
        const expected = strict(bytes);
        if (expected) expect(decode(bytes, {}, at)).toEqual(expected);
        else expect(thrownBy(() => decode(bytes, {}, at)).exitCode).toBe(ExitCode.badData);
      }),
      { numRuns: 2000 },
    );
  });

  it('replaces the same bytes as TextDecoder with utf8-lossy', () => {
    fc.assert(
      fc.property(nearlyUtf8, cuts, (bytes, at) => {
        const expected = codePoints(new TextDecoder('utf-8').decode(bytes));
        expect(decode(bytes, { encoding: 'utf8-lossy' }, at)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('malformed UTF-8', () => {
  /** The fault, the bytes, the offset of the malformed sequence, and the result with utf8-lossy. */
  const cases: [what: string, bytes: number[], at: number, lossy: number[]][] = [
    ['overlong, two bytes', [0xc0, 0xaf], 0, [FFFD, FFFD]],
    ['overlong, two bytes, the largest', [0xc1, 0xbf], 0, [FFFD, FFFD]],
    ['overlong, three bytes', [0xe0, 0x80, 0xaf], 0, [FFFD, FFFD, FFFD]],
    ['overlong, three bytes, the largest', [0xe0, 0x9f, 0xbf], 0, [FFFD, FFFD, FFFD]],
    ['overlong, four bytes', [0xf0, 0x80, 0x80, 0xaf], 0, [FFFD, FFFD, FFFD, FFFD]],
    ['overlong, four bytes, the largest', [0xf0, 0x8f, 0xbf, 0xbf], 0, [FFFD, FFFD, FFFD, FFFD]],
    ['the first surrogate', [0xed, 0xa0, 0x80], 0, [FFFD, FFFD, FFFD]],
    ['the last surrogate', [0xed, 0xbf, 0xbf], 0, [FFFD, FFFD, FFFD]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0, [FFFD, FFFD, FFFD, FFFD]],
    ['a lead byte above F4', [0xf5, 0x80, 0x80, 0x80], 0, [FFFD, FFFD, FFFD, FFFD]],
    ['the byte FE', [0xfe], 0, [FFFD]],
    ['the byte FF', [0xff], 0, [FFFD]],
    ['a lone continuation', [0x80], 0, [FFFD]],
    ['an extra continuation', [0xc3, 0xa9, 0xa9], 2, [0xe9, FFFD]],
    ['one of two bytes cut off by ASCII', [0xc3, 0x41], 0, [FFFD, 0x41]],
    ['two of three bytes cut off by ASCII', [0xe2, 0x82, 0x41], 0, [FFFD, 0x41]],
    ['three of four bytes cut off by ASCII', [0xf0, 0x9f, 0x92, 0x41], 0, [FFFD, 0x41]],
    ['two of four bytes cut off by a character', [0xf0, 0x9f, 0xc3, 0xa9], 0, [FFFD, 0xe9]],
    ['one of two bytes at the end', [0xc3], 0, [FFFD]],
    ['one of three bytes at the end', [0xe2], 0, [FFFD]],
    ['two of three bytes at the end', [0xe2, 0x82], 0, [FFFD]],
    ['three of four bytes at the end', [0xf0, 0x9f, 0x92], 0, [FFFD]],
  ];
  const before = utf8('aé€\n');

  it.each(cases)('%s is refused with its offset, and replaced by utf8-lossy', (_, sequence, at, lossy) => {
    const bytes = Uint8Array.of(...before, ...sequence);
    const borders = [[], ...everyByte(bytes).map((cut) => [cut]), everyByte(bytes)];
    for (const cut of borders) {
      const { message, exitCode, hint } = thrownBy(() => decode(bytes, {}, cut));
      expect(message).toMatch(/^the file is not UTF-8: /);
      expect(message).toMatch(new RegExp(`\\bat offset ${before.length + at}\\b`));
      expect(hint).toContain('--encoding utf8-lossy');
      expect(exitCode).toBe(ExitCode.badData);
      expect(decode(bytes, { encoding: 'utf8-lossy' }, cut)).toEqual([...codePoints('aé€\n'), ...lossy]);
    }
  });

  it('is followed by normal decoding with utf8-lossy', () => {
    const bytes = Uint8Array.of(0xe2, 0x82, 0xff, ...utf8('é😀'), 0xc3);
    expect(decode(bytes, { encoding: 'utf8-lossy' })).toEqual([FFFD, FFFD, 0xe9, 0x1f600, FFFD]);
  });
});

describe('latin1 and bytes', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);

  it('map each byte to its own number', () => {
    expect(decode(all, { encoding: 'bytes' }, [7, 128])).toEqual([...all]);
    expect(decode(all.slice(1), { encoding: 'latin1' }, [7, 128])).toEqual([...all.slice(1)]);
  });
});

describe('byte order mark', () => {
  const marked = utf8('\ufeffa\ufeff\ufeff');

  it.each(['utf8', 'utf8-lossy'] as const)('is dropped only at the start, with %s', (encoding) => {
    for (const at of [[], [1], [2], [1, 2, 3], [3]]) {
      expect(decode(marked, { encoding }, at)).toEqual([97, 0xfeff, 0xfeff]);
    }
    expect(decode(utf8('\ufeff'), { encoding })).toEqual([]);
    expect(decode(utf8('\ufeff\ufeff'), { encoding })).toEqual([0xfeff]);
  });

  it('is kept with bytes', () => {
    expect(decode(marked, { encoding: 'bytes' })).toEqual([...marked]);
  });
});

describe('newlines', () => {
  const lines = fc.string({ unit: fc.constantFrom('\r', '\n', 'a', 'é', '\ufeff'), maxLength: 20 });

  it('are kept by default', () => {
    expect(decode(utf8('a\r\nb\rc\n'))).toEqual(codePoints('a\r\nb\rc\n'));
  });

  it('become LF with normalizeNewlines, even if CR and LF are in different chunks', () => {
    expect(decode(utf8('a\r\nb\rc\n\r\r\n'), { normalizeNewlines: true })).toEqual(
      codePoints('a\nb\nc\n\n\n'),
    );
    expect(decode(utf8('a\r\nb'), { normalizeNewlines: true }, [2])).toEqual(codePoints('a\nb'));
    expect(decode(utf8('a\r\nb'), { normalizeNewlines: true }, [2, 2])).toEqual(codePoints('a\nb'));
    fc.assert(
      fc.property(lines, cuts, (s, at) => {
        const expected = codePoints(s.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
        expect(decode(utf8(s), { normalizeNewlines: true }, at)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a zero byte', () => {
  it.each<Encoding>(['utf8', 'utf8-lossy', 'latin1'])('is refused with its offset, with %s', (encoding) => {
    const bytes = Uint8Array.of(97, 98, 99, 0, 100);
    for (const at of [[], [2], [3], [4], [1, 2, 3, 4]]) {
      const { message, exitCode, hint } = thrownBy(() => decode(bytes, { encoding }, at));
      expect(message).toMatch(/^the file looks like a binary file: .*\boffset 3$/);
      expect(hint).toContain('--encoding bytes');
      expect(exitCode).toBe(ExitCode.badData);
    }
  });

  it('is a character with bytes', () => {
    expect(decode(Uint8Array.of(97, 0, 98), { encoding: 'bytes' })).toEqual([97, 0, 98]);
  });
});

describe('line ends', () => {
  const mixed = fc.array(fc.constantFrom('a', 'é', '\r', '\n', '\r\n', '\u2028')).map((s) => s.join(''));

  it('become LF and are counted, wherever the file is split', () => {
    fc.assert(
      fc.property(mixed, cuts, fc.constantFrom('utf8', 'latin1'), (s, at, encoding) => {
        const given = encoding === 'utf8' ? s : s.replaceAll('\u2028', '\x85');
        const bytes = encoding === 'utf8' ? utf8(given) : Buffer.from(given, 'latin1');
        const decoder = new Decoder('the file', { encoding: encoding as Encoding, normalizeNewlines: true });
        const borders = [0, ...at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = borders.slice(1).map((border, i) => bytes.subarray(borders[i]!, border));
        const points = chunks.flatMap((chunk) => Array.from(decoder.decode(chunk)));
        expect([...points, ...decoder.end()]).toEqual(codePoints(given.replace(/\r\n?/g, '\n')));
        const count = (pattern: RegExp) => given.match(pattern)?.length ?? 0;
        expect(decoder.findings).toMatchObject({
          crLf: count(/\r\n/g),
          cr: count(/\r(?!\n)/g),
          lf: count(/(?<!\r)\n/g),
          uncounted: 0,
        });
      }),
    );
  });

  it('of a large file are counted only as far as that costs nothing', () => {
    const decoder = new Decoder('the file', { encoding: 'utf8', normalizeNewlines: true });
    const chunk = Buffer.from('line\n'.repeat(200_000));
    for (let i = 0; i < 3; i++) decoder.decode(chunk);
    expect(decoder.findings).toMatchObject({ lf: 200_000, uncounted: 2 });
    decoder.decode(Buffer.from('\r\n'));
    decoder.decode(chunk);
    expect(decoder.findings).toMatchObject({ crLf: 1, lf: 400_000, uncounted: 2 });
  });

  it('of ASCII are replaced without widening the characters', () => {
    const decoder = new Decoder('the file', { encoding: 'utf8', normalizeNewlines: true });
    expect(decoder.decode(Buffer.from('a\r\nb'))).toBeInstanceOf(Uint8Array);
  });
});
