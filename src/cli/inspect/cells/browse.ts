import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { ExitCode } from '../../../errors.js';
import { harmlessLine, quoted } from '../../../format.js';
import { statesFrom } from '../../../insight/cells.js';
import type { CellsState, Place, TextStates } from '../../../ui/cells/state.js';
import { inSlices } from '../../../ui/screen/slices.js';
import { PROGRAM } from '../../output/console.js';
import { untilEnded } from '../../output/endings.js';
import { type Excerpt, kindOf, type ShownStretch } from './excerpt.js';
import { type Found, findAll } from './find.js';
import { tintedText } from './print.js';

/** What to browse. */
interface Subject {
  readonly model: CharacterModel;
  /** The name of the model, and of the text. */
  readonly name: string;
  readonly source: string;
  /** The whole text: units are ranked by all of it, and all before the stretch is read. */
  readonly ids: Uint32Array;
  readonly stretch: ShownStretch;
  readonly place: Place;
  /** Undefined if units are to be ranked while the screen is open. */
  readonly found: Found | undefined;
  /** The arguments that show the same text, without the position and the unit. */
  readonly command: readonly string[];
}

/** The most numbers to keep for the stretch, 4 bytes each. */
const MAX_STATES = 64e6;
/** How many characters of the text stay on the terminal. */
const LEFT_CHARACTERS = 320;

/** Returns the length of the longest stretch whose states can be kept. */
export function longestStretch({ config }: CharacterModel): number {
  return Math.floor(MAX_STATES / (config.layers * config.hidden));
}

/** Shows the text full-screen, tinted by the unit that keys choose, and prints what was seen last. */
export async function browse(subject: Subject): Promise<void> {
  const { model, name, source, ids, place, found, stretch } = subject;
  const view = viewOf(model, ids, stretch);
  const { units = [], tracked = 0 } = found ?? {};
  const start = { model: name, source, stretch: view, ...place, scale: stretch.scale, found: units, tracked };
  let stopWork = () => {};
  try {
    const { state } = await untilEnded(
      () => import('../../../ui/cells/open.js'),
      ({ openCells }, end) => {
        const browsing = openCells(start, end);
        if (found) return browsing;
        stopWork = inSlices(findAll(model, ids), {
          onStep: (share) => browsing.take({ type: 'ranking', share }),
          onEnd: ({ units, tracked }) => browsing.take({ type: 'ranked', found: units, tracked }),
        });
        return browsing;
      },
    );
    if (process.exitCode === 0 || process.exitCode === ExitCode.interrupted) {
      process.stdout.write(leftBehind(state, subject.command));
    }
  } finally {
    stopWork();
  }
}

/** Returns the stretch with the states of all units, so that no key has to read the text again. */
function viewOf(model: CharacterModel, ids: Uint32Array, { start, end }: ShownStretch): TextStates {
  const { hidden, layers } = model.config;
  const states = statesFrom(model, ids.subarray(0, end), start);
  const text = model.vocabulary.decode(ids.subarray(start, end));
  const statesOf = ({ layer, unit }: Place) =>
    Float32Array.from({ length: end - start }, (_, t) => states[layer]![t * hidden + unit]!);
  return { start, text, layers, hidden, kind: kindOf(model.config), statesOf };
}

/** Returns a few lines of what was seen last, and the command that shows it again. */
function leftBehind(state: CellsState, command: readonly string[]): string {
  const { layer, unit, shown, stretch, glyphs, top } = state;
  const before = top === 0 ? 0 : glyphs[top - 1]!.last + 1;
  const end = before + LEFT_CHARACTERS;
  const excerpt: Excerpt = {
    layer,
    unit,
    start: stretch.start + before,
    text: Array.from(stretch.text).slice(before, end).join(''),
    kind: stretch.kind,
    scale: shown.scale,
    largest: shown.largest,
    values: [...shown.values.subarray(before, end)],
  };
  const relative = shown.scale === 'relative' ? ['--relative'] : [];
  const skip = excerpt.start > 0 ? ['--skip', `${excerpt.start}`] : [];
  const words = [...command, ...skip, '--layer', `${layer}`, '--unit', `${unit}`, ...relative];
  return `${tintedText(excerpt)}\n${PROGRAM} ${harmlessLine(words.map((word) => quoted(word)).join(' '))}\n`;
}
