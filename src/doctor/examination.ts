import { type Checkpoint, modelOf } from '../checkpoint/checkpoint.js';
import { amountOf } from '../numbers.js';
import type { Dataset, Stretch } from '../text/dataset.js';
import { lastPredicted } from '../text/ids.js';
import { validationEnd } from '../text/split.js';
import { shareDone } from '../train/schedule.js';
import { CHECK_IDS, type Check, type CheckId, type Diagnosis, isMissing, type Missing } from './check.js';
import { exploding, explodingEvidence } from './exploding.js';
import { type KnownEvidence, validationKnown } from './known.js';
import type { RunLog } from './log.js';
import { baselinesOf, carriedLosses, movementOf, resetLosses } from './measure.js';
import { overfitting, overfittingEvidence } from './overfitting.js';
import { rateHighEvidence, rateTooHigh } from './rate-high.js';
import { rateLowEvidence, rateTooLow } from './rate-low.js';
import { shortTexts } from './short-texts.js';
import { stateEvidence, stateUse, windowLength } from './state.js';
import { EARLY_STEPS, UNITS } from './thresholds.js';
import { UnitCounts, units } from './units.js';
import { type LeadEvidence, leadOf, validationEvidence, validationLength } from './validation.js';
import { vanishing, vanishingEvidence } from './vanishing.js';
import { countCharacters, vocabulary, vocabularyEvidence } from './vocabulary.js';

/** A run, as far as it could be read. */
export interface Patient {
  readonly checkpoint: Checkpoint;
  readonly log: RunLog | Missing;
  readonly text: Dataset | Missing;
  /** Another checkpoint of the run to compare with, and whether its validation loss is the lower one. */
  readonly rival: { readonly checkpoint: Checkpoint; readonly isBest: boolean } | undefined;
}

/** The result of a check. */
export type Outcome = { readonly id: CheckId } & (
  | ({ readonly kind: 'finding'; readonly link: string } & Diagnosis & Seen)
  | ({ readonly kind: 'fine' } & Seen)
  | { readonly kind: 'unchecked'; readonly reason: string }
);

interface Seen {
  /** The evidence in words, and as numbers. */
  readonly figures: string;
  readonly evidence: object;
}

export interface Examination {
  /** Share of the run's length that is over. */
  readonly done: number;
  /** The text the network was measured on; null if there was none. */
  readonly text: { readonly part: 'validation' | 'training'; readonly characters: number } | null;
  /** One per check, in the order of `CHECK_IDS`. */
  readonly outcomes: readonly Outcome[];
}

interface ExaminationOptions {
  readonly threads: number;
  /** Receives a description of each measurement before it starts. */
  readonly onWork: (what: string) => void;
}

/** Without a validation text, at most this many characters at the end of the training text are read. */
const MOST_TRAINING = 100_000;

