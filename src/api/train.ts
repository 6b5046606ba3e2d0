import { TRAIN_OPTIONS, type TrainOptions } from '../checkpoint/options.js';
import { prepareRun } from '../prepare/prepare.js';
import { requestOf, type TrainingRequest } from '../prepare/request.js';
import type { TrainEvent } from '../train/events.js';
import { startTraining } from '../worker/client.js';
import type { TrainingJob } from '../worker/messages.js';
import { asProgramError } from './errors.js';
import { checkGiven } from './names.js';
import { namesOrCorpus, type TextInput } from './text.js';

/** A remark before training starts, such as a batch that was made smaller for a short text. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly message: string;
}

/** What happens while a network is trained. */
export type TrainingEvent = NoticeEvent | TrainEvent;

interface Stoppable {
  /** Aborting it stops training after the current step and saves, as Ctrl-C does. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a new run: those of `charlstm train`, and a signal. */
export type TrainRunOptions = Omit<TrainOptions, 'resume'> & Stoppable;

/** Options of a run that is continued; those that its checkpoint fixes may be repeated, but not changed. */
export type ResumeOptions = Omit<TrainOptions, 'resume' | 'from'> & Stoppable;

/**
 * Trains a network on a text, in a thread of its own, and yields what happens: the events that
 * `charlstm train --ui json` prints, preceded by notices and a `start` event. The last one is `end`; its
 * `reason` is `finished`, `early` after `patience` validations without a new best, `stopped`, or `diverged` if
 * the loss or the gradients were no longer numbers.
 * Checkpoints and log are written to the folder of the run, and the weights are bit-identical to those of
 * the command.
 *
 * Aborting the signal stops the run and saves it, and so does leaving the loop. Before training has started,
 * aborting throws the signal's reason and leaves nothing behind. Events wait for a slow consumer; training
 * does not.
 * @param text files, folders, globs or corpora by name, or the text itself as `{ text }`
 * @example
 * import { train } from 'charlstm';
 *
 * const options = { hidden: 32, layers: 1, steps: 100, out: 'checkpoints/novel-2' };
 * for await (const event of train('novel.txt', options)) {
 *   if (event.type === 'validation') console.log(event.step, event.loss);
 *   if (event.type === 'end') console.log(event.reason, event.path);
 * }
 * @throws TypeError for an option that does not exist
 * @throws RangeError for an option with a value that is not allowed
 * @throws UserError for everything that can be wrong with the text, the options and the folder
 */
export async function* train(
  text: TextInput,
  { signal, ...options }: TrainRunOptions = {},
): AsyncGenerator<TrainingEvent, void, void> {
  const { resume, ...known } = TRAIN_OPTIONS;
  checkGiven('train', known, options);
  const input = namesOrCorpus(text);
  if ('sources' in input && options.encoding === 'latin1') {
    throw new RangeError(`encoding is 'latin1', which files may have but not a string`);
  }
  yield* eventsOf(() => requestOf(input, options), signal);
}

/**
 * Continues a run, bit-identical to one that was never stopped, and yields what happens as `train` does. A run
 * that has had its length yields a notice and its `end`, and is not changed.
 * @param run its folder or one of its checkpoint files; by default the newest run
 * @example
 * import { resume } from 'charlstm';
 *
 * const controller = new AbortController();
 * for await (const event of resume('novel-1', { epochs: 40, signal: controller.signal })) {
 *   if (event.type === 'step' && event.loss < 2) controller.abort();
 * }
 * @throws TypeError, RangeError as `train` does
 * @throws UserError if the run is missing or damaged, or has other values of options that are fixed
 */
export async function* resume(
  run?: string,
  { signal, ...options }: ResumeOptions = {},
): AsyncGenerator<TrainingEvent, void, void> {
  const { resume, from, ...known } = TRAIN_OPTIONS;
  checkGiven('resume', known, options);
  yield* eventsOf(() => requestOf([], { ...options, resume: run ?? true }), signal);
}

async function* eventsOf(
  request: () => TrainingRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainingEvent, void, void> {
  try {
    signal?.throwIfAborted();
    const prepared = await prepareRun(request(), {
      onReading: () => signal?.throwIfAborted(),
      interruptible: (_, work) => work(), // what `onReading` throws takes the run back
    });
    try {
      for (const message of prepared.notices) yield { type: 'notice', message };
      if ('end' in prepared) yield prepared.end;
      else yield* trainingEvents(prepared.job, signal);
    } finally {
      if ('release' in prepared) await prepared.release();
    }
  } catch (error) {
    throw asProgramError(error);
  }
}

/** Trains, and yields events as they come. However it is left, the training has ended and saved. */
async function* trainingEvents(
  job: TrainingJob,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainEvent, void, void> {
  const waiting: TrainEvent[] = [];
  let wake = () => {};
  const training = startTraining(job, { live: false }, (events) => {
    waiting.push(...events);
    wake();
  });
  let isOver = false;
  const over = training.finished.finally(() => {
    isOver = true;
    wake();
  });
  const settled = over.catch(() => {}); // a failure is thrown once all events are yielded
  const stop = () => training.send({ type: 'stop' });
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    while (!isOver || waiting.length > 0) {
      yield* waiting.splice(0);
      if (isOver || waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await over;
  } finally {
    signal?.removeEventListener('abort', stop);
    if (!isOver) stop();
    await settled;
  }
}
