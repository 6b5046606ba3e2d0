// Random command lines, made from the commands' own options and a folder of files of every kind.

import { Command, type Option } from 'commander';
import fc from 'fast-check';
import { addCommands } from '../../src/cli/command-table.js';
import { COMMANDS } from '../../src/cli/main.js';
import { TableOption } from '../../src/cli/options.js';
import { isInRange } from '../../src/numbers.js';
import { flagOf, type OptionKind } from '../../src/options.js';

/** A command as it is called, "inspect cells", and what it accepts. */
interface Called {
  readonly words: readonly string[];
  readonly options: readonly Option[];
  /** How many arguments it takes. */
  readonly places: number;
}

/** Reads the options of all commands and their subcommands. */
export async function allCommands(): Promise<Called[]> {
  const called: Called[] = [];
  const visit = async (words: readonly string[]) => {
    const program = new Command();
    await addCommands(program, COMMANDS, words);
    let command: Command = program;
    for (const word of words) command = command.commands.find((one) => one.name() === word)!;
    const { options, registeredArguments } = command;
    const places = registeredArguments.some(({ variadic }) => variadic) ? 3 : registeredArguments.length;
    if (words.length > 0) called.push({ words, options, places });
    if (words.length < 2) for (const below of command.commands) await visit([...words, below.name()]);
  };
  await visit([]);
  return called;
}

/** Names in the prepared folder, and some that are not there. */
const PLACES = [
  ...['text.txt', 'empty.txt', 'one.txt', 'latin1.txt', 'binary.bin', 'crlf.txt', 'pipe', 'folder', 'vacant'],
  ...['run', 'run/last.safetensors', 'damaged', 'damaged/last.safetensors', 'lost', 'run/log.jsonl'],
  ...[
    'checkpoints',
    '.',
    '..',
    'missing',
    'a/b/c',
    'text.txt/x',
    'loop',
    'gone',
    'lighthouse',
    '*.txt',
    '[',
    '**',
  ],
  ...[
    '/dev/null',
    '/dev/full',
    'naïve Ünïcode 漢.txt',
    'vocabulary.json',
    'new',
    '',
    '-',
    `${'x'.repeat(300)}`,
  ],
];

const TEXTS = [
  ...['', ' ', 'a', 'The ', 'the sea', 'é', 'e\u0301', '😀', '❤️', '漢字', '\u001b[31m', 'a\nb', '\r\n'],
  ...[
    '\\n',
    '\\',
    '\\x',
    '@',
    '@@',
    '@text.txt',
    '@missing',
    '@folder',
    '@pipe',
    '@binary.bin',
    '-',
    '--',
    '§',
  ],
  ...[
    '[a-z]+',
    '(a|aa)+',
    '.{1,500}',
    '(',
    '[^',
    '(?<=a)b',
    '\\p{L}*',
    '(((a?){9}){9}){9}',
    '^$',
    'x'.repeat(5000),
  ],
];

const NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '2',
    '-1',
    '0.5',
    '1e-9',
    '1e3',
    '1e999',
    'NaN',
    'Infinity',
    '0x10',
    '007',
    '١',
    '1,5',
    '+3',
  ],
  ...[
    '',
    ' ',
    '1 ',
    '9007199254740993',
    '4294967296',
    '1..0.5',
    '2..',
    '..',
    '1..2..3',
    '3,5',
    '5,',
    'null',
    'true',
  ],
];

/** The largest values of options that cost time or memory; a random value is not to be waited for. */
const MOST: Readonly<Record<string, number>> = {
  ...{ hidden: 24, layers: 3, embedding: 24, 'batch-size': 32, 'seq-length': 64, threads: 3 },
  ...{
    steps: 3,
    epochs: 0.01,
    minutes: 0.01,
    length: 200,
    samples: 4,
    candidates: 8,
    beam: 8,
    'max-lag': 20,
  },
  ...{ places: 8, alternatives: 8 },
};

/** What options that take any text are meant for. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  ...{
    text: ['text.txt', 'folder'],
    out: ['new', 'vacant'],
    html: ['new.html'],
    svg: ['new.svg'],
    lags: ['2,3'],
  },
  ...{
    resume: ['run', 'damaged'],
    from: ['run', 'damaged'],
    file: ['text.txt'],
    vocabulary: ['vocabulary.json'],
  },
  ...{ 'max-memory': ['2G', '1.5GiB', '1'], match: ['[a-z ]+'], stop: ['.', '\\n'], temp: ['1..0.5'] },
};

/** What bounds a command, by its name, unless its options match. */
const BOUNDS: readonly (readonly [command: string, unless: RegExp, bound: readonly string[]])[] = [
  ['train', /^--?(steps|epochs|max.epochs|minutes)/, ['--steps', '2']],
  ['train', /^--?(hidden|rnn.size|resume|from|init.from)/, ['--hidden', '16']],
  ['train', /^--?(batch|resume)/, ['--batch-size', '4']],
  ['train', /^--?threads/, ['--threads', '1']],
  ['sample', /^--?(length|max.new.tokens)/, ['--length', '40']],
  ['inspect memory', /^--?steps/, ['--steps', '2']],
  ['inspect memory', /^--?hidden/, ['--hidden', '8']],
  ['inspect memory', /^--?lags/, ['--lags', '2,3']],
  ['inspect gradients', /^--?max.lag/, ['--max-lag', '10']],
];

