import type { Progress, RunRecord } from '../checkpoint/record.js';
import type { ParameterTable } from '../model/parameters.js';
import type { Weights } from '../model/weights.js';
import { type Session, stateOf } from './session.js';

/** A loss so many times that of the first step is no learning any more. */
const MOST_TIMES_START = 3;
/** The recent loss is a running mean over about so many characters: the windows of a tiny batch differ a lot. */
const CHARACTERS = 2048;

/**
 * Finds out whether the training loss is still one of a network that learns: a number, and not above three times the
 * loss of the run's first step.
 *
 * What is held against the start is the mean of about the last 2048 characters, which is the loss of the step itself
 * for the usual batch. And it must be worse than guessing evenly among all characters, as no network is that has not
 * been ruined: a fine-tuned one may begin with text that it knows by heart, and be right to find the next page harder.
 */
export class LossWatch {
  readonly #guessing: number;
  readonly #weight: number;
  /** The loss of the first step, and the running mean; null before there was one. */
  start: number | null;
  recent: number | null;

  constructor({ model, training }: RunRecord, { startLoss, recentLoss }: Progress) {
    this.#guessing = Math.log(model.vocabulary);
    this.#weight = Math.min(1, (training.batchSize * training.sequenceLength) / CHARACTERS);
    this.start = startLoss;
    this.recent = recentLoss;
  }

  /**
   * Takes the loss of a step in.
   * @returns what is wrong with it, in words
   */
  take(loss: number): string | undefined {
    if (!Number.isFinite(loss)) return `the loss became ${loss}`;
    this.start ??= loss;
    const before = this.recent ?? loss;
    this.recent = before + this.#weight * (loss - before);
    const most = Math.max(MOST_TIMES_START * this.start, this.#guessing);
    if (this.recent <= most) return undefined;
    return `the loss rose to ${this.recent.toPrecision(4)} nats, from ${this.start.toPrecision(4)} at the start`;
  }
}

/**
 * What is wrong with the weights, in words: the first tensor with a number that is not finite. A loss and a gradient do
 * not show them all: a character that does not occur in a window has its row of the embedding left out. One pass over
 * the values, a thousandth of a step.
 */
export function weightFault(weights: Weights): string | undefined {
  return weights.areFinite() ? undefined : faultIn(weights.values, weights.table, 'a weight of');
}

/** What is wrong with the gradients, given their global norm. */
export function gradientFault(norm: number, { gradients, table }: Weights): string | undefined {
  return Number.isFinite(norm) ? undefined : faultIn(gradients, table, 'a gradient of');
}

export function validationFault(loss: number | undefined): string | undefined {
  return loss === undefined || Number.isFinite(loss) ? undefined : `the validation loss became ${loss}`;
}

/** What is wrong with the numbers that a checkpoint holds: one of them could not be gone on from. */
export function stateFault(session: Session): string | undefined {
  const { weights } = session;
  const { moments, h, c } = stateOf(session);
  return (
    weightFault(weights) ??
    [...moments.values()]
      .map((moment) => faultIn(moment, weights.table, 'a moment of'))
      .find((fault) => fault !== undefined) ??
    (h.every(Number.isFinite) && c.every(Number.isFinite) ? undefined : 'a carried state became not finite')
  );
}

function faultIn(span: Float32Array, { parameters }: ParameterTable, what: string): string | undefined {
  const at = span.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  const { name } = parameters.findLast(({ start }) => start <= at)!;
  return `${what} ${name} became ${span[at]}`;
}
