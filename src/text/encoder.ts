import type { CodePoints } from './encoding/decode.js';
import type { TextForm } from './form.js';
import { idArrayFor } from './ids.js';
import type { IdArray, Vocabulary } from './vocabulary.js';

/** Converts a text to ids, piece by piece. */
export class IdEncoder {
  /** How many ids it has returned. */
  length = 0;
  /** How many characters were composed or decomposed; see TextForm. */
  inOtherForm = 0;

  /**
   * @param standIns returns the ids that replace a character outside the vocabulary, or throws
   * @param form the form of the network that is to read the text; without it, the text is read as it is
   */
  constructor(
    readonly vocabulary: Vocabulary,
    readonly standIns: (codePoint: number) => ArrayLike<number>,
    readonly form: TextForm | undefined,
  ) {}

  /** @param points with a form, not cut within a character and those that combine with it */
  encode(points: CodePoints): IdArray {
    const { vocabulary, form } = this;
    const make = idArrayFor(vocabulary.size).from;
    let out = make(points.length);
    let count = 0;
    let read = 0;
    for (;;) {
      const stopped = vocabulary.lookUp(points, read, out, count);
      count += stopped - read;
      if (stopped === points.length) break;
      const other = form?.otherFormAt(points, stopped, read);
      if (other) this.inOtherForm++;
      const ids = other?.ids ?? this.standIns(points[stopped]!);
      count -= stopped - (other?.from ?? stopped);
      read = other?.to ?? stopped + 1;
      if (count + ids.length + points.length - read > out.length) {
        const roomy = make(2 * out.length + ids.length);
        roomy.set(out);
        out = roomy;
      }
      out.set(ids, count);
      count += ids.length;
    }
    this.length += count;
    return out.subarray(0, count);
  }
}
