import { readRecord } from '../../../checkpoint/checkpoint.js';
import { MODEL_DEFAULTS, TRAINING_DEFAULTS } from '../../../checkpoint/options.js';
import { listRuns, runOf } from '../../../checkpoint/run.js';
import { ExitCode, UserError } from '../../../errors.js';
import {
  COMPARED_STEPS,
  compareGradients,
  type GradientComparison,
  type NetworkGradients,
} from '../../../experiments/gradients.js';
import { harmlessLine } from '../../../format.js';
import { leastText } from '../../../insight/gradients.js';
import { amountOf, grouped } from '../../../numbers.js';
import { Dataset } from '../../../text/dataset.js';
import { DEFAULT_CORPUS } from '../../../text/files/catalogue.js';
import { resolveCorpus } from '../../../text/files/sources.js';
import { openLearned } from '../../../text/learned.js';
import { prepareDataset } from '../../../text/prepare.js';
import { heldBack, splitCorpus } from '../../../text/split.js';
import { readModel } from '../../input/model.js';
import type { EngineFlags } from '../../options.js';
import { type ProgressLine, withProgress } from '../../output/stderr.js';
import { withTemporaryFolder } from '../../output/temporary.js';
import { LONGEST_TEXT } from '../text.js';

export interface CompareFlags extends EngineFlags {
  maxLag: number;
  places: number;
  steps?: number;
}

/** A text as ids, its split, and the size of the networks to train on it. */
interface Subject extends Pick<GradientComparison, 'dataset' | 'split' | 'size'> {
  /** The name of the text. */
  readonly text: string;
  /** Where its validation text ends. */
  readonly end: number;
  /** The files that were read. */
  readonly inputs: readonly string[];
}

/** The networks measured, and the text they were measured on. */
export interface Compared {
  /** The first line of the printed output. */
  readonly heading: string;
  readonly text: string;
  readonly networks: readonly NetworkGradients[];
  /** The files that were read. */
  readonly inputs: readonly string[];
}

/**
 * Trains networks of equal size from the same seed on the same text, and measures them before and after.
 * @param path the model to take the size and the text from; by default the newest run or, if there is none
 *   or it has no text, the default size and text
 * @throws UserError if the text is missing or too short
 */
export async function compare(path: string | undefined, flags: CompareFlags): Promise<Compared> {
  const subject = await subjectOf(path);
  if (subject) return compareOn(subject, flags);
  return withTemporaryFolder(async (folder) => {
    const { sources, unwrap = false } = await resolveCorpus([DEFAULT_CORPUS]);
    const decoding = { encoding: 'utf8', normalizeNewlines: true, unwrap } as const;
    const { vocabulary, length, arrange } = await prepareDataset(sources, decoding, folder);
    const { split } = splitCorpus(arrange, TRAINING_DEFAULTS);
    const size = { ...MODEL_DEFAULTS, vocabulary: vocabulary.size };
    const dataset = new Dataset(folder, vocabulary.size);
    return compareOn({ text: DEFAULT_CORPUS, dataset, split, end: length, size, inputs: [] }, flags);
  });
}

/** Returns the text and size of a run's network; undefined if no run is named and the newest has no text. */
async function subjectOf(path: string | undefined): Promise<Subject | undefined> {
  if (path === undefined && listRuns().length === 0) return undefined;
  const { path: file, value } = await readModel(path, readRecord);
  const { model, corpus, training } = value.record;
  if (corpus.length === 0) {
    if (path === undefined) return undefined;
    throw new UserError(
      `${runOf(file)} was imported and has no text to train on`,
      'Name a run that was trained.',
      ExitCode.noInput,
    );
  }
  const dataset = openLearned(runOf(file), model.vocabulary, corpus);
  const split = { ...training, trainLength: corpus.trainLength };
  const inputs = [file, dataset.path];
  const { end } = heldBack(corpus, 'validation');
  return { text: corpus.name, dataset, split, end, size: model, inputs };
}

async function compareOn(subject: Subject, flags: CompareFlags): Promise<Compared> {
  const { text, size, inputs } = subject;
  try {
    const networks = await withProgress((progress) => trainAndMeasure(subject, flags, progress));
    const { layers, hidden, embedding } = size;
    const steps = amountOf(flags.steps ?? COMPARED_STEPS, 'step');
    const heading = `networks of ${layers} x ${hidden}, embedding ${embedding}, trained on ${text} for ${steps}; ${amountOf(networks[0]!.places, 'place')} of its validation text`;
    return { heading: harmlessLine(heading), text, networks, inputs };
  } finally {
    subject.dataset.close();
  }
}

async function trainAndMeasure(
  { text, end, ...subject }: Subject,
  { maxLag, places, steps = COMPARED_STEPS, engine, threads }: CompareFlags,
  progress: ProgressLine,
): Promise<NetworkGradients[]> {
  const { trainLength } = subject.split;
  const kept = end - trainLength;
  if (kept < leastText(maxLag)) {
    throw new UserError(
      `${text} keeps ${amountOf(kept, 'character')} for validation, but --max-lag ${maxLag} needs ${grouped(leastText(maxLag))}`,
      'Give a smaller --max-lag, or a run with more validation text.',
      ExitCode.badData,
    );
  }
  const validation = subject.dataset.read(trainLength, Math.min(LONGEST_TEXT, kept));
  return compareGradients(
    { ...subject, validation, steps, maxLag, places, engine, threads },
    ({ name, network, networks, step, loss }) =>
      progress.show(`${network}/${networks} ${name}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`),
  );
}
