// Two processes that try to train the same run at the same moment.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { PROGRAM, temporaryFolder } from '../helpers/cli.js';
import { begin, checkpointsIn, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 30 * 60_000 });

const folder = await temporaryFolder();
const waiter = join(folder, 'waiter.mjs');
await writeFile(
  waiter,
  `await import(${JSON.stringify(new URL('../../dist/cli/train/run.js', import.meta.url).href)});
   process.stdout.write('ready');
   process.stdin.once('data', () => {
     process.stdin.destroy();
     void import(${JSON.stringify(pathToFileURL(PROGRAM).href)});
   });`,
);

/** The program as a process that has loaded and waits for a start signal. */
function racer(args: readonly string[]) {
  const child = spawn(process.execPath, [waiter, ...args], {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  });
  let said = '';
  const training = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Ctrl-C stops and saves')) resolve();
    });
  });
  const ended = once(child, 'exit').then(([code]) => ({ pid: child.pid!, code: code as number, said }));
  return { child, ready: once(child.stdout, 'data'), training, ended };
}

it(`of two processes that race ${tries(100, 2)} times, exactly one wins and the other names it`, async () => {
  const options = [...SHORT, '--steps', '1000000', '--threads', '1', '--ui', 'plain'];
  await begin(folder, [
    'train',
    'lighthouse',
    ...SHORT,
    '--threads',
    '1',
    '--out',
    'there',
    '--stop-at',
    '2',
  ]);
  for (let i = 0; i < tries(100, 2); i++) {
    const isNew = i % 3 === 0;
    const name = isNew ? `new-${i}` : 'there';
    // They also race for the lock of a killed process.
    if (isNew) await mkdir(join(folder, name));
    else if (i % 3 === 1) await writeFile(join(folder, name, 'lock'), 'charlstm 99999999\n');
    const args = isNew
      ? ['train', 'lighthouse', ...options, '--out', name]
      : ['train', '--resume', name, '--steps', '1000000', '--threads', '1', '--ui', 'plain'];
    const racers = [racer(args), racer(args)];
    await Promise.all(racers.map(({ ready }) => ready));
    for (const { child } of racers) child.stdin.write('go');
    const loser = await Promise.race(racers.map(({ ended }) => ended));
    expect(loser.code, loser.said).toBe(73);
    const winner = racers.find(({ child }) => child.pid !== loser.pid)!;
    expect(loser.said).toContain(`${name} is being trained by process ${winner.child.pid}. `);
    await winner.training;
    winner.child.kill('SIGTERM');
    expect((await winner.ended).code).toBe(143);
    expect(checkpointsIn(join(folder, name)).length).toBeGreaterThan(0);
  }
});
