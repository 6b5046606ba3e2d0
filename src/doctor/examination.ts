import { type CharacterModel, type Checkpoint, modelOf } from '../checkpoint/checkpoint.js';
import { amountOf } from '../numbers.js';
import type { Dataset, Stretch } from '../text/dataset.js';
import { validationEnd } from '../text/split.js';
import { shareDone } from '../train/schedule.js';
import { baselinesOf } from './baseline.js';
import {
  CHECK_IDS,
  type Check,
  type CheckId,
  type Diagnosis,
  isMissing,
  linkOf,
  type Missing,
} from './check.js';
import { exploding, explodingEvidence } from './exploding.js';
import type { RunLog } from './log.js';
import { movement } from './movement.js';
import { overfitting, overfittingEvidence } from './overfitting.js';
import { rateHighEvidence, rateTooHigh } from './rate-high.js';
import { rateLowEvidence, rateTooLow } from './rate-low.js';
import { carriedLosses, resetLosses } from './measure.js';
import { stateEvidence, stateUse, windowLength } from './state.js';
import { EARLY_STEPS, UNITS } from './thresholds.js';
import { UnitCounts, units } from './units.js';
import { type LeadEvidence, leadOf, validationEvidence, validationLength } from './validation.js';
import { vanishing, vanishingEvidence } from './vanishing.js';
import { countCharacters, vocabulary, vocabularyEvidence } from './vocabulary.js';

/** A run, as far as it can be read. */
export interface Patient {
  readonly checkpoint: Checkpoint;
  readonly log: RunLog | Missing;
  readonly text: Dataset | Missing;
  /** Another checkpoint of the run to compare with, and whether it is the better one by its validation. */
  readonly rival: { readonly checkpoint: Checkpoint; readonly isBest: boolean } | undefined;
}

/** What came of a check. */
export type Outcome = { readonly id: CheckId } & (
  | ({ readonly kind: 'finding'; readonly link: string } & Diagnosis & Seen)
  | ({ readonly kind: 'fine' } & Seen)
  | { readonly kind: 'unchecked'; readonly reason: string }
);

interface Seen {
  /** The evidence in words, and as it is. */
  readonly figures: string;
  readonly evidence: object;
}

export interface Examination {
  /** Share of the run's length that is over. */
  readonly done: number;
  /** On what the network was measured; null where there was no text. */
  readonly text: { readonly part: 'validation' | 'training'; readonly characters: number } | null;
  /** One of each check. */
  readonly outcomes: readonly Outcome[];
}

interface ExaminationOptions {
  readonly threads: number;
  /** Is told what is measured next. */
  readonly onWork: (what: string) => void;
}

/** Where no text validates, so many characters at the end of the training text are read instead. */
const MOST_TRAINING = 100_000;

