import type { Command } from 'commander';

/** How a command is called, what it does, and where its options and its work are: loaded only when it is asked for. */
export type CommandRow = readonly [
  usage: string,
  description: string,
  load: () => Promise<(command: Command, asked: readonly string[]) => void | Promise<void>>,
];

/**
 * Gives a command its subcommands.
 * @param asked the names that were given, of a command and of those below it: only their options are needed
 */
export async function addCommands(
  parent: Command,
  rows: readonly CommandRow[],
  [asked, ...below]: readonly string[],
): Promise<void> {
  for (const [usage, description, load] of rows) {
    // What a parent allows for the sake of its own message, its subcommands would inherit.
    const command = parent.command(usage).description(description).allowExcessArguments(false);
    if (command.name() === asked) await (await load())(command, below);
  }
}
