import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Random, Stream } from '../random.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { choose, logSumExp } from './choose.js';
import type { Reader } from './reader.js';

/**
 * What a network reads before a text. A text of a collection begins from zero state, as all did in training.
 * Of one long text, training hardly ever shows zero state followed by a line break, so what the network writes
 * from there begins damaged. Therefore it first draws some lines of its own, the lead-in, which are thrown
 * away.
 */

/** The lead-in has at least this many characters: by then, the network has forgotten its zero state ... */
const LEAST = 50;
/** ... and at most this many, in case no line ends. */
const MOST = 1000;
/** How many line ends to consider; the lead-in ends at the first one that suits the text. */
const MOST_ENDS = 8;
/** From this length on, a line is ended at the first place where ... */
const LONG_LINE = 200;
/** ... the network gives a line break at least this probability. */
const PLAUSIBLE_END = 0.05;
/** A blank line is read along with the end of a line if it is at least this probable. */
const PLAUSIBLE_BLANK = 0.02;
/** Prompts from this length on need no lead-in. */
const LONG_PROMPT = 256;

/**
 * Returns the id read first from zero state, when nothing else is: in a collection what begins each text, and
 * otherwise a line break if the corpus has one.
 */
export function textStart({ vocabulary }: CharacterModel): number {
  return vocabulary.end ?? vocabulary.idOf(0x0a) ?? 0;
}

/** A generator that yields ids to read, and wants the logits (V) after each of them. */
export type Opening = Generator<number, void, Float32Array>;

/** Whether a lead-in makes a difference to what follows a prompt. */
export function needsLeadIn({ vocabulary }: CharacterModel, prompt: Uint32Array): boolean {
  return vocabulary.end === undefined && prompt.length < LONG_PROMPT;
}

/**
 * Yields the ids that are read before a text, from zero state on. In a collection, these are what begins each
 * text, the labels and the prompt; otherwise a lead-in and the prompt. The lead-in ends with a line, or with a
 * word if the vocabulary has no line break. A line break at the beginning of the prompt is that line's end.
 * @param random draws the lead-in; no sampling option applies to it
 * @param labels the ids of the labels of the text
 * @throws UserError if the logits of the network are not numbers
 */
export function* opening(
  model: CharacterModel,
  prompt: Uint32Array,
  random: Random,
  labels: readonly number[] = [],
): Opening {
  if (model.vocabulary.end !== undefined) {
    yield textStart(model);
    for (const id of labels) yield id;
    for (const id of prompt) yield id;
    return;
  }
  const lineEnd = endOfLine(model.vocabulary);
  const hasPair = prompt[0] === model.vocabulary.idOf(0x0d) && prompt[1] === lineEnd;
  const text = prompt.subarray(hasPair ? 2 : prompt[0] === lineEnd ? 1 : 0);
  let logits = yield textStart(model);
  const probability = (ids: readonly number[]) => {
    const norm = logSumExp(logits);
    return ids.reduce((sum, id) => sum + Math.exp(logits[id]! - norm), 0);
  };
  const suits = suitability(model.vocabulary, text[0]);
  for (let length = 1, line = 1, ends = 0; ; length++, line++) {
    const isLong = lineEnd !== undefined && (line > LONG_LINE || length >= MOST);
    const least = length >= MOST ? 0 : PLAUSIBLE_END;
    const ended = isLong && probability([lineEnd]) >= least;
    const id = ended ? lineEnd : choose(logits, { temperature: 1 }, random.uniform());
    logits = yield id;
    if (lineEnd !== undefined && id !== lineEnd) continue;
    line = 0;
    if (length >= MOST || (length >= LEAST && suits(probability, ++ends))) break;
  }
  if (text.length > 0) for (const id of text) yield id;
  else if (lineEnd !== undefined && probability([lineEnd]) >= PLAUSIBLE_BLANK) yield lineEnd;
}

/** Reads an opening to its end. */
export function readOpening(reader: Reader, ids: Opening): void {
  reader.start();
  for (let step = ids.next(); !step.done; step = ids.next(reader.logits())) {
    reader.read(Uint32Array.of(step.value));
  }
}

/** Returns the random numbers of the lead-in of a text. */
export function leadInRandom(seed: number): Random {
  return new Random(seed, Stream.leadIn);
}

/** Returns the id that ends a line, or else a word; undefined if the vocabulary has neither. */
function endOfLine(vocabulary: Vocabulary): number | undefined {
  return vocabulary.idOf(0x0a) ?? vocabulary.idOf(0x0d) ?? vocabulary.idOf(0x20);
}

/**
 * Returns a test of whether a text may begin at the `end`-th end of a line, less strict at each. The network
 * must expect the beginning of the prompt: in a text in alphabetical order, not every name may follow.
 * Without a prompt, it must not expect a small letter, which is the middle of a sentence in most texts, and
 * nonsense after a line that only the network would write.
 */
function suitability(vocabulary: Vocabulary, first: number | undefined) {
  type Probability = (ids: readonly number[]) => number;
  const small = first === undefined ? smallLetters(vocabulary) : [];
  return (probability: Probability, end: number): boolean =>
    end >= MOST_ENDS ||
    (first === undefined ? probability(small) <= 0.05 * end : probability([first]) >= 0.5 ** end);
}

/** Each text has an opening of its own, and a vocabulary may have thousands of characters. */
const smallLettersOf = new WeakMap<Vocabulary, readonly number[]>();

/** Returns the ids of small letters, none if there are no capitals. */
function smallLetters(vocabulary: Vocabulary): readonly number[] {
  const known = smallLettersOf.get(vocabulary) ?? findSmallLetters(vocabulary);
  smallLettersOf.set(vocabulary, known);
  return known;
}

function findSmallLetters(vocabulary: Vocabulary): number[] {
  const isLetter = (pattern: RegExp) => (id: number) => pattern.test(vocabulary.character(id));
  const ids = [...vocabulary.codePoints.keys()];
  return ids.some(isLetter(/\p{Lu}/u)) ? ids.filter(isLetter(/\p{Ll}/u)) : [];
}
