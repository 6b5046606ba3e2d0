/** How sharply a text is chosen as it goes on. */
export interface TemperatureOptions {
  /** At the first character and at the last one; between them it changes evenly. */
  readonly temperature: readonly [first: number, last: number];
  /** At the first character of a word instead; undefined for no difference. */
  readonly startTemperature: number | undefined;
  /** Mean surprise in bits a character that is to be held; undefined for whatever comes. */
  readonly targetBits: number | undefined;
}

/**
 * How strongly a bit too much lowers the logarithm of the temperature. Higher is quicker to correct, and wavers more.
 */
const GAIN = 0.05;
/** What control makes of the temperature stays within these factors, so that it always finds its way back. */
const LEAST_FACTOR = 1e-3;
const MOST_FACTOR = 1e3;

/**
 * The temperature of each character in turn. The control of surprise is an integral controller: each bit of surprise
 * above the target lowers log T by a fixed amount, each bit below raises it. So after n characters the mean surprise is
 * off by (log T_0 - log T_n) / (GAIN n): it comes to the target as surely as the temperature stays within bounds. (The
 * idea of control is Mirostat's, Basu et al. 2021; that one moves a truncation, which cannot raise surprise.)
 */
export class Temperature {
  #factor = 1;

  constructor(readonly options: TemperatureOptions) {}

  /** @param share how much of the text is written, in [0, 1] */
  at(share: number, startsWord: boolean): number {
    const { temperature, startTemperature } = this.options;
    const [first, last] = temperature;
    const scheduled = first === last ? first : first + (last - first) * share;
    const wanted = this.#factor * ((startsWord ? startTemperature : undefined) ?? scheduled);
    return Math.min(Number.MAX_VALUE, wanted);
  }

  /** Tells of the surprise of a character that was written, by the network's own probabilities. */
  saw(bits: number): void {
    const { targetBits } = this.options;
    if (targetBits === undefined) return;
    const factor = this.#factor * Math.exp(GAIN * (targetBits - bits));
    this.#factor = Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }
}
