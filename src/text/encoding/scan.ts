import { isAscii, isUtf8 } from 'node:buffer';
import { wholeCharacters } from './decode.js';

/** The most bytes of a sample. */
const SAMPLED = 65_536;
/** Bytes before the end of a file that are kept in case its last character is cut off. */
const TAIL = 4096;
/** ASCII bytes that are kept before and after others. */
const CONTEXT = 64;

/** What a look at all bytes of a file finds. */
export interface Scan {
  /** Whether it is well-formed UTF-8; ASCII is. */
  readonly isUtf8: boolean;
  readonly isAscii: boolean;
  /** Whether its first bytes have zeros. */
  readonly hasZeros: boolean;
  /** The encoding that a byte order mark at the start is of. */
  readonly mark: 'utf-16le' | 'utf-16be' | 'utf-32' | undefined;
  /**
   * Of what is not UTF-8, the bytes beyond ASCII with some others around them, in stretches with line ends
   * between; of what has zeros or a mark, the first bytes.
   */
  readonly sample: Uint8Array;
}

/**
 * Looks at all bytes of a file. Well-formed UTF-8 is only checked, which Node does at several GB per second.
 */
export async function scan(chunks: AsyncIterable<Uint8Array>): Promise<Scan> {
  let isWellFormed = true;
  let isPlain = true;
  /** A character that the last chunk has cut off. */
  let cut: Uint8Array = new Uint8Array(0);
  let head: Uint8Array = new Uint8Array(0);
  let tail: Uint8Array = new Uint8Array(0);
  const sample = new Sample();
  for await (const chunk of chunks) {
    if (head.length < SAMPLED) head = Buffer.concat([head, chunk.subarray(0, SAMPLED - head.length)]);
    if (isPlain && isAscii(chunk)) continue;
    isPlain = false;
    const bytes = cut.length > 0 ? Buffer.concat([cut, chunk]) : chunk;
    const end = isWellFormed ? wholeCharacters(bytes) : bytes.length;
    cut = Uint8Array.from(bytes.subarray(end));
    if (isWellFormed && isUtf8(bytes.subarray(0, end))) {
      tail = Uint8Array.from(bytes.subarray(-TAIL));
      continue;
    }
    isWellFormed = false;
    sample.add(bytes);
    cut = new Uint8Array(0);
  }
  if (!isUtf8(cut)) {
    isWellFormed = false;
    sample.add(tail.subarray(tail.findIndex((byte) => (byte & 0xc0) !== 0x80)));
  }
  const hasZeros = head.includes(0);
  const mark = markOf(head);
  return {
    isUtf8: isWellFormed,
    isAscii: isPlain,
    hasZeros,
    mark,
    sample: hasZeros || mark ? head : sample.bytes(),
  };
}

function markOf(head: Uint8Array): Scan['mark'] {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && head.length % 4 === 0 ? 'utf-32' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return a === 0 && b === 0 && c === 0xfe && d === 0xff ? 'utf-32' : undefined;
}

/** Collects the bytes beyond ASCII of a file, with some others around them, up to a limit. */
class Sample {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  add(chunk: Uint8Array): void {
    let at = 0;
    while (this.#length < SAMPLED) {
      const first = nextBeyondAscii(chunk, at);
      if (first === chunk.length) return;
      // After two bytes of ASCII, the second one is a character of its own in every encoding.
      const start = Math.max(at, first - CONTEXT);
      let end = first;
      for (let next = first; next < chunk.length && next - end <= CONTEXT; ) {
        end = next + 1;
        next = nextBeyondAscii(chunk, end);
      }
      const stop = Math.min(chunk.length, end + CONTEXT, start + SAMPLED - this.#length);
      this.#parts.push(Uint8Array.from(chunk.subarray(start, stop)), Uint8Array.of(0x0a));
      this.#length += stop - start + 1;
      at = stop;
    }
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

function nextBeyondAscii(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! < 0x80) at++;
  return at;
}
