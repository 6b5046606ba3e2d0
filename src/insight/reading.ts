import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';

/** Long enough for the products outside the time loop to be large. */
const STEPS = 64;

/** Some characters that follow one another, and the network that has just read them. */
export interface ReadWindow {
  /** The place of its first character in the text. */
  readonly start: number;
  /** (T) */
  readonly ids: Uint32Array;
  /** Its views are of this window, (T, ...) each, and the next window overwrites them. */
  readonly network: Network;
}

const idleNetworks = new Pool<CharacterModel, Network>();

/** Reads a text once, from zero state, window by window. */
export function* readWindows(model: CharacterModel, ids: Uint32Array): Generator<ReadWindow> {
  const shape = { rows: 1, steps: STEPS, training: false };
  const network = idleNetworks.take(model, () => new Network(model.weights, shape));
  try {
    network.resetState();
    for (let start = 0; start < ids.length; start += STEPS) {
      const window = ids.subarray(start, start + STEPS);
      network.forward(window);
      yield { start, ids: window, network };
      network.carry();
    }
  } finally {
    idleNetworks.giveBack(model, network);
  }
}
