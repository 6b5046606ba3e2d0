import type { Abandon } from '../engine/abandon.js';
import type { Network } from '../model/network.js';
import type { Optimizer, UpdateOptions } from '../model/optimizer.js';
import { sumOf } from '../numbers.js';
import type { Batch } from '../text/batches.js';
import { gradientFault } from './faults.js';

/** What a step learns from, and how. */
interface StepInput extends Batch, UpdateOptions {
  /** Steps applied so far. */
  readonly step: number;
  /** Seed of the dropout masks. */
  readonly seed: number;
}

/** What a caller adds to a step. */
interface StepHooks {
  /** Lets the forward and backward passes be abandoned. */
  readonly abandon?: Abandon;
  /** Called between the passes: the backward pass overwrites the activations. */
  beforeBackward?(): void;
  /** Called after the backward pass: the optimizer clears the gradients. */
  afterBackward?(): void;
  /** Returns a description of what is wrong with the step, given its loss; then it is not applied. */
  faultOf?(loss: number): string | undefined;
}

interface StepResult {
  /** Mean loss of the window in nats per character. */
  readonly loss: number;
  /** Global norm of the gradients before clipping; NaN if `faultOf` refused the step. */
  readonly gradNorm: number;
  /** What was wrong with the numbers. Then neither the weights nor the carried state have changed. */
  readonly fault: string | undefined;
}

/**
 * Takes one training step, for runs and experiments alike: forward pass, loss, backward pass, clipping,
 * update, and the state carried to the next window. The gradients are zero afterwards.
 * @returns undefined if the step was abandoned: the network is then as it was before
 */
export function trainStep(
  { network, optimizer }: { network: Network; optimizer: Optimizer },
  { inputs, targets, step, seed, ...update }: StepInput,
  hooks: StepHooks = {},
): StepResult | undefined {
  const { weights } = network;
  const pass = () => {
    network.forward(inputs, { seed, draw: step });
    const nats = sumOf(network.losses(targets, { training: true }));
    const loss = nats / Math.max(1, network.counted);
    hooks.beforeBackward?.();
    network.backward();
    weights.engine.finish();
    hooks.afterBackward?.();
    return loss;
  };
  const loss = hooks.abandon ? hooks.abandon.attempt(pass) : pass();
  if (loss === undefined) return undefined;
  let fault = hooks.faultOf?.(loss);
  let gradNorm = Number.NaN;
  if (fault === undefined) {
    gradNorm = optimizer.step(step + 1, update);
    fault = gradientFault(gradNorm, weights);
  }
  if (fault === undefined) network.carry();
  else weights.gradients.fill(0);
  return { loss, gradNorm, fault };
}
