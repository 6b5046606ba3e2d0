import type { RunRecord } from '../checkpoint/record.js';
import { ExitCode, UserError } from '../errors.js';
import { grouped } from '../numbers.js';
import { Dataset, writeIds } from '../text/dataset.js';
import { resolveCorpus } from '../text/sources.js';
import type { Unknown, Vocabulary } from '../text/vocabulary.js';
import type { Stretch } from '../train/evaluate.js';
import { withTemporaryFolder } from './temporary.js';

/** Which text a model is measured on. */
interface TextChoice {
  /** As `--text` names it; undefined for what the run kept to validate. */
  readonly text: string | undefined;
  readonly run: string;
  readonly record: RunRecord;
  readonly unknown: Unknown;
}

/**
 * Lends a text as ids.
 * @param least how many characters it must have
 * @param use gets the text and the files that it comes from
 * @throws UserError where there is no such text
 */
export async function withText(
  { text, run, record, unknown }: TextChoice,
  vocabulary: Vocabulary,
  least: number,
  use: (stretch: Stretch, files: readonly string[]) => Promise<void>,
): Promise<void> {
  if (text === undefined) {
    const { trainLength, length } = record.corpus;
    const kept = length - trainLength;
    if (kept < least) {
      throw new UserError(
        kept === 0
          ? `${run} kept no text for validation`
          : `${run} kept ${grouped(kept)} characters for validation, and ${grouped(least)} are needed`,
        'Name a text with --text FILE.',
        ExitCode.noInput,
      );
    }
    const dataset = new Dataset(run, record.model.vocabulary);
    return use({ dataset, start: trainLength, end: length }, [dataset.path]);
  }
  const { sources } = await resolveCorpus([text]);
  const standIns = (codePoint: number) => vocabulary.standIns(codePoint, unknown);
  await withTemporaryFolder(async (folder) => {
    const { length } = await writeIds(sources, record.decoding, vocabulary, folder, standIns);
    if (length < least) {
      throw new UserError(
        `${text} has fewer than ${least} characters that the model knows`,
        'Give a longer text.',
        ExitCode.badData,
      );
    }
    const files = sources.map((source) => source.label);
    await use({ dataset: new Dataset(folder, vocabulary.size), start: 0, end: length }, files);
  });
}

/**
 * The beginning of a text, as ids.
 * @param most characters
 * @throws UserError where there is no such text, or no character of it is known
 */
export async function beginningOf(
  choice: TextChoice,
  vocabulary: Vocabulary,
  most: number,
): Promise<{ ids: Uint32Array; files: readonly string[] }> {
  let beginning: { ids: Uint32Array; files: readonly string[] } | undefined;
  await withText(choice, vocabulary, 1, async ({ dataset, start, end }, files) => {
    beginning = { ids: Uint32Array.from(dataset.read(start, Math.min(most, end - start))), files };
    dataset.close();
  });
  return beginning!;
}
