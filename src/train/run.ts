import { writeCheckpoint } from '../checkpoint/checkpoint.js';
import { RECORDED } from '../checkpoint/options.js';
import type { HistoryPoint, Progress } from '../checkpoint/record.js';
import { checkpointPath, pruneCheckpoints } from '../checkpoint/run.js';
import { clamped } from '../numbers.js';
import { shownTexts } from '../sample/shown.js';
import { Clock, type Now, systemClock } from './clock.js';
import { type Commands, Controls } from './controls.js';
import { endOf } from './end.js';
import { bitsPerCharacter } from './evaluate.js';
import type { EndEvent, EndReason, TrainEvent } from './events.js';
import { LossWatch, stateFault, validationFault, weightFault } from './faults.js';
import { Gauges } from './gauges.js';
import { LiveSample } from './live.js';
import { lastIntact } from './rollback.js';
import { writeSample } from './sample.js';
import { FolderWatch, persist } from './saving.js';
import { type Ending, endingOf, rateAt, totalSteps } from './schedule.js';
import { restore, type Session, stateOf } from './session.js';
import { startOf } from './start.js';
import { trainStep } from './step.js';

/** A longer history loses every second entry: each checkpoint carries all of it. */
const LONGEST_HISTORY = 4000;

/** Each rollback multiplies the learning rate by this. */
const SLOWER = 1 / 4;
/** A fault that returns after this many rollbacks is not due to chance. */
const MOST_ROLLBACKS = 1;

export interface TrainControl {
  readonly commands?: Commands | undefined;
  /** A step to stop at early, as if a command had asked for it. */
  readonly stopAt?: number | undefined;
  /** Whether the network writes a live sample while it learns. */
  readonly live?: boolean | undefined;
  /** Whether training waits while the disk refuses a checkpoint; otherwise it fails. */
  readonly patient?: boolean | undefined;
  /**
   * Called right before a checkpoint is put in place with the events that follow from it, so that a log is
   * never behind the checkpoints. The same events are yielded later.
   */
  readonly announce?: ((events: readonly TrainEvent[]) => void) | undefined;
  readonly now?: Now | undefined;
}

/** A training run in progress: its progress, and what `train` does with it. */
export class Run {
  #progress: { -readonly [Name in keyof Progress]: Progress[Name] };
  #history: HistoryPoint[];
  #watch: LossWatch;
  /** Path of the last good checkpoint; undefined if that is the weights drawn from the seed. */
  #lastGood: string | undefined;
  #saved: { readonly step: number; readonly lr: number } | undefined;
  /** Learning rate of the last step. */
  #lr = Number.NaN;
  /** Steps of the whole run; undefined if its length is in minutes. */
  readonly #total: number | undefined;
  readonly #stopAt: number;
  readonly #patient: boolean;
  readonly #announce: TrainControl['announce'];
  /** The last event of the run, once announced. */
  #end: EndEvent | undefined;
  readonly clock: Clock;
  readonly #gauges: Gauges;
  readonly #controls: Controls;
  readonly #folder: FolderWatch;

  constructor(
    readonly session: Session,
    control: TrainControl = {},
  ) {
    const { commands, stopAt = Number.POSITIVE_INFINITY, live = false, patient = false } = control;
    const { now = systemClock } = control;
    const { record, batches } = session;
    this.#progress = { ...record.progress };
    this.#history = [...record.history];
    this.#watch = new LossWatch(record, record.progress);
    this.#lastGood = session.from;
    this.#total = totalSteps(record.training.length, batches.windowsPerEpoch);
    this.#stopAt = stopAt;
    this.#patient = patient;
    this.#announce = control.announce;
    this.clock = new Clock(record, now);
    this.#gauges = new Gauges(session, now);
    const sample = live ? new LiveSample(session, now) : undefined;
    this.#controls = new Controls(commands, record.training.lr, sample, this.#gauges);
    this.#folder = new FolderWatch(session.run);
  }

  get step(): number {
    return this.#progress.step;
  }

