// Small training runs within the test process.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/checkpoint/checkpoint.js';
import type { TrainingOptions } from '../../src/checkpoint/options.js';
import { NO_PROGRESS, type RunRecord } from '../../src/checkpoint/record.js';
import { listCheckpoints } from '../../src/checkpoint/run.js';
import type { ModelConfig } from '../../src/model/config.js';
import type { Collection } from '../../src/text/collection/collection.js';
import type { Encoding } from '../../src/text/encoding/names.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { splitCorpus } from '../../src/text/split.js';
import type { Commands } from '../../src/train/controls.js';
import type { StepEvent, TrainCommand, TrainEvent } from '../../src/train/events.js';
import type { TrainControl } from '../../src/train/run.js';
import { openSession, type Session, type SessionOptions } from '../../src/train/session.js';
import { train } from '../../src/train/trainer.js';
import { temporaryFolder } from './cli.js';

const folder = await temporaryFolder();
let runs = 0;

/**
 * Creates a small run on the bundled text, with dropout, validated every 7 steps.
 * @param collection how the text is divided; without it, it is one text
 */
export async function newRun(
  training: Partial<TrainingOptions> = {},
  model: Partial<ModelConfig> = {},
  encoding: Encoding = 'utf8',
  collection?: Collection,
): Promise<{ run: string; record: RunRecord }> {
  const run = join(folder, `run-${runs++}`);
  await mkdir(run);
  const decoding = { encoding, normalizeNewlines: false };
  const corpus = await resolveCorpus(['lighthouse']);
  const request = { validation: 0.1, test: 0, batchSize: 6, sequenceLength: 16 };
  const { vocabulary, hash, length, arrange } = await prepareDataset(corpus.sources, decoding, run, {
    collection,
    seed: 1,
    onLearned: (learned) => splitCorpus(learned.arrange, request).parts,
  });
  const { split } = splitCorpus(arrange, request);
  const { trainLength, ...window } = split;
  const record: RunRecord = {
    model: {
      cell: 'lstm',
      vocabulary: vocabulary.size,
      ...(vocabulary.end !== undefined && { end: vocabulary.end }),
      embedding: 8,
      hidden: 24,
      layers: 2,
      dropout: 0.2,
      ...model,
    },
    codePoints: vocabulary.codePoints,
    decoding,
    ...(vocabulary.collection && { texts: vocabulary.collection }),
    training: {
      length: { unit: 'steps', amount: 20 },
      lr: 5e-3,
      clip: 1,
      weightDecay: 0.01,
      ...window,
      evalEvery: 7,
      test: 0,
      patience: 0,
      keep: 0,
      seed: 1,
      ...training,
    },
    corpus: { name: corpus.name, length, trainLength, hash },
    progress: NO_PROGRESS,
    history: [],
  };
  return { run, record };
}

/** Trains and returns all events. @param between called with each event before training continues */
export async function collect(
  session: Session,
  control: TrainControl = {},
  between: (event: TrainEvent) => void = () => {},
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(session, control)) {
    events.push(event);
    between(event);
  }
  return events;
}

/** Returns commands by the turn they arrive in: turn n follows step n unless training pauses in between. */
export function inTurns(turns: Record<number, TrainCommand[]>): Commands {
  let turn = 1;
  return {
    next() {
      const command = turns[turn]?.shift();
      if (!command) turn++;
      return command;
    },
    async wait() {},
  };
}

export const steps = (events: TrainEvent[]) =>
  events.filter((event): event is StepEvent => event.type === 'step');
export const losses = (events: TrainEvent[]) => steps(events).map((event) => event.loss);
export const lastFile = (run: string) => listCheckpoints(run).at(-1)!.path;

/** Opens a session from the last checkpoint of a run, as the command does. */
export async function resume(run: string, options: SessionOptions = {}): Promise<Session> {
  const path = lastFile(run);
  const { record, state } = await readCheckpoint(path);
  return openSession(run, record, { ...options, from: { path, state } });
}
