import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { type Tensor, writeSafeTensors } from '../../src/checkpoint/safetensors.js';
import { ExitCode } from '../../src/errors.js';
import { temporaryName } from '../../src/files.js';
import { Random, Stream } from '../../src/random.js';
import { temporaryFolder } from '../helpers/cli.js';
import {
  assemble,
  type Entry,
  errorOf,
  expectBadData,
  readMetadata,
  readSafeTensors,
  sealed,
  takeApart,
} from '../helpers/files.js';

const root = await temporaryFolder();
const newFolder = () => mkdtemp(join(root, 'x-'));
const some = join(root, 'some.safetensors');

describe('safetensors', () => {
  // "__metadata__" belongs to the format, and an object literal cannot have "__proto__".
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
  const key = fc.string({ unit: 'binary' }).filter((s) => s !== '__proto__'); // which no reader takes
  const metadata = fc.dictionary(key, fc.string({ unit: 'binary' }));
  const bits = (t: Tensor | undefined) =>
    t && { ...t, data: Buffer.from(t.data.slice().buffer).toString('hex') };

  const OWN = ['format', 'version', 'checksum', 'headerChecksum'];

  it('round-trips names, shapes, every bit of the values, and metadata', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, strings) => {
        await writeSafeTensors(some, written, strings);
        const read = await readSafeTensors(some);
        expect(read.tensors.size).toBe(written.length);
        for (const t of written) expect(bits(read.tensors.get(t.name))).toEqual(bits(t));
        for (const [key, value] of Object.entries(strings)) {
          if (!OWN.includes(key)) expect(read.metadata.get(key)).toBe(value);
        }
        expect(await readMetadata(some)).toEqual(read.metadata);
      }),
      { numRuns: 60 },
    );
  });

  it('has an aligned header and data without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, async (written) => {
        await writeSafeTensors(some, written, {});
        const { headerLength, header, data } = takeApart(readFileSync(some));
        expect(headerLength % 8).toBe(0);
        const { __metadata__, ...entries } = header;
        expect(__metadata__).toEqual({
          format: 'charlstm',
          version: '4',
          checksum: createHash('sha256').update(data).digest('hex'),
          headerChecksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        });
        expect(sealed(readFileSync(some))).toEqual(readFileSync(some));
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

  it('has a checksum for each 16 MiB of data, and is refused if any of them does not match', async () => {
    const part = 2 ** 24;
    const a: Tensor = { name: 'a', shape: [part / 4 - 3], data: new Float32Array(part / 4 - 3).fill(0.5) };
    const b: Tensor = { name: 'b', shape: [5], data: Float32Array.of(1, 2, 3, 4, 5) };
    await writeSafeTensors(some, [a, b], {});
    const file = readFileSync(some);
    const { header, data } = takeApart(file);
    const sums = [data.subarray(0, part), data.subarray(part)].map((bytes) =>
      createHash('sha256').update(bytes).digest('hex'),
    );
    expect(header.__metadata__).toMatchObject({ checksum: sums.join() });
    expect((await readSafeTensors(some)).tensors.get('b')!.data).toEqual(b.data);
    for (const at of [file.length - data.length, file.length - 9, file.length - 1]) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 1;
      await writeFile(some, damaged);
      await expectBadData(readSafeTensors(some), 'its data do not match their checksum');
    }
    // Exactly one part, with nothing after it.
    const whole = new Float32Array(part / 4).fill(0.25);
    await writeSafeTensors(some, [{ name: 'whole', shape: [part / 4], data: whole }], {});
    expect((await readSafeTensors(some)).tensors.get('whole')!.data.at(-1)).toBe(0.25);
    const { __metadata__ } = takeApart(readFileSync(some)).header;
    expect((__metadata__ as Record<string, string>).checksum).toHaveLength(64);
  });

  it('is the same file for the same content in any order', async () => {
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
    await writeSafeTensors(valid, written, { engine: 'none' });
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
      ['a header length beyond the end', assemble(header, data, BigInt(file.length - 8 + 1))],
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
      ['a header that is not an object', assemble('[1, 2]', data)],
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
      ['a shape of the wrong size', lying({ a: { shape: [2, 2] } })],
      ['a negative shape', lying({ a: { shape: [-2, -3] } })],
      ['a fractional shape', lying({ a: { shape: [1.5, 4] } })],
      ['no shape', lying({ a: { shape: undefined } })],
      ['a huge tensor', lying({ b: { shape: [huge / 4], data_offsets: [24, 24 + huge] } })],
      ['a huge shape', lying({ a: { shape: [2 ** 50, 2 ** 50, 2 ** 50] } })],
      [
        'a shape of infinite size',
        lying({ a: { shape: [...Array(40).fill(2 ** 50), 0], data_offsets: [0, 0] } }),
      ],
      ['a tensor that is null', assemble({ ...header, a: null }, data)],
      ['no metadata', assemble(bare, data)],
      ['empty metadata', assemble({ ...bare, __metadata__: {} }, data)],
      ['null metadata', assemble({ ...bare, __metadata__: null }, data)],
      ['metadata that is not strings', assemble({ ...bare, __metadata__: { ...__metadata__, x: 1 } }, data)],
      ['metadata without a checksum', assemble({ ...bare, __metadata__: { format: 'charlstm' } }, data)],
    ])('%s', async (_what, bytes) => {
      await writeFile(some, bytes);
      await expectBadData(readSafeTensors(some), /^.*some\.safetensors is not a checkpoint of charlstm: /);
      await expectBadData(readCheckpoint(some));
    });

    it('none of this if it is valid', async () => {
      for (const bytes of [assemble(header, data), lying({})]) {
        await writeFile(some, bytes);
        expect((await readSafeTensors(some)).tensors.get('b')).toEqual(written[1]);
      }
    });

    it('a file truncated at any byte', async () => {
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

describe('a write that fails', () => {
  const tensors = [{ name: 'a', shape: [2], data: Float32Array.of(1, 2) }];

  it.each<[what: string, path: (folder: string) => string]>([
    ['a folder that does not exist', (folder) => join(folder, 'missing', 'x')],
    ['a folder that is a file', (folder) => join(folder, 'file', 'x')],
    ['a file that is a folder', (folder) => join(folder, 'folder')],
    ['a name that is too long', (folder) => join(folder, 'x'.repeat(300))],
  ])('to %s is a UserError and leaves nothing behind', async (_what, path) => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), 'x');
    await mkdir(join(folder, 'folder'));
    const { message } = await errorOf(writeSafeTensors(path(folder), tensors, {}));
    expect(message.startsWith(path(folder))).toBe(true);
    expect(readdirSync(folder)).toEqual(['file', 'folder']);
  });

  it.skipIf(!existsSync('/dev/full'))('to a full disk leaves the file as it was', async () => {
    const path = join(await newFolder(), 'x');
    await writeSafeTensors(path, tensors, { age: 'old' });
    symlinkSync('/dev/full', temporaryName(path));
    const { message, exitCode } = await errorOf(writeSafeTensors(path, tensors, { age: 'new' }));
    expect(message).toBe(`${path} could not be written: the disk is full`);
    expect(exitCode).toBe(ExitCode.io);
    expect(existsSync(temporaryName(path))).toBe(false);
    expect((await readMetadata(path)).get('age')).toBe('old');
  });
});
