import { UNSPACED } from '../words.js';
import type { WideCharacter } from './characters.js';

/** Characters that end a sentence, if what follows agrees. */
export const ENDS_SENTENCE = /[\p{Sentence_Terminal}…‥׃]/u;
/** Those that need no space after them. */
const ENDS_WITHOUT_SPACE = /[。．！？｡︒﹒﹖﹗]/u;
const CLOSES = /[\p{Pe}\p{Pf}"']/u;
/** German and other quotation marks close with what opens them in English. */
const CLOSES_OR_OPENS = /[\p{Pe}\p{Pf}\p{Pi}"']/u;
/** What may stand before the first letter of a sentence. */
const OPENS = /[\p{Ps}\p{Pi}\p{Pf}\p{Pd}"']/u;
/** How many characters after a space to search for the first letter of the next sentence. */
const LONGEST_OPENING = 8;
/** Longest word that is remembered, to recognise abbreviations. */
const LONGEST_WORD = 20;

/** Abbreviations before a name or a number, in languages that write them with a full stop. */
const ABBREVIATIONS = new Set(
  `Mr Mrs Ms Messrs Dr St Sts Ste Prof Rev Hon Capt Col Gen Lt Sgt Maj Cmdr Adm Gov Sen Rep Pres Supt Mt Ft Jr Sr
  vs viz cf etc al ca approx pp vol vols fig figs Vol Fig Figs No Nos Op op Hr Fr Frl Nr z d u bzw usw ggf evtl vgl Abb
  Str Mme Mlle MM Sra Srta Dra Ud Uds Sig Sigg Dott Dhr Mevr dhr mevr г ул им др стр`.split(/\s+/),
);

/**
 * Finds the end of the first sentence: a character that ends sentences, closing quotation marks and brackets,
 * and a space (none is needed after 。). A full stop after an abbreviation or an initial does not end
 * one, nor does one before a word that begins with a small letter. Intl.Segmenter would end it at "Mr." and at
 * "Stop!" in `"Stop!" he said`, and does not know about small letters after quotation marks.
 */
export class SentenceEnd {
  /** How many trailing ids lie behind the sentence, or may turn out to. */
  tail = 0;
  /** The word so far, without the spaces before it. */
  #word: string;
  /** What has ended the sentence, with closing marks; empty within a sentence. */
  #mark = '';
  #newlines = 0;
  /** Characters since the first space after the sentence. */
  #since = 0;

  /**
   * @param before the unfinished word before the text
   * @param hasCapitals whether small letters show that a sentence continues
   */
  constructor(
    before: string,
    readonly hasCapitals: boolean,
  ) {
    this.#word = before;
  }

  copy(): SentenceEnd {
    const copy = new SentenceEnd(this.#word, this.hasCapitals);
    copy.tail = this.tail;
    copy.#mark = this.#mark;
    copy.#newlines = this.#newlines;
    copy.#since = this.#since;
    return copy;
  }

  /** Adds a character. @returns whether the sentence has ended before it and the rest of the tail */
  take({ character, ids }: WideCharacter): boolean {
    const isSpace = /^\s$/u.test(character);
    if (this.#since > 0 || (this.#mark !== '' && isSpace && !this.#isAbbreviation())) {
      return this.#takeAfter(character, ids, isSpace);
    }
    if (this.#mark !== '') {
      const needsSpace = !ENDS_WITHOUT_SPACE.test(this.#mark);
      const closes = needsSpace ? CLOSES_OR_OPENS : CLOSES;
      if (ENDS_SENTENCE.test(character) || closes.test(character)) {
        this.#mark += character;
        return false;
      }
      if (!needsSpace || (/[!?]/.test(this.#mark) && UNSPACED.test(character))) return this.#end(ids);
      this.#word += this.#mark;
      this.#mark = '';
    }
    if (ENDS_SENTENCE.test(character)) this.#mark = character;
    else this.#word = isSpace ? '' : (this.#word + character).slice(-LONGEST_WORD);
    return false;
  }

  /** Ends the text here. @returns whether the sentence has ended before */
  end(): boolean {
    return this.#since > 0;
  }

  /** Adds a character after the space that follows a sentence. */
  #takeAfter(character: string, ids: number, isSpace: boolean): boolean {
    if (character === '\n') this.#newlines++;
    this.#since++;
    const isUndecided = isSpace ? this.#newlines < 2 : OPENS.test(character);
    if (!this.hasCapitals || this.#since > LONGEST_OPENING) return this.#end(ids);
    if (isUndecided) {
      this.tail += ids;
      return false;
    }
    if (!/^\p{Ll}$/u.test(character)) return this.#end(ids);
    this.tail = this.#since = this.#newlines = 0;
    this.#mark = '';
    this.#word = character;
    return false;
  }

  #end(ids: number): true {
    this.tail += ids;
    return true;
  }

  #isAbbreviation(): boolean {
    const word = this.#word.replace(/^[\p{P}\p{S}]+/u, '');
    const isAbbreviation =
      this.#mark === '.' &&
      (ABBREVIATIONS.has(word) || /^(?!I$)\p{Lu}$/u.test(word) || /^\p{L}(\.\p{L})+$/u.test(word));
    if (isAbbreviation) this.#mark = '';
    return isAbbreviation;
  }
}
