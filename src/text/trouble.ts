import { harmlessLine } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import type { LearnedText } from './learn.js';
import { type CountedPair, composed } from './tally.js';
import { nameCharacter } from './vocabulary.js';

/** The most lines about one text. */
const MOST_NOTICES = 3;
/** Fewer of anything are an accident, or what the text is about. */
const LEAST = 5;
/** Names in a list. */
const MOST_NAMED = 3;

/** What is known of a text after it was read once. */
type ReadText = Pick<LearnedText, 'vocabulary' | 'tally' | 'findings'>;

/** A text with its counts at hand. */
class Counts {
  readonly total: number;
  readonly #counts: ReadonlyMap<number, number>;

  constructor(readonly text: ReadText) {
    const { vocabulary, tally } = text;
    this.#counts = new Map(vocabulary.codePoints.map((point, i) => [point, tally.counts[i]!]));
    this.total = tally.counts.reduce((sum, count) => sum + count, 0);
  }

  of(point: number): number {
    return this.#counts.get(point) ?? 0;
  }

  /** Characters that satisfy a condition, with their counts, the most frequent first. */
  where(isWanted: (point: number) => boolean): [point: number, count: number][] {
    const found = [...this.#counts].filter(([point, count]) => count > 0 && isWanted(point));
    return found.sort(([, a], [, b]) => b - a);
  }
}

/**
 * Finds what makes a text harder to learn and is not seen on a screen: at most three remarks of one line, the
 * most important first. Texts of bytes are left alone.
 */
export function troubleNotices(text: ReadText): string[] {
  if (text.vocabulary.encoding === 'bytes') return [];
  const counts = new Counts(text);
  const found = [misread, lost, twoForms, escapes, controls, invisible, rare].map((find) => find(counts));
  return found.filter((notice) => notice !== undefined).slice(0, MOST_NOTICES);
}

/**
 * UTF-8 that was read as windows-1252 before the text was saved as UTF-8, and windows-1252 that was read as
 * Latin-1. A text that is not read as UTF-8 has been checked for that: see encoding/recognise.ts.
 */
function misread(counts: Counts): string | undefined {
  if (!['auto', 'utf8', 'utf8-lossy'].includes(counts.text.vocabulary.encoding)) return undefined;
  const { pairs } = counts.text.tally;
  const byLead = new Map<number, CountedPair[]>();
  for (const pair of pairs) {
    const [lead, second] = pair;
    // The Euro sign and U+0080 are the byte after 0xE2 in quotation marks and dashes. Marks make pairs, too.
    const isContinuation =
      lead === 0xe2 ? second === 0x80 || second === 0x20ac : second < 0xc0 || second > 0x2000;
    if (isContinuation) byLead.set(lead, [...(byLead.get(lead) ?? []), pair]);
  }
  const wrong = [...byLead].flatMap(([lead, of]) => {
    const followed = sum(of.map(([, , count]) => count));
    return lead === 0xe2 || 2 * followed > counts.of(lead) ? of : [];
  });
  const total = sum(wrong.map(([, , count]) => count));
  if (total >= LEAST) {
    const [lead, second] = wrong.sort(([, , a], [, , b]) => b - a)[0]!;
    const example = harmlessLine(String.fromCodePoint(lead, second));
    return `the text has "${example}" and the like ${times(total)}: it is UTF-8 that was once read as windows-1252; undo that with iconv -f UTF-8 -t WINDOWS-1252 FILE`;
  }
  const c1 = sum(counts.where((point) => point >= 0x80 && point < 0xa0).map(([, count]) => count));
  if (c1 < LEAST) return undefined;
  return `the text has control characters from U+0080 to U+009F ${times(c1)}, where windows-1252 has quotation marks and dashes: it was once read as Latin-1; undo that with iconv -f UTF-8 -t LATIN1 FILE | iconv -f WINDOWS-1252 -t UTF-8`;
}

/** Characters that were lost before. */
function lost(counts: Counts): string | undefined {
  const count = counts.of(0xfffd) - counts.text.findings.malformed;
  if (count < LEAST) return undefined;
  return `the text has U+FFFD ${times(count)}, in place of characters that an earlier conversion has lost: use the original if you have it`;
}

/** Letters that are written both as one character and as a letter and a mark. */
function twoForms(counts: Counts): string | undefined {
  const decomposed = new Map<number, number>();
  for (const [letter, mark, count] of counts.text.tally.pairs) {
    const one = composed(letter, mark);
    if (one !== undefined && counts.of(one) > 0) decomposed.set(one, (decomposed.get(one) ?? 0) + count);
  }
  const apart = sum([...decomposed.values()]);
  const whole = sum([...decomposed.keys()].map((one) => counts.of(one)));
  const fewer = Math.min(apart, whole);
  if (fewer < LEAST || fewer < (apart + whole) / 1000) return undefined;
  const letters = [...decomposed].sort(([, a], [, b]) => b - a).map(([one]) => String.fromCodePoint(one));
  return `${list(letters)} ${letters.length === 1 ? 'is' : 'are'} written as one character ${times(whole)} and as a letter and a mark ${times(apart)}: --normalize nfc makes them the same`;
}

/** Commands to terminals, such as colours in a log. */
function escapes(counts: Counts): string | undefined {
  const count = counts.of(0x1b);
  if (count < LEAST) return undefined;
  return `the text has ${amountOf(count, 'terminal escape')} (U+001B), which the network will write, too; remove them with perl -pe 's/\\e\\[[0-9;?]*[@-~]//g' FILE`;
}

/** Control characters that are no space: neither tab, line feed, vertical tab, form feed nor CR. */
function controls(counts: Counts): string | undefined {
  const isControl = (point: number) =>
    (point < 0x20 && !(point >= 0x09 && point <= 0x0d) && point !== 0x1b) || point === 0x7f;
  const found = counts.where(isControl);
  const count = sum(found.map(([, count]) => count));
  if (count < LEAST) return undefined;
  return `the text has ${amountOf(count, 'control character')} (${named(found)}), which the network will write, too; remove them with perl -pe 's/[\\x00-\\x08\\x0e-\\x1f\\x7f]//g' FILE`;
}

/**
 * Characters without width that mean nothing to a reader. Joiners and spaces without width belong to some
 * scripts and to emoji.
 */
function invisible(counts: Counts): string | undefined {
  const has = (script: RegExp) =>
    counts.where((point) => script.test(String.fromCodePoint(point))).length > 0;
  const hidden = [0xad, 0x2060, 0xfeff];
  if (!has(SPACED_SCRIPTS)) hidden.push(0x200b);
  if (!has(JOINING_SCRIPTS)) hidden.push(0x200c, 0x200d);
  const found = counts.where((point) => hidden.includes(point));
  const count = sum(found.map(([, count]) => count));
  if (count < LEAST) return undefined;
  const codes = found.map(([point]) => `\\x{${point.toString(16)}}`).join('');
  return `the text has ${amountOf(count, 'invisible character')} (${named(found)}), which the network will write, too; remove them with perl -CSD -pe 's/[${codes}]//g' FILE`;
}

/** Scripts that write no spaces between words, and may have spaces without width. */
const SPACED_SCRIPTS =
  /[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}\p{scx=Javanese}\p{scx=Balinese}]/u;
