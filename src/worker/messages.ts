import type { MessagePort } from 'node:worker_threads';
import type { RunRecord } from '../checkpoint/record.js';
import type { EngineChoice } from '../engine/engine.js';
import type { UserError } from '../errors.js';
import type { TrainEvent } from '../train/events.js';

/** A training run to start or continue. */
export interface TrainingJob {
  /** Folder of the run, which holds its text as ids. */
  readonly run: string;
  /** The token of the run's lock. */
  readonly token: string;
  readonly record: RunRecord;
  /** Path of the checkpoint to continue from; undefined for a new run. */
  readonly from: string | undefined;
  /** A step to stop at early. */
  readonly stopAt: number | undefined;
  readonly engine: EngineChoice | undefined;
  readonly threads: number | undefined;
}

/** The data that the training thread starts with. */
export interface WorkerData {
  readonly job: TrainingJob;
  readonly live: boolean;
  /** Where commands arrive. The parent's port cannot be polled under Deno. */
  readonly commands: MessagePort;
  /** The words of an `Abandon`, with which the main thread abandons a step. */
  readonly abandon: SharedArrayBuffer;
  /** The words of a `Heartbeat`, which tells the time. */
  readonly heartbeat: SharedArrayBuffer;
}

/** A message of the training thread. */
export type WorkerMessage = { readonly type: 'events'; readonly events: readonly TrainEvent[] } | Failure;

/** A UserError of a thread: errors lose their class on the way. */
export type Failure = { readonly type: 'failure' } & Pick<UserError, 'message' | 'hint' | 'exitCode'>;
