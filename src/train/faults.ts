import type { Progress, RunRecord } from '../checkpoint/record.js';
import type { ParameterTable } from '../model/parameters.js';
import type { Weights } from '../model/weights.js';
import { type Session, stateOf } from './session.js';

/** A network whose loss is this many times the loss of the first step no longer learns. */
const MOST_TIMES_START = 3;
/** The recent loss averages about this many characters, because the windows of a tiny batch differ a lot. */
const AVERAGED_CHARACTERS = 2048;

/**
 * Checks that the training loss is finite and at most three times the loss of the run's first step.
 *
 * The loss compared with the start is the mean over about the last 2048 characters, which for the usual batch
 * is the loss of the step itself. It must also be worse than guessing uniformly, as only a ruined network
 * is: a fine-tuned one may start with text it knows by heart, and rightly find the next page harder.
 */
export class LossWatch {
  readonly #guessing: number;
  readonly #weight: number;
  /** The loss of the first step, and the running mean; null before the first step. */
  start: number | null;
  recent: number | null;

  constructor({ model, training }: RunRecord, { startLoss, recentLoss }: Progress) {
    this.#guessing = Math.log(model.vocabulary);
    this.#weight = Math.min(1, (training.batchSize * training.sequenceLength) / AVERAGED_CHARACTERS);
    this.start = startLoss;
    this.recent = recentLoss;
  }

  /** Adds the loss of a step. @returns a description of the problem, if there is one */
  add(loss: number): string | undefined {
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
 * Describes the first weight that is not finite, if any. Loss and gradients do not reveal all of them: a
 * window leaves out the embedding rows of characters that do not occur in it.
 */
export function weightFault(weights: Weights): string | undefined {
  return weights.areFinite() ? undefined : faultIn(weights.values, weights.table, 'a weight of');
}

/** Describes the first gradient that is not finite, given the global norm of all. */
export function gradientFault(norm: number, { gradients, table }: Weights): string | undefined {
  return Number.isFinite(norm) ? undefined : faultIn(gradients, table, 'a gradient of');
}

export function validationFault(loss: number | undefined): string | undefined {
  return loss === undefined || Number.isFinite(loss) ? undefined : `the validation loss became ${loss}`;
}

/** Describes the first number of a checkpoint that is not finite: no run could continue from it. */
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
