import { meanOf, sumOf } from '../numbers.js';
import { type Now, systemClock } from './clock.js';
import { streamWindows } from './evaluate.js';
import { Run } from './run.js';
import { SAMPLE_LENGTH, writeSample } from './sample.js';
import type { Session } from './session.js';

/** How long the parts of a run take, in seconds. */
export interface Pace {
  readonly step: number;
  /** A validation and its sample. Checkpoints are not counted: saving takes a few percent of that. */
  readonly validation: number;
}

/** The most time to spend on each part after its first piece, in milliseconds. */
const MOST = { steps: 1200, windows: 400, sample: 400 } as const;
/** The most steps, or windows of a validation, or characters of a sample. */
const MOST_PIECES = 100;
/** Share of the steps that only warm up: code is compiled, and threads find their processors. */
const WARM_UP = 1 / 3;

/**
 * Measures how fast a network learns here, by real steps of it. Takes two or three seconds, unless a few
 * steps of the network take longer. The session cannot be trained afterwards.
 */
export function measurePace(session: Session, now: Now = systemClock): Pace {
  const training = { ...session.record.training, evalEvery: Number.MAX_SAFE_INTEGER };
  const run = new Run({ ...session, record: { ...session.record, training } }, { now });
  // The first step starts the threads and touches the memory, which takes as long as many steps.
  const [first, ...times] = timed(learning(run), MOST.steps, now).times;
  const step = times.length > 0 ? meanOf(times.slice(Math.floor(times.length * WARM_UP))) : first!;
  const { validation, evaluator } = session;
  const sample = timed(writeSample(session, 0), MOST.sample, now);
  const windows = validation && timed(evaluator.inTurn(validation), MOST.windows, now);
  const milliseconds =
    wholeTime(sample, SAMPLE_LENGTH) + (windows ? wholeTime(windows, streamWindows(validation)) : 0);
  return { step: step / 1000, validation: milliseconds / 1000 };
}

/** Takes steps one by one, until the numbers go wrong. */
function* learning(run: Run): Generator<void> {
  for (;;) {
    const events = run.learn();
    let event = events.next();
    while (event.done !== true) event = events.next();
    yield;
    if (event.value !== undefined) return;
  }
}

/** What was done of some work: the milliseconds of each piece, and whether that is all of it. */
interface Timed {
  readonly times: readonly number[];
  readonly isAll: boolean;
}

/** Does as many pieces of work as fit into a time, but at least two. */
function timed(work: Iterable<unknown>, most: number, now: Now): Timed {
  const times: number[] = [];
  let last = now();
  let end = Number.POSITIVE_INFINITY;
  for (const _ of work) {
    const time = now();
    times.push(time - last);
    last = time;
    if (times.length === 1) end = time + most;
    else if (time >= end || times.length === MOST_PIECES) return { times, isAll: false };
  }
  return { times, isAll: true };
}

/** Estimates the time of a number of pieces. The first one may prepare the others, and is counted once. */
function wholeTime({ times, isAll }: Timed, pieces: number): number {
  return isAll ? sumOf(times) : times[0]! + meanOf(times.slice(1)) * (pieces - 1);
}
