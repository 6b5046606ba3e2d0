import type { Command } from 'commander';
import { modelOf, readCheckpoint } from '../checkpoint/checkpoint.js';
import { runOf } from '../checkpoint/run.js';
import { harmlessJson, harmlessLine } from '../format.js';
import { gatesWhileReading } from '../insight/gates.js';
import { describeModel } from '../model/config.js';
import { grouped } from '../numbers.js';
import type { Unknown } from '../text/vocabulary.js';
import { svgOf } from '../ui/plot/svg.js';
import { printFigure, writeSvg } from './chart-output.js';
import { beginningOf } from './eval-text.js';
import { gatesFigure, memoryFigure, saturationFigure } from './gates-figure.js';
import { gatesJson } from './gates-json.js';
import { characterTables, extremes, memoryTable, saturationTable } from './gates-tables.js';
import { readModel, threadsToRead } from './model.js';
import { type EngineFlags, engineOption, MODEL_HELP, threadsOption, unknownOption } from './options.js';

interface GatesFlags extends EngineFlags {
  text?: string;
  unknown: Unknown;
  json?: true;
  svg?: string;
}

/** So much of a text is read. */
const LONGEST = 200_000;

const EXAMPLES = `${MODEL_HELP}
What the gates of a network do while it reads a text: for each layer and gate the share of the time that each unit is
saturated (shut, below 0.1, or open, above 0.9; for tanh beyond -0.9 and 0.9); the mean of each gate as each of the
commonest characters is read; and how long units remember, by the gate that keeps the memory. At most the first 200,000
characters are read. Layers and units are counted from 0. See docs/gates.md.

Examples:
  charlstm inspect gates
  charlstm inspect gates checkpoints/moby-dick-1 --text draft.txt --svg gates.svg
  charlstm inspect gates --json
`;

/** `charlstm inspect gates`: saturation, activation by character, and memory. */
export function gatesCommand(command: Command): void {
  command
    .option('--text <file>', "the text: a file, a folder, a glob or - (default: the run's validation text)")
    .option('--svg <file>', 'all charts as an SVG')
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: GatesFlags) => inspectGates(path, flags));
}

async function inspectGates(path: string | undefined, flags: GatesFlags): Promise<void> {
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { record } = checkpoint;
  const threads = flags.threads ?? threadsToRead(record.model);
  const model = modelOf(checkpoint, { engine: flags.engine, threads });
  const source = { text: flags.text, run: runOf(file), record, unknown: flags.unknown };
  const { ids, files } = await beginningOf(source, model.vocabulary, LONGEST);
  const statistics = gatesWhileReading(model, ids);
  const about = { model: file, text: flags.text ?? 'validation', characters: ids.length };
  const title = `gates of ${describeModel(model.config)}, ${grouped(ids.length)} characters of ${about.text}`;
  if (flags.svg !== undefined) {
    await writeSvg(flags.svg, svgOf(gatesFigure(title, statistics, model.vocabulary)), [file, ...files]);
  }
  if (flags.json) {
    process.stdout.write(`${harmlessJson({ ...about, ...gatesJson(statistics, model) })}\n`);
    return;
  }
  const what = `${about.model} on ${about.text}, ${grouped(ids.length)} characters read`;
  process.stdout.write(`${harmlessLine(what)}\n\n${saturationTable(statistics)}\n\n`);
  printFigure(saturationFigure(statistics));
  process.stdout.write(`\n${characterTables(statistics, model.vocabulary)}`);
  process.stdout.write(extremes(statistics, model.vocabulary));
  const memory = memoryFigure(statistics);
  if (!memory) return;
  process.stdout.write(`${memoryTable(statistics)}\n`);
  printFigure(memory);
}
