import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('serve-lines.js', import.meta.url));
/** What the server writes after each command line, on both streams. */
const END = /\n== ended with (\d+)\n$/;
/** Milliseconds until a process that has nothing left to do must have ended. */
const LONGEST_END = 20_000;

export interface Outcome {
  /** The exit code, a signal, or "hangs". */
  readonly code: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines in one process, which is replaced when a line has ended it. */
export class LineServer {
  #child: ChildProcess | undefined;
  #isBusy = false;

  /** @param longest milliseconds after which a command line counts as hanging */
  constructor(readonly longest = Number.POSITIVE_INFINITY) {}

  get isBusy(): boolean {
    return this.#isBusy;
  }

  run(cwd: string, argv: readonly string[]): Promise<Outcome> {
    this.#isBusy = true;
    this.#child ??= this.#start(cwd);
    const child = this.#child;
    return new Promise((resolve) => {
      const texts = ['', ''];
      const end = (code: string) => {
        clearTimeout(timer);
        for (const stream of [child.stdout!, child.stderr!]) stream.removeAllListeners('data');
        child.removeAllListeners('close');
        this.#isBusy = false;
        const [stdout = '', stderr = ''] = texts.map((text) => text.replace(END, ''));
        resolve({ code, stdout, stderr });
      };
      const stop = (code: string) => {
        this.#child = undefined;
        child.kill('SIGKILL');
        end(code);
      };
      const timer = Number.isFinite(this.longest) ? setTimeout(() => stop('hangs'), this.longest) : undefined;
      [child.stdout!, child.stderr!].forEach((stream, i) => {
        stream.on('data', (chunk: string) => {
          texts[i] += chunk;
          const codes = texts.map((text) => END.exec(text.slice(-40))?.[1]);
          if (codes.every((code) => code !== undefined)) end(codes[0]!);
        });
      });
      child.on('close', (code, signal) => stop(String(code ?? signal)));
      child.send({ cwd, argv });
    });
  }

  /** Lets the process end. @returns whether it does, which nothing that a line has left may prevent */
  async close(): Promise<boolean> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return true;
    const hasEnded = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), LONGEST_END);
      child.on('exit', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.resume();
    child.disconnect();
    if (await hasEnded) return true;
    child.kill('SIGKILL');
    return false;
  }

  #start(cwd: string): ChildProcess {
    const { npm_command: _npm, ...inherited } = process.env;
    const env = { ...inherited, NO_COLOR: '1', FORCE_COLOR: '0' };
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    const child = spawn(process.execPath, [SERVER], { cwd, env, stdio: [...stdio] });
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8');
    return child;
  }
}
