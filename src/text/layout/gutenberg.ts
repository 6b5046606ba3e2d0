import type { CodePoints } from '../encoding/decode.js';
import type { FileFindings } from '../findings.js';
import { pointsOf, stringOf } from '../points.js';
import type { Filter } from './filter.js';
import { WholeLines } from './whole-lines.js';

/** The most characters of a header, and of a licence with the next header. The longest licences have 19,000. */
const LONGEST_NOTICE = 1 << 15;
/** In lines. */
const LONGEST_CREDIT = 12;
/** Follows the last line. */
const END_OF_FILE = '';

/** The line before a book. The title may go on in the next line. */
const START = /^\s*\*\*\* ?START OF (THE|THIS) PROJECT GUTENBERG E-?BOOK\b/i;
/** The line after one, or what older files have instead. */
const END = /^\s*\*\*\* ?END OF (THE|THIS) PROJECT GUTENBERG E-?BOOK\b/i;
const OLDER_END = /^\s*End of (the |this )?Project Gutenberg(['’]s)?\b/i;
/** The end of the older licence, which stood before a book or after it. */
const SMALL_PRINT_END = /^\s*\*END ?\*?THE SMALL PRINT!/i;
/** The last line of the licence of today. */
const LICENCE_END = /subscribe to our email newsletter to hear about new eBooks\.\s*$/i;
/** The end of a title that began in the line before. */
const TITLE_END = /^[^\n]*\*\*\*\s*$/;
/** How a paragraph begins, or what it has in it, that says who prepared the file. */
const CREDIT =
  /^\s*(this )?(e-?(text|book)s? )?(was )?(produced|prepared|transcribed|scanned|created|digiti[sz]ed)( and [a-z ]+)? (by|from)\b|distributed\s+proofread|pgdp\.net|@pglaf\.org/i;

/** Where the reader is. `foreign`: in a file that is not from Project Gutenberg. */
type Place = 'before' | 'credits' | 'text' | 'licence' | 'foreign';

/**
 * Leaves out of one file what Project Gutenberg puts around its books: the header, who prepared the book, and the
 * licence. A file that does not begin with a header passes unchanged. If no line marks the end of a book, nothing
 * after its start is left out.
 */
export class WithoutGutenberg implements Filter {
  #place: Place = 'before';
  /** Whether a book has begun. */
  #hasStarted = false;
  /** Lines that are not certain to be text, and the sum of their lengths. */
  #held: string[] = [];
  #heldLength = 0;
  readonly #lines = new WholeLines();
  #taken = 0;
  #given = 0;

  get findings(): Partial<FileFindings> {
    return { leftOut: this.#taken - this.#given };
  }

  push(points: CodePoints): CodePoints {
    if (this.#place === 'foreign') return points;
    this.#taken += points.length;
    return this.#passed(this.#lines.push(stringOf(points)));
  }

  end(): CodePoints {
    if (this.#place === 'foreign') return new Uint32Array(0);
    return this.#passed([...this.#lines.end(), END_OF_FILE]);
  }

  #passed(lines: readonly string[]): CodePoints {
    let text = lines.map((line) => this.#next(line)).join('');
    // A file that is foreign is passed on from here.
    if (this.#place === 'foreign') text += this.#lines.end().join('');
    const points = pointsOf(text);
    this.#given += points.length;
    return points;
  }

  /** Takes a line; returns what is certain to be text now. */
  #next(line: string): string {
    if (this.#place === 'before') return this.#nextBefore(line);
    if (this.#place === 'credits') return this.#nextCredit(line);
    if (this.#place === 'text') return this.#nextOfText(line);
    return this.#place === 'licence' ? this.#nextOfLicence(line) : line;
  }

  /** In a header, if this is one. */
  #nextBefore(line: string): string {
    if (START.test(line) || SMALL_PRINT_END.test(line)) return this.#leaveOut('credits');
    const isBlank = line.trim() === '' && this.#hasStarted && this.#held.length === 0;
    if (!isBlank) this.#hold(line);
    if (line !== END_OF_FILE && this.#heldLength <= LONGEST_NOTICE) return '';
    return this.#release(this.#hasStarted ? 'text' : 'foreign');
  }

  /** After the line that starts a book: blank lines, the rest of a long title, and credits. */
  #nextCredit(line: string): string {
    if (START.test(line)) return this.#leaveOut('credits');
    const isBlank = line.trim() === '';
    if (isBlank && this.#held.length === 0) return '';
    const paragraph = this.#held.join('');
    this.#hold(line);
    if (!isBlank && this.#held.length <= LONGEST_CREDIT) return '';
    const isCredit = CREDIT.test(paragraph) || TITLE_END.test(paragraph);
    return isCredit ? this.#leaveOut('credits') : this.#release('text');
  }

  #nextOfText(line: string): string {
    if (END.test(line) || OLDER_END.test(line)) {
      this.#leaveOut('licence');
      this.#hold(line);
      return '';
    }
    // Blank lines before the end of a book are left out, too.
    this.#hold(line);
    const mayBeLast = line.trim() === '' && line !== END_OF_FILE && this.#heldLength <= LONGEST_NOTICE;
    return mayBeLast ? '' : this.#release('text');
  }

  /** After a book: in the licence, and in the header of the next book if there is one. */
  #nextOfLicence(line: string): string {
    if (START.test(line)) return this.#leaveOut('credits');
    if (SMALL_PRINT_END.test(line) || LICENCE_END.test(line)) return this.#leaveOut('before');
    this.#hold(line);
    if (line === END_OF_FILE) return this.#leaveOut('licence');
    return this.#heldLength <= LONGEST_NOTICE ? '' : this.#release('text');
  }

  #hold(line: string): void {
    this.#held.push(line);
    this.#heldLength += line.length;
  }

  #leaveOut(place: Place): '' {
    this.#release(place);
    this.#hasStarted = true;
    return '';
  }

  #release(place: Place): string {
    const text = this.#held.join('');
    this.#held = [];
    this.#heldLength = 0;
    this.#place = place;
    return text;
  }
}
