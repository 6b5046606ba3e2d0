import { type Claim, claimNewRun } from '../checkpoint/claim.js';
import { MODEL_DEFAULTS, NETWORK, TRAINING_DEFAULTS, type TrainingOptions } from '../checkpoint/options.js';
import { NO_PROGRESS, type RunRecord } from '../checkpoint/record.js';
import { knownNotices } from '../doctor/known.js';
import { UserError } from '../errors.js';
import { CELLS, gatesOf } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import type { OptionRow } from '../options.js';
import { windowsPerEpoch } from '../text/batches.js';
import { readBeginnings } from '../text/collection/recognition/beginnings.js';
import type { Corpus } from '../text/files/sources.js';
import type { LearnedText } from '../text/learn.js';
import { splitCorpus } from '../text/split.js';
import { troubleNotices } from '../text/trouble.js';
import { defaultLearningRate, totalSteps } from '../train/schedule.js';
import { readCorpus } from './corpus.js';
import { decodableCorpus } from './decoding.js';
import {
  DEFAULT_PATIENCE,
  defaultEvalEvery,
  defaultLength,
  defaultsFor,
  shortTextNotices,
} from './defaults.js';
import { findingNotices } from './findings.js';
import { checkMemory } from './memory.js';
import { noteOrigin } from './origin.js';
import { measureOverlap } from './overlap.js';
import { divisionFor } from './recognised.js';
import {
  corpusOf,
  type EndedRun,
  type PreparedRun,
  type PrepareHooks,
  type TrainingRequest,
} from './request.js';
import { prepareResume } from './resume.js';
import { textNotices } from './texts.js';
import { readTrained, symbolNotices, type Trained, writeBeginning } from './trained.js';
import { layoutNotices, wrappedNotices } from './wrapped.js';

/**
 * Prepares a run, one to continue or a new one: its folder, its text as ids, its record and, with `from`, the
 * weights it starts from.
 * @throws UserError for everything that can be wrong with the text, the options and the folder; nothing is
 *   left behind
 */
