import { closeSync } from 'node:fs';
import { fileError, systemErrorCode, UserError } from '../errors.js';
import { linesOf, openRegular } from '../regular.js';
import type { Missing } from './check.js';
import { EXPLODING } from './thresholds.js';

/** One training step. */
interface LoggedStep {
  readonly step: number;
  /** Nats per character. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly lr: number;
}

/** A return to an earlier checkpoint because of invalid numbers. */
interface Rollback {
  readonly step: number;
  readonly from: number;
  readonly fault: string;
  /** The largest gradient norm in the steps just before it; null if the log has none. */
  readonly largestNorm: number | null;
}

/** The history of a run as its log has it. A step that was repeated appears once, as it was last done. */
export interface RunLog {
  readonly steps: readonly LoggedStep[];
  readonly rollbacks: readonly Rollback[];
  /** The fault that ended the run, if one did. */
  readonly fault: string | undefined;
}

const LONGEST_FAULT = 200;
/**
 * More steps than nearly all runs have, but few enough for the memory. Of more steps, every second stretch is
 * left out, and the rest is kept as it is: between neighbours the loss is compared.
 */
const MOST_STEPS = 1 << 18;
const STRETCH = 1 << 10;
const MOST_ROLLBACKS = 1000;

/**
 * Reads the log of a run, which may still be growing. Skips lines that are not events.
 * @param upTo the last step to consider
 */
export function readLog(path: string, upTo = Number.POSITIVE_INFINITY): RunLog | Missing {
  try {
    const { descriptor } = openRegular(path);
    try {
      return logOf(descriptor, upTo);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT')
      return { missing: 'there is no log.jsonl next to the checkpoint' };
    const failure = fileError(error, path, '');
    if (!(failure instanceof UserError)) throw failure;
    return { missing: `the log cannot be read: ${failure.message}` };
  }
}

function logOf(file: number, upTo: number): RunLog | Missing {
  let steps: LoggedStep[] = [];
  const rollbacks: Rollback[] = [];
  let endFault: string | undefined;
  for (const { bytes } of linesOf(file)) {
    const { type, step, loss, gradNorm, lr, from, fault } = parsed(bytes.toString());
    if (type === 'start') endFault = undefined;
    if (!isNumber(step)) continue;
    if (type === 'step' && isNumber(loss) && isNumber(gradNorm) && isNumber(lr)) {
      if (step <= upTo && lr >= 0) steps.push({ step, loss, gradNorm, lr });
      if (steps.length > MOST_STEPS) steps = steps.filter((_, i) => i % (2 * STRETCH) < STRETCH);
    } else if (type === 'rollback' && isNumber(from) && from <= upTo) {
      const norms = steps.slice(-EXPLODING.before).map((one) => one.gradNorm);
      const largestNorm = norms.length > 0 ? Math.max(...norms) : null;
      if (rollbacks.length < MOST_ROLLBACKS) {
        rollbacks.push({ step, from, fault: faultText(fault), largestNorm });
      }
      while (steps.length > 0 && steps.at(-1)!.step > step) steps.pop();
    } else if (type === 'end' && step <= upTo) {
      endFault = fault === undefined ? undefined : faultText(fault);
    }
  }
  return steps.length > 0 ? { steps, rollbacks, fault: endFault } : { missing: 'the log has no steps' };
}

/** Limits the length of a fault: anyone may have written the file. */
function faultText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_FAULT) : 'of a fault that the log does not name';
}

/** Returns the fields of an event, or none for a line that is not one, such as a line still being written. */
function parsed(line: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