/** Characters that joiners join or keep apart: letters that have several shapes, and emoji. */
const JOINING_SCRIPTS =
  /\ufe0f|[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Hebrew}\p{Script=Mongolian}\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\p{Emoji_Presentation}]/u;

/** Characters that occur too seldom to be learned. Of Chinese and Korean, every text has some. */
function rare(counts: Counts): string | undefined {
  const found = counts.where((point) => counts.of(point) < SELDOM);
  const occurrences = sum(found.map(([, count]) => count));
  const few = found.filter(([point]) => !MANY_CHARACTERS.test(String.fromCodePoint(point)));
  const known = counts.where((point) => !MANY_CHARACTERS.test(String.fromCodePoint(point)));
  const isMuch = occurrences > MUCH * counts.total;
  const areMany = few.length > MANY * known.length;
  if (found.length < MOST_RARE || !(isMuch || (areMany && few.length >= MOST_RARE))) return undefined;
  const [some, all] = isMuch ? [found, counts.where(() => true)] : [few, known];
  return `${grouped(some.length)} of the ${grouped(all.length)} characters occur fewer than ${SELDOM} times (${named(some)}): the network makes room for each, but hardly learns them; leave them out, or train on more text`;
}

/** A character that occurs less often is not learned. */
const SELDOM = 5;
/** Fewer rare characters do no harm. */
const MOST_RARE = 50;
/** Share of the text, and of the characters, from which rare ones are remarkable. */
const MUCH = 0.02;
const MANY = 0.4;
const MANY_CHARACTERS = /[\p{Script=Han}\p{Script=Hangul}]/u;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${grouped(count)} times`;
}

function named(found: readonly (readonly [point: number, count: number])[]): string {
  return list(found.map(([point]) => nameCharacter(point)));
}

function list(names: readonly string[]): string {
  if (names.length > MOST_NAMED + 1) {
    return `${names.slice(0, MOST_NAMED).join(', ')} and ${grouped(names.length - MOST_NAMED)} more`;
  }
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
