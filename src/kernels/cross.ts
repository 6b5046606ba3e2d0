/**
 * The tools of LLVM 19, which build the Node addon for every platform on any of them: no SDK, no headers of a
 * system and no C library is needed. The same source gives the same bytes, wherever it is built.
 */
import { join } from 'node:path';
import { type Command, FILE, NODE_API, type Tools, versionOf } from './addon.js';
import type { Platform } from './platforms.js';
import { KERNEL_SOURCE, KERNEL32, LIB_SYSTEM, WINDOWS_SOURCES } from './source.js';

const CLANG = 'clang-19';

/** All that is needed; Debian has them in the packages clang-19, lld-19 and llvm-19. */
export const PROGRAMS = [CLANG, 'ld.lld-19', 'ld64.lld-19', 'lld-link-19', 'llvm-dlltool-19'] as const;

interface System {
  /** In the name of the target, for each processor. */
  readonly target: Readonly<Record<Platform['arch'], string>>;
  readonly flags: readonly string[];
  /** Sources for this system alone. */
  readonly sources: readonly string[];
  link(arch: Platform['arch'], objects: readonly string[]): readonly Command[];
}

const LINUX: System = {
  target: { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' },
  flags: ['-fPIC'],
  sources: [],
  link: (_, objects) => {
    const shape = ['-shared', '-s', '--build-id=none', '--hash-style=gnu'];
    const safety = ['-z', 'noexecstack', '-z', 'relro', '-z', 'now'];
    return [['ld.lld-19', ...shape, ...safety, '-o', FILE, ...objects]];
  },
};

/** By the conventions of GNU, so that nothing of Microsoft's is needed. */
const WINDOWS: System = {
  target: { x64: 'x86_64-w64-windows-gnu', arm64: 'aarch64-w64-windows-gnu' },
  flags: ['-funwind-tables'],
  sources: WINDOWS_SOURCES,
  link: (arch, objects) => {
    const machine = { x64: 'i386:x86-64', arm64: 'arm64' }[arch];
    const functionsOf = (definition: string, library: string): Command => [
      'llvm-dlltool-19',
      ...['-m', machine, '-d', definition, '-l', library],
    ];
    const shape = [
      '/dll',
      '/noentry',
      `/machine:${arch}`,
      '/nodefaultlib',
      '/brepro',
      '/opt:ref',
      '/lldmingw',
    ];
    return [
      functionsOf(join(NODE_API, 'def/node_api.def'), 'node.lib'),
      functionsOf(KERNEL32, 'kernel32.lib'),
      [
        'lld-link-19',
        ...shape,
        '/delayload:node.exe',
        `/out:${FILE}`,
        ...objects,
        'node.lib',
        'kernel32.lib',
      ],
    ];
  },
};

/** The linker signs the file for arm64 ad hoc, without which macOS does not load it. */
const MACOS: System = {
  target: { x64: 'x86_64-apple-macos11', arm64: 'arm64-apple-macos11' },
  flags: [],
  sources: [],
  link: (arch, objects) => {
    const target = [
      '-arch',
      { x64: 'x86_64', arm64: 'arm64' }[arch],
      '-platform_version',
      'macos',
      '11.0',
      '11.0',
    ];
    const shape = [
      '-bundle',
      '-undefined',
      'dynamic_lookup',
      '-no_uuid',
      '-x',
      '-final_output',
      'charlstm.node',
    ];
    return [['ld64.lld-19', ...target, ...shape, '-o', FILE, ...objects, LIB_SYSTEM]];
  },
};

const SYSTEMS = { linux: LINUX, win32: WINDOWS, darwin: MACOS };

/** Returns what builds the addon for a platform. @throws Error with code ENOENT if clang is missing */
export async function crossTools(platform: Platform): Promise<Tools> {
  const { target, flags, sources, link } = SYSTEMS[platform.system];
  return {
    platform,
    compiler: await versionOf(CLANG),
    compile: [
      CLANG,
      `--target=${target[platform.arch]}`,
      ...['-nostdlibinc', '-Wall', '-Werror', `-ffile-prefix-map=${KERNEL_SOURCE}=`],
      ...flags,
    ],
    sources,
    link: (objects) => link(platform.arch, objects),
  };
}
