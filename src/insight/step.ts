import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { CELLS } from '../model/cells.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';
import { sumOf } from '../numbers.js';
import { indexOfLargest } from '../sample/choose.js';
import type { State } from '../sample/reader.js';
import { type Parts, partsOf, tensor } from './parts.js';

/** What a layer remembers. */
export type Memory = State[number];

/** One character in one layer. */
export interface LayerStep {
  /** x: the embedding of the character (E), or what the layer below hands up (H). */
  readonly input: Float32Array;
  readonly before: Memory;
  readonly after: Memory;
  /** (G): the activations, gate after gate in the order of the cell's table. */
  readonly gates: Float32Array;
  /** What they were taken of, made again in float64. */
  readonly parts: Parts;
  /** (H): what goes to the layer above or to the decoder: h or, with residual connections, x + h. */
  readonly handedUp: Float32Array;
}

/** One character that was read, and all numbers on its way. The arrays are its own. */
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
 * Reads one character, after others or from zero state. All but `parts` are the network's own numbers, to the bit.
 * @param before what each layer remembers of the characters before; zeros where it is not given
 * @throws RangeError where there is no such character
 */
export function stepAfter(model: CharacterModel, before: readonly Memory[] | undefined, id: number): Step {
  const character = model.vocabulary.character(id);
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

function layersOf(model: CharacterModel, network: Network, states: readonly Memory[], id: number) {
  const { embedding: size, residual = false, cell } = model.config;
  const embedding = tensor(model, 'embedding.weight').slice(id * size, (id + 1) * size);
  let input = embedding;
  const layers = states.map((before, layer): LayerStep => {
    const h = network.hidden(layer).slice();
    const c = CELLS[cell].hasCellState ? network.cells(layer).slice() : new Float32Array();
    const gates = network.gates(layer).slice();
    const entered = input;
    const parts = partsOf(model, layer, {
      input: entered,
      hBefore: before.h,
      cBefore: before.c,
      c,
      gates,
    });
    // In float32, as the kernels add.
    const handedUp = residual && layer > 0 ? h.map((value, i) => value + entered[i]!) : h;
    input = handedUp;
    return { input: entered, before, after: { h, c }, gates, parts, handedUp };
  });
  return { embedding, layers };
}

/** Reads characters from zero state, and tells of each all numbers on its way. @throws RangeError as `stepAfter` */
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
  /** exp((logit - the largest) / T), in proportion to the probability. At T = 0: 1 for the likeliest alone. */
  readonly weight: number;
  readonly probability: number;
}

/** What may come next, the likeliest first: softmax of the logits divided by the temperature. */
export interface Distribution {
  readonly temperature: number;
  /** The sum of all weights. */
  readonly total: number;
  readonly characters: readonly NextCharacter[];
}

/**
 * @param logits (V)
 * @param temperature at least 0
 * @throws UserError where no logit is a number
 */
export function distributionOf(
  { vocabulary }: Pick<CharacterModel, 'vocabulary'>,
  logits: Float32Array,
  temperature: number,
): Distribution {
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
