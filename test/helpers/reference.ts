// A slow float64 reference for the network the product trains: plain loops, one obvious statement per
// formula, nothing shared with src, so that a mistake there can't hide here. reference.test.ts checks its
// gradients by finite differences and reference-pytorch.test.ts checks it against PyTorch.
//
// Sequences are time-major: the element for step t, row b, column j of a [steps, rows, width] array lies at
// (t * rows + b) * width + j. "Position" below means n = t * rows + b.

export interface ReferenceConfig {
  vocabulary: number;
  embedding: number;
  hidden: number;
  layers: number;
}

/** Both [layers, rows, hidden]. */
export interface ReferenceState {
  h: Float64Array;
  c: Float64Array;
}

export interface ReferenceResult {
  /** Mean cross-entropy in nats over rows * steps. */
  loss: number;
  /** d loss / d parameter, under the parameters' names and in their shapes. */
  gradients: Map<string, Float64Array>;
  /** The state after the last step, before any dropout. */
  state: ReferenceState;
  /** [steps, rows, vocabulary]. */
  logits: Float64Array;
}

/** A window's shape: hidden is the LSTM's width H. */
interface Extent {
  rows: number;
  steps: number;
  hidden: number;
}

/** One layer's parameters, or their gradients: ih [4H, I], hh [4H, H], bias [4H]; gate order i, f, g, o. */
interface LayerArrays {
  ih: Float64Array;
  hh: Float64Array;
  bias: Float64Array;
}

/** What one layer's forward pass leaves for its backward pass. */
interface LayerTrace {
  /** I, the width of one input position. */
  width: number;
  /** [steps, rows, I]. */
  input: Float64Array;
  /** [steps, rows, 4H], after the sigmoids and the tanh. */
  gates: Float64Array;
  /** [steps + 1, rows, H]: slot t is the hidden state before step t, slot t + 1 the one after it. */
  h: Float64Array;
  /** [steps + 1, rows, H]: the cell state, in the same slots. */
  c: Float64Array;
}

/** Every parameter's name and shape, in PyTorch's order. */
export function parameterShapes(config: ReferenceConfig): Map<string, number[]> {
  const { vocabulary, embedding, hidden, layers } = config;
  const shapes = new Map<string, number[]>([['embedding.weight', [vocabulary, embedding]]]);
  for (let l = 0; l < layers; l++) {
    shapes.set(`lstm.weight_ih_l${l}`, [4 * hidden, l === 0 ? embedding : hidden]);
    shapes.set(`lstm.weight_hh_l${l}`, [4 * hidden, hidden]);
    shapes.set(`lstm.bias_l${l}`, [4 * hidden]);
  }
  shapes.set('decoder.weight', [vocabulary, hidden]);
  shapes.set('decoder.bias', [vocabulary]);
  return shapes;
}

/**
 * One window forward, and back through time. inputs and targets are ids, [steps, rows]. The state is zero
 * unless given, and no gradient flows into it: truncated at the window's start. dropoutMasks holds one
 * [steps, rows, hidden] array of multipliers per layer, applied to what the layer hands up (to the next layer
 * or the decoder) and not to what it hands on in time. Nothing given is changed.
 */
export function forwardBackward(
  config: ReferenceConfig,
  parameters: Map<string, Float64Array>,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  rows: number,
  steps: number,
  state?: ReferenceState,
  dropoutMasks?: Float64Array[],
): ReferenceResult {
  const { vocabulary, hidden, layers } = config;
  const positions = rows * steps;
  const extent = { rows, steps, hidden };
  const start = state ?? zeroState(layers * rows * hidden);
  checkLengths(config, parameters, inputs, targets, extent, start, dropoutMasks);

  const traces: LayerTrace[] = [];
  let sequence = embed(named(parameters, 'embedding.weight'), inputs, positions, config.embedding);
  for (let l = 0; l < layers; l++) {
    const trace = layerForward(layerArrays(parameters, l), sequence, extent, layerState(start, l, extent));
    traces.push(trace);
    sequence = multiplied(trace.h.slice(rows * hidden), dropoutMasks?.[l]);
  }
  const decoderWeight = named(parameters, 'decoder.weight');
  const logits = decode(decoderWeight, named(parameters, 'decoder.bias'), sequence, positions);
  const { loss, gradient } = crossEntropy(logits, targets, positions, vocabulary);

  const gradients = zeroGradients(config);
  let gradSequence = decodeBackward(decoderWeight, sequence, gradient, positions, gradients);
  for (let l = layers - 1; l >= 0; l--) {
    const gradOutput = multiplied(gradSequence, dropoutMasks?.[l]);
    const arrays = layerArrays(parameters, l);
    gradSequence = layerBackward(arrays, layerArrays(gradients, l), traces[l]!, extent, gradOutput);
  }
  embedBackward(named(gradients, 'embedding.weight'), inputs, gradSequence, config.embedding);
  return { loss, gradients, state: lastState(traces, extent), logits };
}

