// Runs the program in a real pseudo-terminal and emulates its screen.

import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const PROGRAM = fileURLToPath(new URL('../../bin/charlstm.js', import.meta.url));

/**
 * Runs a command, prints its exit code between two characters that no program here writes, and waits to be
 * killed: when the last program on a terminal ends, Node may treat all output as read although some is left
 * (libuv issue 4992).
 */
const KEEPER = 'trap : INT; /bin/sh -c "$0"; printf "\\034%d\\034" $?; kill -STOP $$';
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters of KEEPER
const EXIT_CODE = /\x1c(?:(\d+)(\x1c)?)?$/;

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Changes to the environment; undefined removes a variable. */
  readonly env?: Record<string, string | undefined>;
  /** Milliseconds to wait for a screen, even on a machine that is busy with other tests. */
  readonly patience?: number;
}

/** One character of the screen, with its style. */
export interface Cell {
  readonly text: string;
  /** As "#rrggbb"; undefined for the terminal's own colour. */
  readonly color: string | undefined;
  readonly bold: boolean;
}

export class PseudoTerminal {
  /** Everything that was written to the terminal, escape codes and all. */
  raw = '';
  /**
   * Resolves with the exit code when all output is on the screen; after a hang-up, when the shell has ended.
   */
  readonly ended: Promise<number>;
  readonly #pty: IPty;
  readonly #patience: number;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  /** How many characters of `raw` are on the screen. */
  #drawn = 0;
  #onChange = () => {};

  /** Starts a shell command; `$charlstm` is the program. */
  constructor(
    cwd: string,
    command: string,
    { columns = 80, rows = 24, env = {}, patience = 40_000 }: TerminalOptions = {},
  ) {
    const {
      CI: _ci,
      NO_COLOR: _noColor,
      FORCE_COLOR: _forceColor,
      npm_command: _npm,
      ...inherited
    } = process.env;
    const all = { ...inherited, TERM: 'xterm-256color', charlstm: `${process.execPath} ${PROGRAM}`, ...env };
    const known = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.#patience = patience;
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#pty = spawn('/bin/sh', ['-c', KEEPER, command], {
      cwd,
      cols: columns,
      rows,
      env: Object.fromEntries(known),
    });
    this.ended = new Promise((resolve) => {
      let end = ''; // a possible start of the exit code
      this.#pty.onData((data) => {
        const received = end + data;
        const match = EXIT_CODE.exec(received);
        end = match?.[0] ?? '';
        const output = received.slice(0, match?.index);
        this.raw += output;
        const length = this.raw.length;
        this.#screen.write(output, () => {
          this.#drawn = length;
          this.#onChange();
          if (match?.[2] === undefined) return;
          resolve(Number(match[1]));
          this.kill();
        });
      });
      this.#pty.onExit(({ exitCode }) => resolve(exitCode));
    });
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Hangs up, like a terminal whose window is closed. */
  hangUp(): void {
    this.#pty.kill('SIGHUP');
  }

  /** Kills everything that runs in it. */
  kill(): void {
    try {
      process.kill(-this.#pty.pid, 'SIGKILL');
    } catch {
      // it has already ended
    }
  }

  /** The visible rows without trailing spaces. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  /** The visible rows as cells; the second half of a wide character is empty. */
  get cells(): Cell[][] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) => {
      const line = active.getLine(active.viewportY + row)!;
      return Array.from({ length: this.#screen.cols }, (_, column) => {
        const cell = line.getCell(column)!;
        const rgb = cell.getFgColor().toString(16).padStart(6, '0');
        return {
          text: cell.getChars(),
          color: cell.isFgRGB() ? `#${rgb}` : undefined,
          bold: cell.isBold() !== 0,
        };
      });
    });
  }

  get text(): string {
    return this.lines.join('\n');
  }

  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === 'alternate';
  }

  get isCursorVisible(): boolean {
    return this.raw.lastIndexOf('\x1b[?25h') >= this.raw.lastIndexOf('\x1b[?25l');
  }

  /** Resolves when the screen shows something. */
  async until(what: string | RegExp | ((text: string) => boolean)): Promise<void> {
    const isShown = () => {
      const drawn = this.raw.slice(0, this.#drawn);
      if (drawn.lastIndexOf('\x1b[?2026h') > drawn.lastIndexOf('\x1b[?2026l')) return false; // half a frame
      if (typeof what === 'function') return what(this.text);
      return typeof what === 'string' ? this.text.includes(what) : what.test(this.text);
    };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what} never came; the screen:\n${this.text}`)),
        this.#patience,
      );
      this.#onChange = () => {
        if (!isShown()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
  }
}
