import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { type CharacterModel, modelOf, readCheckpoint } from '../../../checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../../errors.js';
import { harmlessLine, quoted } from '../../../format.js';
import { grouped } from '../../../numbers.js';
import { SAMPLING_OPTIONS } from '../../../sample/options.js';
import { textStart } from '../../../sample/writer.js';
import type { Unknown } from '../../../text/vocabulary.js';
import type { Viewpoint } from '../../../ui/step/contents.js';
import type { StepStart } from '../../../ui/step/state.js';
import { readModel, threadsToRead, titleOf } from '../../input/model.js';
import { readTextArgument } from '../../input/text-argument.js';
import {
  checkPlace,
  type EngineFlags,
  engineOption,
  jsonOption,
  MODEL_HELP,
  numberOption,
  resolveEscapes,
  svgOption,
  threadsOption,
  unknownOption,
  withEscapes,
} from '../../options.js';
import { writeSvg } from '../../output/chart-output.js';
import { PROGRAM, print } from '../../output/console.js';
import { untilEnded } from '../../output/endings.js';
import { hasTerminal } from '../../output/terminal.js';
import type { OutputFlags } from '../output.js';
import { stepsJson } from './json.js';
import { printSteps } from './print.js';
import { LONGEST_TRAIL, Trail } from './trail.js';

interface StepFlags extends EngineFlags, OutputFlags {
  prompt?: string;
  layer?: number;
  unit: number;
  units?: number;
  temp: number;
  top: number;
  seed?: number;
  unknown: Unknown;
}

/** Units that are printed where nobody says how many. */
const PRINTED_UNITS = 4;

const EXAMPLES = `${MODEL_HELP}
In a terminal: one character at a time, with the arrow keys; F1 or ^G names all keys. Elsewhere, and with --json or --svg,
the steps of the prompt. Layers and units are counted from 0. See docs/guide/step.md.

Examples:
  charlstm inspect step --prompt "Call me"
  charlstm inspect step checkpoints/moby-dick-1 --prompt Whale --layer 1 --unit 94
  charlstm inspect step --prompt Whale | less
  charlstm inspect step --prompt Whale --json > steps.json
  charlstm inspect step --prompt Whale --svg step.svg
`;

const place = { minimum: 0, maximum: 1e6, integer: true };
const count = { minimum: 1, maximum: 1e6, integer: true };

/** `charlstm inspect step`: one character at a time, with the equations of the cells in numbers. */
export function stepCommand(command: Command): void {
  command
    .option('--prompt <text>', 'what is read: a text, @FILE or -; \\n is a line break, as is none')
    .addOption(numberOption('--layer <n>', 'the layer that is looked at (default: 0; printed: all)', place))
    .addOption(numberOption('--unit <n>', 'the unit whose numbers are equationLines out', place).default(0))
    .addOption(
      numberOption('--units <n>', `show so many units (default: as fit; printed: ${PRINTED_UNITS})`, count),
    )
    .addOption(
      numberOption(
        '--temp <n>',
        'temperature of what comes next',
        SAMPLING_OPTIONS.temperature.accepts,
      ).default(1),
    )
    .addOption(numberOption('--top <n>', 'show so many characters that may come next', count).default(10))
    .addOption(
      numberOption(
        '--seed <n>',
        'on the screen, the same seed draws the same (default: random)',
        SAMPLING_OPTIONS.seed.accepts,
      ),
    )
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption('as JSON: all numbers of all steps'))
    .addOption(svgOption('the last step'))
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: StepFlags) => {
      checkShown(command, flags);
      return inspectStep(path, flags);
    });
}

/** What chooses among the numbers that are shown. */
const CHOOSING = ['layer', 'unit', 'units', 'top'];

/** @throws UserError where all numbers are told, and a flag chooses some of them */
function checkShown(command: Command, { json, svg }: StepFlags): void {
  if (!json || svg !== undefined) return;
  const given = CHOOSING.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new UserError(
    `--${given} is given, and --json has all layers, units and characters`,
    `Leave --${given} out.`,
  );
}

