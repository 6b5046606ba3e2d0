/** All checks, in report order. Each id is an anchor of docs/background/lstm.md. */
export const CHECK_IDS = [
  'exploding-gradients',
  'vanishing-gradients',
  'learning-rate-too-high',
  'learning-rate-too-low',
  'overfitting',
  'dead-or-saturated-units',
  'state-not-used',
  'vocabulary-too-small',
  'validation-too-short',
  'validation-known',
  'window-too-short',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** The problem in one sentence, and a remedy in terms of the flags of `charlstm train`. */
export interface Diagnosis {
  /** Serious: the run is not worth continuing. Caution: it works, but could be better, or better measured. */
  readonly severity: 'serious' | 'caution';
  readonly sentence: string;
  readonly remedy: string;
}

/** A question about a run. Both functions are pure, so that they can be tested on any evidence. */
export interface Check<Evidence> {
  readonly id: CheckId;
  /** The evidence in a few words, reported whether or not there is a problem. */
  figures(evidence: Evidence): string;
  diagnose(evidence: Evidence): Diagnosis | undefined;
}

/** The reason why there is no evidence. */
export interface Missing {
  readonly missing: string;
}

export function isMissing(evidence: object): evidence is Missing {
  return 'missing' in evidence;
}
