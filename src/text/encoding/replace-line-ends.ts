import type { FileFindings } from '../findings.js';

/** Code points, or bytes that are some. */
type Points = Uint8Array | Uint32Array;

const CR = 13;
const LF = 10;
/** Line feeds that stay are counted up to here, or once there was a CR; looking at all of them takes time. */
const COUNTED = 1 << 20;

/** Replaces the line ends of one file, and counts them. */
export class LineEndReplacer {
  readonly #lineEnd: readonly number[];
  #afterCr = false;
  #read = 0;
  #crLf = 0;
  #cr = 0;
  #lf = 0;
  #uncounted = 0;

  /** @param lineEnd replaces each CR LF, CR and LF */
  constructor(lineEnd: string) {
    this.#lineEnd = [...Buffer.from(lineEnd)];
  }

  get findings(): Partial<FileFindings> {
    return { crLf: this.#crLf, cr: this.#cr, lf: this.#lf, uncounted: this.#uncounted };
  }

  /** @param bytes the same characters in their encoding, whose line ends are found faster */
  replace(points: Points, bytes: Uint8Array): Points {
    const isReplaced = this.#afterCr || bytes.includes(CR) || (this.#lineEnd[0] !== LF && bytes.includes(LF));
    if (isReplaced) return this.#replaced(points);
    this.#read += points.length;
    if (this.#read <= COUNTED || this.#crLf + this.#cr > 0) {
      for (let i = 0; i < points.length; i++) if (points[i] === LF) this.#lf++;
    } else if (bytes.includes(LF)) {
      this.#uncounted++;
    }
    return points;
  }

  #replaced(points: Points): Points {
    const kind = points instanceof Uint8Array ? Uint8Array : Uint32Array;
    const output = new kind(points.length * this.#lineEnd.length);
    let length = 0;
    for (let i = 0; i < points.length; i++) {
      const codePoint = points[i]!;
      if (codePoint !== CR && codePoint !== LF) {
        output[length++] = codePoint;
        this.#afterCr = false;
        continue;
      }
      const endsPair = this.#afterCr && codePoint === LF;
      this.#afterCr = codePoint === CR;
      if (endsPair) {
        this.#crLf++;
        this.#cr--;
        continue;
      }
      if (codePoint === CR) this.#cr++;
      else this.#lf++;
      for (const part of this.#lineEnd) output[length++] = part;
    }
    return output.subarray(0, length);
  }
}
