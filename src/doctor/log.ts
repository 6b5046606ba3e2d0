import { createReadStream, statSync } from 'node:fs';
import { systemErrorCode } from '../errors.js';
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

/** Longer lines are not events: even a sample has only a few hundred characters. */
const LONGEST_LINE = 1 << 20;
const LONGEST_FAULT = 200;

/**
 * Reads the log of a run, which may still be growing. Skips lines that are not events.
 * @param upTo the last step to consider
 */
export async function readLog(path: string, upTo = Number.POSITIVE_INFINITY): Promise<RunLog | Missing> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    return { missing: 'there is no log.jsonl next to the checkpoint' };
  let steps: LoggedStep[] = [];
  const rollbacks: Rollback[] = [];
  let endFault: string | undefined;
  try {
    for await (const line of linesOf(path)) {
      const { type, step, loss, gradNorm, lr, from, fault } = parsed(line);
      if (type === 'start') endFault = undefined;
      if (!isNumber(step)) continue;
      if (type === 'step' && isNumber(loss) && isNumber(gradNorm) && isNumber(lr)) {
        if (step <= upTo && lr >= 0) steps.push({ step, loss, gradNorm, lr });
      } else if (type === 'rollback' && isNumber(from) && from <= upTo) {
        const norms = steps.slice(-EXPLODING.before).map((one) => one.gradNorm);
        const largestNorm = norms.length > 0 ? Math.max(...norms) : null;
        rollbacks.push({ step, from, fault: faultText(fault), largestNorm });
        steps = steps.filter((one) => one.step <= step);
      } else if (type === 'end' && step <= upTo) {
        endFault = fault === undefined ? undefined : faultText(fault);
      }
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return { missing: `the log cannot be read (${systemErrorCode(error)})` };
  }
  return steps.length > 0 ? { steps, rollbacks, fault: endFault } : { missing: 'the log has no steps' };
}

/** Yields the lines of a file; of a line that is too long to be an event, only the beginning. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let line = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const parts = String(chunk).split('\n');
    parts[0] = line.length > LONGEST_LINE ? line : line + parts[0]!;
    line = parts.pop()!;
    yield* parts;
  }
  yield line;
}

/** Limits the length of a fault: anyone may have written the file. */
function faultText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_FAULT) : 'of a fault that the log does not name';
}

/** Returns the fields of an event, or none for a line that is not one, such as a line still being written. */
function parsed(line: string): Record<string, unknown> {
  if (line.length > LONGEST_LINE) return {};
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
