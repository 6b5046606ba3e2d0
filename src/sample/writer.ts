import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Random } from '../random.js';
import { type Choice, choose, logProbability } from './choose.js';
import { opening, readOpening } from './opening.js';
import { Reader } from './reader.js';

/** A network that writes one text without sampling rules, for the samples of training. */
export class Writer {
  readonly #reader: Reader;

  constructor(readonly model: CharacterModel) {
    this.#reader = new Reader(model);
  }

  /**
   * Writes a text after a lead-in and a prompt, and yields its ids.
   * @param draws the random numbers of the text and of the lead-in
   */
  *write(
    prompt: Uint32Array,
    length: number,
    choice: Choice,
    draws: { readonly text: Random; readonly leadIn: Random },
  ): Generator<number> {
    const reader = this.#reader;
    readOpening(reader, opening(this.model, prompt, draws.leadIn));
    for (let written = 0; written < length; written++) {
      const id = choose(reader.logits(), choice, draws.text.uniform());
      yield id;
      reader.read(Uint32Array.of(id));
    }
  }

  /** Returns the probability, according to the network, of the id that `write` yielded last. */
  probabilityOf(id: number): number {
    return Math.exp(logProbability(this.#reader.logits(), id));
  }
}
