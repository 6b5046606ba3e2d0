import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Ownership } from '../checkpoint/lock.js';
import { fileError, systemErrorCode, UserError } from '../errors.js';
import { temporaryName } from '../files.js';
import { harmlessJson } from '../format.js';
import { linesOf, openRegular } from '../regular.js';
import { renameFileSync } from '../rename.js';
import type { BaselineEvent, GaugesEvent, LiveEvent, TrainEvent, TroubleEvent } from '../train/events.js';

/** The checkpoint that a run continues from. */
interface Origin {
  readonly step: number;
  readonly path: string;
}

const HINT = 'Make room on the disk or fix its permissions; a run with a checkpoint can be resumed.';
const IRREGULAR_HINT = 'Remove it, and the run continues with a new log.';

/** Bytes kept in memory while the disk refuses; the log loses events beyond that. */
const MOST_WAITING = 16 << 20;

/**
 * Opens the log of a run, one event per line; events that depend on the clock or on the viewer are left out.
 * The log of a resumed run is first cut back to the checkpoint, so that it reports each step once, however
 * the run ended before.
 * @param origin undefined for a new run
 * @throws UserError if it cannot be opened; later failures are retried
 */
export function openLog(path: string, origin?: Origin, ownership?: Ownership): LogFile {
  try {
    return new LogFile(path, origin, ownership);
  } catch (error) {
    const isIrregular = systemErrorCode(error) === 'EFTYPE';
    throw isIrregular
      ? fileError(error, path, IRREGULAR_HINT, 'create')
      : fileError(error, path, HINT, 'write');
  }
}

/** Opens a file for reading its lines and adding others. */
function openToAppend(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT } = constants;
  return openRegular(path, O_RDWR | O_APPEND | O_CREAT).descriptor;
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
  /** Events that are in the log before they happened, and the trouble they met. */
  readonly #announced = new WeakMap<TrainEvent, TroubleEvent | undefined>();

  constructor(
    readonly path: string,
    origin: Origin | undefined,
    /** Looked at before the log is changed. */
    readonly ownership: Ownership | undefined,
  ) {
    ownership?.verify();
    this.#file = openToAppend(path);
    if (!origin || dirname(origin.path) !== dirname(path)) return;
    const { length, hasCheckpoint } = keptPart(this.#file, origin.step);
    this.#cut(length);
    if (!hasCheckpoint) this.write({ type: 'checkpoint', ...origin });
    this.#isRefused = false; // so that the next refusal is reported
  }

  /**
   * Shortens the log, as a new file: a former owner of the run may be about to write another line to the old
   * one. Without room for both, shortens it in place.
   */
  #cut(length: number): void {
    const path = realpathSync(this.path); // a link stays one
    closeSync(this.#file); // an open file cannot be replaced on Windows, nor shortened if it is open to append
    const temporary = temporaryName(path);
    try {
      copyFileSync(path, temporary, constants.COPYFILE_FICLONE);
      truncateSync(temporary, length);
      this.ownership?.verify();
      renameFileSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      if (systemErrorCode(error) === undefined) throw error;
      truncateSync(path, length);
    }
    this.#file = openToAppend(this.path);
  }

  /** Writes events that are about to happen; `write` then passes over them. */
  announce(events: readonly TrainEvent[]): void {
    for (const event of events) this.#announced.set(event, this.write(event));
  }

  /** Writes an event. @returns an event when the disk starts to refuse; what it refused is written later */
  write(event: TrainEvent): TroubleEvent | undefined {
    if (isFleeting(event)) return undefined;
    if (this.#announced.has(event)) return this.#announced.get(event);
    const { step } = event;
    this.ownership?.check();
    try {
      if (event.type === 'checkpoint') this.#follow();
      this.#put(event);
      // These come before a checkpoint is put in place: after a power failure the log is not behind it.
      if (event.type === 'checkpoint' || event.type === 'end') fdatasyncSync(this.#file);
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
    const place = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (place?.ino === fstatSync(this.#file, { bigint: true }).ino || !existsSync(dirname(this.path))) return;
    const file = openToAppend(this.path);
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
function keptPart(log: number, step: number): { length: number; hasCheckpoint: boolean } {
  let [afterCheckpoint, notLater] = [0, 0];
  let follows = false; // whether all lines since the checkpoint event are of its step
  for (const { bytes, end } of linesOf(log)) {
    const event = eventOf(bytes.toString('latin1'));
    if (event && event.step <= step) notLater = end;
    follows = event?.step === step && (follows || event.type === 'checkpoint');
    if (follows) afterCheckpoint = end;
  }
  return afterCheckpoint > 0
    ? { length: afterCheckpoint, hasCheckpoint: true }
    : { length: notLater, hasCheckpoint: false };
}

const TYPE = '{"type":"';
const STEP = /"step":(\d+)[,}]/y;

/**
 * Returns the type and step of a line of the log, without parsing all of it; undefined if it is not an event.
 * Within a string the quotes would be escaped, so the first `"step":` is the member.
 */
function eventOf(line: string): { type: string; step: number } | undefined {
  if (!line.startsWith(TYPE) || !line.endsWith('}')) return undefined;
  STEP.lastIndex = line.indexOf('"step":');
  const step = STEP.lastIndex < 0 ? undefined : STEP.exec(line)?.[1];
  if (step === undefined) return undefined;
  return { type: line.slice(TYPE.length, line.indexOf('"', TYPE.length)), step: Number(step) };
}
