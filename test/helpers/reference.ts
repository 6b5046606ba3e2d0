// A slow float64 reference for every network that the program trains, one statement per formula. It shares
// nothing with src but the names of parameters and options, so that a mistake there cannot hide here.
// reference.test.ts checks its gradients with central differences and reference-pytorch.test.ts compares it
// with PyTorch.
//
// Sequences are time-major: position n = t * rows + b is step t of row b. A row that reads the symbol `end` of a
// collection of texts does so from zero state; the ids after it are labels, which are not predicted.

import type { ModelConfig } from '../../src/model/config.js';
import { type Calculation, calculation, type Variable } from './autodiff.js';

/** Both [layers, rows, hidden]; c stays as it is in cells without a cell state. */
export interface ReferenceState {
  h: Float64Array;
  c: Float64Array;
}

/** Inputs and targets are ids, [steps, rows]. */
export interface ReferenceWindow {
  readonly inputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly rows: number;
  readonly steps: number;
  /**
   * The state that the window starts from, zero by default. No gradient flows into it: BPTT is truncated
   * there.
   */
  readonly state?: ReferenceState;
  /**
   * For each layer the [steps, rows, hidden] factors of its dropout, which apply to the output for the next
   * layer or the decoder, not to the state for the next step.
   */
  readonly masks?: readonly Float64Array[] | undefined;
}

export interface ReferenceResult {
  /** Mean cross-entropy in nats over the positions whose target is not a label. */
  readonly loss: number;
  /** d loss / d parameter, under the parameters' names and in their shapes. */
  readonly gradients: Map<string, Float64Array>;
  /** The state after the last step, before any dropout. */
  readonly state: ReferenceState;
  /** [steps, rows, vocabulary]. */
  readonly logits: Float64Array;
}

/** The state of one row of one layer, [H] each. */
interface CellState {
  readonly h: Variable;
  readonly c: Variable;
}

const moduleOf = ({ cell }: ModelConfig) => (cell === 'peephole' ? 'lstm' : cell);

function gateCount({ cell, coupled }: ModelConfig): number {
  if (cell === 'rnn') return 1;
  return cell === 'gru' || coupled ? 3 : 4;
}

/** Every parameter's name and shape, in PyTorch's order. */
export function parameterShapes(config: ModelConfig): Map<string, number[]> {
  const { cell, vocabulary, embedding, hidden, layers, layerNorm } = config;
  const width = gateCount(config) * hidden;
  const shapes = new Map<string, number[]>([['embedding.weight', [vocabulary, embedding]]]);
  for (let l = 0; l < layers; l++) {
    const add = (name: string, ...shape: number[]) => shapes.set(`${moduleOf(config)}.${name}_l${l}`, shape);
    add('weight_ih', width, l === 0 ? embedding : hidden);
    add('weight_hh', width, hidden);
    add('bias_ih', width);
    if (cell === 'gru') add('bias_hh', width);
    if (cell === 'peephole') add('weight_peephole', width - hidden);
    if (layerNorm) add('norm_ih', width);
    if (layerNorm) add('norm_hh', width);
  }
  shapes.set('decoder.weight', [vocabulary, hidden]);
  shapes.set('decoder.bias', [vocabulary]);
  return shapes;
}

/** Zero h and c for all layers and rows. */
export function zeroState({ layers, hidden }: ModelConfig, rows: number): ReferenceState {
  const zeros = () => new Float64Array(layers * rows * hidden);
  return { h: zeros(), c: zeros() };
}

/** Computes one window forward and back through time. Does not change its arguments. */
export function forwardBackward(...args: Parameters<typeof forward>): ReferenceResult {
  const { loss, state, logits, backward } = forward(...args);
  return { loss, gradients: backward(), state, logits };
}

