import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitCode, fileError, UserError } from '../errors.js';
import { harmless } from '../format.js';
import { translateAliases } from './aliases.js';
import { corporaCommand } from './corpora.js';
import { engineCommand } from './engine.js';
import { evalCommand } from './eval.js';
import { infoCommand } from './info.js';
import { output } from './output.js';
import { runsCommand } from './runs.js';
import { sampleCommand } from './sample.js';
import { trainCommand } from './train.js';

const EXAMPLES = `
Examples:
  charlstm train                        learn Moby-Dick, which comes with the program
  charlstm train novel.txt notes/       learn your own text: files, folders, globs, - for stdin
  charlstm sample --temp 0.8            write new text with the newest run
  charlstm train --resume               go on with the newest run, bit for bit
  charlstm help train                   all options of a command
`;

function createProgram(): Command {
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
  for (const add of [
    trainCommand,
    sampleCommand,
    evalCommand,
    infoCommand,
    runsCommand,
    corporaCommand,
    engineCommand,
  ])
    add(program);
  return program;
}

/**
 * Runs the command line: the single place that turns errors into messages and exit codes.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', () => {}); // messages that nobody can read are no reason to stop
  const program = createProgram();
  try {
    await program.parseAsync(withCommand(translateAliases(argv), program), { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
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

/** Without a command, the help; `help nonsense` is about an unknown command. */
function withCommand(args: readonly string[], program: Command): readonly string[] {
  const [first, second] = args;
  if (args.every((argument) => ['--', '--no-color'].includes(argument))) return ['--help'];
  const isKnown = program.commands.some((command) => command.name() === second);
  return first === 'help' && second !== undefined && !isKnown ? [second] : args;
}

/** Prints what went wrong on one line, and says with which code to exit. */
function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`charlstm: ${oneLine(error.message)}. ${oneLine(error.hint)}\n`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const [, message, hint] = /^(?:error: )?(.*?)\.?(?:\n\(([^)]*)\))?$/s.exec(error.message)!;
    process.stderr.write(`charlstm: ${oneLine(message!)}. ${oneLine(hint ?? 'See charlstm --help.')}\n`);
    return ExitCode.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`charlstm: internal error, please report it\n${detail}\n`);
  return ExitCode.internal;
}

/** Foreign words may hold line breaks, and control characters that a terminal would obey. */
function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, ' ').trim());
}
