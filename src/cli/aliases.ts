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

/**
 * Puts our names for theirs: `--rnn-size 256`, also as `--rnn_size=256` or, as char-rnn has it, `-rnn_size 256`.
 * Arguments after `--` stay as they are.
 */
export function translateAliases(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((argument, index) => {
    const match = /^--?([a-z_-]{2,})(=.*)?$/s.exec(argument);
    const name = match && ALIASES[match[1]!.replaceAll('_', '-')];
    return name && (end < 0 || index < end) ? name + (match[2] ?? '') : argument;
  });
}

export const ALIAS_HELP = `char-rnn's names work too: ${Object.keys(ALIASES)
  .map((alias) => `--${alias}`)
  .join(' ')}`;
