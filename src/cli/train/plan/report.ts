import chalk from 'chalk';
import { describeLength } from '../../../checkpoint/record.js';
import { aboutDuration, harmlessLine, rate } from '../../../format.js';
import { describeModel } from '../../../model/config.js';
import { amountOf, grouped } from '../../../numbers.js';
import { binarySize } from '../../../prepare/memory.js';
import type { TrainingPlan } from '../../../prepare/plan.js';
import type { EndedRun } from '../../../prepare/request.js';
import { wrapped } from '../../output/terminal.js';
import { fileLines } from './files.js';

/** A run that was to be continued, but has had its length already. */
export interface EndedPlan extends Pick<EndedRun, 'run' | 'notices'> {
  readonly ended: EndedRun['end'];
}

/** Width of the column of labels, and the most of a line. */
const LABELS = 12;
const WIDEST = 80;

type Row = readonly [label: string, text: string];

/** Lays out rows of a label and a text, and remarks below them. */
function report(rows: readonly Row[], notices: readonly string[]): string {
  const fitted = (text: string, indent: number) => wrapped(harmlessLine(text), indent, WIDEST);
  const lines = rows.map(([label, text]) => `${label.padEnd(LABELS)}${fitted(text, LABELS)}`);
  const notes = notices.map((notice) => `${chalk.yellow('note')} ${fitted(notice, 5)}`);
  const parts = notes.length > 0 ? [lines, notes] : [lines];
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** The report on a run of which nothing is left. */
export function endedText({ run, notices }: EndedPlan): string {
  return report([['run', `${run}: there is nothing left to train`]], notices);
}

/** The plan for a person, in lines of at most 80 columns. */
export function planText(plan: TrainingPlan): string {
  const { run, resumes, files, training, notices } = plan;
  const rows: Row[] = [
    ['text', textText(plan)],
    ...fileLines(files).map((line, i): Row => [i === 0 ? 'files' : '', line]),
    ...lineEndsOf(plan).map((text): Row => ['line ends', text]),
    ['vocabulary', vocabularyText(plan)],
    ['split', splitText(plan)],
    ['network', networkText(plan)],
    [
      'batches',
      `${training.batchSize} x ${training.sequenceLength} characters, learning rate ${rate(training.lr)}`,
    ],
    ['length', lengthText(plan)],
    ['time', timeText(plan)],
    [
      'run',
      resumes
        ? `${run}, which would continue from step ${grouped(resumes.step)}; it is unchanged`
        : `${run}, which would be new; nothing is written yet`,
    ],
  ];
  return report(rows, notices);
}

/** Says how lines end, and how they are read; nothing for bytes, and for a text that is not read again. */
function lineEndsOf({ decoding, findings }: TrainingPlan): string[] {
  if (!findings || decoding.encoding === 'bytes') return [];
  if (!decoding.normalizeNewlines) return ['as they are'];
  const { crLf, cr, lf, uncounted } = findings;
  const others = [...(crLf > 0 ? ['CR LF'] : []), ...(cr > 0 ? ['CR'] : [])];
  if (others.length === 0) return ['LF'];
  return [`${[...others, ...(lf + uncounted > 0 ? ['LF'] : [])].join(' and ')}, read as LF`];
}

function textText({ corpus: { name, characters, texts } }: TrainingPlan): string {
  return `${name}, ${amountOf(characters, 'character')}${texts === null ? '' : ` in ${amountOf(texts, 'text')}`}`;
}

function splitText({ split: { training, validation, test } }: TrainingPlan): string {
  const parts = [`${grouped(training)} to train on`];
  if (validation > 0) parts.push(`${grouped(validation)} to validate on`);
  if (test > 0) parts.push(`${grouped(test)} to test on`);
  return parts.join(', ');
}

/** Reading that takes fewer seconds is not worth a remark. */
const SLOW_READING = 10;
/** How many characters to show as examples. */
const EXAMPLES = 20;

function vocabularyText({ vocabulary: { size, characters } }: TrainingPlan): string {
  const all = Array.from(characters);
  const visible = all.filter((character) => /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character));
  const stride = Math.max(1, Math.ceil(visible.length / EXAMPLES));
  const examples = visible.filter((_, i) => i % stride === 0);
  const others = size - all.length;
  const such = examples.length > 0 ? `, such as ${examples.join(' ')}` : '';
  const more = others > 0 ? `; ${amountOf(others, 'symbol')} for the ends and labels of texts` : '';
  return `${amountOf(all.length, 'distinct character')}${such}${more}`;
}

function networkText({ network }: TrainingPlan): string {
  const { dropout, parameters, memory } = network;
  const parts = [
    describeModel(network),
    ...(dropout > 0 ? [`dropout ${dropout}`] : []),
    `${grouped(parameters)} parameters`,
    `about ${binarySize(memory)} of memory`,
  ];
  return parts.join(', ');
}

function lengthText({ resumes, training, length, split }: TrainingPlan): string {
  const { steps, epochs, isEstimated, validations, stopsAt } = length;
  const amount = isEstimated
    ? `about ${amountOf(Number(steps.toPrecision(2)), 'step')}`
    : amountOf(steps, 'step');
  const passes = describeLength({ unit: 'epochs', amount: Number(epochs.toPrecision(2)) });
  const often = `every ${amountOf(training.evalEvery, 'step')}`;
  const validated =
    validations === 0
      ? 'not validated'
      : split.validation > 0
        ? `validated ${often}`
        : `saved ${often}, with nothing to validate on`;
  const parts = [
    ...(stopsAt === null ? [] : [`stops at step ${grouped(stopsAt)}`]),
    ...(resumes || (stopsAt === null && training.length.unit !== 'steps')
      ? [`${amount}${resumes ? ' left' : ''}`]
      : []),
    ...(training.length.unit === 'epochs' && !resumes && stopsAt === null ? [] : [passes]),
    validated,
  ];
  return `${describeLength(training.length)}: ${parts.join(', ')}`;
}

function timeText({ length, training, time }: TrainingPlan): string {
  const read = time.reading >= SLOW_READING ? `, after ${aboutDuration(time.reading)} of reading` : '';
  const early =
    length.mayEndEarly && time.total >= 1
      ? `, or less: training ends after ${amountOf(training.patience, 'validation')} without a new best`
      : '';
  return `${aboutDuration(time.total)} with ${time.engine} on ${amountOf(time.threads, 'thread')}${read}${early}`;
}
