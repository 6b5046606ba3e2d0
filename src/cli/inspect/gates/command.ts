import type { Command } from 'commander';
import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { type GateStatistics, gatesWhileReading } from '../../../insight/gates.js';
import { describeModel } from '../../../model/config.js';
import { amountOf, grouped } from '../../../numbers.js';
import { svgOf } from '../../../ui/plot/svg.js';
import { MODEL_HELP } from '../../options.js';
import { printFigure } from '../../output/chart-output.js';
import { wrappedLines } from '../../output/terminal.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from '../text.js';
import { writeResult } from '../view.js';
import { byFrequency } from './characters.js';
import { gatesFigure, memoryFigure, saturationFigure } from './figure.js';
import { characterTables, extremes, memoryTable, saturationTable } from './tables.js';

const EXAMPLES = `${MODEL_HELP}

Shows what the gates of a network do while it reads a text: how often units are
saturated (closed, below 0.1, or open, above 0.9; for tanh, below -0.9 or above
0.9), the mean of each gate at each of the commonest characters, and how long
units remember, judged by the gate that keeps the memory. At most the first
${grouped(LONGEST_TEXT)} characters are read. Layers and units are counted from 0.
See docs/guide/gates.md.

Examples:
  charlstm inspect gates
  charlstm inspect gates checkpoints/moby-dick-1 --svg gates.svg
  charlstm inspect gates --json
`;

/** Defines `charlstm inspect gates`, which shows saturation, activations by character, and memory. */
export function defineCommand(command: Command): void {
  addTextOptions(command, [], 'all charts')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: TextFlags) => inspectGates(path, flags));
}

async function inspectGates(path: string | undefined, flags: TextFlags): Promise<void> {
  const { model, ids, inputs, about, heading } = await openText(path, flags);
  const statistics = gatesWhileReading(model, ids);
  const title = `gates of ${describeModel(model.config)}, ${amountOf(ids.length, 'character')} of ${about.text}`;
  const svg = () => svgOf(gatesFigure(title, statistics, model.vocabulary));
  const json = () => ({ ...about, ...gatesJson(statistics, model) });
  if (await writeResult(flags, { svg, json, inputs })) return;
  process.stdout.write(`${wrappedLines(heading)}\n\n${saturationTable(statistics)}\n\n`);
  printFigure(saturationFigure(statistics));
  process.stdout.write(`\n${characterTables(statistics, model.vocabulary)}`);
  process.stdout.write(extremes(statistics, model.vocabulary));
  const memory = memoryFigure(statistics);
  if (!memory) return;
  process.stdout.write(`${memoryTable(statistics)}\n`);
  printFigure(memory);
}

/** Returns all numbers, by character in the order of `vocabulary`; an infinite memory is null. */
function gatesJson(statistics: GateStatistics, { config, vocabulary }: CharacterModel): object {
  const read = byFrequency(statistics);
  return {
    cell: config.cell,
    vocabulary: read.map((id) => ({
      character: vocabulary.character(id),
      codePoint: vocabulary.codePoints[id],
      count: statistics.counts[id],
    })),
    layers: statistics.layers.map(({ gates, memory }, layer) => ({
      layer,
      gates: gates.map(({ name, activation, keeps = false, left, right, mean, byCharacter }) => ({
        name,
        activation,
        keeps,
        mean,
        left: [...left],
        right: [...right],
        byCharacter: read.map((id) => byCharacter[id]),
      })),
      ...(memory ? { memory: [...memory] } : {}),
    })),
  };
}
