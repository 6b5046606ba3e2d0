// The end of training: what the summary says, and what --resume does with a run that has had its length.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resume, type TrainingEvent } from '../../../src/api/train.js';
import { indented } from '../../../src/cli/train/reporter.js';
import { events, type Result, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const TINY = ['--layers', '1', '--batch-size', '8', '--seq-length', '32'];

/** A run whose validation loss is lowest long before its end, and one whose is lowest at its end. */
let [overfitted, improving]: Result[] = [];
beforeAll(async () => {
  const text = readFileSync(new URL('../../../corpora/lighthouse.txt', import.meta.url), 'utf8');
  await writeFile(join(folder, 'short.txt'), text.slice(0, 4000));
  const fast = ['--hidden', '64', '--dropout', '0', '--lr', '0.02', '--steps', '300', '--eval-every', '30'];
  overfitted = await run(folder, ['train', 'short.txt', ...TINY, ...fast, '--out', 'overfitted']);
  const few = ['--hidden', '16', '--epochs', '0.5', '--eval-every', '20', '--out', 'improving'];
  improving = await run(folder, ['train', 'lighthouse', ...TINY, ...few]);
});

/** The command after a label of the summary, as arguments. */
const commandAfter = (label: string, { stderr }: Result) =>
  new RegExp(`^${label}: +charlstm (.*)$`, 'm').exec(stderr)![1]!.split(' ');

/** The summary from the name of the best checkpoint on. */
const tail = ({ stderr }: Result) => stderr.slice(stderr.lastIndexOf('\ncheckpoint '));

/** Names, contents and times of all files in a run. */
const stateOf = (name: string) =>
  readdirSync(join(folder, name)).map((file) => {
    const path = join(folder, name, file);
    const { mtimeMs, ino } = statSync(path);
    return { file, mtimeMs, ino, hash: createHash('sha256').update(readFileSync(path)).digest('hex') };
  });

describe('the summary', () => {
  it('shows the text that the command below it writes, from the checkpoint above it', async () => {
    for (const result of [overfitted!, improving!]) {
      const [, checkpoint, shown] = /^checkpoint (\S+)\n([\s\S]*?)\n\nwrite text/m.exec(result.stderr)!;
      const { stdout } = await run(folder, commandAfter('write text', result));
      expect(Array.from(stdout.trimEnd()).length).toBeGreaterThan(100);
      expect(shown).toBe(indented(stdout));
      const [, , ...options] = commandAfter('write text', result);
      expect((await run(folder, ['sample', checkpoint!, ...options])).stdout).toBe(stdout);
    }
    expect(overfitted!.stderr).not.toMatch(/^checkpoint .*step-0000300/m);
  });

  it('gives the mean training loss of as many of the last steps as it says, and so does the last line', () => {
    const [, count, loss] = /^training, last (\d+) steps +(\d\.\d{4})/m.exec(overfitted!.stderr)!;
    expect(Number(count)).toBe(30);
    const steps = events(readFileSync(join(folder, 'overfitted/log.jsonl'), 'utf8')).filter(
      ({ type }) => type === 'step',
    ) as { loss: number }[];
    const mean = steps.slice(-30).reduce((sum, step) => sum + step.loss, 0) / 30;
    expect(loss).toBe(mean.toFixed(4));
    expect(/300\/300 +\S+ +(\S+)/.exec(overfitted!.stderr)![1]).toBe(loss);
  });

  it('advises more of the same only where validation has improved', () => {
    expect(improving!.stderr).toContain('continue:    charlstm train --resume improving --epochs 1\n');
    expect(overfitted!.stderr).toMatch(
      /validation has risen since step \d+ \(\d\.\d{4} nats then, \d\.\d{4} now\)/,
    );
    expect(overfitted!.stderr).toMatch(
      /^instead: .*--dropout 0\.3.* charlstm train TEXT --from overfitted$/m,
    );
    expect(overfitted!.stderr).not.toContain('--steps 600');
  });

  it('pairs the best loss with its own checkpoint where an earlier one stayed behind', async () => {
    const last = readdirSync(join(folder, 'overfitted')).find((name) => name.startsWith('step-0000300'))!;
    const more = ['--steps', '302', '--out', 'elsewhere', '--ui', 'json'];
    const { stdout } = await run(folder, ['train', '--resume', `overfitted/${last}`, ...more]);
    const end = events(stdout).at(-1) as { bestLoss: number; path: string };
    expect(end.path).toContain(`-val-${end.bestLoss.toFixed(4)}.safetensors`);
  });
});

describe('--resume of a run that has ended', () => {
  it('changes nothing, succeeds, and says how to go on', async () => {
    for (const name of ['overfitted', 'improving']) {
      const before = stateOf(name);
      const result = await run(folder, ['train', '--resume', name]);
      expect(result.code).toBe(0);
      expect(result.stderr).toMatch(new RegExp(`^note ${name} has already had its .*: nothing is changed`));
      expect(stateOf(name)).toEqual(before);
      const ended = name === 'improving' ? improving! : overfitted!;
      expect(tail(result)).toBe(tail(ended));
    }
  });

  it('leaves a new folder that was asked for unmade, and accepts a length that is over', async () => {
    const out = await run(folder, ['train', '--resume', 'improving', '--out', 'unmade', '--steps', '3']);
    expect(out.code).toBe(0);
    expect(out.stderr).toContain('improving has already had its 3 steps');
    expect(readdirSync(folder)).not.toContain('unmade');
  });

  it('reports its end as JSON, and to a program', async () => {
    const { code, stdout } = await run(folder, ['train', '--resume', 'improving', '--ui', 'json']);
    expect(code).toBe(0);
    expect(events(stdout)).toMatchObject([{ type: 'end', reason: 'finished' }]);
    const seen: TrainingEvent[] = [];
    for await (const event of resume(join(folder, 'improving'))) seen.push(event);
    expect(seen.map(({ type }) => type)).toEqual(['notice', 'end']);
  });

  it('explains a run that ended early, and goes on without patience', async () => {
    const fast = ['--hidden', '8', '--lr', '1', '--steps', '400', '--eval-every', '2', '--patience', '2'];
    const { stderr } = await run(folder, ['train', 'short.txt', ...TINY, ...fast, '--out', 'early']);
    expect(stderr).toContain('ends sooner after 2 validations without a new best');
    expect(stderr).toMatch(/^training ended early: validation has (risen|not improved) since step \d+/m);
    const { stdout } = await run(folder, ['train', '--resume', 'early', '--ui', 'json']);
    expect(events(stdout)).toMatchObject([{ type: 'end', reason: 'early' }]);
    const again = await run(folder, ['train', '--resume', 'early']);
    expect(again.stderr).toMatch(/^note early has ended at step \d+, after 2 validations without a new best/);
    expect(commandAfter('continue', again)).toEqual(['train', '--resume', 'early', '--patience', '0']);
  });

  it('goes on with the printed command', async () => {
    const { code, stderr } = await run(folder, commandAfter('continue', improving!));
    expect(code).toBe(0);
    expect(stderr).toMatch(/continuing from step/);
    expect(stderr).toContain('--epochs 2\n');
  });
});
