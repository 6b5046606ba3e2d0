import type { Command } from 'commander';

/** Adds options and an action to a command. */
type Define = (command: Command, asked: readonly string[]) => void | Promise<void>;

/** A command's usage, its description, and its module. */
export type CommandRow = readonly [
  usage: string,
  description: string,
  load: () => Promise<{ readonly defineCommand: Define }>,
];

/**
 * Adds subcommands to a command.
 * @param asked the names on the command line: only the options of these commands are loaded
 */
export async function addCommands(
  parent: Command,
  rows: readonly CommandRow[],
  [asked, ...below]: readonly string[],
): Promise<void> {
  for (const [usage, description, load] of rows) {
    // Subcommands would inherit what their parent allows for the sake of its own message.
    const command = parent.command(usage).description(description).allowExcessArguments(false);
    if (command.name() === asked) await (await load()).defineCommand(command, below);
  }
}
