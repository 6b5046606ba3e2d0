import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Draws } from '../model/draws.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';

/** Characters of a single text that are read at a time; several texts are read one character at a time. */
const STEPS = 64;

/** The state of a network: h and c of each layer, (H) each; c is empty for cells without a cell state. */
export type NetworkState = readonly { readonly h: Float32Array; readonly c: Float32Array }[];

/** A network that reads texts in parallel, one per row; weights are read once for all. */
export class Reader {
  readonly #network: Network;
  readonly #steps: number;
  /** The draws of `draw`. */
  readonly draws: Draws;

  constructor(
    readonly model: CharacterModel,
    readonly rows = 1,
  ) {
    this.#steps = rows === 1 ? STEPS : 1;
    this.#network = new Network(model.weights, { rows, steps: this.#steps, training: false });
    this.draws = new Draws(model.weights, rows);
  }

  /** Sets the state of a row or, without one, resets all rows to zeros. The logits of all rows are lost. */
  start(state?: NetworkState, row = 0): void {
    if (state) this.#network.carry();
    else this.#network.resetState();
    state?.forEach(({ h, c }, index) => {
      const layer = this.#network.layers[index]!;
      layer.state.h.set(h, row * h.length);
      layer.state.c.set(c, row * c.length);
    });
  }

  /** Reads further ids. @param ids at least one of a single text, or exactly one of each row */
  read(ids: Uint32Array): void {
    const window = this.#steps * this.rows;
    for (let at = 0; at < ids.length; at += window) {
      this.#network.carry();
      this.#network.forward(ids.length <= window ? ids : ids.subarray(at, at + window)); // views cost time
    }
  }

  /** Draws a character for each row from its logits, as set in `draws`. */
  draw(): void {
    this.#network.draw(this.draws);
  }

  /** Returns a view (V) of the logits after the last character of a row. */
  logits(row = 0): Float32Array {
    return this.#network.lastLogits(row);
  }

  /** Copies the state after the last character of a row. The logits of all rows are lost. */
  state(row = 0): NetworkState {
    this.#network.carry();
    const part = (all: Float32Array) => {
      const width = all.length / this.rows;
      return all.slice(row * width, (row + 1) * width);
    };
    return this.#network.layers.map(({ state }) => ({ h: part(state.h), c: part(state.c) }));
  }
}

const idle = new Pool<CharacterModel, Reader>();

/** Takes a reader from the pool; return it with `giveBackReader`. */
export function takeReader(model: CharacterModel, rows = 1): Reader {
  return idle.take(
    model,
    () => new Reader(model, rows),
    (reader) => reader.rows === rows,
  );
}

export function giveBackReader(reader: Reader): void {
  idle.giveBack(reader.model, reader);
}

/** Calls a function with a reader from the pool. */
export function withReader<T>(model: CharacterModel, rows: number, use: (reader: Reader) => T): T {
  const reader = takeReader(model, rows);
  try {
    return use(reader);
  } finally {
    giveBackReader(reader);
  }
}
