// A process that is suspended for longer than its threads wait for each other goes on, and knows for how long
// it did not run.

import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEAT_MS, Heartbeat } from '../../src/worker/heartbeat.js';

/** A heart whose time the test sets, in milliseconds. */
function heart() {
  let ms = 1e6;
  const heartbeat = new Heartbeat(undefined, () => BigInt(Math.round(1e6 * ms)));
  heartbeat.beat();
  const first = heartbeat.now();
  return {
    pass: (more: number) => {
      ms += more;
    },
    beat: () => heartbeat.beat(),
    now: () => heartbeat.now() - first,
  };
}

describe('the time of a heartbeat', () => {
  it('is the time of the clock while it beats, also on a machine that is late', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 - BEAT_MS })), (delays) => {
        const { pass, beat, now } = heart();
        let passed = 0;
        for (const delay of delays) {
          pass(BEAT_MS + delay);
          passed += BEAT_MS + delay;
          expect(now()).toBeCloseTo(passed);
          beat();
          expect(now()).toBeCloseTo(passed);
        }
      }),
    );
  });

  it('leaves out all but a second of each suspension, whoever wakes first', () => {
    const suspensions = fc.array(fc.record({ ms: fc.integer({ min: 1000, max: 1e9 }), beats: fc.boolean() }));
    fc.assert(
      fc.property(suspensions, (all) => {
        const { pass, beat, now } = heart();
        all.forEach(({ ms, beats }, i) => {
          pass(ms);
          if (beats) beat();
          expect(now()).toBeCloseTo(1000 * (i + 1));
          if (!beats) beat();
          expect(now()).toBeCloseTo(1000 * (i + 1));
        });
      }),
    );
  });

  it('is that of the clock before the first beat', () => {
    let ms = 10;
    const heartbeat = new Heartbeat(undefined, () => BigInt(1e6 * ms));
    expect(heartbeat.now()).toBe(10);
    ms = 90_000;
    expect(heartbeat.now()).toBe(90_000);
  });
});

it.skipIf(process.platform === 'win32')(
  'a process goes on after a suspension, and its heartbeat knows how long it was',
  { timeout: 60_000 },
  async () => {
    const program = fileURLToPath(new URL('suspended.js', import.meta.url));
    const child = execa(process.execPath, [program], { reject: false, stdin: 'pipe' });
    await once(child.stdout, 'data');
    child.kill('SIGSTOP');
    await setTimeout(3000);
    child.kill('SIGCONT');
    child.stdin.write('.');
    const { stdout, stderr } = await child;
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.split('\n')[1]!).missed).toBeGreaterThan(1500);
  },
);
