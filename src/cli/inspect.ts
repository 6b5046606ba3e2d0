import type { Command } from 'commander';
import { UserError } from '../errors.js';
import { PROPERTY_NAMES } from '../insight/properties.js';
import { excerptLength, type InspectFlags, inspectCells } from './inspect-cells.js';
import {
  engineOption,
  MODEL_HELP,
  numberOption,
  threadsOption,
  unknownOption,
  wordOption,
} from './options.js';

const EXAMPLES = `${MODEL_HELP}
The view is "cells": a text, tinted by what one unit of the network holds, tanh of its cell state c, from -1 to 1,
or, for a count and with --relative, c divided by the largest |c| of what is shown.
--find ranks the units by how well they track a property of the text, and shows the best one; auto, the default, looks
for the units that track any of them most clearly. Layers and units are counted from 0. See docs/inspect.md.

Examples:
  charlstm inspect cells
  charlstm inspect cells --find quote
  charlstm inspect cells checkpoints/moby-dick-1 --layer 1 --unit 12 --text draft.txt
  charlstm inspect cells --find line-position --json
`;

/** What there is to be seen of a network. */
const VIEWS: Readonly<Record<string, (path: string | undefined, flags: InspectFlags) => Promise<void>>> = {
  cells: inspectCells,
};

/** `charlstm inspect`: what a network does while it reads. */
export function inspectCommand(command: Command): void {
  command
    .option('--text <file>', "the text: a file, a folder, a glob or - (default: the run's validation text)")
    .addOption(wordOption('--find <property>', 'which units track it', [...PROPERTY_NAMES, 'auto']))
    .addOption(
      numberOption('--layer <n>', 'the layer of --unit; default: the last', {
        minimum: 0,
        maximum: 1e6,
        integer: true,
      }),
    )
    .addOption(
      numberOption('--unit <n>', 'tint the text by this unit', { minimum: 0, maximum: 1e6, integer: true }),
    )
    .addOption(numberOption('--length <n>', 'show so many characters', excerptLength).default(1000))
    .option('--relative', 'tint by the state, divided by its largest, instead of its tanh')
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (view: string, path: string | undefined, flags: InspectFlags) => {
      const show = Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined;
      if (!show) {
        throw new UserError(
          `there is no view ${JSON.stringify(view)}`,
          `Give one of: ${Object.keys(VIEWS).join(', ')}; then the model, if any.`,
        );
      }
      await show(path, flags);
    });
}
