import { logSumExp } from './choose.js';
import type { EndReason } from './draft.js';
import { type GeneratedText, readContext, type Start } from './generate.js';
import type { Plan } from './plan.js';
import { type Reader, withReader } from './reader.js';
import { cycleIn } from './repetition.js';
import { Rules } from './rules.js';
import { Stops } from './stops.js';

/** A partial text, as a linked list from its last character back; the root comes before all characters. */
interface Hypothesis {
  readonly before: Hypothesis | undefined;
  readonly id: number;
  /** log p in nats, of this character and of the whole text. */
  readonly nats: number;
  readonly total: number;
  readonly length: number;
  readonly rules: Rules;
  readonly stops: Stops;
  /** The row of the batch that holds the text before this character. */
  readonly row: number;
}

/** A finished text; texts of different lengths are compared by their mean log p. */
interface Ended {
  readonly hypothesis: Hypothesis;
  /** Trailing characters that do not belong to the text. */
  readonly tail: number;
  readonly mean: number;
  readonly reason: EndReason;
}

/**
 * Searches for the likeliest texts, keeping the `width` likeliest continuations at each step (beam search,
 * Lowerre 1976). Finished texts are compared by log p per character; otherwise short ones would always win.
 * Nothing is drawn at random, so temperature, truncation and repetition do not apply. A blocked text is
 * returned only if all texts are blocked.
 * @param plan must have a finite length
 * @returns the texts that were found, the likeliest first
 * @throws UserError if the logits of the network are not numbers
 */
export function beamSearch(plan: Plan, width: number): GeneratedText[] {
  const start = readContext(plan); // without chance, the same for every seed
  return withReader(plan.model, width, (batch) => search(batch, plan, start));
}

function search(batch: Reader, plan: Plan, start: Start): GeneratedText[] {
  const root = { before: undefined, id: 0, nats: 0, total: 0, length: 0, row: 0 };
  let live: Hypothesis[] = [{ ...root, rules: new Rules(plan), stops: new Stops(plan.stops) }];
  const ended: Ended[] = [];
  const blocked: Ended[] = [];
  const end = (hypothesis: Hypothesis, reason: EndReason, tail = 0) => {
    const mean = hypothesis.total / Math.max(1, hypothesis.length);
    (reason === 'blocked' ? blocked : ended).push({ hypothesis, tail, reason, mean });
  };
  let logits = (_: number) => start.logits;
  for (let step = 0; step < plan.length && live.length > 0 && ended.length < batch.rows; step++) {
    const next = live.flatMap((hypothesis, row) =>
      continuations(hypothesis, row, logits(row), plan, batch.rows, end),
    );
    next.sort((a, b) => b.total - a.total || a.row - b.row || a.id - b.id);
    live = [];
    for (const candidate of next.slice(0, batch.rows)) {
      const reached = candidate.rules.endBefore(candidate.id);
      if (reached) {
        const stops = candidate.stops.copy();
        const stopped = stops.end();
        end(candidate, stopped ?? reached, 1 + (stopped ? stops.tail : 0));
        continue;
      }
      const grown = grow(candidate);
      const reason = grown.stops.take(grown.id, plan.kinds[grown.id]!);
      if (reason) end(grown, reason, grown.stops.tail);
      else live.push(grown);
    }
    if (live.length === 0 || step + 1 >= plan.length) break;
    const states = step === 0 ? undefined : live.map(({ row }) => batch.state(row));
    live.forEach((_, row) => void batch.start(states?.[row] ?? start.state, row));
    batch.read(Uint32Array.from({ length: batch.rows }, (_, row) => live[row]?.id ?? 0));
    logits = (row) => batch.logits(row);
  }
  // If the search ended early, the remaining hypotheses are not whole texts.
  for (const hypothesis of live.filter(({ length }) => length === plan.length)) {
    const reason = hypothesis.stops.end();
    end(hypothesis, reason ?? 'length', reason ? hypothesis.stops.tail : 0);
  }
  const found = ended.length > 0 ? ended : blocked;
  return found.sort((a, b) => b.mean - a.mean).map((text) => textOf(text, plan));
}

/**
 * Returns the likeliest continuations, at most `most`; calls `end` if the text has to end here. Ending is one
 * of them, represented by the likeliest character that ends the text, so width 1 samples at temperature 0.
 */
function continuations(
  before: Hypothesis,
  row: number,
  logits: Float32Array,
  plan: Plan,
  most: number,
  end: (hypothesis: Hypothesis, reason: EndReason) => void,
): Hypothesis[] {
  const { rules, stops, total, length } = before;
  const { scores } = plan;
  scores.set(logits);
  const norm = logSumExp(logits);
  const reason = rules.strike(scores, plan.length - length);
  if (reason) {
    end(before, reason);
    return [];
  }
  const ids = [...scores.keys()].filter((id) => scores[id] !== Number.NEGATIVE_INFINITY);
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const leaving = ids.find((id) => rules.endBefore(id));
  const ways = ids.filter((id) => id === leaving || !rules.endBefore(id));
  return ways.slice(0, most).map((id) => {
    const nats = logits[id]! - norm;
    return { before, id, nats, total: total + nats, length: length + 1, rules, stops, row };
  });
}

/** Gives a continuation rules and stops of its own, and adds its character to them. */
function grow(candidate: Hypothesis): Hypothesis {
  const rules = candidate.rules.copy();
  rules.take(candidate.id);
  return { ...candidate, rules, stops: candidate.stops.copy() };
}

function textOf({ hypothesis, tail, reason }: Ended, plan: Plan): GeneratedText {
  const { model, options, measures, repetition } = plan;
  const ids: number[] = [];
  const nats: number[] = [];
  for (let at: Hypothesis = hypothesis; at.before; at = at.before) {
    ids.unshift(at.id);
    nats.unshift(at.nats);
  }
  const length = ids.length - tail;
  return {
    text: model.vocabulary.decode(ids.slice(0, length)),
    seed: options.seed ?? 0,
    reason,
    logProbabilities: measures ? nats.slice(0, length) : undefined,
    cycle: cycleIn(ids, repetition),
    labels: plan.labelsFor(undefined),
  };
}
