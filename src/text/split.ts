import { ExitCode, UserError } from '../errors.js';
import { amountOf, grouped } from '../numbers.js';

/** With fewer characters there is nothing to learn. */
const LEAST_CHARACTERS = 32;
/** Texts shorter than this use at most SHORT_SHARE of their characters for validation. */
const SHORT_TEXT = 1000;
const SHORT_SHARE = 0.05;
/** A validation loss over fewer characters is meaningless. */
const LEAST_VALIDATION = 16;
const LEAST_STEPS = 8;

export interface SplitRequest {
  /** The share of the text, taken from its end, to validate on. */
  readonly validation: number;
  /** Sequences per batch (B) and their length (T). */
  readonly batchSize: number;
  readonly sequenceLength: number;
}

export interface Split extends SplitRequest {
  /** Characters to train on; the rest is for validation. */
  readonly trainLength: number;
}

/** Maximum characters to validate on during training, so that a huge corpus does not stall it. */
const MOST_VALIDATION = 200_000;

/** The parts of a corpus, in ids: training text, validation text up to `validationEnd`, test text. */
export interface Parts {
  readonly length: number;
  readonly trainLength: number;
  /** Absent if there is no test text. */
  readonly validationEnd?: number;
}

/** The parts of a corpus that a network has not learned. */
export const HELD_BACK = ['validation', 'test'] as const;
export type HeldBack = (typeof HELD_BACK)[number];

/** Returns where a part that was held back starts and ends; it is empty if there is none. */
export function heldBack(
  { length, trainLength, validationEnd = length }: Parts,
  part: HeldBack,
): { readonly start: number; readonly end: number } {
  return part === 'test' ? { start: validationEnd, end: length } : { start: trainLength, end: validationEnd };
}

/** The end of the text that training validates on; it starts at `trainLength`. */
export function validationEnd({ length, trainLength, validationEnd = length }: Parts): number {
  return Math.min(validationEnd, trainLength + MOST_VALIDATION);
}

/**
 * Splits a corpus into training text and, at its end, validation text, so that no validation window overlaps
 * training text. A text too short for the request gets a smaller share, batch or window, each with a notice.
 * @throws UserError if there is too little text to learn from
 */
export function splitCorpus(
  length: number,
  request: SplitRequest,
): { split: Split; notices: readonly string[] } {
  if (length < LEAST_CHARACTERS) {
    throw new UserError(
      `the text has ${amountOf(length, 'character')}, too few to learn from`,
      `Give it at least ${LEAST_CHARACTERS}; a few hundred thousand make a good model.`,
      ExitCode.badData,
    );
  }
  const notices: string[] = [];
  let { validation, batchSize, sequenceLength } = request;
  if (length < SHORT_TEXT && validation > SHORT_SHARE) {
    validation = SHORT_SHARE;
    notices.push(
      `the text is short (${grouped(length)} characters): validation shrinks to ${validation * 100}% of it`,
    );
  }
  if (validation > 0 && length - Math.floor(length * (1 - validation)) < LEAST_VALIDATION) {
    validation = 0;
    notices.push('the text is too short to hold some back for validation: there will be no validation loss');
  }
  const trainLength = Math.floor(length * (1 - validation));

  const fits = () => batchSize * sequenceLength < trainLength;
  while (!fits() && batchSize > 4) batchSize = Math.max(4, Math.floor(batchSize / 2));
  while (!fits() && sequenceLength > LEAST_STEPS)
    sequenceLength = Math.max(LEAST_STEPS, Math.floor(sequenceLength / 2));
  while (!fits() && batchSize > 1) batchSize--;
  while (!fits()) sequenceLength--;
  if (batchSize !== request.batchSize || sequenceLength !== request.sequenceLength) {
    notices.push(
      `${grouped(trainLength)} training characters do not fill a batch of ${request.batchSize} x ` +
        `${request.sequenceLength}: it shrinks to ${batchSize} x ${sequenceLength}`,
    );
  }
  return { split: { validation, batchSize, sequenceLength, trainLength }, notices };
}
