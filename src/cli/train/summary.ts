import { chalkStderr as chalk } from 'chalk';
import { readRecord } from '../../checkpoint/checkpoint.js';
import type { RunRecord } from '../../checkpoint/record.js';
import { bestOf, listCheckpoints } from '../../checkpoint/run.js';
import { harmlessLine, quoted, table } from '../../format.js';
import { grouped } from '../../numbers.js';
import { bitsPerCharacter } from '../../train/evaluate.js';
import type { BaselineEvent, EndEvent } from '../../train/events.js';
import { PROGRAM } from '../output/console.js';
import { indented } from './reporter.js';

/** What the summary shows in addition to the contents of the run folder. */
export interface Seen {
  /** The last sample, if there was one. */
  sample: string | undefined;
  readonly baselines: BaselineEvent[];
}

/** Prints the result of a run: its losses, the checkpoint, a sample, and how to continue. */
export async function summarise(run: string, { reason, step }: EndEvent, seen: Seen): Promise<void> {
  const how = reason === 'finished' ? chalk.green('done') : chalk.yellow('stopped');
  const lines = ['', `${how} at step ${grouped(step)}`];
  const checkpoints = listCheckpoints(run);
  const [best, last] = [bestOf(checkpoints), checkpoints.at(-1)];
  if (best && last) {
    const { record } = await readRecord(last.path);
    lines.push('', losses(record, best.step, seen.baselines));
    if (reason === 'finished' && best.step < 0.8 * step) {
      lines.push('', `validation has not improved since step ${grouped(best.step)}; that checkpoint is kept`);
    }
    lines.push('', `checkpoint ${harmlessLine(best.path)}`);
    if (seen.sample !== undefined) lines.push(chalk.cyan(indented(seen.sample)));
    const { unit, amount } = record.training.length;
    const more = reason === 'finished' ? ` --${unit} ${2 * amount}` : '';
    lines.push('', `write text:  ${PROGRAM} sample ${harmlessLine(quoted(run))}`);
    lines.push(`continue:    ${PROGRAM} train --resume ${harmlessLine(quoted(run))}${more}`);
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Returns a table of the losses of the run and its baselines, the worst first. */
function losses(
  { history, progress }: RunRecord,
  bestStep: number,
  baselines: readonly BaselineEvent[],
): string {
  const rows = baselines.map(({ name, loss }) => ({ name, loss }));
  const newest = history.at(-1);
  if (progress.bestLoss !== null) {
    rows.push({ name: `best validation, step ${grouped(bestStep)}`, loss: progress.bestLoss });
  }
  if (newest && newest.validation !== null && newest.step !== bestStep) {
    rows.push({ name: `last validation, step ${grouped(newest.step)}`, loss: newest.validation });
  }
  const training = progress.lossCount > 0 ? progress.lossSum / progress.lossCount : newest?.training;
  if (training !== undefined) rows.push({ name: 'training, at the end', loss: training });
  rows.sort((a, b) => b.loss - a.loss);
  const cells = rows.map(({ name, loss }) => [name, loss.toFixed(4), bitsPerCharacter(loss).toFixed(4)]);
  return table([['loss per character', 'nats', 'bits'], ...cells]);
}
