import type { Network } from './network.js';

/**
 * Has a network read windows that follow one another, from zero state on.
 * @param windows their `inputs` are as `Network#forward` takes them
 * @returns a generator that yields each window while the network holds what it has made of it, and then carries the state
 */
export function* readInTurn<Window extends { readonly inputs: Uint32Array }>(
  network: Network,
  windows: Iterable<Window>,
): Generator<Window, void, void> {
  network.resetState();
  for (const window of windows) {
    network.forward(window.inputs);
    yield window;
    network.carry();
  }
}
