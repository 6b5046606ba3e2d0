import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A corpus that can be trained by name. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** Its files, in order: a path (or a glob) within an npm package, or beside the catalogue for a text of ours. */
  readonly parts: readonly { readonly package: string | null; readonly path: string }[];
  readonly characters: number;
  readonly licence: string;
}

export const DEFAULT_CORPUS = 'moby-dick';

const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPORA = join(PACKAGE_ROOT, 'corpora');

/** All corpora with a name, installed or not. */
export function readCatalogue(): CatalogueEntry[] {
  return JSON.parse(readFileSync(join(CORPORA, 'catalogue.json'), 'utf8')) as CatalogueEntry[];
}

/** The packages that carry an entry. */
export function packagesOf(entry: CatalogueEntry): string[] {
  return entry.parts.flatMap((part) => part.package ?? []);
}

/** Each part's folder and path, or undefined where a package is not installed. */
export function locateCorpus(entry: CatalogueEntry): { folder: string; path: string }[] | undefined {
  const located = entry.parts.map(({ package: name, path }) => ({
    folder: name === null ? CORPORA : findPackage(name),
    path,
  }));
  return located.every((part): part is { folder: string; path: string } => part.folder !== undefined)
    ? located
    : undefined;
}

/** Where npm put a package: above the working folder, or above this program. */
function findPackage(name: string): string | undefined {
  for (const start of [process.cwd(), PACKAGE_ROOT]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name);
      if (existsSync(candidate)) return candidate;
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}
