import type { RunRecord } from '../../checkpoint/record.js';
import type { Missing } from '../../doctor/check.js';
import { UserError } from '../../errors.js';
import type { Dataset } from '../../text/dataset.js';
import { openLearned } from '../../text/learned.js';

/** The text that a run was trained on, which the caller closes; or why it cannot be read. */
export function ownText(run: string, { model, corpus }: RunRecord): Dataset | Missing {
  try {
    return openLearned(run, model.vocabulary, corpus);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: error.message };
  }
}
