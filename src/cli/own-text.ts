import type { RunRecord } from '../checkpoint/record.js';
import type { Missing } from '../doctor/check.js';
import { UserError } from '../errors.js';
import { Dataset } from '../text/dataset.js';

/** The text that a run learned, to be closed; or why it is not beside the checkpoints any more. */
export function ownText(run: string, { model, corpus }: RunRecord): Dataset | Missing {
  try {
    const dataset = new Dataset(run, model.vocabulary);
    if (dataset.length === corpus.length) return dataset;
    dataset.close();
    return { missing: 'the text beside it is another one' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: 'its text, corpus.*, is not beside it' };
  }
}
