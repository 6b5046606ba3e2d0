/**
 * Compiles the kernels to WebAssembly. The C compiler itself runs in WebAssembly, so `npm ci` is all a
 * developer needs. The `build` script runs this after `tsc`; the package contains the compiled modules.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { commands, Exit, type RunOptions, runLLVM, type Tree } from '@yowasp/clang';

const SOURCE = new URL('../../src/kernels/', import.meta.url);
const TARGET = new URL('./', import.meta.url);

const COMPILE = [
  '--target=wasm32',
  '-std=c11',
  '-O3',
  '-ffreestanding',
  '-fno-math-errno',
  '-Wall',
  '-Werror',
  '-msimd128',
  '-matomics',
  '-mbulk-memory',
];
// The caller provides the memory, shared and at most 4 GiB. Its first 256 KiB hold the C stack
// (engine/arena.ts).
const LINK = [
  '--no-entry',
  '--import-memory',
  '--shared-memory',
  '--max-memory=4294967296',
  '--gc-sections',
  '--export=__stack_pointer',
  '-z',
  'stack-size=262144',
];

async function build(sources: Tree): Promise<void> {
  const messages: Uint8Array[] = [];
  const options: RunOptions = { stdout: null, stderr: (bytes) => bytes && messages.push(bytes) };
  const cFiles = Object.keys(sources).filter((file) => file.endsWith('.c'));
  let files = sources;
  const run = async (tool: 'clang' | 'wasm-ld', flags: string[]) => {
    files = (await commands[tool](flags, files, options)) ?? files;
  };
  try {
    for (const file of cFiles) {
      await run('clang', [...COMPILE, '-c', file, '-o', `${file}.o`]);
    }
    await run('wasm-ld', [...LINK, ...cFiles.map((file) => `${file}.o`), '-o', 'kernels.wasm']);
  } catch (error) {
    if (error instanceof Exit) throw new Error(`kernels do not compile:\n${Buffer.concat(messages)}`);
    throw error;
  }
  await writeFile(new URL('simd.wasm', TARGET), files['kernels.wasm'] as Uint8Array);
}

await runLLVM(undefined, {}, { fetchProgress: () => {} }); // loads the compiler without progress messages
const sources: Tree = {};
for (const file of (await readdir(SOURCE)).filter((name) => /\.[ch]$/.test(name))) {
  sources[file] = await readFile(new URL(file, SOURCE), 'utf8');
}
await build(sources);
