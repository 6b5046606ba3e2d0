/** A grapheme cluster of a text: what a reader sees as one character. A carriage return is always its own. */
export interface Grapheme {
  readonly source: string;
  /** Offset in UTF-16 units. */
  readonly at: number;
}

/** Made when it is needed: that takes 15 ms, and plain text does without. */
let segmenter: Intl.Segmenter | undefined;

/** UTF-16 units to segment at a time: the segmenter takes quadratic time, a minute for 200,000. */
export const LONGEST_PIECE = 256;

/** Splits text into graphemes. Those longer than a piece are split. */
export function graphemesOf(text: string): Grapheme[] {
  const graphemes: Grapheme[] = [];
  const put = (source: string, at: number) => graphemes.push({ source, at });
  for (let at = 0; at < text.length; ) {
    // There is always a boundary between two plain characters, so most text avoids the slow segmenter.
    let end = endOfPiece(text, at);
    if (end === at + 1 && isPlain(text, at)) put(text[at]!, at);
    else {
      segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
      const found = Array.from(segmenter.segment(text.slice(at, end)));
      // The last grapheme may continue beyond the piece: it starts the next one.
      if (found.length > 1 && end < text.length && !isBoundary(text, end)) end = at + found.pop()!.index;
      for (const { segment, index } of found) {
        if (segment === '\r\n') {
          put('\r', at + index);
          put('\n', at + index + 1);
        } else put(segment, at + index);
      }
    }
    at = end;
  }
  return graphemes;
}

/**
 * Returns the next boundary that can be found without the segmenter, or the end of the piece or of the text.
 */
export function endOfPiece(text: string, start: number): number {
  const last = Math.min(text.length, start + LONGEST_PIECE);
  let end = start + 1;
  while (end < last && !isBoundary(text, end)) end++;
  return splitsPair(text, end) ? end + 1 : end;
}

/** Returns whether an offset lies between the two halves of a surrogate pair. */
export function splitsPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** Returns whether an offset is certainly a boundary: after a line feed, or between two plain characters. */
export function isBoundary(text: string, at: number): boolean {
  return text[at - 1] === '\n' || (isPlain(text, at - 1) && isPlain(text, at));
}

/** Returns whether a character is visible ASCII, a space or a line feed. */
function isPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x20 && code < 0x7f) || code === 0x0a;
}
