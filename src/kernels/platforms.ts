/** How the Node addon is built: one file for each platform, with every level of vectors. */

/** Like Node's `process.platform` and `process.arch`. */
export interface Platform {
  readonly system: 'linux' | 'win32' | 'darwin';
  readonly arch: 'x64' | 'arm64';
}

export const PLATFORMS: readonly Platform[] = (['linux', 'win32', 'darwin'] as const).flatMap((system) =>
  (['x64', 'arm64'] as const).map((arch) => ({ system, arch })),
);

/** Returns the name of a platform and of its folder, as node-gyp-build looks for it: "linux-x64". */
export const nameOf = ({ system, arch }: Platform): string => `${system}-${arch}`;

/** The levels of vectors of kernels/addon/levels.c, with the flags of each. */
export const LEVELS: Readonly<Record<Platform['arch'], Readonly<Record<string, readonly string[]>>>> = {
  x64: { avx512: ['-march=x86-64-v4'], avx2: ['-march=x86-64-v3'] },
  arm64: { neon: [] },
};

/**
 * For every compiler and platform. The bits of results depend on -ffp-contract (see vector.h). The addon needs
 * nothing of a C library, so that a file built for Linux runs with any.
 */
export const FLAGS: readonly string[] = [
  '-O3',
  '-std=gnu11',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-ffreestanding',
  '-fno-stack-protector',
  '-fvisibility=hidden',
];
