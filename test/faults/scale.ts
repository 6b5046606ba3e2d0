/**
 * How many times a fault is tried: all of them with `npm run test:faults`, which takes minutes, and a share of them with
 * `npm test`.
 */
export function tries(all: number, some: number): number {
  return process.env.MODE === 'faults' ? all : some;
}
