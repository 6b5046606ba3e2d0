import { gatesOf } from '../model/cells.js';
import { countSaturated } from '../model/saturation.js';
import { sumOf } from '../numbers.js';
import { systemClock } from './clock.js';
import type { GaugesEvent, LayerGauge } from './events.js';
import type { Session } from './session.js';

/** The layers are measured at most this often, and with at most this share of the time. */
const EVERY_MS = 1000;
const SHARE_OF_TIME = 0.005;
/** Activations are sampled at this many evenly spaced places of a window. */
const MOST_PLACES = 256;

/**
 * Measures the layers in a step: the shares of saturated gates, and the gradient norm of the parameters. It
 * only reads, so a step is the same whether it is watched or not, and costs nothing until asked for.
 */
export class Gauges {
  /** Whether the layers are to be measured. */
  watched = false;
  #due = 0;
  #spent = 0;
  #gates: LayerGauge['gates'][] | undefined;
  #layers: LayerGauge[] | undefined;

  constructor(
    readonly session: Pick<Session, 'network' | 'weights'>,
    readonly now = systemClock,
  ) {}

  /** Call after the forward pass of a step: the backward pass overwrites the activations. */
  readGates(): void {
    this.#gates = undefined;
    this.#layers = undefined;
    const start = this.now();
    if (!this.watched || start < this.#due) return;
    this.#gates = this.session.network.layers.map(({ index }) => this.#gatesOf(index));
    this.#spent = this.now() - start;
  }

  /** Call after the backward pass: the optimizer clears the gradients. */
  readGradients(): void {
    if (!this.#gates) return;
    const start = this.now();
    this.#layers = this.#gates.map((gates, index) => ({ gradNorm: this.#gradNormOf(index), gates }));
    const spent = this.#spent + this.now() - start;
    this.#due = start + Math.max(EVERY_MS, spent / SHARE_OF_TIME);
  }

  /** Yields the measurements of the last step, if it was measured. */
  *take(step: number): Generator<GaugesEvent> {
    if (this.#layers) yield { type: 'gauges', step, layers: this.#layers };
    this.#layers = undefined;
  }

  #gatesOf(layer: number): LayerGauge['gates'] {
    const { network, weights } = this.session;
    const { hidden } = weights.config;
    const activations = network.gates(layer);
    const gates = gatesOf(weights.config);
    const width = gates.length * hidden;
    const places = activations.length / width;
    const every = Math.ceil(places / MOST_PLACES);
    return gates.map(({ name, activation }, index) => {
      const counts = { left: new Uint32Array(hidden), right: new Uint32Array(hidden) };
      countSaturated(activations, { from: index * hidden, width, activation }, counts, every);
      const share = (count: Uint32Array) => sumOf(count) / (Math.ceil(places / every) * hidden);
      return { name, left: share(counts.left), right: share(counts.right) };
    });
  }

  /** Returns the gradient norm of a layer's own parameters. */
  #gradNormOf(layer: number): number {
    const { weights } = this.session;
    return weights.gradientNorm(weights.table.parameters.filter(({ name }) => name.endsWith(`_l${layer}`)));
  }
}
