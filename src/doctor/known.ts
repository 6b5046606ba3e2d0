import { percent } from '../format.js';
import type { Check } from './check.js';
import { KNOWN } from './thresholds.js';

export interface KnownEvidence {
  /** The share of the validation text that the training text has, too; see baseline/overlap.ts. */
  readonly share: number;
}

export const validationKnown: Check<KnownEvidence> = {
  id: 'validation-known',
  figures: ({ share }) => `the training text has ${percent(share, 1)} of the validation text, too`,
  diagnose({ share }) {
    if (share < KNOWN.share) return undefined;
    return {
      severity: share < KNOWN.serious ? 'caution' : 'serious',
      sentence: `The training text has ${percent(share, 0)} of the validation text, too: the validation loss says little about new text, and prefers a network that knows the text by heart.`,
      remedy: 'remove what the text repeats, or validate on text that it does not repeat',
    };
  },
};

/** Says in a line that the training text has much of the validation text, if it does. */
export function knownNotices(share: number | undefined): string[] {
  const found = share === undefined ? undefined : validationKnown.diagnose({ share });
  if (found === undefined) return [];
  return [`${found.sentence[0]!.toLowerCase()}${found.sentence.slice(1, -1)}; ${found.remedy}`];
}
