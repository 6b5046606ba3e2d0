import type { Flow } from './flow.js';
import { SkippingReader } from './markup.js';

/** Deleted text, comments, notes, tables of contents, descriptions of pictures, and pronunciations. */
const SKIPPED = new Set([
  'text:tracked-changes',
  'text:note',
  'text:ruby-text',
  'text:table-of-content',
  'text:illustration-index',
  'text:table-index',
  'text:alphabetical-index',
  'text:user-index',
  'office:annotation',
  'office:automatic-styles',
  'office:forms',
  'office:binary-data',
  'svg:title',
  'svg:desc',
]);

/** Blanks that an element may stand for; a larger number is not believed. */
const MOST_SPACES = 1000;

/** Reads the content of an OpenDocument text (ODF 1.3, part 3, 5 and 6). */
export class OpenDocumentReader extends SkippingReader {
  /** Paragraphs and headings that are open. */
  #open = 0;

  constructor(readonly flow: Flow) {
    super();
  }

  protected isSkipped(name: string): boolean {
    return SKIPPED.has(name);
  }

  protected opened(name: string, attributes: Readonly<Record<string, string>>): void {
    const { flow } = this;
    if (name === 'text:p') {
      this.#open++;
      flow.startParagraph();
    } else if (name === 'text:h') {
      this.#open++;
      flow.block(2);
    } else if (name === 'text:line-break') flow.lineBreak();
    else if (name === 'text:tab') flow.text('\t', true);
    else if (name === 'text:s') {
      const count = Number(attributes['text:c'] ?? 1);
      flow.text(' '.repeat(Number.isInteger(count) && count > 0 ? Math.min(count, MOST_SPACES) : 1), true);
    } else if (name === 'text:list') flow.startList();
    else if (name === 'text:list-item') flow.startItem();
    else if (name === 'table:table') flow.startTable();
    else if (name === 'table:table-row') flow.startRow();
    else if (name === 'table:table-cell' || name === 'table:covered-table-cell') flow.startCell();
  }

  protected read(text: string): void {
    if (this.#open > 0) this.flow.text(text);
  }

  protected closed(name: string): void {
    const { flow } = this;
    if (name === 'text:p' || name === 'text:h') this.#open--;
    if (name === 'text:p') flow.endParagraph();
    else if (name === 'text:h') flow.block(2);
    else if (name === 'text:list') flow.endList();
    else if (name === 'table:table-row') flow.block(1);
    else if (name === 'table:table') flow.endTable();
  }
}
