import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  modelOf,
  readCheckpoint,
  readRecord,
  writeCheckpoint,
} from '../src/checkpoint/checkpoint.js';
import {
  LENGTH_RANGES,
  parseRecord,
  type RunRecord,
  TRAINING_RANGES,
  writeRecord,
} from '../src/checkpoint/record.js';
import {
  bestOf,
  checkpointPath,
  createRun,
  listCheckpoints,
  listRuns,
  lockRun,
  pruneCheckpoints,
  resolveCheckpoint,
} from '../src/checkpoint/run.js';
import {
  readMetadata,
  readSafeTensors,
  type Tensor,
  writeSafeTensors,
} from '../src/checkpoint/safetensors.js';
import { ExitCode, UserError } from '../src/errors.js';
import { MODEL_RANGES } from '../src/model/config.js';
import { parameterTable } from '../src/model/parameters.js';
import type { NumberRange } from '../src/numbers.js';
import { Random, Stream } from '../src/random.js';
import { temporaryFolder } from './cli.js';

const root = await temporaryFolder();
const newFolder = () => mkdtemp(join(root, 'x-'));
const some = join(root, 'some.safetensors');

async function errorOf(promise: Promise<unknown> | (() => unknown)): Promise<UserError> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

async function expectBadData(promise: Promise<unknown> | (() => unknown), ...parts: (string | RegExp)[]) {
  const { message, exitCode } = await errorOf(promise);
  for (const part of parts) expect(message).toMatch(part);
  expect(exitCode).toBe(ExitCode.badData);
}

interface Entry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}
type Header = Record<string, Entry | Record<string, unknown>>;

/** Takes a file apart by the format's specification, not by the code under test. */
function takeApart(file: Buffer): { headerLength: number; header: Header; data: Buffer } {
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString()) as Header;
  return { headerLength, header, data: file.subarray(8 + headerLength) };
}

/** A file of any header, true or lying. */
function assemble(header: unknown, data: Uint8Array, length?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([head, json, data]);
}

