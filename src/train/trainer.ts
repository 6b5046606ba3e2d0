import { writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { HistoryPoint, Progress } from '../checkpoint/record.js';
import { bestOf, checkpointPath, listCheckpoints, pruneCheckpoints } from '../checkpoint/run.js';
import { describeModel } from '../model/config.js';
import { Random, Stream } from '../random.js';
import { bitsPerCharacter } from './evaluate.js';
import type { EndEvent, EndReason, TrainCommand, TrainEvent } from './events.js';
import { rateAt, totalSteps } from './schedule.js';
import { type Session, stateOf } from './session.js';

/** A longer history loses every second entry: a checkpoint carries all of it. */
const LONGEST_HISTORY = 4000;

/** Characters of the live sample, and how it chooses them. */
const SAMPLE_LENGTH = 200;
const SAMPLE_CHOICE = { temperature: 0.8, topK: 0, topP: 1 } as const;

/**
 * Trains, and tells what happens as it happens: the whole program on one screen.
 *
 * Each step reads one window of the text, predicts, measures, learns and carries the state on. Every `evalEvery`
 * steps the network is validated, saved, and asked for a sample; none of these can change what the next step
 * does, since they have states and random streams of their own.
 *
 * @param nextCommand asked after each step; commands land between steps
 * @param stopAt a step to stop at early, as if asked to
 */
export async function* train(
  session: Session,
  nextCommand: () => TrainCommand | undefined = () => undefined,
  stopAt = Number.POSITIVE_INFINITY,
): AsyncGenerator<TrainEvent, void, void> {
  const { weights, network, optimizer, batches, validation } = session;
  const { training } = session.record;
  const { unit, amount } = training.length;
  const total = totalSteps(training.length, batches.windowsPerEpoch);
  const clock = new Clock(session);
  let history = [...session.record.history];
  let { step, bestLoss, lossSum, lossCount } = session.record.progress;

  const shareDone = () => (total === undefined ? clock.seconds / (60 * amount) : step / total);
  const save = (loss: number | undefined): Promise<TrainEvent> => {
    const seconds = unit === 'minutes' ? clock.seconds : 0;
    return saveCheckpoint(session, { step, seconds, bestLoss, lossSum, lossCount }, history, loss);
  };
  const end = (reason: EndReason) => endEvent(session, reason, step, bestLoss);
  const sample = (): TrainEvent => ({ type: 'sample', step, text: writeSample(session, step) });

  yield startEvent(session, total);
  for (let done = shareDone(); done < 1; ) {
    const lr = training.lr * rateAt(step, done, total);
    if (batches.startsEpoch(step)) network.resetState();
    const { inputs, targets } = batches.read(step);
    network.forward(inputs, { seed: training.seed, draw: step });
    const loss = mean(network.losses(targets, { training: true }));
    network.backward();
    const gradNorm = optimizer.step(step + 1, { ...training, lr });
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) return yield end('diverged');
    network.carry();
    step++;
    lossSum += loss;
    lossCount++;
    const epoch = step / batches.windowsPerEpoch;
    yield { type: 'step', step, epoch, loss, gradNorm, lr, charsPerSecond: clock.tick() };

    done = shareDone();
    const validates = step % training.evalEvery === 0 || done >= 1;
    const stops = done < 1 && (nextCommand()?.type === 'stop' || step >= stopAt);
    if ((validates || stops) && !weights.areFinite()) return yield end('diverged');
    if (validates) {
      const measured = validation && session.evaluator.evaluate(validation, 'stream').loss;
      if (measured !== undefined) {
        if (!Number.isFinite(measured)) return yield end('diverged');
        bestLoss = Math.min(bestLoss ?? measured, measured);
        const bpc = bitsPerCharacter(measured);
        yield { type: 'validation', step, loss: measured, bpc, perplexity: Math.exp(measured) };
      }
      history.push({ step, lr, training: lossSum / lossCount, validation: measured ?? null });
      if (history.length > LONGEST_HISTORY) history = history.filter((_, i) => i % 2 === 1);
      [lossSum, lossCount] = [0, 0];
      yield await save(measured);
      yield sample();
      clock.skip();
    }

    if (stops) {
      if (!validates) {
        yield await save(undefined);
        yield sample();
      }
      return yield end('stopped');
    }
  }
  yield end('finished');
}

/** Time spent in training, over all sessions of the run, and the speed of its steps. */
class Clock {
  readonly #before: number;
  readonly #charactersPerStep: number;
  readonly #start = performance.now();
  #last = performance.now();
  #smoothed: number | undefined;

  constructor({ record }: Session) {
    this.#before = record.progress.seconds;
    this.#charactersPerStep = record.training.batchSize * record.training.sequenceLength;
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#start) / 1000;
  }

  /** Marks the end of a step; characters a second, smoothed over some 20 steps. */
  tick(): number {
    const now = performance.now();
    const speed = (1000 * this.#charactersPerStep) / Math.max(1e-3, now - this.#last);
    this.#last = now;
    // Averaged as time a character, so that one slow step counts as much as it took.
    this.#smoothed = this.#smoothed === undefined ? speed : 1 / (0.95 / this.#smoothed + 0.05 / speed);
    return Math.round(this.#smoothed);
  }

  /** Leaves what was not training out of the speed. */
  skip(): void {
    this.#last = performance.now();
  }
}

async function saveCheckpoint(
  session: Session,
  progress: Progress,
  history: readonly HistoryPoint[],
  validation: number | undefined,
): Promise<TrainEvent> {
  const path = checkpointPath(session.run, progress.step, validation);
  const record = { ...session.record, progress, history };
  await writeCheckpoint(path, { record, engine: session.engine.name, state: stateOf(session) });
  await pruneCheckpoints(session.run, session.record.training.keep);
  return { type: 'checkpoint', step: progress.step, path };
}

function writeSample({ writer, record }: Session, step: number): string {
  const random = new Random(record.training.seed, Stream.sampling, step * SAMPLE_LENGTH);
  const ids = writer.write(new Uint32Array(), SAMPLE_LENGTH, SAMPLE_CHOICE, random);
  return writer.model.vocabulary.decode(ids);
}

function startEvent(session: Session, total: number | undefined): TrainEvent {
  const { record, weights, batches } = session;
  const { training } = record;
  return {
    type: 'start',
    run: session.run,
    corpus: record.corpus.name,
    model: describeModel(record.model),
    parameters: weights.table.count,
    engine: session.engine.name,
    step: record.progress.step,
    stepsPerEpoch: batches.windowsPerEpoch,
    charactersPerStep: training.batchSize * training.sequenceLength,
    totalSteps: total,
    minutes: training.length.unit === 'minutes' ? training.length.amount : undefined,
  };
}

function endEvent({ run }: Session, reason: EndReason, step: number, bestLoss: number | null): EndEvent {
  return { type: 'end', reason, step, bestLoss, path: bestOf(listCheckpoints(run))?.path ?? null };
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