/** Looks at a run with every check; of one that was imported, there is no training to look at. Nothing is written. */
export function examine(patient: Patient, { threads, onWork }: ExaminationOptions): Examination {
  const { checkpoint, log, text } = patient;
  const { record } = checkpoint;
  if (record.corpus.length === 0) {
    const unchecked = { kind: 'unchecked', reason: 'the weights were imported' } as const;
    return { done: 0, text: null, outcomes: CHECK_IDS.map((id) => ({ id, ...unchecked })) };
  }
  const { training } = record;
  const done = Math.min(1, shareDone(record));
  const moves = movement(checkpoint);
  const moved = isMissing(moves) ? undefined : moves.moved;
  const stretch = isMissing(text) ? undefined : stretchOf(checkpoint, text);
  onWork('counting characters');
  const counts = isMissing(text)
    ? undefined
    : countCharacters(text, record.corpus.trainLength, record.model.vocabulary);
  const baselines = stretch?.part === 'validation' ? baselinesOf(stretch) : undefined;
  const read = stretch && readAll(patient, stretch, { threads, onWork });
  onWork('following the gradient');
  const missing: Missing = isMissing(text) ? text : { missing: 'there is no text to read' };
  const scored = read && stretch.part === 'validation' ? read : undefined;
  const noValidation: Missing = isMissing(text) ? text : { missing: 'the run kept no text for validation' };
  const asleep: Missing | undefined =
    record.progress.step < EARLY_STEPS || (moved ?? UNITS.awake) < UNITS.awake
      ? {
          missing: `the weights have hardly moved in ${amountOf(record.progress.step, 'step')}: units may still wake`,
        }
      : undefined;
  const state = read ? stateEvidence(read.carried, read.reset, training.sequenceLength) : missing;
  const found = [
    judged(exploding, isMissing(log) ? log : explodingEvidence(log, training)),
    judged(vanishing, stretch ? vanishingEvidence(checkpoint, stretch) : missing),
    judged(rateTooHigh, rateHighEvidence(record, log, baselines, moved)),
    judged(rateTooLow, rateLowEvidence(record, done, baselines, moved)),
    judged(overfitting, overfittingEvidence(record, scored?.lead ?? null)),
    judged(units, asleep ?? read?.units ?? missing),
    judged(stateUse, isMissing(state) ? state : state.state),
    judged(
      vocabulary,
      counts ? vocabularyEvidence(counts, scored && { ids: scored.ids, losses: scored.carried }) : missing,
    ),
    judged(validationLength, scored ? validationEvidence(scored.carried, scored.lead) : noValidation),
    judged(windowLength, isMissing(state) ? state : state.window),
  ];
  return {
    done,
    text: stretch ? { part: stretch.part, characters: stretch.end - stretch.start } : null,
    outcomes: CHECK_IDS.map((id) => found.find((outcome) => outcome.id === id)!),
  };
}

function judged<Evidence extends object>(check: Check<Evidence>, evidence: Evidence | Missing): Outcome {
  const { id } = check;
  if (isMissing(evidence)) return { id, kind: 'unchecked', reason: evidence.missing };
  const seen = { figures: check.figures(evidence), evidence };
  const diagnosis = check.diagnose(evidence);
  return diagnosis
    ? { id, kind: 'finding', link: linkOf(id), ...diagnosis, ...seen }
    : { id, kind: 'fine', ...seen };
}

type Part = Stretch & { readonly part: 'validation' | 'training' };

/** What validates during training, or where nothing does, the end of what trains. */
function stretchOf({ record: { corpus } }: Checkpoint, dataset: Dataset): Part {
  const { trainLength } = corpus;
  const end = validationEnd(corpus);
  if (end - trainLength >= 2) return { part: 'validation', dataset, start: trainLength, end };
  return { part: 'training', dataset, start: Math.max(0, trainLength - MOST_TRAINING), end: trainLength };
}

/** What the network makes of a text: read with its state, without, and by another checkpoint. */
interface Readings {
  /** What was predicted, and the loss of each. */
  readonly ids: ArrayLike<number>;
  readonly carried: Float32Array;
  readonly reset: Float32Array;
  readonly units: UnitCounts['evidence'];
  readonly lead: LeadEvidence | null;
}

function readAll(
  { checkpoint, rival }: Patient,
  stretch: Part,
  { threads, onWork }: ExaminationOptions,
): Readings {
  const { dataset, start } = stretch;
  const { model: config, training, progress } = checkpoint.record;
  onWork('reading the text');
  const model: CharacterModel = modelOf(checkpoint, { threads });
  const unitCounts = new UnitCounts(config);
  const carried = carriedLosses(model, stretch, unitCounts.observe);
  onWork('reading the text again without the state');
  const reset = resetLosses(model, stretch, training.sequenceLength);
  let lead: LeadEvidence | null = null;
  if (rival && stretch.part === 'validation') {
    onWork('reading the text with another checkpoint');
    const own = { step: progress.step, losses: carried };
    const losses = carriedLosses(modelOf(rival.checkpoint, { threads }), stretch);
    const other = { step: rival.checkpoint.record.progress.step, losses };
    lead = rival.isBest ? leadOf(other, own) : leadOf(own, other);
  }
  const ids = dataset.read(start + 1, carried.length);
  return { ids, carried, reset, units: unitCounts.evidence, lead };
}
