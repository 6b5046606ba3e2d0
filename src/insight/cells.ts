import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Network } from '../model/network.js';

/** Long enough for the products outside the time loop to be large. */
const STEPS = 64;

/** Some characters that follow one another, and what the cells hold after each of them. */
export interface CellWindow {
  /** The place of its first character in the text. */
  readonly start: number;
  /** Characters, T. */
  readonly length: number;
  /** (T, H) of each layer: tanh of the cell state, from -1 to 1. The next window overwrites them. */
  readonly layers: readonly Float32Array[];
}

/** Networks that nobody uses at the moment: memory in an arena is never freed, so they are used again. */
const idle = new WeakMap<CharacterModel, Network[]>();

/**
 * Reads a text once from zero state, and tells what the cells hold: tanh(c) of each unit, what its output gate is given
 * to let through (h = o * tanh(c); Hochreiter & Schmidhuber 1997). The state itself has no bounds.
 */
export function* cellWindows(model: CharacterModel, ids: Uint32Array): Generator<CellWindow> {
  const { hidden, layers } = model.config;
  const networks = idle.get(model) ?? [];
  idle.set(model, networks);
  const network = networks.pop() ?? new Network(model.weights, { rows: 1, steps: STEPS, training: false });
  const held = Array.from({ length: layers }, () => new Float32Array(STEPS * hidden));
  try {
    network.resetState();
    for (let start = 0; start < ids.length; start += STEPS) {
      const window = ids.subarray(start, start + STEPS);
      network.forward(window);
      held.forEach((values, layer) => {
        network.cells(layer).forEach((c, i) => {
          values[i] = Math.tanh(c);
        });
      });
      const size = window.length * hidden;
      yield { start, length: window.length, layers: held.map((values) => values.subarray(0, size)) };
      network.carry();
    }
  } finally {
    networks.push(network);
  }
}

/**
 * What one unit holds after each character of a text.
 * @returns (T): tanh of the cell state, from -1 to 1
 */
export function unitStates(
  model: CharacterModel,
  ids: Uint32Array,
  { layer, unit }: { readonly layer: number; readonly unit: number },
): Float32Array {
  const { hidden } = model.config;
  const states = new Float32Array(ids.length);
  for (const { start, length, layers } of cellWindows(model, ids)) {
    for (let t = 0; t < length; t++) states[start + t] = layers[layer]![t * hidden + unit]!;
  }
  return states;
}

/**
 * What all cells hold after each character of a text that is read from zero state: the values by which
 * `charlstm inspect cells` tints it.
 * @returns for each layer (T, H): row t is tanh of the cell states after character t, from -1 to 1. Characters are code
 * points, or for a model of bytes the bytes of the text in UTF-8.
 * @throws UserError naming characters that the model never saw
 */
export function cellStates(model: CharacterModel, text: string): Float32Array[] {
  const ids = model.vocabulary.encode(text);
  const { hidden, layers } = model.config;
  const states = Array.from({ length: layers }, () => new Float32Array(ids.length * hidden));
  for (const window of cellWindows(model, ids)) {
    states.forEach((all, layer) => {
      all.set(window.layers[layer]!, window.start * hidden);
    });
  }
  return states;
}
