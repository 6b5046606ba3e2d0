import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../../errors.js';
import { percent } from '../../../format.js';
import { PROPERTY_NAMES, type PropertyName } from '../../../insight/properties.js';
import { clearest, markProperties, rankUnits, type Tracking, varies } from '../../../insight/ranking.js';
import { note, withProgress } from '../../output/stderr.js';

/** So many units are told. */
const TOLD = 10;
/** A property is not proposed that holds, or does not, at fewer places: some unit fits a few places by chance. */
const FEWEST = 50;
/** A unit whose clarity is less hardly does better than one that knows nothing of the text. */
const CHANCE = 0.1;

/** What was found about the units of a network. */
export interface Found {
  /** Those that track best what was asked for, the best first. */
  readonly units: readonly Tracking[];
  /** Each with what it tracks most clearly of all that was looked for. */
  readonly tracked: readonly Tracking[];
}

/**
 * Finds the units that track a property best, or any of them.
 * @param others whether it is also found out what of other properties each unit tracks
 * @throws UserError where the text does not have it
 */
export async function find(
  model: CharacterModel,
  ids: Uint32Array,
  { find, others }: { readonly find: PropertyName | 'auto'; readonly others: boolean },
): Promise<Found> {
  const characters = model.vocabulary.characters(ids);
  const asked =
    find === 'auto'
      ? markProperties(characters, PROPERTY_NAMES, FEWEST)
      : markProperties(characters, [find], 1);
  if (asked.length === 0) {
    throw new UserError(
      find === 'auto' ? 'the text is too short to rank units by' : `"${find}" does not vary in the text`,
      'Name another text with --text FILE.',
      ExitCode.badData,
    );
  }
  if (!asked.every(({ marks }) => varies(marks, FEWEST))) {
    note(`fewer than ${FEWEST} characters tell units apart by "${find}": some fit by chance`);
  }
  const rest = others && find !== 'auto' ? PROPERTY_NAMES.filter((name) => name !== find) : [];
  const work = rankUnits(model, ids, [...asked, ...markProperties(characters, rest, FEWEST)]);
  const rankings = await withProgress(async (progress) => {
    let step = work.next();
    for (; !step.done; step = work.next()) await progress.show(`ranking units: ${percent(step.value)}`);
    return step.value;
  });
  const units = clearest(rankings.slice(0, asked.length)).slice(0, TOLD);
  if (units[0]!.clarity < CHANCE) {
    note(
      `no unit tracks ${find === 'auto' ? 'anything' : `"${find}"`} much better than by chance, which is clarity 0; 1 is perfect`,
    );
  }
  return { units, tracked: clearest(rankings) };
}

/** Finds what each unit tracks, little by little; none track anything where the text is too short to tell. */
export function* findAll(model: CharacterModel, ids: Uint32Array): Generator<number, Found> {
  const marked = markProperties(model.vocabulary.characters(ids), PROPERTY_NAMES, FEWEST);
  const tracked = marked.length > 0 ? clearest(yield* rankUnits(model, ids, marked)) : [];
  return { units: tracked.slice(0, TOLD), tracked };
}
