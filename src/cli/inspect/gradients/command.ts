import { resolve } from 'node:path';
import type { Command } from 'commander';
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
import { withHint } from '../../input/text.js';
import { MODEL_HELP, numberOption } from '../../options.js';
import { checkSvgPlace, printFigure } from '../../output/chart-output.js';
import { wrappedLines } from '../../output/terminal.js';
import { writeResult } from '../output.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from '../text.js';
import { type Compared, type CompareFlags, compare } from './compare.js';

interface GradientsFlags extends CompareFlags, TextFlags {
  compare?: true;
}

const DEFAULT_LAG = 200;
const DEFAULT_PLACES = 64;
/** Lags of the table. */
const TOLD = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const EXAMPLES = `${MODEL_HELP}
How far back a loss reaches: the norm of d loss(t) / d h(t-k), the gradient of the loss of one character by the hidden
states k characters before it, averaged over places of the first ${grouped(LONGEST_TEXT)} characters of the text. Several models are
drawn over each other.
--compare trains a plain RNN, an LSTM whose forget bias begins at 0 and an LSTM (at 1) of equal size on the text of the
model, or of Moby-Dick where there is no run that has one, which takes about a minute, and measures them before and
after. See docs/background/lstm.md.

Examples:
  charlstm inspect gradients
  charlstm inspect gradients --compare
  charlstm inspect gradients --compare --svg gradients.svg
  charlstm inspect gradients checkpoints/lstm-1 checkpoints/gru-1 --max-lag 500
`;

/** `charlstm inspect gradients`: how the gradient of a loss fades with the distance. */
export function gradientsCommand(command: Command): void {
  const lags = { minimum: 1, maximum: 2000, integer: true };
  const many = { minimum: 1, maximum: 10_000, integer: true };
  command
    .option('--compare', 'train an RNN and two LSTMs of equal size, and overlay them')
    .addOption(numberOption('--max-lag <n>', 'how many characters to go back', lags).default(DEFAULT_LAG))
    .addOption(numberOption('--places <n>', 'how many places of the text', many).default(DEFAULT_PLACES))
    .addOption(
      numberOption('--steps <n>', `how long --compare trains each of them (default: ${COMPARED_STEPS})`, {
        minimum: 1,
        maximum: 1e6,
        integer: true,
      }),
    );
  addTextOptions(command, 'a chart')
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], flags: GradientsFlags) => inspectGradients(paths, flags));
}

async function inspectGradients(paths: readonly string[], flags: GradientsFlags): Promise<void> {
  checkFlags(paths, flags);
  if (flags.compare) checkSvgPlace(flags.svg);
  // Memory is sized by other flags in training.
  const smaller = (hint: string) =>
    hint.includes('--batch-size') ? 'Give a smaller --max-lag, or a smaller model.' : hint;
  const { heading, text, networks, inputs } = await withHint(smaller, () =>
    flags.compare ? compare(paths[0], flags) : measureAll(paths, flags),
  );
  const { maxLag } = flags;
  const figure = figureOf(networks, maxLag);
  const json = () => ({ text, maxLag, networks });
  if (await writeResult(flags, { svg: () => svgOf(figure), json, inputs })) return;
  process.stdout.write(`${wrappedLines(heading)}\n\n`);
  printFigure(figure);
  process.stdout.write(`\n${tableOf(networks, maxLag)}\n`);
  if (flags.compare && maxLag > 1) process.stdout.write(`\n${wrappedLines(inWords(networks, maxLag))}\n`);
}

