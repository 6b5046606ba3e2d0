/** Lets in what a long piece of work keeps out: a signal, or the news that the reader has gone. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
