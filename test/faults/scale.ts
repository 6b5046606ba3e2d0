/**
 * How often, or on what, to try a fault: `all` with `npm run test:faults`, which takes minutes, and `some` with
 * `npm test`.
 */
export function tries<T = number>(all: T, some: T): T {
  return process.env.MODE === 'faults' ? all : some;
}
