import type { Draws } from '../model/draws.js';
import { Random, Stream } from '../random.js';
import { choose, logProbability } from './choose.js';
import type { Opening } from './opening.js';
import type { Plan } from './plan.js';
import type { Repetition } from './repetition.js';
import { Rules } from './rules.js';
import { type StopReason, Stops } from './stops.js';
import { Temperature } from './temperature.js';

/**
 * Why a text ended: a StopReason; `length`: it has the length asked for; `match`: it matches the pattern;
 * `end`: the network ended it, as it does with texts of a collection; `blocked`: no character was allowed any more; `ending`: the requested ending was appended.
 */
export type EndReason = StopReason | 'length' | 'match' | 'end' | 'blocked' | 'ending';

/**
 * One text while it is written. Each call of `write` makes one choice, in the order of
 * docs/guide/sampling.md: rules (banned, copied, not matching), repetition, temperature, truncation, choice.
 */
export class Draft {
  /** All ids chosen after the prompt; the last ones may turn out not to belong to the text. */
  readonly ids: number[] = [];
  /** log p of each id in nats, according to the network; empty unless the plan measures it. */
  readonly logProbabilities: number[] = [];
  reason: EndReason | undefined;
  /** The length of the first cycle that the text fell into, if any. */
  cycle: number | undefined;
  readonly #random: Random;
  readonly #temperature: Temperature;
  readonly #rules: Rules;
  readonly #repetition: Repetition;
  readonly #stops: Stops;
  #stopped: StopReason | undefined;
  #taken = 0;
  /** The id of the opening that the network has to read next; undefined once it has read them all. */
  #opens: number | undefined;
  /** The random number of the next choice, if it has been drawn. */
  #uniform: number | undefined;

  constructor(
    readonly plan: Plan,
    readonly seed: number,
    readonly opening?: Opening,
  ) {
    this.#random = new Random(seed, Stream.sampling);
    this.#temperature = new Temperature(plan.temperature);
    this.#repetition = plan.repetition.copy();
    this.#stops = new Stops(plan.stops);
    this.#rules = new Rules(plan);
    if (plan.length === 0) this.reason = 'length';
    else this.#open(opening?.next());
  }

  /** The id that the network has to read next. */
  get last(): number {
    return this.#opens ?? this.ids.at(-1) ?? 0;
  }

  /** How many of `ids` are certain to belong to the text. */
  get length(): number {
    const mayEnd = this.reason === undefined || this.reason === this.#stopped;
    return this.ids.length - (mayEnd ? this.#stops.tail : 0);
  }

  /** Returns the range of `ids` that has become certain since the last call. */
  take(): [from: number, to: number] {
    const from = this.#taken;
    this.#taken = this.length;
    return [from, this.#taken];
  }

  /** Called before the network reads `last`: sets what the next choice draws in a row, if that decides it. */
  prepare(draws: Draws, row: number): void {
    if (!this.plan.isPlain || this.#opens !== undefined) {
      draws.skip(row);
      return;
    }
    this.#uniform = this.#random.uniform();
    draws.set(row, this.#uniform, this.#temperatureNow());
  }

  /**
   * Continues the opening or, after it, chooses the next character or ends the text.
   * @param logits (V) after what the network has read so far
   * @param drawn the id that these draw, if it was prepared and is known
   */
  write(logits: Float32Array, drawn?: number): void {
    if (this.#opens !== undefined) this.#open(this.opening?.next(logits));
    if (this.#opens === undefined) this.#choose(logits, drawn);
  }

  #open(step: IteratorResult<number, void> | undefined): void {
    this.#opens = step?.value ?? undefined;
  }

  #temperatureNow(): number {
    const { plan, ids } = this;
    const written = ids.length;
    const before = written > 0 ? ids[written - 1]! : plan.context.at(-1)!;
    const share = Number.isFinite(plan.length) && plan.length > 1 ? written / (plan.length - 1) : 0;
    return this.#temperature.at(share, !plan.inWord[before]);
  }

  /** Chooses an id from the logits, or sets the reason why the text ends here. */
  #decide(logits: Float32Array): number | undefined {
    const { plan } = this;
    const { scores } = plan;
    const uniform = this.#uniform;
    this.#uniform = undefined;
    scores.set(logits);
    this.reason = this.#rules.strike(scores, plan.length - this.ids.length);
    if (this.reason) return undefined;
    if (plan.penalty > 1) this.#repetition.penalise(scores, plan.penalty);
    const choice = { temperature: this.#temperatureNow(), ...plan.truncation };
    return choose(scores, choice, uniform ?? this.#random.uniform());
  }

  #choose(logits: Float32Array, drawn: number | undefined): void {
    const { plan } = this;
    const id = drawn ?? this.#decide(logits);
    if (id === undefined) return;
    this.#uniform = undefined;
    const end = this.#rules.endBefore(id);
    if (end) {
      this.#stopped = this.#stops.end();
      this.reason = this.#stopped ?? end;
      return;
    }
    if (plan.measures) {
      const nats = logProbability(logits, id);
      this.logProbabilities.push(nats);
      this.#temperature.saw(-nats / Math.LN2);
    }
    this.#add(id);
  }

  #add(id: number): void {
    const { kinds, length } = this.plan;
    this.ids.push(id);
    this.#rules.take(id);
    this.#repetition.take(id);
    this.cycle ??= this.#repetition.cycle;
    this.#stopped = this.#stops.take(id, kinds[id]!);
    const isFull = this.ids.length >= length;
    if (isFull) this.#stopped ??= this.#stops.end();
    this.reason = this.#stopped ?? (isFull ? 'length' : undefined);
  }
}
