// A run that another process takes over while its owner is suspended, as a machine that sleeps would be.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { events, temporaryFolder } from '../helpers/cli.js';
import { begin, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 30 * 60_000 });

const folder = await temporaryFolder();
const PLACE = ['--steps', '1000000', '--threads', '1', '--ui', 'plain'];

/** Resolves once a process says something on stderr. */
function says(child: ReturnType<typeof begin>, what: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr!.on('data', (chunk) => {
      said += chunk;
      if (said.includes(what)) resolve();
    });
  });
}

/** Makes a lock one that was last touched long ago, by the same process in another container. */
function expire(lock: string): void {
  const content = readFileSync(lock, 'utf8');
  writeFileSync(lock, content.replace(/(\/\d+)?(\/[\da-f-]*\/\w+\n)$/, '/123$2'));
  const longAgo = new Date(Date.now() - 92_000);
  utimesSync(lock, longAgo, longAgo);
}

const stateOf = (run: string) =>
  Object.fromEntries(
    readdirSync(run)
      .filter((name) => name !== 'lock')
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(run, name)))
          .digest('hex'),
      ]),
  );

/**
 * The state of a run whose process was just suspended, once the writes in progress are over. It takes more
 * than the second for which an owner writes to its log without looking at its lock.
 */
async function settled(run: string): Promise<ReturnType<typeof stateOf>> {
  for (let before = stateOf(run); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const now = stateOf(run);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}

it(`its former owner, suspended at ${tries(30, 1)} moments, changes nothing and ends with code 73`, async () => {
  for (let i = 0; i < tries(30, 1); i++) {
    const run = join(folder, `run-${i}`);
    const options = [...SHORT, '--eval-every', '2', ...PLACE];
    const first = begin(folder, ['train', 'lighthouse', ...options, '--out', run]);
    await says(first, 'step');
    const isSaved = () => readdirSync(run).some((name) => name.endsWith('.safetensors'));
    while (!isSaved()) await new Promise((resolve) => setTimeout(resolve, 20));
    // Half of the time in the middle of a save.
    const isSaving = () => readdirSync(run).some((name) => /safetensors.*tmp$/.test(name));
    for (let look = 0; i % 2 === 1 && look < 10_000 && !isSaving(); look++);
    first.kill('SIGSTOP');
    expire(join(run, 'lock'));

    const second = begin(folder, ['train', '--resume', run, '--steps', '1000000', ...PLACE]);
    await says(second, 'Ctrl-C');
    second.kill('SIGSTOP');
    const before = await settled(run);
    first.kill('SIGCONT');
    const { exitCode, stderr } = await first;
    expect(stderr).toContain(`${run} was taken over by process ${second.pid}. `);
    expect(exitCode).toBe(73);
    expect(stateOf(run)).toEqual(before);

    second.kill('SIGCONT');
    second.kill('SIGTERM');
    expect((await second).exitCode).toBe(143);
    const steps = events(readFileSync(join(run, 'log.jsonl'), 'utf8')).flatMap(({ type, step }) =>
      type === 'step' ? [step as number] : [],
    );
    expect(steps).toEqual(steps.map((_, at) => at + 1));
    expect(readdirSync(run)).not.toContain('lock');
    await rm(run, { recursive: true });
  }
});
