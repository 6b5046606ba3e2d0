import type { Network } from './network.js';

/**
 * Runs a network on consecutive windows, starting from zero state.
 * @param windows with `inputs` as `Network#forward` expects them
 * @returns a generator that yields each window with its results in the network, then carries the state over
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
