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

export interface Log {
  /** @returns what the disk refuses, when it begins to: what could not be written is written later */
  write(event: TrainEvent): TroubleEvent | undefined;
  close(): void;
}

/** The checkpoint that a run goes on from. */
interface Origin {
  readonly step: number;
  readonly path: string;
}

const LINE_FEED = 10;
/** The type and the step of an event, which come before any text of a sample. */
const LINE = /^\{"type":"(\w+)",.*?"step":(\d+)[,}](?:.*\})?$/;
const HINT = 'Make room on the disk or mend its permissions; a run that has saved can be resumed.';

/** Bytes that wait for a disk that refuses; events beyond that are lost to the log. */
const MOST_WAITING = 16 << 20;

/**
 * The run's log, an event a line. Not logged is the live sample, of which a person sees what the clock allows, and what
 * could not be written. A log that goes on is first cut back to the checkpoint, so that it tells of each step once,
 * however the run ended before.
 * @param origin undefined for a new run
 * @throws UserError where it cannot be opened; later the log waits until it can be written
 */
export function openLog(path: string, origin?: Origin): Log {
  try {
    return new LogFile(path, origin);
  } catch (error) {
    throw fileError(error, path, HINT, 'write');
  }
}

/** What depends on the clock or on who watches. */
function isFleeting(event: TrainEvent): event is LiveEvent | GaugesEvent | TroubleEvent | BaselineEvent {
  const { type } = event;
  return type === 'live' || type === 'gauges' || type === 'trouble' || type === 'baseline';
}

class LogFile implements Log {
  #file: number;
  /** What is not written yet: the rest of a line, and lines. */
  #waiting: Buffer = Buffer.alloc(0);
  #isRefused = false;

  constructor(
    readonly path: string,
    origin: Origin | undefined,
  ) {
    this.#file = openSync(path, 'a');
    if (!origin || dirname(origin.path) !== dirname(path) || !fstatSync(this.#file).isFile()) return;
    const { length, isTold } = keptOf(readFileSync(path), origin.step);
    ftruncateSync(this.#file, length);
    if (!isTold) this.write({ type: 'checkpoint', ...origin });
    this.#isRefused = false; // so that it is told of
  }

  write(event: TrainEvent): TroubleEvent | undefined {
    if (isFleeting(event)) return undefined;
    const step = event.step;
    try {
      if (event.type === 'checkpoint') this.#follow();
      this.#put(event);
      // A sample comes before its checkpoint: a log that a power failure cuts is not shorter than the checkpoint.
      if (event.type === 'sample' && fstatSync(this.#file).isFile()) fdatasyncSync(this.#file);
      this.#isRefused = false;
      return undefined;
    } catch (error) {
      const failure = fileError(error, this.path, HINT, 'write');
      if (!(failure instanceof UserError)) throw failure;
      if (this.#isRefused) return undefined;
      this.#isRefused = true;
      const hint = 'Training goes on without it, and writes it when it can.';
      return { type: 'trouble', step, message: failure.message, hint, seconds: null };
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Writes what waits, and the event; a disk that is full takes a part and refuses the rest. */
  #put(event: TrainEvent): void {
    if (this.#waiting.length < MOST_WAITING) {
      this.#waiting = Buffer.concat([this.#waiting, Buffer.from(`${harmlessJson(event)}\n`)]);
    }
    while (this.#waiting.length > 0) {
      this.#waiting = this.#waiting.subarray(writeSync(this.#file, this.#waiting));
    }
  }

  /** Opens the file anew where another lies in its place: the folder was put back as a copy. */
  #follow(): void {
    const place = statSync(this.path, { throwIfNoEntry: false });
    if (place?.ino === fstatSync(this.#file).ino || !existsSync(dirname(this.path))) return;
    const file = openSync(this.path, 'a');
    closeSync(this.#file);
    this.#file = file;
  }
}

/**
 * How much of a log stays when the run goes on from the checkpoint of a step: up to what was said last of that checkpoint
 * and its step, or else up to the last line that is not later. Half a line at the end goes.
 * @returns bytes, and whether the log tells of the checkpoint
 */
function keptOf(log: Buffer, step: number): { length: number; isTold: boolean } {
  let [told, notLater] = [0, 0];
  let follows = false; // whether only lines of the same step came since the checkpoint was told of
  for (let start = 0, end = log.indexOf(LINE_FEED); end >= 0; end = log.indexOf(LINE_FEED, start)) {
    const line = LINE.exec(log.toString('latin1', start, end));
    start = end + 1;
    const at = line ? Number(line[2]) : Number.NaN;
    if (at <= step) notLater = start;
    follows = at === step && (follows || line?.[1] === 'checkpoint');
    if (follows) told = start;
  }
  return told > 0 ? { length: told, isTold: true } : { length: notLater, isTold: false };
}
