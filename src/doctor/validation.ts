import { amountOf, grouped } from '../numbers.js';
import type { Check } from './check.js';
import { blockMeans, type Estimate, estimateOf } from './statistics.js';
import { CERTAIN, LEAST_WINDOWS, VALIDATION } from './thresholds.js';

/** The best checkpoint of a run and the one that comes next. */
export interface LeadEvidence {
  readonly bestStep: number;
  readonly otherStep: number;
  /** How much lower the loss of the best is on the validation text, in nats, and the standard error of that. */
  readonly lead: number;
  readonly leadError: number;
}

export interface ValidationEvidence {
  readonly characters: number;
  readonly loss: number;
  /** The standard error of the loss, nats. */
  readonly error: number;
  /** Null where there is one checkpoint. */
  readonly lead: LeadEvidence | null;
}

/**
 * A text is about something for pages, so that what is surprising stands together: blocks of it are taken for independent that
 * are as long as may be, but at least so many characters. They give an error three times that of single characters.
 */
const BLOCK = 64;
const BLOCKS = 32;

/** The mean of losses, or of differences of losses, of characters that follow one another. */
function lossEstimate(losses: Float32Array): Estimate {
  const apart = estimateOf(losses);
  const blocks = blockMeans(losses, Math.max(BLOCK, Math.floor(losses.length / BLOCKS)));
  if (blocks.length < LEAST_WINDOWS) return apart;
  return { mean: apart.mean, error: Math.max(apart.error, estimateOf(blocks).error) };
}

/** One checkpoint, and the losses of the same characters under it. */
interface Scored {
  readonly step: number;
  readonly losses: Float32Array;
}

/** How far a checkpoint is ahead of another, character by character: far better known than the loss of either. */
export function leadOf(best: Scored, other: Scored): LeadEvidence {
  const { mean, error } = lossEstimate(other.losses.map((loss, i) => loss - best.losses[i]!));
  return { bestStep: best.step, otherStep: other.step, lead: mean, leadError: error };
}

/** How well the mean is known. @param losses nats, of characters that follow one another */
export function validationEvidence(losses: Float32Array, lead: LeadEvidence | null): ValidationEvidence {
  const { mean, error } = lossEstimate(losses);
  return { characters: losses.length, loss: mean, error, lead };
}

export const validationLength: Check<ValidationEvidence> = {
  id: 'validation-too-short',
  figures: ({ characters, loss, error, lead }) =>
    `loss ${loss.toFixed(4)} ± ${(CERTAIN * error).toFixed(4)} on ${amountOf(characters, 'character')}` +
    (lead
      ? `; step ${grouped(lead.bestStep)} is better than step ${grouped(lead.otherStep)} by ${lead.lead.toFixed(4)} ± ${(CERTAIN * lead.leadError).toFixed(4)}`
      : ''),
  diagnose({ characters, error, lead }) {
    const isVague = error > VALIDATION.error;
    const isTossUp =
      lead !== null &&
      lead.leadError > VALIDATION.leadError &&
      Math.abs(lead.lead) < VALIDATION.leadErrors * lead.leadError;
    if (!isVague && !isTossUp) return undefined;
    const what = isVague
      ? `its loss is known to ${(CERTAIN * error).toFixed(2)} nats either way`
      : `which of the checkpoints is best is a matter of chance`;
    return {
      severity: 'caution',
      sentence: `The validation text is too short to trust: from ${amountOf(characters, 'character')}, ${what}.`,
      remedy: 'try a larger --val (a tenth is usual), or train on more text',
    };
  },
};
