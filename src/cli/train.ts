import { chalkStderr as chalk } from 'chalk';
import type { Command } from 'commander';
import { readRecord } from '../checkpoint/checkpoint.js';
import { LENGTH_RANGES, TRAINING_RANGES } from '../checkpoint/record.js';
import { RUNS_FOLDER } from '../checkpoint/run.js';
import { ExitCode, UserError } from '../errors.js';
import { MODEL_DEFAULTS, MODEL_RANGES } from '../model/config.js';
import { grouped } from '../numbers.js';
import { ENCODINGS } from '../text/decode.js';
import type { EndEvent } from '../train/events.js';
import { startTraining, type Training } from '../worker/client.js';
import { aliasHelp } from './aliases.js';
import { harmless, quoted, rate } from './format.js';
import { numberOption, wordOption } from './options.js';
import { jsonReporter, plainReporter } from './reporter.js';
import type { PreparedTraining, TrainFlags } from './train-flags.js';
import { prepareNewRun, TRAINING_DEFAULTS } from './train-new.js';
import { prepareResume } from './train-resume.js';

const EXAMPLES = `
The text is one or more files, folders or globs, - for standard input, or names from "charlstm corpora".
Ctrl-C stops after the step under way and saves; a second Ctrl-C stops at once.

Examples:
  charlstm train
  charlstm train novel.txt --hidden 256 --layers 2 --epochs 20
  charlstm train notes/ --minutes 10
  cat *.md | charlstm train - --out checkpoints/my-notes
  charlstm train --resume
  charlstm train --resume checkpoints/novel-1 --epochs 40

${aliasHelp()}
`;

interface UiFlags {
  readonly ui: 'auto' | 'plain' | 'json';
}

/** `charlstm train`. */
export function trainCommand(program: Command): void {
  const command = program.command('train [text...]').description('learn a text, or go on learning it');
  const { epochs, clip, weightDecay, batchSize, sequenceLength, validation, keep, seed } = TRAINING_DEFAULTS;
  const by = (text: string, value: unknown) => `${text} (default: ${value})`;
  command
    .option('--resume [run]', 'go on with a run or a checkpoint file (default: the newest run)')
    .option('--out <folder>', `folder of the run (default: ${RUNS_FOLDER}/<text>-<n>)`);

  command.optionsGroup('Network:');
  for (const option of [
    numberOption('--hidden <n>', by('units a layer', MODEL_DEFAULTS.hidden), MODEL_RANGES.hidden),
    numberOption('--layers <n>', by('LSTM layers', MODEL_DEFAULTS.layers), MODEL_RANGES.layers),
    numberOption(
      '--embedding <n>',
      by('numbers a character becomes', MODEL_DEFAULTS.embedding),
      MODEL_RANGES.embedding,
    ),
    numberOption(
      '--dropout <share>',
      by('outputs dropped in training', MODEL_DEFAULTS.dropout),
      MODEL_RANGES.dropout,
    ),
  ]) {
    command.addOption(option);
  }

  command.optionsGroup('Length (one of):');
  for (const option of [
    numberOption(
      '--epochs <n>',
      by('times through the text', `${epochs}, but 1,000 to 20,000 steps`),
      LENGTH_RANGES.epochs,
    ),
    numberOption('--steps <n>', 'batches', LENGTH_RANGES.steps),
    numberOption('--minutes <n>', 'a time budget', LENGTH_RANGES.minutes),
  ]) {
    command.addOption(option);
  }

  command.optionsGroup('Training:');
  for (const option of [
    numberOption('--lr <rate>', by('peak learning rate', '5e-3, less above 256 units'), TRAINING_RANGES.lr),
    numberOption('--clip <norm>', by('limit on the gradient norm; 0 for none', clip), TRAINING_RANGES.clip),
    numberOption('--weight-decay <n>', by('decay of the matrices', weightDecay), TRAINING_RANGES.weightDecay),
    numberOption('--batch-size <n>', by('sequences side by side', batchSize), TRAINING_RANGES.batchSize),
    numberOption(
      '--seq-length <n>',
      by('characters a window', sequenceLength),
      TRAINING_RANGES.sequenceLength,
    ),
    numberOption('--seed <n>', by('seed of all randomness', seed), TRAINING_RANGES.seed),
    numberOption('--stop-at <step>', 'stop and save early, as Ctrl-C would', LENGTH_RANGES.steps),
  ]) {
    command.addOption(option);
  }

  command.optionsGroup('Validation and checkpoints:');
  for (const option of [
    numberOption(
      '--val <share>',
      by('last part of the text, kept to validate', validation),
      TRAINING_RANGES.validation,
    ),
    numberOption(
      '--eval-every <steps>',
      by('how often', 'a twentieth of the time'),
      TRAINING_RANGES.evalEvery,
    ),
    numberOption(
      '--keep <n>',
      by('recent checkpoints kept beside best and last', keep),
      TRAINING_RANGES.keep,
    ),
  ]) {
    command.addOption(option);
  }

  command.optionsGroup('Text and screen:');
  command
    .addOption(wordOption('--encoding <name>', 'how bytes become characters', ENCODINGS))
    .option('--normalize-newlines', 'read CR LF and CR as LF')
    .addOption(wordOption('--ui <kind>', 'how progress is shown', ['auto', 'plain', 'json']).default('auto'))
    .addHelpText('after', EXAMPLES)
    .action((names: string[], flags: TrainFlags & UiFlags) => runTraining(names, flags));
}

