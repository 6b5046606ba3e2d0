import type { Command } from 'commander';
import { openEngine } from '../engine/engine.js';
import type { Engine } from '../engine/kernels.js';
import { openNativeEngine } from '../engine/native.js';
import { speedOf } from '../engine/speed.js';
import { openWasmEngine } from '../engine/wasm.js';
import { harmlessLine, table } from '../format.js';
import { jsonOption } from './options.js';
import { printReport } from './output/console.js';

const ABOUT = `
The arithmetic is written in C and built in two ways: as WebAssembly, which runs
everywhere, and as native code, which is several times faster. The package has
native code for Linux, Windows and macOS, on x64 and arm64. In a checkout,
"npm ci" builds that of the machine if there is a C compiler.

Examples:
  charlstm engine
  charlstm train novel.txt --engine wasm
`;

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
  /** Why there is no native engine; null if there is one. */
  readonly noNative: string | null;
  readonly engines: readonly {
    readonly name: string;
    /** GFLOPS on one core: of the matrix product, and the limit for work in registers alone. */
    readonly product: number;
    readonly peak: number;
  }[];
}

function describe(): Report {
  const native = openNativeEngine();
  const engines: Engine[] = 'engine' in native ? [native.engine] : [];
  engines.push(openWasmEngine());
  return {
    used: openEngine().name,
    noNative: 'reason' in native ? native.reason : null,
    engines: engines.map((engine) => ({ name: engine.name, ...speedOf(engine) })),
  };
}

function asText({ used, noNative, engines }: Report): string {
  const rows = engines.map(({ name, product, peak }) => [
    name === used ? `${name} (used)` : name,
    product.toFixed(1),
    peak.toFixed(1),
    `${Math.round((100 * product) / peak)}%`,
  ]);
  const why =
    noNative === null
      ? 'The native engine passed its self-check.'
      : `There is no native engine: ${harmlessLine(noNative)}.`;
  return `${why}\n\n${table([['engine', 'matrix product', 'peak', 'share'], ...rows])}\n\nGFLOPS on one core.\n`;
}
