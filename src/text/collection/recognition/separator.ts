import { quantile, shareOf } from './lines.js';

/** Marks between texts that programs write, and that no text has otherwise. */
const MARKERS = /<\|(?:endoftext|end_of_text|eot|eos|end|sep)[^|<>\n]{0,20}\|>|\[EOS\]|<eos>|<EOS>/gi;
/** A line of one sign, such as "-----", "***", "* * *" or "%". */
const RULE = /^(?:([-=*~_#+.•⁂§])(?:[ \t]*\1){2,}|%{1,5}|⁂|§)$/u;

/** Regular enough: how often a rule recurs, the usual length of the texts between, and how long any may be. */
const FEWEST = 5;
const LONGEST_USUAL = 3000;
const LONGEST_SCENE = 1000;

/** A separator that recurs regularly, or only a suspicion. */
export interface SeparatorFinding {
  readonly textsEnd: string;
  readonly evidence: string;
  readonly isSure: boolean;
}

/** Finds a mark between texts that a program has written, such as `<|endoftext|>`. */
export function markerOf(text: string): SeparatorFinding | undefined {
  const counts = new Map<string, number>();
  for (const [marker] of text.matchAll(MARKERS)) counts.set(marker, (counts.get(marker) ?? 0) + 1);
  const [textsEnd, count = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (textsEnd === undefined || count < 2) return undefined;
  return { textsEnd, evidence: `${textsEnd} stands between them`, isSure: true };
}

/**
 * Finds a line of dashes or the like that recurs regularly. Scenes of a novel are longer than what is divided
 * by it, and headings that are underlined are no texts.
 */
export function ruleOf(lines: readonly string[], hasFew: boolean): SeparatorFinding | undefined {
  const places = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const rule = line.trim();
    if (!RULE.test(rule) || isUnderline(lines, i)) return;
    const known = places.get(rule);
    if (known) known.push(i);
    else places.set(rule, [i]);
  });
  const [found, other] = [...places].sort((a, b) => b[1].length - a[1].length);
  if (!found || found[1].length < FEWEST) return undefined;
  const [textsEnd, at] = found;
  // Sections of a document in Markdown, in which a rule is only a line.
  const isDocument =
    shareOf(at, (i) =>
      /^#/.test(
        lines
          .slice(i + 1, i + 4)
          .join('')
          .trim(),
      ),
    ) > 0.5;
  const sizes = [-1, ...at]
    .map(
      (start, i) =>
        lines
          .slice(start + 1, at[i] ?? lines.length)
          .join('\n')
          .trim().length,
    )
    .filter((size, i) => i > 0 || size > 0)
    .slice(0, -1);
  const usual = quantile(sizes, 0.5);
  const isRegular =
    quantile(sizes, 0.1) > usual / 12 && quantile(sizes, 0.95) < 8 * usual && quantile(sizes, 0) > 0;
  const isScene = /[*•⁂§.~#]/u.test(textsEnd);
  const isSure =
    isRegular &&
    !isDocument &&
    !hasFew &&
    usual >= 3 &&
    usual <= (isScene ? LONGEST_SCENE : LONGEST_USUAL) &&
    !(other && other[1].length > at.length / 4);
  return { textsEnd, evidence: `lines of ${textsEnd} stand between them, at similar distances`, isSure };
}

/** Whether a rule stands directly under a heading of about its own length, or over one that has a second rule. */
function isUnderline(lines: readonly string[], at: number): boolean {
  const above = lines[at - 1]?.trim() ?? '';
  const length = lines[at]!.trim().length;
  const isSame = above !== '' && length > 5 && Math.abs(above.length - length) <= 2;
  return isSame && (lines[at - 2] ?? '').trim() === '';
}
