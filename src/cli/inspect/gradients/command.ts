import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { RunRecord } from '../../../checkpoint/record.js';
import { runOf } from '../../../checkpoint/run.js';
import { UserError } from '../../../errors.js';
import { COMPARED_STEPS, type NetworkGradients } from '../../../experiments/gradients.js';
import { harmlessLine, table } from '../../../format.js';
import { gradientsByLag, leastText } from '../../../insight/gradients.js';
import { describeModel } from '../../../model/config.js';
import { grouped } from '../../../numbers.js';
import { type Chart, type Figure, type Point, SERIES_COLORS } from '../../../ui/plot/chart.js';
import { svgOf } from '../../../ui/plot/svg.js';
import { titleOf } from '../../input/model.js';
import { MODEL_HELP, valueOption } from '../../options.js';
import { checkSvgFile, printFigure } from '../../output/chart-output.js';
import { wrappedLines } from '../../output/terminal.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from '../text.js';
import { COUNT, withMemoryHint, writeResult } from '../view.js';
import { type Compared, type CompareFlags, compare } from './compare.js';

interface GradientsFlags extends CompareFlags, TextFlags {
  compare?: true;
}

/** The lags in the table. */
const TABLE_LAGS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const EXAMPLES = `${MODEL_HELP}

Shows how far back a loss reaches: the norm of d loss(t) / d h(t-k), the
gradient of one character's loss with respect to the hidden states k characters
earlier, averaged over places in the first ${grouped(LONGEST_TEXT)} characters of the text.
Several models are drawn in one chart.

--compare trains a plain RNN, an LSTM with an initial forget bias of 0 and one
with 1, all of equal size, and measures them before and after. They learn the
model's training text, or Moby-Dick if no run has a text. This takes about a
minute. See docs/background/lstm.md.

Examples:
  charlstm inspect gradients
  charlstm inspect gradients --compare
  charlstm inspect gradients --compare --svg gradients.svg
  charlstm inspect gradients checkpoints/lstm-1 checkpoints/gru-1 --max-lag 500
`;

/** Defines `charlstm inspect gradients`, which shows how gradients fade with distance. */
export function defineCommand(command: Command): void {
  const lags = { minimum: 1, maximum: 2000, integer: true };
  const many = { minimum: 1, maximum: 10_000, integer: true };
  const steps = `how many steps --compare trains each network (default: ${COMPARED_STEPS})`;
  const own = [
    new Option('--compare', 'train an RNN and two LSTMs of equal size, and overlay them'),
    valueOption('--max-lag <n>', 'how many characters to go back', lags).default(200),
    valueOption('--places <n>', 'how many places in the text to average over', many).default(64),
    valueOption('--steps <n>', steps, COUNT),
  ];
  addTextOptions(command, own, 'a chart')
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], flags: GradientsFlags) => inspectGradients(paths, flags));
}

async function inspectGradients(paths: readonly string[], flags: GradientsFlags): Promise<void> {
  checkFlags(paths, flags);
  if (flags.compare) checkSvgFile(flags.svg);
  const { heading, text, networks, inputs } = await withMemoryHint(
    'Give a smaller --max-lag, or a smaller model.',
    () => (flags.compare ? compare(paths[0], flags) : measureAll(paths, flags)),
  );
  const { maxLag } = flags;
  const figure = figureOf(networks, maxLag);
  const json = () => ({ text, maxLag, networks });
  if (await writeResult(flags, { svg: () => svgOf(figure), json, inputs })) return;
  process.stdout.write(`${wrappedLines(heading)}\n\n`);
  printFigure(figure);
  process.stdout.write(`\n${tableOf(networks, maxLag)}\n`);
  if (flags.compare && maxLag > 1) process.stdout.write(`\n${wrappedLines(summary(networks, maxLag))}\n`);
}

