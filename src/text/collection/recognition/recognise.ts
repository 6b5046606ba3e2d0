import { blocksOf, paragraphsOf } from './blocks.js';
import type { Beginning, FilesOfCorpus, Recognised } from './corpus.js';
import { filesOf } from './files.js';
import { linesOf } from './lines.js';
import { listOf } from './list.js';
import { markerOf, ruleOf, type SeparatorFinding } from './separator.js';
import { isBinary, isDialogue, wholeKind } from './wholes.js';

/**
 * Recognises how a corpus is divided into texts, by the beginnings of its files. Prose, plays, verse, code and
 * logs are one whole text, and so is everything for which there is no clear evidence.
 * @param beginnings of some or all of its files
 */
export function recognise(beginnings: readonly Beginning[], files: FilesOfCorpus): Recognised {
  const found = beginnings.map((beginning) => recogniseText(beginning));
  const [first] = found;
  if (!first) return { division: 'whole', evidence: 'there is nothing to judge by' };
  const isSame = found.every((one) => one.division === first.division && one.textsEnd === first.textsEnd);
  if (isSame && first.division !== 'whole') return first;
  if (beginnings.length === 1 && files.count === 1) return first;
  return filesOf(beginnings, files) ?? { division: 'whole', evidence: 'its files belong together' };
}

/** Recognises one file. */
function recogniseText({ name, text, isCut }: Beginning): Recognised {
  if (isBinary(text)) return { division: 'whole', evidence: 'not plain text' };
  const marker = markerOf(text);
  if (marker) return separated(marker);
  const lines = linesOf(text, isCut);
  const blocks = blocksOf(text, isCut);
  const kind = wholeKind(name, lines);
  const paragraphs = kind === undefined || kind === 'a document' ? paragraphsOf(blocks) : undefined;
  if (typeof paragraphs === 'object' && kind === undefined) return { division: 'paragraph', ...paragraphs };
  if (kind !== undefined && kind !== 'a document') return { division: 'whole', evidence: kind };
  const rule = ruleOf(text.split(/\r\n|\n|\r/), kind !== undefined);
  if (rule?.isSure) return separated(rule);
  const list = listOf(lines);
  if (typeof list === 'object' && kind === undefined) return { division: 'line', ...list };
  return {
    division: 'whole',
    evidence: kind ?? evidenceOf(text, lines.lines),
    ...hintFor(rule, list, paragraphs),
  };
}

function separated({ textsEnd, evidence }: SeparatorFinding): Recognised {
  return { division: 'separator', textsEnd, evidence };
}

function evidenceOf(text: string, lines: readonly string[]): string {
  if (lines.length <= 1) return 'one line';
  if (isDialogue(lines)) return 'speakers take turns';
  return text.length < 1000 ? 'too short to recognise parts' : 'no form that recurs';
}

/** The option that may be meant, where there is weak evidence. */
function hintFor(rule: SeparatorFinding | undefined, list: unknown, paragraphs: unknown): { hint?: string } {
  if (rule)
    return {
      hint: `--texts-end ${JSON.stringify(rule.textsEnd)} would read what stands between those lines as texts of their own`,
    };
  if (list) return { hint: '--texts line would read each line as a text of its own' };
  if (paragraphs) return { hint: '--texts paragraph would read each paragraph as a text of its own' };
  return {};
}