/** Runs every check. An imported run has no training to check. Nothing is written. */
export function examine(patient: Patient, { threads, onWork }: ExaminationOptions): Examination {
  const { checkpoint, log, text } = patient;
  const { record } = checkpoint;
  if (record.corpus.length === 0) {
    const unchecked = { kind: 'unchecked', reason: 'the weights were imported' } as const;
    return { done: 0, text: null, outcomes: CHECK_IDS.map((id) => ({ id, ...unchecked })) };
  }
  const { training } = record;
  const done = Math.min(1, shareDone(record));
  const moved = movementOf(checkpoint);
  const stretch = isMissing(text) ? undefined : stretchOf(checkpoint, text);
  onWork('counting characters');
  const counts = isMissing(text) ? undefined : countCharacters(text, record.corpus.trainLength, record.model);
  const baselines = stretch?.part === 'validation' ? baselinesOf(stretch, record.model.end) : undefined;
  const read = stretch && readAll(patient, stretch, { threads, onWork });
  onWork('following the gradient');
  const missing: Missing = isMissing(text) ? text : { missing: 'there is no text to read' };
  const scored = read && stretch.part === 'validation' ? read : undefined;
  const noValidation: Missing = isMissing(text) ? text : { missing: 'the run kept no text for validation' };
  const { step } = record.progress;
  const isIdle = step < EARLY_STEPS || (moved ?? UNITS.awake) < UNITS.awake;
  const why = `the weights have hardly moved in ${amountOf(step, 'step')}, so units may still become active`;
  const state = read ? stateOf(read, record) : missing;
  const outcomes = [
    outcomeOf(exploding, isMissing(log) ? log : explodingEvidence(log, training)),
    outcomeOf(vanishing, stretch ? vanishingEvidence(checkpoint, stretch) : missing),
    outcomeOf(rateTooHigh, rateHighEvidence(record, log, baselines, moved)),
    outcomeOf(rateTooLow, rateLowEvidence(record, done, baselines, moved)),
    outcomeOf(overfitting, overfittingEvidence(record, scored?.lead ?? null)),
    outcomeOf(units, isIdle ? { missing: why } : (read?.units ?? missing)),
    outcomeOf(stateUse, isMissing(state) ? state : state.state),
    outcomeOf(vocabulary, counts ? vocabularyEvidence(counts, scored?.predicted) : missing),
    outcomeOf(
      validationLength,
      scored ? validationEvidence(scored.predicted.losses, scored.lead) : noValidation,
    ),
    outcomeOf(validationKnown, knownEvidence(record)),
    outcomeOf(windowLength, isMissing(state) ? state : state.window),
  ];
  return {
    done,
    text: stretch ? { part: stretch.part, characters: stretch.end - stretch.start } : null,
    outcomes,
  };
}

function stateOf(
  { ids, carried, reset }: ReturnType<typeof readAll>,
  { model, training: { sequenceLength } }: Checkpoint['record'],
): ReturnType<typeof stateEvidence> {
  return shortTexts(ids, model.end, sequenceLength) ?? stateEvidence(carried, reset, sequenceLength);
}

function knownEvidence({ model, corpus: { overlap } }: Checkpoint['record']): KnownEvidence | Missing {
  if (overlap !== undefined) return { share: overlap };
  return {
    missing:
      model.end === undefined
        ? 'it was not measured when the run was started'
        : 'no text for validation has a passage that is long enough',
  };
}

function outcomeOf<Evidence extends object>(check: Check<Evidence>, evidence: Evidence | Missing): Outcome {
  const { id } = check;
  if (isMissing(evidence)) return { id, kind: 'unchecked', reason: evidence.missing };
  const seen = { figures: check.figures(evidence), evidence };
  const diagnosis = check.diagnose(evidence);
  return diagnosis
    ? { id, kind: 'finding', link: `docs/background/lstm.md#${id}`, ...diagnosis, ...seen }
    : { id, kind: 'fine', ...seen };
}

type Part = Stretch & { readonly part: 'validation' | 'training' };

/** The validation text, or without one the end of the training text. */
function stretchOf({ record: { corpus } }: Checkpoint, dataset: Dataset): Part {
  const { trainLength } = corpus;
  const end = validationEnd(corpus);
  if (end - trainLength >= 2) return { part: 'validation', dataset, start: trainLength, end };
  return { part: 'training', dataset, start: Math.max(0, trainLength - MOST_TRAINING), end: trainLength };
}

/**
 * Reads a text with the state carried, with it reset, and by another checkpoint.
 * @returns the ids and the losses of each in nats, those that are predicted, the evidence about units, and
 *   the comparison
 */
function readAll({ checkpoint, rival }: Patient, stretch: Part, { threads, onWork }: ExaminationOptions) {
  const { dataset, start } = stretch;
  const { model: config, training, progress } = checkpoint.record;
  onWork('reading the text');
  const model = modelOf(checkpoint, { threads });
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
  const last = lastPredicted(config.vocabulary, config.end);
  const predicted = {
    ids: ids.filter((id) => id <= last),
    losses: carried.filter((_, i) => ids[i]! <= last),
  };
  return { ids, predicted, carried, reset, units: unitCounts.evidence, lead };
}
