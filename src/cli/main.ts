import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitCode, fileError, UserError } from '../errors.js';
import { harmless } from '../format.js';
import { translateAliases } from './aliases.js';
import { addCommands, type CommandRow } from './command-table.js';
import { output } from './output/console.js';

const EXAMPLES = `
Examples:
  charlstm train                        learn Moby-Dick, which comes with the program
  charlstm train novel.txt notes/       learn your own text: files, folders, globs, - for stdin
  charlstm sample --temp 0.8            write new text with the newest run
  charlstm write --file novel.txt       write yourself, with suggestions for each line
  charlstm train --resume               go on with the newest run, bit for bit
  charlstm help train                   all options of a command
`;

const COMMANDS: readonly CommandRow[] = [
  [
    'train [text...]',
    'learn a text, or go on learning it',
    async () => (await import('./train/command.js')).trainCommand,
  ],
  ['sample [model]', 'write new text', async () => (await import('./sample/command.js')).sampleCommand],
  [
    'write [model]',
    'write a text together with a trained model',
    async () => (await import('./write/command.js')).writeCommand,
  ],
  [
    'eval [model]',
    'measure how well a trained model predicts a text, and show where it is surprised',
    async () => (await import('./eval/command.js')).evalCommand,
  ],
  [
    'info [model]',
    'show the configuration, parameters, history and vocabulary of a trained model',
    async () => (await import('./info.js')).infoCommand,
  ],
  [
    'inspect',
    'look into a trained model: cells, gates, step, gradients, memory, surprise',
    async () => (await import('./inspect/command.js')).inspectCommand,
  ],
  [
    'doctor [model]',
    'say what is wrong with a training, and what to do about it',
    async () => (await import('./doctor/command.js')).doctorCommand,
  ],
  [
    'import <weights>',
    'make a run of weights that PyTorch trained',
    async () => (await import('./import/command.js')).importCommand,
  ],
  ['runs', 'list the runs under checkpoints/', async () => (await import('./runs.js')).runsCommand],
  [
    'corpora',
    'list the texts that can be trained by name',
    async () => (await import('./corpora.js')).corporaCommand,
  ],
  [
    'engine',
    'show which build of the arithmetic runs here, and how fast; --build makes the native one',
    async () => (await import('./engine.js')).engineCommand,
  ],
];

/** @param asked the command whose options are needed, and the names below it */
async function createProgram(asked: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('charlstm')
    .description('Trains a character-level LSTM on your own text, and writes new text in its style.')
    .version(version)
    .option('--no-color', 'no colours (also: the environment variable NO_COLOR)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  await addCommands(program, COMMANDS, asked);
  return program;
}

/**
 * Runs the command line: the single place that turns errors into messages and exit codes.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => {}); // messages that nobody can read are no reason to stop
  let called = 'charlstm';
  try {
    const args = withCommand(translateAliases(argv));
    const names = namesIn(args);
    const program = await createProgram(names);
    called = calledIn(program, names);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, called);
  }
}

/** The command that is called, as it is typed: "charlstm inspect cells". */
function calledIn(program: Command, names: readonly string[]): string {
  const [name, ...below] = names;
  const command = program.commands.find((one) => one.name() === name);
  return command ? `${program.name()} ${calledIn(command, below)}` : program.name();
}

/**
 * A reader that has seen enough (`| head`), or a terminal that was closed, is no error; a full disk is one.
 */
function onOutputError(error: NodeJS.ErrnoException): void {
  const isGone = error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY);
  if (!isGone && !process.exitCode) {
    process.exitCode = report(fileError(error, 'standard output', 'Write it to another place.', 'write'));
  }
  output.onUnread();
}

/**
 * Without a command, the help. `help inspect cells` and `inspect help cells` are `inspect cells --help`; `help nonsense` is
 * about an unknown command.
 */
function withCommand(args: readonly string[]): readonly string[] {
  if (args.every((argument) => ['--', '--no-color'].includes(argument))) return ['--help'];
  const [first, second] = args;
  if (first === 'inspect' && second === 'help') return ['inspect', ...args.slice(2), '--help'];
  if (first !== 'help') return args;
  const isKnown = second === undefined || COMMANDS.some(([usage]) => usage.split(' ')[0] === second);
  return isKnown ? [...args.slice(1), '--help'] : [second];
}

/** The command that is called, or that help is wanted for, and what follows it. */
function namesIn(args: readonly string[]): readonly string[] {
  return args.filter((argument) => !argument.startsWith('-'));
}

/**
 * Prints what went wrong on one line, and says with which code to exit.
 * @param called the command whose help has the options
 */
function report(error: unknown, called = 'charlstm'): number {
  if (error instanceof UserError) {
    process.stderr.write(`charlstm: ${oneLine(error.message)}. ${oneLine(error.hint)}\n`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const [, message, hint] = /^(?:error: )?(.*?)\.?(?:\n\(([^)]*)\))?$/s.exec(error.message)!;
    process.stderr.write(`charlstm: ${oneLine(message!)}. ${oneLine(hint ?? `See ${called} --help.`)}\n`);
    return ExitCode.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`charlstm: internal error, please report it\n${harmless(detail)}\n`);
  return ExitCode.internal;
}

/** Foreign words may hold line breaks, and control characters that a terminal would obey. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ').trim());
}
