import { type Checkpoint, modelOf } from '../checkpoint/checkpoint.js';
import { gradientsByLag, leastText } from '../insight/gradients.js';
import type { CellName } from '../model/cells.js';
import { MODEL_DEFAULTS } from '../model/config.js';
import type { Stretch } from '../text/dataset.js';
import type { Check, Missing } from './check.js';
import { VANISHING } from './thresholds.js';

export interface VanishingEvidence {
  readonly cell: CellName;
  readonly forgetBias: number;
  /** Places of the text that were looked back from. */
  readonly places: number;
  /** For each layer the mean norm of d loss(t) / d h(t - k), from k = 0 on, as a share of that at k = 0. */
  readonly layers: readonly (readonly number[])[];
}

/** Measures how far the gradient of a character's loss comes back, as `charlstm inspect gradients` does. */
export function vanishingEvidence(
  checkpoint: Checkpoint,
  { dataset, start, end }: Stretch,
): VanishingEvidence | Missing {
  const maxLag = VANISHING.at;
  const least = leastText(maxLag);
  if (end - start < least) return { missing: `the text has fewer than ${least} characters` };
  const { weights, config } = modelOf(checkpoint, { training: true });
  const { places, layers } = gradientsByLag(weights, dataset.read(start, end - start), {
    maxLag,
    places: VANISHING.places,
  });
  return {
    cell: config.cell,
    forgetBias: config.forgetBias ?? MODEL_DEFAULTS.forgetBias,
    places,
    layers: layers.map((norms) => Array.from(norms, (norm) => norm / norms[0]!)),
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
