import { Network } from '../model/network.js';
import type { Weights } from '../model/weights.js';
import type { Dataset } from '../text/dataset.js';
import type { Stretch } from './evaluate.js';

/** Some characters that follow one another, and what each cost. */
export interface Scored {
  readonly ids: Uint32Array;
  /** -ln p of each in nats: a view that the next window overwrites. */
  readonly losses: Float32Array;
}

/** Long enough for the products outside the time loop to be large. */
const STEPS = 64;

/**
 * Reads a stretch once from its start, from zero state, and scores each of its characters given all before it: what a
 * network that writes the same text reports, to rounding.
 * @param before the id that is read first, unscored; see `textStart`
 */
export function* surprises(
  weights: Weights,
  { dataset, start, end }: Omit<Stretch, 'dataset'> & { readonly dataset: Pick<Dataset, 'read'> },
  before: number,
): Generator<Scored> {
  const network = new Network(weights, { rows: 1, steps: STEPS, training: false });
  network.resetState();
  let last = before;
  for (let at = start; at < end; at += STEPS) {
    const ids = Uint32Array.from(dataset.read(at, Math.min(STEPS, end - at)));
    const inputs = new Uint32Array(ids.length);
    inputs[0] = last;
    inputs.set(ids.subarray(0, -1), 1);
    network.forward(inputs);
    yield { ids, losses: network.losses(ids) };
    network.carry();
    last = ids.at(-1)!;
  }
}
