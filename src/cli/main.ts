import { readFileSync } from 'node:fs';
import { CommanderError, Option } from 'commander';
import { ExitCode, fileError, outOfFiles, UserError } from '../errors.js';
import { harmless } from '../format.js';
import { translateAliases } from './aliases.js';
import { addCommands, type CommandRow } from './command-table.js';
import { HelpfulCommand } from './help.js';
import { output } from './output/console.js';

const EXAMPLES = `
Examples:
  charlstm train                        learn Moby-Dick, which is included
  charlstm train novel.txt notes/       learn files, folders, globs or - (stdin)
  charlstm train names.txt              learn many short texts, each on its own
  charlstm sample --temp 0.8            write new text with the newest run
  charlstm write --file novel.txt       write, with suggestions for each line
  charlstm train --resume               continue the newest run, bit for bit
  charlstm help train                   show the options of a command
`;

/** All commands; `inspect` has subcommands. */
export const COMMANDS: readonly CommandRow[] = [
  ['train [text...]', 'train a model on a text, or continue a run', () => import('./train/command.js')],
  ['sample [model]', 'write new text', () => import('./sample/command.js')],
  ['write [model]', 'write a text together with a trained model', () => import('./write/command.js')],
  [
    'eval [model]',
    'measure how well a model predicts a text, and show where it is surprised',
    () => import('./eval/command.js'),
  ],
  [
    'info [model]',
    'show the configuration, parameters, history and vocabulary of a model',
    () => import('./info.js'),
  ],
  [
    'inspect',
    'look inside a model: cells, gates, step, gradients, memory, surprise',
    () => import('./inspect/command.js'),
  ],
  [
    'doctor [model]',
    'diagnose a training run, and say what to do about it',
    () => import('./doctor/command.js'),
  ],
  ['import <weights>', 'make a run of weights trained with PyTorch', () => import('./import/command.js')],
  ['runs', 'list the runs under checkpoints/', () => import('./runs.js')],
  ['corpora', 'list the texts that can be trained on by name', () => import('./corpora.js')],
  ['engine', 'show which build of the arithmetic runs here and how fast it is', () => import('./engine.js')],
];

/** Not among the options of a command. Known here, so that it is not looked up among the aliases. */
const HELP = new Option('-h, --help');

/** @param asked the command whose options are needed, and its subcommands */
async function createProgram(asked: readonly string[]): Promise<HelpfulCommand> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new HelpfulCommand('charlstm')
    .description('Trains a character-level LSTM on your own text, and writes new text in its style.')
    .version(version)
    .option('--no-color', 'print without colours, as does the environment variable NO_COLOR')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  await addCommands(program, COMMANDS, asked);
  return program;
}

/**
 * Runs the command line. Errors become messages and exit codes only here.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => {}); // messages that nobody reads are no reason to stop
  let called = 'charlstm';
  try {
    const names = namesIn(withCommand(argv));
    const program = await createProgram(names);
    const commands = calledIn(program, names);
    called = commands.map((command) => command.name()).join(' ');
    commands.at(-1)!.addHelpAll();
    const options = [HELP, ...commands.flatMap((command) => command.options)];
    const args = withCommand(await translateAliases(argv, options));
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, called);
  }
}

/** The command that is called, after its parents. */
function calledIn(program: HelpfulCommand, [name, ...below]: readonly string[]): HelpfulCommand[] {
  const command = program.commands.find((one) => one.name() === name) as HelpfulCommand | undefined;
  return command ? [program, ...calledIn(command, below)] : [program];
}

/** A reader that has seen enough (`| head`) or a closed terminal is not an error; a full disk is. */
function onOutputError(error: NodeJS.ErrnoException): void {
  // Windows may say EOF of a pipe.
  const isGone =
    ['EPIPE', 'EOF'].includes(error.code ?? '') || (error.code === 'EIO' && process.stdout.isTTY);
  if (!isGone && !process.exitCode) {
    process.exitCode = report(fileError(error, 'standard output', 'Redirect it to another disk.', 'write'));
  }
  output.onUnread();
}

/**
 * Adds what the user left out: without a command, --help. `help inspect cells` and `inspect help cells`
 * become `inspect cells --help`, and `help nonsense` becomes an unknown command.
 */
function withCommand(args: readonly string[]): readonly string[] {
  if (args.every((argument) => ['--', '--no-color'].includes(argument))) return ['--help'];
  const [first, second] = args;
  if (first === 'inspect' && second === 'help') return ['inspect', ...args.slice(2), '--help'];
  if (first !== 'help') return args;
  const isKnown = second === undefined || COMMANDS.some(([usage]) => usage.split(' ')[0] === second);
  return isKnown ? [...args.slice(1), '--help'] : [second];
}

/** The names of the command and its subcommands, and the arguments that follow. */
function namesIn(args: readonly string[]): readonly string[] {
  return args.filter((argument) => !argument.startsWith('-'));
}

/**
 * Prints an error on one line and returns the exit code.
 * @param called the command whose --help to refer to
 */
function report(caught: unknown, called = 'charlstm'): number {
  const error = outOfFiles(caught) ?? caught;
  if (error instanceof UserError) {
    process.stderr.write(`charlstm: ${oneLine(error.message)}. ${oneLine(error.hint)}\n`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const { message, hint = `See ${called} --help.` } = complaintOf(error);
    process.stderr.write(`charlstm: ${oneLine(message)}. ${oneLine(hint)}\n`);
    return ExitCode.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`charlstm: internal error, please report it\n${harmless(detail)}\n`);
  return ExitCode.internal;
}

/** Quoted input may contain line breaks, and control characters that a terminal would obey. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ').trim());
}

/** Takes a message of commander apart: "error: what is wrong", and perhaps a suggestion, "\n(Did you ...?)". */
function complaintOf({ message }: CommanderError): { message: string; hint?: string } {
  const text = message.replace(/^error: /, '');
  const at = text.endsWith(')') ? text.lastIndexOf('\n(') : -1;
  const what = (at < 0 ? text : text.slice(0, at)).replace(/\.$/, '');
  return at < 0 ? { message: what } : { message: what, hint: text.slice(at + 2, -1) };
}
