import type { Flow } from './flow.js';
import { SkippingReader } from './markup.js';

/** What becomes of an element. */
type Role =
  | 'paragraph'
  | 'line'
  | 'block'
  | 'break'
  | 'list'
  | 'item'
  | 'table'
  | 'row'
  | 'cell'
  | 'preformatted'
  | 'skipped';

/** The elements of HTML that are more than a part of a line, by their names. */
const ELEMENTS: Readonly<Record<Role, string>> = {
  paragraph: 'p',
  /** On lines of its own. */
  line: 'address article aside body caption center dd details dialog div dt figcaption fieldset footer form header html legend main optgroup section summary',
  /** Between blank lines. */
  block: 'blockquote dl figure h1 h2 h3 h4 h5 h6 hgroup hr',
  break: 'br',
  list: 'dir menu ol ul',
  item: 'li',
  table: 'table',
  row: 'tr',
  cell: 'td th',
  preformatted: 'listing plaintext pre xmp',
  /** Not text, or not of the text: menus of a site, and the pronunciation next to Chinese characters. */
  skipped:
    'applet audio button canvas datalist embed iframe map nav noscript object rp rt script select style svg template textarea title video',
};

const ROLES: ReadonlyMap<string, Role> = new Map(
  Object.entries(ELEMENTS).flatMap(([role, names]) => names.split(' ').map((name) => [name, role as Role])),
);

/** Classes of what stands between blank lines, as books of Project Gutenberg and others name them. */
const VERSE = /(^|\s)(poem|poetry|stanza|verse|linegroup)(\s|$)/i;

/** Reads the text of a page as a browser would show it, without its pictures and menus. */
export class HtmlReader extends SkippingReader {
  #preformatted = 0;
  /** Whether the next character is the first one of preformatted text, where a line end does not count. */
  #isFirst = false;

  constructor(readonly flow: Flow) {
    super();
  }

  protected isSkipped(name: string, { hidden, style = '' }: Readonly<Record<string, string>>): boolean {
    return ROLES.get(name) === 'skipped' || hidden !== undefined || /(^|;)\s*display\s*:\s*none/i.test(style);
  }

  protected opened(name: string, { class: kind = '' }: Readonly<Record<string, string>>): void {
    const { flow } = this;
    const role = ROLES.get(name);
    if (role === 'paragraph') flow.startParagraph();
    else if (role === 'line') flow.block(VERSE.test(kind) ? 2 : 1);
    else if (role === 'block') flow.block(2);
    else if (role === 'break') flow.lineBreak();
    else if (role === 'list') flow.startList();
    else if (role === 'item') flow.startItem();
    else if (role === 'table') flow.startTable();
    else if (role === 'row') flow.startRow();
    else if (role === 'cell') flow.startCell();
    else if (role === 'preformatted') {
      flow.block(2);
      this.#preformatted++;
      this.#isFirst = true;
    }
  }

  protected read(text: string): void {
    if (this.#preformatted === 0) this.flow.text(text);
    else {
      this.flow.lines(this.#isFirst ? text.replace(/^(\r\n|\n)/, '') : text);
      this.#isFirst = false;
    }
  }

  protected closed(name: string): void {
    const { flow } = this;
    const role = ROLES.get(name);
    if (role === 'paragraph') flow.endParagraph();
    else if (role === 'line' || role === 'row') flow.block(1);
    else if (role === 'block') flow.block(2);
    else if (role === 'list') flow.endList();
    else if (role === 'table') flow.endTable();
    else if (role === 'preformatted') {
      this.#preformatted--;
      flow.block(2);
    }
  }
}
