import type { RunRecord } from '../checkpoint/record.js';
import type { EngineChoice } from '../engine/engine.js';
import type { ExitCode } from '../errors.js';
import type { TrainEvent } from '../train/events.js';

/** What is to be trained. */
export interface TrainingJob {
  /** Folder of the run, where its text lies as ids. */
  readonly run: string;
  readonly record: RunRecord;
  /** The checkpoint to go on from; a new run has none. */
  readonly from: string | undefined;
  /** A step to stop at early. */
  readonly stopAt: number | undefined;
  readonly engine: EngineChoice | undefined;
  readonly threads: number | undefined;
}

/** What the training thread is started with. */
export interface WorkerData {
  readonly job: TrainingJob;
  readonly live: boolean;
  /** The words of an `Abandon`, by which the main thread has a step given up. */
  readonly abandon: SharedArrayBuffer;
}

/** What it sends back. */
export type WorkerMessage =
  | { readonly type: 'events'; readonly events: readonly TrainEvent[] }
  | {
      readonly type: 'failure';
      readonly message: string;
      readonly hint: string;
      readonly exitCode: ExitCode;
    };
