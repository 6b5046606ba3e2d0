import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { SAMPLE_RANGES } from '../../sample/options.js';
import { engineOption, MODEL_HELP, numberOption } from '../options.js';
import { hasTerminal } from '../output/terminal.js';
import type { WriteFlags } from './run.js';

const EXAMPLES = `${MODEL_HELP}

The network goes on with what you write. Tab takes the line that it suggests, the up and down arrows show others, ^T is
for temperature and the like, ^G shows all keys. The text is saved on exit, whatever ends the program.

Examples:
  charlstm write
  charlstm write --file novel.txt
  charlstm write checkpoints/moby-dick-1 --file novel.txt --temp 0.5
  charlstm write --top-p 0.9 --alternatives 8 --seed 7
`;

/** `charlstm write`: a text that a person and a network write together. */
export function writeCommand(command: Command): void {
  command.option(
    '--file <name>',
    'the text; it need not be there yet (default: a new one, by date and time)',
  );
  command
    .addOption(
      numberOption(
        '--temp <n>',
        'temperature: lower is surer, 0 the likeliest',
        SAMPLE_RANGES.temperature,
      ).default(0.8),
    )
    .addOption(
      numberOption('--top-k <n>', 'among the n likeliest characters; 0 for all', SAMPLE_RANGES.topK).default(
        0,
      ),
    )
    .addOption(
      numberOption('--top-p <n>', 'among the likeliest that make up this share', SAMPLE_RANGES.topP).default(
        1,
      ),
    )
    .addOption(
      numberOption(
        '--min-p <n>',
        'among those this share as likely as the likeliest',
        SAMPLE_RANGES.minP,
      ).default(0),
    )
    .addOption(
      numberOption('--alternatives <n>', 'how many lines to choose from', {
        minimum: 1,
        maximum: 32,
        integer: true,
      }).default(5),
    )
    .addOption(
      numberOption(
        '--seed <n>',
        'the same seed suggests the same lines (default: random)',
        SAMPLE_RANGES.seed,
      ),
    )
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string | undefined, flags: Omit<WriteFlags, 'seed'> & { seed?: number }) => {
      if (!hasTerminal()) {
        throw new UserError(
          '"charlstm write" needs a terminal to write in',
          'Without one, "charlstm sample --prompt" goes on with a text.',
        );
      }
      const { runWriting } = await import('./run.js');
      await runWriting(model, { ...flags, seed: flags.seed ?? randomInt(2 ** 32) });
    });
}
