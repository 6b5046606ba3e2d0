import { ExitCode, UserError } from '../errors.js';
import { quoted } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import type { Collection } from '../text/collection.js';
import type { LearnedText } from '../text/learn.js';
import type { TrainingRequest } from './request.js';

/**
 * Returns how the corpus of a request is divided into texts; undefined for one text.
 * @param trained the texts that the weights have learned, if the run starts from weights that learned some:
 *   their labels are kept, and grids are read as they were
 * @throws UserError for options that contradict each other
 */
export function requestedCollection(
  { texts: asked }: Pick<TrainingRequest, 'texts'>,
  trained?: Collection,
): Collection | undefined {
  const { texts = 'auto', textsEnd, column, label = [], byColumn = trained?.byColumn } = asked;
  const given = [
    texts !== 'auto' && `--texts ${texts}`,
    textsEnd !== undefined && `--texts-end ${quoted(textsEnd)}`,
    column !== undefined && `--column ${quoted(column)}`,
  ].filter((flag) => flag !== false);
  if (given.length > 1) {
    throw new UserError(
      `${given.join(' and ')} both say what a text is`,
      'Give only one of --texts, --texts-end and --column.',
    );
  }
  if (textsEnd === '') {
    throw new UserError('--texts-end is empty', 'Give it what stands between two texts, such as "---".');
  }
  const labels = label.map(
    (name) => trained?.labels.find(({ column }) => column === name) ?? { column: name, values: [] },
  );
  const rest = { labels, ...(byColumn && { byColumn }) };
  if (column !== undefined) return { division: 'record', column, ...rest };
  if (textsEnd !== undefined) return { division: 'separator', textsEnd, ...rest };
  return texts === 'auto' || texts === 'whole' ? undefined : { division: texts, ...rest };
}

/**
 * Remarks on the texts of a collection, and on what is held back of several files.
 * @throws UserError if a collection has only one text
 */
export function textNotices(
  { texts, lengths }: LearnedText,
  collection: Collection | undefined,
  holdsBack: boolean,
): string[] {
  if (!texts || !collection) {
    const files = lengths.filter((length) => length > 0).length;
    return files > 1 && holdsBack
      ? [`the last part of each of the ${grouped(files)} files is held back`]
      : [];
  }
  const { count, repeats = 0 } = texts;
  if (count < 2) {
    throw new UserError(
      `the corpus has only ${amountOf(count, 'text')} if ${DIVIDED[collection.division]}`,
      'Leave the option out that says so, or read the corpus as one text: --texts whole.',
      ExitCode.badData,
    );
  }
  const same = repeats > 0 ? `, of which ${grouped(repeats)} repeat an earlier one` : '';
  return [`${amountOf(count, 'text')}${same}`];
}

const DIVIDED: Readonly<Record<Collection['division'], string>> = {
  line: 'each line is one',
  paragraph: 'blank lines stand between them',
  file: 'each file is one',
  separator: 'they are divided by --texts-end',
  record: 'each record is one',
};
