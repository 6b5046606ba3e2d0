import type { CodePoints } from './encoding/decode.js';

/** Few enough arguments for a call. */
const SLICE = 1 << 13;

/** Returns characters as a string. */
export function stringOf(points: CodePoints): string {
  if (points instanceof Uint8Array) {
    return Buffer.from(points.buffer, points.byteOffset, points.length).toString('latin1');
  }
  let text = '';
  for (let at = 0; at < points.length; at += SLICE) {
    text += String.fromCodePoint(...points.subarray(at, at + SLICE));
  }
  return text;
}

/** Returns the characters of a string as code points. */
export function pointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let count = 0;
  for (const character of text) points[count++] = character.codePointAt(0)!;
  return points.subarray(0, count);
}

/** Does the same for characters that are bytes: what is no byte becomes its bytes in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(
    text.replace(/[^\0-\xff]/gu, (one) => Buffer.from(one).toString('latin1')),
    'latin1',
  );
}
