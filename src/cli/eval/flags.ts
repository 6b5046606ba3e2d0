import type { Unknown } from '../../text/vocabulary.js';
import type { Protocol } from '../../train/evaluate.js';
import type { EngineFlags } from '../options.js';

/** How a text is scored; see docs/reference/evaluation.md. */
export const EVAL_PROTOCOLS = ['stream', 'cold', 'once'] as const satisfies readonly (Protocol | 'once')[];

export interface EvalFlags extends EngineFlags {
  text?: string;
  protocol?: (typeof EVAL_PROTOCOLS)[number];
  lines?: true;
  heat?: true;
  html?: string;
  unknown: Unknown;
  json?: true;
}
