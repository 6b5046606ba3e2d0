import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileError, UserError } from '../errors.js';
import { harmlessJson } from '../format.js';
import type { BaselineEvent, GaugesEvent, LiveEvent, TrainEvent, TroubleEvent } from '../train/events.js';

/** The checkpoint that a run continues from. */
interface Origin {
  readonly step: number;
  readonly path: string;
}

const LINE_FEED = 10;
/** Matches the type and the step of an event, which precede the text of a sample. */
const LINE = /^\{"type":"(\w+)",.*?"step":(\d+)[,}](?:.*\})?$/;
const HINT = 'Make room on the disk or fix its permissions; a run with a checkpoint can be resumed.';

/** Bytes kept in memory while the disk refuses; the log loses events beyond that. */
const MOST_WAITING = 16 << 20;

/**
 * Opens the log of a run, one event per line; events that depend on the clock or on the viewer are left out.
 * The log of a resumed run is first cut back to the checkpoint, so that it reports each step once, however
 * the run ended before.
 * @param origin undefined for a new run
 * @throws UserError if it cannot be opened; later failures are retried
 */
export function openLog(path: string, origin?: Origin): LogFile {
  try {
    return new LogFile(path, origin);
  } catch (error) {
    throw fileError(error, path, HINT, 'write');
  }
}

/** Whether an event depends on the clock or on the viewer. */
function isFleeting(event: TrainEvent): event is LiveEvent | GaugesEvent | TroubleEvent | BaselineEvent {
  const { type } = event;
  return type === 'live' || type === 'gauges' || type === 'trouble' || type === 'baseline';
}

class LogFile {
  #file: number;
  /** Bytes yet to be written: the rest of a line, and whole lines. */
  #waiting: Buffer = Buffer.alloc(0);
  #isRefused = false;

  constructor(
    readonly path: string,
    origin: Origin | undefined,
  ) {
    this.#file = openSync(path, 'a');
    if (!origin || dirname(origin.path) !== dirname(path) || !fstatSync(this.#file).isFile()) return;
    const { length, hasCheckpoint } = keptPart(readFileSync(path), origin.step);
    ftruncateSync(this.#file, length);
    if (!hasCheckpoint) this.write({ type: 'checkpoint', ...origin });
    this.#isRefused = false; // so that the next refusal is reported
  }

  /** Writes an event. @returns an event when the disk starts to refuse; what it refused is written later */
  write(event: TrainEvent): TroubleEvent | undefined {
    if (isFleeting(event)) return undefined;
    const { step } = event;
    try {
      if (event.type === 'checkpoint') this.#follow();
      this.#put(event);
      // A sample precedes its checkpoint: so after a power failure the log is not behind the checkpoint.
      if (event.type === 'sample' && fstatSync(this.#file).isFile()) fdatasyncSync(this.#file);
      this.#isRefused = false;
      return undefined;
    } catch (error) {
      const failure = fileError(error, this.path, HINT, 'write');
      if (!(failure instanceof UserError)) throw failure;
      if (this.#isRefused) return undefined;
      this.#isRefused = true;
      const hint = 'Training continues, and writes the log when it can.';
      return { type: 'trouble', step, message: failure.message, hint, seconds: null };
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Writes the waiting bytes and the event; a full disk takes some and refuses the rest. */
  #put(event: TrainEvent): void {
    if (this.#waiting.length < MOST_WAITING) {
      this.#waiting = Buffer.concat([this.#waiting, Buffer.from(`${harmlessJson(event)}\n`)]);
    }
    while (this.#waiting.length > 0) {
      this.#waiting = this.#waiting.subarray(writeSync(this.#file, this.#waiting));
    }
  }

  /** Reopens the file if another has taken its place: the folder was replaced by a copy. */
  #follow(): void {
    const place = statSync(this.path, { throwIfNoEntry: false });
    if (place?.ino === fstatSync(this.#file).ino || !existsSync(dirname(this.path))) return;
    const file = openSync(this.path, 'a');
    closeSync(this.#file);
    this.#file = file;
  }
}

/**
 * Finds how much of a log to keep when the run continues from the checkpoint of a step: up to the last event
 * of that step after its checkpoint event, or else up to the last line that is not later. Half a line at the
 * end is dropped.
 * @returns the length in bytes, and whether the log has the checkpoint
 */
function keptPart(log: Buffer, step: number): { length: number; hasCheckpoint: boolean } {
  let [afterCheckpoint, notLater] = [0, 0];
  let follows = false; // whether all lines since the checkpoint event are of its step
  for (let start = 0, end = log.indexOf(LINE_FEED); end >= 0; end = log.indexOf(LINE_FEED, start)) {
    const line = LINE.exec(log.toString('latin1', start, end));
    start = end + 1;
    const at = line ? Number(line[2]) : Number.NaN;
    if (at <= step) notLater = start;
    follows = at === step && (follows || line?.[1] === 'checkpoint');
    if (follows) afterCheckpoint = start;
  }
  return afterCheckpoint > 0
    ? { length: afterCheckpoint, hasCheckpoint: true }
    : { length: notLater, hasCheckpoint: false };
}