/** Computes one window; `backward` computes the gradients and can be called once. */
export function forward(
  config: ModelConfig,
  parameters: ReadonlyMap<string, Float64Array>,
  window: ReferenceWindow,
): Omit<ReferenceResult, 'gradients'> & { readonly backward: () => Map<string, Float64Array> } {
  const { inputs, targets, rows, masks, state = zeroState(config, rows) } = window;
  checkLengths(config, parameters, { ...window, state });
  const { embedding, hidden, layers, residual, end = config.vocabulary } = config;
  const operations = calculation();
  const variables = new Map(
    [...parameterShapes(config).keys()].map((name) => [name, operations.variable(parameters.get(name)!)]),
  );
  const named = (name: string) => variables.get(name)!;
  const after = zeroState(config, rows);

  let sequence = Array.from(inputs, (id) =>
    operations.slice(named('embedding.weight'), id * embedding, (id + 1) * embedding),
  );
  for (let l = 0; l < layers; l++) {
    const step = cellStep(config, operations, (name) => named(`${moduleOf(config)}.${name}_l${l}`));
    const place = (row: number) => [(l * rows + row) * hidden, (l * rows + row + 1) * hidden] as const;
    const states = Array.from({ length: rows }, (_, row): CellState => {
      const [from, to] = place(row);
      return {
        h: operations.variable(state.h.subarray(from, to)),
        c: operations.variable(state.c.subarray(from, to)),
      };
    });
    sequence = sequence.map((x, n) => {
      const zero = () => operations.variable(new Float64Array(hidden));
      const next = step(x, inputs[n] === end ? { h: zero(), c: zero() } : states[n % rows]!);
      states[n % rows] = next;
      const mask = masks && operations.variable(masks[l]!.subarray(n * hidden, (n + 1) * hidden));
      const output = mask ? operations.times(next.h, mask) : next.h;
      return residual && l > 0 ? operations.plus(output, x) : output;
    });
    states.forEach(({ h, c }, row) => {
      after.h.set(h.values, place(row)[0]);
      after.c.set(c.values, place(row)[0]);
    });
  }
  const logits = sequence.map((x) =>
    operations.plus(operations.product(named('decoder.weight'), x), named('decoder.bias')),
  );
  const losses = logits.flatMap((z, n) => {
    const target = targets[n]!;
    return target > end ? [] : operations.crossEntropy(z, target);
  });
  const loss = operations.mean(losses);
  return {
    loss: loss.values[0]!,
    state: after,
    logits: Float64Array.from(logits.flatMap(({ values }) => values)),
    backward: () => {
      operations.backward(loss);
      return new Map([...variables].map(([name, { gradient }]) => [name, Float64Array.from(gradient)]));
    },
  };
}

/** Returns the function that computes one step of one row of a layer. */
function cellStep(
  { cell, coupled, layerNorm, hidden }: ModelConfig,
  { product, slice, plus, times, oneMinus, sigmoid, tanh, normalise }: Calculation,
  named: (name: string) => Variable,
): (x: Variable, before: CellState) => CellState {
  const normalised = (y: Variable, scale: string) => (layerNorm ? times(normalise(y), named(scale)) : y);

  return (input, { h, c }) => {
    const x = plus(normalised(product(named('weight_ih'), input), 'norm_ih'), named('bias_ih'));
    const recurrent = normalised(product(named('weight_hh'), h), 'norm_hh');
    const u = cell === 'gru' ? plus(recurrent, named('bias_hh')) : recurrent;
    const block = (y: Variable, index: number) => slice(y, index * hidden, (index + 1) * hidden);
    const z = (gate: number) => plus(block(x, gate), block(u, gate));
    if (cell === 'rnn') return { h: tanh(z(0)), c };
    if (cell === 'gru') {
      const r = sigmoid(z(0));
      const update = sigmoid(z(1));
      const n = tanh(plus(block(x, 2), times(r, block(u, 2))));
      return { h: plus(times(oneMinus(update), n), times(update, h)), c };
    }
    // The gates are i, f, g, o and the peepholes i, f, o; coupled gates lack i.
    const peeped = (y: Variable, index: number, state: Variable) =>
      cell === 'peephole' ? plus(y, times(block(named('weight_peephole'), index), state)) : y;
    const first = coupled ? 0 : 1;
    const f = sigmoid(peeped(z(first), first, c));
    const i = coupled ? oneMinus(f) : sigmoid(peeped(z(0), 0, c));
    const g = tanh(z(first + 1));
    const cAfter = plus(times(f, c), times(i, g));
    const o = sigmoid(peeped(z(first + 2), first + 1, cAfter));
    return { h: times(o, tanh(cAfter)), c: cAfter };
  };
}

/**
 * A typed array returns undefined for a bad index, and NaN follows; so wrong sizes and ids are refused here.
 */
function checkLengths(
  config: ModelConfig,
  parameters: ReadonlyMap<string, Float64Array>,
  { inputs, targets, rows, steps, state, masks }: ReferenceWindow & { readonly state: ReferenceState },
): void {
  const positions = rows * steps;
  for (const [name, shape] of parameterShapes(config)) {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new Error(`reference: no array named ${name}`);
    checkLength(name, parameter, sizeOf(shape));
  }
  checkIds('inputs', inputs, positions, config.vocabulary);
  checkIds('targets', targets, positions, config.vocabulary);
  checkLength('state.h', state.h, config.layers * rows * config.hidden);
  checkLength('state.c', state.c, config.layers * rows * config.hidden);
  if (masks === undefined) return;
  checkLength('masks', masks, config.layers);
  for (const mask of masks) checkLength('mask', mask, positions * config.hidden);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function checkLength(what: string, array: { length: number }, length: number): void {
  const found = array.length;
  if (found !== length) throw new Error(`reference: ${what} has ${found} elements, not ${length}`);
}

function checkIds(what: string, ids: ArrayLike<number>, length: number, vocabulary: number): void {
  checkLength(what, ids, length);
  for (const id of Array.from(ids)) {
    const valid = Number.isInteger(id) && id >= 0 && id < vocabulary;
    if (!valid) throw new Error(`reference: ${what} holds ${id}`);
  }
}
