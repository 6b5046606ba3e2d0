import { percent } from '../format.js';
import type { Gate } from '../model/cell.js';
import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import type { Network } from '../model/network.js';
import type { Check } from './check.js';
import { UNITS } from './thresholds.js';

interface LayerUnits {
  readonly layer: number;
  readonly units: number;
  /** Units whose output never moves, and others whose gates are all stuck. */
  readonly dead: number;
  readonly saturated: number;
  /** For each gate, by its name: the share of its activations that are saturated, and of its units that are stuck. */
  readonly gates: { readonly [gate: string]: { readonly saturated: number; readonly stuck: number } };
}

export interface UnitsEvidence {
  readonly characters: number;
  readonly layers: readonly LayerUnits[];
}

/** More characters would say the same. */
const MOST_PLACES = 20_000;

/** Counts, while a network reads, where its gates and outputs are. */
export class UnitCounts {
  readonly #gates: readonly Gate[];
  readonly #layers: { low: Uint32Array; high: Uint32Array; sum: Float64Array; squares: Float64Array }[];
  #places = 0;

  constructor(readonly config: ModelConfig) {
    const { cell, coupled = false, hidden, layers } = config;
    this.#gates = CELLS[cell].gates(coupled);
    const width = this.#gates.length * hidden;
    this.#layers = Array.from({ length: layers }, () => ({
      low: new Uint32Array(width),
      high: new Uint32Array(width),
      sum: new Float64Array(hidden),
      squares: new Float64Array(hidden),
    }));
  }

  readonly observe = (network: Network): void => {
    if (this.#places >= MOST_PLACES) return;
    const { hidden } = this.config;
    const width = this.#gates.length * hidden;
    for (const [layer, { low, high, sum, squares }] of this.#layers.entries()) {
      const gates = network.gates(layer);
      const h = network.hidden(layer);
      const limits = this.#gates.map(limitsOf);
      for (let i = 0; i < gates.length; i++) {
        const unit = i % width;
        const { from, to } = limits[Math.floor(unit / hidden)]!;
        if (gates[i]! < from) low[unit]!++;
        else if (gates[i]! > to) high[unit]!++;
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
    const layers = this.#layers.map(({ low, high, sum, squares }, layer) => {
      const isStuck = (place: number) => Math.max(low[place]!, high[place]!) >= UNITS.always * n;
      let dead = 0;
      let saturated = 0;
      for (let unit = 0; unit < hidden; unit++) {
        const variance = squares[unit]! / n - (sum[unit]! / n) ** 2;
        if (variance < UNITS.still ** 2) dead++;
        else if (this.#gates.every((_, gate) => isStuck(gate * hidden + unit))) saturated++;
      }
      const gates = this.#gates.map(({ name }, gate) => {
        const places = Array.from({ length: hidden }, (_, unit) => gate * hidden + unit);
        const outside = places.reduce((count, place) => count + low[place]! + high[place]!, 0);
        const stuck = places.filter(isStuck).length;
        return [name, { saturated: outside / (n * hidden), stuck: stuck / hidden }] as const;
      });
      return { layer, units: hidden, dead, saturated, gates: Object.fromEntries(gates) };
    });
    return { characters: n, layers };
  }
}

/** Outside these a gate is saturated: its slope is less than a third of the steepest. */
function limitsOf({ activation }: Gate): { from: number; to: number } {
  return activation === 'sigmoid'
    ? { from: UNITS.low, to: UNITS.high }
    : { from: -UNITS.high, to: UNITS.high };
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
      sentence: `${percent(share(worst))} of the units of layer ${layer} do no work: ${dead} of ${units} never change their output, of ${saturated} more every gate is stuck.`,
      remedy:
        'begin anew with --lr at a quarter of what it was, and with --layer-norm; or with a smaller --hidden',
    };
  },
};
