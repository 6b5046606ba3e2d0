import { meanOf } from '../../numbers.js';
import { linesOf, SENTENCE_END, shareOf, wordsOf } from '../collection/recognition/lines.js';
import { isDialogue, repeatsPatterns, wholeKind } from '../collection/recognition/wholes.js';
import { breaksOf, findWidth, indentOf, type Width } from './width.js';

/** What is judged, in UTF-16 units. */
const JUDGED = 1 << 18;
/** With fewer line breaks within paragraphs there is no evidence. */
const FEWEST = 10;
/** The smallest share of line breaks within paragraphs, of all lines. */
const LEAST_SHARE = 0.15;
/** In words; lines of fewer are names, or a table. */
const SHORTEST_LINE = 4;
/** The largest share of the text that may be in lines that are longer than the width. */
const MOST_LONGER = 0.2;

/** How the lines of a text were broken. */
export interface Wrapping {
  readonly width: Width;
  /** How far most lines are indented. */
  readonly indent: number;
}

/**
 * Recognises prose whose lines were broken at a width. It is not verse, a list, a table, code, a log, a chat, or
 * prose with one line per paragraph. Scripts without spaces between words are never recognised: where their lines
 * are broken says nothing.
 * @param text its beginning, with LF as the line end
 * @param isCut whether the text goes on
 */
export function wrappingOf(text: string, isCut: boolean): Wrapping | undefined {
  const beginning = text.slice(0, JUDGED);
  const isPart = isCut || text.length > JUDGED;
  const figures = linesOf(beginning, isPart);
  const { lines, raw } = figures;
  if (wholeKind('', figures) !== undefined || isDialogue(lines) || repeatsPatterns(lines)) return undefined;
  const indent = usualIndent(raw);
  const breaks = breaksOf(beginning.split('\n').slice(0, isPart ? -1 : undefined), indent);
  if (breaks.length < FEWEST || breaks.length < LEAST_SHARE * lines.length) return undefined;
  if (meanOf(lines.map((line) => wordsOf(line).length)) < SHORTEST_LINE) return undefined;
  const { width, exact, forced } = findWidth(breaks);
  const longer = lines.filter(({ length }) => length > 1.1 * width.columns);
  if (longer.join('').length > MOST_LONGER * beginning.length) return undefined;
  if (shareOf(breaks, ({ line }) => SENTENCE_END.test(line)) > 0.5) return undefined;
  // Verse begins its lines with capital letters, and prose only its sentences, and nouns in German.
  const lower = shareOf(breaks, ({ word }) => /^\P{L}*\p{Ll}/u.test(word));
  const hasCase = shareOf(lines, (line) => /\p{Ll}/u.test(line)) > 0.5;
  const isProse = hasCase ? lower > 0.35 && exact > 0.4 && forced > 0.75 : exact > 0.75;
  return isProse ? { width, indent } : undefined;
}

/** Returns the indent that most of the text has. */
function usualIndent(lines: readonly string[]): number {
  const lengths = new Map<number, number>();
  for (const line of lines) {
    const indent = indentOf(line);
    lengths.set(indent, (lengths.get(indent) ?? 0) + line.length);
  }
  return [...lengths].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
