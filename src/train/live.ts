import { UserError } from '../errors.js';
import { clamped } from '../numbers.js';
import { Random, Stream } from '../random.js';
import { Writer } from '../sample/writer.js';
import type { LiveEvent } from './events.js';
import type { Session } from './session.js';

/** At most so much of the time goes into live samples, and they are written about as fast as one reads. */
const SHARE_OF_TIME = 0.01;
const CHARACTERS_PER_SECOND = 60;
/** What was not used of either is kept for so long: a step of a large network may take seconds. */
const LONGEST_SAVING_MS = 10_000;

const SAMPLE_LENGTH = 500;
/** More than this is noise anyway, and takes many keys to come back from. */
const TEMPERATURE = { minimum: 0, maximum: 100 } as const;

/**
 * A text that the network writes while it learns, a few characters between two steps. It has a state and random
 * numbers of its own, so training goes on as if it were not there.
 */
export class LiveSample {
  readonly #writer: Writer;
  readonly #random: Random;
  /** Read anew for every character. */
  readonly #choice = { temperature: 0.8, topK: 0, topP: 1 };
  #prompt = '';
  #sample = 0;
  #ids: Generator<number> | undefined;
  #last = performance.now();
  /** How many characters, and how much time, have become due. */
  #characters = 1;
  #milliseconds = 1;

  constructor({ writer, record }: Session) {
    this.#writer = new Writer(writer.model);
    this.#random = new Random(record.training.seed, Stream.live);
  }

  /** @returns the temperature, within its range */
  setTemperature(value: number): number {
    this.#choice.temperature = clamped(value, TEMPERATURE);
    return this.#choice.temperature;
  }

  /**
   * Begins a new sample.
   * @returns the prompt without characters that the network does not know
   */
  setPrompt(text: string): string {
    const { vocabulary } = this.#writer.model;
    this.#prompt = vocabulary.decode(vocabulary.encode(text, 'skip'));
    this.begin();
    return this.#prompt;
  }

  /** Begins a new sample, from a fresh state. */
  begin(): void {
    const prompt = this.#writer.model.vocabulary.encode(this.#prompt);
    this.#ids = this.#writer.write(prompt, SAMPLE_LENGTH, this.#choice, this.#random);
    for (let i = 0; i < prompt.length; i++) this.#ids.next();
    this.#sample++;
  }

  /**
   * Writes what has become due since the last call, of one sample.
   * @param idle whether nothing else wants the time
   */
  write(step: number, idle: boolean): LiveEvent | undefined {
    this.#save(idle ? 1 : SHARE_OF_TIME);
    let text = '';
    const certainty: number[] = [];
    while (this.#characters >= 1 && this.#milliseconds > 0) {
      const start = performance.now();
      const id = this.#nextId();
      if (id !== undefined) {
        text += this.#writer.model.vocabulary.character(id);
        certainty.push(this.#writer.probabilityOf(id));
        this.#characters--;
      } else {
        if (text !== '') break;
        this.begin();
      }
      this.#milliseconds -= performance.now() - start;
    }
    if (text === '') return undefined;
    const { temperature } = this.#choice;
    return { type: 'live', step, sample: this.#sample, temperature, prompt: this.#prompt, text, certainty };
  }

  /** The next character of the sample; undefined where it is over. */
  #nextId(): number | undefined {
    try {
      const next = this.#ids?.next();
      return next?.done === false ? next.value : undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#milliseconds = 0; // the weights are no numbers any more, which the next step will find
      return undefined;
    }
  }

  /** Adds what the time since the last call allows. */
  #save(share: number): void {
    const now = performance.now();
    const passed = now - this.#last;
    this.#last = now;
    const add = (due: number, perMs: number) => Math.min(due + passed * perMs, LONGEST_SAVING_MS * perMs);
    this.#characters = add(this.#characters, CHARACTERS_PER_SECOND / 1000);
    this.#milliseconds = add(this.#milliseconds, share);
  }
}
