import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';

/** Characters of a prompt that are read at a time. */
const STEPS = 64;

/** The state of a network: h and c of each layer, (H) each; c is empty for cells without a cell state. */
export type NetworkState = readonly { readonly h: Float32Array; readonly c: Float32Array }[];

/** A network that reads one text. */
export class Reader {
  readonly #network: Network;
  #read = 0;

  constructor(readonly model: CharacterModel) {
    this.#network = new Network(model.weights, { rows: 1, steps: STEPS, training: false });
  }

  /** Starts from a state, by default from zeros. */
  start(state?: NetworkState): void {
    this.#network.resetState();
    this.#network.layers.forEach((layer, index) => {
      const from = state?.[index];
      if (!from) return;
      layer.state.h.set(from.h);
      layer.state.c.set(from.c);
    });
  }

  /** Reads further ids. @param ids at least one */
  read(ids: Uint32Array): void {
    for (let at = 0; at < ids.length; at += STEPS) {
      const window = ids.subarray(at, at + STEPS);
      this.#network.carry();
      this.#network.forward(window);
      this.#read = window.length;
    }
  }

  /** A view (V) of the logits after the last character read. */
  get logits(): Float32Array {
    const { vocabulary } = this.model.config;
    return this.#network.logits.subarray((this.#read - 1) * vocabulary, this.#read * vocabulary);
  }

  /** Copies the state after the last character read. The logits are lost. */
  state(): NetworkState {
    this.#network.carry();
    return this.#network.layers.map(({ state }) => ({
      h: Float32Array.from(state.h),
      c: Float32Array.from(state.c),
    }));
  }
}

/** A network that continues several texts in parallel, one per row; weights are read once for all. */
export class Batch {
  readonly #network: Network;

  constructor(
    readonly model: CharacterModel,
    readonly rows: number,
  ) {
    this.#network = new Network(model.weights, { rows, steps: 1, training: false });
  }

  /** Sets the state of a row. The logits of all rows are lost. */
  start(row: number, state: NetworkState): void {
    this.#network.carry();
    this.#network.layers.forEach((layer, index) => {
      const { h, c } = state[index]!;
      layer.state.h.set(h, row * h.length);
      layer.state.c.set(c, row * c.length);
    });
  }

  /** Copies the state of a row. The logits of all rows are lost. */
  state(row: number): NetworkState {
    this.#network.carry();
    return this.#network.layers.map(({ state }) => {
      const part = (all: Float32Array) => {
        const width = all.length / this.rows;
        return all.slice(row * width, (row + 1) * width);
      };
      return { h: part(state.h), c: part(state.c) };
    });
  }

  /** Reads one character in each row. @param ids (rows) */
  step(ids: Uint32Array): void {
    this.#network.carry();
    this.#network.forward(ids);
  }

  /** A view (V) of the logits of a row. */
  logits(row: number): Float32Array {
    const { vocabulary } = this.model.config;
    return this.#network.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
  }
}

const idleReaders = new Pool<CharacterModel, Reader>();
const idleBatches = new Pool<CharacterModel, Batch>();

/** Takes a reader from the pool; return it with `giveBackReader`. */
export function takeReader(model: CharacterModel): Reader {
  return idleReaders.take(model, () => new Reader(model));
}

export function giveBackReader(reader: Reader): void {
  idleReaders.giveBack(reader.model, reader);
}

/** Takes a batch of `rows` rows from the pool; return it with `giveBackBatch`. */
export function takeBatch(model: CharacterModel, rows: number): Batch {
  return idleBatches.take(
    model,
    () => new Batch(model, rows),
    (batch) => batch.rows === rows,
  );
}

export function giveBackBatch(batch: Batch): void {
  idleBatches.giveBack(batch.model, batch);
}
