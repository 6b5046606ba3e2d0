import { Keyboard, type Stroke } from './keyboard.js';

/** An escape sequence arrives within this time; otherwise the Escape key was pressed. */
const ESCAPE_MS = 30;

/**
 * Listens for keys on standard input.
 * @param onStrokes receives keys that arrived together
 * @param onUnheard is called when no more keys can arrive
 * @returns a function that stops listening
 */
export function listen(onStrokes: (strokes: readonly Stroke[]) => void, onUnheard: () => void): () => void {
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
  stdin.on('end', onUnheard);
  stdin.on('error', onUnheard);
  return () => {
    clearTimeout(escaping);
    stdin.off('data', onData);
    stdin.off('end', onUnheard);
    // The 'error' handler stays: restoring a terminal that is gone raises an error, which would end the
    // program.
    stdin.pause();
  };
}
