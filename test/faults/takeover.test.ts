// A run that another process takes over while its owner is suspended, as a machine that sleeps would be.

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
      .map((name) => [name, readFileSync(join(run, name), 'base64')]),
  );

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
    const before = stateOf(run);
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
