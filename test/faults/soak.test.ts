// As many steps and frames as in an hour of training: neither memory nor open files grow.

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { newRun } from '../helpers/training.js';
import { tries } from './scale.js';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The dashboard receives events 30 times per second, here one step each time. */
const STEPS = tries(30 * 3600, 600);
/** How many times to measure memory and files; the first third is the warm-up. */
const LOOKS = 24;
const MEGABYTE = 2 ** 20;

/**
 * Trains in one process with everything that a run has: the log, checkpoints, the live sample, and the
 * dashboard, which draws at every other step. Prints memory and open files at regular intervals.
 */
const PROGRAM = `
  const [dist, run, record, steps, looks] = JSON.parse(process.argv[1]);
  const { readdirSync } = await import('node:fs');
  (await import('node:v8')).setFlagsFromString('--semi-space-growth-factor=1'); // as the program does
  const { Screen } = await import(dist + 'ui/screen/screen.js');
  const { initialState } = await import(dist + 'ui/dashboard/state.js');
  const { reduce } = await import(dist + 'ui/dashboard/reduce.js');
  const { picture } = await import(dist + 'ui/dashboard/view.js');
  const { openSession } = await import(dist + 'train/session.js');
  const { train } = await import(dist + 'train/trainer.js');
  const { openLog } = await import(dist + 'worker/log.js');
  const size = { columns: 100, rows: 30 };
  const screen = new Screen({ ...size, write: () => true });
  screen.enter();
  let state = initialState({ lr: 5e-3, clip: 1, history: [] }, 0, size);
  const log = openLog(run + '/log.jsonl');
  const session = openSession(run, record);
  const openFiles = () => { try { return readdirSync('/proc/self/fd').length; } catch { return 0; } };
  const seen = [];
  let now = 0;
  for await (const event of train(session, { live: true })) {
    log.write(event);
    now += 33;
    state = reduce(state, { type: 'events', now, events: [event] });
    if (event.type !== 'step') continue;
    if (event.step % 2 === 0) {
      state = reduce(state, { type: 'tick', now, memory: process.memoryUsage.rss() });
      screen.draw(picture(state));
    }
    if (event.step % (steps / looks) === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
      const { rss: resident, heapUsed: heap, arrayBuffers: buffers } = process.memoryUsage();
      seen.push({ resident, heap, buffers, files: openFiles() });
    }
  }
  log.close();
  console.log(JSON.stringify(seen));
`;

it(`${STEPS} steps of training take constant memory and open files`, async () => {
  const training = {
    length: { unit: 'steps', amount: STEPS },
    batchSize: 2,
    sequenceLength: 8,
    evalEvery: Math.ceil(STEPS / tries(100, 10)),
    keep: 2,
  } as const;
  const { run, record } = await newRun(training, { hidden: 8, layers: 1, embedding: 4, dropout: 0 });
  const input = JSON.stringify([DIST, run, record, STEPS, LOOKS]);
  const { stdout } = await execa(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', PROGRAM, input],
    { cwd: DIST, env: { CI: undefined } },
  );
  const seen = JSON.parse(stdout) as Record<'resident' | 'heap' | 'buffers' | 'files', number>[];
  expect(seen).toHaveLength(LOOKS);
  const warm = seen.slice(LOOKS / 3);
  const [earlier, later] = [warm.slice(0, warm.length / 2), warm.slice(warm.length / 2)];
  const most = (looks: typeof seen, what: keyof (typeof seen)[number]) =>
    Math.max(...looks.map((look) => look[what]));
  expect(new Set(warm.map(({ files }) => files)).size).toBe(1);
  // With frames, resident memory varies by 50 MB as the collector returns pages or not; its peaks are level.
  expect(most(later, 'resident') - most(earlier, 'resident')).toBeLessThan(24 * MEGABYTE);
  expect(most(later, 'heap') - most(earlier, 'heap')).toBeLessThan(2 * MEGABYTE);
  expect(most(later, 'buffers') - most(earlier, 'buffers')).toBeLessThan(MEGABYTE);
}, 3_600_000);
