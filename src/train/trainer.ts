import { readCheckpoint, writeCheckpoint } from '../checkpoint/checkpoint.js';
import { type HistoryPoint, type Progress, TRAINING_RANGES } from '../checkpoint/record.js';
import { bestOf, checkpointPath, listCheckpoints, pruneCheckpoints } from '../checkpoint/run.js';
import { describeModel } from '../model/config.js';
import { clamped, meanOf } from '../numbers.js';
import { Random, Stream } from '../random.js';
import { type Commands, Controls } from './controls.js';
import { bitsPerCharacter } from './evaluate.js';
import type { CheckpointEvent, EndEvent, EndReason, RollbackEvent, TrainEvent } from './events.js';
import { gradientFault, LossWatch, stateFault, validationFault, weightFault } from './faults.js';
import { Gauges } from './gauges.js';
import { LiveSample } from './live.js';
import { FolderWatch, persist } from './saving.js';
import { rateAt, totalSteps } from './schedule.js';
import { restore, type Session, stateOf } from './session.js';

/** A longer history loses every second entry: a checkpoint carries all of it. */
const LONGEST_HISTORY = 4000;

/** A run that has gone back goes on with this share of its learning rate. */
const SLOWER = 1 / 4;
/** So often it may; a fault that comes back is not one of chance. */
const MOST_ROLLBACKS = 1;

/** Characters of the sample at each validation, and how they are chosen. */
const SAMPLE_LENGTH = 200;
const SAMPLE_CHOICE = { temperature: 0.8, topK: 0, topP: 1 } as const;

export interface TrainControl {
  readonly commands?: Commands | undefined;
  /** A step to stop at early, as if asked to. */
  readonly stopAt?: number | undefined;
  /** Whether the network writes a live sample while it learns. */
  readonly live?: boolean | undefined;
  /** Whether training waits for a disk that refuses a checkpoint, until it takes it; otherwise training fails. */
  readonly patient?: boolean | undefined;
}

/**
 * Trains, and tells what happens as it happens: the whole program on one screen.
 *
 * Each step learns from one window of the text. Every `evalEvery` steps the network is validated, asked for a sample,
 * and saved; none of these can change what the next step does, since they have states and random streams of their own.
 * Commands are carried out between two steps; a stop may give up the step or the validation under way.
 *
 * A step whose numbers are wrong is not applied: the run goes back to its last good checkpoint, once, and then ends.
 */
