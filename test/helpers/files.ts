// Takes files apart, puts them together, and checks the errors they cause.

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type Tensor, withSafeTensors } from '../../src/checkpoint/safetensors.js';
import { ExitCode, UserError } from '../../src/errors.js';

/** Returns the UserError that an action throws. */
export function thrownBy(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** Returns the UserError of a promise, or of an action that may return one. */
export async function errorOf(promise: Promise<unknown> | (() => unknown)): Promise<UserError> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

export async function expectBadData(
  promise: Promise<unknown> | (() => unknown),
  ...parts: (string | RegExp)[]
) {
  const { message, exitCode } = await errorOf(promise);
  for (const part of parts) expect(message).toMatch(part);
  expect(exitCode).toBe(ExitCode.badData);
}

export interface Entry {
  dtype?: unknown;
  shape?: unknown;
  data_offsets?: unknown;
}
export type Header = Record<string, Entry | Record<string, unknown>>;

/** Takes a file apart according to the format's specification, without the code under test. */
export function takeApart(file: Buffer): { headerLength: number; header: Header; data: Buffer } {
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString()) as Header;
  return { headerLength, header, data: file.subarray(8 + headerLength) };
}

/** Makes a file from any header, true or lying, with a correct checksum of the header. */
export function assemble(header: unknown, data: Uint8Array, length?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(json.length));
  return sealed(Buffer.concat([head, json, data]));
}

/** Sets the checksum of the header in a file that has one, as described in docs/reference/checkpoints.md. */
export function sealed(file: Buffer): Buffer {
  const key = '"headerChecksum":"';
  const at = file.indexOf(key) + key.length;
  const head = file.subarray(0, 8 + Number(file.readBigUInt64LE(0)));
  if (at < key.length || at + 64 > head.length) return file;
  head.write('0'.repeat(64), at);
  head.write(createHash('sha256').update(head).digest('hex'), at);
  return file;
}

/** Reads all tensors and the metadata of a file. */
export async function readSafeTensors(path: string) {
  return withSafeTensors(path, async (file) => {
    const tensors = new Map<string, Tensor>();
    for await (const tensor of file.tensors()) tensors.set(tensor.name, tensor);
    return { tensors, metadata: file.metadata };
  });
}

/** Reads only the metadata of a file. */
export async function readMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  return withSafeTensors(path, async ({ metadata }) => metadata);
}

/** A tensor as another program may write it. */
export interface ForeignTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly type?: 'F64' | 'F32' | 'BF16' | 'F16';
}

/** Makes a file of such tensors, in order. Data are numbers, or bit patterns for types of 16 bits. */
export function foreignFile(tensors: readonly ForeignTensor[], metadata?: Record<string, string>): Buffer {
  const parts = tensors.map(({ data, type = 'F32' }) => {
    const values = Array.from(data);
    if (type === 'F64') return Buffer.from(Float64Array.from(values).buffer);
    if (type === 'F32') return Buffer.from(Float32Array.from(values).buffer);
    return Buffer.from(Uint16Array.from(values).buffer);
  });
  let end = 0;
  const entries = tensors.map(({ name, shape, type = 'F32' }, i) => {
    const from = end;
    end += parts[i]!.length;
    return [name, { dtype: type, shape, data_offsets: [from, end] }];
  });
  const header = { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) };
  return assemble(header, Buffer.concat(parts));
}
