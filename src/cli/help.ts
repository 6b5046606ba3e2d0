import { Command, Help, Option } from 'commander';

const DEFAULT_WIDTH = 80;

/** A command whose help fits the terminal, in a short form (`--help`) and in full (`--help-all`). */
export class HelpfulCommand extends Command {
  #showsAll = false;

  /**
   * Adds `--help-all`. A parent must not have it, or it would take the option from the command that is
   * called.
   */
  addHelpAll(): void {
    const option = new Option('--help-all', 'show help with all options').helpGroup('Options:');
    this.addOption(option.hideHelp(!this.options.some(isAdvanced)));
    this.on('option:help-all', () => {
      this.#showsAll = true;
      this.help();
    });
  }

  override createCommand(name?: string): HelpfulCommand {
    return new HelpfulCommand(name);
  }

  override createHelp(): Help {
    return Object.assign(new ShortHelp(this.#showsAll), this.configureHelp());
  }

  /**
   * Adds a text to the help. Lines that are too long are wrapped between words and keep their indentation.
   */
  override addHelpText(position: 'before' | 'after' | 'beforeAll' | 'afterAll', text: unknown): this {
    const width = () => this.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH;
    const fitted = () => `${text}`.split('\n').map((line) => wrapped(line, width()));
    return super.addHelpText(position, () => fitted().join('\n'));
  }
}

/**
 * Whether the short help leaves an option out; see TableOption, whose tables the help of other commands need
 * not load.
 */
const isAdvanced = (option: Option & { readonly isAdvanced?: boolean }) => option.isAdvanced === true;

class ShortHelp extends Help {
  #isPrinted = false;

  constructor(readonly showsAll: boolean) {
    super();
  }

  /**
   * Called before the help is printed; suggestions for misspelt options do without, and are made from all
   * options.
   */
  override prepareContext(context: Parameters<Help['prepareContext']>[0]): void {
    super.prepareContext(context);
    this.#isPrinted = true;
  }

  override visibleOptions(command: Command): Option[] {
    const options = super.visibleOptions(command);
    return this.#isPrinted && !this.showsAll ? options.filter((option) => !isAdvanced(option)) : options;
  }
}

/**
 * A line in lines of at most `width` columns; continuations are indented to its text, or to its second
 * column.
 */
function wrapped(line: string, width: number): string {
  if (line.length <= width) return line;
  const start = /^ *(?:\S+(?: \S+)* {2,})?/.exec(line)![0].length;
  const rows = new Help().boxWrap(line.slice(start), width - start).split('\n');
  return line.slice(0, start) + rows.join(`\n${' '.repeat(start)}`);
}
