// The global setup of vitest: tests import src/, but the program and helper threads that they start run
// dist/.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** When a file was last written; 0 if it does not exist. */
const written = (path: string) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** What is built from a source file. */
function builtFrom(source: string): string {
  if (/\.[chS]$/.test(source)) return 'dist/kernels/simd.wasm';
  return join('dist', source.replace(/\.tsx?$/, '.js'));
}

/** Refuses to test against a build that is missing or older than its source. */
export function setup(): void {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const stale = sources.find(
    (source) =>
      /(?<!\.d)\.(?:tsx?|[chS])$/.test(source) && written(join('src', source)) > written(builtFrom(source)),
  );
  if (stale === undefined) return;
  const build = /\.[chS]$/.test(stale) ? 'npm run build' : 'npx tsc -p tsconfig.json';
  throw new Error(`dist/ is older than src/${stale}: run ${build}`);
}
