import type { Flow } from './flow.js';
import { SkippingReader } from './markup.js';

/**
 * Deleted and moved text, codes of fields, the second version of a drawing for old programs, and the
 * pronunciation above Chinese characters.
 */
const SKIPPED = new Set(['w:del', 'w:moveFrom', 'w:instrText', 'w:delText', 'mc:Fallback', 'w:rt']);

/** The styles of headings, by their names in some languages, of lists, and of entries in a table of contents. */
const HEADING = /^(heading|title|subtitle|berschrift|titel|titre|ttulo|titolo|kop|rubrik|nagwek|otsikko)/i;
const LIST = /^List(Bullet|Number)/;
const CONTENTS = /^(toc|verzeichnis|tm|tdc|sommario)\d/i;

/** A paragraph, as its properties describe it. They stand before its text. */
interface Paragraph {
  kind: 'plain' | 'heading' | 'item' | 'contents';
  hasBegun: boolean;
}

/**
 * Reads the main part of a Word document (ECMA-376, part 1, 17.3). Footnotes, comments, headers and footers are
 * in other parts.
 */
export class WordReader extends SkippingReader {
  /** The paragraphs that are open; those in text boxes lie within others. */
  readonly #paragraphs: Paragraph[] = [];
  #isText = false;
  #isRun = false;
  #isHidden = false;
  #wasItem = false;

  constructor(readonly flow: Flow) {
    super();
  }

  protected isSkipped(name: string): boolean {
    return SKIPPED.has(name);
  }

  protected opened(name: string, attributes: Readonly<Record<string, string>>): void {
    const { flow } = this;
    const paragraph = this.#paragraphs.at(-1);
    const value = attributes['w:val'] ?? '';
    if (name === 'w:t') this.#isText = true;
    else if (name === 'w:r') {
      this.#isRun = true;
      this.#isHidden = false;
    } else if (name === 'w:p') this.#paragraphs.push({ kind: 'plain', hasBegun: false });
    else if (name === 'w:pStyle' && paragraph) {
      if (HEADING.test(value)) paragraph.kind = 'heading';
      else if (CONTENTS.test(value)) paragraph.kind = 'contents';
      else if (LIST.test(value)) paragraph.kind = 'item';
    } else if (name === 'w:numPr' && paragraph?.kind === 'plain') paragraph.kind = 'item';
    else if (name === 'w:vanish' && this.#isRun) this.#isHidden = !/^(0|false|off)$/.test(value);
    else if (name === 'w:tbl') flow.startTable();
    else if (name === 'w:tr') flow.startRow();
    else if (name === 'w:tc') flow.startCell();
    else if (this.#isRun && paragraph) this.#readSign(name, attributes, paragraph);
  }

  #readSign(name: string, attributes: Readonly<Record<string, string>>, paragraph: Paragraph): void {
    const { flow } = this;
    if (name === 'w:br' && (attributes['w:type'] ?? 'textWrapping') !== 'textWrapping') return;
    if (name === 'w:br' || name === 'w:cr') {
      this.#begin(paragraph);
      flow.lineBreak();
    } else if (name === 'w:tab') this.#write('\t');
    else if (name === 'w:noBreakHyphen') this.#write('-');
  }

  protected read(text: string): void {
    // Line ends in the file are no line breaks.
    if (this.#isText) this.#write(text.replace(/[\r\n]+/g, ' '));
  }

  protected closed(name: string): void {
    const { flow } = this;
    if (name === 'w:t') this.#isText = false;
    else if (name === 'w:r') this.#isRun = false;
    else if (name === 'w:tr') flow.block(1);
    else if (name === 'w:tbl') flow.endTable();
    else if (name === 'w:p') {
      const paragraph = this.#paragraphs.pop();
      if (!paragraph || paragraph.kind === 'contents') return;
      this.#begin(paragraph);
      if (paragraph.kind === 'heading') flow.block(2);
      else flow.endParagraph();
    }
  }

  #write(text: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (!paragraph || paragraph.kind === 'contents' || this.#isHidden) return;
    this.#begin(paragraph);
    this.flow.text(text, true);
  }

  /** Begins a paragraph once its properties are known. */
  #begin(paragraph: Paragraph): void {
    if (paragraph.hasBegun) return;
    paragraph.hasBegun = true;
    const { flow } = this;
    const isItem = paragraph.kind === 'item';
    if (paragraph.kind === 'heading' || (isItem && !this.#wasItem)) flow.block(2);
    if (isItem) flow.startItem();
    else flow.startParagraph();
    this.#wasItem = isItem;
  }
}
