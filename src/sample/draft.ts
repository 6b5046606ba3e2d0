import { Random, Stream } from '../random.js';
import { choose, logProbability } from './choose.js';
import { CopyGuard } from './copying.js';
import type { Plan } from './plan.js';
import { Repetition } from './repetition.js';
import { type StopReason, Stops } from './stops.js';
import { Temperature } from './temperature.js';

/** Why a text ended: see StopReason; all that was asked for; the pattern was met; nothing was allowed any more. */
export type EndReason = StopReason | 'length' | 'match' | 'blocked';

/**
 * One text under way. Each call of `write` is one choice, in the order of docs/sampling.md: what must not come
 * (banned, copied, not matching), repetition, temperature, truncation, choice.
 */
export class Draft {
  /** All that was chosen after the prompt; the last characters may turn out not to belong to the text. */
  readonly ids: number[] = [];
  /** log p of each in nats, by the network itself; empty where the plan does not measure them. */
  readonly logProbabilities: number[] = [];
  reason: EndReason | undefined;
  /** The length of the cycle that it fell into first, if it did. */
  cycle: number | undefined;
  readonly #random: Random;
  readonly #temperature: Temperature;
  readonly #repetition: Repetition;
  readonly #stops: Stops;
  readonly #copying: CopyGuard | undefined;
  #state: number;
  #stopped: StopReason | undefined;
  #taken = 0;

  constructor(
    readonly plan: Plan,
    readonly seed: number,
  ) {
    this.#random = new Random(seed, Stream.sampling);
    this.#temperature = new Temperature(plan.temperature);
    this.#repetition = new Repetition(plan.repetition.window);
    this.#stops = new Stops(plan.stops);
    this.#copying = plan.copying && new CopyGuard(plan.copying.index, plan.copying.limit);
    this.#state = plan.pattern?.start ?? 0;
    for (const id of plan.prompt) {
      this.#repetition.take(id);
      this.#copying?.read(id);
    }
    if (plan.length === 0) this.reason = 'length';
  }

  /** The character that the network has to read next. */
  get last(): number {
    return this.ids.at(-1) ?? 0;
  }

  /** How many of `ids` certainly belong to the text. */
  get length(): number {
    const mayEnd = this.reason === undefined || this.reason === this.#stopped;
    return this.ids.length - (mayEnd ? this.#stops.tail : 0);
  }

  /** Characters that have become certain since the last call, as a range of `ids`. */
  take(): [from: number, to: number] {
    const from = this.#taken;
    this.#taken = this.length;
    return [from, this.#taken];
  }

  /** Chooses one character more, or ends. @param logits (V) after all that was written before */
  write(logits: Float32Array): void {
    const { plan } = this;
    const { pattern } = plan;
    if (pattern?.accepts(this.#state) && !pattern.continues(this.#state)) {
      this.reason = 'match';
      return;
    }
    const scores = plan.scores;
    scores.set(logits);
    if (plan.strikes && !this.#strike(scores)) {
      this.reason = 'blocked';
      return;
    }
    if (plan.repetition.penalty > 1) this.#repetition.penalise(scores, plan.repetition.penalty);
    const written = this.ids.length;
    const before = written > 0 ? this.last : plan.context.at(-1)!;
    const share = Number.isFinite(plan.length) && plan.length > 1 ? written / (plan.length - 1) : 0;
    const temperature = this.#temperature.at(share, !plan.inWord[before]);
    const id = choose(scores, { temperature, ...plan.truncation }, this.#random.uniform());
    if (pattern && plan.follow(this.#state, id) < 0) {
      this.reason = 'match'; // see #strike
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
    const { pattern, kinds, length } = this.plan;
    this.ids.push(id);
    this.#copying?.read(id);
    this.#repetition.take(id);
    this.cycle ??= this.#repetition.cycle;
    if (pattern) this.#state = this.plan.follow(this.#state, id);
    this.#stopped = this.#stops.take(id, kinds[id]!);
    this.reason = this.#stopped ?? (this.ids.length >= length ? 'length' : undefined);
  }

  /**
   * Strikes out what must not come. Where the text matches already it may end: then characters that do not match stay
   * in, and to choose one of them means to end. So it ends as often as the network itself would leave the pattern.
   * @returns whether anything is left
   */
  #strike(scores: Float64Array): boolean {
    const { banned, pattern } = this.plan;
    const strike = (id: number) => {
      scores[id] = Number.NEGATIVE_INFINITY;
    };
    banned.forEach(strike);
    this.#copying?.forbid(strike);
    if (pattern) {
      const mayEnd = pattern.accepts(this.#state);
      const left = this.plan.length - this.ids.length - 1;
      for (let id = 0; id < scores.length; id++) {
        const next = this.plan.follow(this.#state, id);
        if (next < 0 ? !mayEnd : pattern.distance(next) > left) strike(id);
      }
    }
    return scores.some((score) => score > Number.NEGATIVE_INFINITY || Number.isNaN(score));
  }
}
