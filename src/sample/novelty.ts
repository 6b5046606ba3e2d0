import { hashOf, type KnownTexts } from '../text/collection/known-texts.js';
import { HashSet } from '../text/collection/text-hash.js';
import type { Draft } from './draft.js';
import { endedAfter, finished, type GeneratedText, writeWhile } from './generate.js';
import type { Plan } from './plan.js';

/** After this many texts in a row were left out, nearly all are known ... */
const MOST_IN_A_ROW = 1000;
/** ... or after at least this many of so many characters in total: long texts take minutes. */
const LEAST_IN_A_ROW = 64;
const MOST_CHARACTERS = 2_000_000;

/** Which texts are left out, each with how many were. */
export class Novelty {
  /** Texts left out because they are in the corpus, and because they were written before. */
  known = 0;
  repeats = 0;
  #row = 0;
  #characters = 0;
  readonly #written = new HashSet();

  /**
   * @param corpus texts to leave out
   * @param isUnique whether each text is written only once
   */
  constructor(
    readonly corpus: KnownTexts | undefined,
    readonly isUnique: boolean,
  ) {}

  /** Whether so many texts in a row were left out that nearly all are known. */
  get isExhausted(): boolean {
    return this.#row >= MOST_IN_A_ROW || (this.#row >= LEAST_IN_A_ROW && this.#characters >= MOST_CHARACTERS);
  }

  /** Whether a text is to be written. @param ids the whole text, with its prompt */
  accepts(ids: readonly number[]): boolean {
    const isKnown = this.corpus?.has(ids) === true;
    const isRepeat = !isKnown && this.isUnique && !this.#written.add(hashOf(ids, ids.length));
    if (isKnown) this.known++;
    if (isRepeat) this.repeats++;
    this.#row = isKnown || isRepeat ? this.#row + 1 : 0;
    this.#characters = isKnown || isRepeat ? this.#characters + ids.length : 0;
    return !isKnown && !isRepeat;
  }
}

/**
 * Writes the first `count` texts that are accepted, of the seed and those that follow it, in their order.
 * Ends early where nearly all are left out; at temperature 0 all seeds write the same text.
 */
export function* writeNovel(
  plan: Plan,
  novelty: Novelty,
  { seed, count }: { seed: number; count: number },
): Generator<GeneratedText> {
  const waiting = new Set<Draft>();
  let [begun, decided, accepted] = [0, 0, 0];
  // So many texts run that those which are accepted, at the rate so far, are about enough.
  const seeds = () => {
    const rate = (accepted + 1) / (decided + 1);
    return begun - decided < (count - accepted) / rate ? (seed + begun++) % 2 ** 32 : undefined;
  };
  for (const draft of writeWhile(plan, seeds, count)) {
    for (const ended of endedAfter(draft, waiting)) {
      decided++;
      const isNew = novelty.accepts([...plan.prompt, ...ended.ids.slice(0, ended.length)]);
      if (isNew) {
        accepted++;
        yield finished(ended);
      }
      if (accepted === count || novelty.isExhausted || (!isNew && !plan.isRandom)) return;
    }
  }
}

/** Writes one text as `writeNovel` does, and yields it after each character from where it is certain to be new. */
export function* streamNovel(plan: Plan, novelty: Novelty, seed: number): Generator<Draft> {
  let [begun, refused] = [0, 0];
  const seeds = () => (begun === refused ? (seed + begun++) % 2 ** 32 : undefined);
  let isCertain = false;
  for (const draft of writeWhile(plan, seeds, 1)) {
    if (!isCertain) {
      const ids = [...plan.prompt, ...draft.ids.slice(0, draft.length)];
      isCertain = draft.reason ? novelty.accepts(ids) : novelty.corpus?.mayHave(ids) !== true;
    }
    if (isCertain) yield draft;
    else if (draft.reason) {
      refused++;
      if (novelty.isExhausted || !plan.isRandom) return;
    }
  }
}
