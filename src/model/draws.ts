import type { Weights } from './weights.js';

/** Temperatures with which the kernel calculates; others are left to exact arithmetic. */
const [COLDEST, HOTTEST] = [2 ** -20, 2 ** 20];

/**
 * Draws the next character of each row in the kernels, by its random number and temperature alone. Floats
 * suffice to know which character that is, except where the random number lies close to a border between two.
 */
export class Draws {
  readonly #choicesAt: number;
  readonly #uniformsAt: number;
  readonly #scalesAt: number;
  readonly #bansAt: number;
  /** (B, V): space for exponentials. */
  readonly #weightsAt: number;
  readonly #choices: Uint32Array;
  readonly #uniforms: Float32Array;
  /** (B): 1 / temperature. */
  readonly #scales: Float32Array;
  /** (V): what is added to the logits. */
  readonly #bans: Float32Array;

  constructor(
    readonly weights: Weights,
    readonly rows: number,
  ) {
    const { arena } = weights.engine;
    const { vocabulary } = weights.config;
    this.#choicesAt = arena.allocate(rows);
    this.#uniformsAt = arena.allocate(rows);
    this.#scalesAt = arena.allocate(rows);
    this.#bansAt = arena.allocate(vocabulary);
    this.#weightsAt = arena.allocate(rows * vocabulary);
    this.#choices = arena.words(this.#choicesAt, rows);
    this.#uniforms = arena.floats(this.#uniformsAt, rows);
    this.#scales = arena.floats(this.#scalesAt, rows);
    this.#bans = arena.floats(this.#bansAt, vocabulary);
  }

  /** Sets which ids are never drawn, in any row. */
  ban(ids: readonly number[]): void {
    this.#bans.fill(0);
    for (const id of ids) this.#bans[id] = Number.NEGATIVE_INFINITY;
  }

  /** Lets nothing be drawn in a row. */
  skip(row: number): void {
    this.#uniforms[row] = Number.NaN;
  }

  /** Sets the random number in [0, 1) and the temperature of a row. */
  set(row: number, uniform: number, temperature: number): void {
    const isUsable = temperature >= COLDEST && temperature <= HOTTEST;
    this.#uniforms[row] = isUsable ? uniform : Number.NaN;
    this.#scales[row] = isUsable ? 1 / temperature : 1;
  }

  /** Draws from logits (B, V) at this byte offset. */
  from(logits: number): void {
    const { kernels } = this.weights.engine;
    const { vocabulary } = this.weights.config;
    kernels.draw_rows(
      this.#choicesAt,
      this.#weightsAt,
      logits,
      this.#bansAt,
      this.#uniformsAt,
      this.#scalesAt,
      this.rows,
      vocabulary,
    );
  }

  /** Returns what was drawn in a row, or undefined where only exact arithmetic can tell. */
  drawn(row: number): number | undefined {
    this.weights.engine.finish();
    const id = this.#choices[row]!;
    return id < this.weights.config.vocabulary ? id : undefined;
  }
}
