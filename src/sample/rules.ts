import type { CopyGuard } from './copying.js';
import type { Plan } from './plan.js';

/**
 * Which characters may come next in one text: none that is banned, copied or ruled out by the pattern. A text
 * of a collection may end only where it is not empty and matches.
 */
export class Rules {
  readonly #plan: Plan;
  readonly #copying: CopyGuard | undefined;
  #state: number;
  #isEmpty: boolean;

  constructor(plan: Plan, from?: Rules) {
    this.#plan = plan;
    this.#isEmpty = from ? from.#isEmpty : plan.prompt.length === 0;
    this.#state = from ? from.#state : (plan.pattern?.start ?? 0);
    this.#copying = (from ? from.#copying : plan.copying)?.copy();
  }

  copy(): Rules {
    return new Rules(this.#plan, this);
  }

  /** Returns why choosing an id ends the text before it, if it does; see `strike`. */
  endBefore(id: number): 'match' | 'end' | undefined {
    const { pattern, end } = this.#plan;
    if (pattern) return this.#plan.follow(this.#state, id) < 0 ? 'match' : undefined;
    return id === end ? 'end' : undefined;
  }

  /**
   * Strikes out forbidden characters. If the text already matches the pattern, characters that do not match
   * stay in, and choosing one of them ends the text: it ends as often as the network by itself would leave
   * the pattern. A text of a collection ends as often as the network would end it there.
   * @param scores (V): set to -Infinity for struck-out characters
   * @param left how many characters may still be written
   * @returns why the text ends here, if no character is left
   */
  strike(scores: Float64Array, left: number): 'match' | 'blocked' | undefined {
    const { strikes, banned, pattern, end } = this.#plan;
    if (!strikes) return undefined;
    const mayEnd = pattern?.accepts(this.#state) === true;
    if (mayEnd && !pattern.continues(this.#state)) return 'match';
    const strike = (id: number) => {
      scores[id] = Number.NEGATIVE_INFINITY;
    };
    banned.forEach(strike);
    this.#copying?.forbid((id) => id !== end && strike(id));
    if (pattern) {
      const leaves = (id: number) => mayEnd && (end === undefined || id === end);
      for (let id = 0; id < scores.length; id++) {
        const next = this.#plan.follow(this.#state, id);
        if (next < 0 ? !leaves(id) : pattern.distance(next) > left - 1) strike(id);
      }
    }
    if (this.#isEmpty && end !== undefined) strike(end);
    if (scores.some((score) => score !== Number.NEGATIVE_INFINITY)) return undefined;
    return mayEnd ? 'match' : 'blocked';
  }

  /** Adds a character that was written. */
  take(id: number): void {
    this.#isEmpty = false;
    this.#copying?.read(id);
    if (this.#plan.pattern) this.#state = this.#plan.follow(this.#state, id);
  }
}
