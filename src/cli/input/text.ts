import type { RunRecord } from '../../checkpoint/record.js';
import type { Missing } from '../../doctor/check.js';
import { ExitCode, UserError } from '../../errors.js';
import { amountOf, grouped } from '../../numbers.js';
import { Dataset, type Stretch, writeIds } from '../../text/dataset.js';
import { openLearned } from '../../text/learned.js';
import { resolveCorpus } from '../../text/sources.js';
import type { Unknown, Vocabulary } from '../../text/vocabulary.js';
import { withTemporaryFolder } from '../output/temporary.js';

/** The text that a model is to read. */
interface TextChoice {
  /** As `--text` names it; undefined for the validation text of the run. */
  readonly text: string | undefined;
  readonly run: string;
  readonly record: RunRecord;
  readonly unknown: Unknown;
}

/**
 * Opens a text as ids for `use`, and closes it afterwards.
 * @param least the fewest characters it must have
 * @param use receives the text and the files that it comes from
 * @throws UserError if there is no such text
 */
export async function withText<T>(
  { text, run, record, unknown }: TextChoice,
  vocabulary: Vocabulary,
  least: number,
  use: (stretch: Stretch, files: readonly string[]) => Promise<T>,
): Promise<T> {
  const lend = async (dataset: Dataset, start: number, end: number, files: readonly string[]) => {
    try {
      return await use({ dataset, start, end }, files);
    } finally {
      dataset.close();
    }
  };
  if (text === undefined) {
    if (unknown !== 'error') {
      throw new UserError(
        `--unknown ${unknown} is given without --text, but the model knows every character of its own text`,
        'Leave --unknown out, or name a text with --text FILE.',
      );
    }
    const { trainLength, length } = record.corpus;
    const kept = length - trainLength;
    if (kept < least) {
      throw new UserError(
        kept === 0
          ? `${run} kept no text for validation`
          : `${run} kept ${amountOf(kept, 'character')} for validation; at least ${grouped(least)} are needed`,
        'Name a text with --text FILE.',
        ExitCode.noInput,
      );
    }
    const lost = () => 'Name a text with --text FILE.';
    const dataset = await withHint(lost, async () =>
      openLearned(run, record.model.vocabulary, record.corpus),
    );
    return lend(dataset, trainLength, length, [dataset.path]);
  }
  const { sources } = await resolveCorpus([text]);
  const standIns = (codePoint: number) => vocabulary.standIns(codePoint, unknown);
  return withTemporaryFolder(async (folder) => {
    // --encoding is a flag of training: here the text is decoded as the model's own was.
    const undecodable = (hint: string) =>
      hint.includes('--encoding')
        ? `Convert it to ${record.decoding.encoding}, for example with iconv.`
        : hint;
    const { length } = await withHint(undecodable, () =>
      writeIds(sources, record.decoding, vocabulary, folder, standIns),
    );
    if (length < least) {
      throw new UserError(
        `${text} has fewer than ${amountOf(least, 'character')} that the model knows`,
        'Give a longer text.',
        ExitCode.badData,
      );
    }
    const files = text === '-' ? ['/dev/stdin'] : sources.map((source) => source.label);
    return lend(new Dataset(folder, vocabulary.size), 0, length, files);
  });
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

/** Runs an action and rewrites the hint of any UserError it throws. */
export async function withHint<T>(hintFor: (hint: string) => string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, hintFor(error.hint), error.exitCode);
  }
}
