// A real pseudo-terminal with the program in it, and its screen as a user sees it.

import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { PROGRAM } from './cli.js';

interface Options {
  readonly columns?: number;
  readonly rows?: number;
  /** Changes to the environment; undefined takes a variable away. */
  readonly env?: Record<string, string | undefined>;
}

/** How long a screen may take to come, on a machine that is busy with other tests. */
const PATIENCE_MS = 40_000;

export class TestTerminal {
  /** Everything that was written to the terminal, escape codes and all. */
  raw = '';
  readonly ended: Promise<number>;
  readonly #pty: IPty;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  #onChange = () => {};

  /** Starts a shell command; `$charlstm` is the program. */
  constructor(cwd: string, command: string, { columns = 80, rows = 24, env = {} }: Options = {}) {
    const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env;
    const all = { ...inherited, TERM: 'xterm-256color', charlstm: `${process.execPath} ${PROGRAM}`, ...env };
    const known = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#pty = spawn('/bin/sh', ['-c', command], {
      cwd,
      cols: columns,
      rows,
      env: Object.fromEntries(known),
    });
    this.#pty.onData((data) => {
      this.raw += data;
      this.#screen.write(data, () => this.#onChange());
    });
    this.ended = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
    onTestFinished(() => {
      this.#pty.kill('SIGKILL');
    });
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Hangs up, as a terminal does whose window is closed. */
  hangUp(): void {
    this.#pty.kill('SIGHUP');
  }

  /** The visible rows, without the spaces at their ends. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
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
      if (typeof what === 'function') return what(this.text);
      return typeof what === 'string' ? this.text.includes(what) : what.test(this.text);
    };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what} never came; the screen:\n${this.text}`)),
        PATIENCE_MS,
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
