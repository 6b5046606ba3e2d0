import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Random, Stream } from '../random.js';
import { holdsSeveral } from './borders.js';
import { type Choice, choose } from './choose.js';
import { Reader } from './reader.js';
import { type Mark, Recall } from './recall.js';
import { shownTexts } from './shown.js';

/** A suggestion ends at a line break, at the first space after `LONG_ENOUGH` characters, or at `MOST`. */
const LONG_ENOUGH = 80;
const MOST = 120;

export interface SuggestOptions extends Choice {
  /** The seed of the first alternative; the others have the seeds that follow. */
  readonly seed: number;
}

/** The progress of a suggestion. */
export interface Suggested {
  /** Characters still to be read before anything can be suggested. */
  readonly left: number;
  /** Possible continuations: always the same number, each growing. */
  readonly alternatives: readonly string[];
  readonly done: boolean;
}

/** Suggests how a text may continue: several alternatives, written as one batch. */
export class Suggester {
  readonly #recall: Recall;
  readonly #batch: Reader;

  /** @param count alternatives */
  constructor(
    readonly model: CharacterModel,
    readonly count: number,
  ) {
    this.#recall = new Recall(model);
    this.#batch = new Reader(model, count);
  }

  /**
   * Continues a text to the end of a line. The result depends only on the text and the options. Random
   * numbers belong to places of the text, so typing what was suggested yields the rest of that suggestion.
   * Each step takes some milliseconds; the generator may be abandoned between steps.
   * @param before the text so far; characters that the network never saw are read as their nearest known ones
   * @throws UserError if the logits of the network are not numbers
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
      (_, i) =>
        new Alternative(
          this.model,
          new Random((seed + i) % 2 ** 32, Stream.sampling, mark.place),
          mark.isBeginning,
        ),
    );
    lines.forEach((line, row) => {
      line.write(mark.logits, choice);
      this.#batch.start(mark.state, row);
    });
    for (;;) {
      const done = lines.every((line) => line.hasEnded);
      yield { left: 0, alternatives: lines.map((line) => line.text), done };
      if (done) return;
      this.#batch.read(Uint32Array.from(lines, (line) => line.last));
      lines.forEach((line, row) => {
        if (!line.hasEnded) line.write(this.#batch.logits(row), choice);
      });
    }
  }
}

/** One alternative while it is written. */
class Alternative {
  readonly #ids: number[] = [];
  /** Whether it has anything visible; until then, a line break does not end it. */
  #hasInk = false;
  hasEnded = false;

  /** @param isEmpty whether its text has no characters yet, so that it may not end */
  constructor(
    readonly model: CharacterModel,
    readonly random: Random,
    public isEmpty: boolean,
  ) {}

  get last(): number {
    return this.#ids.at(-1)!;
  }

  /**
   * Its text, with LF as line breaks whatever the model writes; a model of bytes may be in the middle of a
   * character, which is left out. The end of a text of a collection is what stands between two of them.
   */
  get text(): string {
    return shownTexts(this.model, this.#ids).replace(/\r\n?/g, '\n');
  }

  write(logits: Float32Array, choice: Choice): void {
    const { codePoints, end, labels } = this.model.vocabulary;
    const scores = logits.subarray(0, codePoints.length + (end === undefined || this.isEmpty ? 0 : 1));
    const id = choose(scores, choice, this.random.uniform());
    this.isEmpty = id === end;
    if (id === end) {
      // Until it has anything visible, another text follows, as another line would.
      this.hasEnded = this.#hasInk || labels.length > 0 || !holdsSeveral(this.model);
      if (!this.hasEnded) this.#ids.push(id);
      return;
    }
    const character = this.model.vocabulary.character(id);
    const isLong = this.#ids.length >= LONG_ENOUGH && character === ' ';
    this.hasEnded = (this.#hasInk && /^[\r\n]$/.test(character)) || isLong;
    if (this.hasEnded) return;
    this.#ids.push(id);
    this.#hasInk ||= !/^\s$/.test(character);
    this.hasEnded = this.#ids.length >= MOST;
  }
}
