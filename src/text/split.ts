import { ExitCode, UserError } from '../errors.js';
import { percent } from '../format.js';
import { amountOf, grouped } from '../numbers.js';

/** With fewer characters there is nothing to learn. */
const LEAST_CHARACTERS = 32;
/** A character and the one that follows it. */
const LEAST_LEARNED = 2;
/** Texts shorter than this use at most SHORT_SHARE of their characters for validation. */
const SHORT_TEXT = 1000;
const SHORT_SHARE = 0.05;
/** A validation loss over fewer characters is meaningless. */
const LEAST_VALIDATION = 16;
const LEAST_STEPS = 8;

/** The shares of a corpus that are not trained on: to validate on, and to test on when all is done. */
export interface Shares {
  readonly validation: number;
  readonly test: number;
}

export interface SplitRequest extends Shares {
  /** Sequences per batch (B) and their length (T). */
  readonly batchSize: number;
  readonly sequenceLength: number;
}

export interface Split extends SplitRequest {
  /** Ids to train on, from the start. */
  readonly trainLength: number;
}

/** What the windows of a text follow from. */
export type Windows = Omit<Split, keyof Shares>;

/** Maximum characters to validate on during training, so that a huge corpus does not stall it. */
export const MOST_VALIDATION = 200_000;

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
 * Splits a corpus into training, validation and test text. A text too short for the request gets a smaller
 * share, batch or window, each with a notice.
 * @param arrange returns the parts that a corpus has with these shares
 * @throws UserError if there is too little text to learn from
 */
export function splitCorpus<P extends Parts>(
  arrange: (shares: Shares) => P,
  request: SplitRequest,
): { split: Split; parts: P; notices: readonly string[] } {
  const { length } = arrange({ validation: 0, test: 0 });
  if (length < LEAST_CHARACTERS) {
    throw new UserError(
      `the text has ${amountOf(length, 'character')}, too few to learn from`,
      `Give it at least ${LEAST_CHARACTERS}; a few hundred thousand make a good model.`,
      ExitCode.badData,
    );
  }
  const notices: string[] = [];
  const { test } = request;
  let { validation, batchSize, sequenceLength } = request;
  if (length < SHORT_TEXT && validation > SHORT_SHARE) {
    validation = SHORT_SHARE;
    notices.push(
      `the text is short (${grouped(length)} characters): validation shrinks to ${validation * 100}% of it`,
    );
  }
  let parts = arrange({ validation, test });
  if (validation > 0 && (parts.validationEnd ?? length) - parts.trainLength < LEAST_VALIDATION) {
    validation = 0;
    parts = arrange({ validation, test });
    const why =
      length < SHORT_TEXT
        ? 'the text is too short to hold some back for validation'
        : `the texts are too long, or too often the same, to hold back ${percent(request.validation)} of them`;
    notices.push(`${why}: there will be no validation loss`);
  }
  const { trainLength } = parts;
  if (trainLength < LEAST_LEARNED) {
    throw new UserError(
      `validation and test text leave ${amountOf(trainLength, 'character')}, too few to learn from`,
      'Give --val and --test smaller shares of the text, or train on a longer one.',
      ExitCode.badData,
    );
  }

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
  return { split: { validation, test, batchSize, sequenceLength, trainLength }, parts, notices };
}
