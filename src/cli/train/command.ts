import { type Command, Option } from 'commander';
import { LENGTH_RANGES, TRAINING_DEFAULTS, TRAINING_RANGES } from '../../checkpoint/record.js';
import { LEAST_KEPT, RUNS_FOLDER } from '../../checkpoint/run.js';
import { CELL_NAMES } from '../../model/cells.js';
import { MODEL_DEFAULTS, MODEL_RANGES } from '../../model/config.js';
import type { TrainFlags, UiFlags } from '../../prepare/request.js';
import { ENCODINGS } from '../../text/decode.js';
import { aliasHelp } from '../aliases.js';
import { engineOption, numberOption, sizeOption, threadsOption, wordOption } from '../options.js';
import { runTraining } from './run.js';

const EXAMPLES = `
The text is one or more files, folders or globs, - for standard input, or names from "charlstm corpora".
Ctrl-C stops after the step under way and saves; a second Ctrl-C stops at once.
In a terminal a dashboard shows how it goes; its keys are under ?. Elsewhere, and with --ui plain, there are lines.

Examples:
  charlstm train
  charlstm train novel.txt --hidden 256 --layers 2 --epochs 20
  charlstm train notes/ --minutes 10
  cat *.md | charlstm train - --out checkpoints/my-notes
  charlstm train --resume
  charlstm train --resume checkpoints/novel-1 --epochs 40
  charlstm train letters.txt --from checkpoints/novel-1

${aliasHelp()}
`;

/** `charlstm train`. */
export function trainCommand(command: Command): void {
  const { epochs, clip, weightDecay, batchSize, sequenceLength, validation, keep, seed } = TRAINING_DEFAULTS;
  const by = (text: string, value: unknown) => `${text} (default: ${value})`;
  command
    .option('--resume [run]', 'go on with a run or a checkpoint file (default: the newest run)')
    .option('--from <model>', 'begin a new run with the weights of a run (its best) or a checkpoint file')
    .option('--out <folder>', `folder of the run (default: ${RUNS_FOLDER}/<text>-<n>)`);

  command.optionsGroup('Network:');
  for (const option of [
    numberOption('--hidden <n>', by('units a layer', MODEL_DEFAULTS.hidden), MODEL_RANGES.hidden),
    wordOption('--cell <kind>', by('what a layer is made of', MODEL_DEFAULTS.cell), CELL_NAMES),
    numberOption('--layers <n>', by('layers', MODEL_DEFAULTS.layers), MODEL_RANGES.layers),
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
    new Option('--coupled', 'the input gate is 1 - the forget gate (lstm, peephole)'),
    new Option('--layer-norm', "normalise each layer's products"),
    new Option('--residual', 'each layer but the first adds to what it is given'),
    numberOption(
      '--forget-bias <n>',
      by('bias of the gate that keeps the memory, at first', MODEL_DEFAULTS.forgetBias),
      MODEL_RANGES.forgetBias,
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
    engineOption(),
    threadsOption(),
    sizeOption('--max-memory <size>', by('refuse to take more memory', '80% of what there is')),
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
      by(`most recent checkpoints kept beside the best, at least ${LEAST_KEPT}`, keep),
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
