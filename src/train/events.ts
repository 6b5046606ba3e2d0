import type { Baseline } from '../baseline/baselines.js';

/** The one stream that describes training: the log, the terminal, `--ui json` and the tests all read it. */

/** What training is about to do; first in the stream, not shown by `--ui json`. */
export interface StartEvent {
  readonly type: 'start';
  readonly run: string;
  readonly corpus: string;
  readonly model: string;
  readonly parameters: number;
  readonly engine: string;
  readonly threads: number;
  /** The step this goes on from; 0 for a new run. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly charactersPerStep: number;
  /** Undefined where the length is in minutes. */
  readonly totalSteps: number | undefined;
  readonly minutes: number | undefined;
  /** Seconds of these minutes that earlier sessions have used. */
  readonly seconds: number;
  /** The peak of the learning rate. */
  readonly lr: number;
}

export interface StepEvent {
  readonly type: 'step';
  /** Steps done, this one included. */
  readonly step: number;
  /** Epochs done, with fractions. */
  readonly epoch: number;
  /** Mean training loss of the step, nats a character. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  readonly lr: number;
  readonly charsPerSecond: number;
}

interface ValidationEvent {
  readonly type: 'validation';
  readonly step: number;
  /** Nats a character; bits a character; exp(loss). */
  readonly loss: number;
  readonly bpc: number;
  readonly perplexity: number;
}

interface SampleEvent {
  readonly type: 'sample';
  readonly step: number;
  readonly text: string;
}

export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

/** The numbers of a step were wrong: the run is back at its last good checkpoint, and learns more slowly from there. */
export interface RollbackEvent {
  readonly type: 'rollback';
  /** The step that the run is back at, and the last one it had done when it went wrong. */
  readonly step: number;
  readonly from: number;
  /** What was wrong: "the loss became NaN". */
  readonly fault: string;
  /** The peak of the learning rate from now on. */
  readonly lr: number;
}

export type EndReason =
  /** The length asked for was reached. */
  | 'finished'
  /** `--stop-at` or a stop command. */
  | 'stopped'
  /** The numbers were wrong again after a return to a checkpoint; the last checkpoint is from before. */
  | 'diverged';

export interface EndEvent {
  readonly type: 'end';
  readonly reason: EndReason;
  readonly step: number;
  readonly bestLoss: number | null;
  /** The best checkpoint, or null where none was written. */
  readonly path: string | null;
  /** Only where training diverged: what was wrong, and the peak of the learning rate then. */
  readonly fault?: string;
  readonly lr?: number;
}

/** The next characters of the live sample, which the network writes while it learns; not logged. */
export interface LiveEvent {
  readonly type: 'live';
  readonly step: number;
  /** Counts the samples; another number begins another sample. */
  readonly sample: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly text: string;
  /** For each character (code point) of the text, the probability that the network gave it. */
  readonly certainty: readonly number[];
}

/** What the layers did in a step; told about once a second while it is asked for, and not logged. */
export interface GaugesEvent {
  readonly type: 'gauges';
  readonly step: number;
  /** The first layer first. */
  readonly layers: readonly LayerGauge[];
}

export interface LayerGauge {
  /** Norm of the gradients of the layer's parameters, before clipping. */
  readonly gradNorm: number;
  /** Shares, over units and some hundred places of the window, of activations that are saturated (model/saturation.ts). */
  readonly gates: readonly { readonly name: string; readonly left: number; readonly right: number }[];
}

/** Something could not be written; not logged. */
export interface TroubleEvent {
  readonly type: 'trouble';
  readonly step: number;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Training stands still, and tries again after so many seconds; null where it goes on without. */
  readonly seconds: number | null;
}

/** A baseline has become known; measured beside the training, and not logged. */
export interface BaselineEvent extends Baseline {
  readonly type: 'baseline';
}

/** A command was carried out, after this step. */
interface CommandEvent {
  readonly type: 'command';
  readonly step: number;
  /** As it was carried out: a prompt without characters that the network does not know, a rate within its range. */
  readonly command: TrainCommand;
}

export type TrainEvent =
  | StartEvent
  | StepEvent
  | ValidationEvent
  | SampleEvent
  | CheckpointEvent
  | RollbackEvent
  | LiveEvent
  | GaugesEvent
  | CommandEvent
  | BaselineEvent
  | TroubleEvent
  | EndEvent;

/** What may be asked of a training run; carried out between two steps. */
export type TrainCommand =
  | { readonly type: 'stop' | 'save' | 'pause' | 'continue' }
  /** The peak of the learning rate from now on. */
  | { readonly type: 'lr'; readonly value: number }
  /** How the live sample goes on; a prompt begins a new one, and so does `sample`. */
  | { readonly type: 'temperature'; readonly value: number }
  | { readonly type: 'prompt'; readonly text: string }
  | { readonly type: 'sample' }
  /** Whether somebody watches gates and gradients. */
  | { readonly type: 'gauges'; readonly watched: boolean };
