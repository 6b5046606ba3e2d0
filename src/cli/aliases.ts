import type { Option } from 'commander';
import { flagOf, type OptionTable } from '../options.js';

/** Returns the flags of a table by their aliases. */
function aliasesOf(table: OptionTable): Record<string, string> {
  const rows = Object.values(table);
  return Object.fromEntries(rows.flatMap((row) => (row.aliases ?? []).map((name) => [name, flagOf(row)])));
}

/**
 * Translates the names that other programs have for options: `--rnn-size 256`, also as `--rnn_size=256` or,
 * as in char-rnn, `-rnn_size 256`, becomes `--hidden 256`. Any option may be written with one dash and with
 * underscores. Values, and arguments after `--`, stay as they are.
 * @param options of the command that is called and of its parents
 */
export async function translateAliases(
  argv: readonly string[],
  options: readonly Option[],
): Promise<string[]> {
  const find = (flag: string) => options.find(({ long, short }) => flag === long || flag === short);
  const out: string[] = [];
  let isValue = false;
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return [...out, ...argv.slice(index)];
    const match = isValue ? null : /^--?([a-z][a-z_-]+)(=.*)?$/s.exec(argument);
    let translated = argument;
    if (match) {
      const [, name, value = ''] = match;
      const flag = `--${name!.replaceAll('_', '-')}`;
      translated = (find(flag) ? flag : await flagOfAlias(flag, find)) + value;
    }
    out.push(translated);
    isValue = !isValue && find(translated)?.required === true;
  }
  return out;
}

/**
 * Returns the flag behind an alias, if the command has it. The tables are loaded only where an option is
 * unknown.
 */
async function flagOfAlias(alias: string, find: (flag: string) => Option | undefined): Promise<string> {
  const { TRAIN_OPTIONS } = await import('../checkpoint/options.js');
  const { SAMPLE_OPTIONS } = await import('./sample/flags.js');
  const aliases = { ...aliasesOf(TRAIN_OPTIONS), ...aliasesOf(SAMPLE_OPTIONS) };
  const flag = aliases[alias.slice(2)];
  return flag !== undefined && find(flag) ? flag : alias;
}

/** Returns the aliases of a table, for the help of a command. */
export function aliasHelp(table: OptionTable): string {
  const names = Object.keys(aliasesOf(table)).map((name) => `--${name}`);
  return `The names and spelling of char-rnn work, too: ${names.join(' ')}`;
}
