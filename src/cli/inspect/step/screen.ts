import { ExitCode } from '../../../errors.js';
import { harmlessLine, quoted } from '../../../format.js';
import type { View } from '../../../ui/step/shown.js';
import type { Beginning } from '../../../ui/step/state.js';
import { withEscapes } from '../../options.js';
import { PROGRAM } from '../../output/console.js';
import { untilEnded } from '../../output/endings.js';
import type { Trail } from './trail.js';

/**
 * Shows a text step by step on the whole screen; the command that shows it again stays on the terminal.
 * @param file the checkpoint
 */
export async function stepThrough(
  trail: Trail,
  file: string,
  beginning: Omit<Beginning, 'shown' | 'known'>,
): Promise<void> {
  const { state } = await untilEnded(
    () => import('../../../ui/step/stepping.js'),
    ({ openStepping }, end) => openStepping({ ...beginning, known: trail.length }, trail, end),
  );
  if (process.exitCode === 0 || process.exitCode === ExitCode.interrupted) {
    process.stdout.write(`${PROGRAM} ${again(trail.text, file, state.view)}\n`);
  }
}

function again(text: string, file: string, { layer, unit, temperature }: View): string {
  const place = ['--layer', `${layer}`, '--unit', `${unit}`, '--temp', `${temperature}`];
  const words = ['inspect', 'step', file, '--prompt', withEscapes(text), ...place];
  return harmlessLine(words.map(quoted).join(' '));
}
