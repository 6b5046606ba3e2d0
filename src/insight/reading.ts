import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { readInTurn } from '../model/in-turn.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';

/** Characters of a window at most: long enough for the products outside the time loop to be large. */
export const STEPS = 64;

/** A window, and the network that has just read it: its views are (T, ...), and the next window overwrites them. */
type Read<Window> = Window & { readonly network: Network };

/** Some characters of a text that follow one another. */
interface TextWindow {
  /** The place of the first one in the text. */
  readonly start: number;
  /** (T) */
  readonly inputs: Uint32Array;
}

const idleNetworks = new Pool<CharacterModel, Network>();

/** Reads one text in windows of at most `STEPS` characters, from zero state. */
export function* readAlone<Window extends { readonly inputs: Uint32Array }>(
  model: CharacterModel,
  windows: Iterable<Window>,
): Generator<Read<Window>, void, void> {
  const shape = { rows: 1, steps: STEPS, training: false };
  const network = idleNetworks.take(model, () => new Network(model.weights, shape));
  try {
    for (const window of readInTurn(network, windows)) yield { ...window, network };
  } finally {
    idleNetworks.giveBack(model, network);
  }
}

/** Reads a text once, from zero state, window by window. */
export function readWindows(
  model: CharacterModel,
  ids: Uint32Array,
): Generator<Read<TextWindow>, void, void> {
  return readAlone(model, windowsOf(ids));
}

function* windowsOf(ids: Uint32Array): Generator<TextWindow, void, void> {
  for (let start = 0; start < ids.length; start += STEPS) {
    yield { start, inputs: ids.subarray(start, start + STEPS) };
  }
}
