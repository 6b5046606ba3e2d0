import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { CELLS } from '../model/cells.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';
import { sumOf } from '../numbers.js';
import { indexOfLargest } from '../sample/choose.js';
import type { NetworkState } from '../sample/reader.js';
import { type Parts, partsOf, tensor } from './parts.js';

/** The state of one layer. */
export type Memory = NetworkState[number];

/** One character in one layer. */
export interface LayerStep {
  /** x: the embedding of the character (E), or the output of the layer below (H). */
  readonly input: Float32Array;
  readonly before: Memory;
  readonly after: Memory;
  /** (G): the activations, gate after gate in the cell's own order. */
  readonly gates: Float32Array;
  /** The terms inside the activations, recomputed in float64. */
  readonly parts: Parts;
  /** (H): the output to the layer above or the decoder: h or, with residual connections, x + h. */
  readonly handedUp: Float32Array;
}

/** One character read, with all numbers on its way through the network. The arrays are copies. */
export interface Step {
  readonly id: number;
  readonly character: string;
  /** (E) */
  readonly embedding: Float32Array;
  /** The first layer first. */
  readonly layers: readonly LayerStep[];
  /** (V) */
  readonly logits: Float32Array;
}

const idleNetworks = new Pool<CharacterModel, Network>();

/**
 * Reads one character, after others or from zero state. All numbers except `parts` are bit-identical to the
 * network's own.
 * @param before the state of each layer after the previous characters; zeros if undefined
 * @throws RangeError naming an id that does not exist, or a state of another shape
 */
export function stepAfter(model: CharacterModel, before: readonly Memory[] | undefined, id: number): Step {
  const character = model.vocabulary.character(id);
  checkStates(model, before);
  const shape = { rows: 1, steps: 1, training: false };
  const network = idleNetworks.take(model, () => new Network(model.weights, shape));
  try {
    network.resetState();
    const states = network.layers.map(({ state }, layer) => {
      const from = before?.[layer];
      if (from) state.h.set(from.h);
      if (from) state.c.set(from.c);
      return { h: state.h.slice(), c: state.c.slice() };
    });
    network.forward(Uint32Array.of(id));
    return { id, character, ...layersOf(model, network, states, id), logits: network.logits.slice() };
  } finally {
    idleNetworks.giveBack(model, network);
  }
}

function checkStates({ config }: CharacterModel, states: readonly Memory[] | undefined): void {
  if (states === undefined) return;
  const { layers, hidden } = config;
  if (states.length !== layers) throw new RangeError(`before has ${states.length} layers, not ${layers}`);
  const wrong = states.find(({ h }) => h.length !== hidden);
  if (wrong) throw new RangeError(`before has ${wrong.h.length} units in a layer, not ${hidden}`);
}

function layersOf(model: CharacterModel, network: Network, states: readonly Memory[], id: number) {
  const { embedding: size, residual = false, cell } = model.config;
  const embedding = tensor(model, 'embedding.weight').slice(id * size, (id + 1) * size);
  let input = embedding;
  const layers = states.map((before, layer): LayerStep => {
    const h = network.hidden(layer).slice();
    const c = CELLS[cell].hasCellState ? network.cells(layer).slice() : new Float32Array();
    const gates = network.gates(layer).slice();
    const entered = input;
    const parts = partsOf(model, layer, { input: entered, hBefore: before.h, cBefore: before.c, c, gates });
    // Added in float32, as the kernels do.
    const handedUp = residual && layer > 0 ? h.map((value, i) => value + entered[i]!) : h;
    input = handedUp;
    return { input: entered, before, after: { h, c }, gates, parts, handedUp };
  });
  return { embedding, layers };
}

/** Reads characters from zero state and yields all numbers of each. @throws RangeError as `stepAfter` does */
export function* steps(model: CharacterModel, ids: Iterable<number>): Generator<Step> {
  let before: readonly Memory[] | undefined;
  for (const id of ids) {
    const step = stepAfter(model, before, id);
    yield step;
    before = step.layers.map(({ after }) => after);
  }
}

/** A character that may come next. */
export interface NextCharacter {
  readonly id: number;
  readonly character: string;
  readonly logit: number;
  /** exp((logit - largest) / T), proportional to the probability; at T = 0, 1 for the likeliest alone. */
  readonly weight: number;
  readonly probability: number;
}

/** The characters that may come next, the likeliest first: softmax of logits / temperature. */
export interface Distribution {
  readonly temperature: number;
  /** The sum of all weights. */
  readonly total: number;
  readonly characters: readonly NextCharacter[];
}

/**
 * Returns the distribution of the next character.
 * @param logits (V)
 * @param temperature at least 0
 * @throws RangeError for a temperature below 0, or for logits of another vocabulary
 * @throws UserError if no logit is a number
 */
export function distributionOf(
  { vocabulary }: Pick<CharacterModel, 'vocabulary'>,
  logits: Float32Array,
  temperature: number,
): Distribution {
  if (!(temperature >= 0)) throw new RangeError(`temperature is ${temperature}, not a number of at least 0`);
  if (logits.length !== vocabulary.size) {
    throw new RangeError(`there are ${logits.length} logits for ${vocabulary.size} characters`);
  }
  const largest = logits[indexOfLargest(logits)]!;
  const order = Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const weights = order.map((id, rank) =>
    temperature === 0 ? Number(rank === 0) : Math.exp((logits[id]! - largest) / temperature),
  );
  const total = sumOf(weights);
  const characters = order.map((id, rank) => ({
    id,
    character: vocabulary.character(id),
    logit: logits[id]!,
    weight: weights[rank]!,
    probability: weights[rank]! / total,
  }));
  return { temperature, total, characters };
}
