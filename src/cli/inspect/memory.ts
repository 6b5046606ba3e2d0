import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { MODEL_DEFAULTS, NETWORK } from '../../checkpoint/options.js';
import { openEngine } from '../../engine/engine.js';
import { withThreads } from '../../engine/team.js';
import { UserError } from '../../errors.js';
import { CHANCE, copyAccuracies } from '../../experiments/copy-memory.js';
import { type ComparedKind, comparedKinds, withBias } from '../../experiments/kinds.js';
import { table } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { type Chart, figureOf, SERIES_COLORS, type Series } from '../../ui/plot/chart.js';
import { svgOf } from '../../ui/plot/svg.js';
import { withHint } from '../input/text.js';
import {
  type EngineFlags,
  engineOption,
  jsonOption,
  numberOption,
  parseNumber,
  svgOption,
  threadsOption,
} from '../options.js';
import { checkSvgPlace, printFigure } from '../output/chart-output.js';
import { type ProgressLine, withProgress } from '../output/stderr.js';
import { type OutputFlags, writeResult } from './output.js';

interface MemoryFlags extends EngineFlags, OutputFlags {
  lags: number[];
  hidden: number;
  steps: number;
  lr: number;
  seed: number;
  forgetBias: number;
  mixed?: true;
}

/** The networks that are asked, each of one layer. @param forgetBias of all but the one that has 0 whatever is given */
function kindsOf(forgetBias: number): readonly ComparedKind[] {
  return [
    ...comparedKinds(forgetBias),
    withBias('peephole LSTM', { cell: 'peephole', forgetBias }),
    withBias('GRU', { cell: 'gru', forgetBias }),
  ];
}

const DEFAULT_LAGS = [2, 5, 10, 20, 50, 100];
const LAG = { minimum: 1, maximum: 1000, integer: true };
const MOST_LAGS = 20;

const EXAMPLES = `
A character is shown, then k others at random, then a sign at which the first is to be named; there are 8 to choose from.
A network of each kind is trained from nothing for each k, and asked; all that it can learn has to come back over k steps.
With --mixed one is trained on all lags up to k, short ones as often as long ones: then what was learned at short lags helps
at long ones. One LSTM has forget bias 0, whatever --forget-bias gives the others. Takes about a minute. See docs/background/lstm.md.

Examples:
  charlstm inspect memory
  charlstm inspect memory --lags 10,20,30,40 --steps 1000
  charlstm inspect memory --forget-bias 3 --lags 20,50,80
  charlstm inspect memory --mixed --svg memory.svg
`;

/** `charlstm inspect memory`: the copy-memory task for each kind of cell. */
export function memoryCommand(command: Command): void {
  command
    .addOption(
      new Option('--lags <list>', 'how many characters to remember over')
        .argParser(parseLags)
        .default(DEFAULT_LAGS, DEFAULT_LAGS.join(',')),
    )
    .addOption(numberOption('--hidden <n>', 'units', NETWORK.hidden.kind).default(64))
    .addOption(
      numberOption('--steps <n>', 'batches of 32 to train for', {
        minimum: 1,
        maximum: 1e6,
        integer: true,
      }).default(600),
    )
    .addOption(numberOption('--lr <rate>', 'learning rate', { minimum: 1e-8, maximum: 1 }).default(3e-3))
    .addOption(
      numberOption('--seed <n>', 'seed of all randomness', {
        minimum: 0,
        maximum: 2 ** 32 - 1,
        integer: true,
      }).default(1),
    )
    .addOption(
      numberOption(
        '--forget-bias <n>',
        'bias the gates that keep begin with',
        NETWORK.forgetBias.kind,
      ).default(MODEL_DEFAULTS.forgetBias),
    )
    .option('--mixed', 'train on all lags up to k instead of k alone')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addOption(svgOption('a chart'))
    .addHelpText('after', EXAMPLES)
    .action((flags: MemoryFlags) => inspectMemory(flags));
}

/** @throws UserError naming the number that is none */
function parseLags(text: string): number[] {
  const lags = [...new Set(text.split(',').map((part) => parseNumber(part, '--lags', LAG)))];
  if (lags.length > MOST_LAGS) {
    throw new UserError(`--lags names ${lags.length} lags`, `Give at most ${MOST_LAGS}.`);
  }
  return lags.sort((a, b) => a - b);
}

/** Share of right answers of a kind of network for each lag. */
interface Remembered {
  readonly name: string;
  readonly accuracy: readonly number[];
}

async function inspectMemory(flags: MemoryFlags): Promise<void> {
  const { lags, hidden, steps, lr, seed, forgetBias, mixed = false } = flags;
  checkSvgPlace(flags.svg);
  // Memory is sized by other flags in training.
  const smaller = (hint: string) =>
    hint.includes('--batch-size') ? 'Use a smaller --hidden or shorter --lags.' : hint;
  const networks = await withHint(smaller, () => withProgress((progress) => trainAndAsk(flags, progress), 0));
  const chart = chartOf(networks, lags);
  const settings = { hidden, steps, lr, seed, forgetBias, mixed };
  const json = () => ({ task: 'copy', chance: CHANCE, ...settings, lags, networks });
  if (await writeResult(flags, { svg: () => svgOf(figureOf(chart)), json, inputs: [] })) return;
  process.stdout.write(
    `1 x ${amountOf(hidden, 'unit')}, ${amountOf(steps, 'step')} for each lag, lr ${lr}, seed ${seed}${mixed ? ', mixed lags' : ''}\n\n`,
  );
  printFigure(chart);
  const rows = networks.map(({ name, accuracy }) => [name, ...accuracy.map((share) => share.toFixed(2))]);
  process.stdout.write(`\n${table([['right answers', ...lags.map(String)], ...rows])}\n`);
}

async function trainAndAsk(flags: MemoryFlags, progress: ProgressLine): Promise<Remembered[]> {
  const {
    lags,
    hidden,
    steps,
    lr,
    seed,
    forgetBias,
    mixed = false,
    threads = availableParallelism(),
  } = flags;
  const networks: Remembered[] = [];
  for (const [name, kind] of kindsOf(forgetBias)) {
    await progress.show(`${name}, ${amountOf(lags[0]!, 'step')} back`);
    const engine = withThreads(openEngine(flags.engine, { quickly: true }), threads);
    const config = { ...kind, hidden, layers: 1 };
    const accuracy: number[] = [];
    for (const share of copyAccuracies(engine, { config, lags, steps, lr, seed, mixed })) {
      accuracy.push(share);
      const lag = lags[accuracy.length];
      if (lag !== undefined) await progress.show(`${name}, ${amountOf(lag, 'step')} back`);
    }
    networks.push({ name, accuracy });
  }
  return networks;
}

function chartOf(networks: readonly Remembered[], lags: readonly number[]): Chart {
  const series = networks.map(({ name, accuracy }, index): Series => {
    const points = lags.map((lag, i) => [lag, accuracy[i]!] as const);
    return { name, kind: 'line', points, color: SERIES_COLORS[index % SERIES_COLORS.length]! };
  });
  const ends = [lags[0]!, lags.at(-1)!];
  const chance: Series = {
    name: 'chance',
    kind: 'line',
    points: ends.map((lag) => [lag, CHANCE] as const),
    color: 'faint',
  };
  return {
    title: 'remembering a character for k steps',
    x: { label: 'k, steps', log: true },
    y: { label: 'right answers', from: 0, to: 1 },
    series: [...series, chance],
  };
}
