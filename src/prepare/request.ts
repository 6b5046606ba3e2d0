import {
  DECODING,
  LENGTH,
  NETWORK,
  RECORDED,
  TEXTS,
  type TrainingLength,
  type TrainOptions,
} from '../checkpoint/options.js';
import type { RunRecord } from '../checkpoint/record.js';
import type { EngineChoice } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { flagWithValue, type OptionRow, type OptionTable, type OptionValues, valuesFor } from '../options.js';
import { DEFAULT_CORPUS } from '../text/files/catalogue.js';
import type { FileFound } from '../text/files/readable.js';
import { type Corpus, resolveCorpus } from '../text/files/sources.js';
import type { FileFindings } from '../text/findings.js';
import type { EndEvent } from '../train/events.js';
import type { TrainingJob } from '../worker/messages.js';

/**
 * What is asked of a run, by the command line or by a program. What is not set is left to defaults or a
 * checkpoint.
 */
export interface TrainingRequest {
  /** Names of files, folders, globs or corpora, or the text itself; an empty list names no text. */
  readonly text: readonly string[] | Corpus;
  /** The run or checkpoint to continue; `true` for the newest run. */
  readonly resume: string | true | undefined;
  /** The run or checkpoint whose weights a new run starts from. */
  readonly from: string | undefined;
  /** The folder of the run. */
  readonly out: string | undefined;
  readonly network: OptionValues<typeof NETWORK>;
  readonly length: TrainingLength | undefined;
  readonly training: OptionValues<typeof RECORDED>;
  readonly texts: OptionValues<typeof TEXTS>;
  readonly decoding: OptionValues<typeof DECODING>;
  readonly stopAt: number | undefined;
  readonly engine: EngineChoice | undefined;
  readonly threads: number | undefined;
  /** Bytes. */
  readonly maxMemory: number | undefined;
  /** Whether the run is only planned: then `release` takes back all that preparing it has written. */
  readonly isPlanned?: boolean;
}

/** What was found while the text of a new run was read. */
export interface FoundText {
  /** What each file is, and as what it is read. */
  readonly files: readonly FileFound[];
  /** How many texts there are; undefined for one. */
  readonly texts: number | undefined;
  readonly findings: FileFindings;
}

/** A run that is ready to be trained; nobody else can train it until it is released. */
export interface PreparedRun {
  readonly job: TrainingJob;
  /** What was found in its text; undefined for a run that continues with the text that it has. */
  readonly found: FoundText | undefined;
  /** Remarks for the user, such as a batch that was made smaller for a short text. */
  readonly notices: readonly string[];
  /** Unlocks the run, and deletes it if it has no checkpoint. */
  release(): Promise<void>;
}

/** A run that was to be continued, but has had its length already. Nothing was changed. */
export interface EndedRun {
  readonly run: string;
  readonly end: EndEvent;
  readonly notices: readonly string[];
}

/** Callbacks for the time while a run is prepared. */
export interface PrepareHooks {
  /**
   * Reports the reading of the text.
   * @param what the work, such as "reading"
   * @param bytes read so far
   * @param total bytes to read; undefined if unknown
   */
  onReading(what: string, bytes: number, total: number | undefined): void;
  /** Runs work that may be interrupted; `takeBack` must then be called to remove what it has written. */
  interruptible<T>(takeBack: () => Promise<void>, work: () => Promise<T>): Promise<T>;
}

/**
 * Resolves options into a request.
 * @throws UserError for options that contradict each other
 */
export function requestOf(text: readonly string[] | Corpus, options: TrainOptions): TrainingRequest {
  const { resume, from, out, stopAt, engine, threads, maxMemory } = options;
  if (from !== undefined && resume !== undefined) {
    throw new UserError(
      '--resume continues a run, and --from starts a new one',
      'Give only one of --resume and --from.',
    );
  }
  if (from !== undefined && 'length' in text && text.length === 0) {
    throw new UserError(
      `--from ${from} starts a new run, and no text is named`,
      'Name the text to learn, or continue with the same text by --resume.',
    );
  }
  return {
    text,
    resume,
    from,
    out,
    network: valuesFor(NETWORK, options),
    length: lengthOf(options),
    training: valuesFor(RECORDED, options),
    texts: valuesFor(TEXTS, options),
    decoding: valuesFor(DECODING, options),
    stopAt,
    engine,
    threads,
    maxMemory,
  };
}

function lengthOf(options: TrainOptions): TrainingLength | undefined {
  const given = Object.entries(valuesFor(LENGTH, options)) as [TrainingLength['unit'], number][];
  if (given.length > 1) {
    throw new UserError(
      `the length is given as --${given.map(([unit]) => unit).join(' and as --')}`,
      'Give only one of --epochs, --steps and --minutes.',
    );
  }
  return given[0] && { unit: given[0][0], amount: given[0][1] };
}

/**
 * Refuses the first option whose value differs from the one that a checkpoint records.
 * @param rows the options that the checkpoint fixes
 * @param refusal makes the error of an option; both values are written as flags, "--hidden 128" or "no
 *   --coupled"
 */
export function refuseConflicts(
  rows: OptionTable,
  given: OptionValues<OptionTable>,
  { model, training, decoding }: RunRecord,
  refusal: (option: OptionRow, recorded: string, given: string) => UserError,
): void {
  const recorded: Record<string, unknown> = { ...model, ...training, ...decoding };
  for (const [name, option] of Object.entries(rows)) {
    const [asked, had] = [given[name], recorded[name] ?? option.absent];
    if (asked === undefined || asked === had) continue;
    throw refusal(option, flagWithValue(option, had), flagWithValue(option, asked));
  }
}

/**
 * Finds the text of a request; without one, the default corpus.
 * @throws UserError as resolveCorpus does
 */
export async function corpusOf(text: TrainingRequest['text']): Promise<Corpus> {
  return 'sources' in text ? text : resolveCorpus(text.length > 0 ? text : [DEFAULT_CORPUS]);
}
