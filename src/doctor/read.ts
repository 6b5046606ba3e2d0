import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Network } from '../model/network.js';
import { readWindow } from '../text/batches.js';
import type { Stretch } from '../train/evaluate.js';

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
 * read side by side, each after the characters before it.
 * @returns nats, in the order of the text; fewer than 32 characters at the end are left out
 */
export function carriedLosses(
  model: CharacterModel,
  stretch: Stretch,
  observe: Observer = () => {},
): Float32Array {
  const { dataset, start, end } = stretch;
  const targets = end - start - 1;
  const rows = Math.max(1, Math.min(ROWS, Math.floor(targets / LEAST_PART)));
  const part = Math.floor(targets / rows);
  const network = networkOf(model, rows, STEPS);
  const losses = new Float32Array(rows * part);
  const warmUp = Math.min(WARM_UP, start);
  for (let at = -warmUp; at < part; ) {
    const length = Math.min(STEPS, (at < 0 ? 0 : part) - at);
    const starts = Array.from({ length: rows }, (_, row) => start + row * part + at);
    const window = readWindow(dataset, starts, length);
    network.forward(window.inputs);
    if (at >= 0) {
      observe(network);
      const found = network.losses(window.targets);
      for (let i = 0; i < found.length; i++)
        losses[(i % rows) * part + at + Math.floor(i / rows)] = found[i]!;
    }
    network.carry();
    at += length;
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
  const windows = Math.floor((end - start - 1) / window);
  const rows = Math.max(1, Math.min(ROWS, windows));
  const network = networkOf(model, rows, Math.min(STEPS, window));
  const losses = new Float32Array(windows * window);
  for (let first = 0; first < windows; first += rows) {
    // The last ones may be fewer than there are rows: some are read twice.
    const numbers = Array.from({ length: rows }, (_, row) => Math.min(first + row, windows - 1));
    network.resetState();
    for (let at = 0; at < window; at += STEPS) {
      const starts = numbers.map((number) => start + number * window + at);
      const part = readWindow(dataset, starts, Math.min(STEPS, window - at));
      network.forward(part.inputs);
      const found = network.losses(part.targets);
      for (let i = 0; i < found.length; i++) {
        losses[numbers[i % rows]! * window + at + Math.floor(i / rows)] = found[i]!;
      }
      network.carry();
    }
  }
  return losses;
}

function networkOf({ weights }: CharacterModel, rows: number, steps: number): Network {
  const network = new Network(weights, { rows, steps, training: false });
  network.resetState();
  return network;
}
