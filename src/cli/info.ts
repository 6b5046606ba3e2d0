import type { Command } from 'commander';
import { readRecord } from '../checkpoint/checkpoint.js';
import type { TrainingOptions } from '../checkpoint/options.js';
import { describeLength, type Origin, type Progress, type RunRecord } from '../checkpoint/record.js';
import { harmless, harmlessJson, harmlessLine, rate, table } from '../format.js';
import { describeModel } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';
import { amountOf, grouped } from '../numbers.js';
import { nameCharacter } from '../text/vocabulary.js';
import { readModel } from './input/model.js';
import { jsonOption, MODEL_HELP } from './options.js';

/** `charlstm info`: shows what a checkpoint records about its model and its training. */
export function infoCommand(command: Command): void {
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `${MODEL_HELP}\n\nExamples:\n  charlstm info\n  charlstm info checkpoints/moby-dick-1 --json\n`,
    )
    .action(async (model: string | undefined, { json }: { json?: true }) => {
      const { path, value } = await readModel(model, readRecord);
      const { record, engine } = value;
      process.stdout.write(
        json ? `${harmlessJson(asJson(path, record, engine), 2)}\n` : harmless(asText(path, record, engine)),
      );
    });
}

function asJson(path: string, record: RunRecord, engine: string) {
  const { parameters, count } = parameterTable(record.model);
  return {
    path,
    engine,
    ...record,
    parameters: { count, tensors: parameters.map(({ name, shape, length }) => ({ name, shape, length })) },
  };
}

/** The most lines of history to show: the last one, and others at even distances before it. */
const HISTORY_LINES = 30;

function thinned<T>(points: readonly T[]): T[] {
  const stride = Math.ceil(points.length / HISTORY_LINES);
  return points.filter((_, i) => (points.length - 1 - i) % stride === 0);
}

type Fact = [name: string, value: string];

function origin({ path, corpus, step }: Origin, isImported: boolean): Fact {
  return ['weights from', `${path} (${corpus}${isImported ? '' : `, step ${grouped(step)}`})`];
}

function rollbacks(count: number): Fact {
  return ['rolled back', `${count === 1 ? 'once' : `${count} times`}, because of invalid numbers`];
}

function trainingFacts(training: TrainingOptions, { step, bestLoss }: Progress): Fact[] {
  return [
    ['step', `${grouped(step)}; planned length ${describeLength(training.length)}`],
    ['best validation', bestLoss === null ? 'none' : `${bestLoss.toFixed(4)} nats`],
    [
      'batch',
      `${amountOf(training.batchSize, 'sequence')} of ${amountOf(training.sequenceLength, 'character')}`,
    ],
    [
      'training',
      `lr ${training.lr}, clip ${training.clip}, weight decay ${training.weightDecay}, seed ${training.seed}`,
    ],
  ];
}

function asText(
  path: string,
  { model, training, corpus, progress, history, ...record }: RunRecord,
  engine: string,
): string {
  const { parameters, count } = parameterTable(model);
  const isImported = corpus.length === 0;
  const facts: Fact[] = [
    ['checkpoint', path],
    ['model', `${describeModel(model)}, embedding ${model.embedding}, dropout ${model.dropout}`],
    ['parameters', grouped(count)],
    [
      'corpus',
      isImported
        ? 'unknown: the weights were imported'
        : `${corpus.name}, ${amountOf(corpus.length, 'character')}, ${grouped(corpus.trainLength)} to train on`,
    ],
    [
      'decoding',
      record.decoding.encoding + (record.decoding.normalizeNewlines ? ', newlines normalised' : ''),
    ],
    ...(record.from ? [origin(record.from, isImported)] : []),
    ...(isImported ? [] : trainingFacts(training, progress)),
    ...(progress.rollbacks > 0 ? [rollbacks(progress.rollbacks)] : []),
    ['engine', engine],
  ];
  const tensors = parameters.map(({ name, shape, length }) => [name, shape.join(' x '), grouped(length)]);
  const points = thinned(history).map((point) => [
    grouped(point.step),
    point.training.toFixed(4),
    point.validation === null ? '-' : point.validation.toFixed(4),
    rate(point.lr),
  ]);
  const characters = record.codePoints.map((codePoint) =>
    nameCharacter(codePoint).replace(/^'(.*)' U.*$/, '$1'),
  );
  return [
    facts.map(([name, value]) => `${name.padEnd(17)}${harmlessLine(value)}`).join('\n'),
    table([['tensor', 'shape', 'parameters'], ...tensors]),
    ...(points.length > 0 ? [table([['step', 'training', 'validation', 'lr'], ...points])] : []),
    ...(points.length > 0 || isImported ? [] : ['no history yet']),
    `vocabulary of ${characters.length}: ${characters.join(' ')}`,
    '',
  ].join('\n\n');
}
