/** A letter of a script that is written without spaces between words. */
export const UNSPACED =
  /(?=[\p{L}\p{M}])[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/** A character of a word. */
export const IN_WORD = /[\p{L}\p{M}\p{N}_'’]/u;

let segmenter: Intl.Segmenter | undefined;

/** A piece of text between two boundaries of words, in UTF-16 units. */
export interface WordPiece {
  readonly at: number;
  readonly end: number;
  /** Whether it is a word, and not space or punctuation. */
  readonly isWord: boolean;
}

/** Divides a text at the boundaries of words, by dictionary in scripts without spaces. */
export function wordPieces(text: string): WordPiece[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  return Array.from(segmenter.segment(text), ({ index, segment, isWordLike }) => ({
    at: index,
    end: index + segment.length,
    isWord: isWordLike === true,
  }));
}

/** Returns the edit distance of two words (Levenshtein 1966): letters inserted, removed or replaced. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
