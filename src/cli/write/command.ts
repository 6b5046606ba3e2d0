import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { COMMAND_DEFAULTS, SAMPLING_OPTIONS } from '../../sample/options.js';
import { engineOption, MODEL_HELP, numberOption } from '../options.js';
import { hasTerminal } from '../output/terminal.js';
import { sampleOption } from '../sample/flags.js';
import type { WriteFlags } from './run.js';

const EXAMPLES = `${MODEL_HELP}

The network continues what you write. Tab accepts the suggested line, the up and
down arrows show other suggestions, ^T opens the sampling settings and ^G lists
all keys. The text is saved on exit, however the program ends.

Examples:
  charlstm write
  charlstm write --file novel.txt
  charlstm write checkpoints/moby-dick-1 --file novel.txt --temp 0.5
  charlstm write --top-p 0.9 --alternatives 8 --seed 7
`;

/** `charlstm write`: the user and a network write a text together. */
export function writeCommand(command: Command): void {
  const { topK, topP, minP } = SAMPLING_OPTIONS;
  command
    .option('--file <name>', 'the text file; created if missing (default: a new one named by date and time)')
    .addOption(sampleOption('temperature').default(COMMAND_DEFAULTS.temperature))
    .addOption(sampleOption('topK').default(topK.default))
    .addOption(sampleOption('topP').default(topP.default))
    .addOption(sampleOption('minP').default(minP.default))
    .addOption(
      numberOption('--alternatives <n>', 'how many lines to choose from', {
        minimum: 1,
        maximum: 32,
        integer: true,
      }).default(5),
    )
    .addOption(sampleOption('seed', 'random'))
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string | undefined, flags: Omit<WriteFlags, 'seed'> & { seed?: number }) => {
      if (!hasTerminal()) {
        throw new UserError(
          '"charlstm write" needs a terminal to write in',
          'Without one, "charlstm sample --prompt" continues a text.',
        );
      }
      const { runWriting } = await import('./run.js');
      await runWriting(model, { ...flags, seed: flags.seed ?? randomInt(2 ** 32) });
    });
}
