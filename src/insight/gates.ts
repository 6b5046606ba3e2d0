import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Gate } from '../model/cell.js';
import { gatesOf } from '../model/cells.js';
import { countSaturated } from '../model/saturation.js';
import { sumOf } from '../numbers.js';
import { readWindows } from './reading.js';

/** What a gate of a layer does while the network reads. */
export interface GateUse extends Gate {
  /** (H): the share of the characters at which each unit is saturated, below and above (see model/saturation.ts). */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Of its activations, over all units and characters. */
  readonly mean: number;
  /** (V): the mean over the units as each character is read; NaN where it is not in the text. */
  readonly byCharacter: Float64Array;
}

export interface LayerGates {
  /** In the order in which the cell has them: i, f, g, o of an LSTM; r, z, n of a GRU; h of a plain RNN. */
  readonly gates: readonly GateUse[];
  /**
   * (H): in how many characters what each unit holds decays to 1/e, as far as the gate that keeps the memory has its
   * way: -1 / mean(ln f), f being that gate's activation. The mean of logarithms is that of a product: after n characters
   * the factor is the product of n activations. Infinite where it kept all; undefined where no gate keeps the memory.
   */
  readonly memory: Float64Array | undefined;
}

export interface GateStatistics {
  /** Characters read. */
  readonly characters: number;
  /** (V): how often each character was read. */
  readonly counts: Uint32Array;
  /** The first layer first. */
  readonly layers: readonly LayerGates[];
}

/**
 * What the gates do while the network reads a text from zero state; what `charlstm inspect gates` shows. Characters are
 * code points, or for a model of bytes the bytes of the text in UTF-8; (V) is in the order of `model.vocabulary`.
 * @throws UserError naming characters that the model never saw
 */
export function gateStatistics(model: CharacterModel, text: string): GateStatistics {
  return gatesWhileReading(model, model.vocabulary.encode(text));
}

/** The same of a text as ids. */
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
      gates: ofLayer.map((tally) => tally.use(counts)),
      memory: ofLayer.find(({ gate }) => gate.keeps)?.memory(ids.length),
    })),
  };
}

/** Running sums of one gate of one layer: memory does not grow with the text. */
class Tally {
  readonly hidden: number;
  readonly #saturated: { left: Uint32Array; right: Uint32Array };
  /** (V): sums over units and places. */
  readonly #byCharacter: Float64Array;
  /** (H): sums of logarithms, of the gate that keeps the memory. */
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

  /** @param activations (T, G) of the layer, of which the gate has the columns from `from` on */
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

  use(counts: Uint32Array): GateUse {
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
