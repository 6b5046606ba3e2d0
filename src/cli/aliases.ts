/** The words that users of char-rnn, torch-rnn and their kin have in their fingers, and ours. */
const ALIASES: Readonly<Record<string, string>> = {
  'rnn-size': '--hidden',
  'hidden-size': '--hidden',
  'num-layers': '--layers',
  'max-epochs': '--epochs',
  'init-from': '--from',
  'grad-clip': '--clip',
  'learning-rate': '--lr',
  primetext: '--prompt',
  prime: '--prompt',
  start: '--prompt',
  'start-text': '--prompt',
  temperature: '--temp',
  'num-samples': '--samples',
  'max-new-tokens': '--length',
};

/** Options that take no value: what follows any other is its value, and not a name to be translated. */
const WITHOUT_VALUE = [
  '--json',
  '--lines',
  '--heat',
  '--relative',
  '--copy-report',
  '--logprobs',
  '--color',
  '--no-echo',
  '--build',
  '--normalize-newlines',
  '--coupled',
  '--layer-norm',
  '--residual',
  '--compare',
  '--mixed',
  '--no-color',
  '--resume',
  '--help',
  '--version',
];

/**
 * Puts our names for theirs: `--rnn-size 256`, also as `--rnn_size=256` or, as char-rnn has it, `-rnn_size
 * 256`. Any option may be written with one dash and with underscores. Values, and arguments after `--`, stay
 * as they are.
 */
export function translateAliases(argv: readonly string[]): string[] {
  const aliases: typeof ALIASES = argv[0] === 'train' ? { ...ALIASES, model: '--cell' } : ALIASES;
  const out: string[] = [];
  let isValue = false;
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return [...out, ...argv.slice(index)];
    const match: RegExpExecArray | null = isValue ? null : /^--?([a-z][a-z_-]+)(=.*)?$/s.exec(argument);
    const name: string | undefined = match?.[1]?.replaceAll('_', '-');
    const translated: string =
      name === undefined ? argument : (aliases[name] ?? `--${name}`) + (match?.[2] ?? '');
    out.push(translated);
    isValue = !isValue && /^--[^=]+$/.test(translated) && !WITHOUT_VALUE.includes(translated);
  }
  return out;
}

const HELP_LINE = 76;

/** The aliases, for the help of a command. */
export function aliasHelp(): string {
  const lines = ["char-rnn's names and spelling work too:"];
  for (const name of Object.keys(ALIASES)) {
    const longer = `${lines.at(-1)} --${name}`;
    if (longer.length <= HELP_LINE) lines[lines.length - 1] = longer;
    else lines.push(`  --${name}`);
  }
  return lines.join('\n');
}
