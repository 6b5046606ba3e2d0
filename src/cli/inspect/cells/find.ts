import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../../errors.js';
import { percent } from '../../../format.js';
import { PROPERTY_NAMES, type PropertyName } from '../../../insight/properties.js';
import { clearest, markProperties, rankUnits, type Tracking, varies } from '../../../insight/ranking.js';
import { note, withProgress } from '../../output/stderr.js';

/** How many units to report. */
const REPORTED = 10;
/** A property that varies at fewer places is not proposed: some unit fits a few places by chance. */
const MIN_PLACES = 50;
/** A unit of less clarity is hardly better than one that ignores the text. */
const MIN_CLARITY = 0.1;

/** The units found in a network. */
export interface Found {
  /** The units that best track the property searched for, the best first. */
  readonly units: readonly Tracking[];
  /** All units, each with the property it tracks most clearly. */
  readonly tracked: readonly Tracking[];
}

/**
 * Finds the units that best track one property, or any property.
 * @param others whether to rank units by the other properties, too
 * @throws UserError if the property does not vary in the text
 */
export async function find(
  model: CharacterModel,
  ids: Uint32Array,
  { find, others }: { readonly find: PropertyName | 'auto'; readonly others: boolean },
): Promise<Found> {
  const characters = model.vocabulary.characters(ids);
  const wanted =
    find === 'auto'
      ? markProperties(characters, PROPERTY_NAMES, MIN_PLACES)
      : markProperties(characters, [find], 1);
  if (wanted.length === 0) {
    throw new UserError(
      find === 'auto' ? 'the text is too short to rank units' : `"${find}" does not vary in the text`,
      'Name another text with --text FILE.',
      ExitCode.badData,
    );
  }
  if (!wanted.every(({ marks }) => varies(marks, MIN_PLACES))) {
    note(`fewer than ${MIN_PLACES} characters differ in "${find}", so some units may fit it by chance`);
  }
  const rest = others && find !== 'auto' ? PROPERTY_NAMES.filter((name) => name !== find) : [];
  const work = rankUnits(model, ids, [...wanted, ...markProperties(characters, rest, MIN_PLACES)]);
  const rankings = await withProgress(async (progress) => {
    let step = work.next();
    for (; !step.done; step = work.next()) await progress.show(`ranking units: ${percent(step.value)}`);
    return step.value;
  });
  const units = clearest(rankings.slice(0, wanted.length)).slice(0, REPORTED);
  if (units[0]!.clarity < MIN_CLARITY) {
    note(
      `no unit tracks ${find === 'auto' ? 'anything' : `"${find}"`} much better than by chance, which is clarity 0; 1 is perfect`,
    );
  }
  return { units, tracked: clearest(rankings) };
}

/** Finds what each unit tracks, yielding its progress; nothing if the text is too short to tell. */
export function* findAll(model: CharacterModel, ids: Uint32Array): Generator<number, Found> {
  const marked = markProperties(model.vocabulary.characters(ids), PROPERTY_NAMES, MIN_PLACES);
  const tracked = marked.length > 0 ? clearest(yield* rankUnits(model, ids, marked)) : [];
  return { units: tracked.slice(0, REPORTED), tracked };
}
