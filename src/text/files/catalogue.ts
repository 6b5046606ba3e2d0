import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unlessRefused } from '../../errors.js';

/** A corpus that can be trained on by name. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly kind: 'prose' | 'verse' | 'list' | 'code';
  readonly language: string;
  /** Its files, in order: a path or glob within an npm package, or next to the catalogue. */
  readonly parts: readonly Part[];
  /** Whether its lines are broken at a fixed width, and joined in new runs. */
  readonly unwrap?: boolean;
  readonly characters: number;
  readonly licence: string;
}

interface Part {
  readonly package: string | null;
  /** The version of the package to install, where the files of another may lie elsewhere. */
  readonly version?: string;
  readonly path: string;
}

export const DEFAULT_CORPUS = 'moby-dick';

const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CORPORA = join(PACKAGE_ROOT, 'corpora');

/** Lists all corpora that have a name, installed or not. */
export function readCatalogue(): CatalogueEntry[] {
  return JSON.parse(readFileSync(join(CORPORA, 'catalogue.json'), 'utf8')) as CatalogueEntry[];
}

/** The command that adds a corpus; undefined if it is part of this package. */
export function installCommand({ parts }: CatalogueEntry): string | undefined {
  const packages = parts.flatMap(({ package: name, version }) => {
    if (name === null) return [];
    return version === undefined ? name : `${name}@${version}`;
  });
  return packages.length === 0 ? undefined : `npm install ${packages.join(' ')}`;
}

/** Finds the folder and path of each part; returns undefined if a package is not installed. */
export function locateCorpus(entry: CatalogueEntry): { folder: string; path: string }[] | undefined {
  const located: { folder: string; path: string }[] = [];
  for (const { package: name, path } of entry.parts) {
    const folder = name === null ? CORPORA : findPackage(name);
    if (folder === undefined) return undefined;
    located.push({ folder, path });
  }
  return located;
}

/** Finds an npm package in a node_modules folder above the working folder or above this program. */
function findPackage(name: string): string | undefined {
  const working = unlessRefused(() => process.cwd()) ?? PACKAGE_ROOT;
  for (const start of [working, PACKAGE_ROOT]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name);
      if (existsSync(candidate)) return candidate;
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}
