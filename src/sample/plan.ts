import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { UserError } from '../errors.js';
import { amountOf } from '../numbers.js';
import type { TextForm } from '../text/form.js';
import { Vocabulary } from '../text/vocabulary.js';
import { IN_WORD, UNSPACED } from '../words.js';
import { CopyGuard } from './copying.js';
import { stopsOf } from './ends.js';
import { formOf } from './form.js';
import { type ChosenLabels, Labels } from './labels.js';
import { leadInRandom, needsLeadIn, type Opening, opening, textStart } from './opening.js';
import { checkOptions, type GenerateOptions, SAMPLING_OPTIONS } from './options.js';
import { Pattern } from './pattern/automaton.js';
import { Repetition } from './repetition.js';
import { asRead } from './shown.js';
import { type CharacterKind, kindOf, type StopOptions } from './stops.js';
import type { TemperatureOptions } from './temperature.js';
import type { Truncation } from './truncate.js';

/** Everything that the texts of one call have in common, computed once. */
export class Plan {
  readonly prompt: Uint32Array;
  /** What the network reads before each text, from zero state, unless each has an opening of its own. */
  readonly context: Uint32Array;
  /** Whether it has, drawn from its seed: a lead-in, or labels that nobody asked for. */
  readonly opensAnew: boolean;
  readonly labels: Labels;
  /** The id that ends a text; undefined if the corpus is one text. */
  readonly end: number | undefined;
  readonly length: number;
  readonly temperature: TemperatureOptions;
  readonly truncation: Partial<Truncation>;
  readonly penalty: number;
  /** The repeats of the prompt, which each text continues. */
  readonly repetition: Repetition;
  readonly stops: StopOptions;
  /** (V): the kind of each character. */
  readonly kinds: readonly CharacterKind[];
  /** (V): whether the character belongs to a word; with the encoding `bytes`, so may each byte from 0x80. */
  readonly inWord: readonly boolean[];
  /** (V): whether it belongs to a script without spaces between words. */
  readonly unspaced: readonly boolean[];
  /** Ids that are never written. */
  readonly banned: readonly number[];
  readonly pattern: Pattern | undefined;
  /** (V): ids in the pattern's vocabulary, which has only characters that may be written; -1 for others. */
  readonly #patternIds: Int32Array;
  readonly copying: CopyGuard | undefined;
  /** Whether any rule may forbid characters. */
  readonly strikes: boolean;
  /** Whether a choice depends on nothing but the logits, the banned characters, temperature and chance. */
  readonly isPlain: boolean;
  /** Whether log probabilities are computed. */
  readonly measures: boolean;
  /** (V): buffer for the scores of one choice. */
  readonly scores: Float64Array;

