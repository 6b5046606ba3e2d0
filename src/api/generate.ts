import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { accepts, describeKind, wrongValue } from '../options.js';
import type { Draft } from '../sample/draft.js';
import { endedAfter, finished, type GeneratedText, seedsFrom, writeTexts } from '../sample/generate.js';
import { type GenerateOptions, SAMPLING_OPTIONS } from '../sample/options.js';
import { Plan } from '../sample/plan.js';
import { inRows, restInRows } from '../sample/shown.js';
import { asProgramError } from './errors.js';
import { checkNames } from './names.js';
import { Pauses } from './pauses.js';

const COUNT = { minimum: 0, maximum: 1e6, integer: true };

/**
 * Writes a text, character by character. Without a `length` or another end it is endless; leave the loop to
 * stop it. Other work of the program, such as timers, continues while it writes.
 * @example
 * import { generate, load } from 'charlstm';
 *
 * const model = await load('novel-1');
 * for await (const text of generate(model, { prompt: 'Once ', length: 200, temperature: 0.8, seed: 7 })) {
 *   process.stdout.write(text);
 * }
 * @throws TypeError for an option that does not exist
 * @throws RangeError for an option with a value that is not allowed
 * @throws UserError if the prompt has characters that the network never saw, or nothing can be written
 */
export function generate(model: CharacterModel, options: GenerateOptions = {}): AsyncGenerator<string> {
  return characters(planOf('generate', model, options));
}

async function* characters(plan: Plan): AsyncGenerator<string> {
  const { vocabulary } = plan.model;
  // A grid that is written column by column has its first row only once it has ended.
  const isGrid = vocabulary.collection?.byColumn === true;
  const pauses = new Pauses();
  const echoed = plan.options.echo === false ? [] : plan.prompt;
  if (!isGrid) for (const id of echoed) yield vocabulary.character(id);
  try {
    for (const draft of writeTexts(plan, [plan.options.seed ?? SAMPLING_OPTIONS.seed.default])) {
      const [from, to] = isGrid && !draft.reason ? [0, 0] : draft.take();
      const ids = draft.ids.slice(from, to);
      if (!isGrid) for (const id of ids) yield vocabulary.character(id);
      else if (draft.reason) yield inRows(plan.model, vocabulary.decode([...echoed, ...ids]));
      if (pauses.isDue) await pauses.pause();
    }
  } catch (error) {
    throw asProgramError(error);
  }
}

/**
 * Writes several texts as one batch, which is faster than one after the other, and yields them in the order
 * of their seeds: `seed`, `seed + 1` and so on. Each is bit-identical to what `generate` gives with its seed.
 * @param count how many texts
 * @example
 * import { generateMany, load, loadCorpus } from 'charlstm';
 *
 * const model = await load('novel-1');
 * const corpus = await loadCorpus(model);
 * const options = { until: 'line', length: 500, noCopy: 30, corpus };
 * for await (const { text, reason } of generateMany(model, 20, options)) {
 *   console.log(reason, text);
 * }
 * @throws TypeError, RangeError, UserError as `generate` does
 */
export async function* generateMany(
  model: CharacterModel,
  count: number,
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedText> {
  if (!accepts(COUNT, count)) throw wrongValue('count', count, describeKind(COUNT));
  const plan = planOf('generateMany', model, options);
  const pauses = new Pauses();
  const seeds = seedsFrom(options.seed ?? SAMPLING_OPTIONS.seed.default, count);
  const waiting = new Set<Draft>();
  try {
    for (const draft of writeTexts(plan, seeds)) {
      for (const ended of endedAfter(draft, waiting)) yield inRowsOf(plan, finished(ended));
      if (pauses.isDue) await pauses.pause();
    }
  } catch (error) {
    throw asProgramError(error);
  }
}

function inRowsOf({ model }: Plan, written: GeneratedText): GeneratedText {
  return { ...written, text: restInRows(model, written.text) };
}

function planOf(caller: string, model: CharacterModel, options: GenerateOptions): Plan {
  const { corpus, ...others } = options; // `corpus` has no flag, so it is not in the table
  checkNames(caller, SAMPLING_OPTIONS, others);
  try {
    return new Plan(model, options);
  } catch (error) {
    throw asProgramError(error);
  }
}
