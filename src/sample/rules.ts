import type { CopyGuard } from './copying.js';
import type { Plan } from './plan.js';

/** What may be written next in one text: no banned character, nothing copied, nothing that the pattern rules out. */
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

  /** Whether a character means that the text ends before it; see `strike`. */
  endsBefore(id: number): boolean {
    return this.#plan.pattern !== undefined && this.#plan.follow(this.#state, id) < 0;
  }

  /**
   * Strikes out what must not come. Where the text matches already it may end: then characters that do not match stay
   * in, and to choose one of them means to end. So it ends as often as the network itself would leave the pattern.
   * @param scores (V): set to -Infinity for what is struck out
   * @param left how many characters may still be written
   * @returns why the text ends here, if nothing is left
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

  /** Takes the character that was written. */
  take(id: number): void {
    this.#copying?.read(id);
    if (this.#plan.pattern) this.#state = this.#plan.follow(this.#state, id);
  }
}
