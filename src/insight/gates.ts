import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Gate } from '../model/cell.js';
import { gatesOf } from '../model/cells.js';
import { countSaturated } from '../model/saturation.js';
import { sumOf } from '../numbers.js';
import { encodeKnown, readWindows } from './reading.js';

/** Statistics of one gate of a layer while the network reads. */
export interface GateUse extends Gate {
  /** (H): the share of characters at which each unit is saturated low, or high (see model/saturation.ts). */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** The mean activation over all units and characters. */
  readonly mean: number;
  /** (V): the mean over all units as each character is read; NaN for characters absent from the text. */
  readonly byCharacter: Float64Array;
}

export interface LayerGates {
  /** In the cell's own order: i, f, g, o for an LSTM; r, z, n for a GRU; h for a plain RNN. */
  readonly gates: readonly GateUse[];
  /**
   * (H): the number of characters after which each unit's memory decays to 1/e, judged by the gate that keeps
   * it: -1 / mean(ln f), where f is that gate's activation. Logarithms are averaged because the factor after
   * n characters is the product of n activations. Infinite if everything was kept; undefined if no gate keeps
   * memory.
   */
  readonly memory: Float64Array | undefined;
}

export interface GateStatistics {
  /** The number of characters read. */
  readonly characters: number;
  /** (V): how often each character was read. */
  readonly counts: Uint32Array;
  /** The first layer first. */
  readonly layers: readonly LayerGates[];
}

/**
 * Collects statistics of the gates while the network reads a text from zero state, as `charlstm inspect
 * gates` shows them. Characters are code points or, for a model of bytes, the UTF-8 bytes of the text; (V) is
 * in the order of `model.vocabulary`.
 * @throws UserError naming the characters that the model never saw
 */
export function gateStatistics(model: CharacterModel, text: string): GateStatistics {
  return gatesWhileReading(model, encodeKnown(model, text));
}

/** Collects the same statistics for a text given as ids. */
export function gatesWhileReading(model: CharacterModel, ids: Uint32Array): GateStatistics {
  const { layers, vocabulary } = model.config;
  const gates = gatesOf(model.config);
  const tallies = Array.from({ length: layers }, () => gates.map((gate) => new Tally(gate, model.config)));
  const counts = new Uint32Array(vocabulary);
  for (const { inputs: window, network } of readWindows(model, ids)) {
    for (const id of window) counts[id]!++;
    for (const [layer, ofLayer] of tallies.entries()) {
      const activations = network.gates(layer);
      for (const [index, tally] of ofLayer.entries()) tally.add(window, activations, index * tally.hidden);
    }
  }
  return {
    characters: ids.length,
    counts,
    layers: tallies.map((ofLayer) => ({
      gates: ofLayer.map((tally) => tally.statistics(counts)),
      memory: ofLayer.find(({ gate }) => gate.keeps)?.memory(ids.length),
    })),
  };
}

/** Running sums for one gate of one layer, so that memory does not grow with the text. */
class Tally {
  readonly hidden: number;
  readonly #saturated: { left: Uint32Array; right: Uint32Array };
  /** (V): sums over units and positions. */
  readonly #byCharacter: Float64Array;
  /** (H): sums of logarithms, for the gate that keeps the memory. */
  readonly #logarithms: Float64Array | undefined;

  constructor(
    readonly gate: Gate,
    { hidden, vocabulary }: { hidden: number; vocabulary: number },
  ) {
    this.hidden = hidden;
    this.#saturated = { left: new Uint32Array(hidden), right: new Uint32Array(hidden) };
    this.#byCharacter = new Float64Array(vocabulary);
    this.#logarithms = gate.keeps && new Float64Array(hidden);
  }

  /** @param activations (T, G) of the layer; the gate's columns start at `from` */
  add(ids: Uint32Array, activations: Float32Array, from: number): void {
    const width = activations.length / ids.length;
    countSaturated(activations, { from, width, activation: this.gate.activation }, this.#saturated);
    for (const [t, id] of ids.entries()) {
      const row = activations.subarray(t * width + from, t * width + from + this.hidden);
      this.#byCharacter[id]! += sumOf(row);
      if (!this.#logarithms) continue;
      for (let unit = 0; unit < row.length; unit++) this.#logarithms[unit]! += Math.log(row[unit]!);
    }
  }

  statistics(counts: Uint32Array): GateUse {
    const characters = Math.max(1, sumOf(counts));
    const shares = (count: Uint32Array) => Float64Array.from(count, (times) => times / characters);
    return {
      ...this.gate,
      left: shares(this.#saturated.left),
      right: shares(this.#saturated.right),
      mean: sumOf(this.#byCharacter) / (characters * this.hidden),
      byCharacter: this.#byCharacter.map((sum, id) => sum / (counts[id]! * this.hidden)),
    };
  }

  memory(characters: number): Float64Array {
    return this.#logarithms!.map((sum) => (sum === 0 ? Number.POSITIVE_INFINITY : -characters / sum));
  }
}
