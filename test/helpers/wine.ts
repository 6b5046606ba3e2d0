// Runs programs for Windows on Linux.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBinaries, nodeBinary } from './binaries.js';
import { PseudoTerminal } from './terminal.js';

const NODE = '20.20.2';
/** Debian has no link to it in PATH. */
const PLACES = ['/usr/lib/wine/wine64', '/usr/bin/wine64'];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that is running, and what it has written when it ends. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Node for Windows, under wine. */
export class WindowsNode {
  #count = 0;

  /**
   * @param folder for the files of wine and the output of programs
   * @param wine the program
   * @param node the path of node.exe
   */
  constructor(
    readonly folder: string,
    readonly wine: string,
    readonly node: string,
  ) {
    mkdirSync(folder, { recursive: true });
    // Node wants Windows 10. This also sets up the folder, which takes seconds.
    const { status } = spawnSync(wine, ['winecfg', '-v', 'win10'], { env: this.#env, stdio: 'ignore' });
    if (status !== 0) throw new Error(`winecfg failed with ${status}`);
  }

  get #env(): NodeJS.ProcessEnv {
    const { FORCE_COLOR: _color, npm_command: _command, ...env } = process.env;
    const quiet = { WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml=', NO_COLOR: '1' };
    return { ...env, ...quiet, WINEPREFIX: join(this.folder, 'wine') };
  }

  /**
   * Starts Node.
   * @param output the file for standard output, which pipes would not reach; by default a new one
   */
  start(cwd: string, args: readonly string[], output?: string): Running {
    const name = join(this.folder, `${this.#count++}`);
    const paths = [output ?? `${name}.out`, `${name}.err`];
    const [stdout, stderr] = paths.map((path) => openSync(path, 'w')) as [number, number];
    const child = spawn(this.wine, [this.node, ...args], {
      cwd,
      env: this.#env,
      stdio: ['ignore', stdout, stderr],
    });
    closeSync(stdout);
    closeSync(stderr);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        const [said, complaint] = paths.map((path) => (path === output ? '' : readFileSync(path, 'utf8')));
        resolve({ code, stdout: said!, stderr: complaint! });
      });
    });
    return { child, ended };
  }

  /** Starts Node in a console. */
  console(cwd: string, args: readonly string[]): PseudoTerminal {
    const command = [this.wine, this.node, ...args].map((word) => `'${word}'`).join(' ');
    return new PseudoTerminal(cwd, command, { env: this.#env, patience: 120_000 });
  }

  /** Ends what wine keeps running in the background. */
  close(): void {
    const server = this.wine.replace(/wine64$/, 'wineserver64');
    const program = existsSync(server) ? server : 'wineserver';
    spawnSync(program, ['-k', '-w'], { env: this.#env, stdio: 'ignore' });
  }
}

/** Finds wine and node.exe, and fetches them where possible. @returns or why there are none */
export function findWindows(): { wine: string; node: string } | { missing: string } {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: `wine64 runs on Linux on x64, and this is ${process.platform} on ${process.arch}` };
  }
  const find = () => PLACES.find((path) => existsSync(path));
  if (find() === undefined && process.getuid?.() === 0) {
    const install = 'apt-get install -y -qq wine64';
    spawnSync('sh', ['-c', `${install} || { apt-get update -qq && ${install}; }`], { stdio: 'ignore' });
  }
  const wine = find();
  if (wine === undefined) return { missing: 'there is no wine64: apt-get install wine64' };
  const found = fetchBinaries([nodeBinary('win-x64', NODE)]);
  return 'missing' in found ? found : { wine, node: found.paths[0]! };
}
