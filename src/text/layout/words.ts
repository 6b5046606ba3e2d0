/** Words with the hyphens and apostrophes in them. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’\u2010-][\p{L}\p{M}\p{N}]+)*/gu;
const HYPHEN = /[\u2010\u00ad-]$/;
/** The part of a word before a hyphen at the end of a line, and the part after it. */
const BEFORE_HYPHEN = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’\u2010-]*[\u2010\u00ad-]$/u;
const AFTER_HYPHEN = /^[\p{L}\p{M}\p{N}]+(?:['’\u2010-][\p{L}\p{M}\p{N}]+)*/u;
/** After a hyphen with one of these, the end of a word is left out, as in "two- or threefold". */
const JOINING = /^(and|or|to|und|oder|bis|et|ou|y|o|e|en|of|och|og)$/i;

/** How the parts of a broken line are put together. */
export interface Joint {
  /** The number of characters that are removed from the end of the line: a hyphen or none. */
  readonly removed: 0 | 1;
  readonly between: '' | ' ';
}

/** What the words and dashes of a text say about how its lines are to be joined. */
export class Words {
  readonly #text: string;
  /** Counted when the first word is looked up. */
  #counts: Map<string, number> | undefined;
  readonly #spacedAfterDash: boolean;
  readonly #spacedBeforeDash: boolean;

  /** @param text some millions of characters of it */
  constructor(text: string) {
    this.#text = text;
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    this.#spacedAfterDash = count(/(?:—|--) \S/g) > count(/(?:—|--)[^\s-]/g);
    this.#spacedBeforeDash = count(/\S (?:—|--)/g) > count(/[^\s-](?:—|--)/g);
  }

  /**
   * Returns how two lines are to be joined. A hyphen at the end of the first is removed if the text has the whole
   * word elsewhere, in capitals or not, more often than with the hyphen. Dashes get a space as elsewhere in the
   * text.
   * @param line without spaces at its end
   * @param next without spaces at its start
   */
  joint(line: string, next: string): Joint {
    if (line.endsWith('—') || line.endsWith('--'))
      return { removed: 0, between: this.#spacedAfterDash ? ' ' : '' };
    if (next.startsWith('—') || next.startsWith('--'))
      return { removed: 0, between: this.#spacedBeforeDash ? ' ' : '' };
    if (!HYPHEN.test(line)) return { removed: 0, between: ' ' };
    const [before] = BEFORE_HYPHEN.exec(line) ?? [];
    const [after] = AFTER_HYPHEN.exec(next) ?? [];
    if (before === undefined || after === undefined) return { removed: 0, between: ' ' };
    const start = before.slice(0, -1);
    if (before.endsWith('\u00ad')) return { removed: 1, between: '' };
    if (JOINING.test(after)) return { removed: 0, between: ' ' };
    const isOneWord = this.#count(start + after) > this.#count(`${start}-${after}`);
    return { removed: isOneWord ? 1 : 0, between: '' };
  }

  #count(word: string): number {
    this.#counts ??= countsIn(this.#text);
    return this.#counts.get(keyOf(word)) ?? 0;
  }
}

function countsIn(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(WORD)) {
    const key = keyOf(word);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function keyOf(word: string): string {
  return word.toLowerCase().replaceAll('’', "'").replaceAll('\u2010', '-').replaceAll('\u00ad', '');
}
