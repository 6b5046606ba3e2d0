import { UserError } from '../../errors.js';
import type { Question } from './suggestions.js';

/** How far an answer has come. */
export interface Progress {
  readonly left: number;
  readonly alternatives: readonly string[];
  readonly done: boolean;
}

/** For so long at most a key may have to wait. */
const SLICE_MS = 8;

/** Has questions answered in slices between the events of the program; a new question takes the place of the last. */
export class Asking {
  #number = 0;
  #work: Iterator<Progress> | undefined;
  #scheduled = false;

  /**
   * @param answer works on a question, a few milliseconds at each step
   * @param onProgress is told how far the question of this number has come
   * @param onFailure is told why there is no answer
   */
  constructor(
    readonly answer: (question: Question) => Iterator<Progress>,
    readonly onProgress: (number: number, progress: Progress) => void,
    readonly onFailure: (reason: string) => void,
  ) {}

  /** Goes on with a question if it is the same as before; without one, with nothing. */
  ask(number: number, question: Question | undefined): void {
    if (question && number === this.#number) return;
    this.#number = question ? number : 0;
    this.#work = question && this.answer(question);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#work) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#go();
    });
  }

  #go(): void {
    const end = performance.now() + SLICE_MS;
    let last: Progress | undefined;
    try {
      while (this.#work && performance.now() < end) {
        const step = this.#work.next();
        if (step.done) this.#work = undefined;
        else last = step.value;
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#work = undefined;
      this.onFailure(`${error.message}. ${error.hint}`);
    }
    if (last) this.onProgress(this.#number, last);
    this.#schedule();
  }
}
