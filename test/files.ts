// Files taken apart and put together, and what is thrown when they are wrong.

import { expect } from 'vitest';
import { ExitCode, UserError } from '../src/errors.js';

/** The UserError that an action throws. */
export function thrownBy(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** The same of a promise, or of an action that may return one. */
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

/** Takes a file apart by the format's specification, not by the code under test. */
export function takeApart(file: Buffer): { headerLength: number; header: Header; data: Buffer } {
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString()) as Header;
  return { headerLength, header, data: file.subarray(8 + headerLength) };
}

/** A file of any header, true or lying. */
export function assemble(header: unknown, data: Uint8Array, length?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([head, json, data]);
}
