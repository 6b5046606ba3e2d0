import { percent } from '../format.js';
import type { Gate } from '../model/cell.js';
import { gatesOf } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import type { Network } from '../model/network.js';
import { countSaturated, type SaturationCounts } from '../model/saturation.js';
import type { Check } from './check.js';
import { UNITS } from './thresholds.js';

interface LayerUnits {
  readonly layer: number;
  readonly units: number;
  /** Units whose output never moves, and other units whose gates are all stuck. */
  readonly dead: number;
  readonly saturated: number;
  /** By gate: the share of its activations that are saturated, and of the units where it is stuck. */
  readonly gates: { readonly [gate: string]: { readonly saturated: number; readonly stuck: number } };
}

export interface UnitsEvidence {
  readonly characters: number;
  readonly layers: readonly LayerUnits[];
}

/** More characters would not change the result. */
const MOST_PLACES = 20_000;

/** Collects statistics of gates and outputs while a network reads. */
export class UnitCounts {
  readonly #gates: readonly Gate[];
  readonly #layers: { gates: SaturationCounts[]; sum: Float64Array; squares: Float64Array }[];
  #places = 0;

  constructor(readonly config: ModelConfig) {
    const { hidden, layers } = config;
    this.#gates = gatesOf(config);
    const count = () => new Uint32Array(hidden);
    this.#layers = Array.from({ length: layers }, () => ({
      gates: this.#gates.map(() => ({ left: count(), right: count() })),
      sum: new Float64Array(hidden),
      squares: new Float64Array(hidden),
    }));
  }

  readonly observe = (network: Network): void => {
    if (this.#places >= MOST_PLACES) return;
    const { hidden } = this.config;
    const width = this.#gates.length * hidden;
    for (const [layer, { gates, sum, squares }] of this.#layers.entries()) {
      const h = network.hidden(layer);
      for (const [index, { activation }] of this.#gates.entries()) {
        countSaturated(network.gates(layer), { from: index * hidden, width, activation }, gates[index]!);
      }
      for (let i = 0; i < h.length; i++) {
        sum[i % hidden]! += h[i]!;
        squares[i % hidden]! += h[i]! ** 2;
      }
      if (layer === 0) this.#places += h.length / hidden;
    }
  };

  get evidence(): UnitsEvidence {
    const { hidden } = this.config;
    const n = this.#places;
    const layers = this.#layers.map(({ gates: counts, sum, squares }, layer) => {
      const isStuck = ({ left, right }: SaturationCounts, unit: number) =>
        Math.max(left[unit]!, right[unit]!) >= UNITS.always * n;
      let dead = 0;
      let saturated = 0;
      for (let unit = 0; unit < hidden; unit++) {
        const variance = squares[unit]! / n - (sum[unit]! / n) ** 2;
        if (variance < UNITS.still ** 2) dead++;
        else if (counts.every((gate) => isStuck(gate, unit))) saturated++;
      }
      const gates = this.#gates.map(({ name }, gate) => {
        const { left, right } = counts[gate]!;
        const outside = left.reduce((sum, times, unit) => sum + times + right[unit]!, 0);
        const stuck = left.filter((_, unit) => isStuck(counts[gate]!, unit)).length;
        return [name, { saturated: outside / (n * hidden), stuck: stuck / hidden }] as const;
      });
      return { layer, units: hidden, dead, saturated, gates: Object.fromEntries(gates) };
    });
    return { characters: n, layers };
  }
}

export const units: Check<UnitsEvidence> = {
  id: 'dead-or-saturated-units',
  figures: ({ layers }) =>
    layers
      .map(
        ({ layer, units, dead, saturated }) =>
          `layer ${layer}: ${dead} of ${units} dead, ${saturated} saturated`,
      )
      .join('; '),
  diagnose({ layers }) {
    const share = ({ dead, saturated, units }: LayerUnits) => (dead + saturated) / units;
    const worst = layers.reduce((most, layer) => (share(layer) > share(most) ? layer : most));
    if (share(worst) < UNITS.share) return undefined;
    const { layer, dead, saturated, units } = worst;
    return {
      severity: share(worst) > 0.5 ? 'serious' : 'caution',
      sentence: `${percent(share(worst))} of the units of layer ${layer} do no work: ${dead} of ${units} never change their output, and in ${saturated} more every gate is stuck.`,
      remedy:
        'start a new run with a quarter of the current --lr and with --layer-norm, or with a smaller --hidden',
    };
  },
};
