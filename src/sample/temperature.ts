/** How the temperature changes over a text. */
export interface TemperatureOptions {
  /** At the first and the last character; it changes evenly between them. */
  readonly temperature: readonly [first: number, last: number];
  /** At the first character of each word; undefined for no difference. */
  readonly startTemperature: number | undefined;
  /** Mean surprise to hold, in bits per character; undefined for no control. */
  readonly targetBits: number | undefined;
}

/** By how much an excess bit lowers log T. Higher corrects faster and wavers more. */
const GAIN = 0.05;
/** Bounds of the factor that control applies to the temperature, so that it always recovers. */
const LEAST_FACTOR = 1e-3;
const MOST_FACTOR = 1e3;

/**
 * The temperature of each character in turn. Surprise is held by an integral controller: each bit above the
 * target lowers log T by a fixed amount, each bit below raises it. After n characters the mean surprise is
 * off by (log T_0 - log T_n) / (GAIN n), so it converges to the target as long as the temperature stays
 * within bounds. Mirostat (Basu et al. 2021) has the idea of control, but moves a truncation, which cannot
 * raise surprise.
 */
export class Temperature {
  #factor = 1;

  constructor(readonly options: TemperatureOptions) {}

  /** Returns the temperature of the next character. @param share of the text that is written, from 0 to 1 */
  at(share: number, startsWord: boolean): number {
    const { temperature, startTemperature } = this.options;
    const [first, last] = temperature;
    const scheduled = first === last ? first : first + (last - first) * share;
    const wanted = this.#factor * ((startsWord ? startTemperature : undefined) ?? scheduled);
    return Math.min(Number.MAX_VALUE, wanted);
  }

  /** Reports the surprise of a character that was written, according to the network. */
  saw(bits: number): void {
    const { targetBits } = this.options;
    if (targetBits === undefined) return;
    const factor = this.#factor * Math.exp(GAIN * (targetBits - bits));
    this.#factor = Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }
}
