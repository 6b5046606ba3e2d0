import { quantile, shareOf } from './lines.js';

/** How many paragraphs a form must recur in to be evidence. */
const FEWEST = 10;
const FEWEST_MARKED = 3;

/** In UTF-16 units; longer ones are chapters or articles. */
const LONGEST = 4000;
/** The same for paragraphs of one line that may be tweets or the like. */
const LONGEST_LINE = 300;
const FIELDS = /^[^|]*(\|[^|]*){4}/;

/** Paragraphs that are texts of their own, with the evidence; or only the suspicion that they are. */
export type BlocksFinding = { readonly evidence: string } | 'perhaps' | undefined;

/**
 * Splits a text into its paragraphs, at blank lines.
 * @param isCut whether the text goes on, so that its last paragraph is not whole
 */
export function blocksOf(text: string, isCut: boolean): string[][] {
  const blocks = text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .map((block) => block.split('\n').filter((line) => line.trim() !== ''))
    .filter((block) => block.length > 0);
  if (isCut) blocks.pop();
  return blocks;
}

/** Finds out whether the paragraphs recur in one form: cards, tunes, games of chess, recipes. */
export function paragraphsOf(blocks: readonly (readonly string[])[]): BlocksFinding {
  if (isGames(blocks)) return { evidence: 'each begins with [Event], as games of chess (PGN) do' };
  const tunes = shareOf(blocks, ([first]) => /^X:\s*\d+/.test(first!));
  if (blocks.length >= FEWEST_MARKED && tunes > 0.7)
    return { evidence: 'each begins with X:, as ABC tunes do' };
  if (blocks.length < FEWEST) return undefined;
  const sizes = blocks.map((block) => block.join('\n').length);
  if (quantile(sizes, 0.95) > LONGEST) return undefined;
  if (shareOf(blocks, ([first]) => FIELDS.test(first!)) > 0.9)
    return { evidence: 'each has fields between |' };
  if (shareOf(blocks, ({ length }) => length >= 2) < 0.8) {
    return quantile(sizes, 0.95) <= LONGEST_LINE ? 'perhaps' : undefined;
  }

  const counts = new Map<string, number>();
  for (const block of blocks) {
    for (const mark of new Set(block.flatMap((line, i) => marksOf(line, i)))) {
      counts.set(mark, (counts.get(mark) ?? 0) + 1);
    }
  }
  const [mark = '', count = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  const share = count / blocks.length;
  if (share >= 0.75) return { evidence: `${Math.floor(100 * share)}% have a line ${mark}` };
  const lines = blocks.map(({ length }) => length);
  const usual = quantile(lines, 0.5);
  return share >= 0.4 || (quantile(sizes, 0.9) < 600 && shareOf(lines, (one) => one === usual) > 0.8)
    ? 'perhaps'
    : undefined;
}

/** Whether the text is games of chess: tags in one paragraph, the moves in the next. */
function isGames(blocks: readonly (readonly string[])[]): boolean {
  const games = blocks.filter(([first]) => /^\[Event "/.test(first!)).length;
  return games >= 2 && games >= 0.3 * blocks.length;
}

/** What is striking in a line of a paragraph, and recurs in other paragraphs of the same form. */
function marksOf(line: string, at: number): string[] {
  const label = /^\s*(\p{L}[\p{L}\p{N}_' -]{0,24})[:：](\s|$|\S)/u.exec(line)?.[1];
  if (label) return [`that begins with "${label}:"`];
  const counted = /^(\p{L}{2,20}) \d+\b/u.exec(line)?.[1];
  if (counted && at > 0) return [`that begins with "${counted}" and a number`];
  if (at > 0 && /^\s*([-*•]|\d+[.)])\s/.test(line)) return ['of a list'];
  // A number by itself may count stanzas, or be a date.
  const letters = line.match(/\p{L}/gu)?.length ?? 0;
  const hasSigns = /\d/.test(line) && /[{}/+*<>=&^$#]/.test(line) && !/\d[/.]\d+[/.]\d/.test(line);
  return hasSigns && letters < 0.5 * line.length && line.length <= 30 ? ['of numbers and signs'] : [];
}
