import { Draft, type EndReason } from './draft.js';
import type { ChosenLabels } from './labels.js';
import { readOpening } from './opening.js';
import type { Plan } from './plan.js';
import { giveBackReader, type NetworkState, takeReader, withReader } from './reader.js';

/** Most texts written in parallel. */
const MOST_ROWS = 64;

/**
 * Writes texts in parallel, as one batch. Each text is bit-identical to what its seed gives alone.
 * @param seeds returns the seed of the next text, or undefined if no other text is to begin yet
 * @param most texts written in parallel
 * @returns each draft after each of its characters and when it has ended
 * @throws UserError if the logits of the network are not numbers
 */
export function* writeWhile(plan: Plan, seeds: () => number | undefined, most: number): Generator<Draft> {
  const start = plan.opensAnew ? undefined : readContext(plan);
  const batch = takeReader(plan.model, Math.max(1, Math.min(most, MOST_ROWS)));
  const { draws } = batch;
  const rows: (Draft | undefined)[] = Array.from({ length: batch.rows });
  const ids = new Uint32Array(batch.rows);
  batch.start();
  draws.ban(plan.banned);
  const zero = batch.state();
  let active = 0;
  const begin = function* (row: number): Generator<Draft> {
    while (rows[row] === undefined) {
      const seed = seeds();
      if (seed === undefined) return;
      const draft = new Draft(plan, seed, start ? undefined : plan.openingFor(seed));
      if (start && !draft.reason) draft.write(start.logits);
      if (!draft.reason) {
        rows[row] = draft;
        active++;
        batch.start(start?.state ?? zero, row);
      }
      yield draft;
    }
  };
  try {
    for (let row = 0; row < rows.length; row++) yield* begin(row);
    while (active > 0) {
      for (let row = 0; row < rows.length; row++) {
        const draft = rows[row];
        ids[row] = draft?.last ?? 0;
        if (draft) draft.prepare(draws, row);
        else draws.skip(row);
      }
      batch.read(ids);
      batch.draw();
      for (let row = 0; row < rows.length; row++) {
        const draft = rows[row];
        if (!draft) continue;
        draft.write(batch.logits(row), draws.drawn(row));
        if (draft.reason) {
          rows[row] = undefined;
          active--;
        }
        yield draft;
      }
      for (let row = 0; row < rows.length; row++) if (!rows[row]) yield* begin(row);
    }
  } finally {
    giveBackReader(batch);
  }
}

/** Writes the texts of these seeds; see `writeWhile`. */
export function writeTexts(plan: Plan, seeds: readonly number[]): Generator<Draft> {
  let begun = 0;
  return writeWhile(plan, () => seeds[begun++], seeds.length);
}

/** The network before the first character of a text. */
export interface Start {
  readonly logits: Float32Array;
  readonly state: NetworkState;
}

/** Reads what comes before a text with this seed: its own opening, or the context of the plan. */
export function readContext(plan: Plan, seed?: number): Start {
  return withReader(plan.model, 1, (reader) => {
    reader.start();
    if (plan.opensAnew) readOpening(reader, plan.openingFor(seed));
    else reader.read(plan.context);
    const logits = reader.logits().slice();
    return { logits, state: reader.state() };
  });
}

/** A finished text. */
export interface GeneratedText {
  /** Without the prompt. */
  readonly text: string;
  readonly seed: number;
  readonly reason: EndReason;
  /** log p of each character after the prompt, in nats; only with the option `logProbabilities`. */
  readonly logProbabilities: readonly number[] | undefined;
  /** The length of the cycle that the text fell into, if any. */
  readonly cycle: number | undefined;
  /** The labels before the text, by column; none if those of the corpus were not read. */
  readonly labels: ChosenLabels;
}

/** Yields drafts that have ended, in the order in which they started. */
export function* inOrder(drafts: Iterable<Draft>): Generator<Draft> {
  const waiting = new Set<Draft>();
  for (const draft of drafts) {
    if (draft.reason || !waiting.has(draft)) yield* endedAfter(draft, waiting);
  }
}

/**
 * Notes that a draft has grown by a character.
 * @param waiting drafts not returned yet, in the order in which they started
 * @returns the drafts that can now be passed on in that order
 */
export function* endedAfter(draft: Draft, waiting: Set<Draft>): Generator<Draft> {
  waiting.add(draft);
  if (!draft.reason) return;
  for (const first of waiting) {
    if (!first.reason) return;
    waiting.delete(first);
    yield first;
  }
}

/** Returns the result of a draft that has ended. */
export function finished({ plan, ids, logProbabilities, length, seed, reason, cycle }: Draft): GeneratedText {
  return {
    text: plan.model.vocabulary.decode(ids.slice(0, length)),
    seed,
    reason: reason ?? 'length',
    logProbabilities: plan.measures ? logProbabilities.slice(0, length) : undefined,
    cycle,
    labels: plan.labelsFor(seed),
  };
}

/** Returns `count` consecutive seeds, which wrap around at 2^32. */
export function seedsFrom(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (seed + i) % 2 ** 32);
}
