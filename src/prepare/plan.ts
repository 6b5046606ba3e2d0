import type { TrainingOptions } from '../checkpoint/options.js';
import { type Origin, vocabularyOf } from '../checkpoint/record.js';
import type { ModelConfig } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';
import { windowsPerEpoch } from '../text/batches.js';
import type { Collection } from '../text/collection/collection.js';
import type { DecodeOptions } from '../text/encoding/decode.js';
import type { FileFound } from '../text/files/readable.js';
import type { FileFindings } from '../text/findings.js';
import { heldBack } from '../text/split.js';
import { totalSteps, validationsSinceBest } from '../train/schedule.js';
import type { TrainingJob } from '../worker/messages.js';
import { type MeasuredPace, paceOf } from '../worker/pace.js';
import { memoryNeed } from './memory.js';
import type { PreparedRun } from './request.js';

/** Everything that training would do. `train --plan --json` prints it; docs/guide/files.md describes it. */
export interface TrainingPlan {
  /** The folder in which the run would be written. */
  readonly run: string;
  /** The checkpoint that it continues from, with its step; null for a new run. */
  readonly resumes: { readonly path: string; readonly step: number } | null;
  /** The checkpoint whose weights it starts from; null if they are drawn from the seed. */
  readonly from: Origin | null;
  /** What each file is, and as what it is read; empty for a run that continues with the text it has. */
  readonly files: readonly FileFound[];
  /** How their bytes become characters. */
  readonly decoding: DecodeOptions;
  /** What was replaced, joined and left out, as numbers; null for a run that continues. */
  readonly findings: FileFindings | null;
  readonly corpus: {
    readonly name: string;
    readonly characters: number;
    /** How it is divided into texts; null for one text. */
    readonly division: Collection | null;
    /** How many texts there are; null if it is not counted, as for a run that continues. */
    readonly texts: number | null;
  };
  /** How many distinct characters there are, and all of them, in the order of their code points. */
  readonly vocabulary: { readonly size: number; readonly characters: string };
  /** Characters of each part. */
  readonly split: { readonly training: number; readonly validation: number; readonly test: number };
  readonly network: ModelConfig & {
    readonly parameters: number;
    /** Bytes that training needs, with the program. */
    readonly memory: number;
  };
  readonly training: TrainingOptions;
  readonly length: PlannedLength;
  readonly time: PlannedTime;
  /** What stands out. */
  readonly notices: readonly string[];
}

/** The steps that are left to a run. */
interface PlannedLength {
  readonly steps: number;
  /** Whether `steps` is an estimate, because the length is in minutes. */
  readonly isEstimated: boolean;
  readonly epochs: number;
  readonly validations: number;
  /** The step at which `--stop-at` stops it; null if it goes on to its end. */
  readonly stopsAt: number | null;
  /** Whether validations without a new best may end it earlier. */
  readonly mayEndEarly: boolean;
}

/** How long training would take, in seconds, measured on this machine. */
interface PlannedTime extends MeasuredPace {
  /** All steps and validations. */
  readonly total: number;
  /** Reading the text, before the first step. */
  readonly reading: number;
}

/**
 * Returns the plan of a prepared run. Takes some steps of its network to see how fast it learns here.
 * @param reading seconds that preparing the run took
 * @throws UserError if the text cannot be read, or there is not enough memory
 */
export async function planRun({ job, found, notices }: PreparedRun, reading: number): Promise<TrainingPlan> {
  const { run, record, from, engine } = job;
  const { model, training, corpus, progress } = record;
  const vocabulary = vocabularyOf(record);
  const sizeOf = ({ start, end }: { start: number; end: number }) => end - start;
  const { need } = memoryNeed({ config: model, vocabulary, training, corpus }, engine);
  const pace = await paceOf(job);
  return {
    run,
    resumes: from === undefined ? null : { path: from, step: progress.step },
    from: record.from ?? null,
    files: found?.files ?? [],
    decoding: record.decoding,
    findings: found?.findings ?? null,
    corpus: {
      name: corpus.name,
      characters: corpus.length,
      division: record.texts ?? null,
      texts: found?.texts ?? null,
    },
    vocabulary: {
      size: vocabulary.size,
      characters: record.codePoints.map((one) => String.fromCodePoint(one)).join(''),
    },
    split: {
      training: corpus.trainLength,
      validation: sizeOf(heldBack(corpus, 'validation')),
      test: sizeOf(heldBack(corpus, 'test')),
    },
    network: { ...model, parameters: parameterTable(model).count, memory: need },
    training,
    ...futureOf(job, pace, reading),
    notices,
  };
}

/** Derives how long a run would be from the pace of its network. */
function futureOf(
  { record, stopAt = Number.POSITIVE_INFINITY }: TrainingJob,
  pace: MeasuredPace,
  reading: number,
) {
  const { training, corpus, progress, history } = record;
  const { evalEvery, patience } = training;
  const { step: done, seconds } = progress;
  const stepsPerEpoch = windowsPerEpoch({ ...training, ...corpus });
  const total = totalSteps(training.length, stepsPerEpoch);
  const full = total ?? done + stepsIn(60 * training.length.amount - seconds, pace, evalEvery);
  const end = Math.min(stopAt, full);
  const steps = Math.max(0, end - done);
  const isLastApart = end === full && end % evalEvery > 0;
  const validations = Math.floor(end / evalEvery) - Math.floor(done / evalEvery) + (isLastApart ? 1 : 0);
  const length: PlannedLength = {
    steps,
    isEstimated: total === undefined,
    epochs: steps / stepsPerEpoch,
    validations,
    stopsAt: end < full ? end : null,
    mayEndEarly: patience > 0 && validations > patience - validationsSinceBest(history),
  };
  const time: PlannedTime = {
    ...pace,
    total: steps * pace.step + validations * pace.validation,
    reading,
  };
  return { length, time };
}

/** How many steps, with their validations, fit into a time. */
function stepsIn(seconds: number, { step, validation }: MeasuredPace, evalEvery: number): number {
  return Math.max(1, Math.round(seconds / (step + validation / evalEvery)));
}
