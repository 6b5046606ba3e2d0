import { MODEL_DEFAULTS } from '../checkpoint/options.js';
import type { ModelConfig } from '../model/config.js';

/** A kind of network, by a name that tells it from those that it is compared with. */
export type ComparedKind = readonly [name: string, kind: Pick<ModelConfig, 'cell' | 'forgetBias'>];

/**
 * Those that are compared wherever memory is: the one that forgets, the one that begins to, and the one that begins to
 * remember.
 * @param forgetBias of the last one
 */
export function comparedKinds(forgetBias: number = MODEL_DEFAULTS.forgetBias): readonly ComparedKind[] {
  const forgetful: ComparedKind = ['LSTM, forget bias 0', { cell: 'lstm', forgetBias: 0 }];
  return [
    ['RNN', { cell: 'rnn' }],
    forgetful,
    ...(forgetBias === 0 ? [] : [withBias('LSTM', { cell: 'lstm', forgetBias })]),
  ];
}

/** A kind by its name, with its bias where that is not the usual one. */
export function withBias(
  name: string,
  kind: { cell: ModelConfig['cell']; forgetBias: number },
): ComparedKind {
  const isUsual = kind.forgetBias === MODEL_DEFAULTS.forgetBias;
  return [isUsual ? name : `${name}, forget bias ${kind.forgetBias}`, kind];
}
