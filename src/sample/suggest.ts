import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Random, Stream } from '../random.js';
import { type Choice, choose } from './choose.js';
import { Batch } from './reader.js';
import { type Mark, Recall } from './recall.js';

/** An alternative ends before a line break, or before the first space after so many characters, or at the most. */
const LONG_ENOUGH = 80;
const MOST = 120;

export interface SuggestOptions extends Choice {
  /** Seeds of the alternatives are this one and those after it. */
  readonly seed: number;
}

/** How far suggesting has come. */
export interface Suggested {
  /** Characters that are still to be read before anything can be suggested. */
  readonly left: number;
  /** Ways to go on; the same number always, each growing. */
  readonly alternatives: readonly string[];
  readonly done: boolean;
}

/** Suggests how a text may go on: several alternatives as one batch. */
export class Suggester {
  readonly #recall: Recall;
  readonly #batch: Batch;

  /** @param count alternatives */
  constructor(
    readonly model: CharacterModel,
    readonly count: number,
  ) {
    this.#recall = new Recall(model);
    this.#batch = new Batch(model, count);
  }

  /**
   * Goes on with a text up to the end of a line. What is given depends on the text and the options alone. The random
   * numbers belong to places of the text: one who types what was suggested is suggested what comes after it.
   * May be left between any two slices of work, which take some milliseconds.
   * @param before the text so far; characters that the network never saw are read as their nearest relatives
   * @throws UserError where the network gives no numbers
   */
  *suggest(before: string, options: SuggestOptions): Generator<Suggested> {
    const nothing = Array.from({ length: this.count }, () => '');
    const reading = this.#recall.read(before);
    let step = reading.next();
    for (; !step.done; step = reading.next()) {
      yield { left: step.value.left, alternatives: nothing, done: false };
    }
    yield* this.#write(step.value, options);
  }

  *#write(mark: Mark, { seed, ...choice }: SuggestOptions): Generator<Suggested> {
    const lines = Array.from(
      { length: this.count },
      (_, i) => new Alternative(this.model, new Random((seed + i) % 2 ** 32, Stream.sampling, mark.read)),
    );
    lines.forEach((line, row) => {
      line.write(mark.logits, choice);
      this.#batch.start(row, mark.state);
    });
    for (;;) {
      const done = lines.every((line) => line.hasEnded);
      yield { left: 0, alternatives: lines.map((line) => line.text), done };
      if (done) return;
      this.#batch.step(Uint32Array.from(lines, (line) => line.last));
      lines.forEach((line, row) => {
        if (!line.hasEnded) line.write(this.#batch.logits(row), choice);
      });
    }
  }
}

/** One alternative under way. */
class Alternative {
  readonly #ids: number[] = [];
  /** There is something before which a line break ends it. */
  #hasInk = false;
  hasEnded = false;

  constructor(
    readonly model: CharacterModel,
    readonly random: Random,
  ) {}

  get last(): number {
    return this.#ids.at(-1)!;
  }

  /** As much of it as is whole characters. */
  get text(): string {
    const { vocabulary } = this.model;
    if (vocabulary.encoding !== 'bytes') return vocabulary.decode(this.#ids);
    const bytes = Uint8Array.from(this.#ids, (id) => vocabulary.codePoints[id]!);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  }

  write(logits: Float32Array, choice: Choice): void {
    const id = choose(logits, choice, this.random.uniform());
    const character = this.model.vocabulary.character(id);
    const isLong = this.#ids.length >= LONG_ENOUGH && character === ' ';
    this.hasEnded = (this.#hasInk && character === '\n') || isLong;
    if (this.hasEnded) return;
    this.#ids.push(id);
    this.#hasInk ||= !/^\s$/.test(character);
    this.hasEnded = this.#ids.length >= MOST;
  }
}
