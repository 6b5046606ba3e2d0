import { ExitCode, UserError } from '../errors.js';
import { quoted } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import type { Collection } from '../text/collection/collection.js';
import type { LearnedText } from '../text/learn.js';
import type { TrainingRequest } from './request.js';

/** How a corpus is divided into texts, and how that was found out. */
export interface Division {
  /** Undefined for one text. */
  readonly collection: Collection | undefined;
  /** Why, if it was recognised, and the option that says otherwise. */
  readonly recognised?: { readonly evidence: string; readonly otherwise: string };
}

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
  if (texts === 'line' && byColumn) {
    throw new UserError(
      '--texts line makes each line a text, and --by-column reads texts of several lines',
      'Leave one of the two out, or give --texts paragraph or file.',
    );
  }
  if (column !== undefined && label.includes(column)) {
    throw new UserError(
      `the column ${quoted(column)} is named by --column and by --label`,
      'A column holds the texts or labels. Leave one of the two out.',
    );
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
  { texts, lengths, findings: { empty }, vocabulary: { labels } }: LearnedText,
  { collection, recognised }: Division,
  holdsBack: boolean,
): string[] {
  if (!texts || !collection) {
    const notices = recognised ? [`texts: one (${recognised.evidence}); ${recognised.otherwise}`] : [];
    const files = lengths.filter((length) => length > 0).length;
    if (files > 1 && holdsBack)
      notices.push(`the last part of each of the ${grouped(files)} files is held back`);
    return notices;
  }
  const { count, repeats = 0 } = texts;
  const { what, divided } = KINDS[collection.division];
  if (count < 2) {
    throw new UserError(
      `the corpus has only ${amountOf(count, 'text')} if ${divided}`,
      'Leave the option out that says so, or read the corpus as one text: --texts whole.',
      ExitCode.badData,
    );
  }
  const column = collection.column === undefined ? '' : ` in the column ${collection.column}`;
  const labelled = labels.map(({ column, values }) => `${column} (${amountOf(values.length, 'value')})`);
  const kinds = labelled.length > 0 ? `, labelled by ${labelled.join(', ')}` : '';
  const evidence = recognised ? `, each a text of its own (${recognised.evidence})` : '';
  const same =
    repeats > 0
      ? `, ${grouped(repeats)} of which ${repeats === 1 ? 'repeats' : 'repeat'} an earlier one`
      : '';
  const otherwise = recognised ? `; ${recognised.otherwise}` : '';
  const notices = [`texts: ${amountOf(count, what)}${column}${kinds}${same}${evidence}${otherwise}`];
  if (empty > 0)
    notices.push(`${amountOf(empty, 'record')} without text in the column ${collection.column} left out`);
  return notices;
}

const KINDS: Readonly<Record<Collection['division'], { what: string; divided: string }>> = {
  line: { what: 'line', divided: 'each line is one' },
  paragraph: { what: 'paragraph', divided: 'blank lines stand between them' },
  file: { what: 'file', divided: 'each file is one' },
  separator: { what: 'text', divided: 'they are divided by --texts-end' },
  record: { what: 'record', divided: 'each record is one' },
};
