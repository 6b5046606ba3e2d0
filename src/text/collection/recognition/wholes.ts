import { type Lines, quantile, shareOf, wordsOf } from './lines.js';

/** Files with these endings are code, markup or settings. */
const CODE_FILE =
  /\.(c|cc|cpp|cs|css|el|fs|go|h|hpp|hs|html?|ini|ipynb|java|jl|jsx?|kt|lisp|lua|[cm][jt]s|ml|nix|pas|php|pl|ps1|py|rb|rs|s|scala|scss|sh|sql|svg|swift|tex|toml|tsx?|vim|vue|xml|ya?ml|zig)$/i;
/** Files with these endings are written as one document. */
const DOCUMENT_FILE = /\.(adoc|log|markdown|md|org|rst|srt|sub|vtt)$/i;

const TIME =
  /^[[(<]?(\d{4}-\d\d-\d\d|\d{1,4}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d\d|\p{L}{3} +\d{1,2},? \d|\d{9,}\b|\d+\.\d+\.\d+\.\d+ )/u;
const LEVEL = /^[[<]?(trace|debug|info|notice|warn|warning|error|fatal|critical)\b/i;
const SPEAKER = /^(<[^<>]{1,30}>|\p{Lu}[\p{L}\p{M}\p{N}_' -]{0,24}[:：])(\s|$)/u;
const SUBTITLE = /^\d{1,2}:\d\d(:\d\d)?[.,]\d{3} --> /;

/**
 * Returns what a text is if it is of a kind whose parts belong together, whatever form its lines have: code, a
 * log, subtitles.
 * @param name of its file
 */
export function wholeKind(name: string, { lines, raw }: Lines): string | undefined {
  if (lines.filter((line) => SUBTITLE.test(line)).length >= 2) return 'subtitles';
  if (CODE_FILE.test(name) || looksLikeCode(lines, raw)) return 'code';
  if (DOCUMENT_FILE.test(name)) return 'a document';
  if (shareOf(lines, (line) => TIME.test(line)) > 0.4) return 'lines with times';
  if (shareOf(lines, (line) => LEVEL.test(line)) > 0.4) return 'a log';
  return undefined;
}

function looksLikeCode(lines: readonly string[], raw: readonly string[]): boolean {
  if (shareOf(lines, (line) => /^<[/!?\w][^<>]*>/.test(line)) > 0.4 && !lines.some(isMarker)) return true;
  if (shareOf(lines, (line) => /^[\w.-]+ ?= ?\S/.test(line)) > 0.4) return true;
  const indented = shareOf(raw, (line) => /^(\t| {2,})\S/.test(line));
  const ends = shareOf(lines, (line) => /([;{}()[\],:]|=>|\*\/)$/.test(line));
  const signs = shareOf(lines, (line) => /[{}();=<>]|^(#|\/\/|--|\*)/.test(line));
  return (indented > 0.15 && signs > 0.35 && ends > 0.2) || (ends > 0.5 && signs > 0.6);
}

/** Whether a line is a mark between texts, such as `<|endoftext|>`, and not one of markup. */
function isMarker(line: string): boolean {
  return /^<\|.*\|>$/.test(line);
}

/** Whether a few names begin many of the lines, as in a play or a chat. */
export function isDialogue(lines: readonly string[]): boolean {
  const names = lines.flatMap((line) => SPEAKER.exec(line)?.[1] ?? []);
  return names.length > 0.2 * lines.length && new Set(names).size < 0.4 * names.length;
}

/** Whether lines repeat a few patterns that differ in their numbers, as in a log without times. */
export function repeatsPatterns(lines: readonly string[]): boolean {
  const patterns = lines
    .filter((line) => wordsOf(line).length > 1)
    .map((line) => line.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '0'));
  return patterns.length > 0.5 * lines.length && new Set(patterns).size < 0.6 * patterns.length;
}

/** Whether the text has bytes that no text has. */
export function isBinary(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this counts
  const controls = text.match(/[\u0000-\u0008\u000e-\u001a\u007f]/g)?.length ?? 0;
  return controls > 0.01 * text.length;
}

/** Whether lines are cells of a grid: all of the same length, made of few characters that recur. */
export function isGrid({ raw, blank }: Lines): boolean {
  const width = raw[0]?.length ?? 0;
  if (blank > 0 || raw.length < 3 || width < 3) return false;
  if (shareOf(raw, ({ length }) => length === width) < 1) return false;
  const text = raw.join('');
  return new Set(text).size <= Math.max(4, text.length / 12) && quantile(raw.map(runs), 0.5) >= 0.3;
}

/** The share of characters of a line that equal the one before. */
function runs(line: string): number {
  return shareOf([...line].slice(1), (character, i) => character === line[i]);
}
