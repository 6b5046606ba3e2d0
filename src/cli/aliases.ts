/** The words that users of char-rnn, torch-rnn and their kin have in their fingers, and ours. */
const ALIASES: Readonly<Record<string, string>> = {
  'rnn-size': '--hidden',
  'hidden-size': '--hidden',
  'num-layers': '--layers',
  'max-epochs': '--epochs',
  'grad-clip': '--clip',
  'learning-rate': '--lr',
  primetext: '--prompt',
  prime: '--prompt',
  start: '--prompt',
  'start-text': '--prompt',
  temperature: '--temp',
};

/** Options that take no value: what follows any other is its value, and not a name to be translated. */
const WITHOUT_VALUE = ['--json', '--normalize-newlines', '--no-color', '--resume', '--help', '--version'];

/**
 * Puts our names for theirs: `--rnn-size 256`, also as `--rnn_size=256` or, as char-rnn has it, `-rnn_size 256`.
 * Values, and arguments after `--`, stay as they are.
 */
export function translateAliases(argv: readonly string[]): string[] {
  const out: string[] = [];
  let isValue = false;
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return [...out, ...argv.slice(index)];
    const match = /^--?([a-z_-]{2,})(=.*)?$/s.exec(argument);
    const name: string | undefined = match && !isValue ? ALIASES[match[1]!.replaceAll('_', '-')] : undefined;
    const translated: string = name ? name + (match?.[2] ?? '') : argument;
    out.push(translated);
    isValue = !isValue && /^--[^=]+$/.test(translated) && !WITHOUT_VALUE.includes(translated);
  }
  return out;
}

export const ALIAS_HELP = `char-rnn's names work too: ${Object.keys(ALIASES)
  .map((alias) => `--${alias}`)
  .join(' ')}`;