async function runTraining(names: readonly string[], flags: TrainFlags & UiFlags): Promise<void> {
  const report = flags.ui === 'json' ? jsonReporter() : plainReporter();
  const prepared = await (flags.resume === undefined
    ? prepareNewRun(names, flags)
    : prepareResume(names, flags));
  for (const notice of prepared.notices)
    process.stderr.write(`${chalk.yellow('note')} ${harmless(notice)}\n`);
  let lastStep = prepared.job.record.progress.step;
  try {
    const training = startTraining(prepared.job, (event) => {
      if (event.type === 'step') lastStep = event.step;
      report(event);
    });
    const signals = stopOnSignals(training);
    const end = await training.finished.finally(() => signals.dispose());
    if (end.reason === 'diverged') throw divergence(prepared, lastStep, end);
    if (flags.ui !== 'json') await summarise(prepared, end);
    process.exitCode ??= signals.exitCode;
  } finally {
    await prepared.release();
  }
}

/** What the process exits with after each signal. Node ignores SIGPIPE: main.ts sends it when stdout is closed. */
const SIGNALS = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: 129,
  SIGPIPE: 0,
} as const;

/** The first signal asks training to stop and save, the second ends the process. */
function stopOnSignals(training: Training): { readonly exitCode: number; dispose(): void } {
  let received: keyof typeof SIGNALS | undefined;
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  const handle = (signal: NodeJS.Signals) => {
    const name = names.find((known) => known === signal)!;
    if (received === undefined) {
      training.send({ type: 'stop' });
      process.stderr.write(
        `\n${chalk.yellow('stopping')} after this step, and saving; once more to stop at once\n`,
      );
    } else if (name !== 'SIGPIPE') {
      process.stderr.write('stopped at once: what was learned since the last checkpoint is lost\n');
      process.exit(SIGNALS[name]);
    }
    received ??= name;
  };
  for (const name of names) process.on(name, handle);
  return {
    get exitCode() {
      return received === undefined ? 0 : SIGNALS[received];
    },
    dispose() {
      for (const name of names) process.off(name, handle);
    },
  };
}

function divergence({ job }: PreparedTraining, step: number, end: EndEvent): UserError {
  const { lr, clip } = job.record.training;
  const kept =
    end.path === null
      ? 'No checkpoint had been written yet'
      : `The last good checkpoint is kept in ${job.run}`;
  const clipHint = clip === 0 ? ' and a limit such as --clip 1' : '';
  return new UserError(
    `the loss stopped being a number at step ${grouped(step + 1)}`,
    `${kept}. Try a smaller learning rate, such as --lr ${rate(lr / 4)}${clipHint}.`,
  );
}

async function summarise({ job }: PreparedTraining, end: EndEvent): Promise<void> {
  const lines = [
    '',
    `${end.reason === 'finished' ? chalk.green('done') : chalk.yellow('stopped')} at step ${grouped(end.step)}`,
  ];
  if (end.bestLoss !== null) lines.push(`best validation loss ${end.bestLoss.toFixed(4)} nats a character`);
  if (end.path !== null) {
    const { record } = await readRecord(end.path);
    const last = record.history.at(-1);
    if (last) lines.push(`training loss ${last.training.toFixed(4)} when it was measured`);
    if (record.progress.step < 0.8 * end.step && end.reason === 'finished') {
      lines.push(
        `validation has not improved since step ${grouped(record.progress.step)}; that checkpoint is kept`,
      );
    }
    lines.push(`checkpoint ${harmless(end.path)}`);
    lines.push('', `write text:  charlstm sample ${harmless(quoted(job.run))}`);
    const more = end.reason === 'finished' ? ` --${record.training.length.unit} <more>` : '';
    lines.push(`go on:       charlstm train --resume ${harmless(quoted(job.run))}${more}`);
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}
