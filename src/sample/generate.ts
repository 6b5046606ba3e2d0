import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Draft, type EndReason } from './draft.js';
import { checkValue, type GenerateOptions } from './options.js';
import { Plan } from './plan.js';
import { type Batch, giveBackBatch, giveBackReader, type State, takeBatch, takeReader } from './reader.js';

/** Texts that are written side by side at most. */
const MOST_ROWS = 64;
const COUNT = { minimum: 0, maximum: 1e6, integer: true };

/**
 * Writes texts side by side, as one batch. Text i is what its seed alone would give, to the bit, whatever is written
 * beside it.
 * @returns each draft after each of its characters, and when it has ended
 * @throws UserError where the network gives no numbers
 */
export function* writeTexts(plan: Plan, seeds: readonly number[]): Generator<Draft> {
  const start = readContext(plan);
  const batch = takeBatch(plan.model, Math.max(1, Math.min(seeds.length, MOST_ROWS)));
  try {
    yield* fill(batch, plan, seeds, start);
  } finally {
    giveBackBatch(batch);
  }
}

/** What the network knows after the prompt. */
export interface Start {
  readonly logits: Float32Array;
  readonly state: State;
}

/** Reads what comes before the text. */
export function readContext({ model, context }: Plan): Start {
  const reader = takeReader(model);
  try {
    reader.start();
    reader.read(context);
    const logits = Float32Array.from(reader.logits);
    return { logits, state: reader.state() };
  } finally {
    giveBackReader(reader);
  }
}

function* fill(batch: Batch, plan: Plan, seeds: readonly number[], start: Start): Generator<Draft> {
  const rows: (Draft | undefined)[] = Array.from({ length: batch.rows });
  let begun = 0;
  const begin = function* (row: number): Generator<Draft> {
    rows[row] = undefined;
    while (begun < seeds.length && rows[row] === undefined) {
      const draft = new Draft(plan, seeds[begun++]!);
      if (!draft.reason) draft.write(start.logits);
      if (!draft.reason) {
        rows[row] = draft;
        batch.start(row, start.state);
      }
      yield draft;
    }
  };
  for (let row = 0; row < rows.length; row++) yield* begin(row);
  while (rows.some((draft) => draft)) {
    batch.step(Uint32Array.from(rows, (draft) => draft?.last ?? 0));
    const ended: number[] = [];
    for (const [row, draft] of rows.entries()) {
      if (!draft) continue;
      draft.write(batch.logits(row));
      if (draft.reason) ended.push(row);
      yield draft;
    }
    for (const row of ended) yield* begin(row);
  }
}

/**
 * Writes a text, character by character: `for await (const text of generate(model, options))`.
 * @throws UserError if the prompt has characters that the network never saw, or the options leave nothing to write
 * @throws RangeError if an option is not what it may be
 */
export function generate(model: CharacterModel, options: GenerateOptions = {}): AsyncGenerator<string> {
  return characters(new Plan(model, options));
}

async function* characters(plan: Plan): AsyncGenerator<string> {
  const { vocabulary } = plan.model;
  if (plan.options.echo !== false) for (const id of plan.prompt) yield vocabulary.character(id);
  for (const draft of writeTexts(plan, [plan.options.seed ?? 0])) {
    const [from, to] = draft.take();
    for (let i = from; i < to; i++) yield vocabulary.character(draft.ids[i]!);
  }
}

/** A whole text, and how it came about. */
export interface GeneratedText {
  readonly text: string;
  readonly seed: number;
  readonly reason: EndReason;
  /** log p of each character after the prompt in nats, by the network itself; where `logProbabilities` asks for them. */
  readonly logProbabilities: readonly number[] | undefined;
  /** The length of the cycle that it fell into, if it did. */
  readonly cycle: number | undefined;
}

/**
 * Writes `count` texts as one batch, with the seeds `seed`, `seed + 1` and so on, and yields them in that order.
 * @throws UserError, RangeError as `generate`
 */
export async function* generateMany(
  model: CharacterModel,
  count: number,
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedText> {
  checkValue('count', count, COUNT);
  const plan = new Plan(model, options);
  for (const draft of inOrder(writeTexts(plan, seedsFrom(options.seed ?? 0, count)))) yield finished(draft);
}

/** Drafts that have ended, in the order in which they began. */
export function* inOrder(drafts: Iterable<Draft>): Generator<Draft> {
  const waiting = new Set<Draft>();
  for (const draft of drafts) {
    waiting.add(draft);
    for (const first of waiting) {
      if (!first.reason) break;
      waiting.delete(first);
      yield first;
    }
  }
}

/** What is told of a draft that has ended. */
export function finished({ plan, ids, logProbabilities, length, seed, reason, cycle }: Draft): GeneratedText {
  return {
    text: plan.model.vocabulary.decode(ids.slice(0, length)),
    seed,
    reason: reason ?? 'length',
    logProbabilities: plan.measures ? logProbabilities.slice(0, length) : undefined,
    cycle,
  };
}

/** The seeds of so many texts. */
export function seedsFrom(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (seed + i) % 2 ** 32);
}
