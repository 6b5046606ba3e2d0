import { ExitCode, UserError } from '../errors.js';
import { type Arrangement, arrangeWhole, Census } from './arrange.js';
import type { Collection, LabelColumn } from './collection/collection.js';
import { Repeats } from './collection/repeats.js';
import { allFindings, type FileFindings, NOTHING_FOUND } from './findings.js';
import { type Reading, readPieces } from './pieces.js';
import type { Shares } from './split.js';
import { Tally, type TextTally } from './tally.js';
import { nameCharacter, Vocabulary } from './vocabulary.js';

/** More different labels are hardly labels. */
const MOST_LABELS = 1000;

/** What is known of a corpus after it was read once. */
export interface LearnedText {
  /** Its characters and, for a collection, the end of a text and the labels that were found. */
  readonly vocabulary: Vocabulary;
  /** How often its characters occur; those known beforehand need not occur. */
  readonly tally: TextTally;
  /** What was noticed in its files. */
  readonly findings: FileFindings;
  /** Ids of the whole corpus. */
  readonly length: number;
  /** How many texts it has, and how many of them equal an earlier one; undefined if it is one text. */
  readonly texts?: { readonly count: number; readonly repeats: number | undefined };
  /** The characters of each source, with the line ends between sources. */
  readonly lengths: readonly number[];
  /** Arranges the corpus by the shares that are held back. */
  arrange(shares: Shares): Arrangement;
}

/**
 * Reads a corpus once: its characters, labels and lengths.
 * @param known code points that belong to the vocabulary even if the text lacks them
 * @param seed decides which texts of a collection are held back
 * @throws UserError if the text cannot be decoded, is empty or one repeated character, or has too many labels
 */
export async function learnText(
  reading: Reading,
  folder: string,
  { known, seed }: { known: readonly number[]; seed: number },
): Promise<LearnedText> {
  const { sources, collection } = reading;
  const tally = new Tally();
  const lengths = sources.map(() => 0);
  const census = collection && new Census(seed);
  // Not kept while the ids are written: it may take 64 MB.
  const repeats = collection && new Repeats();
  const labels = (collection?.labels ?? []).map((label) => new LabelValues(label));
  let findings = NOTHING_FOUND;
  const onDecoded = (here: FileFindings) => {
    findings = allFindings([findings, here]);
  };
  for await (const { source, pieces } of readPieces(reading, folder, onDecoded)) {
    for (const { points, ends, labels: values } of pieces) {
      tally.add(points);
      lengths[source]! += points.length;
      census?.read(points);
      repeats?.read(points);
      values?.forEach((value, column) => void labels[column]!.add(value));
      if (!ends) continue;
      census?.end(1 + labels.length);
      repeats?.end();
    }
  }
  const found = tally.found();
  const what = sources.length === 1 ? sources[0]!.label : `the ${sources.length} files`;
  refuseMonotonous(found, what, collection);
  const all = [...new Set([...found, ...known])].sort((a, b) => a - b);
  const columns = labels.map((label) => label.column());
  const vocabulary = new Vocabulary(
    all,
    reading.decoding.encoding,
    collection && { ...collection, labels: columns },
  );
  const arrange = (shares: Shares) => census?.arrange(shares) ?? arrangeWhole(lengths, shares);
  const { length } = arrange({ validation: 0, test: 0 });
  const texts = census && { count: census.texts, repeats: repeats?.count };
  return { vocabulary, tally: tally.of(all), findings, length, lengths, arrange, ...(texts && { texts }) };
}

function refuseMonotonous(found: readonly number[], what: string, collection: Collection | undefined): void {
  if (found.length === 0) {
    throw new UserError(
      `${what}: there is no text in it`,
      'Give it a text of a few thousand characters or more.',
      ExitCode.badData,
    );
  }
  if (found.length < 2 && !collection) {
    throw new UserError(
      `${what}: it consists of one repeated character, ${nameCharacter(found[0]!)}`,
      'There is nothing to learn from it; use a real text.',
      ExitCode.badData,
    );
  }
}

/** Counts the values of a column. Those known beforehand keep their symbols even if no text has them. */
class LabelValues {
  readonly name: string;
  readonly #texts: Map<string, number>;

  constructor({ column, values }: LabelColumn) {
    this.name = column;
    this.#texts = new Map(values.map(({ value }) => [value, 0]));
  }

  add(value: string): void {
    const count = this.#texts.get(value);
    if (count === undefined && this.#texts.size === MOST_LABELS) {
      throw new UserError(
        `the column ${this.name} has more than ${MOST_LABELS} different values, so it is no label`,
        'Name a column of few values with --label, or leave --label out.',
        ExitCode.badData,
      );
    }
    this.#texts.set(value, (count ?? 0) + 1);
  }

  /** Returns the values in alphabetical order. */
  column(): LabelColumn {
    const sorted = [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1));
    return { column: this.name, values: sorted.map(([value, texts]) => ({ value, texts })) };
  }
}
