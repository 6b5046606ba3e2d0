import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { SAMPLE_RANGES, UNITS } from '../../sample/options.js';
import {
  engineOption,
  MODEL_HELP,
  numberOption,
  parseNumber,
  threadsOption,
  unescaped,
  unknownOption,
  wordOption,
} from '../options.js';
import type { SampleFlags } from './flags.js';
import { runSample } from './run.js';

const EXAMPLES = `${MODEL_HELP}
In texts given to --stop, --separator, --ban and --allow, \\n is a line break, \\t a tab and \\\\ a backslash.
What each option does, with examples: docs/guide/sampling.md.

Examples:
  charlstm sample --temp 0.5 --length 300
  charlstm sample checkpoints/moby-dick-1 --prompt "Call me "
  charlstm sample --prompt @opening.txt --seed 7 > story.txt
  charlstm sample -n 20 --until line --temp 1.1 --no-copy 30
  charlstm sample --match "[A-Z][a-z]{3,8}" -n 10
  charlstm sample --prompt "The sea " --ending " and was never seen again."
`;

const RANGES = {
  samples: { minimum: 1, maximum: 1_000_000, integer: true },
  beam: { minimum: 1, maximum: 256, integer: true },
  candidates: { minimum: 1, maximum: 100_000, integer: true },
} as const;

/** `charlstm sample`: new text on stdout, and nothing else there. */
export function sampleCommand(command: Command): void {
  const groups: Record<string, readonly Option[]> = {
    'Where to begin:': [
      new Option('--prompt <text>', 'text to go on from; @file or - (stdin) to read it').default('', 'none'),
      new Option('--no-echo', 'write what comes after the prompt only'),
      unknownOption(),
      new Option('--ending <text>', 'fill in between the prompt and this: likeliest of many candidates'),
      numberOption('--candidates <n>', 'how many are drawn for --ending (default: 128)', RANGES.candidates),
    ],
    'Where to end:': [
      numberOption('--length <n>', 'characters at most (default: 1000)', SAMPLE_RANGES.length),
      numberOption('--words <n>', 'words', SAMPLE_RANGES.words),
      numberOption('--lines <n>', 'lines that are not blank', SAMPLE_RANGES.lines),
      wordOption('--until <unit>', 'the end of the first one', UNITS),
      new Option('--stop <text>', 'before this text; may be given again').argParser(
        (text: string, before: string[] = []) => [...before, unescaped(text)],
      ),
    ],
    'How to choose:': [
      new Option(
        '--temp <n>',
        'temperature: lower is surer, 0 the likeliest; 1..0.5 from first to last (default: 0.8)',
      ).argParser(parseTemperature),
      numberOption('--temp-start <n>', 'temperature where a word begins', SAMPLE_RANGES.startTemperature),
      numberOption(
        '--target-bits <n>',
        'hold this mean surprise by the temperature',
        SAMPLE_RANGES.targetBits,
      ),
      numberOption('--top-k <n>', 'among the n likeliest characters', SAMPLE_RANGES.topK),
      numberOption('--top-p <n>', 'among the likeliest that make up this share', SAMPLE_RANGES.topP),
      numberOption('--min-p <n>', 'among those this share as likely as the likeliest', SAMPLE_RANGES.minP),
      numberOption(
        '--typical <n>',
        'among the least surprising surprises of this share',
        SAMPLE_RANGES.typical,
      ),
      numberOption(
        '--repetition-penalty <n>',
        'make repeats of more than 4 characters less likely; 1 for not',
        SAMPLE_RANGES.repetitionPenalty,
      ),
      numberOption(
        '--repetition-window <n>',
        'how far back they are looked for (default: 256)',
        SAMPLE_RANGES.repetitionWindow,
      ),
      numberOption('--beam <n>', 'the likeliest text that n ways at a time find; no chance', RANGES.beam),
    ],
    'What to allow:': [
      new Option('--ban <characters>', 'never write these').argParser(unescaped),
      new Option('--allow <characters>', 'write only these').argParser(unescaped),
      new Option('--match <regex>', 'the text after the prompt matches this as a whole'),
      noCopyOption(),
      new Option('--copy-report', 'say on stderr what the text has in common with the corpus'),
    ],
    'What to write:': [
      numberOption('-n, --samples <n>', 'how many texts', RANGES.samples).default(1),
      new Option('--separator <text>', 'between texts (default: a line break, or a line of ---)').argParser(
        unescaped,
      ),
      numberOption('--seed <n>', 'the same seed writes the same text (default: random)', SAMPLE_RANGES.seed),
      new Option('--json', 'an object a line: text, seed, reason for its end'),
      new Option('--logprobs', 'with --json: log p of each character, in nats'),
      new Option('--color', 'tint characters by their surprise'),
      engineOption(),
      threadsOption(),
    ],
  };
  for (const [heading, options] of Object.entries(groups)) {
    command.optionsGroup(heading);
    for (const option of options) command.addOption(option);
  }
  command
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: SampleFlags) => runSample(path, flags));
}

/** Takes a number, unlike other options of which the name begins with "no". */
function noCopyOption(): Option {
  const option = numberOption(
    '--no-copy <n>',
    'never n characters in a row that stand in the corpus',
    SAMPLE_RANGES.noCopy,
  );
  option.negate = false;
  return option;
}

function parseTemperature(text: string): number | [number, number] {
  const ends = text.split('..');
  if (ends.length > 2) {
    throw new UserError(`--temp is ${JSON.stringify(text)}`, 'Give a number, or two such as 1.0..0.5.');
  }
  const [first, last] = ends.map((end) => parseNumber(end, '--temp', SAMPLE_RANGES.temperature));
  return last === undefined ? first! : [first!, last];
}
