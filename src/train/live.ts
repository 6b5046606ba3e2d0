import { UserError } from '../errors.js';
import { clamped } from '../numbers.js';
import { Random, Stream } from '../random.js';
import { leadInRandom } from '../sample/opening.js';
import { textSeparator } from '../sample/shown.js';
import { Writer } from '../sample/writer.js';
import type { TextForm } from '../text/form.js';
import { systemClock } from './clock.js';
import type { LiveEvent } from './events.js';
import type { Session } from './session.js';

/** Live samples take at most this share of the time, and are written about as fast as people read. */
const SHARE_OF_TIME = 0.01;
const CHARACTERS_PER_SECOND = 60;
/** Unused time and characters accumulate for this long: a step of a large network may take seconds. */
const LONGEST_CREDIT_MS = 10_000;

const SAMPLE_LENGTH = 500;
/** Higher temperatures are noise anyway, and take many key presses to return from. */
const TEMPERATURE = { minimum: 0, maximum: 100 } as const;

/**
 * What the network writes while it learns, a few characters between two steps: one text or, with a collection,
 * one text below the other, each with the prompt. It has a state and random numbers of its own, so it does not
 * affect training.
 */
export class LiveSample {
  readonly #writer: Writer;
  readonly #draws: { readonly text: Random; readonly leadIn: Random };
  readonly #form: TextForm;
  /** Read again for every character. */
  readonly #choice = { temperature: 0.8 };
  #prompt: Uint32Array = new Uint32Array();
  #read: (id: number) => string = () => '';
  /** The probability of the bytes read of an incomplete character. */
  #likelihood = 1;
  #sample = 0;
  #ids: Generator<number> | undefined;
  #last: number;
  /** Credit: how many characters, and milliseconds of work, may be spent. */
  #characters = 1;
  #milliseconds = 1;

  constructor(
    { writer, record, form }: Session,
    readonly now = systemClock,
  ) {
    this.#last = now();
    this.#form = form;
    this.#writer = new Writer(writer.model);
    const { seed } = record.training;
    this.#draws = { text: new Random(seed, Stream.live), leadIn: leadInRandom(seed) };
  }

  /** Sets the temperature and returns it, clamped to its range. */
  setTemperature(value: number): number {
    this.#choice.temperature = clamped(value, TEMPERATURE);
    return this.#choice.temperature;
  }

  /**
   * Starts a new sample from a prompt.
   * @returns the prompt without the characters unknown to the network
   */
  setPrompt(text: string): string {
    const { vocabulary } = this.#writer.model;
    this.#prompt = this.#form.encode(text, 'skip');
    this.start();
    return vocabulary.readable(vocabulary.decode(this.#prompt));
  }

  /** Starts a new sample. */
  start(): void {
    this.#ids = this.#writer.write(this.#prompt, SAMPLE_LENGTH, this.#choice, this.#draws);
    this.#read = this.#writer.model.vocabulary.reader();
    this.#likelihood = 1;
    this.#sample++;
  }

  /**
   * Writes as many characters as the time since the last call allows, all of one sample.
   * @param idle whether nothing else needs the time
   */
  write(step: number, idle: boolean): LiveEvent | undefined {
    this.#addCredit(idle ? 1 : SHARE_OF_TIME);
    const { vocabulary } = this.#writer.model;
    const { end } = vocabulary;
    const prompt = vocabulary.readable(vocabulary.decode(this.#prompt));
    let text = '';
    const certainty: number[] = [];
    while (this.#characters >= 1 && this.#milliseconds > 0) {
      const start = this.now();
      const id = this.#nextId();
      if (id !== undefined && id === end) {
        const next = `${textSeparator(this.#writer.model)}${prompt}`;
        text += next;
        for (const _ of next) {
          certainty.push(1);
          this.#characters--;
        }
      } else if (id !== undefined) {
        this.#likelihood *= this.#writer.probabilityOf(id);
        for (const character of this.#read(id)) {
          text += character;
          certainty.push(this.#likelihood);
          this.#likelihood = 1;
          this.#characters--;
        }
      } else {
        if (text !== '') break;
        this.start();
      }
      this.#milliseconds -= this.now() - start;
    }
    if (text === '') return undefined;
    const { temperature } = this.#choice;
    return { type: 'live', step, sample: this.#sample, temperature, prompt, text, certainty };
  }

  /** Returns the next character of the sample, or undefined at its end. */
  #nextId(): number | undefined {
    try {
      const next = this.#ids?.next();
      return next?.done === false ? next.value : undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#milliseconds = 0; // the weights are not finite, which the next step will detect
      return undefined;
    }
  }

  /** Adds what the time since the last call allows. */
  #addCredit(share: number): void {
    const now = this.now();
    const passed = now - this.#last;
    this.#last = now;
    const add = (due: number, perMs: number) => Math.min(due + passed * perMs, LONGEST_CREDIT_MS * perMs);
    this.#characters = add(this.#characters, CHARACTERS_PER_SECOND / 1000);
    this.#milliseconds = add(this.#milliseconds, share);
  }
}
