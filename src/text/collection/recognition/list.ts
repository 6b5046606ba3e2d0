import { meanOf } from '../../../numbers.js';
import { type Lines, quantile, SENTENCE_END, shareOf, variation, wordsOf, wrappedShare } from './lines.js';
import { isDialogue, isGrid, repeatsPatterns } from './wholes.js';

/** With fewer lines there is no evidence of anything. */
const FEWEST = 20;
/** A list is not broken by blank lines. */
const MOST_BLANK = 0.02;

const GOES_ON = /([,;:،、，；：—–-]|\\)$/u;
/** A sentence that ends within a line, and another one. */
const SENTENCE_WITHIN = /\p{Ll}[.!?…]["'”’»)]*\s+["'“‘«(]*\p{Lu}|[。！？；，、]./u;
const DIALOGUE_START = /^["“”«„‘「『—–-]/u;
/** What tweets have and prose has not. */
const TWEETED = /(^|\s)[#@]\p{L}|https?:\/\/|\p{Extended_Pictographic}/u;
/** Words that join: a line that begins or ends with one is part of a sentence. */
const BEGINS_JOINED = /^(and|but|or|nor|of|to|that|which|with|upon|for|und|oder|von|et|mais|de|que|y|o)\s/i;
const ENDS_JOINED =
  /\s(a|an|the|and|or|but|of|to|in|on|with|my|his|her|der|die|das|und|le|la|les|el|de|et|y)$/i;

/** A list whose lines are texts of their own, with the evidence; or only the suspicion that it is one. */
export type ListFinding = { readonly evidence: string } | 'perhaps' | undefined;

/** Finds out whether each line is a text of its own: a name, a word, a title, a tweet. */
export function listOf(text: Lines): ListFinding {
  const { lines, raw, blank } = text;
  if (lines.length < FEWEST || blank > MOST_BLANK) return undefined;
  const lengths = lines.map(({ length }) => length);
  const longest = quantile(lengths, 0.99);
  const isDistinct = new Set(lines).size > 0.85 * lines.length;
  const isIndented = shareOf(raw, (line) => /^\s/.test(line)) > 0.03;
  if (longest > 500 || isIndented || isGrid(text)) return undefined;
  if (isDialogue(lines) || repeatsPatterns(lines)) return undefined;
  const isSingle = shareOf(lines, (line) => wordsOf(line).length === 1) >= 0.95;
  const found = isSingle ? single(lines) : several(lines, lengths, longest);
  return found && !isDistinct ? 'perhaps' : found;
}

/** Lists of words, names, passwords, formulas: one word a line. */
function single(lines: readonly string[]): ListFinding {
  const lengths = lines.map(({ length }) => length);
  const [shortest, middle] = [quantile(lengths, 0.1), quantile(lengths, 0.5)];
  // Lines of the same length are one long word, broken: DNA, or base64.
  if (middle > 40 && shareOf(lengths, (length) => length === middle) > 0.6) return undefined;
  if (shareOf(lines, (line) => /^[-+]?\d[\d.,e+-]*$/i.test(line)) > 0.8) return 'perhaps';
  if (shareOf(lines, (line) => /\S[,;|]\S/.test(line)) > 0.5) return 'perhaps'; // a table
  if (shareOf(lines, (line) => GOES_ON.test(line) || SENTENCE_END.test(line)) > 0.15) return 'perhaps';
  // Scripts without spaces: a line is a name or a word only if it is short.
  const isUnspaced = shareOf(lines, (line) => UNSPACED.test(line)) > 0.5;
  if (isUnspaced && (middle > 8 || shareOf(lines, (line) => SENTENCE_WITHIN.test(line)) > 0.05))
    return 'perhaps';
  if (isUnspaced && middle >= 5 && shortest === quantile(lengths, 0.9)) return 'perhaps'; // verse, maybe
  return { evidence: 'nearly all are one word' };
}

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function several(lines: readonly string[], lengths: readonly number[], longest: number): ListFinding {
  const words = lines.map((line) => wordsOf(line).length);
  const goOn = shareOf(lines, (line) => GOES_ON.test(line));
  const end = shareOf(lines, (line) => SENTENCE_END.test(line));
  const within = shareOf(lines, (line) => SENTENCE_WITHIN.test(line));
  const joined = shareOf(lines, (line) => BEGINS_JOINED.test(line) || ENDS_JOINED.test(line));
  const continued = shareOf(
    lines.slice(1),
    (line, i) => /^\p{Ll}/u.test(line) && !SENTENCE_END.test(lines[i]!),
  );
  const isLower = shareOf(lines, (line) => /^\p{Lu}/u.test(line)) < 0.03;
  const spoken = shareOf(lines, (line) => DIALOGUE_START.test(line));
  const signs = shareOf(lines, (line) => /[{}=;<>|\t]|,\S/.test(line));
  if (goOn > 0.1 || joined > 0.12 || signs > 0.3) return undefined;
  const isNumbered = shareOf(lines, (line) => /^\d/.test(line)) > 0.5;
  const isSorted = shareOf(lines.slice(1), (line, i) => isAfter(line, lines[i]!)) > 0.97;
  const meanWords = meanOf(words);

  const isShort = meanWords <= 3 && quantile(words, 0.95) <= 5 && longest <= 60;
  const areNames = shareOf(lines, (line) => capitalised(line) >= 0.99) > 0.8;
  const isPlain =
    (isLower || continued < 0.15) &&
    end < 0.08 &&
    within < 0.04 &&
    goOn < 0.03 &&
    joined < 0.05 &&
    spoken < 0.1 &&
    !isNumbered;
  if (isPlain && isSorted && meanWords <= 6) return { evidence: 'short lines in alphabetical order' };
  if (isPlain && isShort && areNames) return { evidence: 'short lines that end like names, not sentences' };
  if (isPlain && isShort && lacksCase(lines) && meanWords <= 2.5)
    return { evidence: 'lines of one to three words' };
  if (isPlain && meanWords <= 12 && longest <= 160 && titled(lines) > 0.7)
    return { evidence: 'lines with capital letters like titles' };

  const isWrapped = wrappedShare(lines) > 0.6;
  const tweeted = shareOf(lines, (line) => TWEETED.test(line));
  const isVaried = variation(lengths) > 0.25 && !isWrapped;
  if (isVaried && longest <= 320 && spoken < 0.15 && tweeted > 0.15 && meanWords > 3)
    return { evidence: 'short lines of their own, many with #, @, links or emoji' };
  return isWrapped || (!isLower && continued > 0.15) ? undefined : 'perhaps';
}

function isAfter(line: string, before: string): boolean {
  return line.toLowerCase() >= before.toLowerCase();
}

/** The share of capitalised words of a line, of those that have case and more than three letters. */
function capitalised(line: string): number {
  const words = wordsOf(line).filter((word) => /^\P{L}*\p{L}[\p{L}\p{M}'’.-]{3}/u.test(word));
  return words.length === 0 ? 1 : shareOf(words, (word) => /^\P{L}*\p{Lu}/u.test(word));
}

/** The share of lines of several words in which all longer words are capitalised. */
function titled(lines: readonly string[]): number {
  const long = lines.filter((line) => wordsOf(line).length > 1);
  if (long.length < 0.5 * lines.length || lacksCase(lines)) return 0;
  return shareOf(long, (line) => capitalised(line) > 0.75);
}

/** Whether the script has no capital letters. */
function lacksCase(lines: readonly string[]): boolean {
  return shareOf(lines, (line) => /\p{Lu}|\p{Ll}/u.test(line)) < 0.05;
}
