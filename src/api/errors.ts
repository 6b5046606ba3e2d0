import { TRAIN_OPTIONS } from '../checkpoint/options.js';
import { UserError } from '../errors.js';
import { flagOf, type OptionTable } from '../options.js';
import { SAMPLING_OPTIONS } from '../sample/options.js';

/** A suggested command, or a flag with the number or word that may follow it. */
const FLAG =
  /("charlstm[^"]*"|charlstm [a-z]+ .*$)|--([a-z][a-z-]*)(?: (\d+(?:\.\d+)?(?:e[-+]?\d+)?|[a-z]+)\b)?/gs;

const TABLE: OptionTable = { ...TRAIN_OPTIONS, ...SAMPLING_OPTIONS };

/** Options by the name of their flag. */
const OPTIONS = new Map(
  Object.entries(TABLE).map(([name, row]) => {
    const words = typeof row.kind === 'object' && 'words' in row.kind ? row.kind.words : [];
    return [flagOf(row).slice(2), { name, words }];
  }),
);

/**
 * Returns an error as programs see it: a UserError that names options instead of flags. Commands that it
 * suggests stay as they are. All other errors are returned unchanged.
 */
export function asProgramError(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const translated = new UserError(withOptions(error.message), withOptions(error.hint), error.exitCode);
  translated.cause = error;
  return translated;
}

/** Replaces flags with the options of the same meaning: "--lr 5e-3" becomes "lr: 5e-3". */
function withOptions(text: string): string {
  return text.replace(FLAG, (_, command: string | undefined, flag: string, value: string | undefined) => {
    if (command !== undefined) return command;
    const camelCase = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const { name, words } = OPTIONS.get(flag) ?? { name: camelCase, words: [] as readonly string[] };
    if (value === undefined) return name;
    if (/^\d/.test(value)) return `${name}: ${value}`;
    return words.includes(value) ? `${name}: '${value}'` : `${name} ${value}`;
  });
}
