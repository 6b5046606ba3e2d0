import { isFull, isWithinParagraph } from './width.js';
import type { Words } from './words.js';
import type { Wrapping } from './wrapped.js';

/** A paragraph whose lines were joined where they had been broken. */
export interface JoinedLines {
  readonly text: string;
  /** The number of line breaks that are gone. */
  readonly breaks: number;
  /** The number of hyphens that went with them. */
  readonly hyphens: number;
}

/** In a block with a smaller share of breaks at the width, none is taken for one that the width forced. */
const LEAST_FULL = 0.6;
/** With fewer line breaks, that all lines begin with capital letters may be chance. */
const FEWEST_VERSE = 3;
/** A line longer than this times the width was not broken at it. */
const LONGEST = 1.15;
/** A line whose first character says that it belongs to no paragraph: quoted mail, a table. */
const MARKED = /^\s*[>|]/;
/** Columns: a tab, a bar, or several spaces not after a sentence. */
const COLUMNS = /\S(\t|\s\|\s)|[^\s.!?:;"'”’)]\s{3,}\S|[.!?:;"'”’)]\s{4,}\S/;
const ITEM = /^\s*([-*•+·–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\[[\d*]+\])\s/;
const LETTERS = /\p{L}/u;
const LOWER_CASE = /^[\p{P}\p{S}]*\p{Ll}/u;
const UPPER_CASE = /^[\p{P}\p{S}]*\p{Lu}/u;

/**
 * Joins the lines of a block, which are lines with no blank ones between them, where a line was broken because
 * of its width. Other line breaks stay: of headings, verse, tables, lists and whatever is indented. In a block
 * with many of those, all stay.
 * @param lines with their line ends
 */
export function joinLines(lines: readonly string[], wrapping: Wrapping, words: Words): JoinedLines {
  const bare = lines.map((line) => line.trimEnd());
  const isBroken = brokenLines(bare, wrapping);
  let text = '';
  let [breaks, hyphens] = [0, 0];
  lines.forEach((line, i) => {
    const start = i > 0 && isBroken[i - 1] ? line.trimStart() : line;
    if (!isBroken[i]) {
      text += start;
      return;
    }
    const { removed, between } = words.joint(bare[i]!, bare[i + 1]!.trimStart());
    const end = start.trimEnd();
    text += end.slice(0, end.length - removed) + between;
    breaks++;
    hyphens += removed;
  });
  return { text, breaks, hyphens };
}

/** Finds the lines of a block that go on in the next line. */
function brokenLines(lines: readonly string[], { width, indent }: Wrapping): boolean[] {
  const none = lines.map(() => false);
  // Of each break: whether it is within a paragraph that is not indented.
  const isWithin = lines.map(
    (line, i) => i + 1 < lines.length && isWithinParagraph(line, lines[i + 1]!, indent),
  );
  const count = isWithin.filter(Boolean).length;
  const isForced = lines.map((line, i) => isWithin[i]! && isFull(line, lines[i + 1]!, width));
  if (isForced.filter(Boolean).length < LEAST_FULL * count) return none;
  // Each line of verse begins with a capital letter.
  const isCapital = lines.map((_, i) => isWithin[i]! && UPPER_CASE.test(lines[i + 1]!.trimStart()));
  if (count >= FEWEST_VERSE && isCapital.filter(Boolean).length === count) return none;
  const isProse = lines.map(looksLikeProse);
  return lines.map((line, i) => {
    if (!isWithin[i] || line.length > LONGEST * width.columns) return false;
    if (!isProse[i] || !isProse[i + 1]) return false;
    const next = lines[i + 1]!.trimStart();
    if (ITEM.test(next)) return false;
    // Lines that somebody has edited since are shorter.
    return isForced[i]! || (line.length > width.columns / 2 && LOWER_CASE.test(next));
  });
}

function looksLikeProse(line: string): boolean {
  const mayHaveColumns = line.includes('   ') || line.includes('\t') || line.includes('|');
  return LETTERS.test(line) && !MARKED.test(line) && !(mayHaveColumns && COLUMNS.test(line.trim()));
}
