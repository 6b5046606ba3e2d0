import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CodePoints } from '../../../src/text/encoding/decode.js';
import { Composer } from '../../../src/text/layout/nfc.js';
import { pointsOf, stringOf } from '../../../src/text/points.js';

/** Composes a text that comes in chunks of these lengths; the last one takes what is left. */
function compose(text: string, lengths: readonly number[] = []) {
  const composer = new Composer();
  const points = pointsOf(text);
  let [at, result] = [0, ''];
  const add = (chunk: CodePoints) => {
    result += stringOf(chunk);
  };
  for (const length of [...lengths, points.length]) {
    const chunk = points.subarray(at, at + length);
    // Chunks of ASCII come as bytes.
    add(composer.push(chunk.every((point) => point < 0x80) ? Uint8Array.from(chunk) : chunk));
    at += chunk.length;
  }
  add(composer.end());
  return { text: result, composed: composer.findings.composed };
}

const letters = [...'aeEoAuk가각각ᆼ각क़क़ড়ক্ষ東Å\u212b\u0958\ufb2c\u0344'];
const marks = ['\u0301', '\u0300', '\u0323', '\u0302', '\u3099', '\u093c', '\u{1d165}', '\u{16d63}'];
const text = fc.array(fc.constantFrom(...letters, ...marks, '\n', '😀', '\u{16d67}', '\u{1d15e}'));
const lengths = fc.array(fc.integer({ min: 0, max: 5 }));

describe('composing', () => {
  it('gives what Unicode calls NFC, wherever chunks end', () => {
    fc.assert(
      fc.property(text, lengths, (characters, cuts) => {
        const given = characters.join('');
        expect(compose(given, cuts).text).toBe(given.normalize('NFC'));
      }),
    );
  });

  it('treats every character as Unicode does, also after a letter', () => {
    for (let plane = 0; plane < 0x30000; plane += 0x400) {
      const points = Array.from({ length: 0x400 }, (_, i) => plane + i).filter(
        (point) => point < 0xd800 || point > 0xdfff,
      );
      const given = points.map((point) => `e${String.fromCodePoint(point)}`).join('');
      expect(compose(given, [100]).text).toBe(given.normalize('NFC'));
    }
  });

  it('returns chunks that need nothing without a copy of them', () => {
    const points = pointsOf('Straße, 東京, жизнь');
    const composer = new Composer();
    expect(composer.push(points).buffer).toBe(points.buffer);
  });

  it('counts the letters that it changed', () => {
    expect(compose('Cafe\u0301, cafés, A\u030angstro\u0308m', [5, 3])).toEqual({
      text: 'Café, cafés, Ångström',
      composed: 3,
    });
  });

  it('cuts endless marks at the same place, wherever chunks end', () => {
    const given = `e${'\u0300\u0323'.repeat(3000)}!`;
    expect(compose(given, Array(2000).fill(3))).toEqual(compose(given));
  });
});