  /**
   * @throws RangeError if the value of an option is not allowed
   * @throws UserError if the prompt has characters that the network never saw, or nothing can be written
   */
  constructor(
    readonly model: CharacterModel,
    readonly options: GenerateOptions,
  ) {
    checkOptions(options);
    const { vocabulary } = model;
    const { topK, typical, topP, minP, targetBits, noCopy, corpus } = options;
    const form = formOf(model);
    this.prompt = form.encode(asRead(model, options.prompt ?? ''), options.unknown);
    this.end = vocabulary.end;
    this.labels = new Labels(vocabulary, options.label ?? []);
    const leadsIn = (options.leadIn ?? SAMPLING_OPTIONS.leadIn.default) && needsLeadIn(model, this.prompt);
    this.opensAnew = leadsIn || !this.labels.areFixed;
    const start = this.end !== undefined || this.prompt.length === 0 ? [textStart(model)] : [];
    const labels = this.labels.idsOf(this.labels.choose(undefined));
    this.context = Uint32Array.from([...start, ...labels, ...this.prompt]);
    this.length = options.length ?? SAMPLING_OPTIONS.length.default;
    const { temperature = SAMPLING_OPTIONS.temperature.default, startTemperature } = options;
    const schedule = typeof temperature === 'number' ? ([temperature, temperature] as const) : temperature;
    this.temperature = { temperature: schedule, startTemperature, targetBits };
    if (targetBits !== undefined && Math.max(...schedule) === 0) {
      throw new UserError(
        'at temperature 0 nothing is left to chance, so no surprise can be held',
        'Give a temperature above 0, or leave --target-bits out.',
      );
    }
    this.truncation = { topK, typical, topP, minP };
    this.penalty = options.repetitionPenalty ?? SAMPLING_OPTIONS.repetitionPenalty.default;
    this.repetition = new Repetition(options.repetitionWindow ?? SAMPLING_OPTIONS.repetitionWindow.default);
    const characters = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.character(id));
    const hasLineFeeds = characters.includes('\n');
    const isPartial = (character: string) => vocabulary.encoding === 'bytes' && character >= '\x80';
    this.kinds = characters.map((character) =>
      isPartial(character) ? 'ink' : kindOf(character, hasLineFeeds),
    );
    this.inWord = characters.map((character) => isPartial(character) || IN_WORD.test(character));
    this.unspaced = characters.map((character) => UNSPACED.test(character) && !isPartial(character));
    this.stops = stopsOf(model, form, this.prompt, options, { characters, kinds: this.kinds });
    const { length: known } = vocabulary.codePoints;
    const banned = bannedBy(form, characters.slice(0, known), options);
    if (banned.length === known) {
      throw new UserError('no character may be written', 'Ban fewer characters, or allow more.');
    }
    const isLabel = (id: number) => this.end !== undefined && id > this.end;
    this.banned = [...banned, ...[...characters.keys()].filter(isLabel)];
    this.#patternIds = new Int32Array(vocabulary.size).fill(-1);
    this.pattern = options.match === undefined ? undefined : this.#makePattern(options.match);
    this.strikes =
      this.banned.length > 0 || this.pattern !== undefined || noCopy !== undefined || this.end !== undefined;
    const truncates = (topK ?? 0) > 0 || (typical ?? 1) < 1 || (topP ?? 1) < 1 || (minP ?? 0) > 0;
    this.isPlain = !truncates && this.pattern === undefined && noCopy === undefined && this.penalty <= 1;
    this.measures = options.logProbabilities === true || targetBits !== undefined;
    this.copying = noCopy === undefined || !corpus ? undefined : new CopyGuard(corpus, noCopy);
    for (const id of this.prompt) {
      this.repetition.take(id);
      this.copying?.read(id);
    }
    this.scores = new Float64Array(vocabulary.size);
  }

  /** Whether anything is left to chance. */
  get isRandom(): boolean {
    const { temperature, startTemperature = 0 } = this.temperature;
    return Math.max(...temperature, startTemperature) > 0;
  }

  /** What is read before a text with this seed, if it is not the context; without a seed, see `labelsFor`. */
  openingFor(seed: number | undefined): Opening {
    const labels = this.labels.idsOf(this.labelsFor(seed));
    return opening(this.model, this.prompt, leadInRandom(this.isRandom ? (seed ?? 0) : 0), labels);
  }

  /** Returns the labels of a text with this seed; without one, or at temperature 0, they are the commonest. */
  labelsFor(seed: number | undefined): ChosenLabels {
    const isDrawn = seed !== undefined && this.isRandom;
    return this.labels.choose(isDrawn ? leadInRandom(seed) : undefined);
  }

  /** Returns the state of the pattern after one more character; -1 if no match is possible any more. */
  follow(state: number, id: number): number {
    const known = this.#patternIds[id]!;
    return known < 0 || !this.pattern ? -1 : this.pattern.next(state, known);
  }

  #makePattern(source: string): Pattern {
    const { codePoints, encoding } = this.model.vocabulary;
    const banned = new Set(this.banned);
    const allowed = codePoints.flatMap((_, id) => (banned.has(id) ? [] : id));
    for (const [known, id] of allowed.entries()) this.#patternIds[id] = known;
    const known = allowed.map((id) => codePoints[id]!);
    const pattern = new Pattern(source, new Vocabulary(known, encoding));
    const least = pattern.distance(pattern.start);
    if (least > this.length) {
      throw new UserError(
        `a text that matches ${JSON.stringify(source)} has at least ${amountOf(least, 'character')}, and --length is ${this.length}`,
        'Give a greater --length.',
      );
    }
    return pattern;
  }
}

function bannedBy(form: TextForm, characters: readonly string[], options: GenerateOptions): number[] {
  const { ban = '', allow } = options;
  if (form.vocabulary.encoding === 'bytes' && /[^\0-\x7f]/.test(ban + (allow ?? ''))) {
    throw new UserError(
      'this model writes bytes, and a character outside ASCII has several',
      'Ban and allow ASCII characters only.',
    );
  }
  const refused = new Set(form.charactersOf(ban));
  const wanted = allow === undefined ? undefined : new Set(form.adapt(allow));
  const isBanned = (character: string) => refused.has(character) || (wanted && !wanted.has(character));
  return characters.flatMap((character, id) => (isBanned(character) ? id : []));
}
