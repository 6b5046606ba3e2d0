import { Keyboard, type Stroke } from './keyboard.js';

/** A code of a key comes in one piece, or within this time: otherwise it was the Escape key. */
const ESCAPE_MS = 30;

/**
 * Hears the keys of the terminal, from its own bytes.
 * @param onStrokes gets those that came together
 * @param unheard no key will come any more
 * @returns what ends it
 */
export function listen(onStrokes: (strokes: readonly Stroke[]) => void, unheard: () => void): () => void {
  const { stdin } = process;
  const keyboard = new Keyboard();
  let escaping: NodeJS.Timeout | undefined;
  const onData = (chunk: string) => {
    clearTimeout(escaping);
    onStrokes(keyboard.take(chunk));
    if (keyboard.isWaiting) escaping = setTimeout(() => onStrokes(keyboard.flush()), ESCAPE_MS);
  };
  stdin.setEncoding('utf8');
  stdin.on('data', onData);
  stdin.on('end', unheard);
  stdin.on('error', unheard);
  return () => {
    clearTimeout(escaping);
    stdin.off('data', onData);
    stdin.off('end', unheard);
    // 'error' stays heard: giving back a terminal that is gone is an error, which would end the program.
    stdin.pause();
  };
}
