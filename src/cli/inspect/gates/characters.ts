import type { GateStatistics } from '../../../insight/gates.js';
import type { Vocabulary } from '../../../text/vocabulary.js';
import { visible } from '../../../ui/text/glyphs.js';

/** Returns the label of a character in a table or on an axis. */
export function nameOf(vocabulary: Vocabulary, id: number): string {
  const codePoint = vocabulary.codePoints[id]!;
  if (vocabulary.encoding === 'bytes' && codePoint > 0x7f) return `0x${codePoint.toString(16).toUpperCase()}`;
  return visible(vocabulary.character(id));
}

/** Returns the ids of all characters read, the commonest first. */
export function byFrequency({ counts }: GateStatistics): number[] {
  const read = Array.from(counts.keys()).filter((id) => counts[id]! > 0);
  return read.sort((a, b) => counts[b]! - counts[a]!);
}
