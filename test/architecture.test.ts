import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** A module may import from its own layer and from earlier ones. */
const LAYERS = [
  [
    'errors.ts',
    'random.ts',
    'numbers.ts',
    'options.ts',
    'format.ts',
    'files.ts',
    'rename.ts',
    'regular.ts',
    'thread.ts',
    'cache-folder.ts',
    'words.ts',
  ],
  ['engine', 'text'],
  ['model', 'baseline'],
  ['checkpoint'],
  ['sample'],
  ['train', 'insight'],
  ['experiments'],
  ['worker', 'ui', 'doctor'],
  ['prepare'],
  ['api'],
  ['index.ts', 'cli'],
];
/** Modules that must not know each other, although their layers would allow it. */
const STRANGERS: [string, string][] = [
  ['text', 'model'],
  ['text', 'engine'],
  ['model', 'text'],
  ['engine', 'text'],
  ['train', 'insight'],
  ['insight', 'train'],
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !name.startsWith('kernels/'))
  .sort();

const ANY_IMPORT = /\b(?:from |import\()'(\.[^']+)\.js'/g;

function importsOf(file: string, how = ANY_IMPORT): string[] {
  const source = readFileSync(join(SRC, file), 'utf8');
  const paths = [...source.matchAll(how)].map((match) => join(dirname(file), match[1]!));
  return paths.map((path) => (files.includes(`${path}.tsx`) ? `${path}.tsx` : `${path}.ts`));
}

const part = (file: string) => file.split('/')[0]!;
const layerOf = (file: string) => LAYERS.findIndex((layer) => layer.includes(part(file)));

it('every module belongs to a layer', () => {
  expect(files.filter((file) => layerOf(file) < 0)).toEqual([]);
});

it('imports point to the same layer or to one before it', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => layerOf(target) > layerOf(file))
      .map((target) => `${file} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

it('text and networks do not know each other, nor do training and insight', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => STRANGERS.some(([from, to]) => part(file) === from && part(target) === to))
      .map((target) => `${file} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

it('screens import from training and insight only the types of events and findings', () => {
  const base = LAYERS[0]!;
  const isKnown = (target: string) => target === 'train/events.ts' || part(target) === 'insight';
  const wrong = files
    .filter((file) => part(file) === 'ui')
    .flatMap((file) => {
      const types = importsOf(file, /\bimport type \{[^}]*\} from '(\.[^']+)\.js'/g).filter(isKnown);
      return importsOf(file)
        .filter((target) => part(target) !== 'ui' && !base.includes(target) && !types.includes(target))
        .map((target) => `${file} -> ${target}`);
    });
  expect(wrong).toEqual([]);
});

it('there are no import cycles', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    expect(trail, `a cycle: ${[...trail, file].join(' -> ')}`).not.toContain(file);
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

it('no module has more than 300 lines', () => {
  const long = files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 300);
  expect(long).toEqual([]);
});
