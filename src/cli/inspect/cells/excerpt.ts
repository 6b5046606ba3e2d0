import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { UserError } from '../../../errors.js';
import { unitStates } from '../../../insight/cells.js';
import { PROPERTIES } from '../../../insight/properties.js';
import type { Tracking } from '../../../insight/ranking.js';
import { CELLS } from '../../../model/cells.js';
import type { ModelConfig } from '../../../model/config.js';
import { amountOf } from '../../../numbers.js';
import type { Place } from '../../../ui/cells/state.js';
import {
  CELL_STATE,
  HIDDEN_STATE,
  type ScaleName,
  type StateKind,
  valuesOf,
} from '../../../ui/cells/values.js';

/** Which characters of a text to show, and on which scale. */
export interface ShownStretch {
  readonly start: number;
  readonly end: number;
  readonly scale: ScaleName;
}

/** A stretch of a text, with the state of a unit after each of its code points. */
export interface Excerpt extends Place {
  /** The number of characters before it. */
  readonly start: number;
  readonly text: string;
  readonly kind: StateKind;
  /** Whether values are the bounded state, or the state divided by its largest absolute value. */
  readonly scale: ScaleName;
  /** That largest absolute value. */
  readonly largest: number;
  readonly values: readonly number[];
}

/** A request for a stretch. */
export interface StretchRequest {
  readonly skip?: number;
  readonly length: number;
  readonly relative?: true;
}

/**
 * Returns the stretch that was requested.
 * @throws UserError if the text ends before it
 */
export function stretchOf(
  ids: Uint32Array,
  { skip: start = 0, length, relative }: StretchRequest,
): ShownStretch {
  if (start >= ids.length) {
    throw new UserError(
      `--skip is ${start}, but the text has only ${amountOf(ids.length, 'character')}`,
      'Skip fewer characters.',
    );
  }
  return { start, end: Math.min(ids.length, start + length), scale: relative ? 'relative' : 'bounded' };
}

/**
 * Chooses an informative stretch for a unit that was found. A switch is shown where it holds at many places
 * and does not at many others. A counter is shown on its own scale, since tanh of most counts is nearly the
 * same.
 */
export function informativeStretch(
  model: CharacterModel,
  ids: Uint32Array,
  best: Tracking,
  request: StretchRequest,
): ShownStretch {
  const { kind, mark } = PROPERTIES[best.property];
  if (kind === 'counter') return stretchOf(ids, { ...request, relative: true });
  const characters = model.vocabulary.characters(ids);
  return stretchOf(ids, {
    ...request,
    skip: request.skip ?? variedLine(characters, mark(characters), request.length),
  });
}

/** Returns the start of the line whose next `length` characters are most evenly marked and unmarked. */
function variedLine(characters: readonly string[], marks: Float32Array, length: number): number {
  /** The number of marked characters before each position. */
  const before = new Uint32Array(marks.length + 1);
  marks.forEach((mark, i) => {
    before[i + 1] = before[i]! + mark;
  });
  let best = { start: 0, varied: -1 };
  for (let start = 0; start === 0 || start + length <= marks.length; start++) {
    if (start > 0 && characters[start - 1] !== '\n') continue;
    const on = before[Math.min(marks.length, start + length)]! - before[start]!;
    const varied = Math.min(on, length - on);
    if (varied > best.varied) best = { start, varied };
  }
  return best.start;
}

/** Returns the kind of state that the units of a network have. */
export function kindOf({ cell }: Pick<ModelConfig, 'cell'>): StateKind {
  return CELLS[cell].hasCellState ? CELL_STATE : HIDDEN_STATE;
}

/** Returns the states of one unit over a stretch. */
export function excerptOf(
  model: CharacterModel,
  ids: Uint32Array,
  { start, end, scale }: ShownStretch,
  { layer, unit }: Place,
): Excerpt {
  const states = unitStates(model, ids.subarray(0, end), { layer, unit }).subarray(start);
  const kind = kindOf(model.config);
  const { values, largest } = valuesOf(states, scale, kind);
  const text = model.vocabulary.decode(ids.subarray(start, end));
  return { layer, unit, start, text, kind, scale, largest, values: [...values] };
}
