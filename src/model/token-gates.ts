import type { WindowShape } from './config.js';
import type { Weights } from './weights.js';

/** Most numbers of kept products (8 MB), unless one window needs more. */
const MOST_KEPT = 2 ** 21;

/**
 * The embedding and the first layer's input product, W_ih · e (+ b), combined: each distinct character is
 * multiplied once, and the results are looked up. That is exact, since a row of a product does not depend on
 * the others, and it saves a product as large as the recurrent one. Training begins anew with each window.
 * Otherwise products are kept until the weights change, so a text that is written hardly ever needs one.
 */
export class TokenGates {
  /** Most distinct characters, U. */
  readonly #capacity: number;
  /** (U): the distinct characters. */
  readonly #distinct: Uint32Array;
  readonly #distinctAt: number;
  /** (T*B): the index of each position's character among them. */
  readonly #slots: Uint32Array;
  readonly #slotsAt: number;
  /** (U, E) and (U, G): their embeddings and input products; in `backward`, the gradients of these. */
  readonly #embedded: number;
  readonly #products: number;
  /** (V): the index of each character among the distinct ones, or -1. */
  readonly #slotOf: Int32Array;
  readonly #width: number;
  #count = 0;
  /** The version of the weights that the products belong to. */
  #version = -1;

  constructor(
    readonly weights: Weights,
    readonly shape: WindowShape,
  ) {
    const { arena } = weights.engine;
    const { vocabulary, embedding } = weights.config;
    const n = shape.rows * shape.steps;
    this.#width = weights.layers[0]!.input.place.outputs;
    const kept = shape.training ? n : Math.max(n, Math.floor(MOST_KEPT / this.#width));
    this.#capacity = Math.min(vocabulary, kept);
    this.#slotOf = new Int32Array(vocabulary).fill(-1);
    this.#distinctAt = arena.allocate(this.#capacity);
    this.#distinct = arena.words(this.#distinctAt, this.#capacity);
    this.#slotsAt = arena.allocate(n);
    this.#slots = arena.words(this.#slotsAt, n);
    this.#embedded = arena.allocate(this.#capacity * embedding);
    this.#products = arena.allocate(this.#capacity * this.#width);
  }

  /** Number of floats in the largest packed embeddings of a window. */
  get packedLength(): number {
    return this.weights.engine.kernels.packed_length(this.#capacity, this.weights.config.embedding);
  }

  /** Writes the input products of a window to `entry` (T*B, G). */
  lookUp(inputs: Uint32Array, entry: number): void {
    const { engine, config, embedding, layers } = this.weights;
    const known = this.#findDistinct(inputs);
    const count = this.#count - known;
    if (count > 0) {
      const embedded = this.#embedded + 4 * known * config.embedding;
      const which = this.#distinctAt + 4 * known;
      engine.kernels.gather_rows(embedded, embedding.value, which, count, config.embedding);
      layers[0]!.input.forward(this.#products + 4 * known * this.#width, embedded, count);
    }
    engine.kernels.gather_rows(entry, this.#products, this.#slotsAt, inputs.length, this.#width);
  }

  /** The backward pass of the look-up; it sums the gradient over the positions of each character first. */
  backward(entry: number, positions: number, scratch: number): void {
    const { kernels, arena } = this.weights.engine;
    const { embedding } = this.weights.config;
    const { input } = this.weights.layers[0]!;
    const count = this.#count;
    const width = this.#width;
    arena.floats(this.#products, count * width).fill(0);
    kernels.scatter_add_rows(this.#products, entry, this.#slotsAt, positions, width, width);
    input.backwardWeights(this.#products, this.#embedded, count, scratch);
    input.backwardInput(this.#embedded, this.#products, count, 0);
    const { gradient } = this.weights.embedding;
    kernels.scatter_add_rows(gradient, this.#embedded, this.#distinctAt, count, embedding, embedding);
  }

  /** Finds the distinct characters of the window. @returns how many of them have their products already */
  #findDistinct(inputs: Uint32Array): number {
    const { version, config } = this.weights;
    const mayOverflow = this.#capacity < config.vocabulary && this.#count + inputs.length > this.#capacity;
    if (this.shape.training || version !== this.#version || mayOverflow) this.forget();
    this.#version = version;
    const known = this.#count;
    for (let i = 0; i < inputs.length; i++) {
      const id = inputs[i]!;
      if (this.#slotOf[id]! < 0) {
        this.#slotOf[id] = this.#count;
        this.#distinct[this.#count++] = id;
      }
      this.#slots[i] = this.#slotOf[id]!;
    }
    return known;
  }

  /** Drops all products. */
  forget(): void {
    for (let slot = 0; slot < this.#count; slot++) this.#slotOf[this.#distinct[slot]!] = -1;
    this.#count = 0;
  }
}