describe('safetensors', () => {
  // "__metadata__" is the format's own; "__proto__" no object literal holds.
  const name = fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => !/^__(metadata|proto)__$/.test(s));
  const tensor = fc
    .record({ name, shape: fc.array(fc.nat(5), { maxLength: 3 }), seed: fc.nat() })
    .map(({ name, shape, seed }): Tensor => {
      const random = new Random(seed, Stream.sampling);
      const words = { length: shape.reduce((product, size) => product * size, 1) };
      return {
        name,
        shape,
        data: new Float32Array(Uint32Array.from(words, () => random.below(2 ** 32)).buffer),
      };
    });
  const tensors = fc.uniqueArray(tensor, { maxLength: 6, selector: (t) => t.name });
  const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
  const bits = (t: Tensor | undefined) =>
    t && { ...t, data: Buffer.from(t.data.slice().buffer).toString('hex') };

  it('gives back names, shapes, every bit of the values, and metadata', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, strings) => {
        await writeSafeTensors(some, written, strings);
        const read = await readSafeTensors(some);
        expect(read.tensors.size).toBe(written.length);
        for (const t of written) expect(bits(read.tensors.get(t.name))).toEqual(bits(t));
        for (const [key, value] of Object.entries(strings)) {
          if (key !== 'checksum') expect(read.metadata.get(key)).toBe(value);
        }
        expect(await readMetadata(some)).toEqual(read.metadata);
      }),
      { numRuns: 60 },
    );
  });

  it('has an aligned header, and data without holes', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, async (written) => {
        await writeSafeTensors(some, written, {});
        const { headerLength, header, data } = takeApart(readFileSync(some));
        expect(headerLength % 8).toBe(0);
        const { __metadata__, ...entries } = header;
        expect(__metadata__).toEqual({ checksum: createHash('sha256').update(data).digest('hex') });
        const offsets = Object.values(entries)
          .map((entry) => entry.data_offsets as [number, number])
          .sort(([a, b], [c, d]) => a - c || b - d);
        expect(offsets.map(([from]) => from)).toEqual([0, ...offsets.map(([, to]) => to)].slice(0, -1));
        expect(offsets.at(-1)?.[1] ?? 0).toBe(data.length);
        for (const entry of Object.values(entries)) expect(entry.dtype).toBe('F32');
      }),
      { numRuns: 30 },
    );
  });

  it('is the same file for the same content, in whatever order', async () => {
    const a: Tensor = { name: 'a', shape: [2], data: Float32Array.of(1, 2) };
    const b: Tensor = { name: 'b', shape: [1, 1], data: Float32Array.of(3) };
    await writeSafeTensors(some, [a, b], { x: '1', y: '2' });
    const file = readFileSync(some);
    await writeSafeTensors(some, [b, a], { y: '2', x: '1' });
    expect(readFileSync(some)).toEqual(file);
  });

  describe('refuses', async () => {
    const valid = join(root, 'valid.safetensors');
    const values = Float32Array.from({ length: 10 }, (_, i) => i / 3);
    const written = [
      { name: 'a', shape: [2, 3], data: values.subarray(0, 6) },
      { name: 'b', shape: [4], data: values.subarray(6) },
    ];
    await writeSafeTensors(valid, written, { format: 'charlstm' });
    const file = readFileSync(valid);
    const { headerLength, header, data } = takeApart(file);
    const lying = (change: Record<string, Entry>) => {
      const changed = structuredClone(header);
      for (const [key, entry] of Object.entries(change)) changed[key] = { ...changed[key], ...entry };
      return assemble(changed, data);
    };
    const flipped = Buffer.from(file);
    flipped[flipped.length - 3]! ^= 1;
    const random = new Random(1, Stream.sampling);
    const { __metadata__, ...bare } = header;
    const huge = 2 ** 42;

    it.each<[what: string, bytes: Uint8Array]>([
      ['an empty file', Buffer.alloc(0)],
      ['5 bytes', file.subarray(0, 5)],
      ['8 bytes', file.subarray(0, 8)],
      ['zeros', Buffer.alloc(1000)],
      ['random bytes', Buffer.from(Array.from({ length: 5000 }, () => random.below(256)))],
      ['a text', Buffer.from('Call me Ishmael. Some years ago, never mind how long precisely.\n')],
      ['a header length of 0', assemble('', data)],
      ['a header length of 1', assemble('{', data)],
      ['a header length of 2^63', assemble(header, data, 2n ** 63n)],
      ['a header length of 2^64 - 1', assemble(header, data, 2n ** 64n - 1n)],
      ['a header length of 2^53', assemble(header, data, 2n ** 53n)],
      ['a header length past the end', assemble(header, data, BigInt(file.length - 8 + 1))],
      ['a header length of 20 MB', assemble(header, data, 20_000_000n)],
      [
        'a header that is too short by one',
        assemble(header, data, BigInt(JSON.stringify(header).length - 1)),
      ],
      ['a header cut short', file.subarray(0, 8 + headerLength - 1)],
      ['data cut short by a byte', file.subarray(0, -1)],
      ['no data', file.subarray(0, 8 + headerLength)],
      ['a byte appended', Buffer.concat([file, Buffer.of(0)])],
      ['a bit of the data flipped', flipped],
      ['a header that is no object', assemble('[1, 2]', data)],
      ['a header that is not JSON', assemble('{"a": }', data)],
      ['dtype F64', lying({ a: { dtype: 'F64' } })],
      ['no dtype', lying({ a: { dtype: undefined } })],
      ['a negative offset', lying({ a: { data_offsets: [-24, 0] } })],
      ['fractional offsets', lying({ a: { data_offsets: [0.5, 24.5] } })],
      ['offsets as strings', lying({ a: { data_offsets: ['0', '24'] } })],
      ['one offset', lying({ a: { data_offsets: [0] } })],
      ['three offsets', lying({ a: { data_offsets: [0, 24, 40] } })],
      ['offsets backwards', lying({ a: { data_offsets: [24, 0] } })],
      ['overlapping tensors', lying({ b: { data_offsets: [20, 36] } })],
      ['two tensors on the same bytes', lying({ a: { shape: [4], data_offsets: [24, 40] } })],
      ['a hole', lying({ b: { shape: [3], data_offsets: [28, 40] } })],
      ['a hole at the start', lying({ a: { shape: [5], data_offsets: [4, 24] } })],
      ['a shape of another size', lying({ a: { shape: [2, 2] } })],
      ['a negative shape', lying({ a: { shape: [-2, -3] } })],
      ['a fractional shape', lying({ a: { shape: [1.5, 4] } })],
      ['no shape', lying({ a: { shape: undefined } })],
      ['a huge tensor', lying({ b: { shape: [huge / 4], data_offsets: [24, 24 + huge] } })],
      ['a huge shape', lying({ a: { shape: [2 ** 50, 2 ** 50, 2 ** 50] } })],
      [
        'a shape past all numbers',
        lying({ a: { shape: [...Array(40).fill(2 ** 50), 0], data_offsets: [0, 0] } }),
      ],
      ['a tensor that is null', assemble({ ...header, a: null }, data)],
      ['no metadata', assemble(bare, data)],
      ['empty metadata', assemble({ ...bare, __metadata__: {} }, data)],
      ['metadata that are null', assemble({ ...bare, __metadata__: null }, data)],
      ['metadata that are no strings', assemble({ ...bare, __metadata__: { ...__metadata__, x: 1 } }, data)],
      ['metadata without a checksum', assemble({ ...bare, __metadata__: { format: 'charlstm' } }, data)],
    ])('%s', async (_what, bytes) => {
      await writeFile(some, bytes);
      await expectBadData(readSafeTensors(some), /^.*some\.safetensors is not a checkpoint of charlstm: /);
      await expectBadData(readCheckpoint(some));
    });

    it('nothing of all this where it is valid', async () => {
      for (const bytes of [assemble(header, data), lying({})]) {
        await writeFile(some, bytes);
        expect((await readSafeTensors(some)).tensors.get('b')).toEqual(written[1]);
      }
    });

    it('a file cut short at any byte', async () => {
      await writeFile(some, file);
      for (let length = file.length - 1; length >= 0; length--) {
        await truncate(some, length);
        await expectBadData(readSafeTensors(some));
        await expectBadData(readMetadata(some));
      }
    });

    it('a missing file and a folder', async () => {
      for (const path of [join(root, 'missing'), join(valid, 'x'), root]) {
        expect((await errorOf(readSafeTensors(path))).exitCode).toBe(ExitCode.noInput);
      }
    });
  });
});

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
    keep: 3,
    seed: 2 ** 32 - 1,
  },
  corpus: { name: 'some "text" é😀', length: 1000, trainLength: 900, hash: 'ab12' },
  progress: { step: 42, seconds: 1.5, bestLoss: 1.25, lossSum: 0.1 + 0.2, lossCount: 7 },
  history: [
    { step: 10, lr: 1e-3, training: 2.5, validation: null },
    { step: 20, lr: 1e-300, training: 1 / 3, validation: 1.25 },
  ],
};

