import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openEngine } from '../engine/engine.js';
import type { CellName } from '../model/cells.js';
import { MODEL_DEFAULTS } from '../model/config.js';
import { Network } from '../model/network.js';
import { Weights } from '../model/weights.js';
import { readWindow } from '../text/batches.js';
import type { Stretch } from '../train/evaluate.js';
import type { Check, Missing } from './check.js';
import { VANISHING } from './thresholds.js';

export interface VanishingEvidence {
  /** Places of the text that were looked back from. */
  readonly places: number;
  readonly cell: CellName;
  readonly forgetBias: number;
  /** How many steps back, at most. */
  readonly reach: number;
  /**
   * For each layer the norm of d loss(t) / d h(t - k), the root of its mean square over the places, at k = 0 to `reach`;
   * as a share of that at k = 0.
   */
  readonly layers: readonly (readonly number[])[];
}

const ROWS = 16;
const WINDOWS = 8;

/**
 * Measures how much of the gradient of a character's loss comes back to the states before it, without what other losses
 * add: only the last step of a window has one.
 */
export function vanishingEvidence(
  { record, state }: Checkpoint,
  { dataset, start, end }: Stretch,
): VanishingEvidence | Missing {
  const reach = VANISHING.farthest;
  const steps = reach + 1;
  const part = Math.floor((end - start - 1) / ROWS);
  const windows = Math.min(WINDOWS, Math.floor(part / steps));
  if (windows === 0) return { missing: `the text has fewer than ${ROWS * steps + 1} characters` };
  const weights = new Weights(openEngine(undefined, { quickly: true }), record.model, { training: true });
  weights.values.set(state.values);
  weights.pack();
  const network = new Network(weights, { rows: ROWS, steps, training: true });
  network.resetState();
  const { hidden, layers, vocabulary } = record.model;
  const squares = Array.from({ length: layers }, () => new Float64Array(steps));
  for (let window = 0; window < windows; window++) {
    const starts = Array.from({ length: ROWS }, (_, row) => start + row * part + window * steps);
    const { inputs, targets } = readWindow(dataset, starts, steps);
    network.forward(inputs);
    network.losses(targets, { training: true });
    network.logits.fill(0, 0, reach * ROWS * vocabulary); // now their gradient
    network.backward();
    for (const [layer, sums] of squares.entries()) {
      const gradients = network.hiddenGradients(layer);
      for (let i = 0; i < gradients.length; i++) {
        sums[reach - Math.floor(i / (ROWS * hidden))]! += gradients[i]! ** 2;
      }
    }
    network.carry();
  }
  return {
    places: ROWS * windows,
    cell: record.model.cell,
    forgetBias: record.model.forgetBias ?? MODEL_DEFAULTS.forgetBias,
    reach,
    layers: squares.map((sums) => Array.from(sums, (sum) => Math.sqrt(sum / sums[0]!))),
  };
}

/** What is left of the gradient after so many steps, in the layer where most is. */
function leftAfter(layers: VanishingEvidence['layers'], steps: number): number {
  return Math.max(...layers.map((norms) => norms[steps]!));
}

export const vanishing: Check<VanishingEvidence> = {
  id: 'vanishing-gradients',
  figures: ({ layers }) =>
    `of a loss's gradient ${share(leftAfter(layers, 8))} comes back 8 steps, ${share(leftAfter(layers, VANISHING.at))} comes back ${VANISHING.at}`,
  diagnose({ layers, cell, forgetBias }) {
    const left = leftAfter(layers, VANISHING.at);
    if (left >= VANISHING.left) return undefined;
    const usual = MODEL_DEFAULTS.forgetBias;
    return {
      severity: 'caution',
      sentence: `Gradients vanish: of what a loss says of the state, ${share(left)} is left ${VANISHING.at} characters before, so that nothing is learned over such a distance.`,
      remedy:
        cell === 'rnn'
          ? 'begin anew with --cell lstm or --cell gru'
          : `begin anew with a lower --lr, or with --layer-norm${forgetBias < usual ? ` and --forget-bias ${usual}` : ''}`,
    };
  },
};

function share(left: number): string {
  return left === 0 ? 'nothing' : left.toExponential(0);
}
