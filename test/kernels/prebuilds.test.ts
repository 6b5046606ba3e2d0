// What is in the native kernels of each platform, as far as they have been built here.

import { readdirSync, readFileSync } from 'node:fs';
import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { PREBUILDS, prebuildPath, readPrebuilds, sha256Of } from '../../src/engine/prebuilds.js';
import { codeDirectoryOf } from '../helpers/mach-o.js';

const prebuilds = Object.entries(readPrebuilds());
const hasReader = !execaSync('llvm-readobj-19', ['--version'], { reject: false }).failed;
if (!hasReader) console.warn('the symbols of native kernels are not checked: llvm-readobj-19 is missing');

/** Lines that LLVM's tools print about a file. */
function lines(program: string, ...args: string[]): string[] {
  return execaSync(`${program}-19`, args)
    .stdout.split('\n')
    .map((line) => line.trim());
}

/** What a line of llvm-readobj says after a title. */
const after = (title: string, all: string[]) =>
  all.filter((line) => line.startsWith(title)).map((line) => line.slice(title.length).split(' ')[0]!);

const ENTRIES = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Names of functions without the underscore that macOS puts before them. */
function symbols(kind: 'defined' | 'undefined', path: string, ...flags: string[]): string[] {
  return lines('llvm-nm', `--${kind}-only`, '--extern-only', '--format=just-symbols', ...flags, path)
    .filter((name) => name !== '')
    .map((name) => name.replace(/^_/, ''));
}

const isNodes = (name: string) => name.startsWith('napi_');

it('each file has the checksum that is noted for it, and no file is without', () => {
  const folders = readdirSync(PREBUILDS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(prebuilds.map(([platform]) => platform).sort());
  for (const [platform, { sha256 }] of prebuilds) expect(sha256Of(prebuildPath(platform))).toBe(sha256);
});

describe.runIf(hasReader).each(prebuilds.map(([platform]) => platform))('%s', (platform) => {
  const path = prebuildPath(platform);

  it.runIf(platform.startsWith('linux'))('needs only Node, no C library, and has no executable stack', () => {
    const needed = symbols('undefined', path, '--dynamic');
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter((name) => !isNodes(name))).toEqual([]);
    expect(symbols('defined', path, '--dynamic')).toEqual(ENTRIES);
    expect(lines('llvm-readobj', '--needed-libs', path).join(' ')).toMatch(/NeededLibraries \[ ?\]/);
    expect(lines('llvm-readelf', '--program-headers', '--wide', path).join('\n')).toMatch(
      /GNU_STACK .* RW +0x/,
    );
  });

  it.runIf(platform.startsWith('win32'))('needs only Node and how to find it, whatever its name is', () => {
    const report = lines('llvm-readobj', '--coff-imports', '--coff-exports', path);
    expect(after('Name: ', report)).toEqual(['KERNEL32.dll', 'NODE.EXE', ...ENTRIES]);
    const [first, second, ...others] = after('Symbol: ', report);
    expect([first, second]).toEqual(['GetModuleHandleW', 'GetProcAddress']);
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((name) => !isNodes(name))).toEqual([]);
  });

  it.runIf(platform.startsWith('darwin'))('needs only Node and the system’s dynamic linker', () => {
    const needed = symbols('undefined', path);
    expect(needed.length).toBeGreaterThan(1);
    expect(needed.filter((name) => !isNodes(name))).toEqual(['dyld_stub_binder']);
    expect(symbols('defined', path)).toEqual(ENTRIES);
    expect(after('/', lines('llvm-readobj', '--needed-libs', path))).toEqual(['usr/lib/libSystem.B.dylib']);
  });
});

it.runIf('darwin-arm64' in readPrebuilds())(
  'the file for Macs with arm64 is signed ad hoc, and its pages are',
  () => {
    const file = readFileSync(prebuildPath('darwin-arm64'));
    const directory = codeDirectoryOf(file);
    expect(directory).toMatchObject({ isAdHoc: true, hasRightHashes: true });
    expect(directory!.limit).toBe(directory!.signature); // all that comes before the signature
    file[5000]! ^= 1;
    expect(codeDirectoryOf(file)).toMatchObject({ hasRightHashes: false });
  },
);
