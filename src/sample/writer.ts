import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Random } from '../random.js';
import { type Choice, choose, logProbability } from './choose.js';
import { Reader } from './reader.js';

const LINE_FEED = 10;

/** Returns the id read before a text without a prompt: a line break if the corpus has one. */
export function textStart({ vocabulary }: CharacterModel): number {
  return vocabulary.idOf(LINE_FEED) ?? 0;
}

/** A network that writes one text without sampling rules, for the samples of training. */
export class Writer {
  readonly #reader: Reader;

  constructor(readonly model: CharacterModel) {
    this.#reader = new Reader(model);
  }

  /** Writes from a zero state: yields the ids of the prompt, then `length` more. */
  *write(prompt: Uint32Array, length: number, choice: Choice, random: Random): Generator<number> {
    this.#reader.start();
    yield* prompt;
    this.#reader.read(prompt.length > 0 ? prompt : Uint32Array.of(textStart(this.model)));
    for (let written = 0; written < length; written++) {
      const id = choose(this.#reader.logits(), choice, random.uniform());
      yield id;
      this.#reader.read(Uint32Array.of(id));
    }
  }

  /** Returns the probability, according to the network, of the id that `write` yielded last. */
  probabilityOf(id: number): number {
    return Math.exp(logProbability(this.#reader.logits(), id));
  }
}