const gauss = new Random(5, Stream.sampling);
const numbers = (length: number) =>
  Float32Array.from({ length }, () => (gauss.uniform() - 0.5) * 2 ** gauss.below(20));
const { count } = parameterTable(record.model);
const checkpoint: Checkpoint = {
  record,
  engine: 'wasm-test',
  state: {
    values: numbers(count),
    firstMoments: numbers(count),
    secondMoments: numbers(count),
    h: numbers(2 * 2 * 4),
    c: numbers(2 * 2 * 4),
  },
};

describe('checkpoints', () => {
  const path = join(root, 'checkpoint.safetensors');

  it('give back the record and all state', async () => {
    await writeCheckpoint(path, checkpoint);
    expect(await readCheckpoint(path)).toEqual(checkpoint);
    expect(await readRecord(path)).toEqual({ record, engine: 'wasm-test' });
    expect(existsSync(`${path}.tmp`)).toBe(false);
  });

  it('are the same bytes for the same run, however its record was put together', async () => {
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

  it("have PyTorch's names and shapes, its second biases as zeros", async () => {
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

  /** Writes the checkpoint with its tensors or metadata changed, behind a true checksum. */
  async function rewrite(
    change: (tensor: Tensor) => Tensor | undefined,
    metadata: Record<string, string> = {},
  ) {
    await writeCheckpoint(path, checkpoint);
    const read = await readSafeTensors(path);
    const tensors = [...read.tensors.values()].flatMap((tensor) => change(tensor) ?? []);
    await writeSafeTensors(path, tensors, { ...Object.fromEntries(read.metadata), ...metadata });
  }

  it('add the two biases up on reading', async () => {
    const second = numbers(16);
    await rewrite((tensor) => (tensor.name === 'lstm.bias_hh_l1' ? { ...tensor, data: second } : tensor));
    const { state } = await readCheckpoint(path);
    const { start, length } = parameterTable(record.model).named('lstm.bias_ih_l1');
    const expected = checkpoint.state.values.slice();
    for (let i = 0; i < length; i++) expected[start + i]! += second[i]!;
    expect(state).toEqual({ ...checkpoint.state, values: expected });
  });

  it('make a model', async () => {
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
  ])('are refused where %s is not finite, missing, or of another shape', async (name) => {
    const only = (change: (tensor: Tensor) => Tensor | undefined) => (tensor: Tensor) =>
      tensor.name === name ? change(tensor) : tensor;
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      await rewrite(
        only((tensor) => ({ ...tensor, data: tensor.data.map((x, i) => (i === 3 ? wrong : x)) })),
      );
      await expectBadData(readCheckpoint(path), `tensor ${name} holds numbers that are not finite`);
    }
    await rewrite(only(() => undefined));
    await expectBadData(readCheckpoint(path), `tensor ${name} is missing`);
    await rewrite(only((tensor) => ({ ...tensor, shape: [1, ...tensor.shape] })));
    await expectBadData(readCheckpoint(path), `tensor ${name} is [1, `);
  });

  it('are refused where the record tells of another network', async () => {
    const { batchSize, ...rest } = record.training;
    const lies: Record<string, string>[] = [
      { model: JSON.stringify({ ...record.model, hidden: 8 }) },
      { model: JSON.stringify({ ...record.model, layers: 3 }) },
      { training: JSON.stringify({ ...rest, batchSize: batchSize + 1 }) },
      { training: JSON.stringify({ ...rest, batchSize: 65536 }) },
    ];
    for (const metadata of lies) {
      await rewrite((tensor) => tensor, metadata);
      await expectBadData(readCheckpoint(path), /tensor \S+ is .*, expected \[/);
    }
  });

  it('are refused, with nothing set aside for it, where the record tells of a network past all memory', async () => {
    const model = { ...record.model, embedding: 8192, hidden: 8192, layers: 32 };
    await rewrite((tensor) => tensor, { model: JSON.stringify(model) });
    await expectBadData(readCheckpoint(path), /tensor \S+ is .*, expected \[/);
  });

  it('with any one byte damaged are refused or read, never a crash', async () => {
    await writeCheckpoint(path, checkpoint);
    const file = readFileSync(path);
    const { headerLength } = takeApart(file);
    for (let at = 0; at < file.length; at += at < 8 + headerLength ? 7 : 211) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 1 << (at % 7);
      writeFileSync(some, damaged);
      const outcome = await readCheckpoint(some).catch((error: unknown) => error);
      const refused = outcome instanceof UserError && outcome.exitCode === ExitCode.badData;
      const read = !(outcome instanceof Error) && at < 8 + headerLength;
      if (!refused && !read) expect.fail(`byte ${at} damaged: ${String(outcome)}`);
    }
  });
});

describe('records', () => {
  type Json = { [key: string]: Json } & { [index: number]: Json };

  /** Parses the record with the member at a path, such as "training.lr", set to another value. */
  function parseWith(path: string, value: unknown): () => RunRecord {
    const json = structuredClone(record) as unknown as Json;
    const keys = path.split('.');
    const parent = keys.slice(0, -1).reduce<Json>((member, key) => member[key]!, json);
    parent[keys.at(-1)!] = value as Json;
    return () => parseRecord(new Map(Object.entries(writeRecord(json as unknown as RunRecord, 'e'))), 'f');
  }

  const within = (parent: string, ranges: Record<string, NumberRange>) =>
    Object.entries(ranges).map(([key, range]): [string, NumberRange] => [`${parent}.${key}`, range]);
  const unlimited = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true };
  const { vocabulary: _, ...modelRanges } = MODEL_RANGES;

  it.each([
    ...within('model', modelRanges),
    ...within('training', TRAINING_RANGES),
    ...within('training.length', { amount: LENGTH_RANGES.epochs }),
    ...within('corpus', { length: unlimited, trainLength: unlimited }),
    ...within('progress', { step: unlimited, lossCount: unlimited, seconds: { minimum: 0, maximum: 1e12 } }),
    ...within('history.1', { step: unlimited }),
  ])('take %s in its range and nothing else', async (path, { minimum, maximum, integer }) => {
    const key = path.split('.').at(-1)!;
    for (const value of [minimum, maximum]) expect(parseWith(path, value)).not.toThrow();
    const wrong = [
      minimum - 1,
      -1e-9,
      maximum * 2 + 1,
      null,
      String(minimum),
      true,
      [minimum],
      {},
      undefined,
    ];
    if (integer) wrong.push(minimum + 0.5, maximum + 1);
    for (const value of wrong) await expectBadData(parseWith(path, value), key);
  });

  it.each(['steps', 'minutes'] as const)(
    'take a length in %s in its range and nothing else',
    async (unit) => {
      const { minimum, maximum } = LENGTH_RANGES[unit];
      for (const amount of [minimum, maximum]) {
        expect(parseWith('training.length', { unit, amount })().training.length).toEqual({ unit, amount });
      }
      for (const amount of [0, minimum / 2, maximum * 2, undefined]) {
        await expectBadData(parseWith('training.length', { unit, amount }), 'training.length.amount');
      }
    },
  );

  it.each<[path: string, named: string | RegExp, values: unknown[]]>([
    ['model', 'model', [null, [], 'lstm']],
    ['model.cell', 'cell', ['gru', null, undefined]],
    ['model.vocabulary', /vocabulary/, [4, 6, 1, 5.5, '5', null]],
    [
      'codePoints',
      'vocabulary',
      [null, 'abcde', [10, 97, 98, 99], [10, 97, 98, 97, 99], [1, 2, 3, 4, 0x110000]],
    ],
    ['decoding', 'decoding', [null, 3]],
    ['decoding.encoding', 'encoding', ['utf16', null, 0, undefined]],
    ['decoding.normalizeNewlines', 'decoding.normalizeNewlines', [null, 0, 'true', undefined]],
    ['training', 'training', [null, 'fast', []]],
    ['training.length', 'training.length', [null, 10]],
    ['training.length.unit', 'unit', ['weeks', null, 3]],
    ['corpus', 'corpus', [null, 'moby-dick']],
    ['corpus.name', 'corpus.name', [null, 3, undefined]],
    ['corpus.hash', 'corpus.hash', [null, 3, undefined]],
    ['progress', 'progress', [null, 3]],
    ['progress.bestLoss', 'progress.bestLoss', ['1', true, undefined]],
    ['progress.lossSum', 'progress.lossSum', [null, '1', undefined]],
    ['history', 'history', [null, {}, 'none']],
    ['history.0', 'history[0]', [null, 3]],
    ['history.1.lr', 'history[1].lr', [null, '1', undefined]],
    ['history.1.training', 'history[1].training', [null, '1', undefined]],
    ['history.1.validation', 'history[1].validation', ['1', undefined]],
  ])('refuse a %s that is none', async (path, named, values) => {
    for (const value of values) await expectBadData(parseWith(path, value), named, /^f\b/);
  });

  it('refuse an infinite number', async () => {
    const strings = writeRecord(record, 'e');
    const progress = strings.progress!.replace('"bestLoss":1.25', '"bestLoss":1e999');
    await expectBadData(
      () => parseRecord(new Map(Object.entries({ ...strings, progress })), 'f'),
      'bestLoss',
    );
  });

  it('refuse another format, another version, and members that are missing or no JSON', async () => {
    const strings = writeRecord(record, 'e');
    const parse = (change: Record<string, string>) => () =>
      parseRecord(new Map(Object.entries({ ...strings, ...change })), 'f');
    expect(parse({})()).toEqual(record);
    await expectBadData(parse({ format: 'pt' }), 'format');
    await expectBadData(parse({ version: '2' }), 'version 2', 'reads version 1');
    for (const key of Object.keys(record)) {
      await expectBadData(parse({ [key]: '{' }), key);
      const { [key]: _missing, ...rest } = strings;
      await expectBadData(() => parseRecord(new Map(Object.entries(rest)), 'f'), key);
    }
  });
});

describe('a write that fails', () => {
  const tensors = [{ name: 'a', shape: [2], data: Float32Array.of(1, 2) }];

  it.each<[what: string, path: (folder: string) => string]>([
    ['a folder that does not exist', (folder) => join(folder, 'missing', 'x')],
    ['a folder that is a file', (folder) => join(folder, 'file', 'x')],
    ['a file that is a folder', (folder) => join(folder, 'folder')],
    ['a name that is too long', (folder) => join(folder, 'x'.repeat(300))],
  ])('to %s is a UserError, and leaves nothing', async (_what, path) => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), 'x');
    await mkdir(join(folder, 'folder'));
    const { message } = await errorOf(writeSafeTensors(path(folder), tensors, {}));
    expect(message.startsWith(path(folder))).toBe(true);
    expect(readdirSync(folder)).toEqual(['file', 'folder']);
  });

  it.skipIf(!existsSync('/dev/full'))('to a full disk leaves the file as it was', async () => {
    const path = join(await newFolder(), 'x');
    await writeSafeTensors(path, tensors, { version: 'old' });
    symlinkSync('/dev/full', `${path}.tmp`);
    const { message, exitCode } = await errorOf(writeSafeTensors(path, tensors, { version: 'new' }));
    expect(message).toBe(`${path} could not be written: the disk is full`);
    expect(exitCode).toBe(ExitCode.io);
    expect(existsSync(`${path}.tmp`)).toBe(false);
    expect((await readMetadata(path)).get('version')).toBe('old');
  });
});

