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
