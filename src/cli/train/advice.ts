import type { RunRecord } from '../../checkpoint/record.js';
import { isMissing } from '../../doctor/check.js';
import { overfittingEvidence } from '../../doctor/overfitting.js';
import { OVERFITTING } from '../../doctor/thresholds.js';
import { harmlessLine, quoted } from '../../format.js';
import { grouped } from '../../numbers.js';
import { windowsPerEpoch } from '../../text/batches.js';
import { endingOf, shareDone } from '../../train/schedule.js';
import { PROGRAM } from '../output/console.js';

/** A run whose best validation lies before this share of its steps has stopped improving. */
const LATE = 0.8;
/** The dropout to suggest: more than the run had, if it had some. */
const DROPOUT = { first: 0.3, more: 0.5 } as const;

/** What to do after a run that had its length. */
interface Advice {
  /** What its validations show, if that speaks against more of the same. */
  readonly finding: string | undefined;
  /** What to do, each as a label and a command or a sentence. */
  readonly next: readonly (readonly [label: string, what: string])[];
}

/** Derives from the validations of a run that is over how to go on with it. */
export function adviceAfter(run: string, record: RunRecord): Advice {
  const path = harmlessLine(quoted(run));
  const evidence = overfittingEvidence(record, null);
  if (!isMissing(evidence)) {
    const { bestStep, best, validation, step } = evidence;
    const hasRisen = validation > best * (1 + OVERFITTING.rise);
    const isEarly = endingOf(shareDone(record), record) === 'early';
    if (isEarly || hasRisen || bestStep < LATE * step) {
      const what = hasRisen ? 'has risen' : 'has not improved';
      const losses = `${best.toFixed(4)} nats then, ${validation.toFixed(4)} now`;
      const { dropout } = record.model;
      const more = dropout < DROPOUT.first ? DROPOUT.first : DROPOUT.more;
      const drop = dropout < more ? ` or --dropout ${more}` : '';
      return {
        finding:
          (isEarly ? 'training ended early: ' : '') +
          `validation ${what} since step ${grouped(bestStep)} (${losses}): that checkpoint is kept`,
        next: [
          [
            'instead',
            `more text${drop} in a new run, or another text from its weights: ${PROGRAM} train TEXT --from ${path}`,
          ],
          ...(isEarly ? [['continue', `${PROGRAM} train --resume ${path} --patience 0`] as const] : []),
        ],
      };
    }
  }
  return { finding: undefined, next: [['continue', `${PROGRAM} train --resume ${path} ${longer(record)}`]] };
}

/** Returns the flag that makes a run twice as long as it is or was planned to be, in its own unit. */
function longer({ training, corpus, progress }: RunRecord): string {
  const { unit, amount } = training.length;
  const done = {
    steps: progress.step,
    epochs: progress.step / windowsPerEpoch({ ...training, ...corpus }),
    minutes: progress.seconds / 60,
  }[unit];
  const twice = 2 * Math.max(amount, done);
  return `--${unit} ${unit === 'steps' ? twice : Number(twice.toPrecision(3))}`;
}
