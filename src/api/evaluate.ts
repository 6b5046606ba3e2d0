import { runOf } from '../checkpoint/run.js';
import { inTemporaryFolder } from '../files.js';
import { surprises } from '../insight/surprise.js';
import type { Weights } from '../model/weights.js';
import { row } from '../options.js';
import { withText } from '../prepare/text.js';
import { formOf } from '../sample/form.js';
import { textStart } from '../sample/opening.js';
import { SAMPLING_OPTIONS } from '../sample/options.js';
import type { Stretch } from '../text/dataset.js';
import { resolveCorpus } from '../text/files/sources.js';
import { HELD_BACK, type HeldBack } from '../text/split.js';
import type { Unknown } from '../text/vocabulary.js';
import { Evaluator, type Figures, figuresOf, type Protocol } from '../train/evaluate.js';
import { asProgramError } from './errors.js';
import type { TrainedModel } from './load.js';
import { checkGiven } from './names.js';
import { Pauses } from './pauses.js';
import { namesOrCorpus, type TextInput } from './text.js';

/** Ways of scoring a text; see docs/reference/evaluation.md. */
export const PROTOCOLS = ['stream', 'cold', 'once'] as const satisfies readonly (Protocol | 'once')[];

/** How a text is scored. */
export interface EvaluateOptions {
  /**
   * `stream` (the default) carries the state through the text, `cold` scores random windows from a zero
   * state, and `once` reads the text a single time, in order. Only `once` gives the event loop a turn while
   * it reads.
   */
  readonly protocol?: (typeof PROTOCOLS)[number] | undefined;
  /**
   * The part of the text of the network's run to read if no text is given: `validation` (the default), or
   * `test` if the run was trained with that option.
   */
  readonly split?: HeldBack | undefined;
  /** What to do with characters that the network never saw: `error` (the default), `skip` or `nearest`. */
  readonly unknown?: Unknown | undefined;
}

/** What `charlstm eval --json` prints. */
export interface EvaluationReport extends Figures {
  /** The checkpoint file. */
  readonly model: string;
  /** The name of the text; `validation` or `test` for a part of the run's own text. */
  readonly text: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  /** Unknown characters that were left out or replaced; only if `unknown` is `skip` or `nearest`. */
  readonly leftOut?: number;
  readonly replaced?: number;
}

const OPTIONS = {
  protocol: row('--protocol <name>', { words: PROTOCOLS }, 'how to score the text', { default: 'stream' }),
  split: row('--split <part>', { words: HELD_BACK }, "the part of the run's own text to read"),
  unknown: SAMPLING_OPTIONS.unknown,
};

/** Kept, since the memory of a network is never freed. */
const evaluators = new WeakMap<Weights, Evaluator>();

/**
 * Measures how well a network predicts a text. The text is read in the form that the network knows: its line
 * end, and its letters composed or decomposed.
 * @param text by default the validation text of the network's run, or its test text; see `split`
 * @example
 * import { evaluate, load } from 'charlstm';
 *
 * const model = await load('novel-1');
 * console.log((await evaluate(model)).perplexity);
 * const draft = { text: 'It was a dark night.' };
 * console.log((await evaluate(model, draft, { protocol: 'once', unknown: 'skip' })).bpc);
 * @throws TypeError for an option that does not exist
 * @throws RangeError for an option with a value that is not allowed
 * @throws UserError if the text is missing or too short, or has characters that the network never saw
 */
export async function evaluate(
  model: TrainedModel,
  text?: TextInput,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  checkGiven('evaluate', OPTIONS, options);
  const { protocol = OPTIONS.protocol.default, split, unknown = OPTIONS.unknown.default } = options;
  const { path, record } = model;
  const least = protocol === 'once' ? 1 : 2;
  try {
    const input = text === undefined ? undefined : namesOrCorpus(text);
    const corpus = input && ('sources' in input ? input : await resolveCorpus(input));
    const choice = { text: corpus, split, run: runOf(path), record, unknown };
    const name = typeof text === 'string' ? text : (corpus?.name ?? split ?? 'validation');
    return await withText(choice, formOf(model), least, inTemporaryFolder, async (stretch, _, strange) => {
      const figures =
        protocol === 'once' ? await readOnce(model, stretch) : measure(model, stretch, protocol);
      return { model: path, text: name, protocol, ...figures, ...(unknown !== 'error' && strange) };
    });
  } catch (error) {
    throw asProgramError(error);
  }
}

function measure({ weights }: TrainedModel, stretch: Stretch, protocol: Protocol): Figures {
  const evaluator = evaluators.get(weights) ?? new Evaluator(weights);
  evaluators.set(weights, evaluator);
  return evaluator.evaluate(stretch, protocol);
}

async function readOnce(model: TrainedModel, stretch: Stretch): Promise<Figures> {
  const pauses = new Pauses();
  let characters = 0;
  let nats = 0;
  for (const { losses } of surprises(model, stretch, textStart(model))) {
    characters += losses.length;
    for (const loss of losses) nats += loss;
    if (pauses.isDue) await pauses.pause();
  }
  return figuresOf(characters, nats);
}
