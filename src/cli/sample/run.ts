import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { modelOf, readCheckpoint } from '../../checkpoint/checkpoint.js';
import { harmlessLine, quoted } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { beamSearch } from '../../sample/beam.js';
import { corpusOf } from '../../sample/corpus.js';
import type { Draft } from '../../sample/draft.js';
import { fillIn } from '../../sample/fill.js';
import { formOf } from '../../sample/form.js';
import { finished, type GeneratedText, inOrder, seedsFrom, writeTexts } from '../../sample/generate.js';
import { type Novelty, streamNovel, writeNovel } from '../../sample/novelty.js';
import { Plan } from '../../sample/plan.js';
import type { TextForm } from '../../text/form.js';
import type { SuffixIndex } from '../../text/suffix-index.js';
import { noteEscapes, withEscapes } from '../input/escapes.js';
import { readModel, threadsToWrite } from '../input/model.js';
import { readTextArgument } from '../input/text-argument.js';
import { note } from '../output/stderr.js';
import {
  checkFlags,
  checkGridFlags,
  generateOptions,
  SAMPLE_OPTIONS,
  type SampleFlags,
  typedTexts,
  withoutEscapes,
} from './flags.js';
import { novelTexts, noveltyLines, noveltyOf } from './novelty.js';
import { copiesOf, reportCopies, sampleOutput } from './output.js';

/** Writes new text to stdout, and remarks about it to stderr. */
export async function runSample(path: string | undefined, given: SampleFlags): Promise<void> {
  checkFlags(given);
  const promptFor = readTextArgument(given.prompt ?? '');
  const { path: checkpoint, value: read } = await readModel(path, readCheckpoint);
  const usual = given.samples === 1 ? threadsToWrite(read.record.model) : availableParallelism();
  const model = modelOf(read, { engine: given.engine, threads: given.threads ?? usual });
  const form = formOf(model);
  if (model.vocabulary.collection?.byColumn) checkGridFlags(given);
  noteEscapes(model.vocabulary, typedTexts(given));
  const prompt = await promptFor(form);
  const flags = withPossibleStops(form, withoutEscapes(given));
  const needsCorpus = flags.noCopy !== undefined || flags.copyReport;
  const corpus = needsCorpus
    ? corpusOf(checkpoint, read.record, () => say('indexing the corpus, once'))
    : undefined;
  const seed = flags.seed ?? randomInt(2 ** 32);
  const ends = model.vocabulary.end !== undefined;
  const plan = new Plan(model, generateOptions(flags, { prompt, seed, corpus, ends }));
  const novelty = noveltyOf(checkpoint, read.record, flags);

  if (path === undefined) say(`model ${harmlessLine(checkpoint)}`);
  if (flags.seed === undefined && flags.beam === undefined) say(`seed ${seed}`);
  reportUnknown(form, prompt, flags);
  const isSingle = flags.samples === 1 && flags.beam === undefined && flags.ending === undefined;
  const isGrid = model.vocabulary.collection?.byColumn === true;
  const streams = isSingle && !isGrid;
  const output = sampleOutput(plan, flags, { corpus: flags.copyReport && corpus, streams });
  const about = { isSearch: flags.beam !== undefined, corpus: flags.copyReport && !flags.json && corpus };
  const hasChance = plan.isRandom && flags.beam === undefined;
  if (output.stream) {
    let last: Draft | undefined;
    for (const draft of novelty ? streamNovel(plan, novelty, seed) : writeTexts(plan, [seed])) {
      last = draft;
      await output.stream(draft);
    }
    await output.end?.();
    if (last) remark(finished(last), plan, about);
    if (novelty) noveltyLines(novelty, { written: last ? 1 : 0, wanted: 1, hasChance }).forEach(say);
    return;
  }
  let written = 0;
  for (const text of texts(plan, flags, seed, novelty)) {
    await output.write(text);
    remark(text, plan, about);
    written++;
  }
  await output.end?.();
  if (written === 0 && flags.ending !== undefined)
    say('no candidate has a place where the ending can join: allow more with --length or --candidates');
  if (novelty) noveltyLines(novelty, { written, wanted: flags.samples, hasChance }).forEach(say);
}

/** Yields texts that are written as a whole. */
function texts(
  plan: Plan,
  flags: SampleFlags,
  seed: number,
  novelty: Novelty | undefined,
): Iterable<GeneratedText> {
  const { beam, ending, unknown, samples, candidates = SAMPLE_OPTIONS.candidates.default } = flags;
  if (beam !== undefined) {
    const found = beamSearch(plan, beam);
    return novelty ? novelTexts(found, { plan, novelty, count: 1 }) : found.slice(0, 1);
  }
  if (ending !== undefined) {
    const ids = formOf(plan.model).encode(ending, unknown);
    const most = Math.max(candidates, samples);
    if (!novelty) return fillIn(plan, ids, most, samples);
    return novelTexts(fillIn(plan, ids, most, most), { plan, novelty, count: samples });
  }
  return novelty ? writeNovel(plan, novelty, { seed, count: samples }) : writeAll(plan, seed, samples);
}

function* writeAll(plan: Plan, seed: number, samples: number): Generator<GeneratedText> {
  for (const draft of inOrder(writeTexts(plan, seedsFrom(seed, samples)))) yield finished(draft);
}

/** Removes the texts to stop at that the network cannot write, with a note. */
function withPossibleStops(form: TextForm, flags: SampleFlags): SampleFlags {
  const { stop, ...others } = flags;
  const possible = stop?.filter((text) => {
    const unseen = form.unknownIn(text);
    if (unseen.length === 0) return true;
    const names = form.vocabulary.nameUnknown(unseen);
    note(`no text ends at --stop ${quoted(withEscapes(text))}: the model never saw ${names}`);
    return false;
  });
  return possible?.length ? { ...others, stop: possible } : others;
}

/** Says which characters of the prompt and the ending were left out or replaced. */
function reportUnknown(
  form: TextForm,
  prompt: string,
  { unknown = 'error', ending = '' }: SampleFlags,
): void {
  const { vocabulary } = form;
  const unseen =
    unknown === 'error' ? [] : [...new Set([prompt, ending].flatMap((text) => form.unknownIn(text)))];
  if (unseen.length === 0) return;
  const how = unknown === 'skip' ? 'left out' : 'replaced by the nearest known character, or left out';
  say(harmlessLine(`${how}, as the model never saw them: ${vocabulary.nameUnknown(unseen)}`));
}

/** Remarks on a text, on stderr. @param about.corpus where to look for copies, if they are to be reported */
function remark(
  text: GeneratedText,
  plan: Plan,
  { isSearch, corpus }: { isSearch: boolean; corpus: SuffixIndex | undefined | false },
): void {
  if (text.reason === 'blocked') {
    say(
      `the text ended after ${amountOf(Array.from(text.text).length, 'character')}: no further character was allowed`,
    );
  }
  if (text.cycle !== undefined) {
    const remedy = isSearch ? 'leave --beam out' : 'try a higher --temp, or --repetition-penalty 1.2';
    say(`the text repeats a cycle of ${amountOf(text.cycle, 'character')}: ${remedy}`);
  }
  if (corpus) reportCopies(copiesOf(text, plan, corpus));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
