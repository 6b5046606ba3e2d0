import { ExitCode, UserError } from '../errors.js';
import { quoted } from '../format.js';
import type { Collection } from '../text/collection/collection.js';
import type { Beginning, Recognised } from '../text/collection/recognition/corpus.js';
import { recognise } from '../text/collection/recognition/recognise.js';
import { chooseColumn } from '../text/collection/records/columns.js';
import { rowParser } from '../text/collection/records/records.js';
import { formatOfName, formatOfText } from '../text/collection/records/row.js';
import type { Source } from '../text/files/source.js';
import type { TrainingRequest } from './request.js';
import { type Division, requestedCollection } from './texts.js';

/** A corpus, and how its files begin. */
interface BegunCorpus {
  readonly sources: readonly Source[];
  readonly beginnings: readonly Beginning[];
}

/**
 * Returns how the corpus of a request is divided into texts: as the request says, or else as its files look.
 * @param trained the texts that the weights have learned, if the run starts from weights that learned some
 * @throws UserError for options that contradict each other or do not go with the corpus
 */
export async function divisionFor(
  request: Pick<TrainingRequest, 'texts'>,
  corpus: BegunCorpus,
  trained?: Collection,
): Promise<Division> {
  const { texts = 'auto', textsEnd, column, label: [label] = [] } = request.texts;
  const isAuto = texts === 'auto' && textsEnd === undefined && column === undefined;
  if (isAuto) {
    // What is said about texts of any kind.
    const { labels, byColumn } = requestedCollection(
      { texts: { ...request.texts, texts: 'file' } },
      trained,
    )!;
    return recogniseDivision(corpus, { labels, ...(byColumn && { byColumn }) });
  }
  if (label !== undefined && column === undefined) {
    throw new UserError(
      `--label ${quoted(label)} is given, and the texts are not read from a table`,
      'Name the column of the texts with --column, or leave --label out.',
    );
  }
  return { collection: requestedCollection(request, trained) };
}

/**
 * Recognises how a corpus is divided into texts.
 * @param asked what is known about it: labels, and whether it has grids
 * @throws UserError if the corpus does not have what was asked for
 */
async function recogniseDivision(
  { sources, beginnings }: BegunCorpus,
  asked: Pick<Collection, 'labels' | 'byColumn'>,
): Promise<Division> {
  const [first] = beginnings;
  const labels = asked.labels.map(({ column }) => column);
  if (first && (labels.length > 0 || beginnings.every(hasRecords))) {
    const { column, evidence } = await columnOf(first, labels);
    return {
      collection: { division: 'record', column, ...asked },
      recognised: {
        evidence,
        otherwise: '--column NAME takes another, --texts whole reads the file as it is',
      },
    };
  }
  const sizes = sources.flatMap(({ stats }) => (stats ? [Number(stats.size)] : []));
  const found = recognise(beginnings, { count: sources.length, sizes });
  // A grid has several lines.
  if (asked.byColumn && (found.division === 'whole' || found.division === 'line'))
    return { collection: { division: 'file', ...asked } };
  return divisionOf(found, asked);
}

function divisionOf(
  { division, textsEnd, evidence, hint }: Recognised,
  asked: Pick<Collection, 'labels' | 'byColumn'>,
): Division {
  if (division === 'whole') {
    return {
      collection: undefined,
      ...(hint !== undefined && { recognised: { evidence, otherwise: hint } }),
    };
  }
  return {
    collection: { division, ...(textsEnd !== undefined && { textsEnd }), ...asked },
    recognised: { evidence, otherwise: (!asked.byColumn && hint) || '--texts whole reads them as one' },
  };
}

/** Whether a file is a table or list, by its name and its beginning. */
function hasRecords({ name, text }: Beginning): boolean {
  const format = formatOfName(name);
  if (format === 'json') return /^\s*\[\s*["{]/.test(text);
  if (format === 'jsonl') return formatOfText(text) === 'jsonl';
  return format !== undefined;
}

async function columnOf({ name, text, isCut }: Beginning, labels: readonly string[]) {
  const parser = rowParser(name, text);
  const rows = [...(await parser.push(text))];
  if (!isCut) rows.push(...(await parser.end()));
  if (rows.length === 0 && !isCut) {
    throw new UserError(
      `${name} has no records`,
      'Give it a file with texts, or read the file as it is with --texts whole.',
      ExitCode.badData,
    );
  }
  const columns = [...(rows[0]?.values.keys() ?? [])];
  const missing = labels.find((label) => !columns.includes(label));
  if (missing !== undefined) {
    throw new UserError(
      `${name} has no column ${quoted(missing)} for --label`,
      columns.length > 1
        ? `Its columns are: ${columns.join(', ')}.`
        : 'Give --label with a CSV, TSV or JSON file.',
      ExitCode.badData,
    );
  }
  return chooseColumn(name, rows, labels);
}
