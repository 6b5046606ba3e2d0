// A signal saves a checkpoint and says how to continue. A second one ends at once, whatever the size of the
// network.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { events, temporaryFolder } from '../helpers/cli.js';
import { begin, checkpointsIn, expectTidy, outcome, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 30 * 60_000 });

const folder = await temporaryFolder();
const LARGE = ['--hidden', '512', '--layers', '3', '--steps', '1000', '--ui', 'plain'];
const PROMISED_MS = 2000;
/** Longer than threads wait for each other. */
const SUSPENDED_MS = 65_000;

/** Resolves when a child has written something to stderr. */
async function said(child: ReturnType<typeof begin>, what: string): Promise<void> {
  let text = '';
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk) => {
      text += chunk;
      if (text.includes(what)) resolve();
    });
    void child.then(() => resolve());
  });
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, code) => {
  it('abandons the current step, saves, and says how to continue: 3 x 512', async () => {
    for (let i = 0; i < tries(10, 1); i++) {
      const name = `large-${signal}-${i}`;
      const child = begin(folder, ['train', 'lighthouse', ...LARGE, '--out', name]);
      await said(child, 'Ctrl-C stops and saves');
      if (i > 0) await setTimeout(Math.random() * 5000);
      const start = performance.now();
      child.kill(signal);
      const { exitCode, stderr } = await child;
      const took = performance.now() - start;
      expect(exitCode).toBe(code);
      expect(stderr).toContain('stopping and saving; press Ctrl-C again to stop at once');
      expect(stderr).toContain(`continue:    charlstm train --resume ${name}`);
      expect(checkpointsIn(join(folder, name))).toHaveLength(1);
      expectTidy(join(folder, name));
      // Only if nothing else keeps the machine busy.
      expect(took).toBeLessThan(tries(PROMISED_MS, Number.POSITIVE_INFINITY));
    }
  });

  it('sent twice ends at once, and the run continues from its last checkpoint to the same bytes', async () => {
    const name = `twice-${signal}`;
    const options = [...SHORT, '--threads', '1', '--ui', 'plain'];
    const whole = `whole-${signal}`;
    await begin(folder, ['train', 'lighthouse', ...options, '--out', whole]);
    const child = begin(folder, ['train', 'lighthouse', ...options, '--out', name]);
    await said(child, 'saved ');
    child.kill(signal);
    child.kill('SIGINT');
    const { exitCode } = await child;
    expect([code, 130]).toContain(exitCode);
    const { exitCode: again, stderr } = await begin(folder, [
      ...['train', '--resume', name, '--threads', '1', '--ui', 'plain'],
    ]);
    expect(again, stderr).toBe(0);
    expect(outcome(join(folder, name))).toEqual(outcome(join(folder, whole)));
    expectTidy(join(folder, name));
  });
});

describe('a validation', () => {
  it('is abandoned, and repeated first when the run continues, with the same bytes', async () => {
    const options = [...SHORT, '--threads', '1', '--ui', 'json'];
    await begin(folder, ['train', 'lighthouse', ...options, '--out', 'whole']);
    const expected = outcome(join(folder, 'whole'));
    // Stopped as soon as a step with a validation is reported; sometimes the signal arrives in time.
    for (let i = 0; i < tries(40, 2); i++) {
      const name = `validation-${i}`;
      const child = begin(folder, ['train', 'lighthouse', ...options, '--out', name]);
      let seen = '';
      child.stdout!.on('data', (chunk) => {
        const before = seen.includes('"step":5,');
        seen += chunk;
        if (!before && seen.includes('"step":5,')) child.kill('SIGINT');
      });
      await child;
      if (!existsSync(join(folder, name))) continue;
      const log = events(readFileSync(join(folder, name, 'log.jsonl'), 'utf8'));
      expect(log.at(-1)).toMatchObject({ type: 'end' });
      const { exitCode } = await begin(folder, ['train', '--resume', name, '--threads', '1', '--ui', 'json']);
      expect(exitCode).toBe(0);
      expect(outcome(join(folder, name))).toEqual(expected);
      expect(readdirSync(join(folder, name))).toEqual(readdirSync(join(folder, 'whole')));
    }
  });
});

describe('SIGSTOP', () => {
  it('for longer than threads wait for each other counts for a second of the run, which goes on', async () => {
    const suspended = Array.from({ length: tries(8, 0) }, async (_, i) => {
      const name = `suspended-${i}`;
      const options = ['--minutes', '0.25', '--threads', '2', '--hidden', '128', '--ui', 'plain'];
      const child = begin(folder, ['train', 'lighthouse', ...options, '--out', name]);
      await said(child, 'chars/s');
      await setTimeout(4000);
      child.kill('SIGSTOP');
      await setTimeout(SUSPENDED_MS);
      child.kill('SIGCONT');
      const { exitCode, stderr } = await child;
      expect(exitCode, stderr).toBe(0);
      const log = events(readFileSync(join(folder, name, 'log.jsonl'), 'utf8'));
      const seconds = log.flatMap((event) => (event.type === 'step' ? [Number(event.seconds)] : []));
      expect(seconds.at(-1)).toBeGreaterThan(14);
      const gaps = seconds.map((second, index) => second - (seconds[index - 1] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(5);
    });
    await Promise.all(suspended);
  });
});
