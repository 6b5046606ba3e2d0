import { TRAIN_GROUPS, type TrainOptions } from '../../checkpoint/options.js';
import { type OptionTable, row } from '../../options.js';

/** How progress is shown. */
export const UI = row('--ui <kind>', { words: ['auto', 'plain', 'json'] }, 'how to show progress', {
  default: 'auto',
});

/** The options that programs do not have, by group. */
const PLAN = {
  plan: row('--plan', 'switch', 'print what training would do and how long it would take, and do nothing', {
    isCommon: true,
  }),
  json: row('--json', 'switch', 'print the plan as JSON'),
};

/** The options of `charlstm train` by group, in the order of its help. */
export const COMMAND_GROUPS: Readonly<Record<string, OptionTable>> = {
  ...TRAIN_GROUPS,
  Run: { ...TRAIN_GROUPS.Run, ...PLAN },
  Screen: { ui: UI },
};

/** The options of `charlstm train`: those that programs have, too, and its own. */
export type TrainFlags = TrainOptions & {
  readonly ui?: (typeof UI)['kind']['words'][number];
  readonly plan?: boolean;
  readonly json?: boolean;
};
