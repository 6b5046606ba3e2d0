import { type EngineChoice, openEngine } from '../engine/engine.js';
import { withThreads } from '../engine/team.js';
import { ExitCode, UserError } from '../errors.js';
import type { ModelConfig } from '../model/config.js';
import { type Parameter, parameterTable } from '../model/parameters.js';
import { Weights } from '../model/weights.js';
import { Vocabulary } from '../text/vocabulary.js';
import { parseRecord, type RunRecord, writeRecord } from './record.js';
import { readMetadata, readSafeTensors, type Tensor, writeSafeTensors } from './safetensors.js';

/** A trained network, ready to be run. */
export interface CharacterModel {
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  readonly weights: Weights;
}

/**
 * The numbers of a training run, all that its next step depends on beside the record and the text. The first three
 * are in the order of the parameter table, the states (L, B, H).
 */
export interface TrainingState {
  readonly values: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly h: Float32Array;
  readonly c: Float32Array;
}

export interface Checkpoint {
  readonly record: RunRecord;
  /** The build of the kernels that wrote it. */
  readonly engine: string;
  readonly state: TrainingState;
}

const MOMENT_PREFIXES = {
  firstMoments: 'optimizer.exp_avg.',
  secondMoments: 'optimizer.exp_avg_sq.',
} as const;

/** PyTorch has two biases a gate row; ours is the first, and the second is written as zeros. */
const BIAS = 'bias_ih';
const SECOND_BIAS = 'bias_hh';

/** Writes a checkpoint; see writeSafeTensors for its guarantees. */
export async function writeCheckpoint(path: string, { record, engine, state }: Checkpoint): Promise<void> {
  const { parameters } = parameterTable(record.model);
  const tensors: Tensor[] = [];
  for (const { name, shape, start, length } of parameters) {
    const part = (span: Float32Array) => span.subarray(start, start + length);
    tensors.push({ name, shape, data: part(state.values) });
    if (name.includes(BIAS)) {
      tensors.push({ name: name.replace(BIAS, SECOND_BIAS), shape, data: new Float32Array(length) });
    }
    tensors.push({ name: MOMENT_PREFIXES.firstMoments + name, shape, data: part(state.firstMoments) });
    tensors.push({ name: MOMENT_PREFIXES.secondMoments + name, shape, data: part(state.secondMoments) });
  }
  const shape = stateShape(record);
  tensors.push({ name: 'state.h', shape, data: state.h }, { name: 'state.c', shape, data: state.c });
  await writeSafeTensors(path, tensors, writeRecord(record, engine));
}

function stateShape({ model, training }: RunRecord): number[] {
  return [model.layers, training.batchSize, model.hidden];
}

/**
 * Reads a checkpoint whole, to train on.
 * @throws UserError for anything that is not one
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata } = await readSafeTensors(path);
  const record = parseRecord(metadata, path);
  const take = (name: string, shape: readonly number[]) => takeTensor(tensors, name, shape, path);
  const table = parameterTable(record.model);
  // All tensors are checked before anything is sized by the configuration.
  const span = (prefix: string) => {
    const parts = table.parameters.map(({ name, shape, start }) => ({
      start,
      data: take(prefix + name, shape),
    }));
    const values = new Float32Array(table.count);
    for (const { start, data } of parts) values.set(data, start);
    return values;
  };
  const state: TrainingState = {
    values: span(''),
    firstMoments: span(MOMENT_PREFIXES.firstMoments),
    secondMoments: span(MOMENT_PREFIXES.secondMoments),
    h: take('state.h', stateShape(record)),
    c: take('state.c', stateShape(record)),
  };
  for (const parameter of table.parameters) addSecondBias(parameter, state.values, take);
  return { record, engine: metadata.get('engine') ?? 'unknown', state };
}

/**
 * Reads what a checkpoint says beside its tensors, which is quick however large it is.
 * @throws UserError for anything that is not one
 */
export async function readRecord(path: string): Promise<{ record: RunRecord; engine: string }> {
  const metadata = await readMetadata(path);
  return { record: parseRecord(metadata, path), engine: metadata.get('engine') ?? 'unknown' };
}

/** Another program may have split a bias in two; the network adds them anyway. */
function addSecondBias(
  { name, shape, start, length }: Parameter,
  values: Float32Array,
  take: (name: string, shape: readonly number[]) => Float32Array,
): void {
  if (!name.includes(BIAS)) return;
  const second = take(name.replace(BIAS, SECOND_BIAS), shape);
  for (let i = 0; i < length; i++) values[start + i]! += second[i]!;
}

function takeTensor(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
  path: string,
): Float32Array {
  const tensor = tensors.get(name);
  const found = tensor ? `[${tensor.shape.join(', ')}]` : 'missing';
  if (!tensor || found !== `[${shape.join(', ')}]`) {
    throw new UserError(
      `${path} is not a checkpoint of charlstm: tensor ${name} is ${found}, expected [${shape.join(', ')}]`,
      'Use a checkpoint that charlstm wrote.',
      ExitCode.badData,
    );
  }
  if (!tensor.data.every(Number.isFinite)) {
    throw new UserError(
      `${path}: tensor ${name} holds numbers that are not finite`,
      'Use an earlier checkpoint of the run.',
      ExitCode.badData,
    );
  }
  return tensor.data;
}

/** The network of a checkpoint on an engine of its own, for sampling and evaluation. */
export function modelOf(
  { record, state }: Checkpoint,
  { engine, threads = 1 }: { engine?: EngineChoice | undefined; threads?: number } = {},
): CharacterModel {
  const weights = new Weights(withThreads(openEngine(engine, { quickly: true }), threads), record.model, {
    training: false,
  });
  weights.values.set(state.values);
  weights.pack();
  return {
    config: record.model,
    vocabulary: new Vocabulary(record.codePoints, record.decoding.encoding),
    weights,
  };
}