/** @throws UserError for flags that do not go together */
function checkFlags(paths: readonly string[], { compare, steps, text, unknown }: GradientsFlags): void {
  if (compare && paths.length > 1) {
    throw new UserError(
      `--compare takes one model, for its size and its text, and ${paths.length} are given`,
      'Leave --compare out to draw them over each other.',
    );
  }
  if (!compare && steps !== undefined) {
    throw new UserError('--steps is given without --compare', 'Only --compare trains; leave --steps out.');
  }
  if (compare && unknown !== 'error') {
    throw new UserError(
      `--unknown ${unknown} is given, and --compare knows all characters of its text`,
      'Leave --unknown out.',
    );
  }
  if (compare && text !== undefined) {
    throw new UserError(
      '--compare trains on the text of a run, and --text is given',
      'Leave --text out, or train a run on that text and name it.',
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
  // Runs of one name in several folders, and checkpoints of one run; what tells these apart comes first, since a legend
  // may have to cut names.
  const networks = found.map(({ network, run, record }) => {
    const alike = found.filter((one) => one.network.name === network.name);
    const own = alike.filter((one) => resolve(one.run) === resolve(run));
    const name = own.length < alike.length ? `${run}, ${describeModel(record.model)}` : network.name;
    return { ...network, name: own.length > 1 ? `step ${grouped(record.progress.step)} of ${name}` : name };
  });
  return { heading: headings.join('\n'), text: flags.text ?? 'validation', networks, inputs };
}

const Y_AXIS = { label: '|d loss(t) / d h(t-k)|', log: true } as const;

/** One network layer by layer; of several the last layers, untrained and trained apart. */
function figureOf(networks: readonly NetworkGradients[], maxLag: number): Figure {
  // As far as was measured: a curve that ends before it does is seen to.
  const x = { label: 'k, characters back', from: 0, to: maxLag, whole: true };
  const [first, ...others] = networks;
  if (others.length === 0) {
    const { name, layers } = first!;
    const series = layers.map((norms, layer) => seriesOf(`layer ${layer}`, norms, layer));
    return { title: '', charts: [{ title: name, x, y: Y_AXIS, series }], columns: 1 };
  }
  const states = (['untrained', 'trained'] as const).map((state) =>
    networks.filter((one) => one.state === state),
  );
  const charts = states
    .filter((some) => some.length > 0)
    .map((some): Chart => {
      const series = some.map(({ name, layers }, index) => seriesOf(name, layers.at(-1)!, index));
      const when =
        states[0]!.length === 0 ? '' : some[0]!.state === 'trained' ? ', after training' : ', at first';
      return {
        title: `the gradient by the last layer's hidden state${when}`,
        x,
        y: yAxis(some),
        series,
      };
    });
  return { title: '', charts, columns: 1 };
}

/** A plain RNN's gradient falls so far that all others would be one line: the axis ends some way below these. */
function yAxis(networks: readonly NetworkGradients[]) {
  const drawn = networks
    .map(({ layers }) => layers.at(-1)!.filter((norm) => norm > 0 && Number.isFinite(norm)))
    .filter((norms) => norms.length > 0);
  if (drawn.length === 0) return Y_AXIS;
  // Where each curve is lowest, which may be before its end.
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
/** Norms at which a curve ends: what the gradient is scaled by for its sake (see `gradientsByLag`) is not enough, or too much. */
const ENDS = [
  ['0', 'nothing, or too small to be passed back in 32-bit floats'],
  [TOO_LARGE, 'too large to be passed back in 32-bit floats'],
] as const;

/** The norm at lag 1, and those of longer lags relative to it. */
function tableOf(networks: readonly NetworkGradients[], maxLag: number): string {
  const lags = [...new Set([...TOLD.filter((lag) => lag < maxLag), maxLag])].filter((lag) => lag > 1);
  const rows = networks.flatMap(({ layers }) =>
    layers.map((norms, layer) => [
      String(layer),
      cellOf(norms[1]!, 1, 1),
      ...lags.map((lag) => cellOf(norms[lag]!, norms[1]!, 0)),
    ]),
  );
  const lines = table([['layer', 'lag 1', ...lags.map(String)], ...rows]).split('\n');
  // The names stand above the rows: beside them there would be no room.
  let at = 1;
  const named = networks.flatMap((network) => {
    const own = lines.slice(at, at + network.layers.length);
    at += own.length;
    return networks.length > 1 ? [harmlessLine(nameOf(network, networks)), ...own] : own;
  });
  const what = `The norm at lag 1${lags.length > 0 ? ', and at longer lags as a share of it' : ''}:`;
  const notes = ENDS.filter(([mark]) => rows.some((row) => row.slice(1).includes(mark)));
  return [
    what,
    lines[0]!,
    ...named,
    ...notes.map(([mark, why]) => `${mark}: ${why}; the curve ends there`),
  ].join('\n');
}

/** The name of a network; with its state and its loss where some were trained for the sake of comparing. */
function nameOf({ name, state, loss }: NetworkGradients, networks: readonly NetworkGradients[]): string {
  if (!networks.some((one) => one.state === 'untrained')) return name;
  return `${name}, ${state}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`;
}

/** A norm as a share of another. */
function cellOf(norm: number, of: number, decimals: number): string {
  if (norm === 0) return '0';
  const share = norm / of;
  return Number.isFinite(share) ? share.toExponential(decimals) : TOO_LARGE;
}

/** A number to one figure: "0.5", "50", "8e+30". */
function roughly(value: number): string {
  const figure = Number(value.toPrecision(1));
  return figure >= 0.001 && figure < 1e6 ? grouped(figure) : figure.toExponential(0);
}

/** What there is to be seen. */
function inWords(networks: readonly NetworkGradients[], maxLag: number): string {
  const lag = Math.min(100, maxLag);
  return (['untrained', 'trained'] as const)
    .map((when) => {
      const [rnn, , lstm] = networks
        .filter(({ state }) => state === when)
        .map(({ layers }) => layers.at(-1)![lag]! / layers.at(-1)![1]!);
      const state = when === 'trained' ? 'After training' : 'Before training';
      const share = (part: number) => (part > 0 ? `a share of ${part.toExponential(0)}` : 'nothing');
      const times = rnn! > 0 ? `${roughly(lstm! / rnn!)} times as much` : 'more by any factor';
      return `${state}, ${share(rnn!)} of the RNN's gradient at lag 1 is left at lag ${lag}, and ${share(lstm!)} of the LSTM's: ${times}.`;
    })
    .join('\n');
}
