/** Compiles and links the Node addon with given tools, and records what came out. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKSUMS, type Prebuild, prebuildPath, readPrebuilds, sha256Of } from '../engine/prebuilds.js';
import { inTemporaryFolder, replaceFile } from '../files.js';
import { bindings } from './bindings.js';
import { FLAGS, LEVELS, nameOf, type Platform } from './platforms.js';
import { baseSources, levelSource, sourceHash } from './source.js';

const run = promisify(execFile);

/** node-api-headers: the declarations of Node-API, and the list of its functions for Windows. */
export const NODE_API = dirname(createRequire(import.meta.url).resolve('node-api-headers'));

/** The linked file. Its name is part of it on Windows and macOS. */
export const FILE = 'charlstm.node';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** A compiler and a linker for one platform. */
export interface Tools {
  readonly platform: Platform;
  /** As the compiler names itself: "Debian clang version 19.1.7". */
  readonly compiler: string;
  /** The beginning of a command that compiles files to objects in the working folder. */
  readonly compile: Command;
  /** Sources for this platform alone. */
  readonly sources: readonly string[];
  /** Commands that link the objects to FILE, run one after the other in the folder of the objects. */
  link(objects: readonly string[]): readonly Command[];
}

/**
 * Builds the addon with each of these tools. All compilations run side by side.
 * @throws Error with the first line that says what failed
 */
export async function buildAddons(all: readonly Tools[]): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await inParallel(all.flatMap((tools) => compilations(tools, join(folder, nameOf(tools.platform)))));
    for (const tools of all) await link(tools, join(folder, nameOf(tools.platform)));
  });
}

/**
 * One job for each level, and one for the rest. A level is one file for the compiler: that takes half as long,
 * and levels cannot share names. Each job has a folder of its own, since objects are called after their sources.
 */
function compilations({ platform, compile, sources }: Tools, folder: string): (() => Promise<void>)[] {
  const job = (name: string, flags: readonly string[], files: readonly string[]) => async () => {
    const cwd = join(folder, name);
    await mkdir(cwd, { recursive: true });
    const include = ['-I', join(NODE_API, 'include')];
    await execute([...compile, ...FLAGS, ...include, ...flags, '-c', ...files], cwd);
  };
  const { kernels, binding } = levelSource();
  const included = kernels.flatMap((file) => ['-include', file]);
  const levels = Object.entries(LEVELS[platform.arch]).map(([level, flags]) =>
    job(level, [...flags, `-DLEVEL=${level}_attach`, ...bindings(), ...included], [binding]),
  );
  return [...levels, job('base', [], [...baseSources(), ...sources])];
}

async function link(tools: Tools, folder: string): Promise<void> {
  const name = nameOf(tools.platform);
  const path = prebuildPath(name);
  const objects = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.o'));
  for (const command of tools.link(objects.sort())) await execute(command, folder);
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, (temporary) => copyFile(join(folder, FILE), temporary));
  await record(name, { sha256: sha256Of(path), source: sourceHash(), compiler: tools.compiler });
}

/** What is known of the builds: nothing if checksums.json is damaged, since a build writes it again. */
export function knownPrebuilds(): Readonly<Record<string, Prebuild>> {
  try {
    return readPrebuilds();
  } catch {
    return {};
  }
}

/** Notes in checksums.json what is known of a platform's file, or that there is none. */
export async function record(platform: string, prebuild: Prebuild | undefined): Promise<void> {
  const { [platform]: _, ...others } = knownPrebuilds();
  const known = Object.entries(prebuild ? { ...others, [platform]: prebuild } : others);
  known.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`;
  await replaceFile(CHECKSUMS, (temporary) => writeFile(temporary, text));
}

async function execute([program, ...args]: Command, cwd: string): Promise<void> {
  try {
    await run(program, args, { cwd });
  } catch (error) {
    throw new Error(`${program}: ${firstLine(error as Error)}`);
  }
}

function firstLine(error: Error): string {
  const stderr = 'stderr' in error ? String(error.stderr) : '';
  const lines = (stderr || error.message).split('\n');
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? '').trim();
}

/** Runs as many of the jobs at a time as there are cores. */
async function inParallel(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = jobs.values();
  const worker = async () => {
    for (const job of waiting) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** Returns how a compiler or linker names itself. @throws Error with code ENOENT if there is no such program */
export async function versionOf(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version']);
  return stdout.split('\n', 1)[0]!.trim();
}
