import { chalkStderr as chalk } from 'chalk';
import {
  type Checkpoint,
  modelOf,
  type Recorded,
  readCheckpoint,
  readRecord,
} from '../../checkpoint/checkpoint.js';
import type { RunRecord } from '../../checkpoint/record.js';
import { findCheckpoints } from '../../checkpoint/run.js';
import { knownNotices } from '../../doctor/known.js';
import { harmlessLine, quoted, table } from '../../format.js';
import { grouped } from '../../numbers.js';
import { finished, writeTexts } from '../../sample/generate.js';
import { type Novelty, writeNovel } from '../../sample/novelty.js';
import { Plan } from '../../sample/plan.js';
import { inRows, textSeparator } from '../../sample/shown.js';
import { bitsPerCharacter } from '../../train/evaluate.js';
import type { BaselineEvent, EndEvent } from '../../train/events.js';
import { type LossSeries, NO_LOSSES, recentLoss } from '../../ui/dashboard/series.js';
import { readModel, threadsToWrite } from '../input/model.js';
import { PROGRAM } from '../output/console.js';
import { wrappedLines } from '../output/terminal.js';
import { generateOptions } from '../sample/flags.js';
import { noveltyOf } from '../sample/novelty.js';
import { adviceAfter } from './advice.js';
import { indented } from './reporter.js';

/** What the summary shows in addition to the contents of the run folder. */
export interface Seen {
  /** The training losses of this session. */
  losses: LossSeries;
  readonly baselines: BaselineEvent[];
}

/** The length of the sample, in characters; of whole texts, there are at most so many and so long ones. */
const SAMPLE_LENGTH = 200;
const MOST_TEXTS = 6;
const LONGEST_TEXT = 2000;

/** Below the losses on a text whose lines were joined. */
const NOT_COMPARABLE = 'of unwrapped text; not comparable with losses on the text as it was wrapped';

/**
 * Prints the result of a run: its losses, its best checkpoint and how to continue; and if it was not stopped,
 * what `sample` writes with that checkpoint. Whoever stops a run wants to get out, and reading the weights of
 * a large network takes seconds.
 */
export async function summarise(
  run: string,
  { reason, step }: EndEvent,
  seen: Seen = { losses: NO_LOSSES, baselines: [] },
): Promise<void> {
  const isOver = reason === 'finished' || reason === 'early';
  const how = isOver ? chalk.green('done') : chalk.yellow('stopped');
  const lines = ['', `${how} at step ${grouped(step)}`];
  const last = findCheckpoints(run).at(-1);
  if (last) {
    const { record } = await readRecord(last.path);
    const { path, value: best } = await readModel<Checkpoint | Recorded>(
      run,
      isOver ? readCheckpoint : readRecord,
    );
    const name = harmlessLine(quoted(run));
    const { finding, next } = isOver
      ? adviceAfter(run, record)
      : { finding: undefined, next: [['continue', `${PROGRAM} train --resume ${name}`] as const] };
    lines.push('', losses(record, best.record, seen));
    if (record.decoding.unwrap) lines.push(NOT_COMPARABLE);
    for (const notice of [finding ?? [], knownNotices(record.corpus.overlap)].flat())
      lines.push('', wrappedLines(notice));
    lines.push('', `checkpoint ${harmlessLine(path)}`);
    let command = `${PROGRAM} sample ${name}`;
    if ('state' in best) {
      const sample = sampleOf(path, best);
      command += ` ${sample.flags}`;
      lines.push(chalk.cyan(indented(sample.text)));
    }
    lines.push('');
    for (const [label, what] of [['write text', command] as const, ...next])
      lines.push(`${`${label}:`.padEnd(13)}${what}`);
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Writes with a checkpoint, and returns the flags of `sample` that write the same. */
function sampleOf(path: string, best: Checkpoint): { text: string; flags: string } {
  const { seed } = best.record.training;
  const model = modelOf(best, { threads: threadsToWrite(best.record.model) });
  const plan = (length: number) => {
    const given = { length, seed, echo: true, samples: 1 };
    return new Plan(model, generateOptions(given, { prompt: '', seed, corpus: undefined, ends: false }));
  };
  const novelty = noveltyOf(path, best.record, {});
  if (novelty) return wholeTexts(plan(LONGEST_TEXT), novelty, seed);
  const [draft] = [...writeTexts(plan(SAMPLE_LENGTH), [seed])].slice(-1);
  const text = model.vocabulary.readable(finished(draft!).text);
  return { text, flags: `--length ${SAMPLE_LENGTH} --seed ${seed}` };
}

/** Writes some whole texts: as many as have about the length of the sample, but at least one. */
function wholeTexts(plan: Plan, novelty: Novelty, seed: number): { text: string; flags: string } {
  const { model } = plan;
  const texts: string[] = [];
  let [characters, cut] = [0, false];
  for (const { text, reason } of writeNovel(plan, novelty, { seed, count: MOST_TEXTS })) {
    texts.push(inRows(model, model.vocabulary.readable(text)));
    characters += text.length;
    cut ||= reason === 'length';
    if (characters >= SAMPLE_LENGTH) break;
  }
  const length = cut ? ` --length ${LONGEST_TEXT}` : '';
  const flags = `-n ${Math.max(1, texts.length)}${length} --seed ${seed}`;
  return { text: texts.join(textSeparator(model)), flags };
}

/** Returns a table of the losses of the run and its baselines, the worst first. */
function losses({ history }: RunRecord, best: RunRecord, { baselines, losses }: Seen): string {
  const rows = baselines.map(({ name, loss }) => ({ name, loss }));
  const [bestPoint, newest] = [best.history.at(-1), history.at(-1)];
  const bestStep = best.progress.step;
  if (bestPoint?.step === bestStep && bestPoint.validation !== null) {
    rows.push({ name: `best validation, step ${grouped(bestStep)}`, loss: bestPoint.validation });
  }
  if (newest && newest.validation !== null && newest.step !== bestStep) {
    rows.push({ name: `last validation, step ${grouped(newest.step)}`, loss: newest.validation });
  }
  const training = recentLoss(losses);
  if (training) {
    const which = training.steps === 1 ? 'last step' : `last ${training.steps} steps`;
    rows.push({ name: `training, ${which}`, loss: training.loss });
  }
  rows.sort((a, b) => b.loss - a.loss);
  const cells = rows.map(({ name, loss }) => [name, loss.toFixed(4), bitsPerCharacter(loss).toFixed(4)]);
  return table([['loss per character', 'nats', 'bits'], ...cells]);
}