/** @throws UserError for flags that cannot be combined */
function checkFlags(paths: readonly string[], { compare, steps, text, unknown }: GradientsFlags): void {
  if (compare && paths.length > 1) {
    throw new UserError(
      `--compare takes the size and the text of one model, but ${paths.length} models were given`,
      'Leave --compare out to draw them in one chart.',
    );
  }
  if (!compare && steps !== undefined) {
    throw new UserError('--steps only applies with --compare', 'Add --compare, or leave --steps out.');
  }
  if (compare && unknown !== 'error') {
    throw new UserError(
      `--unknown ${unknown} has no effect with --compare, which knows all characters of its text`,
      'Leave --unknown out.',
    );
  }
  if (compare && text !== undefined) {
    throw new UserError(
      '--compare and --text cannot be combined: --compare trains on the text of a run',
      'Leave --text out, or train a run on that text and give its name.',
    );
  }
}

async function measureAll(paths: readonly string[], flags: GradientsFlags): Promise<Compared> {
  const { maxLag, places } = flags;
  const headings: string[] = [];
  const inputs: string[] = [];
  const found: { network: NetworkGradients; run: string; record: RunRecord }[] = [];
  for (const path of paths.length > 0 ? paths : [undefined]) {
    const opened = await openText(path, flags, { least: leastText(maxLag), training: true });
    const { file, record, model, ids } = opened;
    const norms = gradientsByLag(model.weights, ids, { maxLag, places });
    const network = { name: titleOf(file, record.model), model: file, state: 'trained', ...norms } as const;
    found.push({ network, run: runOf(file), record });
    headings.push(`${opened.heading}, gradients of ${grouped(norms.places)} of them`);
    inputs.push(...opened.inputs);
  }
  // Tell apart runs of the same name in several folders, and checkpoints of one run. What differs comes
  // first, since a legend may have to cut names.
  const networks = found.map(({ network, run, record }) => {
    const alike = found.filter((one) => one.network.name === network.name);
    const own = alike.filter((one) => resolve(one.run) === resolve(run));
    const name = own.length < alike.length ? `${run}, ${describeModel(record.model)}` : network.name;
    return { ...network, name: own.length > 1 ? `step ${grouped(record.progress.step)} of ${name}` : name };
  });
  return { heading: headings.join('\n'), text: flags.text ?? 'validation', networks, inputs };
}

const Y_AXIS = { label: '|d loss(t) / d h(t-k)|', log: true } as const;

/** Charts one network by layer, or the last layers of several, before and after training. */
function figureOf(networks: readonly NetworkGradients[], maxLag: number): Figure {
  // The axis covers all measured lags, which shows that a curve ends early.
  const x = { label: 'k, characters back', from: 0, to: maxLag, whole: true };
  const [first, ...others] = networks;
  if (others.length === 0) {
    const { name, layers } = first!;
    const series = layers.map((norms, layer) => seriesOf(`layer ${layer}`, norms, layer));
    return { title: '', charts: [{ title: name, x, y: Y_AXIS, series }], columns: 1 };
  }
  const isComparison = networks.some(({ state }) => state === 'untrained');
  const charts = (['untrained', 'trained'] as const).flatMap((state): Chart[] => {
    const drawn = networks.filter((one) => one.state === state);
    if (drawn.length === 0) return [];
    const series = drawn.map(({ name, layers }, index) => seriesOf(name, layers.at(-1)!, index));
    const when = isComparison ? `, ${state === 'trained' ? 'after' : 'before'} training` : '';
    const title = `the gradient with respect to the last layer's hidden state${when}`;
    return [{ title, x, y: yAxis(drawn), series }];
  });
  return { title: '', charts, columns: 1 };
}

/** Cuts the axis off some way below the others, as a plain RNN's curve would squeeze them into one line. */
function yAxis(networks: readonly NetworkGradients[]) {
  const drawn = networks
    .map(({ layers }) => layers.at(-1)!.filter((norm) => norm > 0 && Number.isFinite(norm)))
    .filter((norms) => norms.length > 0);
  if (drawn.length === 0) return Y_AXIS;
  // The lowest value of each curve, which may come before its end.
  const ends = drawn.map((norms) => Math.min(...norms)).sort((a, b) => b - a);
  const most = Math.max(...drawn.flat());
  const from = Math.max(ends.at(-1)!, Math.min(1e-3 * ends[0]!, 1e-12 * most));
  return { ...Y_AXIS, from, to: most };
}

