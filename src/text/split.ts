import { ExitCode, UserError } from '../errors.js';
import { amountOf, grouped } from '../numbers.js';

/** Fewer characters than this teach nothing. */
const LEAST_CHARACTERS = 32;
/** Shorter texts give at most SHORT_SHARE of themselves to validation. */
const SHORT_TEXT = 1000;
const SHORT_SHARE = 0.05;
/** A validation text below this says nothing. */
const LEAST_VALIDATION = 16;
const LEAST_STEPS = 8;

export interface SplitRequest {
  /** Share of the text, at its end, that validates. */
  readonly validation: number;
  /** Sequences side by side (B) and their length (T). */
  readonly batchSize: number;
  readonly sequenceLength: number;
}

export interface Split extends SplitRequest {
  /** Characters that train; the rest, up to the end, validates. */
  readonly trainLength: number;
}

/** At most so many characters are validated on during training, so that a huge corpus does not stall it. */
const MOST_VALIDATION = 200_000;

/** Where the text ends that training validates on; it begins at `trainLength`. */
export function validationEnd({ length, trainLength }: { length: number; trainLength: number }): number {
  return Math.min(length, trainLength + MOST_VALIDATION);
}

/**
 * Divides a corpus: the first part trains, the last `validation` share validates, so that no validation window
 * overlaps training text. A text too short for what was asked gets a smaller validation part, batch or window,
 * each with a notice.
 * @throws UserError if there is too little to learn from
 */
export function splitCorpus(
  length: number,
  request: SplitRequest,
): { split: Split; notices: readonly string[] } {
  if (length < LEAST_CHARACTERS) {
    throw new UserError(
      `the text has ${amountOf(length, 'character')}, which is too little to learn from`,
      `Give at least ${LEAST_CHARACTERS}; a few hundred thousand make a good model.`,
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
    notices.push('the text is too short to keep some for validation: there will be no validation loss');
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
      `${grouped(trainLength)} characters to train on do not fill a batch of ${request.batchSize} x ` +
        `${request.sequenceLength}: it shrinks to ${batchSize} x ${sequenceLength}`,
    );
  }
  return { split: { validation, batchSize, sequenceLength, trainLength }, notices };
}
