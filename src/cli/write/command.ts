import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { defaultsOf } from '../../options.js';
import { COMMAND_DEFAULTS, SAMPLING_OPTIONS } from '../../sample/options.js';
import { engineOption, MODEL_HELP, valueOption } from '../options.js';
import { hasTerminal } from '../output/terminal.js';
import { sampleOption } from '../sample/flags.js';
import type { WriteFlags } from './run.js';

const EXAMPLES = `${MODEL_HELP}

The network continues what you write. Tab accepts the suggested line, the up and
down arrows show other suggestions, ^T opens the sampling settings and ^G lists
all keys. The text is saved on exit, however the program ends; after kill -9, the
next "charlstm write" of the file continues with what was not saved.

Examples:
  charlstm write
  charlstm write --file novel.txt
  charlstm write checkpoints/moby-dick-1 --file novel.txt --temp 0.5
  charlstm write --top-p 0.9 --alternatives 8 --seed 7
`;

const ALTERNATIVES = { minimum: 1, maximum: 32, integer: true };

/** `charlstm write`: the user and a network write a text together. */
export function defineCommand(command: Command): void {
  command
    .option('--file <name>', 'the text file; created if missing (default: a new one named by date and time)')
    .addOption(sampleOption('temperature'))
    .addOption(sampleOption('topK'))
    .addOption(sampleOption('topP'))
    .addOption(sampleOption('minP'))
    .addOption(valueOption('--alternatives <n>', 'how many lines to choose from', ALTERNATIVES).default(5))
    .addOption(sampleOption('seed'))
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(
      async (model: string | undefined, flags: Partial<WriteFlags> & Pick<WriteFlags, 'alternatives'>) => {
        if (!hasTerminal()) {
          throw new UserError(
            '"charlstm write" needs a terminal to write in',
            'Without one, "charlstm sample --prompt" continues a text.',
          );
        }
        const { runWriting } = await import('./run.js');
        const { topK, topP, minP } = defaultsOf(SAMPLING_OPTIONS);
        const { temperature } = COMMAND_DEFAULTS;
        await runWriting(model, { temperature, topK, topP, minP, seed: randomInt(2 ** 32), ...flags });
      },
    );
}
