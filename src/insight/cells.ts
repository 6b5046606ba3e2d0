import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { CELLS } from '../model/cells.js';
import { clamped } from '../numbers.js';
import { readWindows } from './reading.js';

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

/** Reads a text once, from zero state, and tells what the cells hold. */
export function* cellWindows(model: CharacterModel, ids: Uint32Array): Generator<CellWindow> {
  for (const { start, inputs, network } of readWindows(model, ids)) {
    const layers = network.layers.map(({ index }) => {
      const c = network.cells(index);
      return { c, tanh: bounded(model, c) };
    });
    yield { start, length: inputs.length, layers };
  }
}

function bounded({ config }: CharacterModel, states: Float32Array): Float32Array {
  return CELLS[config.cell].hasCellState ? states.map(Math.tanh) : states;
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
  for (const { start, inputs, network } of readWindows(model, ids)) {
    const c = network.cells(layer);
    for (let t = 0; t < inputs.length; t++) states[start + t] = c[t * hidden + unit]!;
  }
  return states;
}

/**
 * The states of all cells over the end of a text.
 * @param start the place of the first character whose states are wanted
 * @returns (T, H) for each layer, the first layer first
 */
export function stretchStates(model: CharacterModel, ids: Uint32Array, start: number): Float32Array[] {
  const { hidden, layers } = model.config;
  const states = Array.from({ length: layers }, () => new Float32Array((ids.length - start) * hidden));
  for (const { start: begin, inputs, network } of readWindows(model, ids)) {
    const skipped = clamped(start - begin, { minimum: 0, maximum: inputs.length });
    const at = Math.max(0, begin - start) * hidden;
    for (const [layer, all] of states.entries()) all.set(network.cells(layer).subarray(skipped * hidden), at);
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
  return stretchStates(model, ids, 0).map((c) => ({ c, tanh: bounded(model, c) }));
}
