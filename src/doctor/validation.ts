import { amountOf, grouped } from '../numbers.js';
import type { Check } from './check.js';
import { blockMeans, type Estimate, estimateOf } from './statistics.js';
import { CERTAIN, LEAST_WINDOWS, VALIDATION } from './thresholds.js';

/** The best checkpoint of a run compared with the next best. */
export interface LeadEvidence {
  readonly bestStep: number;
  readonly otherStep: number;
  /** The lead in validation loss, in nats, and its standard error. */
  readonly lead: number;
  readonly leadError: number;
}

export interface ValidationEvidence {
  readonly characters: number;
  readonly loss: number;
  /** The standard error of the loss, nats. */
  readonly error: number;
  /** Null if there is only one checkpoint. */
  readonly lead: LeadEvidence | null;
}

/**
 * A text stays on a subject for pages, so surprising characters cluster. Not single characters but blocks
 * count as independent: 32 of them, or fewer where they would have fewer than 64 characters. Their standard
 * error is three times that of single characters.
 */
const BLOCK = 64;
const BLOCKS = 32;

/** Estimates the mean of losses, or of differences of losses, of consecutive characters. */
function lossEstimate(losses: Float32Array): Estimate {
  const apart = estimateOf(losses);
  const blocks = blockMeans(losses, Math.max(BLOCK, Math.floor(losses.length / BLOCKS)));
  if (blocks.length < LEAST_WINDOWS) return apart;
  return { mean: apart.mean, error: Math.max(apart.error, estimateOf(blocks).error) };
}

/** A checkpoint's losses on the text that all are compared on. */
type Scored = Readonly<{ step: number; losses: Float32Array }>;

/** Compares two checkpoints character by character, which is far more precise than either loss alone. */
export function leadOf(best: Scored, other: Scored): LeadEvidence {
  const { mean, error } = lossEstimate(other.losses.map((loss, i) => loss - best.losses[i]!));
  return { bestStep: best.step, otherStep: other.step, lead: mean, leadError: error };
}

/** @param losses nats, of consecutive characters */
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
      ? `its loss is known only to ± ${(CERTAIN * error).toFixed(2)} nats`
      : 'which checkpoint is best is a matter of chance';
    return {
      severity: 'caution',
      sentence: `The validation text is too short to trust: with ${amountOf(characters, 'character')}, ${what}.`,
      remedy: 'try a larger --val (10% is usual), or train on more text',
    };
  },
};
