import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Random } from '../random.js';
import { type Choice, choose, logProbability } from './choose.js';
import { Labels } from './labels.js';
import { opening, readOpening } from './opening.js';
import { Reader } from './reader.js';

/** The random numbers of a text, and of what is read before it. */
export interface Draws {
  readonly text: Random;
  readonly leadIn: Random;
}

/** A network that writes without sampling rules, for the samples of training. */
export class Writer {
  readonly #reader: Reader;
  readonly #labels: Labels;

  constructor(readonly model: CharacterModel) {
    this.#reader = new Reader(model);
    this.#labels = new Labels(model.vocabulary, []);
  }

  /**
   * Writes a text after a lead-in and a prompt, and yields its ids. With a collection it writes as many texts as
   * fit, each after the prompt and whole if possible, and yields the id of their end between them.
   * @param length in characters, without prompts; an end between texts counts as one
   */
  *write(prompt: Uint32Array, length: number, choice: Choice, draws: Draws): Generator<number> {
    const { end } = this.model.vocabulary;
    for (let written = 0, texts = 1; ; texts++) {
      const labels = this.#labels.idsOf(this.#labels.choose(draws.leadIn));
      readOpening(this.#reader, opening(this.model, prompt, draws.leadIn, labels));
      const left = length - written - (texts - 1);
      for (const id of this.#writeOne(prompt.length === 0, left, choice, draws.text)) {
        written++;
        yield id;
      }
      // Another text of the usual length has to fit.
      if (end === undefined || ((written + texts) * (texts + 1)) / texts > length) return;
      yield end;
    }
  }

  /** Writes one text, which may be empty after a prompt only. */
  *#writeOne(isEmpty: boolean, length: number, choice: Choice, random: Random): Generator<number> {
    const { codePoints, end } = this.model.vocabulary;
    for (let written = 0; written < length; written++) {
      const logits = this.#reader.logits();
      const least = isEmpty && written === 0;
      const scores = end === undefined ? logits : logits.subarray(0, codePoints.length + (least ? 0 : 1));
      const id = choose(scores, choice, random.uniform());
      if (id === end) return;
      yield id;
      this.#reader.read(Uint32Array.of(id));
    }
  }

  /** Returns the probability, according to the network, of the character that `write` yielded last. */
  probabilityOf(id: number): number {
    return Math.exp(logProbability(this.#reader.logits(), id));
  }
}
