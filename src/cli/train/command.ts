import type { Command } from 'commander';
import { TRAIN_GROUPS, TRAIN_OPTIONS } from '../../checkpoint/options.js';
import type { OptionRow } from '../../options.js';
import { aliasHelp } from '../aliases.js';
import { PositiveOption, TableOption } from '../options.js';
import { runTraining, type TrainFlags, UI } from './run.js';

const EXAMPLES = `
The text is one or more files, folders or globs, - for standard input, or names
from "charlstm corpora".
Names, cards, poems, files of a folder or rows of a table are learned as texts of
their own. A note says what was recognised; --texts says otherwise.
Ctrl-C stops after the current step and saves; a second Ctrl-C stops at once.
In a terminal, a dashboard shows the progress; press ? for its keys. Elsewhere,
and with --ui plain, progress is printed as lines.

Examples:
  charlstm train
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
  for (const [group, rows] of Object.entries({ ...TRAIN_GROUPS, Screen: { ui: UI } })) {
    command.optionsGroup(`${group}:`);
    for (const [name, option] of Object.entries<OptionRow>(rows)) {
      if (option.flag.startsWith('--no-')) command.addOption(new PositiveOption(name, option));
      command.addOption(new TableOption(name, option, !option.isCommon));
    }
  }
  command
    .addHelpText('after', EXAMPLES)
    .action((names: string[], flags: TrainFlags) => runTraining(names, flags));
}