function boundsOf(command: string, given: readonly string[]): string[] {
  const missing = BOUNDS.filter(([of, unless]) => of === command && !given.some((one) => unless.test(one)));
  const isTrained = given.includes('--compare') && !given.some((one) => /^--?steps/.test(one));
  return [...missing.flatMap(([, , bound]) => bound), ...(isTrained ? ['--steps', '2'] : [])];
}

const oneOf = fc.constantFrom;

function valueFor(kind: OptionKind | undefined, name: string): fc.Arbitrary<string> {
  const any = fc.oneof(oneOf(...PLACES), oneOf(...TEXTS), oneOf(...NUMBERS), fc.string({ maxLength: 20 }));
  const anything = any.filter((text) => !(Number(text) > (MOST[name] ?? Number.POSITIVE_INFINITY)));
  if (kind === undefined || typeof kind === 'string' || 'longest' in kind) {
    const usual = oneOf(...(USUAL[name] ?? ['the']));
    return fc.oneof({ arbitrary: usual, weight: 3 }, { arbitrary: anything, weight: 2 });
  }
  if ('words' in kind) {
    const words = oneOf(...kind.words);
    return fc.oneof({ arbitrary: words, weight: 20 }, { arbitrary: anything, weight: 1 });
  }
  const most = Math.min(kind.maximum, MOST[name] ?? Number.POSITIVE_INFINITY);
  const edges = [kind.minimum, most, kind.minimum - 1, kind.maximum * 2 + 1, kind.minimum + 0.5].map(String);
  const span = Math.min(most, kind.minimum + 1e6) - kind.minimum;
  const inside = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map((share) => kind.minimum + (span * share) / 100),
    fc.double({ min: kind.minimum, max: kind.minimum + span, noNaN: true }),
  );
  const valid = inside.map((number) => String(kind.integer ? Math.round(number) : number));
  return fc.oneof(
    { arbitrary: valid.filter((text) => isInRange(Number(text), kind)), weight: 16 },
    {
      arbitrary: oneOf(...edges).filter((text) => !(Number(text) > most && Number(text) <= kind.maximum)),
      weight: 2,
    },
    { arbitrary: anything, weight: 1 },
  );
}

/** An option with its value, in any of the ways in which it may be written. */
function written(option: Option): fc.Arbitrary<string[]> {
  const kind = option instanceof TableOption ? option.row.kind : undefined;
  const flag = option instanceof TableOption ? flagOf(option.row) : (option.long ?? option.short!);
  const name = flag.slice(2);
  const flags = fc.oneof(
    { arbitrary: fc.constant(flag), weight: 24 },
    { arbitrary: oneOf(flag.slice(1), flag.replaceAll('-', '_').replace('__', '--'), `${flag}x`), weight: 1 },
  );
  if (!option.required && !option.optional)
    return fc.oneof(
      flags.map((one) => [one]),
      fc.constant<string[]>([flag, 'x']),
    );
  return fc.oneof(
    { arbitrary: fc.tuple(flags, valueFor(kind, name)), weight: 8 },
    {
      arbitrary: fc.tuple(flags, valueFor(kind, name)).map(([one, value]) => [`${one}=${value}`]),
      weight: 2,
    },
    { arbitrary: flags.map((one) => [one]), weight: option.optional ? 8 : 0 },
  );
}

/** Command lines of all commands. */
export function commandLines(commands: readonly Called[]): fc.Arbitrary<string[]> {
  const every = commands.flatMap(({ options }) => options);
  const lines = commands.map(({ words, options, places }) => {
    const command = words.join(' ');
    const own = options.length === 0 ? fc.constant<string[]>([]) : oneOf(...options).chain(written);
    const foreign = oneOf(...every).chain(written);
    const stray = oneOf(['--'], ['--nonsense'], ['-'], ['-x'], ['--help'], ['help'], ['--no-color']);
    const option = fc.oneof(
      { arbitrary: own, weight: 30 },
      { arbitrary: foreign, weight: 1 },
      { arbitrary: stray, weight: 1 },
    );
    const place = fc.oneof(
      { arbitrary: fc.constant(command === 'train' ? 'text.txt' : 'run'), weight: 8 },
      { arbitrary: oneOf(...PLACES), weight: 6 },
      { arbitrary: oneOf(...TEXTS), weight: 1 },
    );
    const given = fc.oneof(
      { arbitrary: fc.array(place, { minLength: Math.min(1, places), maxLength: places }), weight: 12 },
      { arbitrary: fc.array(place, { maxLength: 3 }), weight: 1 },
    );
    const line = fc
      .tuple(given, fc.array(option, { maxLength: 4 }), fc.boolean())
      .map(([found, chosen, isFirst]) => {
        const flags = chosen.flat();
        const rest = isFirst ? [...found, ...flags] : [...flags, ...found];
        return [...words, ...boundsOf(command, flags), ...rest];
      });
    return { arbitrary: line, weight: 3 + options.length };
  });
  const words = fc.array(oneOf('help', 'inspect', 'runs', 'nonsense', '-h', '', '--version'));
  return fc.oneof({ arbitrary: words, weight: 3 }, ...lines);
}
