import type { CodePoints } from './encoding/decode.js';

/** The first code point that UTF-16 writes as a pair of units, and where the two halves of pairs begin. */
const FIRST_PAIR = 0x10000;
const HIGH = 0xd800;
const LOW = 0xdc00;

/** Returns characters as a string. */
export function stringOf(points: CodePoints): string {
  if (points instanceof Uint8Array) {
    return Buffer.from(points.buffer, points.byteOffset, points.length).toString('latin1');
  }
  const units = new Uint16Array(2 * points.length);
  let length = 0;
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    if (point < FIRST_PAIR) {
      units[length++] = point;
    } else {
      units[length++] = HIGH + ((point - FIRST_PAIR) >> 10);
      units[length++] = LOW + (point & 0x3ff);
    }
  }
  return Buffer.from(units.buffer, 0, 2 * length).toString('utf16le');
}

/** Returns the characters of a string as code points. */
export function pointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point >= FIRST_PAIR) i++;
    points[count++] = point;
  }
  return points.subarray(0, count);
}

/** Does the same for characters that are bytes: what is no byte becomes its bytes in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(
    text.replace(/[^\0-\xff]/gu, (one) => Buffer.from(one).toString('latin1')),
    'latin1',
  );
}
