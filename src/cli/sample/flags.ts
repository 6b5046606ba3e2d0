import { UserError } from '../../errors.js';
import type { GenerateOptions, Unit } from '../../sample/options.js';
import type { EngineFlags } from '../options.js';

/** What was given on the command line; what was not is undefined. */
export interface SampleFlags extends EngineFlags {
  readonly length?: number;
  readonly words?: number;
  readonly lines?: number;
  readonly until?: Unit;
  readonly stop?: readonly string[];
  readonly temp?: number | readonly [number, number];
  readonly tempStart?: number;
  readonly targetBits?: number;
  readonly topK?: number;
  readonly typical?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly repetitionWindow?: number;
  readonly ban?: string;
  readonly allow?: string;
  readonly match?: string;
  readonly noCopy?: number;
  readonly copyReport?: true;
  readonly beam?: number;
  readonly ending?: string;
  readonly candidates?: number;
  readonly prompt: string;
  readonly echo: boolean;
  readonly unknown: NonNullable<GenerateOptions['unknown']>;
  readonly samples: number;
  readonly separator?: string;
  readonly seed?: number;
  readonly json?: true;
  readonly logprobs?: true;
  readonly color?: true;
}

type Flag = keyof SampleFlags;

const CHANCE: readonly Flag[] = [
  'temp',
  'tempStart',
  'targetBits',
  'topK',
  'typical',
  'topP',
  'minP',
  'repetitionPenalty',
];
const ENDS: readonly Flag[] = ['stop', 'until', 'words', 'lines'];

/** Flags that contradict each other, and why. */
const CONFLICTS: readonly [flag: Flag, others: readonly Flag[], why: string][] = [
  ['beam', CHANCE, 'looks for the likeliest text, where chance has no part'],
  ['beam', ['ending'], 'looks for the likeliest text from beginning to end'],
  ['match', ENDS, 'says itself where a text ends'],
  ['ending', ['match', ...ENDS], 'says itself where a text ends'],
  ['json', ['color', 'separator'], 'writes JSON'],
];

/** Flags that mean nothing without another one. */
const NEEDS: readonly [flag: Flag, needed: Flag][] = [
  ['candidates', 'ending'],
  ['repetitionWindow', 'repetitionPenalty'],
  ['logprobs', 'json'],
];

/** As it is written on the command line. */
function written(flag: Flag): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws UserError naming flags that contradict each other, and those without the one that they need */
export function checkFlags(flags: SampleFlags): void {
  for (const [flag, others, why] of CONFLICTS) {
    const other = others.find((name) => flags[name] !== undefined);
    if (flags[flag] === undefined || other === undefined) continue;
    throw new UserError(
      `${written(flag)} ${why}: ${written(other)} does not go with it`,
      'Leave one of the two out.',
    );
  }
  for (const [flag, needed] of NEEDS) {
    if (flags[flag] === undefined || flags[needed] !== undefined) continue;
    throw new UserError(
      `${written(flag)} means nothing without ${written(needed)}`,
      `Add ${written(needed)}.`,
    );
  }
  if (flags.beam !== undefined && flags.samples > 1) {
    throw new UserError(
      '--beam finds one text, the likeliest, and --samples asks for more',
      'Leave one of the two out.',
    );
  }
  if (flags.ending === '') throw new UserError('--ending is empty', 'Give the text to end with.');
}