  /** Why the run is over; undefined if it is not. */
  get ending(): Ending | undefined {
    const { training } = this.session.record;
    return this.#isMeasured ? endingOf(this.#shareDone(), { training, history: this.#history }) : undefined;
  }

  get owesValidation(): boolean {
    const { evalEvery } = this.session.record.training;
    return this.step > 0 && !this.#isMeasured && (this.step % evalEvery === 0 || this.#shareDone() >= 1);
  }

  get isStopping(): boolean {
    return this.#controls.stopRequested || this.step >= this.#stopAt;
  }

  /** Whether a checkpoint of this step may be written before the next one. */
  get mayBeSaved(): boolean {
    return this.#controls.saveRequested || this.#controls.paused || this.isStopping;
  }

  get isSaved(): boolean {
    return this.#saved?.step === this.step && this.#saved.lr === this.#controls.lr;
  }

  get canRollBack(): boolean {
    return this.#progress.rollbacks < MOST_ROLLBACKS;
  }

  /**
   * Takes the next step, unless a validation is owed first: a stop may have abandoned one, or the clock may
   * have run out since the last look at it.
   * @returns what was wrong with the numbers, if anything; then the step was not applied
   */
  *learn(): Generator<TrainEvent, string | undefined> {
    const { session } = this;
    const { batches, network, weights, abandon, record } = session;
    const { training } = record;
    const validatesFirst = this.owesValidation;
    const at = validatesFirst ? this.step - 1 : this.step;
    this.#lr = this.#controls.lr * rateAt(at, this.#shareDone(at), this.#total);
    if (validatesFirst) return undefined;
    if (batches.startsEpoch(at)) network.resetState();
    const result = trainStep(
      session,
      { ...training, ...batches.read(at), step: at, lr: this.#lr },
      {
        abandon,
        beforeBackward: () => this.#gauges.readGates(),
        afterBackward: () => this.#gauges.readGradients(),
        faultOf: (loss) => weightFault(weights) ?? this.#watch.add(loss),
      },
    );
    if (!result || result.fault !== undefined) return result?.fault;
    const { loss, gradNorm } = result;
    const step = ++this.#progress.step;
    this.#progress.lossSum += loss;
    this.#progress.lossCount++;
    const epoch = step / batches.windowsPerEpoch;
    const charsPerSecond = this.clock.tick();
    const seconds = Number(this.clock.seconds.toFixed(3));
    yield { type: 'step', step, epoch, loss, gradNorm, lr: this.#lr, charsPerSecond, seconds };
    yield* this.#gauges.take(step);
  }

  /** Carries out the commands that wait. */
  *takeCommands(): Generator<TrainEvent> {
    yield* this.#controls.carryOut(this.step);
    if (this.#folder.isGone) this.#controls.saveRequested = true; // which fails, and reports why
  }

  /**
   * Measures the validation loss in nats per character.
   * @returns null without a validation text, undefined if a stop abandoned it
   */
  *validate(): Generator<TrainEvent, number | null | undefined> {
    const { abandon, evaluator, validation } = this.session;
    const loss = abandon.attempt(() => (validation ? evaluator.evaluate(validation, 'stream').loss : null));
    if (loss === undefined) yield* this.#controls.carryOut(this.step); // the stop
    return loss;
  }

  /** Returns what is wrong with the numbers of a checkpoint of this step, if anything. */
  faultOf(loss: number | null | undefined): string | undefined {
    return stateFault(this.session) ?? validationFault(loss ?? undefined);
  }

  /** Adds a validation to the history. */
  *record(loss: number | null): Generator<TrainEvent> {
    const { step, bestLoss, lossSum, lossCount } = this.#progress;
    if (loss !== null) {
      this.#progress.bestLoss = Math.min(bestLoss ?? loss, loss);
      yield { type: 'validation', step, loss, bpc: bitsPerCharacter(loss), perplexity: Math.exp(loss) };
    }
    this.#history.push({ step, lr: this.#lr, training: lossSum / lossCount, validation: loss });
    if (this.#history.length > LONGEST_HISTORY) this.#history = this.#history.filter((_, i) => i % 2 === 0);
    Object.assign(this.#progress, { lossSum: 0, lossCount: 0 });
  }

  sample(): TrainEvent {
    const { session, step } = this;
    return { type: 'sample', step, text: shownTexts(session.writer.model, [...writeSample(session, step)]) };
  }

  /** Saves a checkpoint; see `persist`. */
  async *save(): AsyncGenerator<TrainEvent> {
    const { session, step } = this;
    const { run, engine } = session;
    const { training } = session.record;
    const { lr } = this.#controls;
    const seconds = training.length.unit === 'minutes' ? this.clock.seconds : 0;
    const { start: startLoss, recent: recentLoss } = this.#watch;
    const progress = { ...this.#progress, seconds, startLoss, recentLoss };
    const record = { ...session.record, training: { ...training, lr }, progress, history: this.#history };
    const loss = this.#isMeasured ? this.#history.at(-1)?.validation : undefined;
    const path = checkpointPath(run, step, loss ?? undefined);
    this.#saved = { step, lr };
    const write = async (): Promise<TrainEvent> => {
      const checkpoint = { record, engine: engine.name, state: stateOf(session) };
      const event: TrainEvent = { type: 'checkpoint', step, path };
      await writeCheckpoint(path, checkpoint, () => {
        session.ownership?.verify();
        const { ending } = this;
        if (ending) this.#end = this.#endEvent(ending, path);
        this.#announce?.(this.#end ? [event, this.#end] : [event]);
      });
      await pruneCheckpoints(run, training.keep, session.ownership?.verify);
      this.#lastGood = path;
      return event;
    };
    const options = { session, controls: this.#controls, patient: this.#patient, step };
    if (yield* persist(write, options)) this.clock.pause();
  }

  /** Saves if asked to, and waits while paused. */
  async *pause(): AsyncGenerator<TrainEvent> {
    const controls = this.#controls;
    while (controls.saveRequested || (controls.paused && !this.isStopping)) {
      if (controls.saveRequested) yield* this.save();
      else await controls.wait();
      this.session.ownership?.check();
      yield* controls.carryOut(this.step);
      this.clock.pause();
    }
  }

  /** Returns to the last good checkpoint that is intact, to learn more slowly from there. */
  async *rollBack(fault: string): AsyncGenerator<TrainEvent> {
    const from = this.step;
    const { path, checkpoint, troubles } = await lastIntact(this.session, this.#lastGood, from);
    yield* troubles;
    this.#lastGood = path;
    restore(this.session, checkpoint?.state);
    const { record } = checkpoint ?? this.session;
    this.#progress = { ...record.progress, rollbacks: this.#progress.rollbacks + 1 };
    this.#history = [...record.history];
    this.#watch = new LossWatch(record, record.progress);
    const lr = clamped(SLOWER * Math.min(this.#controls.lr, record.training.lr), RECORDED.lr.kind);
    this.#controls.lr = lr;
    this.clock.skip();
    yield { type: 'rollback', step: this.step, from, fault, lr };
  }

  startEvent(): TrainEvent {
    return startOf(this.session, this.#total);
  }

  endEvent(reason: EndReason, fault?: string): EndEvent {
    const divergence = fault === undefined ? {} : { fault, lr: this.#controls.lr };
    return this.#end ?? { ...this.#endEvent(reason), ...divergence };
  }

  /** @param coming path of a checkpoint that is about to be put in place */
  #endEvent(reason: EndReason, coming?: string): EndEvent {
    return endOf(this.session.run, reason, { step: this.step, history: this.#history }, coming);
  }

  get #isMeasured(): boolean {
    return this.#history.at(-1)?.step === this.step;
  }

  /** Share of the run that is over at a step, or now if its length is in minutes. */
  #shareDone(at = this.step): number {
    const { amount } = this.session.record.training.length;
    return this.#total === undefined ? this.clock.seconds / (60 * amount) : at / this.#total;
  }
}
