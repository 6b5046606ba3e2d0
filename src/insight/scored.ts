import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Stretch } from '../text/dataset.js';
import type { Ids } from '../text/ids.js';
import { readAlone, STEPS } from './reading.js';

/** Some characters that follow one another, and what each cost. */
export interface Scored {
  readonly ids: Uint32Array;
  /** -ln p of each in nats: a view that the next window overwrites. */
  readonly losses: Float32Array;
}

/** A stretch of any text that can be read. */
type TextStretch = Omit<Stretch, 'dataset'> & { readonly dataset: Ids };

/**
 * Reads a stretch once from its start, from zero state, and scores each of its characters given all before it: what a
 * network that writes the same text reports, to rounding.
 * @param before the id that is read first, unscored; see `textStart`
 */
export function* surprises(model: CharacterModel, stretch: TextStretch, before: number): Generator<Scored> {
  for (const { ids, network } of readAlone(model, windowsAfter(before, stretch))) {
    yield { ids, losses: network.losses(ids) };
  }
}

/** The characters of a stretch, and as inputs those before each. */
function* windowsAfter(before: number, { dataset, start, end }: TextStretch) {
  let last = before;
  for (let at = start; at < end; at += STEPS) {
    const ids = Uint32Array.from(dataset.read(at, Math.min(STEPS, end - at)));
    const inputs = Uint32Array.of(last, ...ids.subarray(0, -1));
    last = ids.at(-1)!;
    yield { ids, inputs };
  }
}
