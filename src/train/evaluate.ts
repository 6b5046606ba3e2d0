import { readInTurn } from '../model/in-turn.js';
import { Network } from '../model/network.js';
import type { Weights } from '../model/weights.js';
import { sumOf } from '../numbers.js';
import { Random, Stream } from '../random.js';
import { windowsAlong } from '../text/batches.js';
import type { Stretch } from '../text/dataset.js';

/** How a text is scored: see docs/reference/evaluation.md. */
export type Protocol = 'stream' | 'cold';

const ROWS = 32;
/** Few, because the activations of every step take memory from training. */
const STEPS = 16;
const WARM_UP = 256;
const COLD_WINDOW = 256;
const COLD_WINDOWS = 1024;

export function bitsPerCharacter(loss: number): number {
  return loss / Math.LN2;
}

/** How well a network predicts a text, or a line of it. */
export interface Figures {
  /** Characters predicted, and ends of texts. */
  readonly characters: number;
  /** Mean, in nats per character. */
  readonly loss: number;
  /** Bits per character: loss / ln 2. */
  readonly bpc: number;
  /** exp(loss). */
  readonly perplexity: number;
}

/** @param nats the sum of the losses */
export function figuresOf(characters: number, nats: number): Figures {
  const loss = nats / characters;
  return { characters, loss, bpc: bitsPerCharacter(loss), perplexity: Math.exp(loss) };
}

/**
 * Measures the loss on text with activations and states of its own, so that training is not affected. One
 * serves all validations of a run.
 */
export class Evaluator {
  readonly #networks = new Map<number, Network>();

  constructor(readonly weights: Weights) {}

  /** Allocates the memory for a stream evaluation now, so that it cannot run out later. */
  reserve({ start, end }: Pick<Stretch, 'start' | 'end'>): void {
    this.#network(streamRows(end - start - 1), STEPS);
  }

  evaluate(stretch: Stretch, protocol: Protocol): Figures {
    return protocol === 'stream' ? this.#stream(stretch) : this.#cold(stretch);
  }

  /**
   * Carries the state through the text. For speed, a longer text is cut into up to 32 parts that are read in
   * parallel, each after reading the 256 characters before it, unscored, to start from a warm state. So the
   * first 256 characters of the text are not scored, nor the fewer than 32 that equal parts leave over.
   */
  #stream({ dataset, start, end }: Stretch): Figures {
    const targets = end - start - 1;
    const rows = streamRows(targets);
    const warmUp = rows > 1 ? WARM_UP : 0;
    const part = Math.floor((targets - warmUp) / rows);
    const network = this.#network(rows, STEPS);
    const starts = Array.from({ length: rows }, (_, row) => start + warmUp + row * part);
    let [characters, nats] = [0, 0];
    const windows = windowsAlong(dataset, { starts, length: part, warmUp, steps: STEPS });
    for (const { at, targets } of readInTurn(network, windows)) {
      if (at < 0) continue;
      nats += sumOf(network.losses(targets));
      characters += network.counted;
    }
    return figuresOf(characters, nats);
  }

  /** Scores random windows of 256 characters, each from zero state: how the network does without context. */
  #cold({ dataset, start, end }: Stretch): Figures {
    const window = Math.min(COLD_WINDOW, end - start - 1);
    const random = new Random(0, Stream.evaluation);
    const network = this.#network(ROWS, window);
    const batches = Math.ceil(COLD_WINDOWS / ROWS);
    let [characters, nats] = [0, 0];
    for (let i = 0; i < batches; i++) {
      const starts = Array.from({ length: ROWS }, () => start + random.below(end - start - window));
      const windows = windowsAlong(dataset, { starts, length: window, steps: window });
      for (const { targets } of readInTurn(network, windows)) {
        nats += sumOf(network.losses(targets));
        characters += network.counted;
      }
    }
    return figuresOf(characters, nats);
  }

  #network(rows: number, steps: number): Network {
    const key = rows * 65536 + steps;
    const network = this.#networks.get(key) ?? new Network(this.weights, { rows, steps, training: false });
    this.#networks.set(key, network);
    return network;
  }
}

/** Returns how many parts a text of this many characters is read in. */
function streamRows(characters: number): number {
  return Math.max(1, Math.min(ROWS, Math.floor(characters / (4 * WARM_UP))));
}
