/** The one stream that describes training: the log, the terminal, `--ui json` and the tests all read it. */

/** What training is about to do; first in the stream, not shown by `--ui json`. */
export interface StartEvent {
  readonly type: 'start';
  readonly run: string;
  readonly corpus: string;
  readonly model: string;
  readonly parameters: number;
  readonly engine: string;
  /** The step this goes on from; 0 for a new run. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly charactersPerStep: number;
  /** Undefined where the length is in minutes. */
  readonly totalSteps: number | undefined;
  readonly minutes: number | undefined;
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

interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

export type EndReason =
  /** The length asked for was reached. */
  | 'finished'
  /** `--stop-at` or a stop command. */
  | 'stopped'
  /** The loss or the gradients stopped being numbers; the last checkpoint is from before. */
  | 'diverged';

export interface EndEvent {
  readonly type: 'end';
  readonly reason: EndReason;
  readonly step: number;
  readonly bestLoss: number | null;
  /** The best checkpoint, or null where none was written. */
  readonly path: string | null;
}

export type TrainEvent = StartEvent | StepEvent | ValidationEvent | SampleEvent | CheckpointEvent | EndEvent;

/** What may be asked of a training run; done between two steps. */
export interface TrainCommand {
  readonly type: 'stop';
}
