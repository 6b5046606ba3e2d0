import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { harmlessJson } from '../../../format.js';
import type { Parts } from '../../../insight/parts.js';
import { distributionOf, type LayerStep, type Step } from '../../../insight/step.js';
import { gatesOf } from '../../../model/cells.js';
import type { Trail } from './trail.js';

/** Yields all numbers of all steps as one JSON object, in pieces, as it may exceed a string. */
export function* stepsJson(
  trail: Trail,
  { model: path, temperature }: { model: string; temperature: number },
): Generator<string> {
  const { model } = trail;
  const { vocabulary } = model;
  const characters = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.character(id));
  const about = harmlessJson({ model: path, config: model.config, temperature, vocabulary: characters });
  yield `${about.slice(0, -1)},"steps":[`;
  for (let at = 0; at < trail.length; at++) {
    yield (at > 0 ? ',' : '') + harmlessJson(ofStep(model, trail.step(at), temperature));
  }
  yield ']}\n';
}

function ofStep(model: CharacterModel, step: Step, temperature: number) {
  const probabilities = new Array<number>(step.logits.length);
  for (const { id, probability } of distributionOf(model, step.logits, temperature).characters) {
    probabilities[id] = probability;
  }
  return {
    character: step.character,
    id: step.id,
    embedding: [...step.embedding],
    layers: step.layers.map((layer) => ofLayer(model, layer)),
    logits: [...step.logits],
    probabilities,
  };
}

function ofLayer(model: CharacterModel, { input, gates, parts, before, after, handedUp }: LayerStep) {
  const { hidden } = model.config;
  return {
    input: [...input],
    gates: Object.fromEntries(
      gatesOf(model.config).map(({ name, activation }, gate) => {
        const from = gate * hidden;
        const of = (values: ArrayLike<number>) =>
          Array.from({ length: hidden }, (_, unit) => values[from + unit]!);
        return [name, { activation, ...ofParts(parts, of), sum: of(parts.sums), value: of(gates) }];
      }),
    ),
    ...(after.c.length > 0 && { cBefore: [...before.c], c: [...after.c] }),
    hBefore: [...before.h],
    h: [...after.h],
    handedUp: [...handedUp],
  };
}

/** Returns the terms of one gate's sum. */
function ofParts(
  { below, bias, past, pastBias, normalised, peepholes }: Parts,
  of: (values: ArrayLike<number>) => number[],
) {
  return {
    below: of(below),
    bias: of(bias),
    past: of(past),
    ...(pastBias && { pastBias: of(pastBias) }),
    ...(peepholes && { peephole: of(peepholes.weights.map((weight, i) => weight * peepholes.seen[i]!)) }),
    ...(normalised && {
      normalised: {
        below: of(normalised.below.values),
        belowScale: of(normalised.below.scale),
        past: of(normalised.past.values),
        pastScale: of(normalised.past.scale),
      },
    }),
  };
}
