// A run that is killed or stopped, and then continues, ends as if nothing had happened.

import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../helpers/cli.js';
import { begin, checkpointsIn, expectTidy, outcome, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 60 * 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
const PLACE = ['--threads', '1', '--ui', 'json'];
/** One text, and a collection. */
const DIVISIONS = ['whole', 'line'] as const;
type Division = (typeof DIVISIONS)[number];
const expected: Partial<Record<Division, ReturnType<typeof outcome>>> = {};
/** Milliseconds from the start of the run's process to its end. */
let duration: number;

beforeAll(async () => {
  for (const division of DIVISIONS) {
    const start = performance.now();
    const command = ['train', 'lighthouse', '--texts', division, ...SHORT, ...PLACE, '--out', division];
    expect((await begin(folder, command)).exitCode).toBe(0);
    duration = performance.now() - start;
    const ended = outcome(join(folder, division));
    expect(Object.keys(ended.checkpoints).at(-1)).toMatch(/^step-0000050-val-/);
    expected[division] = ended;
  }
});

const isTemporary = (name: string) => /\.safetensors\.\w+\.tmp$/.test(name);

/**
 * Trains a run until `kill` resolves, kills it, and repeats until it is finished: with --resume if there is a
 * checkpoint, otherwise with the same command.
 * @returns whether the process was killed while it was writing a checkpoint
 */
async function killed(
  name: string,
  division: Division,
  kill: (run: string, ended: () => boolean) => Promise<void>,
) {
  const run = join(folder, name);
  const command = ['train', 'lighthouse', '--texts', division, ...SHORT, ...PLACE, '--out', name];
  const child = begin(folder, command);
  let isOver = false;
  void child.then(() => {
    isOver = true;
  });
  await kill(run, () => isOver);
  child.kill('SIGKILL');
  const { signal } = await child;
  const isThere = existsSync(run);
  const wasSaving = isThere && readdirSync(run).some(isTemporary);
  if (signal === 'SIGKILL') {
    const goesOn = isThere && checkpointsIn(run).length > 0;
    const { exitCode, stderr } = await begin(
      folder,
      goesOn ? ['train', '--resume', name, ...PLACE] : command,
    );
    // Killed after its last checkpoint, which its log is never behind.
    const isComplete = stderr.includes('has already had its 50 steps');
    expect(exitCode, stderr).toBe(0);
    if (isComplete) {
      expect(outcome(run)).toEqual(expected[division]);
      await rm(run, { recursive: true });
      return wasSaving;
    }
  }
  expectTidy(run);
  expect(outcome(run)).toEqual(expected[division]);
  await rm(run, { recursive: true });
  return wasSaving;
}

describe('kill -9', () => {
  it(`at ${tries(150, 1)} random moments leads to the same bytes`, async () => {
    for (let i = 0; i < tries(150, 1); i++) {
      const after = Math.random() * duration;
      await killed(
        `random-${i}`,
        DIVISIONS[(i + 1) % 2]!,
        () => new Promise((resolve) => setTimeout(resolve, after)),
      );
    }
  });

  it(`at ${tries(50, 1)} moments while a checkpoint is written leads to the same bytes`, async () => {
    let hits = 0;
    for (let i = 0; hits < tries(50, 1); i++) {
      expect(i).toBeLessThan(tries(1000, 60));
      const waits = Math.floor(Math.random() * 9);
      const wasSaving = await killed(`saving-${i}`, DIVISIONS[i % 2]!, async (run, isOver) => {
        for (let seen = 0; seen <= waits && !isOver(); ) {
          const isWriting = () => existsSync(run) && readdirSync(run).some(isTemporary);
          for (let look = 0; look < 200; look++) {
            if (!isWriting()) continue;
            seen++;
            if (seen > waits) return;
            while (isWriting()) {}
          }
          await new Promise(setImmediate);
        }
      });
      if (wasSaving) hits++;
    }
  });
});

describe('a run that is stopped and resumed', () => {
  const steps = Array.from({ length: 50 }, (_, i) => i + 1).filter((step) => step < 50);
  const chosen = tries(1, 0) ? steps : [20];

  it.each(['wasm', 'native'])(
    'at each of many steps, with different threads, ends with the same bytes: %s',
    async (engine) => {
      const options = [...SHORT, '--ui', 'json', '--engine', engine];
      const one = `one-${engine}`;
      const first = await begin(folder, ['train', 'lighthouse', ...options, '--threads', '1', '--out', one]);
      if (first.exitCode === 2 && first.stderr.includes('no native engine')) return;
      const whole = outcome(join(folder, one));
      for (const step of chosen) {
        const name = `cut-${engine}-${step}`;
        const [before, after] = step % 2 === 0 ? ['1', '2'] : ['2', '1'];
        const cut = ['train', 'lighthouse', ...options, '--threads', before!, '--out', name];
        expect((await begin(folder, [...cut, '--stop-at', String(step)])).exitCode).toBe(0);
        const resume = ['train', '--resume', name, '--ui', 'json', '--engine', engine, '--threads', after!];
        expect((await begin(folder, resume)).exitCode).toBe(0);
        expect(outcome(join(folder, name)), `stopped at step ${step}`).toEqual(whole);
        await rm(join(folder, name), { recursive: true });
      }
    },
  );
});
