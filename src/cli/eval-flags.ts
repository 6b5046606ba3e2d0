import type { EngineChoice } from '../engine/engine.js';
import type { Protocol } from '../train/evaluate.js';

/** How a text is scored; see docs/evaluation.md. */
export const EVAL_PROTOCOLS = ['stream', 'cold', 'once'] as const satisfies readonly (Protocol | 'once')[];

export interface EvalFlags {
  text?: string;
  protocol?: (typeof EVAL_PROTOCOLS)[number];
  lines?: true;
  heat?: true;
  html?: string;
  unknown: 'error' | 'skip';
  json?: true;
  engine?: EngineChoice;
}
