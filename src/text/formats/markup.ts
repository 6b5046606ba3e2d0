import { Parser, type ParserOptions } from 'htmlparser2';
import type { Refuse } from '../../errors.js';
import { grouped } from '../../numbers.js';

/** Elements that may be open at once. Browsers stop at 512; the time of the parser grows with their number. */
const MOST_OPEN = 1000;

/** What is done with the elements of a document, in the order in which they stand. */
export interface MarkupReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/** XML names are as they stand; HTML has end tags that may be missing, and names of characters. */
export type Dialect = 'xml' | 'html' | 'xhtml';

const OPTIONS: Readonly<Record<Dialect, ParserOptions>> = {
  xml: { xmlMode: true },
  html: {},
  xhtml: { recognizeSelfClosing: true, recognizeCDATA: true },
};

/**
 * Reads markup piece by piece. Malformed markup is read as browsers do: as far as it makes sense. Entities that
 * a document declares are not expanded, and nothing that it refers to is loaded.
 * @param refuse throws the error for a document that is nested too deeply
 */
export class Markup {
  readonly #parser: Parser;

  constructor(reader: MarkupReader, dialect: Dialect, refuse: Refuse) {
    let open = 0;
    this.#parser = new Parser(
      {
        onopentag: (name, attributes) => {
          if (++open > MOST_OPEN) refuse(`more than ${grouped(MOST_OPEN)} elements are nested in each other`);
          reader.open(name, attributes);
        },
        ontext: (text) => reader.text(text),
        onclosetag: (name) => {
          open--;
          reader.close(name);
        },
      },
      OPTIONS[dialect],
    );
  }

  push(text: string): void {
    this.#parser.write(text);
  }

  end(): void {
    this.#parser.end();
  }
}

/** Leaves out elements with all that is in them, and passes the others on. */
export abstract class SkippingReader implements MarkupReader {
  /** How many elements are open in the one that is left out, with itself. */
  #skipped = 0;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#skipped > 0 || this.isSkipped(name, attributes)) this.#skipped++;
    else this.opened(name, attributes);
  }

  text(text: string): void {
    if (this.#skipped === 0) this.read(text);
  }

  close(name: string): void {
    if (this.#skipped > 0) this.#skipped--;
    else this.closed(name);
  }

  protected abstract isSkipped(name: string, attributes: Readonly<Record<string, string>>): boolean;
  protected abstract opened(name: string, attributes: Readonly<Record<string, string>>): void;
  protected abstract read(text: string): void;
  protected abstract closed(name: string): void;
}
