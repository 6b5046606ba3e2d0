import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Stretch } from '../text/dataset.js';
import type { Ids } from '../text/ids.js';
import { readInWindows, STEPS } from './reading.js';

/** Consecutive characters and the loss of each. */
export interface Scored {
  readonly ids: Uint32Array;
  /** -ln p of each character, in nats: a view that the next window overwrites. */
  readonly losses: Float32Array;
}

/** A stretch of a text, which may be in memory. */
type TextStretch = Omit<Stretch, 'dataset'> & { readonly dataset: Ids };

/**
 * Reads a stretch once, from zero state, and scores each character given all before it. Up to rounding, the
 * losses are those a network reports when it writes the same text.
 * @param before the id to read first, unscored; see `textStart`
 */
export function* surprises(model: CharacterModel, stretch: TextStretch, before: number): Generator<Scored> {
  for (const { ids, network } of readInWindows(model, windowsAfter(before, stretch))) {
    yield { ids, losses: network.losses(ids) };
  }
}

/** Yields the characters of a stretch, with the character before each as its input. */
function* windowsAfter(before: number, { dataset, start, end }: TextStretch) {
  let last = before;
  for (let at = start; at < end; at += STEPS) {
    const ids = Uint32Array.from(dataset.read(at, Math.min(STEPS, end - at)));
    const inputs = Uint32Array.of(last, ...ids.subarray(0, -1));
    last = ids.at(-1)!;
    yield { ids, inputs };
  }
}
