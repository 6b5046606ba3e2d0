import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { OPTION_GROUPS } from '../../sample/options.js';
import { ESCAPES_HELP } from '../input/escapes.js';
import { engineOption, MODEL_HELP, parseValue, threadsOption } from '../options.js';
import { SAMPLE_OPTIONS, type SampleFlags, sampleOption } from './flags.js';
import { runSample } from './run.js';

const EXAMPLES = `${MODEL_HELP}
In --prompt, --ending, --stop, --separator, --ban and --allow, ${ESCAPES_HELP}
A prompt that begins with @ is written with @@. Files have no escapes.
--temp 1..0.5 changes the temperature evenly from the first character to the last.
A model of many texts writes whole ones, which are not in its corpus.
docs/guide/sampling.md explains each option, with examples.

Examples:
  charlstm sample --temp 0.5 --length 300
  charlstm sample checkpoints/moby-dick-1 --prompt "Call me "
  charlstm sample --prompt @opening.txt --seed 7 > story.txt
  charlstm sample checkpoints/names-1 -n 20 --prompt Ma
  charlstm sample -n 20 --until line --temp 1.1 --no-copy 30
  charlstm sample --match "[A-Z][a-z]{3,8}" -n 10
  charlstm sample --prompt "The sea " --ending " and was never seen again."
`;

type Name = keyof typeof SAMPLE_OPTIONS;
const namesOf = (group: keyof typeof OPTION_GROUPS) => Object.keys(OPTION_GROUPS[group]) as Name[];

/** Headings of the help, and the options under each. */
const GROUPS: readonly [heading: string, names: readonly Name[]][] = [
  ['Where to start:', [...namesOf('prompt'), 'ending', 'candidates']],
  ['Where to end:', namesOf('end')],
  ['How to choose:', [...namesOf('choice'), 'beam']],
  ['What to allow:', [...namesOf('rules'), 'copyReport']],
  ['What to write:', ['samples', 'new', 'unique', 'separator', ...namesOf('output'), 'json', 'color']],
];

/** `charlstm sample`: new text on stdout, and nothing else there. */
export function defineCommand(command: Command): void {
  for (const [heading, names] of GROUPS) {
    command.optionsGroup(heading);
    for (const name of names) {
      const option = sampleOption(name);
      if (name === 'temperature') option.argParser(parseTemperature);
      command.addOption(option);
    }
  }
  command
    .addOption(engineOption())
    .addOption(threadsOption())
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: Omit<SampleFlags, 'samples'>) =>
      runSample(path, { samples: SAMPLE_OPTIONS.samples.default, ...flags }),
    );
}

/** A temperature, or two joined by "..". @throws UserError naming what is neither */
function parseTemperature(text: string): number | [number, number] {
  const ends = text.split('..');
  if (ends.length > 2) {
    throw new UserError(`--temp is ${JSON.stringify(text)}`, 'Give a number, or two such as 1.0..0.5.');
  }
  const [first, last] = ends.map((end) => parseValue(end, '--temp', SAMPLE_OPTIONS.temperature.kind));
  return last === undefined ? first! : [first!, last];
}
