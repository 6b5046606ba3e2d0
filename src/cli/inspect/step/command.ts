import { randomInt } from 'node:crypto';
import { type Command, Option } from 'commander';
import { type CharacterModel, modelOf, readCheckpoint } from '../../../checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../../errors.js';
import { harmlessLine, quoted } from '../../../format.js';
import { grouped } from '../../../numbers.js';
import { formOf } from '../../../sample/form.js';
import { textStart } from '../../../sample/opening.js';
import { SAMPLING_OPTIONS } from '../../../sample/options.js';
import type { Unknown } from '../../../text/vocabulary.js';
import type { Viewpoint } from '../../../ui/step/contents.js';
import type { StepStart } from '../../../ui/step/state.js';
import { ESCAPES_HELP, noteEscapes, withEscapes } from '../../input/escapes.js';
import { readModel, threadsToRead, titleOf } from '../../input/model.js';
import { unknownOption } from '../../input/text.js';
import { isTyped, readTextArgument } from '../../input/text-argument.js';
import { checkPlace, MODEL_HELP, valueOption } from '../../options.js';
import { writeSvg } from '../../output/chart-output.js';
import { PROGRAM, print } from '../../output/console.js';
import { untilEnded } from '../../output/endings.js';
import { hasTerminal } from '../../output/terminal.js';
import { addViewOptions, COUNT, INDEX, type ViewFlags } from '../view.js';
import { stepsJson } from './json.js';
import { printSteps } from './print.js';
import { LONGEST_TRAIL, Trail } from './trail.js';

interface StepFlags extends ViewFlags {
  prompt?: string;
  layer?: number;
  unit: number;
  units?: number;
  temp: number;
  top: number;
  seed?: number;
  unknown: Unknown;
}

/** How many units to print by default. */
const PRINTED_UNITS = 4;

const EXAMPLES = `${MODEL_HELP}

In a terminal, arrow keys step through the text one character at a time; F1 or
^G lists all keys. Elsewhere, and with --json or --svg, it prints the steps of
the prompt. Layers and units are counted from 0. See docs/guide/step.md.

In --prompt, ${ESCAPES_HELP}
A prompt that begins with @ is written with @@. Files have no escapes.

Examples:
  charlstm inspect step --prompt "Call me"
  charlstm inspect step --prompt Whale --layer 1 --unit 94
  charlstm inspect step --prompt Whale | less
  charlstm inspect step --prompt Whale --json > steps.json
  charlstm inspect step --prompt Whale --svg step.svg
`;

/** Defines `charlstm inspect step`, which shows each character with the equations in numbers. */
export function defineCommand(command: Command): void {
  const { temperature, seed } = SAMPLING_OPTIONS;
  const units = `units to show (default: as many as fit, or ${PRINTED_UNITS} when printed)`;
  const own = [
    new Option('--prompt <text>', 'the text to read, @FILE, or - for stdin (default: \\n)'),
    valueOption('--layer <n>', 'the layer to look at (default: 0, or all when printed)', INDEX),
    valueOption('--unit <n>', 'the unit whose equations to show', INDEX).default(0),
    valueOption('--units <n>', units, COUNT),
    valueOption('--temp <n>', 'temperature of the next character', temperature.kind).default(1),
    valueOption('--top <n>', 'likeliest next characters to show', COUNT).default(10),
    valueOption('--seed <n>', 'seed for drawing characters on the screen (default: random)', seed.kind),
    unknownOption(),
  ];
  addViewOptions(command, own, 'the last step', 'print all numbers of all steps as JSON')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: StepFlags) => {
      checkSelection(command, flags);
      return inspectStep(path, flags);
    });
}

/** The flags that select which numbers to show. */
const SELECTING = ['layer', 'unit', 'units', 'top'];

/** @throws UserError if a flag selects some numbers although JSON has all of them */
function checkSelection(command: Command, { json, svg }: StepFlags): void {
  if (!json || svg !== undefined) return;
  const given = SELECTING.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new UserError(
    `--${given} has no effect with --json, which has all layers, units and characters`,
    `Leave --${given} out.`,
  );
}

async function inspectStep(path: string | undefined, flags: StepFlags): Promise<void> {
  const isPrinted = flags.json || flags.svg !== undefined || !hasTerminal();
  if (isPrinted && flags.seed !== undefined) {
    throw new UserError(
      '--seed has no effect on printed steps, which draw no characters',
      'Leave --seed out.',
    );
  }
  const typed = flags.prompt ?? '';
  const promptFor = readTextArgument(typed);
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { layers, hidden } = checkpoint.record.model;
  checkPlace('--layer', flags.layer ?? 0, layers);
  checkPlace('--unit', flags.unit, hidden);
  const model = modelOf(checkpoint, {
    engine: flags.engine,
    threads: flags.threads ?? threadsToRead(checkpoint.record.model),
  });
  if (isTyped(typed)) noteEscapes(model.vocabulary, [['--prompt', typed]]);
  const prompt = await promptFor(formOf(model));
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
    const prompted = isTyped(typed) || typed === '-' ? [] : [typed.slice(1)];
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

/** Returns the ids of the prompt or, if it is empty, of the line break a text starts from. */
function idsOf(model: CharacterModel, prompt: string, unknown: Unknown): Iterable<number> {
  const ids = formOf(model).encode(prompt, unknown);
  if (ids.length > LONGEST_TRAIL) {
    throw new UserError(
      `the prompt has ${grouped(ids.length)} characters`,
      `Give at most ${grouped(LONGEST_TRAIL)}, since they are shown one by one.`,
    );
  }
  if (ids.length > 0 || prompt === '') return ids.length > 0 ? ids : [textStart(model)];
  throw new UserError('the model knows no character of the prompt', 'Give another --prompt.');
}

/**
 * Shows a text step by step on the whole screen. The command that shows it again stays on the terminal.
 * @param file the path of the checkpoint
 */
async function stepThrough(
  trail: Trail,
  file: string,
  start: Omit<StepStart, 'shown' | 'known'>,
): Promise<void> {
  const { state } = await untilEnded(
    () => import('../../../ui/step/open.js'),
    ({ openStep }, end) => openStep({ ...start, known: trail.length }, trail, end),
  );
  if (process.exitCode === 0 || process.exitCode === ExitCode.interrupted) {
    process.stdout.write(`${PROGRAM} ${again(trail.text, file, state.view)}\n`);
  }
}

function again(text: string, file: string, { layer, unit, temperature }: Viewpoint): string {
  const place = ['--layer', `${layer}`, '--unit', `${unit}`, '--temp', `${temperature}`];
  const words = ['inspect', 'step', file, '--prompt', withEscapes(text).replace(/^@/, '@@'), ...place];
  return harmlessLine(words.map((word) => quoted(word)).join(' '));
}
