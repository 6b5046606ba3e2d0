import { MODEL_DEFAULTS } from '../checkpoint/options.js';
import type { ModelConfig } from '../model/config.js';

/** A kind of network, with a name that sets it apart from those it is compared with. */
export type ComparedKind = readonly [name: string, kind: Pick<ModelConfig, 'cell' | 'forgetBias'>];

/**
 * Returns the kinds that every comparison of memory includes: an RNN, an LSTM initialised to forget, and one
 * initialised to remember.
 * @param forgetBias bias of the last one
 */
export function comparedKinds(forgetBias: number = MODEL_DEFAULTS.forgetBias): readonly ComparedKind[] {
  const forgetful: ComparedKind = ['LSTM, forget bias 0', { cell: 'lstm', forgetBias: 0 }];
  return [
    ['RNN', { cell: 'rnn' }],
    forgetful,
    ...(forgetBias === 0 ? [] : [withBias('LSTM', { cell: 'lstm', forgetBias })]),
  ];
}

/** Names a kind, adding its forget bias if that is not the default. */
export function withBias(
  name: string,
  kind: { cell: ModelConfig['cell']; forgetBias: number },
): ComparedKind {
  const isDefault = kind.forgetBias === MODEL_DEFAULTS.forgetBias;
  return [isDefault ? name : `${name}, forget bias ${kind.forgetBias}`, kind];
}
