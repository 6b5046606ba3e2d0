import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { readInTurn } from '../model/in-turn.js';
import { Network } from '../model/network.js';
import { windowsAlong } from '../text/batches.js';
import type { Stretch } from '../text/dataset.js';

const ROWS = 32;
/** Few, since the logits of every step take memory, much of it where there are many characters. */
const STEPS = 16;
/** Characters before a part that is read with the state carried, unscored: they warm the state up. */
const WARM_UP = 256;
/** Shorter parts would be mostly warm-up. */
const LEAST_PART = 256;

/** Is told after each forward pass, while the network still holds its activations. */
type Observer = (network: Network) => void;

/**
 * The loss of each character of a stretch but the first, given all before it: it is cut into up to 32 parts that are
 * read side by side, each after as many of the 256 characters before it as there are before the stretch.
 * @returns nats, in the order of the text; fewer than 32 characters at the end are left out
 */
export function carriedLosses(
  model: CharacterModel,
  { dataset, start, end }: Stretch,
  observe: Observer = () => {},
): Float32Array {
  const characters = end - start - 1;
  const rows = Math.max(1, Math.min(ROWS, Math.floor(characters / LEAST_PART)));
  const length = Math.floor(characters / rows);
  const network = new Network(model.weights, { rows, steps: STEPS, training: false });
  const losses = new Float32Array(rows * length);
  const places = Array.from({ length: rows }, (_, row) => row * length);
  const starts = places.map((place) => start + place);
  const warmUp = Math.min(WARM_UP, start);
  const windows = windowsAlong(dataset, { starts, length, warmUp, steps: STEPS });
  for (const { at, targets } of readInTurn(network, windows)) {
    if (at < 0) continue;
    observe(network);
    put(network.losses(targets), losses, places, at);
  }
  return losses;
}

/**
 * The same where the state is zero at the start of each window of so many characters, the first of which begins with
 * the stretch.
 * @returns nats, in the order of the text; what does not fill a window is left out
 */
export function resetLosses(
  model: CharacterModel,
  { dataset, start, end }: Stretch,
  window: number,
): Float32Array {
  const count = Math.floor((end - start - 1) / window);
  const rows = Math.max(1, Math.min(ROWS, count));
  const network = new Network(model.weights, { rows, steps: Math.min(STEPS, window), training: false });
  const losses = new Float32Array(count * window);
  for (let first = 0; first < count; first += rows) {
    // The last ones may be fewer than there are rows: some are read twice.
    const places = Array.from({ length: rows }, (_, row) => Math.min(first + row, count - 1) * window);
    const starts = places.map((place) => start + place);
    const windows = windowsAlong(dataset, { starts, length: window, steps: STEPS });
    for (const { at, targets } of readInTurn(network, windows)) {
      put(network.losses(targets), losses, places, at);
    }
  }
  return losses;
}

/** Puts losses of a window, time-major, where they belong in the text: each row from its place on, after `at` others. */
function put(found: Float32Array, losses: Float32Array, places: readonly number[], at: number): void {
  const rows = places.length;
  found.forEach((loss, i) => {
    losses[places[i % rows]! + at + Math.floor(i / rows)] = loss;
  });
}