/** Scales the gradients in place to a global L2 norm of at most about limit; returns the norm they had. */
export function clipByGlobalNorm(gradients: Map<string, Float64Array>, limit: number): number {
  let squares = 0;
  for (const gradient of gradients.values()) {
    for (const value of gradient) squares += value * value;
  }
  const norm = Math.sqrt(squares);
  const scale = Math.min(1, limit / (norm + 1e-6));
  for (const gradient of gradients.values()) {
    for (let k = 0; k < gradient.length; k++) gradient[k]! *= scale;
  }
  return norm;
}

/** PyTorch's AdamW: decoupled decay on the parameters that decays() names, then Adam with bias correction. */
export class ReferenceAdamW {
  private steps = 0;
  private readonly firstMoments = new Map<string, Float64Array>();
  private readonly secondMoments = new Map<string, Float64Array>();

  constructor(
    private readonly lr: number,
    private readonly betas: readonly [number, number],
    private readonly eps: number,
    private readonly weightDecay: number,
    private readonly decays: (name: string) => boolean,
  ) {}

  /** Changes the parameters in place. */
  step(parameters: Map<string, Float64Array>, gradients: Map<string, Float64Array>): void {
    this.steps++;
    for (const [name, parameter] of parameters) this.update(name, parameter, named(gradients, name));
  }

  private update(name: string, parameter: Float64Array, gradient: Float64Array): void {
    const [beta1, beta2] = this.betas;
    const correction1 = 1 - beta1 ** this.steps;
    const correction2 = 1 - beta2 ** this.steps;
    const decay = this.decays(name) ? 1 - this.lr * this.weightDecay : 1;
    const first = moments(this.firstMoments, name, parameter.length);
    const second = moments(this.secondMoments, name, parameter.length);
    for (let k = 0; k < parameter.length; k++) {
      const g = gradient[k]!;
      first[k] = beta1 * first[k]! + (1 - beta1) * g;
      second[k] = beta2 * second[k]! + (1 - beta2) * g * g;
      const mean = first[k]! / correction1;
      const deviation = Math.sqrt(second[k]! / correction2);
      parameter[k] = parameter[k]! * decay - (this.lr * mean) / (deviation + this.eps);
    }
  }
}

function moments(all: Map<string, Float64Array>, name: string, length: number): Float64Array {
  const found = all.get(name) ?? new Float64Array(length);
  all.set(name, found);
  return found;
}

function named(arrays: Map<string, Float64Array>, name: string): Float64Array {
  const found = arrays.get(name);
  if (found === undefined) throw new Error(`reference: no array named ${name}`);
  return found;
}

function layerArrays(arrays: Map<string, Float64Array>, l: number): LayerArrays {
  return {
    ih: named(arrays, `lstm.weight_ih_l${l}`),
    hh: named(arrays, `lstm.weight_hh_l${l}`),
    bias: named(arrays, `lstm.bias_l${l}`),
  };
}

function zeroState(length: number): ReferenceState {
  return { h: new Float64Array(length), c: new Float64Array(length) };
}

function zeroGradients(config: ReferenceConfig): Map<string, Float64Array> {
  const gradients = new Map<string, Float64Array>();
  for (const [name, shape] of parameterShapes(config)) gradients.set(name, new Float64Array(product(shape)));
  return gradients;
}

