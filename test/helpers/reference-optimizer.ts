// Gradient clipping and AdamW in float64, for networks of reference.ts.

/** Scales the gradients in place to a global L2 norm of at most about `limit`; returns the norm before. */
export function clipByGlobalNorm(gradients: Map<string, Float64Array>, limit: number): number {
  let squares = 0;
  for (const gradient of gradients.values()) {
    for (const value of gradient) squares += value * value;
  }
  const norm = Math.sqrt(squares);
  const scale = Math.min(1, limit / (norm + 1e-6));
  for (const gradient of gradients.values()) {
    for (let k = 0; k < gradient.length; k++) gradient[k]! *= scale;
  }
  return norm;
}

/** PyTorch's AdamW: decoupled weight decay where `decays` says so, then Adam with bias correction. */
export class ReferenceAdamW {
  private steps = 0;
  private readonly firstMoments = new Map<string, Float64Array>();
  private readonly secondMoments = new Map<string, Float64Array>();

  constructor(
    private readonly lr: number,
    private readonly betas: readonly [number, number],
    private readonly eps: number,
    private readonly weightDecay: number,
    private readonly decays: (name: string) => boolean,
  ) {}

  /** Updates the parameters in place. */
  step(parameters: Map<string, Float64Array>, gradients: Map<string, Float64Array>): void {
    this.steps++;
    for (const [name, parameter] of parameters) this.update(name, parameter, gradients.get(name)!);
  }

  private update(name: string, parameter: Float64Array, gradient: Float64Array): void {
    const [beta1, beta2] = this.betas;
    const correction1 = 1 - beta1 ** this.steps;
    const correction2 = 1 - beta2 ** this.steps;
    const decay = this.decays(name) ? 1 - this.lr * this.weightDecay : 1;
    const first = moments(this.firstMoments, name, parameter.length);
    const second = moments(this.secondMoments, name, parameter.length);
    for (let k = 0; k < parameter.length; k++) {
      const g = gradient[k]!;
      first[k] = beta1 * first[k]! + (1 - beta1) * g;
      second[k] = beta2 * second[k]! + (1 - beta2) * g * g;
      const mean = first[k]! / correction1;
      const deviation = Math.sqrt(second[k]! / correction2);
      parameter[k] = parameter[k]! * decay - (this.lr * mean) / (deviation + this.eps);
    }
  }
}

function moments(all: Map<string, Float64Array>, name: string, length: number): Float64Array {
  const found = all.get(name) ?? new Float64Array(length);
  all.set(name, found);
  return found;
}
