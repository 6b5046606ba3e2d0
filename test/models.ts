// Small networks with weights from a seed, and what they write.

import type { CharacterModel } from '../src/checkpoint/checkpoint.js';
import { openEngine } from '../src/engine/engine.js';
import { initialise } from '../src/model/initialise.js';
import { Weights } from '../src/model/weights.js';
import { type GeneratedText, generate, generateMany } from '../src/sample/generate.js';
import type { GenerateOptions } from '../src/sample/options.js';
import type { Encoding } from '../src/text/decode.js';
import { Vocabulary } from '../src/text/vocabulary.js';

/** The characters of a text as a vocabulary. */
export function vocabularyOf(text: string, encoding: Encoding = 'utf8'): Vocabulary {
  const codePoints = Array.from(text, (c) => c.codePointAt(0)!);
  return new Vocabulary(
    [...new Set(codePoints)].sort((a, b) => a - b),
    encoding,
  );
}

interface Shape {
  readonly encoding?: Encoding;
  readonly engine?: CharacterModel['weights']['engine'];
  readonly hidden?: number;
  readonly layers?: number;
  /** What the decoder is multiplied by: an untrained network's logits are nearly equal. */
  readonly gain?: number;
  readonly seed?: number;
}

/** A network that was never trained, whose text depends on what came before all the same. */
export function modelOf(characters: string, shape: Shape = {}): CharacterModel {
  const { encoding = 'utf8', engine = openEngine(), hidden = 10, layers = 2, gain = 20, seed = 3 } = shape;
  const vocabulary = vocabularyOf(characters, encoding);
  const config = {
    cell: 'lstm',
    vocabulary: vocabulary.size,
    embedding: 6,
    hidden,
    layers,
    dropout: 0.5,
  } as const;
  const weights = new Weights(engine, config, { training: false });
  initialise(weights.table, weights.values, seed);
  const { start, length } = weights.table.named('decoder.weight');
  const decoder = weights.values.subarray(start, start + length);
  decoder.set(decoder.map((x) => x * gain));
  weights.pack();
  return { config, vocabulary, weights };
}

/** The text that `generate` writes. */
export async function write(options: GenerateOptions, model: CharacterModel): Promise<string> {
  let text = '';
  for await (const piece of generate(model, options)) text += piece;
  return text;
}

/** What `generateMany` writes. */
export async function writeMany(
  options: GenerateOptions,
  count: number,
  model: CharacterModel,
): Promise<GeneratedText[]> {
  const texts: GeneratedText[] = [];
  for await (const text of generateMany(model, count, options)) texts.push(text);
  return texts;
}
