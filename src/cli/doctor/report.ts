import chalk from 'chalk';
import { describeLength, type RunRecord } from '../../checkpoint/record.js';
import { runOf } from '../../checkpoint/run.js';
import type { Examination, Outcome } from '../../doctor/examination.js';
import { harmlessLine, quoted } from '../../format.js';
import { describeModel } from '../../model/config.js';
import { amountOf, grouped } from '../../numbers.js';
import { wrapped } from '../output/terminal.js';

type Of<Kind extends Outcome['kind']> = Extract<Outcome, { kind: Kind }>;

/** The outcomes of a kind, serious findings first. */
function ofKind<Kind extends Outcome['kind']>({ outcomes }: Examination, kind: Kind): Of<Kind>[] {
  const found = outcomes.filter((outcome): outcome is Of<Kind> => outcome.kind === kind);
  const weight = (outcome: Outcome) => (outcome.kind === 'finding' && outcome.severity === 'serious' ? 0 : 1);
  return found.sort((a, b) => weight(a) - weight(b));
}

/** The object that `--json` prints. */
export function asJson(model: string, { progress }: RunRecord, examination: Examination): object {
  const without = <Kind extends Outcome['kind']>(kind: Kind) =>
    ofKind(examination, kind).map(({ kind: _, ...rest }) => rest);
  return {
    model,
    step: progress.step,
    done: examination.done,
    text: examination.text,
    findings: without('finding'),
    fine: without('fine'),
    unchecked: without('unchecked'),
  };
}

/** Width of the column of check names. */
const NAMES = 27;

/** The report for a person: problems first, then what is fine. */
export function asText(path: string, record: RunRecord, examination: Examination): string {
  const { model, corpus, progress, training } = record;
  const { done, text } = examination;
  if (corpus.length === 0) {
    const head = `${path}: ${describeModel(model)}, imported${record.from ? ` from ${record.from.path}` : ''}`;
    return `${wrapped(harmlessLine(head))}\n\nNothing can be checked: how the weights were trained is unknown.\n`;
  }
  const findings = ofKind(examination, 'finding');
  const fine = ofKind(examination, 'fine');
  const checked = findings.length + fine.length;
  const problems = findings.length === 0 ? 'no problems' : amountOf(findings.length, 'problem');
  const summary =
    checked === 0 ? 'Nothing could be checked.' : `Made ${amountOf(checked, 'check')} and found ${problems}.`;
  const on = text ? `; measured on ${amountOf(text.characters, 'character')} of its ${text.part} text` : '';
  const head = `${path}: ${describeModel(model)} on ${corpus.name}, step ${grouped(progress.step)}, ${Math.floor(100 * done)}% of ${describeLength(training.length)}${on}`;
  const report = [
    wrapped(harmlessLine(head)),
    summary,
    ...findings.map((finding) => findingText(finding, runOf(path))),
    [...fine, ...ofKind(examination, 'unchecked')].map(lineOf).join('\n'),
    '',
  ]
    .join('\n\n')
    .trimEnd();
  return `${report}\n`;
}

function findingText({ id, severity, sentence, remedy, link, figures }: Of<'finding'>, run: string): string {
  const todo = remedy.replace('--resume', `--resume ${quoted(run)}`);
  const [mark, colour] =
    severity === 'serious' ? (['✗', chalk.red] as const) : (['!', chalk.yellow] as const);
  return [
    colour(`${mark} ${named(id)} (${severity})`),
    `  ${wrapped(harmlessLine(sentence), 2)}`,
    `  seen: ${wrapped(harmlessLine(figures), 8)}`,
    `  do:   ${wrapped(harmlessLine(todo), 8)}`,
    `  why:  ${link}`,
  ].join('\n');
}

function lineOf(outcome: Of<'fine'> | Of<'unchecked'>): string {
  const isFine = outcome.kind === 'fine';
  const name = `${isFine ? '✓' : '–'} ${named(outcome.id)}`.padEnd(NAMES);
  const text = isFine ? outcome.figures : `not checked: ${outcome.reason}`;
  const rest = wrapped(harmlessLine(text), NAMES);
  return `${isFine ? chalk.green(name) : chalk.dim(name)}${chalk.dim(rest)}`;
}

function named(id: string): string {
  return id.replaceAll('-', ' ');
}
