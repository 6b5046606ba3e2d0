import { type EngineChoice, openEngine } from '../engine/engine.js';
import { withThreads } from '../engine/team.js';
import { ExitCode, UserError } from '../errors.js';
import type { BeforeRename } from '../files.js';
import { excerpt } from '../format.js';
import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { MOMENTS, type Moments } from '../model/optimizer.js';
import { parameterTable } from '../model/parameters.js';
import { Weights } from '../model/weights.js';
import type { Normalization } from '../text/encoding/decode.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { laterProgram, STRICT_VERSION } from './header.js';
import { checkTensors, type ModuleTensor, moduleTensors } from './module.js';
import { parseRecord, type RunRecord, vocabularyOf, writeRecord } from './record.js';
import { type Tensor, type TensorFile, withSafeTensors, writeSafeTensors } from './safetensors.js';

/** A trained network, ready to run. */
export interface CharacterModel {
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  /** The form of the letters that it has learned; absent if they are as they were in its text. */
  readonly normalize?: Normalization;
  readonly weights: Weights;
}

/**
 * The numbers of a training run: with the record and the text, all that its next step depends on. Values and
 * moments are in the order of the parameter table, the carried states (L, B, H); c is empty for cells without
 * a cell state.
 */
export interface TrainingState {
  readonly values: Float32Array;
  readonly moments: Moments;
  readonly h: Float32Array;
  readonly c: Float32Array;
}

export interface Checkpoint {
  readonly record: RunRecord;
  /** The build of the kernels that wrote it. */
  readonly engine: string;
  readonly state: TrainingState;
}

/** More bytes than training can address (see Arena), so more than it can have written. */
export const MOST_DATA = 2 ** 32;

/** A tensor of the file, and the span of the state that it is part of. A second bias is written as zeros. */
interface Row extends ModuleTensor {
  readonly spanOf: (state: TrainingState) => Float32Array;
}

/** Lists all tensors of a checkpoint. */
function rowsOf({ model, training }: RunRecord): Row[] {
  const { hasCellState } = CELLS[model.cell];
  const rows = moduleTensors(model).flatMap((tensor): Row[] => {
    const row = { ...tensor, spanOf: ({ values }: TrainingState) => values };
    if (tensor.isSecondBias) return [row];
    const moments = MOMENTS.map((moment) => ({
      ...tensor,
      name: `optimizer.${moment}.${tensor.name}`,
      spanOf: ({ moments }: TrainingState) => moments.get(moment)!,
    }));
    return [row, ...moments];
  });
  const shape = [model.layers, training.batchSize, model.hidden];
  const state = { shape, start: 0, length: carriedLength({ model, training }), isSecondBias: false };
  rows.push({ ...state, name: 'state.h', spanOf: ({ h }) => h });
  if (hasCellState) rows.push({ ...state, name: 'state.c', spanOf: ({ c }) => c });
  return rows;
}

/**
 * Returns the state of a run that starts from given values, in the order of the parameter table; all else is
 * zero.
 */
export function freshState(values: Float32Array, record: RunRecord): TrainingState {
  const moments = new Map(MOMENTS.map((name) => [name, new Float32Array(values.length)]));
  const carried = carriedLength(record);
  const h = new Float32Array(carried);
  const c = new Float32Array(CELLS[record.model.cell].hasCellState ? carried : 0);
  return { values, moments, h, c };
}

/** Floats of one carried state, (L, B, H). */
function carriedLength({ model, training }: Pick<RunRecord, 'model' | 'training'>): number {
  return model.layers * training.batchSize * model.hidden;
}

/** Writes a checkpoint; see writeSafeTensors for its guarantees. */
export async function writeCheckpoint(
  path: string,
  { record, engine, state }: Checkpoint,
  beforeRename?: BeforeRename,
): Promise<void> {
  const tensors = rowsOf(record).map(({ name, shape, spanOf, start, length, isSecondBias }) => ({
    name,
    shape,
    data: isSecondBias ? new Float32Array(length) : spanOf(state).subarray(start, start + length),
  }));
  await writeSafeTensors(path, tensors, writeRecord(record, engine), beforeRename);
}

