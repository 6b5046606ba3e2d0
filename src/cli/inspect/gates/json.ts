import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import type { GateStatistics } from '../../../insight/gates.js';
import { byFrequency } from './characters.js';

/** All numbers; an infinite memory is null. Characters stand in the order of `vocabulary`, the commonest first. */
export function gatesJson(statistics: GateStatistics, { config, vocabulary }: CharacterModel): object {
  const read = byFrequency(statistics);
  return {
    cell: config.cell,
    vocabulary: read.map((id) => ({
      character: vocabulary.character(id),
      codePoint: vocabulary.codePoints[id],
      count: statistics.counts[id],
    })),
    layers: statistics.layers.map(({ gates, memory }, layer) => ({
      layer,
      gates: gates.map(({ name, activation, keeps = false, left, right, mean, byCharacter }) => ({
        name,
        activation,
        keeps,
        mean,
        left: [...left],
        right: [...right],
        byCharacter: read.map((id) => byCharacter[id]),
      })),
      ...(memory ? { memory: [...memory] } : {}),
    })),
  };
}
