import type { RunRecord } from '../checkpoint/record.js';
import { ExitCode, UserError, withHint } from '../errors.js';
import { percent } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import { Dataset, type Stretch } from '../text/dataset.js';
import { readable } from '../text/files/readable.js';
import { type Corpus, resolveCorpus } from '../text/files/sources.js';
import type { TextForm } from '../text/form.js';
import { openLearned } from '../text/learned.js';
import { type HeldBack, heldBack } from '../text/split.js';
import type { Unknown } from '../text/vocabulary.js';
import { writeIds } from '../text/write-ids.js';
import { malformedNotices } from './findings.js';
import { memoryLimit } from './memory.js';
import { foreignLayoutNotices } from './wrapped.js';

/** The text that a model is to read. */
export interface TextChoice {
  /** A file, folder, glob or corpus, or the text itself; undefined for text that the run held back. */
  readonly text: string | Corpus | undefined;
  /** The part of the run's own text to read, by default `validation`; only without another text. */
  readonly split?: HeldBack | undefined;
  readonly run: string;
  readonly record: RunRecord;
  readonly unknown: Unknown;
  /** Receives remarks about the text, such as the files of a folder that are left out. */
  readonly onNotice?: (message: string) => void;
}

/** Characters of a text that the model never saw. */
export interface UnknownCharacters {
  readonly leftOut: number;
  readonly replaced: number;
}

/**
 * Opens a text as ids for `use`, and closes it afterwards.
 * @param form the form in which the model knows text
 * @param least the fewest characters it must have
 * @param withFolder makes a temporary folder and removes it afterwards
 * @param use receives the text, the files that it comes from, and what became of its unknown characters
 * @throws UserError if there is no such text
 */
export async function withText<T>(
  { text, split, run, record, unknown, onNotice = () => {} }: TextChoice,
  form: TextForm,
  least: number,
  withFolder: <R>(use: (folder: string) => Promise<R>) => Promise<R>,
  use: (stretch: Stretch, files: readonly string[], strange: UnknownCharacters) => Promise<T>,
): Promise<T> {
  const strange = { leftOut: 0, replaced: 0 };
  const lend = async (dataset: Dataset, start: number, end: number, files: readonly string[]) => {
    try {
      return await use({ dataset, start, end }, files, strange);
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
    const { start, end } = heldBack(record.corpus, split ?? 'validation');
    if (end - start < Math.max(2, least))
      throw tooLittleHeldBack(run, split ?? 'validation', end - start, least);
    const lost = () => 'Name a text with --text FILE.';
    const dataset = await withHint(lost, async () =>
      openLearned(run, record.model.vocabulary, record.corpus),
    );
    return lend(dataset, start, end, [dataset.path]);
  }
  if (split !== undefined) {
    throw new UserError(
      `--split ${split} is a part of the run's own text, and another text is named`,
      'Give only one of --split and --text.',
    );
  }
  const corpus = typeof text === 'string' ? await resolveCorpus([text]) : text;
  const { sources, notices } = corpus;
  for (const notice of notices) onNotice(notice);
  const name = typeof text === 'string' ? text : corpus.name;
  const { vocabulary } = form;
  const refused = new Set<number>();
  const standIns = (codePoint: number) => {
    if (unknown !== 'error') {
      const ids = vocabulary.standIns(codePoint, unknown);
      strange[ids.length === 0 ? 'leftOut' : 'replaced']++;
      return ids;
    }
    refused.add(codePoint);
    return [];
  };
  return withFolder(async (folder) => {
    // --encoding is a flag of training.
    const undecodable = (hint: string) => (hint.includes('--encoding') ? 'Convert it to UTF-8.' : hint);
    const { decoding, texts: collection } = record;
    const { length, inOtherForm, findings } = await withHint(undecodable, async () => {
      const { encoding: learned, strip = false } = decoding;
      const most = memoryLimit(undefined);
      const how = { encoding: undefined, learned, isForeign: true, strip, folder, most };
      const found = await readable(sources, how);
      for (const notice of found.notices) onNotice(notice);
      const reading = { sources: found.sources, decoding, collection, form };
      return writeIds(reading, folder, { vocabulary, standIns });
    });
    for (const notice of [...malformedNotices(findings), ...foreignLayoutNotices(findings)]) onNotice(notice);
    if (refused.size > 0) throw vocabulary.unknownCharacters([...refused]);
    if (length < least) {
      throw new UserError(
        `${name} has fewer than ${amountOf(least, 'character')} that the model knows`,
        'Give a longer text.',
        ExitCode.badData,
      );
    }
    for (const notice of strangeNotices(strange, length)) onNotice(notice);
    if (inOtherForm > 0) {
      const [what, are] = [amountOf(inOtherForm, 'character'), inOtherForm === 1 ? 'is' : 'are'];
      onNotice(`${what} of ${name} ${are} composed or decomposed, as the model knows them (NFC, NFD)`);
    }
    const files = text === '-' ? ['/dev/stdin'] : sources.map((source) => source.label);
    return lend(new Dataset(folder, vocabulary.size), 0, length, files);
  });
}

/** The error about a run that has too little text of a kind. */
function tooLittleHeldBack(run: string, split: HeldBack, kept: number, least: number): UserError {
  const use = split === 'test' ? 'a test' : 'validation';
  return new UserError(
    kept < 2
      ? `${run} kept no text for ${use}`
      : `${run} kept ${amountOf(kept, 'character')} for ${use}; at least ${grouped(least)} are needed`,
    split === 'test'
      ? 'Train a new run with --test 0.1, or name a text with --text FILE.'
      : 'Name a text with --text FILE.',
    ExitCode.noInput,
  );
}

/** Remarks on unknown characters. @param length characters after they were left out or replaced */
function strangeNotices({ leftOut, replaced }: UnknownCharacters, length: number): string[] {
  const whole = length + leftOut; // a character that several others replace counts as those
  const part = (count: number) =>
    `${grouped(count)} of ${grouped(whole)} characters (${percent(count / whole)})`;
  const notices: string[] = [];
  if (leftOut > 0) {
    const most = 2 * leftOut > whole ? 'most of the text is unknown to the model: ' : '';
    notices.push(`${most}${part(leftOut)} were left out, and the figures are of the others`);
  }
  if (replaced > 0) notices.push(`${part(replaced)} were replaced, as the model never saw them`);
  return notices;
}
