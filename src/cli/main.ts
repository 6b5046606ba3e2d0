import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitCode, UserError } from '../errors.js';
import { translateAliases } from './aliases.js';
import { corporaCommand } from './corpora.js';
import { evalCommand } from './eval.js';
import { infoCommand } from './info.js';
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
  for (const add of [trainCommand, sampleCommand, evalCommand, infoCommand, runsCommand, corporaCommand])
    add(program);
  return program;
}

/**
 * Runs the command line: the single place that turns errors into messages and exit codes.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error. Training wants to end in good order; others may just end.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit(0);
    });
  }
  try {
    const args = argv.length > 0 ? translateAliases(argv) : ['--help'];
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Prints what went wrong on one line, and says with which code to exit. */
function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`charlstm: ${oneLine(error.message)}. ${oneLine(error.hint)}\n`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
    const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See charlstm --help.';
    process.stderr.write(`charlstm: ${message}. ${hint}\n`);
    return ExitCode.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`charlstm: internal error, please report it\n${detail}\n`);
  return ExitCode.internal;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
