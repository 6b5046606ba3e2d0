import { type Checkpoint, modelOf } from '../checkpoint/checkpoint.js';
import { MODEL_DEFAULTS } from '../checkpoint/options.js';
import { gradientsByLag, leastText } from '../insight/gradients.js';
import type { CellName } from '../model/cells.js';
import type { Stretch } from '../text/dataset.js';
import type { Check, Missing } from './check.js';
import { shortTexts } from './short-texts.js';
import { VANISHING } from './thresholds.js';

export interface VanishingEvidence {
  readonly cell: CellName;
  readonly forgetBias: number;
  /** Positions of the text from which gradients were followed back. */
  readonly places: number;
  /** By layer, the mean norm of d loss(t) / d h(t - k) for k = 0, 1, ..., relative to its value at k = 0. */
  readonly layers: readonly (readonly number[])[];
}

/** Measures how far back the gradient of a character's loss reaches, as `charlstm inspect gradients` does. */
export function vanishingEvidence(
  checkpoint: Checkpoint,
  { dataset, start, end }: Stretch,
): VanishingEvidence | Missing {
  const maxLag = VANISHING.at;
  const least = leastText(maxLag);
  if (end - start < least) return { missing: `the text has fewer than ${least} characters` };
  const ids = dataset.read(start, end - start);
  const short = shortTexts(ids, checkpoint.record.model.end, maxLag);
  if (short) return short;
  const { weights, config } = modelOf(checkpoint, { training: true });
  const { places, layers } = gradientsByLag(weights, ids, {
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

/** The share of the gradient left `steps` steps back, in the layer that keeps most. */
function leftAfter(layers: VanishingEvidence['layers'], steps: number): number {
  return Math.max(...layers.map((norms) => norms[steps]!));
}

export const vanishing: Check<VanishingEvidence> = {
  id: 'vanishing-gradients',
  figures: ({ layers }) =>
    `of a loss's gradient, ${share(leftAfter(layers, 8))} is left 8 steps back, ${share(leftAfter(layers, VANISHING.at))} ${VANISHING.at} steps back`,
  diagnose({ layers, cell, forgetBias }) {
    const left = leftAfter(layers, VANISHING.at);
    if (left >= VANISHING.left) return undefined;
    const usual = MODEL_DEFAULTS.forgetBias;
    return {
      severity: 'caution',
      sentence: `Gradients vanish: ${VANISHING.at} characters back, ${share(left)} of a loss's gradient with respect to the state is left, so nothing is learned over that distance.`,
      remedy:
        cell === 'rnn'
          ? 'start a new run with --cell lstm or --cell gru'
          : `start a new run with a lower --lr, or with --layer-norm${forgetBias < usual ? ` and --forget-bias ${usual}` : ''}`,
    };
  },
};

function share(left: number): string {
  return left === 0 ? 'nothing' : left.toExponential(0);
}