export async function* train(
  session: Session,
  { commands, stopAt = Number.POSITIVE_INFINITY, live = false, patient = false }: TrainControl = {},
): AsyncGenerator<TrainEvent, void, void> {
  const { batches, validation } = session;
  const { training } = session.record;
  const { unit, amount } = training.length;
  const total = totalSteps(training.length, batches.windowsPerEpoch);
  const clock = new Clock(session);
  const gauges = new Gauges(session);
  const controls = new Controls(commands, training.lr, live ? new LiveSample(session) : undefined, gauges);
  const folder = new FolderWatch(session.run);
  let history = [...session.record.history];
  let { step, bestLoss, lossSum, lossCount, rollbacks } = session.record.progress;
  let watch = new LossWatch(session.record, session.record.progress);
  let good = session.from;
  let fault: string | undefined;

  const shareDone = (at = step) => (total === undefined ? clock.seconds / (60 * amount) : at / total);
  let saved: { step: number; lr: number } | undefined;
  const isMeasured = () => history.at(-1)?.step === step;
  const isOver = () => isMeasured() && shareDone() >= 1;
  const owesMeasure = () =>
    step > 0 && !isMeasured() && (step % training.evalEvery === 0 || shareDone() >= 1);
  const save = async function* (): AsyncGenerator<TrainEvent> {
    const seconds = unit === 'minutes' ? clock.seconds : 0;
    const { start: startLoss, recent: recentLoss } = watch;
    const progress = { step, seconds, bestLoss, lossSum, lossCount, startLoss, recentLoss, rollbacks };
    saved = { step, lr: controls.lr };
    const write = async () => {
      const event = await saveCheckpoint(session, { lr: controls.lr, progress, history });
      good = event.path;
      return event;
    };
    if (yield* persist(write, { session, controls, patient, step })) clock.pause();
  };
  const goBack = async (fault: string): Promise<RollbackEvent> => {
    const from = step;
    const checkpoint = good === undefined ? undefined : await readCheckpoint(good);
    restore(session, checkpoint?.state);
    const { record } = checkpoint ?? session;
    ({ step, bestLoss, lossSum, lossCount } = record.progress);
    history = [...record.history];
    watch = new LossWatch(record, record.progress);
    rollbacks++;
    controls.lr = clamped(SLOWER * Math.min(controls.lr, record.training.lr), TRAINING_RANGES.lr);
    clock.skip();
    return { type: 'rollback', step, from, fault, lr: controls.lr };
  };
  const end = (reason: EndReason) => endEvent(session, reason, step, bestLoss);
  const sample = (): TrainEvent => ({ type: 'sample', step, text: writeSample(session, step) });

  yield startEvent(session, total);
  while (fault !== undefined || !isOver()) {
    if (fault !== undefined) {
      if (rollbacks >= MOST_ROLLBACKS) return yield { ...end('diverged'), fault, lr: controls.lr };
      yield await goBack(fault);
      fault = undefined;
    }
    // A stop may have given a validation up, and a clock may have run out since it was last looked at: that comes first.
    const learns = !owesMeasure();
    const at = learns ? step : step - 1;
    const lr = controls.lr * rateAt(at, shareDone(at), total);
    const learnt = learns ? learn(session, { watch, gauges }, step, lr) : undefined;
    fault = learnt?.fault;
    if (fault !== undefined) continue;
    if (learnt) {
      const { loss, gradNorm } = learnt;
      step++;
      lossSum += loss;
      lossCount++;
      const epoch = step / batches.windowsPerEpoch;
      yield { type: 'step', step, epoch, loss, gradNorm, lr, charsPerSecond: clock.tick() };
      yield* gauges.take(step);
    }

    const validates = owesMeasure();
    yield* controls.take(step);
    if (folder.isGone) controls.saves = true; // which finds out, and says so
    const stops = () => controls.stops || step >= stopAt;
    const saves = validates || controls.saves || controls.paused || stops();
    const measured = validates
      ? session.abandon.attempt(() =>
          validation ? session.evaluator.evaluate(validation, 'stream').loss : null,
        )
      : undefined;
    if (validates && measured === undefined) yield* controls.take(step); // what it was given up for
    if (saves) fault = stateFault(session) ?? validationFault(measured ?? undefined);
    if (fault !== undefined) continue;
    if (measured !== undefined) {
      if (measured !== null) {
        bestLoss = Math.min(bestLoss ?? measured, measured);
        const bpc = bitsPerCharacter(measured);
        yield { type: 'validation', step, loss: measured, bpc, perplexity: Math.exp(measured) };
      }
      history.push({ step, lr, training: lossSum / lossCount, validation: measured });
      if (history.length > LONGEST_HISTORY) history = history.filter((_, i) => i % 2 === 0);
      [lossSum, lossCount] = [0, 0];
      yield sample();
      yield* save();
      clock.skip();
    }
    if (isOver()) break;

    while (controls.saves || (controls.paused && !stops())) {
      if (controls.saves) yield* save();
      else await controls.wait();
      yield* controls.take(step);
      clock.pause();
    }
    if (stops()) {
      if (saved?.step !== step || saved.lr !== controls.lr) yield* save();
      return yield end('stopped');
    }
  }
  yield end('finished');
}

/** What one step has brought; with a fault it was not applied. */
interface Learnt {
  readonly loss: number;
  readonly gradNorm: number;
  readonly fault: string | undefined;
}

/**
 * One step: reads a window, predicts, measures, learns and carries the state on.
 * @returns undefined where it was given up: the network is then as it was before
 */
function learn(
  session: Session,
  { watch, gauges }: { watch: LossWatch; gauges: Gauges },
  step: number,
  lr: number,
): Learnt | undefined {
  const { network, optimizer, batches, engine, abandon, record, weights } = session;
  const { training } = record;
  if (batches.startsEpoch(step)) network.resetState();
  const { inputs, targets } = batches.read(step);
  const loss = abandon.attempt(() => {
    network.forward(inputs, { seed: training.seed, draw: step });
    const loss = meanOf(network.losses(targets, { training: true }));
    gauges.readGates();
    network.backward();
    engine.finish();
    gauges.readGradients();
    return loss;
  });
  if (loss === undefined) return undefined;
  const before = weightFault(weights) ?? watch.take(loss);
  if (before !== undefined) return { loss, gradNorm: Number.NaN, fault: before };
  const gradNorm = optimizer.step(step + 1, { ...training, lr });
  const fault = gradientFault(gradNorm, weights);
  if (fault === undefined) network.carry();
  return { loss, gradNorm, fault };
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
  { lr, progress, history }: { lr: number; progress: Progress; history: readonly HistoryPoint[] },
): Promise<CheckpointEvent> {
  const last = history.at(-1);
  const validation = last?.step === progress.step ? (last.validation ?? undefined) : undefined;
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
