import type { Baseline } from '../baseline/baselines.js';

// The stream of events that describes training: the log, the terminal, `--ui json` and the tests read it.

/** What training is about to do. The first event of the stream; `--ui json` omits it. */
export interface StartEvent {
  readonly type: 'start';
  readonly run: string;
  readonly corpus: string;
  readonly model: string;
  readonly parameters: number;
  readonly engine: string;
  readonly threads: number;
  /** The step that training continues from; 0 for a new run. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly charactersPerStep: number;
  /** Undefined if the length is in minutes. */
  readonly totalSteps: number | undefined;
  readonly minutes: number | undefined;
  /** The run ends earlier after this many validations without a new best; 0 if it does not. */
  readonly patience: number;
  /** Seconds of these minutes that earlier sessions used. */
  readonly seconds: number;
  /** The peak of the learning rate. */
  readonly lr: number;
}

export interface StepEvent {
  readonly type: 'step';
  /** Number of steps done, including this one. */
  readonly step: number;
  /** Number of epochs done, with fractions. */
  readonly epoch: number;
  /** Mean training loss of the step in nats per character. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  readonly lr: number;
  readonly charsPerSecond: number;
  /** Seconds of training so far, without pauses and suspensions; those of earlier sessions count for minutes. */
  readonly seconds: number;
}

export interface ValidationEvent {
  readonly type: 'validation';
  readonly step: number;
  /** Nats per character; bits per character; exp(loss). */
  readonly loss: number;
  readonly bpc: number;
  readonly perplexity: number;
}

export interface SampleEvent {
  readonly type: 'sample';
  readonly step: number;
  /** With `--encoding bytes`, the bytes decoded as UTF-8; a character that is cut off at the end is left out. */
  readonly text: string;
}

export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

/** The numbers of a step were wrong: the run is back at its last good checkpoint and learns more slowly. */
export interface RollbackEvent {
  readonly type: 'rollback';
  /** The step that the run is back at, and the last one it had done when it failed. */
  readonly step: number;
  readonly from: number;
  /** A description of the problem, such as "the loss became NaN". */
  readonly fault: string;
  /** The peak of the learning rate from now on. */
  readonly lr: number;
}

export type EndReason =
  /** The run reached its length. */
  | 'finished'
  /** The last validations, as many as `--patience` says, brought no new best. */
  | 'early'
  /** `--stop-at` or a stop command ended it. */
  | 'stopped'
  /** The numbers were wrong again after a rollback; the last checkpoint is from before. */
  | 'diverged';

export interface EndEvent {
  readonly type: 'end';
  readonly reason: EndReason;
  readonly step: number;
  /** The validation loss of the best checkpoint in nats; null if none was validated. */
  readonly bestLoss: number | null;
  /** Path of the best checkpoint, or null if none was written. */
  readonly path: string | null;
  /** Only if training diverged: a description of the problem, and the peak of the learning rate then. */
  readonly fault?: string;
  readonly lr?: number;
}

/** The next characters of the live sample, which the network writes while it learns. Not logged. */
export interface LiveEvent {
  readonly type: 'live';
  readonly step: number;
  /** Number of the sample; a new number starts a new sample. */
  readonly sample: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly text: string;
  /** For each character (code point) of the text, the probability the network gave it or all of its bytes. */
  readonly certainty: readonly number[];
}

/** What the layers did in a step; sent about once per second while it is asked for. Not logged. */
export interface GaugesEvent {
  readonly type: 'gauges';
  readonly step: number;
  /** The first layer first. */
  readonly layers: readonly LayerGauge[];
}

export interface LayerGauge {
  /** Norm of the gradients of the layer's parameters, before clipping. */
  readonly gradNorm: number;
  /** Shares of saturated activations over units and some hundred places of a window; see model/saturation. */
  readonly gates: readonly { readonly name: string; readonly left: number; readonly right: number }[];
}

/** Something could not be written. Not logged. */
export interface TroubleEvent {
  readonly type: 'trouble';
  readonly step: number;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Training waits this many seconds before the next try; null if it continues without. */
  readonly seconds: number | null;
}

/** A baseline, measured in the background. Not logged. */
export interface BaselineEvent extends Baseline {
  readonly type: 'baseline';
}

/** A command that was carried out after this step. */
export interface CommandEvent {
  readonly type: 'command';
  readonly step: number;
  /** As carried out: a prompt without the characters unknown to the network, a rate clamped to its range. */
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

/** A command for a training run, carried out between two steps. */
export type TrainCommand =
  | { readonly type: 'stop' | 'save' | 'pause' | 'continue' }
  /** The peak of the learning rate from now on. */
  | { readonly type: 'lr'; readonly value: number }
  /** Steer the live sample; `prompt` and `sample` start a new one. */
  | { readonly type: 'temperature'; readonly value: number }
  | { readonly type: 'prompt'; readonly text: string }
  | { readonly type: 'sample' }
  /** Starts or stops the measuring of gates and gradients. */
  | { readonly type: 'gauges'; readonly watched: boolean };
