import { UserError } from '../errors.js';
import { harmlessLine, quoted } from '../format.js';
import type { Random } from '../random.js';
import type { LabelColumn } from '../text/collection/collection.js';
import type { Vocabulary } from '../text/vocabulary.js';

/** How many labels a message lists. */
const MOST_LISTED = 12;

/** The labels of a text: the value of each column. */
export type ChosenLabels = Readonly<Record<string, string>>;

/** The labels before each text: of some columns one that was asked for, of the others one drawn by its share. */
export class Labels {
  /** The values that were asked for, by column. */
  readonly #wanted = new Map<string, string>();

  /**
   * @param wanted as "column=value"
   * @throws UserError if the network knows no such label, or two of a column are wanted
   */
  constructor(
    readonly vocabulary: Vocabulary,
    wanted: readonly string[],
  ) {
    for (const label of wanted) {
      const { column, value } = this.#find(label);
      const before = this.#wanted.get(column);
      if (before !== undefined && before !== value) {
        throw new UserError(
          `a text has one ${harmlessLine(column)}, not both ${quoted(harmlessLine(before))} and ${quoted(harmlessLine(value))}`,
          'Give one --label for each column.',
        );
      }
      this.#wanted.set(column, value);
    }
  }

  /** Whether all texts have the same labels. */
  get areFixed(): boolean {
    return this.vocabulary.labels.every(({ column }) => this.#wanted.has(column));
  }

  /** Returns the labels of a text. @param random draws them; without it, each is the commonest of its column */
  choose(random: Random | undefined): ChosenLabels {
    const value = (label: LabelColumn) => this.#wanted.get(label.column) ?? drawn(label, random?.uniform());
    return Object.fromEntries(this.vocabulary.labels.map((label) => [label.column, value(label)]));
  }

  /** Returns the ids of labels that `choose` returned, in the order in which they are read. */
  idsOf(chosen: ChosenLabels): number[] {
    const { vocabulary } = this;
    return vocabulary.labels.map(({ column }) => vocabulary.labelId(column, chosen[column]!)!);
  }

  #find(label: string): { column: string; value: string } {
    const { labels } = this.vocabulary;
    for (const { column } of labels) {
      const value = label.slice(column.length + 1);
      const isKnown = this.vocabulary.labelId(column, value) !== undefined;
      if (label.startsWith(`${column}=`) && isKnown) return { column, value };
    }
    const own = labels.filter(({ column }) => label.startsWith(`${column}=`));
    const possible = (own.length > 0 ? own : labels).flatMap(({ column, values }) =>
      values.map(({ value }) => harmlessLine(`${quoted(column)}=${quoted(value)}`)),
    );
    const more = possible.length > MOST_LISTED ? `, and ${possible.length - MOST_LISTED} more` : '';
    throw new UserError(
      `the texts of this model have no label ${harmlessLine(quoted(label))}`,
      possible.length > 0
        ? `Give one of these: ${possible.slice(0, MOST_LISTED).join(', ')}${more}.`
        : 'Leave it out: labels are columns that "charlstm train --label" read.',
    );
  }
}

/** Returns a value of a column, each as often as texts have it, by a number in [0, 1); or the commonest. */
function drawn({ values }: LabelColumn, uniform: number | undefined): string {
  if (uniform === undefined) return values.reduce((a, b) => (b.texts > a.texts ? b : a)).value;
  const total = values.reduce((sum, { texts }) => sum + texts, 0);
  let rest = uniform * total;
  for (const { value, texts } of values) {
    rest -= texts;
    if (rest < 0) return value;
  }
  return values.at(-1)!.value;
}
