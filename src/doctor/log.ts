import { createReadStream, statSync } from 'node:fs';
import { systemErrorCode } from '../errors.js';
import type { Missing } from './check.js';
import { EXPLODING } from './thresholds.js';

/** What a step has left in the log. */
interface LoggedStep {
  readonly step: number;
  /** Nats a character. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly lr: number;
}

/** The run went back to a checkpoint, because numbers were wrong. */
interface Rollback {
  readonly step: number;
  readonly from: number;
  readonly fault: string;
  /** The largest gradient norm of the last steps before it; null where the log has none. */
  readonly largestNorm: number | null;
}

/** What the log of a run tells of its training: each step once, as it was done last. */
export interface RunLog {
  readonly steps: readonly LoggedStep[];
  readonly rollbacks: readonly Rollback[];
  /** How it ended; undefined while it goes on, or where it was killed. */
  readonly end: { readonly reason: string; readonly fault: string | undefined } | undefined;
}

/** Longer lines are no events: a sample has a few hundred characters. */
const LONGEST_LINE = 1 << 20;
const LONGEST_WORDS = 200;

/**
 * Reads the log of a run, which may be written to meanwhile; what is no event is passed over.
 * @param upTo the last step that counts
 */
export async function readLog(path: string, upTo = Number.POSITIVE_INFINITY): Promise<RunLog | Missing> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    return { missing: 'there is no log.jsonl beside it' };
  let steps: LoggedStep[] = [];
  const rollbacks: Rollback[] = [];
  let end: RunLog['end'];
  try {
    for await (const line of linesOf(path)) {
      const event = line.length > LONGEST_LINE ? undefined : parsed(line);
      if (!event) continue;
      const { type, step, loss, gradNorm, lr, from, fault, reason } = event;
      if (type === 'start') end = undefined;
      if (type === 'step' && isNumber(step) && isNumber(loss) && isNumber(gradNorm) && isNumber(lr)) {
        if (step <= upTo && lr >= 0) steps.push({ step, loss, gradNorm, lr });
      } else if (type === 'rollback' && isNumber(step) && isNumber(from) && from <= upTo) {
        const norms = steps.slice(-EXPLODING.before).map((one) => one.gradNorm);
        const largestNorm = norms.length > 0 ? Math.max(...norms) : null;
        rollbacks.push({ step, from, fault: worded(fault), largestNorm });
        steps = steps.filter((one) => one.step <= step);
      } else if (type === 'end' && isNumber(step) && step <= upTo) {
        end = { reason: worded(reason), fault: fault === undefined ? undefined : worded(fault) };
      }
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return { missing: `its log cannot be read (${systemErrorCode(error)})` };
  }
  return steps.length > 0 ? { steps, rollbacks, end } : { missing: 'its log has no steps' };
}

/** The lines of a file; of one that is too long to be an event, the beginning. */
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

/** Words of the log, as far as they are some: the file may be anybody's. */
function worded(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_WORDS) : 'of a fault that the log does not name';
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined; // half a line, of a run that goes on
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
