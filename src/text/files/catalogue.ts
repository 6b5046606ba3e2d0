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
  /** Its files, in order: a path or glob within an npm package, or within the folder of the catalogue. */
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
/** Texts of npm packages, copied when the package is packed (corpora/copy-texts.ts). */
export const COPIES = join(CORPORA, 'packages');

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

/** Finds the folder of an npm package, or of the copy of its texts that is part of this package. */
function findPackage(name: string): string | undefined {
  return placesOf(name).find((folder) => existsSync(folder));
}

/**
 * The folders that may hold an npm package. A checkout has the texts as dependencies, and what was copied for
 * its last tarball comes after them; the installed package has only the copies. Users add other texts to the
 * folder they work in, or install them next to this program.
 */
function placesOf(name: string): string[] {
  const working = unlessRefused(() => process.cwd()) ?? PACKAGE_ROOT;
  const above = [...foldersAbove(working), ...foldersAbove(PACKAGE_ROOT)];
  return [
    join(PACKAGE_ROOT, 'node_modules', name),
    join(COPIES, name),
    ...above.map((folder) => join(folder, 'node_modules', name)),
  ];
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
