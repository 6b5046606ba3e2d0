import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { CELLS } from '../model/cells.js';
import { checkIndex, clamped } from '../numbers.js';
import { encodeKnown, readWindows } from './reading.js';

/**
 * The states of a layer's cells after each character t of a text, (T, H) each: unit u is at t * H + u.
 */
export interface LayerCells {
  /** Cell states, which are unbounded: a counter may grow large. Hidden states in cells without them. */
  readonly c: Float32Array;
  /**
   * tanh(c), from -1 to 1: what the output gates let through, h = o * tanh(c) (Hochreiter & Schmidhuber
   * 1997). Hidden states are already between -1 and 1 and stay as they are.
   */
  readonly tanh: Float32Array;
}

/** A window of consecutive characters, with the states of the cells after each of them. */
export interface CellWindow {
  /** The index of its first character in the text. */
  readonly start: number;
  /** The number of characters, T. */
  readonly length: number;
  /** Views that the next window overwrites. */
  readonly layers: readonly LayerCells[];
}

/** Reads a text once, from zero state, and yields the states of the cells window by window. */
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
 * Returns the states of one unit.
 * @returns (T): c after each character
 * @throws RangeError naming a layer or a unit that does not exist
 */
export function unitStates(
  model: CharacterModel,
  ids: Uint32Array,
  { layer, unit }: { readonly layer: number; readonly unit: number },
): Float32Array {
  const { hidden, layers } = model.config;
  checkIndex('layer', layer, layers);
  checkIndex('unit', unit, hidden);
  const states = new Float32Array(ids.length);
  for (const { start, inputs, network } of readWindows(model, ids)) {
    const c = network.cells(layer);
    for (let t = 0; t < inputs.length; t++) states[start + t] = c[t * hidden + unit]!;
  }
  return states;
}

/**
 * Returns the states of all units from one character to the end of a text.
 * @param start the index of the first character whose states are returned
 * @returns (T, H) for each layer, the first layer first
 */
export function statesFrom(model: CharacterModel, ids: Uint32Array, start: number): Float32Array[] {
  const { hidden, layers } = model.config;
  const states = Array.from({ length: layers }, () => new Float32Array((ids.length - start) * hidden));
  for (const { start: windowStart, inputs, network } of readWindows(model, ids)) {
    const skipped = clamped(start - windowStart, { minimum: 0, maximum: inputs.length });
    const at = Math.max(0, windowStart - start) * hidden;
    for (const [layer, all] of states.entries()) all.set(network.cells(layer).subarray(skipped * hidden), at);
  }
  return states;
}

/**
 * Returns the states of all cells after each character of a text, which is read from zero state. `tanh` is
 * what `charlstm inspect cells` tints a text by. Characters are code points or, for a model of bytes, the
 * UTF-8 bytes of the text.
 * @returns the first layer first
 * @throws UserError naming the characters that the model never saw
 */
export function cellStates(model: CharacterModel, text: string): LayerCells[] {
  const ids = encodeKnown(model, text);
  return statesFrom(model, ids, 0).map((c) => ({ c, tanh: bounded(model, c) }));
}

/**
 * Returns the states of one unit after each character of a text, which is read from zero state.
 * @returns (T) each; see `cellStates`
 * @example
 * import { load } from 'charlstm';
 * import { statesOfUnit } from 'charlstm/insight';
 *
 * const model = await load('checkpoints/moby-dick-1');
 * const text = 'Thou poor, proud heaven-gazer';
 * const { tanh } = statesOfUnit(model, text, { layer: 1, unit: 7 });
 * Array.from(text, (character, t) => console.log(character, tanh[t]));
 * @throws RangeError naming a layer or a unit that does not exist
 * @throws UserError naming the characters that the model never saw
 */
export function statesOfUnit(
  model: CharacterModel,
  text: string,
  place: { readonly layer: number; readonly unit: number },
): LayerCells {
  const c = unitStates(model, encodeKnown(model, text), place);
  return { c, tanh: bounded(model, c) };
}
