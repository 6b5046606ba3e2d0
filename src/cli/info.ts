import type { Command } from 'commander';
import { readRecord } from '../checkpoint/checkpoint.js';
import { describeLength, type RunRecord } from '../checkpoint/record.js';
import { harmless, harmlessLine, rate, table } from '../format.js';
import { describeModel } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';
import { amountOf, grouped } from '../numbers.js';
import type { Collection } from '../text/collection/collection.js';
import { nameCharacter } from '../text/vocabulary.js';
import { readModel } from './input/model.js';
import { jsonOption, MODEL_HELP } from './options.js';
import { printReport } from './output/console.js';

/** `charlstm info`: shows what a checkpoint records about its model and its training. */
export function defineCommand(command: Command): void {
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `${MODEL_HELP}\n\nExamples:\n  charlstm info\n  charlstm info checkpoints/moby-dick-1 --json\n`,
    )
    .action(async (model: string | undefined, { json }: { json?: true }) => {
      const { path, value } = await readModel(model, readRecord);
      const { record, engine } = value;
      printReport(json, asJson(path, record, engine), () => harmless(asText(path, record, engine)));
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

/** The training of a network, one fact per row. */
function trainingFacts({ training, progress: { step, bestLoss } }: RunRecord): [string, string][] {
  const { lr, clip, weightDecay, seed, batchSize, sequenceLength } = training;
  return [
    ['step', `${grouped(step)}; planned length ${describeLength(training.length)}`],
    ['best validation', bestLoss === null ? 'none' : `${bestLoss.toFixed(4)} nats`],
    ['batch', `${amountOf(batchSize, 'sequence')} of ${amountOf(sequenceLength, 'character')}`],
    ['training', `lr ${lr}, clip ${clip}, weight decay ${weightDecay}, seed ${seed}`],
  ];
}

/** The most values of a label to list. */
const MOST_VALUES = 20;

/** What the texts of a corpus are, and their labels, one fact per row. */
function collectionFacts(texts: Collection | undefined): [string, string][] {
  if (!texts) return [];
  const { division, textsEnd, column, labels, byColumn } = texts;
  const kinds = {
    line: 'one per line',
    paragraph: 'paragraphs, with blank lines between',
    file: 'one per file',
    separator: `separated by ${JSON.stringify(textsEnd)}`,
    record: `records, their column ${JSON.stringify(column)}`,
  };
  return [
    ['texts', kinds[division] + (byColumn ? ', read column by column' : '')],
    ...labels.map(({ column, values }): [string, string] => {
      const named = values.slice(0, MOST_VALUES).map(({ value, texts }) => `${value} (${grouped(texts)})`);
      const more = values.length > MOST_VALUES ? [`${grouped(values.length - MOST_VALUES)} more`] : [];
      return [`label ${column}`, [...named, ...more].join(', ')];
    }),
  ];
}

/** How files became characters, such as "auto, lines unwrapped". */
function decodingFact({ encoding, normalizeNewlines, unwrap, normalize }: RunRecord['decoding']): string {
  const changes = [
    !normalizeNewlines && 'line ends kept',
    unwrap && 'lines unwrapped',
    normalize === 'nfc' && 'letters composed',
  ];
  return [encoding, ...changes.filter(Boolean)].join(', ');
}

function asText(path: string, record: RunRecord, engine: string): string {
  const { model, corpus, decoding, from, history } = record;
  const { rollbacks } = record.progress;
  const { parameters, count } = parameterTable(model);
  const isImported = corpus.length === 0;
  const facts = [
    ['checkpoint', path],
    ['model', `${describeModel(model)}, embedding ${model.embedding}, dropout ${model.dropout}`],
    ['parameters', grouped(count)],
    [
      'corpus',
      isImported
        ? 'unknown: the weights were imported'
        : `${corpus.name}, ${amountOf(corpus.length, 'character')}, ${grouped(corpus.trainLength)} to train on`,
    ],
    ...collectionFacts(record.texts),
    ['decoding', decodingFact(decoding)],
  ];
  if (from) {
    facts.push([
      'weights from',
      `${from.path} (${from.corpus}${isImported ? '' : `, step ${grouped(from.step)}`})`,
    ]);
  }
  if (!isImported) facts.push(...trainingFacts(record));
  if (rollbacks > 0) {
    facts.push([
      'rolled back',
      `${rollbacks === 1 ? 'once' : `${rollbacks} times`}, because of invalid numbers`,
    ]);
  }
  facts.push(['engine', engine]);
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
    facts.map(([name, value]) => `${harmlessLine(name!).padEnd(16)} ${harmlessLine(value!)}`).join('\n'),
    table([['tensor', 'shape', 'parameters'], ...tensors]),
    ...(points.length > 0 ? [table([['step', 'training', 'validation', 'lr'], ...points])] : []),
    ...(points.length > 0 || isImported ? [] : ['no history yet']),
    `vocabulary of ${characters.length}: ${characters.join(' ')}`,
    '',
  ].join('\n\n');
}
