/**
 * How often to try a fault: `all` times with `npm run test:faults`, which takes minutes, and fewer times with
 * `npm test`.
 */
export function tries(all: number, some: number): number {
  return process.env.MODE === 'faults' ? all : some;
}
