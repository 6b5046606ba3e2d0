import { writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { HistoryPoint, Progress } from '../checkpoint/record.js';
import { bestOf, checkpointPath, listCheckpoints, pruneCheckpoints } from '../checkpoint/run.js';
import { describeModel } from '../model/config.js';
import { Random, Stream } from '../random.js';
import { type Commands, Controls } from './controls.js';
import { bitsPerCharacter } from './evaluate.js';
import type { EndEvent, EndReason, TrainEvent } from './events.js';
import { LiveSample } from './live.js';
import { rateAt, totalSteps } from './schedule.js';
import { type Session, stateOf } from './session.js';

/** A longer history loses every second entry: a checkpoint carries all of it. */
const LONGEST_HISTORY = 4000;

/** Characters of the live sample, and how it chooses them. */
const SAMPLE_LENGTH = 200;
const SAMPLE_CHOICE = { temperature: 0.8, topK: 0, topP: 1 } as const;

export interface TrainControl {
  readonly commands?: Commands | undefined;
  /** A step to stop at early, as if asked to. */
  readonly stopAt?: number | undefined;
  /** Whether the network writes a live sample while it learns. */
  readonly live?: boolean | undefined;
}

/**
 * Trains, and tells what happens as it happens: the whole program on one screen.
 *
 * Each step reads one window of the text, predicts, measures, learns and carries the state on. Every `evalEvery`
 * steps the network is validated, saved, and asked for a sample; none of these can change what the next step
 * does, since they have states and random streams of their own. Commands are carried out between two steps.
 */
export async function* train(
  session: Session,
  { commands, stopAt = Number.POSITIVE_INFINITY, live = false }: TrainControl = {},
): AsyncGenerator<TrainEvent, void, void> {
  const { weights, network, optimizer, batches, validation } = session;
  const { training } = session.record;
  const { unit, amount } = training.length;
  const total = totalSteps(training.length, batches.windowsPerEpoch);
  const clock = new Clock(session);
  const controls = new Controls(commands, training.lr, live ? new LiveSample(session) : undefined);
  let history = [...session.record.history];
  let { step, bestLoss, lossSum, lossCount } = session.record.progress;

  const shareDone = () => (total === undefined ? clock.seconds / (60 * amount) : step / total);
  const save = (loss: number | undefined): Promise<TrainEvent> => {
    const seconds = unit === 'minutes' ? clock.seconds : 0;
    controls.saves = false;
    const progress = { step, seconds, bestLoss, lossSum, lossCount };
    return saveCheckpoint(session, { lr: controls.lr, progress, history }, loss);
  };
  const end = (reason: EndReason) => endEvent(session, reason, step, bestLoss);
  const sample = (): TrainEvent => ({ type: 'sample', step, text: writeSample(session, step) });

  yield startEvent(session, total);
  for (let done = shareDone(); done < 1; ) {
    const lr = controls.lr * rateAt(step, done, total);
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
    yield* controls.take(step);
    const stops = () => controls.stops || step >= stopAt;
    const saves = validates || controls.saves || controls.paused || stops();
    if (saves && !weights.areFinite()) return yield end('diverged');
    let measured: number | undefined;
    if (validates) {
      measured = validation && session.evaluator.evaluate(validation, 'stream').loss;
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
    if (done >= 1) break;

    while (controls.saves || (controls.paused && !stops())) {
      if (controls.saves) yield await save(measured);
      else await controls.wait();
      yield* controls.take(step);
      clock.pause();
    }
    if (stops()) {
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
  #paused = 0;
  #last = performance.now();
  #smoothed: number | undefined;

  constructor({ record }: Session) {
    this.#before = record.progress.seconds;
    this.#charactersPerStep = record.training.batchSize * record.training.sequenceLength;
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#start - this.#paused) / 1000;
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

  /** Leaves what was no step out of the speed. */
  skip(): void {
    this.#last = performance.now();
  }

  /** Leaves a pause out of the training time as well. */
  pause(): void {
    const now = performance.now();
    this.#paused += now - this.#last;
    this.#last = now;
  }
}

async function saveCheckpoint(
  session: Session,
  now: { lr: number; progress: Progress; history: readonly HistoryPoint[] },
  validation: number | undefined,
): Promise<TrainEvent> {
  const { lr, progress, history } = now;
  const path = checkpointPath(session.run, progress.step, validation);
  const record = { ...session.record, training: { ...session.record.training, lr }, progress, history };
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
    threads: session.engine.threads,
    step: record.progress.step,
    stepsPerEpoch: batches.windowsPerEpoch,
    charactersPerStep: training.batchSize * training.sequenceLength,
    totalSteps: total,
    minutes: training.length.unit === 'minutes' ? training.length.amount : undefined,
    seconds: record.progress.seconds,
    lr: training.lr,
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
