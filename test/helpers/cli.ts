// Runs the built program in child processes, as a user does.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect } from 'vitest';
import { LineServer } from './line-server.js';

export const PROGRAM = fileURLToPath(new URL('../../bin/charlstm.js', import.meta.url));

/** Makes a folder that is removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'charlstm-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartOptions {
  readonly input?: string | Uint8Array;
  /** Changes to the environment; undefined removes a variable. */
  readonly env?: Record<string, string | undefined>;
}

/** Starts the program in `cwd`, without colours unless `env` enables them. */
export function start(cwd: string, args: readonly string[], options: StartOptions = {}) {
  return execa(process.execPath, [PROGRAM, ...args], {
    cwd,
    reject: false,
    stripFinalNewline: false,
    env: { NO_COLOR: '1', FORCE_COLOR: undefined, npm_command: undefined, ...options.env },
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  });
}

/** Runs the program in a process of its own, from its start to its end. */
export async function runAlone(
  cwd: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<Result> {
  const { exitCode, stdout, stderr } = await start(cwd, args, options);
  return { code: exitCode, stdout, stderr };
}

/** The process in which the command lines of a test file run. */
const server = new LineServer();
afterAll(async () => expect(await server.close(), 'the process has ended').toBe(true));

/**
 * Runs a command line in a process that the command lines of a test file share, because starting one takes
 * longer than most of them. Those that run at the same time, or with options, have processes of their own.
 */
export async function run(cwd: string, args: readonly string[], options: StartOptions = {}): Promise<Result> {
  if (options.input !== undefined || options.env || server.isBusy) return runAlone(cwd, args, options);
  const { code, stdout, stderr } = await server.run(cwd, args);
  return { code: Number(code), stdout, stderr };
}

/** Expects a UserError: one line on stderr with the problem, nothing on stdout, no stack trace. */
export function expectFailure(result: Result, code: number, ...parts: (string | RegExp)[]): void {
  expect(result.stderr).toMatch(/^charlstm: [^\n]+\n$/);
  expect(result.stdout).toBe('');
  for (const part of parts) expect(result.stderr).toMatch(part);
  expect(result.code).toBe(code);
}

/** Parses the output of `--ui json`. */
export function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