/** All that a checkpoint contains except its tensors. */
export type Recorded = Pick<Checkpoint, 'record' | 'engine'>;

/**
 * Reads a whole checkpoint, to continue training.
 * @throws UserError if the file is not a valid checkpoint
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return withSafeTensors(path, async (file) => {
    const { recorded, rows } = contentsOf(file, path);
    const { count } = parameterTable(recorded.record.model);
    const state = freshState(new Float32Array(count), recorded.record);
    for await (const { name, data } of checkedTensors(file, path)) {
      const { spanOf, start, length } = rows.get(name)!;
      const span = spanOf(state);
      const part = span.subarray(start, start + length);
      if (span === state.values && name.includes('bias_')) {
        // Another program may have split a bias in two; the network adds them anyway.
        for (let i = 0; i < length; i++) part[i]! += data[i]!;
      } else part.set(data);
    }
    return { ...recorded, state };
  });
}

/**
 * Checks a whole checkpoint, with one tensor in memory at a time.
 * @throws UserError if the file is not a valid checkpoint
 */
export async function verifyCheckpoint(path: string): Promise<Recorded> {
  return withSafeTensors(path, async (file) => {
    const { recorded } = contentsOf(file, path);
    for await (const _ of checkedTensors(file, path));
    return recorded;
  });
}

/**
 * Reads a checkpoint without its tensors, which is fast however large it is.
 * @throws UserError if the file is not a valid checkpoint; damage within the tensors goes unnoticed
 */
export async function readRecord(path: string): Promise<Recorded> {
  return withSafeTensors(path, async (file) => contentsOf(file, path).recorded);
}

/**
 * Parses the record and lists the rows by the names of their tensors. Compares them with the tensors of the
 * file before anything is read or sized by the configuration.
 */
function contentsOf(
  { metadata, places, refuse }: TensorFile,
  path: string,
): { recorded: Recorded; rows: ReadonlyMap<string, Row> } {
  const record = parseRecord(metadata, path);
  const rows = new Map(rowsOf(record).map((row) => [row.name, row]));
  const isStrict = Number(metadata.get('version')) >= STRICT_VERSION;
  const strange = (name: string): never => {
    throw laterProgram(path, `tensor ${name}`);
  };
  checkTensors(places, rows, refuse, undefined, isStrict ? strange : undefined);
  const bytes = places.at(-1)!.to;
  if (bytes > MOST_DATA) refuse(`its tensors have ${bytes} bytes, more than a network that can be trained`);
  return { recorded: { record, engine: excerpt(metadata.get('engine') ?? 'unknown') }, rows };
}

/** Reads the tensors. Once all have been read, all their numbers are known to be finite. */
async function* checkedTensors(file: TensorFile, path: string): AsyncGenerator<Tensor, void, void> {
  let broken: string | undefined;
  for await (const tensor of file.tensors()) {
    if (!tensor.data.every(Number.isFinite)) broken ??= tensor.name;
    yield tensor;
  }
  if (broken === undefined) return;
  throw new UserError(
    `${path}: tensor ${broken} has numbers that are not finite`,
    'Use an earlier checkpoint of the run.',
    ExitCode.badData,
  );
}

/**
 * Makes the network of a checkpoint on an engine of its own, for sampling and evaluation or, optionally,
 * training.
 */
export function modelOf(
  { record, state }: Checkpoint,
  {
    engine,
    threads = 1,
    training = false,
  }: { engine?: EngineChoice | undefined; threads?: number; training?: boolean } = {},
): CharacterModel {
  const opened = withThreads(openEngine(engine), threads);
  const weights = new Weights(opened, record.model, { training });
  weights.values.set(state.values);
  weights.pack();
  const { normalize } = record.decoding;
  return {
    config: record.model,
    vocabulary: vocabularyOf(record),
    ...(normalize && { normalize }),
    weights,
  };
}
