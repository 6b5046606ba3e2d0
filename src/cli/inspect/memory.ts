import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { NETWORK, RECORDED } from '../../checkpoint/options.js';
import { openEngine } from '../../engine/engine.js';
import { withThreads } from '../../engine/team.js';
import { UserError } from '../../errors.js';
import { CHANCE, copyAccuracies } from '../../experiments/copy-memory.js';
import { type ComparedKind, comparedKinds, withBias } from '../../experiments/kinds.js';
import { table } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { type Chart, figureOf, SERIES_COLORS, type Series } from '../../ui/plot/chart.js';
import { svgOf } from '../../ui/plot/svg.js';
import { parseValue, valueOption } from '../options.js';
import { checkSvgFile, printFigure } from '../output/chart-output.js';
import { type ProgressLine, withProgress } from '../output/stderr.js';
import { addViewOptions, COUNT, type ViewFlags, withMemoryHint, writeResult } from './view.js';

interface MemoryFlags extends ViewFlags {
  lags: number[];
  hidden: number;
  steps: number;
  lr: number;
  seed: number;
  forgetBias: number;
  mixed?: true;
}

/**
 * Returns the kinds of networks to test.
 * @param forgetBias the bias in all of them except the LSTM that always has 0
 */
function testedKinds(forgetBias: number): readonly ComparedKind[] {
  return [
    ...comparedKinds(forgetBias),
    withBias('peephole LSTM', { cell: 'peephole', forgetBias }),
    withBias('GRU', { cell: 'gru', forgetBias }),
  ];
}

const DEFAULT_LAGS = [2, 5, 10, 20, 50, 100];
const LAG = { minimum: 1, maximum: 1000, integer: true };
const MAX_LAGS = 20;

const EXAMPLES = `
Runs the copy-memory task: the network reads one of 8 characters, then k random
ones, then a sign at which it must name the first. Each kind of network is
trained from scratch for each k, so its gradient has to reach back k steps.
--mixed trains on all lags up to k equally often, so that what is learned at
short lags helps at long ones. One LSTM has forget bias 0 whatever --forget-bias
is. This takes about a minute. See docs/background/lstm.md.

Examples:
  charlstm inspect memory
  charlstm inspect memory --lags 10,20,30,40 --steps 1000
  charlstm inspect memory --forget-bias 3 --lags 20,50,80
  charlstm inspect memory --mixed --svg memory.svg
`;

/** Defines `charlstm inspect memory`, which trains each kind of cell on the copy-memory task. */
export function defineCommand(command: Command): void {
  const { hidden, forgetBias } = NETWORK;
  const bias = valueOption(
    '--forget-bias <n>',
    'initial bias of the gates that keep memory',
    forgetBias.kind,
  );
  const own = [
    new Option('--lags <list>', 'distances in characters, separated by commas')
      .argParser(parseLags)
      .default(DEFAULT_LAGS, DEFAULT_LAGS.join(',')),
    valueOption('--hidden <n>', 'hidden units', hidden.kind).default(64),
    valueOption('--steps <n>', 'training steps, each with a batch of 32', COUNT).default(600),
    valueOption('--lr <rate>', 'learning rate', { minimum: 1e-8, maximum: 1 }).default(3e-3),
    valueOption('--seed <n>', 'seed of all random numbers', RECORDED.seed.kind).default(1),
    bias.default(forgetBias.default),
    new Option('--mixed', 'train on all lags up to k instead of only k'),
  ];
  addViewOptions(command, own, 'a chart')
    .addHelpText('after', EXAMPLES)
    .action((flags: MemoryFlags) => inspectMemory(flags));
}

/** @throws UserError naming the entry that is not a valid lag */
function parseLags(text: string): number[] {
  const lags = [...new Set(text.split(',').map((part) => parseValue(part, '--lags', LAG)))];
  if (lags.length > MAX_LAGS) {
    throw new UserError(`--lags names ${lags.length} lags`, `Give at most ${MAX_LAGS}.`);
  }
  return lags.sort((a, b) => a - b);
}

/** One kind of network, with its share of right answers for each lag. */
type KindAccuracy = { readonly name: string; readonly accuracy: readonly number[] };

async function inspectMemory(flags: MemoryFlags): Promise<void> {
  const { lags, hidden, steps, lr, seed, forgetBias, mixed = false } = flags;
  checkSvgFile(flags.svg);
  const networks = await withMemoryHint('Use a smaller --hidden or shorter --lags.', () =>
    withProgress((progress) => measureAccuracies(flags, progress), 0),
  );
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

async function measureAccuracies(flags: MemoryFlags, progress: ProgressLine): Promise<KindAccuracy[]> {
  const { lags, hidden, steps, lr, seed, forgetBias, mixed = false } = flags;
  const { engine: choice, threads = availableParallelism() } = flags;
  const networks: KindAccuracy[] = [];
  for (const [name, kind] of testedKinds(forgetBias)) {
    await progress.show(`${name}, ${amountOf(lags[0]!, 'step')} back`);
    const engine = withThreads(openEngine(choice), threads);
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

function chartOf(networks: readonly KindAccuracy[], lags: readonly number[]): Chart {
  const series = networks.map(({ name, accuracy }, index): Series => {
    const points = lags.map((lag, i) => [lag, accuracy[i]!] as const);
    return { name, kind: 'line', points, color: SERIES_COLORS[index % SERIES_COLORS.length]! };
  });
  const ends = [lags[0]!, lags.at(-1)!].map((lag) => [lag, CHANCE] as const);
  const chance: Series = { name: 'chance', kind: 'line', points: ends, color: 'faint' };
  return {
    title: 'remembering a character for k steps',
    x: { label: 'k, steps', log: true },
    y: { label: 'right answers', from: 0, to: 1 },
    series: [...series, chance],
  };
}
