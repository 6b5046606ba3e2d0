import { type Refuse, refuser } from '../errors.js';
import { excerpt } from '../format.js';
import { CELL_NAMES, CELLS, type CellName } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { MOMENTS } from '../model/optimizer.js';
import { parameterTable } from '../model/parameters.js';
import { describeRange, isInRange } from '../numbers.js';
import { MOST_DATA } from './checkpoint.js';
import type { Place } from './header.js';
import { checkTensors, moduleTensors } from './module.js';
import { NETWORK, VOCABULARY_SIZE } from './options.js';
import { withForeignTensors } from './safetensors.js';

/** A network that another program trained. */
export interface ImportedNetwork {
  readonly config: ModelConfig;
  /** In the order of the parameter table. */
  readonly values: Float32Array;
  /** The file's metadata. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The cells with a PyTorch module of the same name. */
const MODULES = CELL_NAMES.filter((cell) => CELLS[cell].module === cell);

/** Bytes per parameter in training: its value, its gradient and its moments. */
const TRAINED = (2 + MOMENTS.length) * Float32Array.BYTES_PER_ELEMENT;

/**
 * Reads the state_dict of a PyTorch module with `embedding` (torch.nn.Embedding), `lstm`, `rnn` or `gru`
 * (torch.nn.LSTM, RNN or GRU) and `decoder` (torch.nn.Linear) from a safetensors file. All may be nested in
 * the same outer modules. A module called `rnn` may be any of the three, as its number of rows shows.
 * @throws UserError with the name of a tensor that is missing, unexpected, of the wrong shape, or not finite
 */
export function readImported(path: string): Promise<ImportedNetwork> {
  const hint = 'See "From and to PyTorch" in docs/reference/checkpoints.md for what can be imported.';
  const refuse = refuser(`${path} cannot be imported`, hint);
  return withForeignTensors(path, async (file) => {
    const { config, outer, module } = foundIn(file.places, refuse);
    const { count } = parameterTable(config);
    if (TRAINED * count > MOST_DATA) refuse(`it has ${count} parameters, more than can be trained`);
    const ownModule = `${CELLS[config.cell].module}.`;
    const rows = new Map(
      moduleTensors(config).map((row) => [outer + row.name.replace(ownModule, `${module}.`), row]),
    );
    const missing = (name: string) =>
      `it has no tensor ${excerpt(name)}${name.includes('bias') ? ' (bias=False?)' : ''}`;
    checkTensors(file.places, rows, refuse, missing);
    const values = new Float32Array(count);
    for await (const { name, data } of file.tensors()) {
      const { start, length } = rows.get(name)!;
      const own = values.subarray(start, start + length);
      // The two biases are added, in either order.
      for (let i = 0; i < length; i++) own[i]! += data[i]!;
      if (!own.every(Number.isFinite)) {
        refuse(`tensor ${name} has numbers that are not finite in 32 bits, alone or with its second bias`);
      }
    }
    return { config, values, metadata: file.metadata };
  });
}

/**
 * Infers the network's configuration, the prefix of its tensor names, and the name of its recurrent module.
 */
function foundIn(
  places: readonly Place[],
  refuse: Refuse,
): { config: ModelConfig; outer: string; module: string } {
  const outer = outerName(places, refuse);
  const found = new Map(places.map((place) => [place.name, place]));
  const sizesOf = (name: string): [rows: number, columns: number] => {
    const { shape } = found.get(outer + name) ?? refuse(`it has no tensor ${excerpt(outer + name)}`);
    const [rows, columns] = shape;
    if (rows !== undefined && columns !== undefined && shape.length === 2) return [rows, columns];
    return refuse(`tensor ${excerpt(outer + name)} has ${shape.length} dimensions, not 2`);
  };
  const [vocabulary, embedding] = sizesOf('embedding.weight');
  const modules = MODULES.filter((name) => places.some((place) => place.name.startsWith(`${outer}${name}.`)));
  if (modules.length !== 1) {
    const what = modules.length === 0 ? `none of ${MODULES.join(', ')}` : `both ${modules.join(' and ')}`;
    refuse(`in addition to ${excerpt(outer)}embedding it has ${what}`);
  }
  const module = modules[0]!;
  refuseVariants(places, refuse);
  const [gateRows, hidden] = sizesOf(`${module}.weight_hh_l0`);
  const layers = places.filter(({ name }) => name.startsWith(`${outer}${module}.weight_hh_l`)).length;
  const config = {
    cell: cellOf(module, gateRows, hidden),
    vocabulary,
    embedding,
    hidden,
    layers,
    dropout: 0,
  };
  const { embedding: e, hidden: h, layers: l } = NETWORK;
  const ranges = { vocabulary: VOCABULARY_SIZE, embedding: e.kind, hidden: h.kind, layers: l.kind };
  for (const [name, range] of Object.entries(ranges)) {
    const size = config[name as keyof typeof ranges];
    if (!isInRange(size, range)) {
      refuse(`judging by its tensors, its ${name} is ${size}, not ${describeRange(range)}`);
    }
  }
  return { config, outer, module };
}

/** The prefix that all tensor names share: "" or, for example, "module.". */
function outerName(places: readonly Place[], refuse: Refuse): string {
  const INNER = 'embedding.weight';
  const [first, second] = places
    .map(({ name }) => name)
    .filter((name) => name === INNER || name.endsWith(`.${INNER}`));
  if (first === undefined) return refuse(`it has no tensor ${INNER}`);
  if (second !== undefined) refuse(`both ${excerpt(first)} and ${excerpt(second)} could be its embedding`);
  const outer = first.slice(0, -INNER.length);
  const strange = places.find(({ name }) => !name.startsWith(outer));
  if (strange) refuse(`tensor ${excerpt(strange.name)} is not within ${excerpt(outer)}, as ${INNER} is`);
  return outer;
}

/** Refuses variants of PyTorch's modules that have no counterpart here. */
function refuseVariants(places: readonly Place[], refuse: Refuse): void {
  for (const { name } of places) {
    if (/\.weight_hr_l\d+/.test(name)) refuse(`tensor ${excerpt(name)} belongs to a projection (proj_size)`);
    if (/_l\d+_reverse$/.test(name)) {
      refuse(`tensor ${excerpt(name)} reads backwards (bidirectional), but later characters are not known`);
    }
  }
}

/** Infers the cell from the number of rows of a module's matrices. */
function cellOf(module: CellName, gateRows: number, hidden: number): CellName {
  const gatesOf = (cell: CellName) => CELLS[cell].gates(false).length;
  if (module !== 'rnn') return module;
  return MODULES.find((cell) => gatesOf(cell) * hidden === gateRows) ?? module;
}
