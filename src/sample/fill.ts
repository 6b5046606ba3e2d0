import { sumOf } from '../numbers.js';
import { logProbability } from './choose.js';
import { Draft } from './draft.js';
import { type GeneratedText, readContext, type Start, seedsFrom } from './generate.js';
import type { Plan } from './plan.js';
import { giveBackReader, type NetworkState, takeReader, withReader } from './reader.js';

/** Rows of a batch: candidates written, or endings tried, in parallel. */
const ROWS = 64;

/** A candidate, cut where the ending may start. */
interface Cut {
  readonly draft: Draft;
  readonly length: number;
  /** log p of the ending's characters so far, in nats. */
  readonly nats: number[];
  /** State of the network before the first character of the ending. */
  readonly state: NetworkState;
}

/** The likeliest cut of one candidate. */
interface Filling {
  readonly cut: Cut;
  /** Mean log p per character, over the candidate's part and the ending. */
  readonly mean: number;
}

/**
 * Fills in text between the prompt and an ending: draws candidates, tries the ending after each of their
 * words, and keeps the likeliest joints. They are compared by log p per character; otherwise short ones would
 * always win. Texts of a collection may be single words: if none has a place between words, the ending may join
 * anywhere.
 * @param plan its length limits the text in between; it measures log p and has neither stops nor a pattern
 * @param ending at least one id
 * @param candidates how many to draw
 * @param count how many texts to return at most, each from another candidate
 * @returns the likeliest first, each followed by the ending
 * @throws UserError if the logits of the network are not numbers
 */
export function fillIn(plan: Plan, ending: Uint32Array, candidates: number, count: number): GeneratedText[] {
  // A text of a collection ends after the ending, which has to be likely, too.
  const { end } = plan;
  const last = end === undefined ? ending : Uint32Array.of(...ending, end);
  const between = bestCuts(plan, ending[0]!, last, candidates, false);
  const best =
    between.size === 0 && end !== undefined ? bestCuts(plan, ending[0]!, last, candidates, true) : between;
  const likeliest = [...best.values()].sort((a, b) => b.mean - a.mean);
  return likeliest.slice(0, count).map(({ cut }) => textOf(cut, ending));
}

/**
 * Draws candidates and returns the likeliest cut of each that has one.
 * @param first the first character of the ending
 * @param last the ending, with the end of the text if it has one
 * @param joinsWithin whether the ending may continue a word
 */
function bestCuts(
  plan: Plan,
  first: number,
  last: Uint32Array,
  candidates: number,
  joinsWithin: boolean,
): Map<Draft, Filling> {
  const best = new Map<Draft, Filling>();
  const waiting: Cut[] = [];
  const weigh = (cut: Cut) => {
    const total = sumOf(cut.draft.logProbabilities.slice(0, cut.length)) + sumOf(cut.nats);
    const mean = total / (cut.length + last.length);
    if (mean > (best.get(cut.draft)?.mean ?? Number.NEGATIVE_INFINITY)) best.set(cut.draft, { cut, mean });
  };
  const seed = plan.options.seed ?? 0;
  const seeds = seedsFrom(seed, candidates);
  const start = readContext(plan, seed);
  for (let at = 0; at < seeds.length; at += ROWS) {
    for (const cut of cuts(plan, start, seeds.slice(at, at + ROWS), first, joinsWithin)) {
      waiting.push(cut);
      if (waiting.length === ROWS) tryEnding(plan, last, waiting.splice(0)).forEach(weigh);
    }
  }
  if (waiting.length > 0) tryEnding(plan, last, waiting).forEach(weigh);
  return best;
}

/**
 * Writes candidates and yields each place where the ending may join: between words and at the very end, or
 * anywhere.
 */
function* cuts(
  plan: Plan,
  start: Start,
  seeds: readonly number[],
  first: number,
  joinsWithin: boolean,
): Generator<Cut> {
  const { inWord, unspaced } = plan;
  const mayJoin = (last: number, next: number | undefined) =>
    joinsWithin ||
    unspaced[last] ||
    (inWord[first] ? !inWord[last] : next === undefined || !(inWord[last] && inWord[next]) || unspaced[next]);
  const drafts = seeds.map((seed) => new Draft(plan, seed));
  const batch = takeReader(plan.model, seeds.length);
  let logits = (_: number) => start.logits;
  try {
    for (let length = 0; length <= plan.length; length++) {
      // All logits are read before any state; see Reader.
      const joints = drafts.flatMap((draft, row) => {
        if (draft.ids.length < length) return []; // the draft was blocked
        const nats = logProbability(logits(row), first);
        const last = draft.last;
        if (!draft.reason) draft.write(logits(row));
        return length > 0 && mayJoin(last, draft.ids[length]) ? { row, draft, nats: [nats] } : [];
      });
      for (const { row, draft, nats } of joints) yield { draft, length, nats, state: batch.state(row) };
      if (length === plan.length) break;
      if (length === 0) drafts.forEach((_, row) => void batch.start(start.state, row));
      batch.read(Uint32Array.from(drafts, (draft) => draft.last));
      logits = (row) => batch.logits(row);
    }
  } finally {
    giveBackReader(batch);
  }
}

/** Reads the ending after each cut and records how likely it is there. */
function tryEnding({ model }: Plan, ending: Uint32Array, cut: readonly Cut[]): readonly Cut[] {
  return withReader(model, ROWS, (batch) => {
    cut.forEach(({ state }, row) => void batch.start(state, row));
    for (let i = 1; i < ending.length; i++) {
      batch.read(new Uint32Array(ROWS).fill(ending[i - 1]!));
      cut.forEach(({ nats }, row) => void nats.push(logProbability(batch.logits(row), ending[i]!)));
    }
    return cut;
  });
}

function textOf({ draft, length, nats }: Cut, ending: Uint32Array): GeneratedText {
  const { vocabulary } = draft.plan.model;
  return {
    text: vocabulary.decode([...draft.ids.slice(0, length), ...ending]),
    seed: draft.seed,
    reason: 'ending',
    cycle: draft.cycle,
    logProbabilities: [...draft.logProbabilities.slice(0, length), ...nats.slice(0, ending.length)],
    labels: draft.plan.labelsFor(draft.plan.options.seed ?? 0),
  };
}
