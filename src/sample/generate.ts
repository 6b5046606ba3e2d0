import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Network } from '../model/network.js';
import { describeRange, isInRange } from '../numbers.js';
import { Random, Stream } from '../random.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { CHOICE_RANGES, type ChoiceOptions, choose } from './choose.js';

export interface GenerateOptions extends Partial<ChoiceOptions> {
  /** Characters to write after the prompt; endless if not given. */
  readonly length?: number;
  /** What the network has read before it writes; it comes first in the output. */
  readonly prompt?: string;
  /** What becomes of characters in the prompt that the network never saw; `error` by default. */
  readonly unknown?: 'error' | 'skip';
  /** The same seed gives the same text; 0 by default. */
  readonly seed?: number;
}

const LINE_FEED = 10;

/** The id that a network reads before a text without a prompt: a line break, where the corpus has one. */
export function opening(vocabulary: Vocabulary): number {
  return vocabulary.idOf(LINE_FEED) ?? 0;
}

/** A network that writes, one character at a time, on a state of its own. */
export class Writer {
  readonly #network: Network;

  constructor(readonly model: CharacterModel) {
    this.#network = new Network(model.weights, { rows: 1, steps: 1, training: false });
  }

  /**
   * Writes from a fresh state: the ids of the prompt, then `length` more.
   * Without a prompt the network begins as if after a line break, where the corpus has one.
   */
  *write(prompt: Uint32Array, length: number, choice: ChoiceOptions, random: Random): Generator<number> {
    const { vocabulary } = this.model;
    this.#network.resetState();
    yield* prompt;
    const context = prompt.length > 0 ? prompt : Uint32Array.of(opening(vocabulary));
    for (const id of context) this.#read(id);
    for (let written = 0; written < length; written++) {
      const id = choose(this.#network.logits, choice, random.uniform());
      yield id;
      this.#read(id);
    }
  }

  /** The probability, by the network itself, of the character that was written last; see `write`. */
  probabilityOf(id: number): number {
    const { logits } = this.#network;
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - logits[id]!);
    return 1 / sum;
  }

  #read(id: number): void {
    this.#network.carry();
    this.#network.forward(Uint32Array.of(id));
  }
}

/** Writers that nobody uses at the moment: memory in an arena is never freed, so they are used again. */
const idle = new WeakMap<CharacterModel, Writer[]>();

/**
 * Writes text, character by character: `for await (const text of generate(model, options))`.
 * @throws UserError if the prompt has characters that the network never saw
 * @throws RangeError if an option is out of range
 */
export function generate(model: CharacterModel, options: GenerateOptions = {}): AsyncGenerator<string> {
  const { length = Number.POSITIVE_INFINITY, prompt = '', unknown = 'error', seed = 0 } = options;
  const choice = { temperature: options.temperature ?? 1, topK: options.topK ?? 0, topP: options.topP ?? 1 };
  for (const name of ['temperature', 'topK', 'topP'] as const) {
    if (isInRange(choice[name], CHOICE_RANGES[name])) continue;
    throw new RangeError(`${name} is ${choice[name]}, not ${describeRange(CHOICE_RANGES[name])}`);
  }
  return characters(
    model,
    model.vocabulary.encode(prompt, unknown),
    length,
    choice,
    new Random(seed, Stream.sampling),
  );
}

async function* characters(
  model: CharacterModel,
  prompt: Uint32Array,
  length: number,
  choice: ChoiceOptions,
  random: Random,
): AsyncGenerator<string> {
  const waiting = idle.get(model) ?? [];
  idle.set(model, waiting);
  const writer = waiting.pop() ?? new Writer(model);
  try {
    for (const id of writer.write(prompt, length, choice, random)) yield model.vocabulary.character(id);
  } finally {
    waiting.push(writer);
  }
}
