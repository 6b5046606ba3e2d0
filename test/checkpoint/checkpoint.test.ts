import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  modelOf,
  readCheckpoint,
  readRecord,
  writeCheckpoint,
} from '../../src/checkpoint/checkpoint.js';
import { LENGTH, NETWORK, RECORDED } from '../../src/checkpoint/options.js';
import { parseRecord, type RunRecord, writeRecord } from '../../src/checkpoint/record.js';
import { type Tensor, writeSafeTensors } from '../../src/checkpoint/safetensors.js';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import type { ModelConfig } from '../../src/model/config.js';
import { MOMENTS } from '../../src/model/optimizer.js';
import { parameterTable } from '../../src/model/parameters.js';
import type { NumberRange } from '../../src/numbers.js';
import { Random, Stream } from '../../src/random.js';
import { temporaryFolder } from '../helpers/cli.js';
import { expectBadData, readSafeTensors } from '../helpers/files.js';
import { fixture, MODULES } from '../helpers/pytorch.js';

const root = await temporaryFolder();

const record: RunRecord = {
  model: { cell: 'lstm', vocabulary: 5, embedding: 3, hidden: 4, layers: 2, dropout: 0.25 },
  codePoints: [10, 97, 98, 0xe9, 0x1f600],
  decoding: { encoding: 'utf8', normalizeNewlines: true },
  training: {
    length: { unit: 'epochs', amount: 2.5 },
    lr: 5e-3,
    clip: 1,
    weightDecay: 0.01,
    batchSize: 2,
    sequenceLength: 8,
    validation: 0.1,
    evalEvery: 10,
    test: 0,
    patience: 0,
    keep: 3,
    seed: 2 ** 32 - 1,
  },
  corpus: { name: 'some "text" é😀', length: 1000, trainLength: 900, hash: 'ab12' },
  progress: {
    step: 42,
    seconds: 1.5,
    bestLoss: 1.25,
    lossSum: 0.1 + 0.2,
    lossCount: 7,
    startLoss: 4.5,
    recentLoss: 2 / 3,
    rollbacks: 1,
  },
  history: [
    { step: 10, lr: 1e-3, training: 2.5, validation: null },
    { step: 20, lr: 1e-300, training: 1 / 3, validation: 1.25 },
  ],
  from: { path: 'checkpoints/"é😀"/step-7.safetensors', step: 7, corpus: 'other', hash: 'cd34' },
};

const gauss = new Random(5, Stream.sampling);
const numbers = (length: number) =>
  Float32Array.from({ length }, () => (gauss.uniform() - 0.5) * 2 ** gauss.below(20));
const momentsOf = (count: number) => new Map(MOMENTS.map((name) => [name, numbers(count)]));
const { count } = parameterTable(record.model);
const checkpoint: Checkpoint = {
  record,
  engine: 'wasm-test',
  state: {
    values: numbers(count),
    moments: momentsOf(count),
    h: numbers(2 * 2 * 4),
    c: numbers(2 * 2 * 4),
  },
};

