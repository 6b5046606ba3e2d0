import { Random, Stream } from '../random.js';
import { leadInRandom } from '../sample/opening.js';
import type { Session } from './session.js';

/** Length of the sample at each validation, in characters, and how they are chosen. */
export const SAMPLE_LENGTH = 200;
const CHOICE = { temperature: 0.8 } as const;

/** Writes the sample of a validation, and yields its ids. Equal seeds, steps and weights give equal samples. */
export function writeSample({ writer, record }: Pick<Session, 'writer' | 'record'>, step: number) {
  const { seed } = record.training;
  const text = new Random(seed, Stream.sampling, step * SAMPLE_LENGTH);
  return writer.write(new Uint32Array(), SAMPLE_LENGTH, CHOICE, { text, leadIn: leadInRandom(seed) });
}