async function inspectStep(path: string | undefined, flags: StepFlags): Promise<void> {
  const isPrinted = flags.json || flags.svg !== undefined || !hasTerminal();
  if (isPrinted && flags.seed !== undefined) {
    throw new UserError('--seed is given, and nothing is drawn where steps are printed', 'Leave --seed out.');
  }
  const prompt = resolveEscapes(readTextArgument(flags.prompt ?? ''));
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { layers, hidden } = checkpoint.record.model;
  checkPlace('--layer', flags.layer ?? 0, layers);
  checkPlace('--unit', flags.unit, hidden);
  const model = modelOf(checkpoint, {
    engine: flags.engine,
    threads: flags.threads ?? threadsToRead(checkpoint.record.model),
  });
  const trail = new Trail(model, idsOf(model, prompt, flags.unknown), flags.seed ?? randomInt(2 ** 32));
  const view = { at: 0, layer: flags.layer ?? 0, unit: flags.unit, temperature: flags.temp };
  const name = titleOf(file, model.config);
  if (!isPrinted) {
    const most = { units: flags.units ?? hidden, characters: flags.top };
    return stepThrough(trail, file, { model: name, layers, hidden, most, view });
  }
  const last = { ...view, at: trail.length - 1 };
  if (flags.svg !== undefined) {
    const { stepSvg } = await import('../../../ui/step/svg.js');
    const shown = { ...last, model: name, units: flags.units, characters: flags.top };
    const prompted = flags.prompt?.startsWith('@') ? [flags.prompt.slice(1)] : [];
    await writeSvg(flags.svg, stepSvg(trail.look(last), shown), [file, ...prompted]);
  }
  if (flags.json) {
    for (const piece of stepsJson(trail, { model: file, temperature: flags.temp })) await print(piece);
    return;
  }
  const units = { first: flags.unit, count: Math.min(flags.units ?? PRINTED_UNITS, hidden - flags.unit) };
  printSteps(trail, {
    name,
    view: last,
    layers: flags.layer === undefined ? undefined : [flags.layer],
    units,
    top: flags.top,
  });
}

/** The prompt in characters; a line break where there is none, as a text without a prompt begins. */
function idsOf(model: CharacterModel, prompt: string, unknown: Unknown): Iterable<number> {
  const ids = model.vocabulary.encode(prompt, unknown);
  if (ids.length > LONGEST_TRAIL) {
    throw new UserError(
      `the prompt has ${grouped(ids.length)} characters`,
      `Give at most ${grouped(LONGEST_TRAIL)}: they are looked at one by one.`,
    );
  }
  if (ids.length > 0 || prompt === '') return ids.length > 0 ? ids : [textStart(model)];
  throw new UserError('the model knows no character of the prompt', 'Give another --prompt.');
}

/**
 * Shows a text step by step on the whole screen; the command that shows it again stays on the terminal.
 * @param file the checkpoint
 */
async function stepThrough(
  trail: Trail,
  file: string,
  beginning: Omit<StepStart, 'shown' | 'known'>,
): Promise<void> {
  const { state } = await untilEnded(
    () => import('../../../ui/step/open.js'),
    ({ openStep }, end) => openStep({ ...beginning, known: trail.length }, trail, end),
  );
  if (process.exitCode === 0 || process.exitCode === ExitCode.interrupted) {
    process.stdout.write(`${PROGRAM} ${again(trail.text, file, state.view)}\n`);
  }
}

function again(text: string, file: string, { layer, unit, temperature }: Viewpoint): string {
  const place = ['--layer', `${layer}`, '--unit', `${unit}`, '--temp', `${temperature}`];
  const words = ['inspect', 'step', file, '--prompt', withEscapes(text), ...place];
  return harmlessLine(words.map(quoted).join(' '));
}
