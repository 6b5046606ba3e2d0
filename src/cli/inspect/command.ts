import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { addCommands, type CommandRow } from '../command-table.js';

/** What there is to be seen of a network. */
const VIEWS: readonly CommandRow[] = [
  [
    'cells [model]',
    'a text, tinted by what one unit holds; and which units track what in it',
    async () => (await import('./cells/command.js')).cellsCommand,
  ],
  [
    'gates [model]',
    'how often gates are shut or open, after which characters, and how long units remember',
    async () => (await import('./gates/command.js')).gatesCommand,
  ],
  [
    'step [model]',
    'one character at a time, with the equations of the cells in numbers',
    async () => (await import('./step/command.js')).stepCommand,
  ],
  [
    'gradients [models...]',
    'how far back the gradient of a loss reaches; --compare overlays an RNN and LSTMs',
    async () => (await import('./gradients/command.js')).gradientsCommand,
  ],
  [
    'memory',
    'for how many steps each kind of cell learns to remember a character',
    async () => (await import('./memory.js')).memoryCommand,
  ],
  [
    'surprise [model]',
    'where the loss of a text comes from, and where the network beats n-grams',
    async () => (await import('./surprise.js')).surpriseCommand,
  ],
];

const EXAMPLES = `
Each view prints to the terminal; --json gives the numbers, and --svg FILE has them drawn, too. gradients takes several
models, and memory none. See docs/guide/inspect.md.

Examples:
  charlstm inspect cells
  charlstm inspect cells checkpoints/moby-dick-1 --find quote
  charlstm inspect gates --svg gates.svg
  charlstm inspect step --prompt Whale
  charlstm inspect cells --help
`;

/** `charlstm inspect`: what a network does while it reads. */
export function inspectCommand(command: Command, asked: readonly string[]): Promise<void> {
  command
    .usage('<view> [model...] [options]')
    .argument('[view]')
    .allowExcessArguments()
    .allowUnknownOption()
    .addHelpText('after', EXAMPLES)
    .action(refuse);
  return addCommands(command, VIEWS, asked);
}

/** What is not one of the views comes here. */
function refuse(view: string | undefined): never {
  throw new UserError(
    view === undefined ? 'inspect is called without a view' : `there is no view ${JSON.stringify(view)}`,
    `Give one of: ${VIEWS.map(([usage]) => usage.split(' ')[0]).join(', ')}; then the model, if any.`,
  );
}
