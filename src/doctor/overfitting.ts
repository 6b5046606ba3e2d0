import type { RunRecord } from '../checkpoint/record.js';
import { grouped } from '../numbers.js';
import { windowsPerEpoch } from '../text/batches.js';
import type { Check, Missing } from './check.js';
import { CERTAIN, OVERFITTING } from './thresholds.js';
import type { LeadEvidence } from './validation.js';

export interface OverfittingEvidence {
  /** The steps with the lowest and with the latest validation loss. */
  readonly bestStep: number;
  readonly bestEpoch: number;
  readonly step: number;
  /** Nats: the validation loss then and now, and the mean training loss around then and now. */
  readonly best: number;
  readonly validation: number;
  readonly trainingThen: number;
  readonly training: number;
  /** The standard error of the rise, from both checkpoints on the same text; null if not measured. */
  readonly riseError: number | null;
}

/** @param lead the comparison of two checkpoints; it counts if they are the best and the last */
export function overfittingEvidence(
  { history, training, corpus }: RunRecord,
  lead: LeadEvidence | null,
): OverfittingEvidence | Missing {
  const points = history.flatMap((point) =>
    point.validation === null ? [] : [{ ...point, validation: point.validation }],
  );
  if (points.length < 2) {
    return {
      missing: history.length >= 2 ? 'the run kept no text for validation' : 'fewer than two validations',
    };
  }
  const best = points.reduce((least, point) => (point.validation < least.validation ? point : least));
  const last = points.at(-1)!;
  const isCompared = lead !== null && lead.bestStep === best.step && lead.otherStep === last.step;
  return {
    bestStep: best.step,
    bestEpoch: best.step / windowsPerEpoch({ ...training, ...corpus }),
    step: last.step,
    best: best.validation,
    validation: last.validation,
    trainingThen: best.training,
    training: last.training,
    riseError: isCompared ? lead.leadError : null,
  };
}

export const overfitting: Check<OverfittingEvidence> = {
  id: 'overfitting',
  figures: ({ bestStep, best, validation, training, riseError }) =>
    `lowest validation loss ${best.toFixed(4)} (step ${grouped(bestStep)}), now ${validation.toFixed(4)}` +
    (riseError === null ? '' : ` (± ${(CERTAIN * riseError).toFixed(4)})`) +
    `; training loss now ${training.toFixed(4)}`,
  diagnose({ bestStep, bestEpoch, best, validation, trainingThen, training, riseError }) {
    const rise = validation - best;
    const isRise = rise > OVERFITTING.rise * best && rise > OVERFITTING.errors * (riseError ?? 0);
    const fall = trainingThen - training;
    const isKnown = fall > OVERFITTING.fall * rise || training < OVERFITTING.byHeart * best;
    if (!isRise || fall <= 0 || !isKnown) return undefined;
    return {
      severity: rise > OVERFITTING.seriousRise * best ? 'serious' : 'caution',
      sentence: `The network is memorising its text: since step ${grouped(bestStep)} (epoch ${bestEpoch.toFixed(1)}) the validation loss rose by ${rise.toFixed(3)} nats while the training loss fell by ${fall.toFixed(3)}.`,
      remedy: `the best checkpoint is kept; try --dropout 0.3, a smaller --hidden, more text, or --epochs ${Math.max(1, Math.round(bestEpoch))}`,
    };
  },
};