function seriesOf(name: string, norms: readonly number[], index: number) {
  const points = norms.map((norm, lag): Point => [lag, norm]);
  return { name, kind: 'line' as const, points, color: SERIES_COLORS[index % SERIES_COLORS.length]! };
}

const TOO_LARGE = '∞';
/** Norms at which a curve ends, since the scale used by `gradientsByLag` is too small or too large. */
const CURVE_ENDS = [
  ['0', 'zero, or too small for 32-bit floats'],
  [TOO_LARGE, 'too large for 32-bit floats'],
] as const;

/** Lays out the norm at lag 1, and those at longer lags relative to it. */
function tableOf(networks: readonly NetworkGradients[], maxLag: number): string {
  const lags = [...new Set([...TABLE_LAGS.filter((lag) => lag < maxLag), maxLag])].filter((lag) => lag > 1);
  const rows = networks.flatMap(({ layers }) =>
    layers.map((norms, layer) => [
      String(layer),
      cellOf(norms[1]!, 1, 1),
      ...lags.map((lag) => cellOf(norms[lag]!, norms[1]!, 0)),
    ]),
  );
  const lines = table([['layer', 'lag 1', ...lags.map(String)], ...rows]).split('\n');
  // Names go above the rows, since there is no room next to them.
  let at = 1;
  const named = networks.flatMap((network) => {
    const own = lines.slice(at, at + network.layers.length);
    at += own.length;
    return networks.length > 1 ? [harmlessLine(nameOf(network, networks)), ...own] : own;
  });
  const what = `The norm at lag 1${lags.length > 0 ? ', and at longer lags as a share of it' : ''}:`;
  const ends = CURVE_ENDS.filter(([mark]) => rows.some((row) => row.slice(1).includes(mark)));
  const notes = ends.map(([mark, why]) => `${mark}: ${why}; the curve ends there`);
  return [what, lines[0]!, ...named, ...notes].join('\n');
}

/** Names a network, with its state and loss if networks were trained for comparison. */
function nameOf({ name, state, loss }: NetworkGradients, networks: readonly NetworkGradients[]): string {
  if (!networks.some((one) => one.state === 'untrained')) return name;
  return `${name}, ${state}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`;
}

/** Writes a norm as a share of another. */
function cellOf(norm: number, of: number, decimals: number): string {
  if (norm === 0) return '0';
  const share = norm / of;
  return Number.isFinite(share) ? share.toExponential(decimals) : TOO_LARGE;
}

/** Writes a number to one significant digit: "0.5", "50", "8e+30". */
function roughly(value: number): string {
  const figure = Number(value.toPrecision(1));
  return figure >= 0.001 && figure < 1e6 ? grouped(figure) : figure.toExponential(0);
}

/** Summarises the comparison in words. */
function summary(networks: readonly NetworkGradients[], maxLag: number): string {
  const lag = Math.min(100, maxLag);
  return (['untrained', 'trained'] as const)
    .map((when) => {
      const [rnn, , lstm] = networks
        .filter(({ state }) => state === when)
        .map(({ layers }) => layers.at(-1)![lag]! / layers.at(-1)![1]!);
      const state = when === 'trained' ? 'After training' : 'Before training';
      const share = (part: number) => (part > 0 ? part.toExponential(0) : 'nothing');
      const times = rnn! > 0 ? `${roughly(lstm! / rnn!)} times as much` : 'infinitely more';
      return `${state}, the RNN keeps ${share(rnn!)} of its lag-1 gradient at lag ${lag}, and the LSTM ${share(lstm!)}: ${times}.`;
    })
    .join('\n');
}
