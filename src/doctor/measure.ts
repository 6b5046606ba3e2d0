import { Ngrams } from '../baseline/ngram.js';
import type { CharacterModel, Checkpoint } from '../checkpoint/checkpoint.js';
import { readInTurn } from '../model/in-turn.js';
import { initialise } from '../model/initialise.js';
import { Network } from '../model/network.js';
import { parameterTable } from '../model/parameters.js';
import { windowsAlong } from '../text/batches.js';
import type { Stretch } from '../text/dataset.js';
import { lastPredicted } from '../text/ids.js';

const ROWS = 32;
/** Few, because the logits of every step take memory, and with a large vocabulary a lot of it. */
const STEPS = 16;
/** Characters read before each part to warm up its state; they are not scored. */
const WARM_UP = 256;
/** Shorter parts would be mostly warm-up. */
const LEAST_PART = 256;

/** Called after each forward pass, while the network still holds its activations. */
type Observer = (network: Network) => void;

/**
 * Returns the loss of every character of a stretch except the first, given everything before it. The stretch
 * is cut into up to 32 parts that are read side by side. Each is preceded by up to 256 characters of warm-up,
 * limited by what precedes the stretch.
 * @returns nats, in text order; up to 31 characters at the end are left out
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
    scatter(network.losses(targets), losses, places, at);
  }
  return losses;
}

/**
 * Returns the same losses when the state is reset to zero at the start of each window of `window` characters.
 * The first window begins with the stretch.
 * @returns nats, in text order; characters that do not fill a window are left out
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
    // The last group may be smaller than the number of rows; some windows are then read twice.
    const places = Array.from({ length: rows }, (_, row) => Math.min(first + row, count - 1) * window);
    const starts = places.map((place) => start + place);
    const windows = windowsAlong(dataset, { starts, length: window, steps: STEPS });
    for (const { at, targets } of readInTurn(network, windows)) {
      scatter(network.losses(targets), losses, places, at);
    }
  }
  return losses;
}

/** Scatters the time-major losses of a window: each row to its place in the text, `at` characters on. */
function scatter(found: Float32Array, losses: Float32Array, places: readonly number[], at: number): void {
  const rows = places.length;
  found.forEach((loss, i) => {
    losses[places[i % rows]! + at + Math.floor(i / rows)] = loss;
  });
}

/** Losses of simpler methods on the validation text, in nats per character. */
export interface Baselines {
  /** All characters equally likely. */
  readonly uniform: number;
  /** Character frequencies. */
  readonly unigram: number;
  /** Given one preceding character. */
  readonly bigram: number;
  /** Given two preceding characters. */
  readonly trigram: number;
}

const ORDER = 3;
/** The n-grams are counted in at most this many characters, the last ones before the stretch. */
const MOST_LEARNED = 2_000_000;

/**
 * @param stretch begins where the training text ends
 * @param textEnd the id of the end of a text, if there is one
 */
export function baselinesOf({ dataset, start, end }: Stretch, textEnd: number | undefined): Baselines {
  const last = lastPredicted(dataset.vocabulary, textEnd);
  const count = Array.from(dataset.read(start + 1, end - start - 1)).filter((id) => id <= last).length;
  const ngrams = new Ngrams(dataset.vocabulary, ORDER, textEnd);
  ngrams.prepare(dataset, start + 1, end);
  ngrams.learn(dataset, Math.max(0, start - MOST_LEARNED), start);
  const [unigram, bigram, trigram] = ngrams.losses(dataset, start + 1, end).map((sum) => sum / count) as [
    number,
    number,
    number,
  ];
  return { uniform: Math.log(last + 1), unigram, bigram, trigram };
}

/**
 * Returns how far training has moved the recurrent matrices: the norm of the change divided by the norm of
 * the initial values, which are a function of the configuration and the seed. These matrices start
 * orthogonal, so the ratio means the same in networks of any size; and unlike the embedding they have no rows
 * that rare characters leave untouched.
 * @returns null if the run started from trained weights
 */
export function movementOf({ record, state }: Checkpoint): number | null {
  if (record.from) return null;
  const table = parameterTable(record.model);
  const initial = new Float32Array(table.count);
  initialise(table, initial, record.training.seed);
  let [change, norm] = [0, 0];
  for (const { name, start, length } of table.parameters) {
    if (!name.includes('weight_hh')) continue;
    for (let i = start; i < start + length; i++) {
      change += (state.values[i]! - initial[i]!) ** 2;
      norm += initial[i]! ** 2;
    }
  }
  return Math.sqrt(change / norm);
}
