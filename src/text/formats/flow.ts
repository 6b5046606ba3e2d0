/** Blanks at the borders of lines are left out. A no-break space is one of them only there. */
const BLANKS = ' \t\u00a0';
/** Runs of blanks that are no single space. */
const COLLAPSIBLE = /[ \t\n\r\f]{2,}|[\t\n\r\f]/g;

/** How many paragraphs, and how many characters of them, are looked at to recognise verse. */
const LOOKED_AT = 400;
const MOST_HELD = 1 << 20;
/** A line of verse is hardly longer; a paragraph of prose often is. */
const LONGEST_LINE = 100;
const FEWEST_LINES = 4;
const SENTENCE_END = /[.!?…。！？:;]["'”’»«“)\]」』]*$/u;

/** The border of two paragraphs that nothing but their being paragraphs separates. */
const PARAGRAPH = Symbol('paragraph');

/** What is to come before the next text. */
interface Break {
  /** Line ends. */
  readonly lines: number;
  /** Whether it is the border of two paragraphs, which is a line end in verse and a blank line in prose. */
  readonly isParagraph: boolean;
}

const NO_BREAK: Break = { lines: 0, isParagraph: false };

/**
 * Lays out the text of a document: paragraphs, lines and cells, as they are announced, become text with line
 * ends, blank lines and tabs. Paragraphs are separated by a blank line, unless they are the lines of a poem,
 * each typed as a paragraph.
 */
export class Flow {
  #ready = '';
  /** Text that waits until it is known whether paragraphs are lines of verse; undefined from then on. */
  #held: (string | typeof PARAGRAPH)[] | undefined = [];
  #heldLength = 0;
  readonly #paragraphs = { count: 0, long: 0, open: 0 };
  #separator = '\n\n';

  #break = NO_BREAK;
  #tabs = 0;
  /** Blanks that count only if text follows in the same line. */
  #blanks = '';
  #isAfterSpace = false;
  #hasText = false;
  #isLineStart = true;
  /** Whether a cell or item of a list has just begun, and its first paragraph needs no break. */
  #isFresh = false;
  #cells = 0;
  #lists = 0;
  /** The length of the current paragraph, infinite if it has several lines, and what it ends with. */
  #length = 0;
  #end = '';

  /** @param betweenParagraphsInCells line ends between two paragraphs in a cell of a table */
  constructor(readonly betweenParagraphsInCells: 1 | 2) {}

  /**
   * Adds text.
   * @param isPreserved whether its blanks stay; otherwise, runs of blanks and line ends become a space
   */
  text(text: string, isPreserved = false): void {
    let rest = isPreserved ? text : text.replace(COLLAPSIBLE, ' ');
    const isAfterBlank = this.#blanks === '' ? this.#isLineStart : this.#isAfterSpace;
    if (!isPreserved && isAfterBlank && rest.startsWith(' ')) rest = rest.slice(1);
    if (rest === '') return;
    let end = rest.length;
    while (end > 0 && BLANKS.includes(rest[end - 1]!)) end--;
    if (end === 0) this.#blanks += rest;
    else {
      this.#write(this.#blanks + rest.slice(0, end));
      this.#blanks = rest.slice(end);
    }
    this.#isAfterSpace = rest.endsWith(' ');
  }

  /** Adds text that is already laid out in lines. */
  lines(text: string): void {
    for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
      if (i > 0) this.#newLine(Number.POSITIVE_INFINITY);
      this.text(line, true);
    }
  }

  /** Ends a line within a paragraph. */
  lineBreak(): void {
    this.#newLine(3);
  }

  /** Begins or ends something that stands on lines of its own, or between blank lines. */
  block(lines: 1 | 2): void {
    if (!this.#isFresh) this.#request({ lines, isParagraph: false });
  }

  startParagraph(): void {
    if (!this.#isFresh) this.#requestParagraph();
  }

  /** Ends a paragraph. If it has no text, it is a blank line. */
  endParagraph(): void {
    if (this.#isFresh) return;
    const isEmpty = this.#break.lines > 0 && this.#break.isParagraph;
    if (isEmpty) this.block(2);
    else this.#requestParagraph();
  }

  startList(): void {
    this.block(this.#lists++ > 0 ? 1 : 2);
  }

  endList(): void {
    this.#isFresh = false;
    this.#lists = Math.max(0, this.#lists - 1);
    this.block(this.#lists > 0 ? 1 : 2);
  }

  /** Begins an item of a list. Items follow each other without blank lines. */
  startItem(): void {
    this.#isFresh = false;
    if (this.#break.isParagraph) this.#break = NO_BREAK;
    this.block(1);
    this.#isFresh = true;
  }

  startTable(): void {
    this.block(2);
  }

  endTable(): void {
    this.#isFresh = false;
    this.#cells = 0;
    this.block(2);
  }

  startRow(): void {
    this.#isFresh = false;
    if (this.#break.isParagraph) this.#break = NO_BREAK;
    this.block(1);
    this.#cells = 0;
  }

  /** Begins a cell: a tab after the one before it in its row. */
  startCell(): void {
    if (this.#cells++ > 0) {
      this.#break = NO_BREAK;
      this.#blanks = '';
      this.#tabs++;
      this.#isLineStart = true;
    }
    this.#isFresh = true;
  }

  /** Returns what has been laid out since the last call. */
  take(): string {
    const ready = this.#ready;
    this.#ready = '';
    return ready;
  }

  /** Ends the document; returns the rest, with a line end. */
  end(): string {
    this.#decide();
    return this.take() + (this.#hasText ? '\n' : '');
  }

  #newLine(most: number): void {
    this.#isFresh = false;
    if (!this.#hasText) return;
    const lines = this.#break.isParagraph ? 2 : Math.min(most, this.#break.lines + 1);
    this.#request({ lines: Math.max(lines, this.#break.lines), isParagraph: false });
  }

  #requestParagraph(): void {
    const lines = this.#cells > 0 ? this.betweenParagraphsInCells : 2;
    this.#request({ lines, isParagraph: lines === 2 });
  }

  /** The larger break counts, and one that is certain counts more than the border of two paragraphs. */
  #request(asked: Break): void {
    this.#blanks = '';
    this.#tabs = 0;
    this.#isLineStart = true;
    if (!this.#hasText) return;
    const { lines, isParagraph } = this.#break;
    if (asked.lines > lines) this.#break = asked;
    else if (asked.lines === lines) this.#break = { lines, isParagraph: isParagraph && asked.isParagraph };
  }

  #write(text: string): void {
    const { lines, isParagraph } = this.#break;
    if (isParagraph || lines > 1) this.#noteParagraph(isParagraph);
    if (isParagraph) this.#put(PARAGRAPH);
    else if (lines > 0) {
      this.#put('\n'.repeat(lines));
      if (lines === 1) this.#length = Number.POSITIVE_INFINITY;
    }
    if (this.#tabs > 0) this.#put('\t'.repeat(this.#tabs));
    this.#put(text);
    this.#length += text.length;
    this.#end = text;
    this.#break = NO_BREAK;
    this.#tabs = 0;
    this.#hasText = true;
    this.#isLineStart = false;
    this.#isFresh = false;
  }

  /** Notes the paragraph that has ended, if the border after it depends on whether it is verse. */
  #noteParagraph(isParagraph: boolean): void {
    if (this.#held && isParagraph) {
      this.#paragraphs.count++;
      if (this.#length > LONGEST_LINE) this.#paragraphs.long++;
      if (!SENTENCE_END.test(this.#end.slice(-8))) this.#paragraphs.open++;
    }
    this.#length = 0;
    if (this.#paragraphs.count >= LOOKED_AT || this.#heldLength > MOST_HELD) this.#decide();
  }

  #put(part: string | typeof PARAGRAPH): void {
    if (this.#held) {
      const last = this.#held.at(-1);
      if (part !== PARAGRAPH) this.#heldLength += part.length;
      if (typeof last === 'string' && part !== PARAGRAPH) this.#held[this.#held.length - 1] = last + part;
      else this.#held.push(part);
    } else this.#ready += part === PARAGRAPH ? this.#separator : part;
  }

  /** Decides whether paragraphs are lines of verse: short, and many do not end a sentence. */
  #decide(): void {
    if (!this.#held) return;
    const { count, long, open } = this.#paragraphs;
    if (count >= FEWEST_LINES && 20 * long <= count && 3 * open >= count) this.#separator = '\n';
    this.#ready += this.#held.map((part) => (part === PARAGRAPH ? this.#separator : part)).join('');
    this.#held = undefined;
  }
}
