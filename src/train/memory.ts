import { Arena } from '../engine/arena.js';
import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from '../model/config.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { grouped } from '../numbers.js';
import { Writer } from '../sample/writer.js';
import { type Parts, validationEnd } from '../text/split.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { Evaluator } from './evaluate.js';

/** What determines the memory of training. */
export interface MemoryRequest {
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  readonly training: { readonly batchSize: number; readonly sequenceLength: number };
  readonly corpus: Parts;
}

/** One part of the memory. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
  /** How to make it smaller. */
  readonly remedy: string;
}

/** An arena that only counts the memory it is asked for. */
class CountingArena extends Arena {
  bytes = 0;

  constructor() {
    super(new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }));
  }

  override allocate(words: number): number {
    this.bytes += 4 * words;
    return 0;
  }

  override floats(): Float32Array<SharedArrayBuffer> {
    return super.floats(0, 0);
  }

  override words(): Uint32Array<SharedArrayBuffer> {
    return super.words(0, 0);
  }
}

/**
 * Computes the memory of the arena that training takes, the largest part first, by setting everything up as
 * session.ts does on an arena that only counts.
 */
export function trainingMemory(request: MemoryRequest, engine: Engine): readonly MemoryPart[] {
  const { config, vocabulary, training, corpus } = request;
  const { batchSize, sequenceLength } = training;
  const arena = new CountingArena();
  const parts: MemoryPart[] = [];
  /** Adds what was allocated since the last call. */
  const count = (what: string, remedy: string) => {
    parts.push({ what, bytes: arena.bytes, remedy });
    arena.bytes = 0;
  };
  const weights = new Weights({ ...engine, arena }, config, { training: true });
  new Optimizer(weights);
  count(
    `${grouped(weights.table.count)} parameters with their gradients and moments`,
    'a smaller --hidden, --layers or --embedding, or a text of fewer distinct characters',
  );
  new Network(weights, { rows: batchSize, steps: sequenceLength, training: true });
  count(
    `batches of ${batchSize} x ${sequenceLength} characters out of ${grouped(vocabulary.size)} distinct ones`,
    'a smaller --batch-size or --seq-length',
  );
  const end = validationEnd(corpus);
  if (end - corpus.trainLength >= 2) new Evaluator(weights).reserve({ start: corpus.trainLength, end });
  // One writes the samples of the log, one the live sample.
  for (let i = 0; i < 2; i++) new Writer({ config, vocabulary, weights });
  count('validation and samples', 'a text of fewer distinct characters, or a smaller --hidden');
  return parts.sort((a, b) => b.bytes - a.bytes);
}
