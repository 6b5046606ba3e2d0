import type { CopyGuard } from './copying.js';
import type { Plan } from './plan.js';

/** Which characters may come next in one text: none that is banned, copied or ruled out by the pattern. */
export class Rules {
  readonly #plan: Plan;
  readonly #copying: CopyGuard | undefined;
  #state: number;

  constructor(plan: Plan, from?: Rules) {
    this.#plan = plan;
    this.#state = from ? from.#state : (plan.pattern?.start ?? 0);
    this.#copying = (from ? from.#copying : plan.copying)?.copy();
  }

  copy(): Rules {
    return new Rules(this.#plan, this);
  }

  /** Whether choosing a character ends the text before it; see `strike`. */
  endsBefore(id: number): boolean {
    return this.#plan.pattern !== undefined && this.#plan.follow(this.#state, id) < 0;
  }

  /**
   * Strikes out forbidden characters. If the text already matches the pattern, characters that do not match
   * stay in, and choosing one of them ends the text: it ends as often as the network by itself would leave
   * the pattern.
   * @param scores (V): set to -Infinity for struck-out characters
   * @param left how many characters may still be written
   * @returns why the text ends here, if no character is left
   */
  strike(scores: Float64Array, left: number): 'match' | 'blocked' | undefined {
    const { strikes, banned, pattern } = this.#plan;
    if (!strikes) return undefined;
    const mayEnd = pattern?.accepts(this.#state) === true;
    if (mayEnd && !pattern.continues(this.#state)) return 'match';
    const strike = (id: number) => {
      scores[id] = Number.NEGATIVE_INFINITY;
    };
    banned.forEach(strike);
    this.#copying?.forbid(strike);
    if (pattern) {
      for (let id = 0; id < scores.length; id++) {
        const next = this.#plan.follow(this.#state, id);
        if (next < 0 ? !mayEnd : pattern.distance(next) > left - 1) strike(id);
      }
    }
    if (scores.some((score) => score !== Number.NEGATIVE_INFINITY)) return undefined;
    return mayEnd ? 'match' : 'blocked';
  }

  /** Adds a character that was written. */
  take(id: number): void {
    this.#copying?.read(id);
    if (this.#plan.pattern) this.#state = this.#plan.follow(this.#state, id);
  }
}
