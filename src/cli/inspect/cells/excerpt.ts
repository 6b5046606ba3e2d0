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

/** From where to where a text is shown, in characters, and on which scale. */
export interface ShownStretch {
  readonly start: number;
  readonly end: number;
  readonly scale: ScaleName;
}

/** A stretch of a text, and what a unit holds after each of its code points. */
export interface Excerpt extends Place {
  /** Characters before it. */
  readonly start: number;
  readonly text: string;
  readonly kind: StateKind;
  /** Whether the values are the state, brought between -1 and 1, or divided by its largest absolute value in the stretch. */
  readonly scale: ScaleName;
  /** That largest absolute value. */
  readonly largest: number;
  readonly values: readonly number[];
}

/** What was asked for of a stretch. */
export interface Asked {
  readonly skip?: number;
  readonly length: number;
  readonly relative?: true;
}

/**
 * The stretch that was asked for.
 * @throws UserError where the text ends before it begins
 */
export function stretchOf(ids: Uint32Array, { skip: start = 0, length, relative }: Asked): ShownStretch {
  if (start >= ids.length) {
    throw new UserError(
      `--skip is ${start}, and ${amountOf(ids.length, 'character')} of the text ${ids.length === 1 ? 'is' : 'are'} read`,
      'Skip fewer of them.',
    );
  }
  return { start, end: Math.min(ids.length, start + length), scale: relative ? 'relative' : 'bounded' };
}

/**
 * A stretch that is worth looking at for a unit that was found. What holds or does not is shown where it does at many
 * places and does not at many; a count by its own scale, since the tanh of most is the same.
 */
export function tellingStretch(
  model: CharacterModel,
  ids: Uint32Array,
  best: Tracking,
  asked: Asked,
): ShownStretch {
  const { kind, mark } = PROPERTIES[best.property];
  if (kind === 'counter') return stretchOf(ids, { ...asked, relative: true });
  const characters = model.vocabulary.characters(ids);
  return stretchOf(ids, {
    ...asked,
    skip: asked.skip ?? variedLine(characters, mark(characters), asked.length),
  });
}

/** The line from which on, in `length` characters, about as many are marked as not. */
function variedLine(characters: readonly string[], marks: Float32Array, length: number): number {
  /** Marked characters before each place. */
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

/** What the units of a network hold. */
export function kindOf({ cell }: Pick<ModelConfig, 'cell'>): StateKind {
  return CELLS[cell].hasCellState ? CELL_STATE : HIDDEN_STATE;
}

/** What one unit holds over a stretch. */
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
