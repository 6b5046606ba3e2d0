// Reverse-mode automatic differentiation of vectors in double precision, in plain loops: each operation
// computes its values and knows its derivative. reference.test.ts checks the derivatives with central
// differences.

/** A vector in a calculation, and the gradient of the calculation's result with respect to it. */
export interface Variable {
  readonly values: number[];
  readonly gradient: number[];
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Added to the variance in layer normalisation, as in PyTorch. */
const EPSILON = 1e-5;

/** Operations that are recorded, so that gradients can be propagated backwards through them. */
export function calculation() {
  const backwardSteps: (() => void)[] = [];

  function record(values: number[], backward: (gradient: number[]) => void): Variable {
    const gradient = zeros(values.length);
    backwardSteps.push(() => backward(gradient));
    return { values, gradient };
  }

  function elementwise(a: Variable, f: (x: number) => number, derivative: (y: number) => number): Variable {
    const values = a.values.map(f);
    return record(values, (gradient) => {
      accumulate(a, (i) => gradient[i]! * derivative(values[i]!));
    });
  }

  return {
    variable(values: ArrayLike<number>): Variable {
      return { values: Array.from(values), gradient: zeros(values.length) };
    },

    /** Elements `from` to `to` of a vector. */
    slice(x: Variable, from: number, to: number): Variable {
      return record(x.values.slice(from, to), (gradient) => {
        for (let i = from; i < to; i++) x.gradient[i]! += gradient[i - from]!;
      });
    },

    /** The product of a row-major [M, N] matrix and x [N]: [M]. */
    product(matrix: Variable, x: Variable): Variable {
      const n = x.values.length;
      const values = zeros(matrix.values.length / n);
      for (let i = 0; i < values.length; i++) {
        for (let j = 0; j < n; j++) values[i]! += matrix.values[i * n + j]! * x.values[j]!;
      }
      return record(values, (gradient) => {
        for (let i = 0; i < values.length; i++) {
          for (let j = 0; j < n; j++) {
            matrix.gradient[i * n + j]! += gradient[i]! * x.values[j]!;
            x.gradient[j]! += gradient[i]! * matrix.values[i * n + j]!;
          }
        }
      });
    },

    plus(a: Variable, b: Variable): Variable {
      return record(
        a.values.map((x, i) => x + b.values[i]!),
        (gradient) => {
          accumulate(a, (i) => gradient[i]!);
          accumulate(b, (i) => gradient[i]!);
        },
      );
    },

    /** The elementwise product. */
    times(a: Variable, b: Variable): Variable {
      return record(
        a.values.map((x, i) => x * b.values[i]!),
        (gradient) => {
          accumulate(a, (i) => gradient[i]! * b.values[i]!);
          accumulate(b, (i) => gradient[i]! * a.values[i]!);
        },
      );
    },

    oneMinus(a: Variable): Variable {
      return elementwise(
        a,
        (x) => 1 - x,
        () => -1,
      );
    },

    sigmoid(a: Variable): Variable {
      return elementwise(a, sigmoid, (y) => y * (1 - y));
    },

    tanh(a: Variable): Variable {
      return elementwise(a, Math.tanh, (y) => 1 - y * y);
    },

    /** (a - mean) / √(variance + ε) over all elements of a vector. */
    normalise(a: Variable): Variable {
      const n = a.values.length;
      const mean = sum(a.values) / n;
      const deviation = Math.sqrt(sum(a.values.map((x) => (x - mean) ** 2)) / n + EPSILON);
      const values = a.values.map((x) => (x - mean) / deviation);
      return record(values, (gradient) => {
        const meanGradient = sum(gradient) / n;
        const slope = sum(gradient.map((g, i) => g * values[i]!)) / n;
        accumulate(a, (i) => (gradient[i]! - meanGradient - values[i]! * slope) / deviation);
      });
    },

    /** -log softmax(logits)[target] in nats. */
    crossEntropy(logits: Variable, target: number): Variable {
      // Subtracted before exp, which would overflow on large logits.
      const largest = Math.max(...logits.values);
      const logSum = largest + Math.log(sum(logits.values.map((x) => Math.exp(x - largest))));
      return record([logSum - logits.values[target]!], ([g]) => {
        accumulate(logits, (i) => g! * (Math.exp(logits.values[i]! - logSum) - (i === target ? 1 : 0)));
      });
    },

    /** The mean of numbers. */
    mean(numbers: readonly Variable[]): Variable {
      const mean = numbers.reduce((total, { values }) => total + values[0]!, 0) / numbers.length;
      return record([mean], ([g]) => {
        for (const { gradient } of numbers) gradient[0]! += g! / numbers.length;
      });
    },

    /** Adds to each variable the gradient of `result`, a single number. Can be called once. */
    backward(result: Variable): void {
      result.gradient[0] = 1;
      for (const step of backwardSteps.reverse()) step();
    },
  };
}

export type Calculation = ReturnType<typeof calculation>;

const zeros = (length: number) => new Array<number>(length).fill(0);

function accumulate({ gradient }: Variable, amount: (i: number) => number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i]! += amount(i);
}

function sum(x: number[]): number {
  return x.reduce((total, value) => total + value, 0);
}