describe('checkpoints', () => {
  const path = join(root, 'checkpoint.safetensors');

  it('round-trip the record and all state', async () => {
    await writeCheckpoint(path, checkpoint);
    expect(await readCheckpoint(path)).toEqual(checkpoint);
    expect(await readRecord(path)).toEqual({ record, engine: 'wasm-test' });
    expect(existsSync(`${path}.tmp`)).toBe(false);
  });

  it('are the same bytes for the same run, however its record was built', async () => {
    await writeCheckpoint(path, checkpoint);
    const file = readFileSync(path);
    const turned = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, member]) => [key, turned(member)]),
          )
        : value;
    await writeCheckpoint(path, { ...checkpoint, record: turned(record) as RunRecord });
    expect(readFileSync(path)).toEqual(file);
  });

  it("have PyTorch's names and shapes, with second biases of zeros", async () => {
    await writeCheckpoint(path, checkpoint);
    const { tensors } = await readSafeTensors(path);
    const parameters: Record<string, number[]> = {
      'embedding.weight': [5, 3],
      'lstm.weight_ih_l0': [16, 3],
      'lstm.weight_hh_l0': [16, 4],
      'lstm.bias_ih_l0': [16],
      'lstm.weight_ih_l1': [16, 4],
      'lstm.weight_hh_l1': [16, 4],
      'lstm.bias_ih_l1': [16],
      'decoder.weight': [5, 4],
      'decoder.bias': [5],
    };
    const prefixed = (prefix: string) =>
      Object.entries(parameters).map(([name, shape]) => [prefix + name, shape]);
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
      ...parameters,
      'lstm.bias_hh_l0': [16],
      'lstm.bias_hh_l1': [16],
      ...Object.fromEntries([...prefixed('optimizer.exp_avg.'), ...prefixed('optimizer.exp_avg_sq.')]),
      'state.h': [2, 2, 4],
      'state.c': [2, 2, 4],
    });
    for (const layer of [0, 1]) {
      expect(tensors.get(`lstm.bias_hh_l${layer}`)!.data).toEqual(new Float32Array(16));
    }
  });

  /** A checkpoint of another network with all different numbers. */
  function checkpointOf(model: ModelConfig): Checkpoint {
    const { count } = parameterTable(model);
    const carried = model.layers * 2 * model.hidden;
    return {
      record: { ...record, model },
      engine: 'wasm-test',
      state: {
        values: numbers(count),
        moments: momentsOf(count),
        h: numbers(carried),
        c: numbers(CELLS[model.cell].hasCellState ? carried : 0),
      },
    };
  }

  const all = { layerNorm: true, residual: true, forgetBias: 2.5 };
  it.each<Partial<ModelConfig>>([
    { cell: 'rnn' },
    { cell: 'gru' },
    { cell: 'peephole' },
    { cell: 'lstm', coupled: true },
    { cell: 'gru', ...all },
    { cell: 'peephole', coupled: true, ...all },
  ])('round-trip the numbers of %o', async (variant) => {
    const written = checkpointOf({ ...record.model, ...variant });
    await writeCheckpoint(path, written);
    expect(await readCheckpoint(path)).toEqual(written);
  });

  it.each(MODULES)(
    "of %s have the tensors of PyTorch's module, and no others for its weights",
    async (cell) => {
      const { vocabulary, embedding, hidden, layers } = fixture.config;
      const model = { cell, vocabulary, embedding, hidden, layers, dropout: 0 };
      const codePoints = Array.from({ length: vocabulary }, (_, i) => 97 + i);
      const { record: made, ...rest } = checkpointOf(model);
      await writeCheckpoint(path, { record: { ...made, codePoints }, ...rest });
      const { tensors } = await readSafeTensors(path);
      const weights = [...tensors].filter(([name]) => !/^(optimizer|state)\./.test(name));
      expect(Object.fromEntries(weights.map(([name, { shape }]) => [name, shape]))).toEqual(
        fixture.modules[cell].shapes,
      );
      for (const [name, { data }] of weights) {
        // Only the GRU has a second bias as a parameter.
        expect(
          data.some((value) => value !== 0),
          name,
        ).toBe(cell === 'gru' || !name.includes('bias_hh'));
      }
    },
  );

  it.each<[name: string, model: Partial<ModelConfig>]>([
    ['gru.bias_hh_l0', { cell: 'gru' }],
    ['optimizer.exp_avg.gru.bias_hh_l1', { cell: 'gru' }],
    ['rnn.norm_ih_l1', { cell: 'rnn', layerNorm: true }],
    ['gru.norm_hh_l0', { cell: 'gru', layerNorm: true }],
    ['lstm.weight_peephole_l1', { cell: 'peephole' }],
  ])('are refused without %s', async (name, variant) => {
    const { record, engine, state } = checkpointOf({ ...checkpoint.record.model, ...variant });
    await writeCheckpoint(path, { record, engine, state });
    const { tensors, metadata } = await readSafeTensors(path);
    expect(tensors.delete(name)).toBe(true);
    await writeSafeTensors(path, [...tensors.values()], Object.fromEntries(metadata));
    await expectBadData(readCheckpoint(path), `tensor ${name} is missing`);
  });

  it('are refused if the record has another cell or other variants', async () => {
    const lies: [true: Partial<ModelConfig>, recorded: Partial<ModelConfig>][] = [
      [{}, { cell: 'peephole' }],
      [{}, { cell: 'gru' }],
      [{ cell: 'peephole' }, { cell: 'lstm' }],
      [{ cell: 'gru' }, { cell: 'rnn' }],
      [{ coupled: true }, { coupled: false }],
      [{ layerNorm: true }, { layerNorm: false }],
      [{}, { layerNorm: true }],
    ];
    for (const [is, recorded] of lies) {
      const made = checkpointOf({ ...record.model, ...is });
      await writeCheckpoint(path, made);
      const { tensors, metadata } = await readSafeTensors(path);
      const model = JSON.stringify({ ...made.record.model, ...recorded });
      await writeSafeTensors(path, [...tensors.values()], { ...Object.fromEntries(metadata), model });
      await expectBadData(readCheckpoint(path), /expected \[|has tensor .*, which a later version/);
    }
  });

  /** Writes the checkpoint with changed tensors or metadata and a correct checksum. */
  async function rewrite(
    change: (tensor: Tensor) => Tensor | undefined,
    metadata: Record<string, string> = {},
  ) {
    await writeCheckpoint(path, checkpoint);
    const read = await readSafeTensors(path);
    const tensors = [...read.tensors.values()].flatMap((tensor) => change(tensor) ?? []);
    await writeSafeTensors(path, tensors, { ...Object.fromEntries(read.metadata), ...metadata });
  }

  it('add the two biases when read', async () => {
    const second = numbers(16);
    await rewrite((tensor) => (tensor.name === 'lstm.bias_hh_l1' ? { ...tensor, data: second } : tensor));
    const { state } = await readCheckpoint(path);
    const { start, length } = parameterTable(record.model).named('lstm.bias_ih_l1');
    const expected = checkpoint.state.values.slice();
    for (let i = 0; i < length; i++) expected[start + i]! += second[i]!;
    expect(state).toEqual({ ...checkpoint.state, values: expected });
  });

  it('can be turned into a model', async () => {
    await writeCheckpoint(path, checkpoint);
    const model = modelOf(await readCheckpoint(path));
    expect(model.config).toEqual(record.model);
    expect(model.vocabulary.codePoints).toEqual(record.codePoints);
    expect(Float32Array.from(model.weights.values)).toEqual(checkpoint.state.values);
  });

  it.each([
    'decoder.weight',
    'lstm.bias_hh_l0',
    'optimizer.exp_avg.embedding.weight',
    'optimizer.exp_avg_sq.decoder.bias',
    'state.h',
    'state.c',
  ])('are refused if %s is not finite, missing, or of another shape', async (name) => {
    const only = (change: (tensor: Tensor) => Tensor | undefined) => (tensor: Tensor) =>
      tensor.name === name ? change(tensor) : tensor;
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      await rewrite(
        only((tensor) => ({ ...tensor, data: tensor.data.map((x, i) => (i === 3 ? wrong : x)) })),
      );
      await expectBadData(readCheckpoint(path), `tensor ${name} has numbers that are not finite`);
    }
    await rewrite(only(() => undefined));
    await expectBadData(readCheckpoint(path), `tensor ${name} is missing`);
    await rewrite(only((tensor) => ({ ...tensor, shape: [1, ...tensor.shape] })));
    await expectBadData(readCheckpoint(path), `tensor ${name} is [1, `);
  });

  it('are refused if the record describes another network', async () => {
    const { batchSize, ...rest } = record.training;
    const lies: Record<string, string>[] = [
      { model: JSON.stringify({ ...record.model, hidden: 8 }) },
      { model: JSON.stringify({ ...record.model, layers: 3 }) },
      { training: JSON.stringify({ ...rest, batchSize: batchSize + 1 }) },
      { training: JSON.stringify({ ...rest, batchSize: 65536 }) },
    ];
    for (const metadata of lies) {
      await rewrite((tensor) => tensor, metadata);
      await expectBadData(readCheckpoint(path), /tensor \S+ is .*, expected \[|batch does not fit/);
    }
  });

  it('are refused without allocating if the record describes a network larger than any memory', async () => {
    const model = { ...record.model, embedding: 8192, hidden: 8192, layers: 32 };
    await rewrite((tensor) => tensor, { model: JSON.stringify(model) });
    await expectBadData(readCheckpoint(path), /tensor \S+ is .*, expected \[|batch does not fit/);
  });
});

