import type { Command } from 'commander';
import { type Missing, type NativeBuild, nativeBuild, nativeEngineAt } from '../engine/native.js';
import { speedOf } from '../engine/speed.js';
import { openWasmEngine } from '../engine/wasm.js';
import { harmlessLine, table } from '../format.js';
import { jsonOption } from './options.js';
import { printReport } from './output/console.js';

const ABOUT = `
The arithmetic is written in C and built in two ways: as native code for Linux,
Windows and macOS, on x64 (AVX2 or AVX-512) and arm64 processors, and as
WebAssembly, which runs everywhere at a third of the speed or half of it.

An engine is named after its bits. native-1 gives the same weights and texts, bit
for bit, on every machine; so does wasm-simd. They differ from each other by
rounding. A checkpoint records the engine, and --engine chooses one.

Examples:
  charlstm engine
  charlstm train novel.txt --engine wasm
  charlstm train --resume --engine native-1
`;

/** The levels of processors by the names that people know. */
const VECTORS: Readonly<Record<string, string>> = { avx512: 'AVX-512', avx2: 'AVX2', neon: 'NEON' };

/** `charlstm engine`: shows which build of the kernels runs here, why, and how fast it is. */
export function defineCommand(command: Command): void {
  command
    .addOption(jsonOption())
    .addHelpText('after', ABOUT)
    .action(({ json }: { json?: true }) => {
      const report = describe();
      printReport(json, report, () => asText(report));
    });
}

interface Report {
  /** The default engine. */
  readonly used: string;
  /** Which native build is used; null if there is none. */
  readonly native: NativeBuild | null;
  /** Why there is none; null if there is one. */
  readonly noNative: string | null;
  readonly engines: readonly {
    readonly name: string;
    /** GFLOPS on one core: of the matrix product, and the limit for work in registers alone. */
    readonly product: number;
    readonly peak: number;
  }[];
}

function describe(): Report {
  const native = nativeBuild();
  const isMissing = 'reason' in native;
  const engines = [...(isMissing ? [] : [nativeEngineAt(native.path, native.level)]), openWasmEngine()];
  return {
    used: engines[0]!.name,
    native: isMissing ? null : native,
    noNative: isMissing ? sentences(native) : null,
    engines: engines.map((engine) => ({ name: engine.name, ...speedOf(engine) })),
  };
}

function sentences({ reason, help }: Missing): string {
  return help === undefined ? `${reason}.` : `${reason}. ${help}`;
}

function asText({ used, native, noNative, engines }: Report): string {
  const rows = engines.map(({ name, product, peak }) => [
    name === used ? `${name} (used)` : name,
    product.toFixed(1),
    peak.toFixed(1),
    `${Math.round((100 * product) / peak)}%`,
  ]);
  const why =
    native === null
      ? `There is no native engine: ${harmlessLine(noNative ?? '')}`
      : `The native engine uses ${VECTORS[native.level] ?? native.level}; it was built by ` +
        `${harmlessLine(native.compiler)} and passed its self-check.`;
  return `${why}\n\n${table([['engine', 'matrix product', 'peak', 'share'], ...rows])}\n\nGFLOPS on one core.\n`;
}
