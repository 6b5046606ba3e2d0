/** How a corpus can be divided into texts. `record`: the rows of a table or the objects of a list. */
export const DIVISIONS = ['line', 'paragraph', 'file', 'separator', 'record'] as const;

/** A column whose values are given to the network before each text. */
export interface LabelColumn {
  readonly column: string;
  /** Each value has a symbol of its own; `texts` is how many texts have it. */
  readonly values: readonly { readonly value: string; readonly texts: number }[];
}

/**
 * A corpus of many texts, each of which is learned from its beginning to its end. A text is the ids
 * `end, label of each column, characters`; one more end symbol follows the last text. So the network learns
 * to predict the end, and what it reads at the beginning of a text is an end, too.
 */
export interface Collection {
  readonly division: (typeof DIVISIONS)[number];
  /** What stands between two texts; only with the division `separator`. */
  readonly textsEnd?: string;
  /** The column or member that holds the text; only with the division `record`. */
  readonly column?: string;
  /** In the order in which their symbols are read. */
  readonly labels: readonly LabelColumn[];
  /** Whether each text is a grid that is read column by column. */
  readonly byColumn?: boolean;
}