describe('runs', () => {
  /** A run with empty checkpoints: steps, or steps with validation losses. */
  async function runWith(...checkpoints: [step: number, validation?: number][]): Promise<string> {
    const run = await newFolder();
    for (const [step, validation] of checkpoints) await writeFile(checkpointPath(run, step, validation), '');
    return run;
  }

  const steps = (run: string) => listCheckpoints(run).map((file) => file.step);

  it('name their checkpoints by step and loss, and list them by step', async () => {
    expect(checkpointPath('r', 42, 1.23456)).toBe(join('r', 'step-0000042-val-1.2346.safetensors'));
    expect(checkpointPath('r', 42, undefined)).toBe(join('r', 'step-0000042.safetensors'));
    const run = await runWith([12_345_678, 1], [9_999_999, 12.5], [3]);
    const others = ['step-1.safetensors.tmp', 'x-step-1.safetensors', 'log.jsonl', 'step-.safetensors'];
    for (const name of others) await writeFile(join(run, name), '');
    expect(listCheckpoints(run)).toEqual([
      { path: checkpointPath(run, 3, undefined), step: 3, validation: undefined },
      { path: checkpointPath(run, 9_999_999, 12.5), step: 9_999_999, validation: 12.5 },
      { path: checkpointPath(run, 12_345_678, 1), step: 12_345_678, validation: 1 },
    ]);
  });

  it('have a best checkpoint: lowest loss, first of equals, else the last', async () => {
    const best = async (...checkpoints: [number, number?][]) =>
      bestOf(listCheckpoints(await runWith(...checkpoints)))?.step;
    expect(await best([1, 3], [2, 1.5], [3, 2], [4])).toBe(2);
    expect(await best([1, 10], [2, 9.5])).toBe(2);
    expect(await best([1, 2], [2, 1.5], [3, 1.5])).toBe(2);
    expect(await best([1], [2])).toBe(2);
    expect(await best()).toBeUndefined();
  });

  it.each([
    [0, [2, 6]],
    [1, [2, 6]],
    [2, [2, 5, 6]],
    [5, [2, 3, 4, 5, 6]],
    [100, [1, 2, 3, 4, 5, 6]],
  ])('pruned with keep %i leave the best, the last and so many', async (keep, left) => {
    const run = await runWith([1, 3], [2, 1], [3, 2], [4], [5, 1], [6]);
    await writeFile(join(run, 'log.jsonl'), '');
    await pruneCheckpoints(run, keep);
    expect(steps(run)).toEqual(left);
    expect(existsSync(join(run, 'log.jsonl'))).toBe(true);
    await pruneCheckpoints(await newFolder(), keep);
  });

  it('resolve to their best or last, and are listed', async () => {
    const run = await runWith([1, 1], [2, 2]);
    expect(resolveCheckpoint(run, 'best').step).toBe(1);
    expect(resolveCheckpoint(run, 'last').step).toBe(2);
    expect(resolveCheckpoint(checkpointPath(run, 2, 2), 'best').path).toBe(checkpointPath(run, 2, 2));
    for (const path of [join(run, 'missing'), await newFolder()]) {
      expect((await errorOf(() => resolveCheckpoint(path, 'best'))).exitCode).toBe(ExitCode.noInput);
    }
    expect(listRuns(root).map(({ path }) => path)).toContain(run);
    expect(listRuns(join(root, 'missing'))).toEqual([]);
  });

  /** Runs `use` while a process other than this one is alive. */
  async function withProcess(use: (pid: number) => Promise<void>): Promise<void> {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      await use(child.pid!);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }

  it('are locked by a living process, and taken over from a dead one', async () => {
    const run = await newFolder();
    const lock = join(run, 'lock');
    await withProcess(async (pid) => {
      await writeFile(lock, String(pid));
      const { message, exitCode } = await errorOf(lockRun(run));
      expect(message).toBe(`${basename(run)} is being trained by process ${pid}`);
      expect(exitCode).toBe(ExitCode.cannotCreate);
      expect(readFileSync(lock, 'utf8')).toBe(String(pid));
    });
    const unlock = await lockRun(run);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    await unlock();
    expect(readdirSync(run)).toEqual([]);
    await unlock();
  });

  it.each(['', 'x', '-1', '0', '1.5', '99999999'])(
    'are taken over from a lock that says %j',
    async (content) => {
      const run = await newFolder();
      await writeFile(join(run, 'lock'), content);
      const unlock = await lockRun(run);
      expect(readFileSync(join(run, 'lock'), 'utf8')).toBe(String(process.pid));
      await unlock();
    },
  );

  it('cannot be locked where there is no folder', async () => {
    await expect(lockRun(join(root, 'missing'))).rejects.toThrow(UserError);
  });

  it('are made in folders that are new or empty', async () => {
    const above = join(await newFolder(), 'a');
    const run = await createRun(join(above, 'b'), 'text');
    expect(run.path).toBe(join(above, 'b'));
    expect(readdirSync(run.path)).toEqual([]);
    const again = await createRun(run.path, 'text');
    await writeFile(join(run.path, 'corpus.u8'), '');
    await again.discard();
    expect(readdirSync(above)).toEqual(['b']);
    expect(readdirSync(run.path)).toEqual([]);
    await run.discard();
    expect(existsSync(above)).toBe(false);
    await run.discard();
  });

  it('are made in the place of one that was killed before its first checkpoint, not of one that lives', async () => {
    const path = await newFolder();
    const left = ['corpus.u8', 'corpus.u8.tmp', 'lock', 'log.jsonl', 'stdin.tmp'];
    await withProcess(async (pid) => {
      for (const name of left) await writeFile(join(path, name), String(pid));
      expect((await errorOf(createRun(path, 'text'))).exitCode).toBe(ExitCode.cannotCreate);
      expect(readdirSync(path)).toEqual(left);
    });
    expect((await createRun(path, 'text')).path).toBe(path);
    expect(readdirSync(path)).toEqual([]);
  });

  it('are not made in the place of what charlstm did not write', async () => {
    const path = await newFolder();
    await writeFile(join(path, 'thesis.tmp'), 'x');
    expect((await errorOf(createRun(path, 'text'))).exitCode).toBe(ExitCode.cannotCreate);
    expect(readdirSync(path)).toEqual(['thesis.tmp']);
  });

  it('are not discarded by one that came second', async () => {
    const path = join(await newFolder(), 'run');
    await createRun(path, 'text'); // by the first process, which locks it only after the second has made it, too
    const second = await createRun(path, 'text');
    await withProcess(async (pid) => {
      await writeFile(join(path, 'lock'), String(pid));
      await expect(lockRun(path)).rejects.toThrow(UserError);
      await second.discard(); // as train does where it gets no lock
      expect(readdirSync(path)).toEqual(['lock']);
    });
  });

  it('are not discarded with a checkpoint, nor with a run beside them', async () => {
    const above = join(await newFolder(), 'a');
    const one = await createRun(join(above, 'one'), 'text');
    const two = await createRun(join(above, 'two'), 'text');
    await writeFile(checkpointPath(two.path, 1, 1), '');
    await one.discard();
    await two.discard();
    expect(readdirSync(above)).toEqual(['two']);
    expect(steps(two.path)).toEqual([1]);
  });

  it('are not made where there is something', async () => {
    const full = await newFolder();
    await writeFile(join(full, 'file'), 'x');
    const places: [path: string, message: RegExp][] = [
      [full, /is not empty$/],
      [await runWith([1]), /already holds a run/],
      [join(full, 'file'), /file/],
      [join(full, 'file', 'below'), /below/],
    ];
    for (const [path, expected] of places) {
      const { message, exitCode } = await errorOf(createRun(path, 'text'));
      expect(message).toMatch(expected);
      expect(exitCode).toBe(ExitCode.cannotCreate);
    }
    expect(readdirSync(full)).toEqual(['file']);
  });
});
