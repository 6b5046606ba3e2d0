import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { UserError } from '../../../errors.js';
import { equationsOf, quantitiesOf } from '../../../insight/equations.js';
import { distributionOf, type Memory, type Step, stepAfter } from '../../../insight/step.js';
import { grouped } from '../../../numbers.js';
import { Random, Stream } from '../../../random.js';
import { choose } from '../../../sample/choose.js';
import { formOf } from '../../../sample/form.js';
import { withReader } from '../../../sample/reader.js';
import type { StepContents, Viewpoint } from '../../../ui/step/contents.js';
import type { Outcome } from '../../../ui/step/open.js';

/** The most characters a trail may have. */
export const LONGEST_TRAIL = 2000;

/**
 * A text that is read step by step, back and forth: its characters, and the network's state after each
 * character read so far. The numbers of a step are recomputed from that state when needed, bit-identical each
 * time.
 */
export class Trail {
  readonly #memories: (readonly Memory[])[] = [];
  readonly #random: Random;
  #ids: number[];

  /** @param ids at least one */
  constructor(
    readonly model: CharacterModel,
    ids: Iterable<number>,
    seed: number,
  ) {
    this.#ids = [...ids];
    this.#random = new Random(seed, Stream.sampling);
  }

  get length(): number {
    return this.#ids.length;
  }

  get text(): string {
    return this.model.vocabulary.decode(this.#ids);
  }

  /** Returns all numbers of the step at a position. */
  step(at: number): Step {
    this.#readUpTo(at);
    const step = stepAfter(this.model, this.#memories[at - 1], this.#ids[at]!);
    this.#memories[at] ??= step.layers.map(({ after }) => after);
    return step;
  }

  /** Fills in the states before a position, as its steps would, but without computing their numbers. */
  #readUpTo(at: number): void {
    if (this.#memories.length >= at) return;
    withReader(this.model, 1, (reader) => {
      reader.start(this.#memories.at(-1));
      for (let i = this.#memories.length; i < at; i++) {
        reader.read(Uint32Array.of(this.#ids[i]!));
        this.#memories.push(reader.state());
      }
    });
  }

  /** Returns what a screen or printout shows of a step. */
  look({ at, layer, unit, temperature }: Viewpoint): StepContents {
    const { vocabulary } = this.model;
    const characters = (from: number, to?: number) =>
      this.#ids.slice(from, to).map((id) => vocabulary.character(id));
    const step = this.step(at);
    const one = step.layers[layer]!;
    const below = layer === 0 ? 'its embedding' : `from layer ${layer - 1}`;
    return {
      before: characters(0, at),
      character: step.character,
      ahead: characters(at + 1),
      input: { name: below, values: one.input },
      quantities: quantitiesOf(this.model, one),
      equations: equationsOf(this.model, one, layer, unit),
      next: distributionOf(this.model, step.logits, temperature),
    };
  }

  /** Replaces all characters after a position; the last new one becomes the one to look at. */
  feed(at: number, text: string): Outcome {
    try {
      return this.#continueAfter(at, formOf(this.model).encode(text));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { notice: error.message };
    }
  }

  /** Does the same with a character that the network chooses. */
  draw(at: number, how: 'sample' | 'likeliest', temperature: number): Outcome {
    const choice = { temperature: how === 'likeliest' ? 0 : temperature };
    return this.#continueAfter(at, [choose(this.step(at).logits, choice, this.#random.uniform())]);
  }

  #continueAfter(at: number, ids: ArrayLike<number>): Outcome {
    const length = at + 1 + ids.length;
    if (length > LONGEST_TRAIL) {
      return {
        notice: `the text would have ${grouped(length)} characters, but the limit is ${grouped(LONGEST_TRAIL)}`,
      };
    }
    this.#ids = [...this.#ids.slice(0, at + 1), ...Array.from(ids)];
    this.#memories.length = Math.min(this.#memories.length, at + 1);
    return { known: this.length, at: this.length - 1 };
  }
}