function product(shape: number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** A typed array answers a bad index with undefined, then NaN: wrong sizes and ids are refused here. */
function checkLengths(
  config: ReferenceConfig,
  parameters: Map<string, Float64Array>,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  extent: Extent,
  state: ReferenceState,
  masks: Float64Array[] | undefined,
): void {
  const positions = extent.rows * extent.steps;
  const cells = config.layers * extent.rows * extent.hidden;
  for (const [name, shape] of parameterShapes(config)) {
    checkLength(name, named(parameters, name), product(shape));
  }
  checkIds('inputs', inputs, positions, config.vocabulary);
  checkIds('targets', targets, positions, config.vocabulary);
  checkLength('state.h', state.h, cells);
  checkLength('state.c', state.c, cells);
  if (masks === undefined) return;
  checkLength('dropoutMasks', masks, config.layers);
  for (const mask of masks) checkLength('dropout mask', mask, positions * extent.hidden);
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

/** Layer l's [rows, H] part of a state. */
function layerState(state: ReferenceState, l: number, { rows, hidden }: Extent): ReferenceState {
  const size = rows * hidden;
  return { h: state.h.slice(l * size, (l + 1) * size), c: state.c.slice(l * size, (l + 1) * size) };
}

/** The traces' last slots, gathered into one [layers, rows, H] state. */
function lastState(traces: LayerTrace[], { rows, steps, hidden }: Extent): ReferenceState {
  const size = rows * hidden;
  const state = zeroState(traces.length * size);
  traces.forEach((trace, l) => {
    state.h.set(trace.h.slice(steps * size), l * size);
    state.c.set(trace.c.slice(steps * size), l * size);
  });
  return state;
}

function multiplied(values: Float64Array, mask: Float64Array | undefined): Float64Array {
  return values.map((value, k) => (mask === undefined ? value : value * mask[k]!));
}

/** Rows of table [V, E] for each position: [positions, E]. */
function embed(table: Float64Array, ids: ArrayLike<number>, positions: number, width: number): Float64Array {
  const out = new Float64Array(positions * width);
  for (let n = 0; n < positions; n++) {
    for (let e = 0; e < width; e++) out[n * width + e] = table[ids[n]! * width + e]!;
  }
  return out;
}

function embedBackward(
  gradTable: Float64Array,
  ids: ArrayLike<number>,
  gradOut: Float64Array,
  width: number,
): void {
  for (let n = 0; n < ids.length; n++) {
    for (let e = 0; e < width; e++) gradTable[ids[n]! * width + e]! += gradOut[n * width + e]!;
  }
}

/** One LSTM layer over the window: input [steps, rows, I], start's h and c [rows, H]. */
function layerForward(
  layer: LayerArrays,
  input: Float64Array,
  { rows, steps, hidden }: Extent,
  start: ReferenceState,
): LayerTrace {
  const width = layer.ih.length / (4 * hidden);
  const gates = new Float64Array(steps * rows * 4 * hidden);
  const h = new Float64Array((steps + 1) * rows * hidden);
  const c = new Float64Array((steps + 1) * rows * hidden);
  h.set(start.h);
  c.set(start.c);
  for (let n = 0; n < steps * rows; n++) {
    const before = n * hidden;
    const after = (n + rows) * hidden; // the same row, one step on
    const x = input.slice(n * width, (n + 1) * width);
    const gate = activate(preActivations(layer, x, h.slice(before, before + hidden)));
    gates.set(gate, n * 4 * hidden);
    for (let j = 0; j < hidden; j++) {
      const { i, f, g, o } = gateValues(gate, j);
      c[after + j] = f * c[before + j]! + i * g;
      h[after + j] = o * Math.tanh(c[after + j]!);
    }
  }
  return { width, input, gates, h, c };
}

/** ih x + hh h + bias: [4H]. */
function preActivations(layer: LayerArrays, x: Float64Array, h: Float64Array): Float64Array {
  const out = layer.bias.slice();
  addProduct(out, layer.ih, x);
  addProduct(out, layer.hh, h);
  return out;
}

/** Sigmoid on i, f and o; tanh on g. */
function activate(values: Float64Array): Float64Array {
  const hidden = values.length / 4;
  return values.map((value, k) =>
    Math.floor(k / hidden) === 2 ? Math.tanh(value) : 1 / (1 + Math.exp(-value)),
  );
}

function gateValues(gate: Float64Array, j: number): { i: number; f: number; g: number; o: number } {
  const hidden = gate.length / 4;
  return { i: gate[j]!, f: gate[hidden + j]!, g: gate[2 * hidden + j]!, o: gate[3 * hidden + j]! };
}

/** From gradOutput [steps, rows, H], adds to the layer's gradients; returns the input's, [steps, rows, I]. */
function layerBackward(
  layer: LayerArrays,
  gradients: LayerArrays,
  trace: LayerTrace,
  { rows, steps, hidden }: Extent,
  gradOutput: Float64Array,
): Float64Array {
  const { width } = trace;
  const gradInput = new Float64Array(trace.input.length);
  // What later steps send back to each row's h and c, [rows, H]: nothing at the window's end.
  const later = zeroState(rows * hidden);
  for (let n = steps * rows - 1; n >= 0; n--) {
    const row = (n % rows) * hidden;
    const gradH = gradOutput.slice(n * hidden, (n + 1) * hidden);
    for (let j = 0; j < hidden; j++) gradH[j]! += later.h[row + j]!;
    const gradC = later.c.subarray(row, row + hidden);
    const gradPre = cellBackward(trace, n, rows, gradH, gradC);

    addOuter(gradients.ih, gradPre, trace.input.slice(n * width, (n + 1) * width));
    addOuter(gradients.hh, gradPre, trace.h.slice(n * hidden, (n + 1) * hidden));
    for (let k = 0; k < gradPre.length; k++) gradients.bias[k]! += gradPre[k]!;
    gradInput.set(transposedProduct(layer.ih, gradPre, width), n * width);
    later.h.set(transposedProduct(layer.hh, gradPre, hidden), row);
  }
  return gradInput;
}

/**
 * One position's cell: from gradH [H], d loss / d h after the step, and gradC [H], which comes in as the
 * later steps' share of d loss / d c after this step and goes out as d loss / d c before it. Returns the
 * gradient of the gates before their activations, [4H].
 */
function cellBackward(
  trace: LayerTrace,
  n: number,
  rows: number,
  gradH: Float64Array,
  gradC: Float64Array,
): Float64Array {
  const hidden = gradH.length;
  const gate = trace.gates.slice(n * 4 * hidden, (n + 1) * 4 * hidden);
  const gradPre = new Float64Array(4 * hidden);
  for (let j = 0; j < hidden; j++) {
    const { i, f, g, o } = gateValues(gate, j);
    const cBefore = trace.c[n * hidden + j]!;
    const tanhC = Math.tanh(trace.c[(n + rows) * hidden + j]!);
    const dC = gradC[j]! + gradH[j]! * o * (1 - tanhC * tanhC);
    gradPre[j] = dC * g * i * (1 - i);
    gradPre[hidden + j] = dC * cBefore * f * (1 - f);
    gradPre[2 * hidden + j] = dC * i * (1 - g * g);
    gradPre[3 * hidden + j] = gradH[j]! * tanhC * o * (1 - o);
    gradC[j] = dC * f;
  }
  return gradPre;
}

/** weight x + bias at every position: [positions, V]. */
function decode(
  weight: Float64Array,
  bias: Float64Array,
  input: Float64Array,
  positions: number,
): Float64Array {
  const vocabulary = bias.length;
  const hidden = weight.length / vocabulary;
  const logits = new Float64Array(positions * vocabulary);
  for (let n = 0; n < positions; n++) {
    const out = bias.slice();
    addProduct(out, weight, input.slice(n * hidden, (n + 1) * hidden));
    logits.set(out, n * vocabulary);
  }
  return logits;
}

/** Adds to the decoder's gradients; returns the gradient of its input, [positions, H]. */
function decodeBackward(
  weight: Float64Array,
  input: Float64Array,
  gradLogits: Float64Array,
  positions: number,
  gradients: Map<string, Float64Array>,
): Float64Array {
  const gradWeight = named(gradients, 'decoder.weight');
  const gradBias = named(gradients, 'decoder.bias');
  const vocabulary = gradBias.length;
  const hidden = weight.length / vocabulary;
  const gradInput = new Float64Array(input.length);
  for (let n = 0; n < positions; n++) {
    const gradOut = gradLogits.slice(n * vocabulary, (n + 1) * vocabulary);
    addOuter(gradWeight, gradOut, input.slice(n * hidden, (n + 1) * hidden));
    for (let v = 0; v < vocabulary; v++) gradBias[v]! += gradOut[v]!;
    gradInput.set(transposedProduct(weight, gradOut, hidden), n * hidden);
  }
  return gradInput;
}

/** Mean -log softmax(logits)[target] in nats, and its gradient by the logits, [positions, V]. */
function crossEntropy(
  logits: Float64Array,
  targets: ArrayLike<number>,
  positions: number,
  vocabulary: number,
): { loss: number; gradient: Float64Array } {
  const gradient = new Float64Array(logits.length);
  let total = 0;
  for (let n = 0; n < positions; n++) {
    const row = logits.slice(n * vocabulary, (n + 1) * vocabulary);
    const highest = Math.max(...row); // taken off before exp, which would overflow on large logits
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - highest);
    const logSum = highest + Math.log(sum);
    total += logSum - row[targets[n]!]!;
    for (let v = 0; v < vocabulary; v++) {
      const probability = Math.exp(row[v]! - logSum);
      gradient[n * vocabulary + v] = (probability - (v === targets[n] ? 1 : 0)) / positions;
    }
  }
  return { loss: total / positions, gradient };
}

/** out [M] += matrix [M, N] x [N]. */
function addProduct(out: Float64Array, matrix: Float64Array, x: Float64Array): void {
  for (let m = 0; m < out.length; m++) {
    for (let k = 0; k < x.length; k++) out[m]! += matrix[m * x.length + k]! * x[k]!;
  }
}

/** transpose(matrix [M, N]) y [M]: [N]. */
function transposedProduct(matrix: Float64Array, y: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let m = 0; m < y.length; m++) {
    for (let k = 0; k < columns; k++) out[k]! += matrix[m * columns + k]! * y[m]!;
  }
  return out;
}

/** matrix [M, N] += y [M] times transpose(x [N]). */
function addOuter(matrix: Float64Array, y: Float64Array, x: Float64Array): void {
  for (let m = 0; m < y.length; m++) {
    for (let k = 0; k < x.length; k++) matrix[m * x.length + k]! += y[m]! * x[k]!;
  }
}
