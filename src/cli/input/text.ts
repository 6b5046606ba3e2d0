import { Option } from 'commander';
import type { RunRecord } from '../../checkpoint/record.js';
import type { Missing } from '../../doctor/check.js';
import { UserError } from '../../errors.js';
import { SAMPLING_OPTIONS } from '../../sample/options.js';
import type { Dataset } from '../../text/dataset.js';
import { openLearned } from '../../text/learned.js';
import { valueOption } from '../options.js';

/** Which text a model reads. */
export function textOption(): Option {
  return new Option(
    '--text <file>',
    "the text: a file, a folder, a glob or - (default: the run's validation text)",
  );
}

/** What to do with characters that a model never saw: the same choice wherever a text meets a model. */
export function unknownOption(): Option {
  const { flag, help, kind, default: usual } = SAMPLING_OPTIONS.unknown;
  return valueOption(flag, help, kind).default(usual, usual);
}

/** The text that a run was trained on, which the caller closes; or why it cannot be read. */
export function ownText(run: string, { model, corpus }: RunRecord): Dataset | Missing {
  try {
    return openLearned(run, model.vocabulary, corpus);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { missing: error.message };
  }
}
