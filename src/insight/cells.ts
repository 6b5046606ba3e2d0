import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { CELLS } from '../model/cells.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';

/** Long enough for the products outside the time loop to be large. */
const STEPS = 64;

/** What the cells of a layer hold, (T, H) each: row t is after character t of the text. */
export interface LayerCells {
  /** The cell states, which have no bounds: what counts may go far. Of cells that have none the hidden states. */
  readonly c: Float32Array;
  /**
   * Their tanh, from -1 to 1: what the output gates let through, h = o * tanh(c) (Hochreiter & Schmidhuber 1997). Hidden
   * states lie between -1 and 1 as they are.
   */
  readonly tanh: Float32Array;
}

/** Some characters that follow one another, and what the cells hold after each of them. */
export interface CellWindow {
  /** The place of its first character in the text. */
  readonly start: number;
  /** Characters, T. */
  readonly length: number;
  /** The next window overwrites them. */
  readonly layers: readonly LayerCells[];
}

const idleNetworks = new Pool<CharacterModel, Network>();

/** Reads a text once, from zero state, and tells what the cells hold. */
export function* cellWindows(model: CharacterModel, ids: Uint32Array): Generator<CellWindow> {
  const shape = { rows: 1, steps: STEPS, training: false };
  const network = idleNetworks.take(model, () => new Network(model.weights, shape));
  try {
    network.resetState();
    for (let start = 0; start < ids.length; start += STEPS) {
      const window = ids.subarray(start, start + STEPS);
      network.forward(window);
      const layers = network.layers.map(({ index }) => {
        const c = network.cells(index);
        return { c, tanh: CELLS[model.config.cell].hasCellState ? c.map(Math.tanh) : c };
      });
      yield { start, length: window.length, layers };
      network.carry();
    }
  } finally {
    idleNetworks.giveBack(model, network);
  }
}

/**
 * The states of one cell.
 * @returns (T): c after each character
 */
export function unitStates(
  model: CharacterModel,
  ids: Uint32Array,
  { layer, unit }: { readonly layer: number; readonly unit: number },
): Float32Array {
  const { hidden } = model.config;
  const states = new Float32Array(ids.length);
  for (const { start, length, layers } of cellWindows(model, ids)) {
    for (let t = 0; t < length; t++) states[start + t] = layers[layer]!.c[t * hidden + unit]!;
  }
  return states;
}

/**
 * What all cells hold after each character of a text that is read from zero state; `tanh` is what
 * `charlstm inspect cells` tints a text by. Characters are code points, or for a model of bytes the bytes of the text in
 * UTF-8.
 * @returns the first layer first
 * @throws UserError naming characters that the model never saw
 */
export function cellStates(model: CharacterModel, text: string): LayerCells[] {
  const ids = model.vocabulary.encode(text);
  const { hidden, layers } = model.config;
  const size = ids.length * hidden;
  const all = Array.from({ length: layers }, () => ({
    c: new Float32Array(size),
    tanh: new Float32Array(size),
  }));
  for (const window of cellWindows(model, ids)) {
    for (const [layer, { c, tanh }] of window.layers.entries()) {
      all[layer]!.c.set(c, window.start * hidden);
      all[layer]!.tanh.set(tanh, window.start * hidden);
    }
  }
  return all;
}
