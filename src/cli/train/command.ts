import type { Command } from 'commander';
import { TRAIN_OPTIONS } from '../../checkpoint/options.js';
import { UserError } from '../../errors.js';
import { aliasHelp } from '../aliases.js';
import { PositiveOption, TableOption } from '../options.js';
import { COMMAND_GROUPS, type TrainFlags } from './flags.js';

const EXAMPLES = `
The text is one or more files, folders or globs, - for standard input, or names
from "charlstm corpora". Files may be plain text in any encoding, Word,
OpenDocument, EPUB or HTML, also compressed with gzip. Notes say what was
recognised and which option says otherwise: see docs/guide/files.md.
Names, cards, poems, files of a folder or rows of a table are learned as texts
of their own; --texts says otherwise.
Ctrl-C stops after the current step and saves; a second Ctrl-C stops at once.
In a terminal, a dashboard shows the progress; press ? for its keys. Elsewhere,
and with --ui plain, progress is printed as lines.

Examples:
  charlstm train
  charlstm train novel.txt --plan
  charlstm train novel.txt --hidden 256 --layers 2 --epochs 20
  charlstm train notes/ --minutes 10
  charlstm train poems.csv --column text --label genre
  cat *.md | charlstm train - --out checkpoints/my-notes
  charlstm train --resume
  charlstm train --resume checkpoints/novel-1 --epochs 40
  charlstm train letters.txt --from checkpoints/novel-1

${aliasHelp(TRAIN_OPTIONS)}
`;

/** `charlstm train`. */
export function defineCommand(command: Command): void {
  for (const [group, rows] of Object.entries(COMMAND_GROUPS)) {
    command.optionsGroup(`${group}:`);
    for (const [name, option] of Object.entries(rows)) {
      if (option.flag.startsWith('--no-')) command.addOption(new PositiveOption(name, option));
      command.addOption(new TableOption(name, option, !option.isCommon));
    }
  }
  command
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], { plan, json, ui, ...options }: TrainFlags) => {
      checkJson({ plan, json, ui });
      // The help needs neither of them.
      if (plan) await (await import('./plan/command.js')).printPlan(names, options, json);
      else await (await import('./run.js')).runTraining(names, options, ui);
    });
}

/** Refuses the option for JSON that does not go with what the command does. */
function checkJson({ plan, json, ui }: Pick<TrainFlags, 'plan' | 'json' | 'ui'>): void {
  if (json && !plan) {
    throw new UserError(
      '--json prints a plan as JSON, and --plan is not given',
      'Give --plan, too, or print the progress of training as JSON with --ui json.',
    );
  }
  if (plan && ui === 'json') {
    throw new UserError(
      '--ui json prints the progress of training, and --plan trains nothing',
      'Print the plan as JSON with --json.',
    );
  }
}