describe('records', () => {
  type Json = { [key: string]: Json } & { [index: number]: Json };

  /** Parses the record after setting the member at a path, such as "training.lr", to another value. */
  function parseWith(path: string, value: unknown): () => RunRecord {
    const json = structuredClone(record) as unknown as Json;
    const keys = path.split('.');
    const parent = keys.slice(0, -1).reduce<Json>((member, key) => member[key]!, json);
    parent[keys.at(-1)!] = value as Json;
    return () => parseRecord(new Map(Object.entries(writeRecord(json as unknown as RunRecord, 'e'))), 'f');
  }

  type Range = NumberRange & { readonly isOptional?: boolean };
  const within = (parent: string, ranges: Record<string, Range>) =>
    Object.entries(ranges).map(([key, range]): [string, Range] => [`${parent}.${key}`, range]);
  const kindsOf = <const T extends Record<string, { kind: NumberRange }>>(rows: T) =>
    Object.fromEntries(
      Object.entries(rows).map(([name, row]) => [name, { ...row.kind, isOptional: 'absent' in row }]),
    );
  const unlimited = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true };
  const { embedding, hidden, layers, dropout } = NETWORK;

  /** Compared with each other in addition to their ranges. */
  const RELATED = ['training.batchSize', 'training.sequenceLength', 'corpus.length', 'corpus.trainLength'];

  it('are refused if the training text is longer than the text or shorter than a batch', async () => {
    const { length, trainLength } = record.corpus;
    const { batchSize, sequenceLength } = record.training;
    expect(parseWith('corpus.length', trainLength)).not.toThrow();
    await expectBadData(parseWith('corpus.length', trainLength - 1), 'corpus.trainLength');
    await expectBadData(parseWith('corpus.trainLength', length + 1), 'corpus.trainLength');
    expect(parseWith('corpus.trainLength', batchSize * sequenceLength + 1)).not.toThrow();
    await expectBadData(parseWith('corpus.trainLength', batchSize * sequenceLength), 'batch does not fit');
  });

  it.each([
    ...within('model', kindsOf({ embedding, hidden, layers, dropout })),
    ...within('training', kindsOf(RECORDED)),
    ...within('training.length', { amount: LENGTH.epochs.kind }),
    ...within('corpus', { length: unlimited, trainLength: unlimited }),
    ...within('progress', { step: unlimited, lossCount: unlimited, seconds: { minimum: 0, maximum: 1e12 } }),
    ...within('history.1', { step: unlimited }),
  ])('accept %s only in its range', async (path, { minimum, maximum, integer, isOptional }) => {
    const key = path.split('.').at(-1)!;
    if (!RELATED.includes(path)) {
      for (const value of [minimum, maximum]) expect(parseWith(path, value)).not.toThrow();
    }
    const wrong = [
      minimum - 1,
      -1e-9,
      maximum * 2 + 1,
      null,
      String(minimum),
      true,
      [minimum],
      {},
      ...(isOptional ? [] : [undefined]),
    ];
    if (integer) wrong.push(minimum + 0.5, maximum + 1);
    for (const value of wrong) await expectBadData(parseWith(path, value), key);
  });

  it.each(['steps', 'minutes'] as const)('accept a length in %s only in its range', async (unit) => {
    const { minimum, maximum } = LENGTH[unit].kind;
    for (const amount of [minimum, maximum]) {
      expect(parseWith('training.length', { unit, amount })().training.length).toEqual({ unit, amount });
    }
    for (const amount of [0, minimum / 2, maximum * 2, undefined]) {
      await expectBadData(parseWith('training.length', { unit, amount }), 'training.length.amount');
    }
  });

  it.each<[path: string, named: string | RegExp, values: unknown[]]>([
    ['model', 'model', [null, [], 'lstm']],
    ['model.cell', 'cell', ['transformer', 'LSTM', 'toString', '', ['gru'], null, undefined]],
    ['model.coupled', 'coupled', ['yes', 1, 0, null, {}]],
    ['model.layerNorm', 'layerNorm', ['yes', 1, 0, null, []]],
    ['model.residual', 'residual', ['yes', 1, 0, null, 'false']],
    ['model.forgetBias', 'forgetBias', [1e9, -20.1, '1', null, true, [1]]],
    ['model.vocabulary', /vocabulary/, [4, 6, 1, 5.5, '5', null]],
    [
      'codePoints',
      'vocabulary',
      [
        null,
        'abcde',
        [10, 97, 98, 99],
        [10, 97, 98, 97, 99],
        [1, 2, 3, 4, 0x110000],
        [10, 97, 98, 0xd800, 0x1f600],
      ],
    ],
    ['decoding', 'decoding', [null, 3]],
    ['decoding.encoding', 'encoding', ['utf16', null, 0, undefined]],
    ['decoding.normalizeNewlines', 'decoding.normalizeNewlines', [null, 0, 'true', undefined]],
    ['decoding.strip', 'decoding.strip', [null, 0, 'true', []]],
    ['decoding.unwrap', 'decoding.unwrap', [null, 1, 'yes', {}]],
    ['decoding.normalize', 'decoding.normalize', [null, true, 'nfd', 'NFC', ['nfc']]],
    ['training', 'training', [null, 'fast', []]],
    ['training.length', 'training.length', [null, 10]],
    ['training.length.unit', 'unit', ['weeks', null, 3]],
    ['corpus', 'corpus', [null, 'moby-dick']],
    ['corpus.name', 'corpus.name', [null, 3, undefined]],
    ['corpus.hash', 'corpus.hash', [null, 3, undefined]],
    ['progress', 'progress', [null, 3]],
    ['progress.bestLoss', 'progress.bestLoss', ['1', true, undefined]],
    ['progress.startLoss', 'progress.startLoss', ['1', true, []]],
    ['progress.recentLoss', 'progress.recentLoss', ['1', true, {}]],
    ['progress.rollbacks', 'progress.rollbacks', ['1', null, -1, 0.5]],
    ['from', 'from', [null, 3, 'x']],
    ['from.path', 'from.path', [null, 3, undefined]],
    ['from.step', 'from.step', [null, '3', -1, undefined]],
    ['from.corpus', 'from.corpus', [null, 3, undefined]],
    ['from.hash', 'from.hash', [null, 3, undefined]],
    ['progress.lossSum', 'progress.lossSum', [null, '1', undefined]],
    ['history', 'history', [null, {}, 'none']],
    ['history.0', 'history[0]', [null, 3]],
    ['history.1.lr', 'history[1].lr', [null, '1', undefined]],
    ['history.1.training', 'history[1].training', [null, '1', undefined]],
    ['history.1.validation', 'history[1].validation', ['1', undefined]],
  ])('refuse an invalid %s', async (path, named, values) => {
    for (const value of values) await expectBadData(parseWith(path, value), named, /^f\b/);
  });

  it('have the cell and variants of a network, and refuse some combinations', async () => {
    const { vocabulary, embedding, hidden, layers, dropout } = record.model;
    const shape = { vocabulary, embedding, hidden, layers, dropout };
    for (const cell of CELL_NAMES) {
      const all = { ...shape, cell, layerNorm: true, residual: true, forgetBias: -20 };
      expect(parseWith('model', all)().model).toEqual(all);
      for (const coupled of [false, true]) {
        const parse = parseWith('model', { ...all, coupled });
        if (!coupled || CELLS[cell].canBeCoupled) expect(parse().model).toEqual({ ...all, coupled });
        else await expectBadData(parse, `coupled true, not possible with cell ${cell}`);
      }
    }
  });

  it('refuse an infinite number', async () => {
    const strings = writeRecord(record, 'e');
    const progress = strings.progress!.replace('"bestLoss":1.25', '"bestLoss":1e999');
    await expectBadData(
      () => parseRecord(new Map(Object.entries({ ...strings, progress })), 'f'),
      'bestLoss',
    );
  });

  it('of earlier versions are read although they lack some of the members', () => {
    const { from: _, ...rest } = record;
    const { startLoss: _s, recentLoss: _r, rollbacks: _b, ...progress } = record.progress;
    const strings = writeRecord({ ...rest, progress } as unknown as RunRecord, 'e');
    expect(parseRecord(new Map(Object.entries(strings)), 'f')).toEqual({
      ...rest,
      progress: { ...progress, startLoss: null, recentLoss: null, rollbacks: 0 },
    });
  });

  it('refuse members that are missing or not JSON', async () => {
    const strings = writeRecord(record, 'e');
    const parse = (change: Record<string, string>) => () =>
      parseRecord(new Map(Object.entries({ ...strings, ...change })), 'f');
    expect(parse({})()).toEqual(record);
    for (const key of Object.keys(record)) {
      await expectBadData(parse({ [key]: '{' }), key);
      if (key === 'from') continue; // a run may begin with nothing
      const { [key]: _missing, ...rest } = strings;
      await expectBadData(() => parseRecord(new Map(Object.entries(rest)), 'f'), key);
    }
  });
});