export async function prepareRun(
  request: TrainingRequest,
  hooks: PrepareHooks,
): Promise<PreparedRun | EndedRun> {
  if (request.resume !== undefined) return prepareResume(request, hooks);
  const trained = request.from === undefined ? undefined : await readTrained(request.from, request);
  const corpus = await corpusOf(request.text);
  const claim = await claimNewRun(request.out, corpus.name);
  try {
    return await hooks.interruptible(claim.release, () =>
      prepareNew({ request, trained, corpus, claim }, hooks),
    );
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** What a new run is prepared from. */
interface NewRun {
  readonly request: TrainingRequest;
  readonly trained: Trained | undefined;
  readonly corpus: Corpus;
  readonly claim: Claim;
}

/** Prepares a new run in its folder. */
async function prepareNew(
  { request, trained, corpus, claim }: NewRun,
  { onReading }: PrepareHooks,
): Promise<PreparedRun> {
  const run = claim.path;
  const { sources, decoding, ...found } = await decodableCorpus(
    request,
    corpus,
    trained?.record.decoding,
    run,
    onReading,
  );
  const beginnings = await readBeginnings(sources, decoding, run);
  const division = await divisionFor(request, { sources, beginnings }, trained?.record.texts);
  const { collection } = division;
  const shares = { ...TRAINING_DEFAULTS, ...request.training };
  const known = trained?.record.codePoints ?? [];
  const text = { sources, decoding, known, collection, shares, seed: shares.seed };
  const base = trained?.record.model;
  let plan: ReturnType<typeof planOf> | undefined;
  const learned = await readCorpus(text, claim, onReading, (learned) => {
    plan = planOf(learned, request, base);
    return plan.arrangement;
  });
  if ('length' in request.text && !request.isPlanned) {
    await noteOrigin(run, request.text, sources, claim.ownership.verify);
  }
  const { model, training, arrangement, notices } = plan!;
  const { vocabulary, hash } = learned;
  const { length, trainLength, validationEnd } = arrangement;
  const overlap = await measureOverlap(run, vocabulary, arrangement);
  const record: RunRecord = {
    model,
    codePoints: vocabulary.codePoints,
    decoding,
    ...(vocabulary.collection && { texts: vocabulary.collection }),
    training,
    corpus: {
      name: corpus.name,
      length,
      trainLength,
      ...(validationEnd < length && training.test > 0 && { validationEnd }),
      hash,
      ...(overlap !== undefined && { overlap }),
    },
    progress: NO_PROGRESS,
    history: [],
    ...(trained && { from: trained.origin }),
  };
  const from = trained && !request.isPlanned ? await writeBeginning(claim, record, trained) : undefined;
  const { stopAt, engine, threads } = request;
  return {
    job: { run, token: claim.ownership.token, record, from, stopAt, engine, threads },
    found: { files: found.files, texts: learned.texts?.count, findings: learned.findings },
    notices: [
      ...(trained ? symbolNotices(trained, learned) : []),
      ...corpus.notices,
      ...found.notices,
      ...textNotices(learned, division, trainLength < length),
      ...wrappedNotices(beginnings, decoding, collection),
      ...layoutNotices(learned.findings, decoding),
      ...findingNotices(learned.findings),
      ...troubleNotices(learned),
      ...knownNotices(overlap),
      ...notices,
    ],
    release: claim.release,
  };
}

/**
 * Resolves a request for a text.
 * @param base the trained network to start from, if there is one
 * @throws UserError for options that contradict each other or do not go with the text, and for too little
 *   memory
 */
function planOf(
  { vocabulary, arrange }: LearnedText,
  request: TrainingRequest,
  base: Omit<ModelConfig, 'vocabulary'> | undefined,
) {
  const { length } = arrange({ validation: 0, test: 0 });
  const sized = defaultsFor(length);
  const asked = { ...TRAINING_DEFAULTS, batchSize: sized.batchSize, ...request.training };
  const { split, parts: arrangement, notices } = splitCorpus(arrange, asked);
  const { trainLength, ...window } = split;
  const model = modelOf(request.network, base ?? { ...MODEL_DEFAULTS, ...sized.network }, vocabulary);
  const memory = checkMemory({ config: model, vocabulary, training: window, corpus: arrangement }, request);
  const stepsPerEpoch = windowsPerEpoch({ ...window, trainLength });
  const amount = request.length ?? defaultLength(sized, stepsPerEpoch);
  const total = totalSteps(amount, stepsPerEpoch);
  const training: TrainingOptions = {
    length: amount,
    lr: defaultLearningRate(model.hidden),
    evalEvery: defaultEvalEvery(arrangement.validationEnd - trainLength, window, total),
    patience: request.length === undefined && window.validation > 0 ? DEFAULT_PATIENCE : 0,
    ...asked,
    ...window,
  };
  if (training.patience > 0 && window.validation === 0) {
    throw new UserError(
      `--patience is ${training.patience}, and there is no text to validate on`,
      'Leave --patience out, or keep some text with --val.',
    );
  }
  const short = base === undefined ? shortTextNotices(length) : [];
  return { model, training, arrangement, notices: [...short, ...notices, ...memory] };
}

/** The network of a request. Options that equal what their absence means are left out of the record. */
function modelOf(
  asked: TrainingRequest['network'],
  { end: _, ...base }: Omit<ModelConfig, 'vocabulary'>,
  { size, end }: LearnedText['vocabulary'],
): ModelConfig {
  const model: ModelConfig = { ...base, ...asked, vocabulary: size, ...(end !== undefined && { end }) };
  const { cell, layers, coupled } = model;
  if (asked.forgetBias !== undefined && !gatesOf({ cell }).some(({ keeps }) => keeps)) {
    throw new UserError(
      `--forget-bias is given with --cell ${cell}, which has no gate that keeps the memory`,
      'Leave --forget-bias out, or use another --cell.',
    );
  }
  if (coupled && !CELLS[cell].canBeCoupled) {
    throw new UserError(
      `--coupled is given with --cell ${cell}, which has no input and forget gates`,
      'Leave --coupled out, or use --cell lstm or --cell peephole.',
    );
  }
  if (asked.residual && layers === 1) {
    throw new UserError(
      '--residual is given with --layers 1, and it joins layers above the first one',
      'Leave --residual out, or give more --layers.',
    );
  }
  const rows: Record<string, OptionRow> = NETWORK;
  const recorded = Object.entries(model).filter(([name, value]) => value !== rows[name]?.absent);
  return Object.fromEntries(recorded) as unknown as ModelConfig;
}
