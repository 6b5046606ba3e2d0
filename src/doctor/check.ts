/** What is looked at, in the order in which it is told; also the anchors of docs/background/lstm.md that explain each. */
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
  'window-too-short',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** Where the documentation explains what a check looks for. */
export function linkOf(id: CheckId): string {
  return `docs/background/lstm.md#${id}`;
}

/** Serious: the run is not worth going on with as it is. Caution: it works, and could be better or be known better. */
type Severity = 'serious' | 'caution';

/** What is wrong, in one sentence, and what can be done about it, in flags of `charlstm train`. */
export interface Diagnosis {
  readonly severity: Severity;
  readonly sentence: string;
  readonly remedy: string;
}

/** A question about a run, answered from evidence alone: a pure function, so that it can be tried on any numbers. */
export interface Check<Evidence> {
  readonly id: CheckId;
  /** The evidence in a few words, for a person; told whether anything is wrong or not. */
  figures(evidence: Evidence): string;
  diagnose(evidence: Evidence): Diagnosis | undefined;
}

/** Why there is no evidence. */
export interface Missing {
  readonly missing: string;
}

export function isMissing(evidence: object): evidence is Missing {
  return 'missing' in evidence;
}
