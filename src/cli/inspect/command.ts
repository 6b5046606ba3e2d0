import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { addCommands, type CommandRow } from '../command-table.js';

/** The views of a network. */
const VIEWS: readonly CommandRow[] = [
  [
    'cells [model]',
    'tint a text by the state of one unit, and find units that track a property',
    () => import('./cells/command.js'),
  ],
  [
    'gates [model]',
    'show how often gates saturate, at which characters, and how long units remember',
    () => import('./gates/command.js'),
  ],
  [
    'step [model]',
    'step through a text one character at a time, with the equations in numbers',
    () => import('./step/command.js'),
  ],
  [
    'gradients [models...]',
    'show how far back the gradient of a loss reaches; --compare trains an RNN and LSTMs',
    () => import('./gradients/command.js'),
  ],
  [
    'memory',
    'test for how many steps each kind of cell learns to remember a character',
    () => import('./memory.js'),
  ],
  [
    'surprise [model]',
    'show where the loss of a text comes from, and where the network beats n-grams',
    () => import('./surprise.js'),
  ],
];

const EXAMPLES = `
Each view prints to the terminal. --json prints the numbers instead, and
--svg FILE also draws them. gradients takes several models, memory takes none.
See docs/guide/inspect.md.

Examples:
  charlstm inspect cells
  charlstm inspect cells checkpoints/moby-dick-1 --find quote
  charlstm inspect gates --svg gates.svg
  charlstm inspect step --prompt Whale
  charlstm inspect cells --help
`;

/** Defines `charlstm inspect`, which shows what a network does while it reads. */
export function defineCommand(command: Command, asked: readonly string[]): Promise<void> {
  command
    .usage('<view> [model...] [options]')
    .argument('[view]')
    .allowExcessArguments()
    .allowUnknownOption()
    .addHelpText('after', EXAMPLES)
    .action(refuse);
  return addCommands(command, VIEWS, asked);
}

/** Rejects anything that is not a view. */
function refuse(view: string | undefined): never {
  throw new UserError(
    view === undefined ? 'inspect needs a view' : `there is no view ${JSON.stringify(view)}`,
    `Give one of ${VIEWS.map(([usage]) => usage.split(' ')[0]).join(', ')}, then the model, if any.`,
  );
}
