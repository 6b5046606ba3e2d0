import { TELLING, TextHash } from './collection/text-hash.js';
import type { CodePoints } from './encoding/decode.js';
import { MOST_VALIDATION, type Parts, type Shares } from './split.js';

/**
 * How a corpus is written, in ids: the training text, the validation text that training uses, the rest of the
 * validation text, the test text.
 */
export interface Arrangement extends Required<Parts> {
  /** Where each of the four regions begins. */
  readonly starts: readonly number[];
  /** The region that each text belongs to, by the bucket of its hash; or else ... */
  readonly regionOf?: Uint8Array;
  /** ... for each source, the character at which each region begins. */
  readonly cuts?: readonly (readonly number[])[];
}

/** Arranges one text: a last part of each source is held back, so that no source is judged by another alone. */
export function arrangeWhole(lengths: readonly number[], { validation, test }: Shares): Arrangement {
  const bounds = lengths.map((length) => {
    const trained = Math.floor(length * (1 - validation - test));
    return { trained, validated: test > 0 ? Math.max(trained, Math.floor(length * (1 - test))) : length };
  });
  const kept = bounds.reduce((sum, { trained, validated }) => sum + validated - trained, 0);
  const share = Math.min(1, MOST_VALIDATION / Math.max(1, kept));
  const cuts = bounds.map(({ trained, validated }) => {
    return [0, trained, trained + Math.floor(share * (validated - trained)), validated];
  });
  const sizes = [0, 1, 2, 3].map((region) =>
    cuts.reduce((sum, cut, source) => sum + (cut[region + 1] ?? lengths[source]!) - cut[region]!, 0),
  );
  return { ...partsOf(sizes), cuts };
}

/** @param sizes of the four regions, in ids */
function partsOf(sizes: readonly number[]) {
  const starts: number[] = [];
  let length = 0;
  for (const size of sizes) {
    starts.push(length);
    length += size;
  }
  return { starts, trainLength: starts[1]!, validationEnd: starts[3]!, length };
}

/** Texts fall into this many buckets, by their hash. */
const BUCKETS = 1 << 16;

/** Says in which bucket a text is, from its pieces. Equal texts are in the same one. */
export class Bucket {
  readonly #hash: TextHash;
  #left = TELLING;

  constructor(seed: number) {
    this.#hash = new TextHash(seed);
  }

  restart(): void {
    this.#hash.restart();
    this.#left = TELLING;
  }

  read(points: CodePoints): void {
    if (this.#left > 0) this.#hash.read(points.subarray(0, this.#left));
    this.#left = Math.max(0, this.#left - points.length);
  }

  /** Whether further characters make no difference. */
  get isCertain(): boolean {
    return this.#left === 0;
  }

  get value(): number {
    return Math.floor(this.#hash.value / 2 ** 37);
  }
}

/** How long the texts of a collection are, by their hashes; its memory does not depend on the number of texts. */
export class Census {
  texts = 0;
  readonly #idsIn = new Float64Array(BUCKETS);
  readonly #bucket: Bucket;
  #length = 0;

  constructor(seed: number) {
    this.#bucket = new Bucket(seed);
  }

  /** Reads a piece of a text. */
  read(points: CodePoints): void {
    this.#bucket.read(points);
    this.#length += points.length;
  }

  /** Ends a text. @param symbols how many symbols it has besides its characters */
  end(symbols: number): void {
    this.#idsIn[this.#bucket.value]! += this.#length + symbols;
    this.texts++;
    this.#bucket.restart();
    this.#length = 0;
  }

  /** Arranges the texts, with the shares as close as whole buckets come to them. One more end follows the last. */
  arrange({ validation, test }: Shares): Arrangement {
    const total = this.#idsIn.reduce((sum, ids) => sum + ids, 0);
    const monitored = Math.min(validation * total, MOST_VALIDATION);
    const targets = [test * total, monitored, validation * total - monitored];
    const regions = [3, 1, 2];
    const regionOf = new Uint8Array(BUCKETS);
    const sizes = [0, 0, 0, 0];
    for (const [bucket, ids] of this.#idsIn.entries()) {
      if (ids === 0) continue;
      // A text that is too long for one part may fit into another, and shorter ones may follow.
      const at = regions.findIndex((region, i) => isCloser(sizes[region]!, ids, targets[i]!));
      const region = regions[at] ?? 0;
      regionOf[bucket] = region;
      sizes[region]! += ids;
    }
    const parts = partsOf(sizes);
    return { ...parts, length: parts.length + 1, regionOf };
  }
}

/** Whether a part with `filled` ids comes closer to its target by `ids` more. */
function isCloser(filled: number, ids: number, target: number): boolean {
  return target > 0 && Math.abs(filled + ids - target) < Math.abs(filled - target);
}
